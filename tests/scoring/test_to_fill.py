"""待填报: projects without a form, and drafts with errors."""

from __future__ import annotations

from collections.abc import Callable

from django.test import Client
from pytest_django import DjangoAssertNumQueries

from perfgoals.accounts.models import Unit
from projects.models import Form, Project
from tests.cast import INFORMATION, Cast
from tests.deadlines import in_days, only_open
from tests.reading import links, nothing_written, text, texts

URL = "/to-fill/"


def new_project(number: int, **dates: str) -> Project:
    unit = Unit.objects.get(name=INFORMATION)
    return Project.objects.create(code=f"N{number}", name=f"新平台 {number:02}", unit=unit, **dates)


def test_projects_lead_to_beginning_their_form(
    cast: Cast, client_of: Callable[[str], Client]
) -> None:
    only_open(2020, self_evaluation=4)
    project = new_project(1, start="2020-01-01", end="2020-12-31")
    client = client_of("stranger")
    with nothing_written():
        response = client.get(URL)
    assert texts(response, ".home-part h2") == ["还没有 2020 年自评表的项目（1 个）"]
    assert text(response, ".due-near") == f"自评表送审截止 {in_days(4)}，还有 4 天"
    (address,) = links(response, "tbody a")
    assert address == f"/forms/new/?project={project.pk}&year=2020&kind=self_evaluation"
    begun = client.get(address)
    assert texts(begun, "#projects input[checked]") == [""]
    assert text(begun, ".due-near") == f"自评表送审截止 {in_days(4)}，还有 4 天"


def test_drafts_with_errors_lead_to_the_editor(
    cast: Cast, client_of: Callable[[str], Client]
) -> None:
    only_open(2020, self_evaluation=-1)
    Form.objects.filter(pk=cast.maintenance.pk).update(status="draft", error_count=3)
    response = client_of("stranger").get(URL)
    assert texts(response, ".home-part h2") == ["有错误的草稿（1 张）"]
    assert links(response, "tbody a") == [f"/forms/{cast.maintenance.pk}/edit/"]


def test_nothing_to_fill_in(cast: Cast, client_of: Callable[[str], Client]) -> None:
    only_open(2020, self_evaluation=4)
    assert text(client_of("stranger").get(URL), ".empty h2") == "没有待填报的"


def test_many_projects_take_no_more_queries(
    cast: Cast,
    client_of: Callable[[str], Client],
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    only_open(2020, self_evaluation=4)
    for number in range(120):
        new_project(number)
    client = client_of("stranger")
    with django_assert_num_queries(10):
        response = client.get(URL)
    assert len(texts(response, "tbody tr")) == 100
    assert len(texts(client.get(f"{URL}?page=2"), "tbody tr")) == 20


def test_for_preparers_only(client_of: Callable[[str], Client]) -> None:
    for name in ("auditor", "viewer", "admin", "newcomer"):
        assert client_of(name).get(URL).status_code == 403
    assert client_of("anonymous").get(URL)["Location"] == f"/sign-in/?next={URL}"
    assert client_of("preparer").post(URL).status_code == 405
