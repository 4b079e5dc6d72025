"""How far a job is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from perfgoals.common.models import Job
from tests.cast import Cast
from tests.reading import links, nothing_written, text, texts


@pytest.fixture
def job(cast: Cast, db: None) -> Job:
    return Job.objects.create(
        kind="booklet",
        title="某单位 2026 年度申报表汇总表",
        owner=cast.preparer,
        state="running",
        total=14,
        done=7,
        message="共 7 张表",
        heartbeat_at=timezone.now(),
    )


def url(job: Job) -> str:
    return f"/jobs/{job.pk}/"


def test_a_running_job_shows_how_far_it_is_and_asks_again(
    job: Job,
    client_of: Callable[[str], Client],
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    client = client_of("preparer")
    with nothing_written(), django_assert_num_queries(3):  # session, user, job
        response = client.get(url(job))
    assert text(response, "h1") == "某单位 2026 年度申报表汇总表"
    assert text(response, "[role=status]") == "进行中：共 7 张表"
    assert "50%" in text(response, ".job-state")
    assert texts(response, ".job-actions button") == ["取消任务"]
    assert f'hx-get="{url(job)}"' in response.content.decode()
    assert '<meta http-equiv="refresh"' in response.content.decode()


def test_the_part_that_changes_comes_alone(job: Job, client_of: Callable[[str], Client]) -> None:
    response = client_of("preparer").get(url(job), headers={"HX-Request": "true"})
    assert texts(response, "h1") == []
    assert text(response, "[role=status]") == "进行中：共 7 张表"


def test_a_finished_job_offers_its_result_and_asks_no_more(
    job: Job, client_of: Callable[[str], Client]
) -> None:
    Job.objects.update(state="done", message="", result_name="汇总表.pdf", result_path="x")
    response = client_of("preparer").get(url(job))
    assert text(response, "[role=status]") == "完成"
    assert links(response, ".job-actions a") == [f"/jobs/{job.pk}/result/"]
    assert texts(response, ".job-actions a") == ["下载 汇总表.pdf"]
    assert "hx-get" not in response.content.decode()
    assert 'http-equiv="refresh"' not in response.content.decode()


def test_a_failed_job_says_why(job: Job, client_of: Callable[[str], Client]) -> None:
    Job.objects.update(state="failed", message="没有可打印的表，可能已被移走")
    response = client_of("preparer").get(url(job))
    assert text(response, "[role=status]") == "失败：没有可打印的表，可能已被移走"
    assert texts(response, ".job-actions > *") == []


def test_a_job_of_which_nothing_is_heard_can_be_queued_again(
    job: Job, client_of: Callable[[str], Client]
) -> None:
    assert texts(client_of("preparer").get(url(job)), ".notice-warning") == []
    Job.objects.update(heartbeat_at=timezone.now() - timedelta(minutes=2))
    response = client_of("preparer").get(url(job))
    assert "已有一分多钟没有进展" in text(response, ".notice-warning")
    assert texts(response, ".job-actions button") == ["重新排队", "取消任务"]


@pytest.mark.parametrize("name", ["colleague", "stranger", "auditor", "admin"])
def test_nobody_else_finds_it(job: Job, client_of: Callable[[str], Client], name: str) -> None:
    assert client_of(name).get(url(job)).status_code == 404


@pytest.mark.parametrize(
    ("named", "leads_to"),
    [
        ("/imports/", "/imports/"),
        ("", "/jobs/"),
        ("//evil.example/", "/jobs/"),
        ("https://evil.example/", "/jobs/"),
        ("/\\\\evil.example/", "/jobs/"),
    ],
)
def test_who_cancels_stays_on_the_page_if_it_is_ours(
    job: Job, client_of: Callable[[str], Client], named: str, leads_to: str
) -> None:
    response = client_of("preparer").post(f"{url(job)}cancel/", {"next": named})
    assert response.status_code == 302
    assert response["Location"].startswith(leads_to)
    job.refresh_from_db()
    assert job.cancel_requested


def test_anonymous_is_sent_to_sign_in(job: Job, client_of: Callable[[str], Client]) -> None:
    assert client_of("anonymous").get(url(job))["Location"] == f"/sign-in/?next={url(job)}"


def test_other_methods_are_refused(job: Job, client_of: Callable[[str], Client]) -> None:
    assert client_of("preparer").post(url(job)).status_code == 405
