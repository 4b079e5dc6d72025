"""Changing a form: what is saved, what is refused, and what the history keeps."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from perfgoals.common.documents import DocumentError
from projects.models import Form, FormVersion
from projects.services import StaleVersion
from projects.workflow import WrongStatus
from scoring.documents import read_form
from scoring.services import (
    NotSound,
    patch_form,
    restore_version,
    submit_form,
    withdraw_form,
)
from tests.cast import Cast
from tests.drafts import CHANGES, change, copied_declaration, evaluation_of, put, said

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft(cast: Cast) -> Form:
    """A declaration of 2027, 17 rows, copied from that of 2026."""
    return copied_declaration(cast.preparer, cast.form("固定源管理技术支持", 2026))


def test_a_change_is_stored_and_makes_a_version(cast: Cast, draft: Form) -> None:
    before = timezone.now()
    change(draft, cast.preparer, put("indicators.3.target", "≥52000.00(家)"))
    stored = Form.objects.get(pk=draft.pk)
    assert stored.version == draft.version == 2
    assert stored.updated_at == draft.updated_at >= before
    row = stored.declaration.indicators.get(order=3)
    assert (row.target, row.target_number, row.target_measure) == (
        "≥52000.00(家)",
        Decimal(52000),
        "家",
    )
    assert said(stored) == read_form(stored.versions.get(number=2).document)


def test_one_object_can_be_changed_again_and_again(cast: Cast, draft: Form) -> None:
    for number in range(3):
        change(draft, cast.preparer, put("indicators.0.target", f"≤{number}.00(元/家)"))
        change(draft, cast.preparer, put("funds.annual_request", f"{number}.50"))
        change(draft, cast.preparer, put("annual_goal", f"目标{number}"))
        document = said(draft)
        assert document.indicators[0].target == f"≤{number}.00(元/家)"
        assert document.funds.annual_request == Decimal(f"{number}.50")
        assert document.annual_goal == f"目标{number}"
        assert document == said(draft)


def test_rows_come_and_go(cast: Cast, draft: Form) -> None:
    new = {"level1": "产出指标", "level2": "数量指标", "name": "培训次数", "target": "≥2.00(次)"}
    change(
        draft,
        cast.preparer,
        {"op": "insert", "path": "indicators", "at": 4, "rows": [new, new]},
        {"op": "remove", "path": "indicators", "at": 0, "count": 3},
    )
    rows = said(draft).indicators
    assert [row.name for row in rows[:3]] == [
        "固定污染源信息库动态更新企业数",
        "培训次数",
        "培训次数",
    ]
    assert len(rows) == 16
    assert len({row.code for row in rows}) == 16


def test_of_two_writers_the_second_is_told(cast: Cast, draft: Form) -> None:
    other = Form.objects.get(pk=draft.pk)
    change(draft, cast.preparer, put("annual_goal", "甲写的"))
    with pytest.raises(StaleVersion):
        change(other, cast.colleague, put("annual_goal", "乙写的"))
    assert said(draft).annual_goal == "甲写的"
    with pytest.raises(StaleVersion):
        patch_form(
            Form.objects.get(pk=draft.pk),
            CHANGES.validate_python([put("annual_goal", "乙写的")]),
            by=cast.colleague,
            expected_version=1,
        )


def test_what_cannot_be_held_is_refused_and_the_rest_saved(cast: Cast, draft: Form) -> None:
    patched = change(
        draft,
        cast.preparer,
        put("funds.annual_request", "二百万"),
        put("annual_goal", "写好的目标"),
        put("unit", "别的单位"),
    )
    assert sorted((e.path, e.code, e.message) for e in patched.refused) == [
        ("funds.annual_request", "number", "应为数字，读到 「二百万」"),
        ("unit", "locked", "年度、单位等在建表时已确定，不能改动"),
    ]
    document = said(draft)
    assert document.annual_goal == "写好的目标"
    assert document.funds.annual_request == Decimal("2220000.00")


def test_a_row_that_is_not_there_changes_nothing(cast: Cast, draft: Form) -> None:
    with pytest.raises(DocumentError):
        change(draft, cast.preparer, put("annual_goal", "新"), put("indicators.90.name", "新"))
    stored = Form.objects.get(pk=draft.pk)
    assert stored.version == 1
    assert said(stored).annual_goal != "新"


def test_taken_over_indicators_are_locked(cast: Cast) -> None:
    form = evaluation_of(cast.preparer, cast.form("固定源管理技术支持", 2026))
    patched = change(
        form,
        cast.preparer,
        put("indicators.0.target", "≤1.00(元/家)"),
        {"op": "remove", "path": "indicators", "at": 0, "count": 1},
        put("indicators.0.actual", "9.50(元/家)"),
    )
    assert [(e.path, e.message) for e in patched.refused] == [
        ("indicators.0.target", "指标和指标值取自已批准的申报表，不能改动"),
        ("indicators", "指标取自已批准的申报表，不能增删或移动"),
    ]
    rows = said(form).indicators
    assert (len(rows), rows[0].target, rows[0].actual) == (17, "≤10.00(元/家)", "9.50(元/家)")


def test_saves_of_one_sitting_are_one_version(cast: Cast, draft: Form) -> None:
    for number in range(4):
        change(draft, cast.preparer, put("annual_goal", f"第 {number} 稿"))
    sitting = draft.versions.get(number=5)
    assert (sitting.first_number, sitting.reason) == (2, "saved")
    assert sitting.document["annual_goal"] == "第 3 稿"
    assert draft.versions.count() == 2


def test_another_person_or_a_long_break_begins_another_sitting(cast: Cast, draft: Form) -> None:
    change(draft, cast.preparer, put("annual_goal", "张写的"))
    change(draft, cast.colleague, put("annual_goal", "李写的"))
    change(draft, cast.preparer, put("annual_goal", "张又写的"))
    draft.versions.update(at=timezone.now() - timedelta(minutes=31))
    change(draft, cast.preparer, put("annual_goal", "张后来写的"))
    numbers = draft.versions.order_by("number").values_list(
        "first_number", "number", "by__username"
    )
    assert list(numbers) == [
        (1, 1, "preparer"),
        (2, 2, "preparer"),
        (3, 3, "colleague"),
        (4, 4, "preparer"),
        (5, 5, "preparer"),
    ]


def test_a_restored_version_is_a_new_one(cast: Cast, draft: Form) -> None:
    original = said(draft)
    change(
        draft,
        cast.preparer,
        put("annual_goal", "改掉的"),
        {"op": "remove", "path": "indicators", "at": 2, "count": 5},
    )
    restore_version(draft, 1, by=cast.colleague, expected_version=2)
    stored = Form.objects.get(pk=draft.pk)
    assert said(stored) == original
    latest = stored.versions.get(number=3)
    assert (latest.reason, latest.note) == (FormVersion.Reason.RESTORED, "恢复到第 1 版")
    assert stored.versions.count() == 3


def test_errors_stop_the_submit_and_a_submitted_form_the_editing(cast: Cast, draft: Form) -> None:
    with pytest.raises(NotSound) as caught:
        submit_form(draft, by=cast.preparer, expected_version=1)
    assert "copied.unconfirmed" in {finding.code for finding in caught.value.findings}
    assert Form.objects.get(pk=draft.pk).status == "draft"
    Form.objects.filter(pk=draft.pk).update(status="submitted")
    submitted = Form.objects.get(pk=draft.pk)
    with pytest.raises(WrongStatus, match="这份表现在是「待审核」，不能修改"):
        change(submitted, cast.preparer, put("annual_goal", "新"))
    withdraw_form(submitted, by=cast.preparer, expected_version=1)
    change(submitted, cast.preparer, put("annual_goal", "新"))
    assert said(draft).annual_goal == "新"
