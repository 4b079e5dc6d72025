"""Last days: by unit, on the pages, for late forms; and years that are closed."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from perfgoals.accounts.models import Unit
from projects.access import actions_for
from projects.models import Deadline, DeadlineExtension, FiscalYear, Form, Stage
from projects.services import due_day, due_for
from projects.services.deadlines import due_days
from projects.workflow import Action
from tests.cast import BUREAU, CENTRE, INFORMATION, Cast
from tests.deadlines import in_days, only_open
from tests.drafts import copied_declaration, put, send
from tests.reading import text, texts

pytestmark = pytest.mark.django_db


def extended(year: FiscalYear, unit: str, days: int) -> None:
    DeadlineExtension.objects.create(
        deadline=year.deadlines.get(),
        unit=Unit.objects.get(name=unit),
        due=in_days(days),
        reason="系统停机",
    )


def test_the_latest_of_what_was_granted_on_the_way_up(cast: Cast) -> None:
    year = only_open(2024, declaration=0)
    extended(year, BUREAU, 5)
    extended(year, INFORMATION, 3)
    information = Unit.objects.get(name=INFORMATION)
    assert due_day(year=2024, stage=Stage.DECLARATION, unit=information) == in_days(5)
    assert due_day(year=2024, stage=Stage.DISCLOSURE, unit=information) is None
    extended(year, CENTRE, 9)
    days = due_days(Deadline.objects.all(), Unit.objects.values_list("pk", flat=True))
    by_name = {Unit.objects.get(pk=unit).name: day for (_, unit), day in days.items()}
    assert by_name == {BUREAU: in_days(5), INFORMATION: in_days(5), CENTRE: in_days(9)}


def test_many_units_take_no_more_queries(
    cast: Cast, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    year = only_open(2024, declaration=0)
    extended(year, BUREAU, 5)
    bureau = Unit.objects.get(name=BUREAU)
    for number in range(30):
        Unit.objects.create(code=f"X{number}", name=f"下级 {number}", parent=bureau)
    units = list(Unit.objects.values_list("pk", flat=True))
    deadlines = list(Deadline.objects.all())
    with django_assert_num_queries(2):
        due_days(deadlines, units)


def test_units_in_a_circle_end(cast: Cast) -> None:
    year = only_open(2024, declaration=0)
    extended(year, INFORMATION, 5)
    bureau, information = (Unit.objects.get(name=name) for name in (BUREAU, INFORMATION))
    Unit.objects.filter(pk=bureau.pk).update(parent=information)
    assert due_day(year=2024, stage=Stage.DECLARATION, unit=bureau) == in_days(5)


@pytest.mark.parametrize(
    ("status", "days"),
    [
        ("draft", 1),
        ("returned", 1),
        ("unit_review", 1),
        ("submitted", 2),
        ("approved", 3),
        ("published", None),
    ],
)
def test_each_form_is_due_by_the_stage_it_is_in(cast: Cast, status: str, days: int | None) -> None:
    only_open(2020, self_evaluation=1, self_evaluation_review=2, disclosure=3)
    form = cast.planning
    form.status = status
    due = due_for(form)
    assert (due and due.left) == days


def test_the_editor_shows_the_last_day(cast: Cast, client_of: Callable[[str], Client]) -> None:
    only_open(2027, declaration=-1)
    form = copied_declaration(cast.preparer, cast.declaration)
    shown = text(client_of("preparer").get(f"/forms/{form.pk}/edit/"), ".editor-title .due-past")
    assert shown == f"{in_days(-1)}，已逾期 1 天"


def test_late_forms_say_so(cast: Cast, client_of: Callable[[str], Client]) -> None:
    Form.objects.filter(pk=cast.planning.pk).update(is_late=True)
    client = client_of("auditor")
    response = client.get("/forms/?check=late")
    assert text(response, ".results-count") == "共 1 张表"
    assert texts(response, "tbody .late") == ["逾期送审"]
    assert "逾期送审" in text(client.get(f"/forms/{cast.planning.pk}/"), ".toolbar-title")


def test_nothing_is_filled_in_for_a_closed_year(
    cast: Cast, client_of: Callable[[str], Client]
) -> None:
    only_open(2027)
    form = copied_declaration(cast.preparer, cast.declaration)
    FiscalYear.objects.filter(year=2027).update(is_open=False)
    client = client_of("preparer")
    answer = send(
        client,
        "PATCH",
        f"/forms/{form.pk}",
        {"version": form.version, "changes": [put("annual_goal", "改")]},
    )
    assert answer.status_code == 409
    assert "2027 年度已停止填报，不能修改，请联系管理员" in answer.json()["message"]
    assert client.post(f"/forms/{form.pk}/submit/", {"version": form.version}).status_code == 409
    page = client.get(f"/forms/{form.pk}/edit/", follow=True)
    assert "2027 年度已停止填报" in text(page, ".messages")
    assert client.get(f"/forms/{form.pk}/").status_code == 200
    form = Form.objects.get(pk=form.pk)
    assert actions_for(cast.preparer, form) == [Action.ANSWER]
    # Reviewing goes on.
    Form.objects.filter(pk=form.pk).update(status="submitted")
    form = Form.objects.get(pk=form.pk)
    assert Action.APPROVE in actions_for(cast.auditor, form)
    assert Action.WITHDRAW not in actions_for(cast.preparer, form)
