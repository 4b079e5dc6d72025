"""Changes by path, and the differences between two versions of a form."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from pydantic import TypeAdapter

from perfgoals.common.documents import DocumentError
from perfgoals.common.patches import Change, Happened, apply_changes, differences
from scoring.documents import SelfEvaluationDocument

CHANGES: TypeAdapter[list[Change]] = TypeAdapter(list[Change])


def document(*names: str, **cells: Any) -> SelfEvaluationDocument:
    rows = [{"level2": "数量指标", "name": name, "weight": "10"} for name in names]
    return SelfEvaluationDocument.read(
        {"form": "self_evaluation", "year": 2024, "indicators": rows, **cells}
    )


def changed(before: SelfEvaluationDocument, *changes: dict[str, Any]):
    return apply_changes(before, CHANGES.validate_python(list(changes)))


def test_a_cell_is_set_by_its_path() -> None:
    after, refused = changed(
        document("培训次数"), {"op": "set", "path": "funds.total.executed", "value": "990,000"}
    )
    assert after.funds.total.executed == Decimal("990000")
    assert refused == []


def test_letters_in_an_amount_are_refused_for_that_cell_alone() -> None:
    after, refused = changed(
        document("培训次数", "报告数"),
        {"op": "set", "path": "indicators.0.weight", "value": "十分"},
        {"op": "set", "path": "indicators.1.weight", "value": "12.5"},
    )
    assert [(item.path, item.message) for item in refused] == [
        ("indicators.0.weight", "应为数字，读到 「十分」")
    ]
    assert [row.weight for row in after.indicators] == [Decimal("10"), Decimal("12.5")]


def test_a_refused_cell_keeps_its_value_though_its_row_moved_on() -> None:
    after, refused = changed(
        document("甲", "乙", "丙"),
        {"op": "set", "path": "indicators.0.weight", "value": "abc"},
        {"op": "move", "path": "indicators", "at": 0, "to": 2},
    )
    assert [row.name for row in after.indicators] == ["乙", "丙", "甲"]
    assert after.indicators[2].weight == Decimal("10")
    assert [item.path for item in refused] == ["indicators.2.weight"]


def test_rows_are_put_in_taken_out_and_moved() -> None:
    after, _ = changed(
        document("甲", "乙"),
        {"op": "insert", "path": "indicators", "at": 1, "rows": [{"name": "丙"}, {"name": "丁"}]},
        {"op": "remove", "path": "indicators", "at": 0},
        {"op": "move", "path": "indicators", "at": 2, "to": 0},
    )
    assert [row.name for row in after.indicators] == ["乙", "丙", "丁"]


@pytest.mark.parametrize(
    "change",
    [
        {"op": "remove", "path": "indicators", "at": 5},
        {"op": "insert", "path": "indicators", "at": 5, "rows": [{}]},
        {"op": "move", "path": "indicators", "at": 0, "to": 9},
        {"op": "remove", "path": "expected_goal", "at": 0},
        {"op": "set", "path": "indicators.7.name", "value": "x"},
        {"op": "set", "path": "indicators.0", "value": {}},
        {"op": "set", "path": "indicators.0.name.x", "value": "x"},
    ],
)
def test_a_change_outside_the_form_changes_nothing(change: dict[str, Any]) -> None:
    with pytest.raises(DocumentError) as caught:
        changed(document("甲"), change)
    assert caught.value.errors[0].path == change["path"]


def test_an_unknown_cell_is_refused() -> None:
    after, refused = changed(
        document("甲"), {"op": "set", "path": "indicators.0.colour", "value": "红"}
    )
    assert [item.path for item in refused] == ["indicators.0.colour"]
    assert after == document("甲")


def test_a_row_put_in_at_the_top_is_one_difference() -> None:
    found = differences(document("甲", "乙"), document("新", "甲", "乙"))
    assert [(d.path, d.happened, d.after) for d in found] == [
        ("indicators.0", Happened.ADDED, "新")
    ]


def test_differences_name_both_values() -> None:
    before = document("甲", expected_goal="完成运维")
    after = document("甲", expected_goal="完成运维并验收")
    assert [(d.path, d.before, d.after) for d in differences(before, after)] == [
        ("expected_goal", "完成运维", "完成运维并验收")
    ]


def test_a_row_taken_out_and_one_moved() -> None:
    found = differences(document("甲", "乙", "丙", "丁"), document("丁", "甲", "丙"))
    assert [(d.path, d.happened, d.before, d.after) for d in found] == [
        ("indicators.0", Happened.MOVED, "第 4 行", "第 1 行"),
        ("indicators.1", Happened.REMOVED, "乙", None),
    ]


def test_an_empty_cell_and_an_absent_one_are_the_same() -> None:
    assert differences(document("甲"), document("甲", expected_goal="")) == []
