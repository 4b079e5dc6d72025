"""The one writer: text stays text, numbers stay exact, and the sheet is ready to be printed."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from io import BytesIO

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.utils import get_column_letter

from perfgoals.common.workbooks.reading import read_workbook
from perfgoals.common.workbooks.writer import CellRefused, put_value, sheet_title, workbook_bytes
from tests.workbooks.office import coordinate, opened, published_form, written

RISKY = ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "=cmd|' /C calc'!A0", "#N/A", "_x000D_", "_x0041_"]


def test_a_text_is_never_a_formula_and_comes_back_as_it_was() -> None:
    workbook = Workbook()
    sheet = workbook.worksheets[0]
    for row, text in enumerate(RISKY, 1):
        put_value(sheet.cell(row, 1), text)
    data = workbook_bytes(workbook)
    kept = load_workbook(BytesIO(data)).worksheets[0]
    assert [kept.cell(row, 1).data_type for row in range(1, len(RISKY) + 1)] == ["s"] * len(RISKY)
    (read,) = read_workbook(data)
    assert [read.cells[row, 1].value for row in range(1, len(RISKY) + 1)] == RISKY


@pytest.mark.parametrize(
    ("number", "kept_as"),
    [
        ("-5.20", "n"),
        ("0.1", "n"),
        ("123456789.15", "n"),
        ("12345678901234.5", "n"),
        ("123456789012345.67", "s"),
        ("999999999999999.999999", "s"),
    ],
)
def test_a_number_comes_back_with_all_its_digits(number: str, kept_as: str) -> None:
    workbook = Workbook()
    cell = workbook.worksheets[0].cell(1, 1)
    put_value(cell, Decimal(number), "#,##0.00")
    assert cell.data_type == kept_as
    (read,) = read_workbook(workbook_bytes(workbook))
    assert Decimal(str(read.cells[1, 1].value)) == Decimal(number)


def test_a_date_is_a_date() -> None:
    workbook = Workbook()
    put_value(workbook.worksheets[0].cell(1, 1), date(2026, 1, 31))
    (read,) = read_workbook(workbook_bytes(workbook))
    assert read.cells[1, 1].value == date(2026, 1, 31)
    assert read.cells[1, 1].text == "2026-01-31"


@pytest.mark.parametrize(
    ("text", "message"),
    [("字" * 32768, "文字长 32768 个字符，超过一格的上限 32767"), ("a\x07b", "控制字符")],
)
def test_what_no_cell_can_hold_is_refused(text: str, message: str) -> None:
    with pytest.raises(CellRefused, match=message):
        put_value(Workbook().worksheets[0].cell(1, 1), text)


@pytest.mark.parametrize(
    ("name", "taken", "title"),
    [
        ("甲/乙[丙]:丁*?\\", (), "甲_乙_丙__丁___"),
        ("", (), "表"),
        ("'引号'", (), "引号"),
        ("字" * 40, (), "字" * 31),
        ("字" * 40, ("字" * 31,), "字" * 28 + "(2)"),
        ("History", (), "History(2)"),
        ("😀" * 20, (), "😀" * 15),
    ],
)
def test_a_sheet_gets_a_title_that_excel_takes(
    name: str, taken: tuple[str, ...], title: str
) -> None:
    assert sheet_title(name, taken) == title


def test_the_official_sheet_is_laid_out_as_the_form() -> None:
    sheet = opened(written(published_form("移动源管理技术支持", 2026)))
    assert sheet["A1"].value == "财政项目支出绩效目标申报表"
    assert sheet["A1"].font.name == "宋体"
    assert sheet["A2"].value == "(2026 年度)"
    merged = {one.coord for one in sheet.merged_cells.ranges}
    row, column = coordinate(sheet, "项目资金\n(元)")
    assert f"A{row}:A{row + 3}" in merged
    top, column = coordinate(sheet, "成本指标")
    assert column == 2
    assert f"B{top}:B{top + 7}" in merged
    row, column = coordinate(sheet, "年度资金申请总额:")
    assert sheet.cell(row, column + 2).value == 9378080
    assert sheet.cell(row, column + 2).number_format == "#,##0.00"
    assert [sheet.cell(top, number).border.left.style for number in (1, 2, 3, 4, 7)] == ["thin"] * 5
    assert sheet.cell(top, 8).border.right.style == "thin"


def test_the_official_sheet_is_set_up_to_be_printed() -> None:
    sheet = opened(written(published_form("移动源管理技术支持", 2026)))
    header, _ = coordinate(sheet, "三级指标")
    assert sheet.print_title_rows == f"${header}:${header}"
    assert sheet.print_area.endswith(f"$A$1:$H${sheet.max_row}")
    assert sheet.page_setup.paperSize == 9
    assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (1, 0)
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert "&P" in sheet.oddFooter.center.text
    assert sheet.freeze_panes == "A4"
    assert sheet.column_dimensions["I"].hidden
    assert not sheet.protection.sheet


def test_rows_are_high_enough_and_none_higher_than_excel_allows() -> None:
    form = published_form("减污降碳工作专项经费", 2024)
    sheet = opened(written(form))
    heights = [sheet.row_dimensions[row].height for row in range(1, sheet.max_row + 1)]
    assert all(height is not None and height <= 409.5 for height in heights)
    row, column = coordinate(sheet, form.annual_goal)
    (span,) = [
        one for one in sheet.merged_cells.ranges if (one.min_row, one.min_col) == (row, column)
    ]
    width = sum(
        sheet.column_dimensions[get_column_letter(number)].width
        for number in range(span.min_col, span.max_col + 1)
    )
    room = sum(heights[span.min_row - 1 : span.max_row])
    lines = 2 * len(form.annual_goal) / width
    assert room >= lines * 12


def test_classes_are_offered_but_not_forced() -> None:
    form = published_form("移动源管理技术支持", 2026)
    choices = {"level1": ["成本指标", "产出指标"], "level2": ["数量指标"]}
    sheet = opened(written(form, choices=choices))
    first, _ = coordinate(sheet, "成本指标")
    offered = {str(one.sqref): one for one in sheet.data_validations.dataValidation}
    level1 = offered[f"B{first}:B{first + 61}"]
    assert level1.formula1 == '"成本指标,产出指标"'
    assert not level1.showErrorMessage
    assert offered[f"C{first}:C{first + 61}"].formula1 == '"数量指标"'
