"""Habits of departments: goals beside their headings, classes with their points, units behind numbers."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest

from tests.workbooks.test_department_sheets import (
    changed,
    ignored,
    messages,
    read,
    sheet_of,
    taken,
    the_form,
)

DECLARED: tuple[Sequence[Any], ...] = (
    ["2026年度项目支出绩效目标申报表"],
    ["金额单位：元"],
    ["项目名称", "甲项目"],
    ["主管部门", "丙局", "实施单位", "乙中心"],
    ["年度资金总额", 100, "其中：财政拨款", 100],
)
TREE: tuple[Sequence[Any], ...] = (
    ["一级指标", "二级指标", "三级指标", "指标值"],
    ["产出指标", "数量指标", "份数", "≥3份"],
)


@pytest.mark.parametrize(
    ("goals", "overall", "annual"),
    [
        ([["项目总目标", "建成"], ["年度总体目标", "完成一期"]], "建成", "完成一期"),
        ([["项目总目标"], ["建成"], ["年度总体目标"], ["完成一期"]], "建成", "完成一期"),
        ([["项目总目标：建成"], ["年度总体目标：完成一期"]], "建成", "完成一期"),
        ([["总体目标", "中期目标", "年度目标"], [None, "建成", "完成一期"]], "建成", "完成一期"),
        ([["总体\n目标", "完成一期"]], "", "完成一期"),
    ],
    ids=["beside", "below", "in one cell", "side by side", "one goal only"],
)
def test_goals_stand_below_or_beside_their_headings(
    goals: list[list[Any]], overall: str, annual: str
) -> None:
    file = read(sheet_of([*DECLARED, *goals, *TREE]))
    form = the_form(file)
    document: Any = form.document
    assert document is not None, [one.message for one in form.problems]
    assert (document.overall_goal or "", document.annual_goal) == (overall, annual)
    assert ignored(file) == []


def test_a_goal_under_another_name_is_told() -> None:
    form = the_form(read(sheet_of([*DECLARED, ["总体目标", "完成一期"], *TREE])))
    assert "没有「年度总体目标」，按「总体目标」读取" in form.remarks


def test_a_class_may_be_broken_into_lines_and_bear_its_points() -> None:
    document = taken(changed((11, 1, "产 出\n指标（90分）"), (12, 1, "产出指标")))
    assert [row.level1 for row in document.indicators] == ["产出指标", "产出指标"]


def test_points_and_amounts_may_bear_their_unit() -> None:
    document = taken(changed((11, 6, "50分"), (6, 3, "１００万元"), (6, 4, "200 万元")))
    assert document.indicators[0].weight == Decimal(50)
    assert document.funds.total.initial_budget == Decimal(100)
    assert messages(changed((6, 3, "1000000元")))


def test_a_total_that_is_merged_across_the_weights_is_no_weight() -> None:
    sheet = changed((13, 1, "合计"), (13, 6, None))
    sheet.merge_cells("A13:F13")
    document = taken(sheet)
    assert document.total_weight is None
    assert document.total_score == Decimal("97.5")


def test_a_class_that_is_left_blank_goes_on_from_the_row_above() -> None:
    rows: list[Sequence[Any]] = [
        ["产出指标", "数量指标", "份数", "≥3份"],
        [None, None, "册数", "≥5册"],
        [None, "质量指标", "合格率", "≥95%"],
        ["效益指标", None, "知晓率", "≥80%"],
        [None, "社会效益", "投诉", "≤2件"],
        ["满意度指标"],
        [None, None, "满意度", "≥90%"],
    ]
    form = the_form(read(sheet_of([*DECLARED, TREE[0], *rows])))
    document: Any = form.document
    assert [(row.level1, row.level2) for row in document.indicators] == [
        ("产出指标", "数量指标"),
        ("产出指标", "数量指标"),
        ("产出指标", "质量指标"),
        ("效益指标", ""),
        ("效益指标", "社会效益"),
        ("满意度指标", ""),
    ]
    assert "A8、B8、A9、A11、A13 的分类留空，沿用上面一行的" in form.remarks
