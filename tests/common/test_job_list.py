"""A person's background jobs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from perfgoals.accounts.models import User
from perfgoals.common.models import Job
from tests.cast import Cast
from tests.reading import links, nothing_written, text, texts

URL = "/jobs/"


def job(owner: User, title: str, **more: Any) -> Job:
    return Job.objects.create(kind="booklet", title=title, owner=owner, **more)


def test_own_jobs_the_newest_first_and_nobody_elses(
    cast: Cast, client_of: Callable[[str], Client]
) -> None:
    done = job(cast.preparer, "先发起的", state="done", result_name="册.pdf", result_path="x")
    Job.objects.filter(pk=done.pk).update(created_at=timezone.now() - timedelta(hours=1))
    job(cast.preparer, "后发起的", state="running", total=8, done=2)
    job(cast.colleague, "同事的")
    client = client_of("preparer")
    with nothing_written():
        response = client.get(URL)
    assert texts(response, "tbody th") == ["后发起的", "先发起的"]
    assert texts(response, "tbody td:nth-child(2)") == ["进行中", "完成"]
    assert texts(response, "tbody td:nth-child(3)") == ["25%", "100%"]
    assert links(response, "tbody td:last-child a") == [f"/jobs/{done.pk}/result/"]


def test_without_jobs_the_page_says_where_to_start_one(client_of: Callable[[str], Client]) -> None:
    response = client_of("newcomer").get(URL)
    assert text(response, ".empty h2") == "还没有后台任务"
    assert links(response, ".empty a") == ["/booklets/"]


def test_fifty_jobs_to_a_page_and_as_many_queries_for_many_as_for_one(
    cast: Cast,
    client_of: Callable[[str], Client],
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    client = client_of("preparer")
    Job.objects.bulk_create(
        Job(kind="booklet", title=f"第 {number} 册", owner=cast.preparer) for number in range(51)
    )
    with django_assert_num_queries(4):  # session, user, count, jobs
        response = client.get(URL)
    assert len(texts(response, "tbody tr")) == 50
    assert text(response, ".pages span") == "第 1 页，共 2 页"
    assert len(texts(client.get(f"{URL}?page=2"), "tbody tr")) == 1


def test_anonymous_is_sent_to_sign_in(client_of: Callable[[str], Client]) -> None:
    assert client_of("anonymous").get(URL)["Location"] == "/sign-in/?next=/jobs/"


def test_other_methods_are_refused(client_of: Callable[[str], Client]) -> None:
    assert client_of("preparer").post(URL).status_code == 405
