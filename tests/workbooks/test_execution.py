"""Lists of executed budgets, as accounting systems write them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from openpyxl import Workbook

from perfgoals.common.workbooks.container import UnreadableWorkbook
from perfgoals.common.workbooks.tables.delimited import csv_bytes
from scoring.workbooks.execution import ReadList, read_execution_file
from tests.execution import HEAD, workbook


def said(found: ReadList) -> list[tuple[str, ...]]:
    return [(row.name, *(str(amount) for amount in row.amounts.values())) for row in found.rows]


def reasons(found: ReadList) -> list[str]:
    return [f"{one.where} {one.reason}" for one in found.ignored]


def problems(found: ReadList) -> list[tuple[str, ...]]:
    return [(one.cell, one.label, one.found, one.expected) for one in found.problems]


def test_a_plain_list() -> None:
    found = read_execution_file(workbook(HEAD, ["甲", 100, 120.5, 99], ["乙", "1,000.00", None, 3]))
    assert said(found) == [("甲", "100.00", "120.50", "99.00"), ("乙", "1000.00", "3.00")]
    assert (found.money_unit, found.is_stated, found.rows_read) == (None, False, 2)
    assert found.rows[0].cells["executed"] == "D2"


def test_a_list_as_a_system_exports_it() -> None:
    """Titles over all columns, the unit in a cell over its rows, sums, codes, sources, 万元."""
    found = read_execution_file(
        workbook(
            ["2020 年度部门预算执行情况表"],
            ["编制单位：上海市生态环境局", None, None, None, None, "单位：万元"],
            [
                "预算单位",
                "项目代码",
                "预算项目名称",
                "资金性质",
                "年初批复数",
                "调整后预算",
                "累计支出",
            ],
            ["甲中心", "A1", "监测", "一般公共预算资金", 10, 12, 11],
            [None, "A1", "监测", "上年结转", 1, 1, 1],
            [None, None, "小计", None, 11, 13, 12],
            [],
            ["乙中心", "B1", "执法", "其他资金", 5, 5, 4],
            ["合计", None, None, None, 16, 18, 16],
            merged=["A1:G1", "A4:A6"],
        )
    )
    assert [(row.row, row.unit, row.code, row.source) for row in found.rows] == [
        (4, "甲中心", "A1", "appropriation"),
        (5, "甲中心", "A1", "carryover"),
        (8, "乙中心", "B1", "other"),
    ]
    assert (found.money_unit, found.is_stated, found.blank_rows) == ("万元", True, 1)
    assert reasons(found) == ["6 「小计」是合计或小计行", "9 「合计」是合计或小计行"]


def test_units_above_their_projects() -> None:
    rows: list[Sequence[Any]] = [
        HEAD,
        ["甲中心", 9, 9, 9],
        ["一", 4, 4, 4],
        ["乙中心", 5, 5, 5],
        ["二", 5, 5, 5],
    ]
    found = read_execution_file(workbook(*rows), units=["甲中心", "乙 中心"])
    assert [(row.name, row.unit) for row in found.rows] == [("一", "甲中心"), ("二", "乙中心")]
    assert reasons(found) == ["2 「甲中心」是单位的汇总行", "4 「乙中心」是单位的汇总行"]


def test_the_unit_of_money_in_the_headings() -> None:
    head = ["项目", "年初预算数（万元）", "全年预算数（万元）", "全年执行数（万元）"]
    found = read_execution_file(workbook(head, ["甲", 1, 2, 3]))
    assert (found.money_unit, found.is_stated) == ("万元", True)


def test_what_is_no_amount_is_named_with_its_cell() -> None:
    rows: list[Sequence[Any]] = [
        HEAD,
        ["甲", "待定", 1, 1],
        ["乙", 1, -5, 1],
        [None, 1, 1, 1],
        ["丙", None, "-", ""],
    ]
    found = read_execution_file(workbook(*rows))
    assert problems(found) == [
        ("B2", "年初预算数", "待定", "应为金额（数字）"),
        ("C3", "全年预算数", "-5.00", "预算不能是负数"),
        ("A4", "项目名称", "", "有金额，没有项目名称"),
    ]
    assert reasons(found) == ["5 「丙」没有金额"]


def test_columns_and_sheets_that_are_not_read() -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append([*HEAD, "备注"])
    sheet.append(["甲", 1, 1, 1, "见附件"])
    book.create_sheet("说明").append(["请填写"])
    hidden = book.create_sheet("旧")
    hidden.append(HEAD)
    hidden.sheet_state = "hidden"
    buffer = BytesIO()
    book.save(buffer)
    found = read_execution_file(buffer.getvalue())
    assert reasons(found) == ["E（备注） 不属于本表，未读取"]
    assert [(one.sheet, one.reason) for one in found.skipped] == [
        ("说明", "没有「项目名称」和「执行数」的标题行"),
        ("旧", "是隐藏的工作表"),
    ]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_csv(encoding: str) -> None:
    data = csv_bytes(HEAD, [["甲", Decimal("1.5"), 2, 3]]).decode("utf-8-sig").encode(encoding)
    assert said(read_execution_file(data)) == [("甲", "1.5", "2", "3")]


@pytest.mark.parametrize(
    "data", [workbook(["姓名", "电话"], ["张", 1]), workbook(HEAD), b"x,y\n1,2"]
)
def test_a_file_without_a_list(data: bytes) -> None:
    with pytest.raises(UnreadableWorkbook, match="没有找到预算执行表"):
        read_execution_file(data)


# -- headings of two levels ------------------------------------------------------------------------

TWO_LEVELS: list[Sequence[Any]] = [
    ["2025年部门预算执行情况表（截至2025年12月31日）"],
    ["编制单位：某局", None, None, None, None, None, "单位：万元"],
    ["序号", "项目名称", "预算数", None, "执行情况", None, "备注"],
    [None, None, "年初预算", "全年预算", "执行数", "执行率", None],
    [1, "甲项目", 100, 120, 110, 0.9167, None],
    ["合计", None, 100, 120, 110, 0.9167, None],
    ["制表人：张三", None, None, None, None, None, None],
]
MERGED = ("A1:G1", "A3:A4", "B3:B4", "C3:D3", "E3:F3", "G3:G4")


@pytest.mark.parametrize("merged", [MERGED, ()])
def test_headings_of_two_levels(merged: Sequence[str]) -> None:
    """With the cells merged, and as systems write them that cannot merge."""
    found = read_execution_file(workbook(*TWO_LEVELS, merged=merged))
    assert said(found) == [("甲项目", "100.00", "120.00", "110.00")]
    assert (found.money_unit, found.as_of) == ("万元", date(2025, 12, 31))
    assert found.rows[0].cells["executed"] == "E5"
    told = reasons(found)
    assert any(one.startswith("F（") and "执行率" in one for one in told)
    assert "6 「合计」是合计或小计行" in told


def test_two_levels_in_a_csv() -> None:
    rows = [["" if cell is None else cell for cell in row] for row in TWO_LEVELS]
    found = read_execution_file(csv_bytes([str(one) for one in rows[0]], rows[1:]))
    assert [(one.name, one.amounts["executed"]) for one in found.rows] == [("甲项目", Decimal(110))]


def test_halves_of_a_heading_are_put_together() -> None:
    """预算数 over 年初 and 调整后, 执行数 over 本月 and 累计."""
    found = read_execution_file(
        workbook(
            ["项目名称", "预算数", None, "执行数", None],
            [None, "年初", "调整后", "本月", "累计"],
            ["甲", 1, 2, 3, 4],
            merged=["A1:A2", "B1:C1", "D1:E1"],
        )
    )
    assert said(found) == [("甲", "1.00", "2.00", "4.00")]
    assert "D（执行数 本月） 不属于本表，未读取" in reasons(found)


def test_a_block_of_columns_for_each_source() -> None:
    found = read_execution_file(
        workbook(
            ["项目名称", "合计", None, "其中：财政拨款", None, "其他资金", None],
            [None, *["全年预算", "执行数"] * 3],
            ["甲", 10, 9, 8, 7, 2, 2],
            ["乙", 5, 5, 5, 5, None, None],
            merged=["A1:A2", "B1:C1", "D1:E1", "F1:G1"],
        )
    )
    assert [
        (r.name, r.source, str(r.amounts["executed"]), r.cells["executed"]) for r in found.rows
    ] == [
        ("甲", "", "9.00", "C3"),
        ("甲", "appropriation", "7.00", "E3"),
        ("甲", "other", "2.00", "G3"),
        ("乙", "", "5.00", "C4"),
        ("乙", "appropriation", "5.00", "E4"),
    ]
    assert found.problems == []


def test_of_columns_that_could_both_be_meant_the_plainest() -> None:
    found = read_execution_file(
        workbook(
            ["项目名称", "年初预算", "预算指标", "全年预算", "本年支出", "执行数"],
            ["甲", 1, 2, 3, 4, 5],
        )
    )
    assert said(found) == [("甲", "1.00", "3.00", "5.00")]
    assert "C（预算指标） 与别的列重复，未读取" in reasons(found)


def test_columns_that_nobody_can_tell_apart_are_refused() -> None:
    rows: list[Sequence[Any]] = [["项目名称", "执行数", "执行数"], ["甲", 1, 2]]
    with pytest.raises(
        UnreadableWorkbook, match="有几列都像「全年执行数」：B（执行数）、C（执行数）"
    ):
        read_execution_file(workbook(*rows))


# -- rows ------------------------------------------------------------------------------------------


def test_sources_below_their_project() -> None:
    found = read_execution_file(
        workbook(
            HEAD,
            ["甲项目", 10, 10, 9],
            ["　其中：当年财政拨款", 8, 8, 7],
            ["　　　　上年结转资金", 2, 2, 2],
            ["　其中：政府采购", 3, 3, 3],
            ["乙项目", 1, 1, 1],
        )
    )
    assert [(row.name, row.source) for row in found.rows] == [
        ("甲项目", ""),
        ("甲项目", "appropriation"),
        ("甲项目", "carryover"),
        ("乙项目", ""),
    ]
    assert reasons(found) == ["5 「其中：政府采购」是「甲项目」的其中数"]


def test_projects_below_a_sum() -> None:
    found = read_execution_file(
        workbook(HEAD, ["合计", 3, 3, 3], ["其中：甲项目", 1, 1, 1], ["　　　乙项目", 2, 2, 2])
    )
    assert [row.name for row in found.rows] == ["甲项目", "乙项目"]


def test_a_further_source_needs_no_name() -> None:
    head = ["项目名称", "资金来源", "年初预算", "全年预算", "执行数"]
    found = read_execution_file(
        workbook(head, ["甲", "财政拨款", 1, 1, 1], [None, "其他资金", 2, 2, 2])
    )
    assert [(row.name, row.source) for row in found.rows] == [
        ("甲", "appropriation"),
        ("甲", "other"),
    ]


def test_a_sum_may_stand_under_any_heading() -> None:
    found = read_execution_file(
        workbook(["序号", *HEAD], [1, "甲", 1, 1, 1], ["合  计", None, 1, 1, 1])
    )
    assert len(found.rows) == 1
    assert found.problems == []


def test_a_project_is_not_filled_by_half() -> None:
    """One of its two sources cannot be read."""
    head = ["项目名称", "资金来源", "全年预算", "执行数"]
    found = read_execution_file(
        workbook(head, ["甲", "财政拨款", 1, 1], ["甲", "其他资金", "两万", 2], ["乙", None, 1, 1])
    )
    assert [row.name for row in found.rows] == ["乙"]
    assert problems(found) == [("C3", "全年预算数", "两万", "应为金额（数字）")]
    assert "2 「甲」另有不能读取的单元格" in reasons(found)


def test_numbers_as_text() -> None:
    found = read_execution_file(workbook(HEAD, ["甲", "1,234,567.80", "１００", "¥ 99.5"]))
    assert said(found) == [("甲", "1234567.80", "100", "99.5")]


def test_several_sheets_named_like_units() -> None:
    book = Workbook()
    first = book.active
    assert first is not None
    first.title = "甲中心"
    for sheet, name, unit in (
        (first, "一", "单位：元"),
        (book.create_sheet("乙中心"), "二", "（万元）"),
    ):
        sheet.append([unit])
        sheet.append(HEAD)
        sheet.append([name, 1, 1, 1])
    buffer = BytesIO()
    book.save(buffer)
    found = read_execution_file(buffer.getvalue(), units=["甲中心", "乙中心"])
    assert [(r.number, r.sheet, r.unit, r.money_unit) for r in found.rows] == [
        (1, "甲中心", "甲中心", "元"),
        (2, "乙中心", "乙中心", "万元"),
    ]
    assert (found.money_unit, found.is_stated) == (None, True)


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ([["单位：千元"], HEAD, ["甲", 1, 1, 1]], "金额单位是千元，只能读元或万元"),
        (
            [["项目名称", "年初预算（元）", "执行数（万元）"], ["甲", 1, 1]],
            "各列的金额单位不一致",
        ),
    ],
)
def test_units_of_money_that_are_not_read(rows: list[Sequence[Any]], told: str) -> None:
    with pytest.raises(UnreadableWorkbook, match=told):
        read_execution_file(workbook(*rows))


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("截至2025年11月", date(2025, 11, 30)),
        ("2025年1月1日至2025年12月31日", date(2025, 12, 31)),
        ("截止：2025-06-30", date(2025, 6, 30)),
        ("截至2025年13月", None),
        ("2025年度", None),
    ],
)
def test_until_when(text: str, day: date | None) -> None:
    assert read_execution_file(workbook([text], HEAD, ["甲", 1, 1, 1])).as_of == day
