"""What became of a form since it last left its reviewer."""

from __future__ import annotations

import pytest

from projects.models import Form
from projects.services import add_comment, resolve_comment
from scoring.services import Round, adjust_form, approve_form, cell_value, endorse_form, round_of
from tests.cast import Cast
from tests.drafts import change, put, said
from tests.submitted import (
    handed_in_again,
    returned,
    submitted_declaration,
    unit_reviewer_of,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def form(cast: Cast) -> Form:
    return submitted_declaration(cast.preparer, cast.form("固定源管理技术支持", 2026))


def ask(form: Form, cast: Cast, place: str, text: str = "请改") -> int:
    return add_comment(form, by=cast.auditor, text=text, place=place).pk


def asked(form: Form) -> list[int]:
    return [comment.pk for comment in round_of(form).asked_not_changed]


def paths(form: Form) -> list[str]:
    return [one.path for one in round_of(form).changes]


def test_there_is_no_round_before_a_first_decision(cast: Cast, form: Form) -> None:
    assert round_of(form) == Round()
    assert round_of(cast.declaration) == Round()


def test_a_return_begins_a_round(cast: Cast, form: Form) -> None:
    version = form.version
    row = said(form).indicators[2]
    first = ask(form, cast, f"row:{row.code}.target")
    second = ask(form, cast, "annual_goal")
    form = returned(form, cast.auditor, reason="两处要改")
    now = round_of(form)
    assert (now.last_reason, now.last_version, now.changes) == ("两处要改", version, ())
    assert asked(form) == [first, second]

    change(form, cast.preparer, put("annual_goal", "全年完成3份评估报告。"))
    assert (paths(form), asked(form)) == (["annual_goal"], [first])
    change(form, cast.preparer, {"op": "move", "path": "indicators", "at": 2, "to": 0})
    assert asked(form) == [first]
    change(form, cast.preparer, put("indicators.0.target", "≥3.00(份)"))
    assert asked(form) == []
    form = handed_in_again(form, cast.preparer)
    assert set(paths(form)) == {"annual_goal", "indicators.0", "indicators.0.target"}


def test_a_row_that_is_gone_has_changed(cast: Cast, form: Form) -> None:
    ask(form, cast, f"row:{said(form).indicators[2].code}.target")
    form = returned(form, cast.auditor, reason="")
    change(form, cast.preparer, {"op": "remove", "path": "indicators", "at": 2, "count": 1})
    assert asked(form) == []
    (gone,) = round_of(form).changes
    assert (gone.path, gone.happened) == ("indicators.2", "removed")


def test_what_the_reviewer_took_back_was_not_asked(cast: Cast, form: Form) -> None:
    taken_back = ask(form, cast, "annual_goal")
    kept = ask(form, cast, "overall_goal")
    comment = form.comments.get(pk=taken_back)
    resolve_comment(comment, by=cast.auditor)
    form = returned(form, cast.auditor, reason="")
    assert asked(form) == [kept]
    # What the preparer merely marks as dealt with was asked and is not changed.
    resolve_comment(form.comments.get(pk=kept), by=cast.preparer)
    assert asked(form) == [kept]


def test_a_comment_on_the_whole_form_asks_for_any_change(cast: Cast, form: Form) -> None:
    number = ask(form, cast, "")
    form = returned(form, cast.auditor, reason="")
    assert asked(form) == [number]
    change(form, cast.preparer, put("annual_goal", "全年完成3份评估报告。"))
    assert asked(form) == []


def test_zeros_behind_an_amount_are_no_change(cast: Cast, form: Form) -> None:
    form = returned(form, cast.auditor)
    amount = said(form).funds.appropriation
    change(form, cast.preparer, put("funds.appropriation", f"{amount}00"))
    assert paths(form) == []


def test_an_earlier_comment_counts_from_when_it_was_made(cast: Cast, form: Form) -> None:
    number = ask(form, cast, "annual_goal")
    form = returned(form, cast.auditor, reason="")
    form = handed_in_again(form, cast.preparer, put("annual_goal", "全年完成3份评估报告。"))
    form = returned(form, cast.auditor, reason="还有别的")
    form = handed_in_again(form, cast.preparer, put("overall_goal", "三年内完成评估。"))
    assert paths(form) == ["overall_goal"]
    assert number not in asked(form)


def test_the_department_looks_at_what_became_of_its_own_word(cast: Cast) -> None:
    published = cast.form("固定源管理技术支持", 2026)
    form = submitted_declaration(cast.preparer, published)
    form = returned(form, cast.auditor, reason="部门退回")
    version = round_of(form).last_version
    person = unit_reviewer_of(form)
    form = handed_in_again(form, cast.preparer, put("annual_goal", "全年完成3份评估报告。"))
    assert (form.status, paths(form)) == ("unit_review", ["annual_goal"])
    form = returned(form, person, reason="单位退回")
    assert round_of(form).last_reason == "单位退回"
    form = handed_in_again(form, cast.preparer, put("overall_goal", "三年内完成评估。"))
    assert paths(form) == ["overall_goal"]
    endorse_form(form, by=person, expected_version=form.version)
    form.refresh_from_db()
    now = round_of(form)
    assert (now.last_reason, now.last_version) == ("部门退回", version)
    assert set(paths(form)) == {"overall_goal", "annual_goal"}


def test_an_adjustment_is_held_against_what_was_approved(cast: Cast, form: Form) -> None:
    approve_form(form, by=cast.auditor, expected_version=form.version)
    form.refresh_from_db()
    assert round_of(form) == Round()
    adjust_form(form, by=cast.preparer, expected_version=form.version, reason="任务调整")
    form.refresh_from_db()
    change(form, cast.preparer, put("annual_goal", "全年完成3份评估报告。"))
    assert paths(form) == ["annual_goal"]


@pytest.mark.parametrize(
    "path", ["indicators.99.name", "indicators.-1.name", "__class__", "x.y", ""]
)
def test_a_cell_that_is_not_there(form: Form, path: str) -> None:
    with pytest.raises(LookupError):
        cell_value(said(form), path)
