"""Workbooks of the other formats (.xls, .xlsb, .ods) say the same as the .xlsx they were made of."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from openpyxl import Workbook

from perfgoals.common.workbooks.cells import ReadSheet, SheetCell
from perfgoals.common.workbooks.reading import (
    IMPORT_LIMITS,
    read_sheets_or_tables,
    read_workbook,
)
from perfgoals.common.workbooks.tables.reading import text_of
from scoring.workbooks.reading import over_kept, read_file
from tests.workbooks.binary_writer import as_xlsb
from tests.workbooks.office import published, published_form, saved, written

SAMPLES = Path(__file__).parent / "samples"
THREE = [
    published_form("交通工具购置及更新", 2024),
    published_form("土壤固废化学品污染防治", 2024),
    published_form("综合规划、区域协作及资金管理", 2020),
]


def sample(name: str) -> bytes:
    """A workbook saved by LibreOffice."""
    return (SAMPLES / name).read_bytes()


@pytest.mark.parametrize("data", ["three_forms.xls", "three_forms.ods", "xlsb"])
def test_official_forms_come_out_as_they_were_published(data: str) -> None:
    content = as_xlsb(written(*THREE, form=7, version=3)) if data == "xlsb" else sample(data)
    # A name says nothing: the content tells what the file is.
    file = read_file(content, name="甲.xlsx")
    assert [
        over_kept(form, one, file) for form, one in zip(file.forms, THREE, strict=True)
    ] == THREE
    assert [(form.form, form.version) for form in file.forms] == [(7, 3)] * 3
    assert file.ignored == []


def test_all_published_forms_as_xlsb() -> None:
    forms = published()
    file = read_file(as_xlsb(written(*forms)))
    assert [
        over_kept(one, form, file) for one, form in zip(file.forms, forms, strict=True)
    ] == forms


def shown() -> Workbook:
    """What ``shown.xls`` and ``shown.ods`` were made of, without their formulas."""
    workbook = Workbook()
    sheet = workbook.worksheets[0]
    sheet.title = "显示"
    for row, (value, code) in enumerate(SHOWN, 1):
        cell = sheet.cell(row, 2)
        cell.value, cell.number_format = value, code
    sheet["F1"] = "合并"
    sheet["H1"] = "藏"
    sheet.merge_cells("F1:G3")
    sheet.row_dimensions[4].hidden = True
    sheet.column_dimensions["H"].hidden = True
    hidden = workbook.create_sheet("隐藏")
    hidden["A1"] = "x"
    hidden.sheet_state = "hidden"
    return workbook


SHOWN = [
    (0.85, "0%"),
    (0.93541, "0.00%"),
    (3000, '"≥"0"辆次"'),
    (1234.5, "#,##0.00"),
    (45657, 'yyyy"年"m"月"d"日"'),
    (-1234.5, "#,##0.00"),
    (True, "General"),
    ("文字 两行\n第二行", "@"),
    (1e-7, "General"),
    (123456789012345, "0"),
]


@pytest.mark.parametrize("name", ["shown.xls", "shown.ods", "xlsb"])
def test_cells_are_read_as_people_see_them(name: str) -> None:
    data = as_xlsb(saved(shown())) if name == "xlsb" else sample(name)
    sheet, hidden = read_workbook(data)
    texts = [cell.text for cell in column(sheet, 2)]
    assert texts[:6] == ["85%", "93.54%", "≥3000辆次", "1,234.50", "2024年12月31日", "-1,234.50"]
    assert texts[7:] == ["文字 两行\n第二行", "0.0000001", "123456789012345"]
    assert sheet.cells[1, 2].value == Decimal("0.85")
    assert (sheet.name, sheet.hidden, hidden.name, hidden.hidden) == ("显示", False, "隐藏", True)
    merged = sheet.at(3, 7)
    assert merged is not None
    assert merged.text == "合并"
    assert (sheet.hidden_rows, sheet.hidden_columns) == (frozenset({4}), frozenset({8}))


@pytest.mark.parametrize("name", ["shown.xls", "shown.ods"])
def test_formulas_give_their_values_and_errors_are_named(name: str) -> None:
    sheet, _ = read_workbook(sample(name))
    assert sheet.cells[1, 4].problem == "是错误值 #DIV/0!"
    assert sheet.cells[2, 4].value == Decimal("1.7")


def column(sheet: ReadSheet, number: int) -> list[SheetCell]:
    return [cell for (_, at), cell in sorted(sheet.cells.items()) if at == number]


@pytest.mark.parametrize("binary", [False, True], ids=["xlsx", "xlsb"])
def test_flat_tables_say_what_is_shown(binary: bool) -> None:
    workbook = shown()
    workbook.worksheets[0].title = "项目"
    workbook.create_sheet("资金").append(["年度", 2024])
    data = as_xlsb(saved(workbook)) if binary else saved(workbook)
    sheets, tables = read_sheets_or_tables(data, IMPORT_LIMITS, frozenset({"项目", "资金"}))
    assert sheets == []
    assert [table.name for table in tables] == ["项目", "隐藏", "资金"]
    values = [str(text_of(cells[1])) for _, cells in tables[0].rows]
    assert values[:6] == ["85%", "93.54%", "≥3000辆次", "1234.5", "2024-12-31", "-1234.5"]
    assert tables[2].rows == [(1, ["年度", Decimal(2024)])]
