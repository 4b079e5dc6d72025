"""Splitting a sheet at its page breaks: labels again with （续）, tall rows cut, nothing lost."""

from __future__ import annotations

import pytest

from perfgoals.common.sheets import Place, Sheet, split_sheet, view_sheet
from perfgoals.common.sheets.pages import cut_text
from tests.rules.published_sheets import plain, published_sheet


def on_pages(sheet: Sheet, *last_rows: int) -> dict[int, list[Place]]:
    """Every row on one page; page n ends with the row ``last_rows[n - 1]``."""
    places = {}
    for row in sheet.rows():
        page = 1 + sum(row.source > last for last in last_rows)
        places[row.source] = [Place(page, {})]
    return places


def labels(sheet: Sheet) -> list[tuple[str, int, bool]]:
    """The merged labels of the tree from top to bottom: text, rows, repeated."""
    tree = sheet.blocks[2]
    return [
        (plain(cell.text), cell.rowspan, cell.repeated)
        for row in (*tree.header, *tree.rows)
        for cell in row.cells
        if cell.kind in ("side", "group")
    ]


def test_nothing_crosses_a_page() -> None:
    sheet = published_sheet("交通工具购置及更新", 2024)
    assert split_sheet(sheet, on_pages(sheet)) == sheet


def test_a_break_between_groups_repeats_what_goes_on_only() -> None:
    sheet = published_sheet("交通工具购置及更新", 2024)
    split = split_sheet(sheet, on_pages(sheet, 12))  # after the last row of 产出指标
    assert labels(split) == [
        ("绩效指标", 4, False),
        ("产出指标", 3, False),
        ("数量指标", 1, False),
        ("质量指标", 1, False),
        ("时效指标", 1, False),
        ("绩效指标", 3, True),
        ("效益指标", 2, False),
        ("生态效益指标", 1, False),
        ("可持续影响指标", 1, False),
        ("满意度指标", 1, False),
        ("服务对象满意度指标", 1, False),
    ]


def test_a_break_inside_a_group_repeats_its_label() -> None:
    sheet = published_sheet("固定源管理技术支持", 2026)
    # 成本指标 / 经济成本指标 has three rows, 10 to 12; pages end with rows 10 and 14.
    split = split_sheet(sheet, on_pages(sheet, 10, 14))
    assert labels(split)[:9] == [
        ("绩效指标", 2, False),
        ("成本指标", 1, False),
        ("经济成本指标", 1, False),
        ("绩效指标", 4, True),
        ("成本指标", 2, True),
        ("经济成本指标", 2, True),
        ("产出指标", 2, False),
        ("数量指标", 2, False),
        ("绩效指标", 12, True),
    ]
    repeated = [
        cell.text
        for table in view_sheet(split).tables
        for row in table.body
        for cell in row.cells
        if cell.text.endswith("（续）")
    ]
    assert repeated == [
        "绩效\n指标\n（续）",
        "成本指标（续）",
        "经济成本指标（续）",
        "绩效\n指标\n（续）",
        "产出指标（续）",
        "数量指标（续）",
    ]


def test_goals_that_go_on_are_cut_and_their_label_repeated() -> None:
    sheet = published_sheet("固定源管理技术支持", 2026)
    goal = sheet.cell("annual_goal").text
    places = on_pages(sheet, 8) | {8: [Place(1, {5: 100}), Place(2, {5: len(plain(goal)) - 100})]}
    split = split_sheet(sheet, places)
    goals = split.blocks[1]
    assert [[cell.repeated for cell in row.cells] for row in goals.rows] == [
        [False, False],
        [True, False, False],
    ]
    assert [row.cells[-1].text for row in goals.rows] == [goal[:100], goal[100:]]
    # What follows stands one row lower than before.
    assert split.blocks[2].header[0].cells[0].row == sheet.blocks[2].header[0].cells[0].row + 1


def test_a_tall_row_keeps_its_name_and_its_mark() -> None:
    sheet = published_sheet(
        "生态环境监测、总量控制、环境统计(污染源动态更新)、绿色发展评价和排污权交易管理", 2024
    )
    tree = sheet.blocks[2]
    row = tree.rows[3]
    reason = row.cells[-1]
    assert (reason.path, reason.damaged) == ("indicators.3.deviation_reason", "partial")
    taken = {cell.column: len(plain(cell.text)) for cell in row.cells}
    places = on_pages(sheet, row.source) | {
        row.source: [Place(1, taken | {reason.column: 20}), Place(2, {reason.column: 50})]
    }
    rows = [row for row in split_sheet(sheet, places).blocks[2].rows if row.cut]
    assert len(rows) == 2
    last = {cell.kind: cell for cell in rows[1].cells}
    assert (last["name"].text, last["name"].repeated) == (
        "上海市排污权有偿使用和交易技术评估报告",
        True,
    )
    assert [cell.text for cell in rows[1].cells if cell.kind == "number"] == ["", ""]
    assert [each.cells[-1].damaged for each in rows] == [None, "partial"]
    assert rows[0].cells[-1].text + rows[1].cells[-1].text == reason.text


@pytest.mark.parametrize(
    ("text", "taken", "parts"),
    [
        ("甲乙丙丁", [2, 2], ["甲乙", "丙丁"]),
        ("甲 乙\n丙丁", [2, 2], ["甲 乙", "丙丁"]),
        ("甲乙", [2, 0, 0], ["甲乙", "", ""]),
        ("甲乙丙", [0, 3], ["", "甲乙丙"]),
        ("甲乙丙丁", [1, 1], ["甲", "乙丙丁"]),  # the last part takes all that is left
        ("甲乙", [9, 9], ["甲乙", ""]),
        (" 甲", [1], [" 甲"]),
    ],
)
def test_cutting_a_text(text: str, taken: list[int], parts: list[str]) -> None:
    assert cut_text(text, taken) == parts
