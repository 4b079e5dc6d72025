"""The cells of an .xls workbook (Excel 97 to 2003). Runs in the reading process only."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import xlrd  # type: ignore[import-untyped]

from perfgoals.common.workbooks.cells import Span
from perfgoals.common.workbooks.container import PROTECTED, UnreadableWorkbook
from perfgoals.common.workbooks.extent import Counter, PlainCell, SheetExtent
from perfgoals.common.workbooks.formats import GENERAL

_DAYS_BETWEEN_EPOCHS = 1462  # from 1900 to 1904, which old Macintosh workbooks count from


def sheet_names(data: bytes) -> list[str]:
    """The names of the sheets, in their order."""
    return list(_opened(data).sheet_names())


def read_sheets(data: bytes, counter: Counter) -> list[dict[str, Any]]:
    """The sheets as the reading process sends them. Raises UnreadableWorkbook, and whatever the parser
    raises for a broken file."""
    book = _opened(data)
    sheets: list[dict[str, Any]] = []
    for number, name in enumerate(book.sheet_names()):
        sheet = book.sheet_by_index(number)
        extent = counter.begin(name, sheet.visibility != 0)
        cells = list(_cells(book, sheet, extent, counter))
        _note_layout(sheet, extent, counter)
        counter.end(extent)
        sheets.append(extent.as_plain(cells))
        book.unload_sheet(number)
    counter.finish()
    return sheets


def _cells(
    book: xlrd.Book, sheet: Any, extent: SheetExtent, counter: Counter
) -> Iterator[PlainCell]:
    for row in range(sheet.nrows):
        for column in range(sheet.row_len(row)):
            plain = _plain(book, sheet.cell(row, column))
            if plain is not None:
                counter.note(extent, row + 1, column + 1, len(plain[1]))
                yield [row + 1, column + 1, *plain]


def _note_layout(sheet: Any, extent: SheetExtent, counter: Counter) -> None:
    """What is hidden, and what is merged."""
    for row, info in sheet.rowinfo_map.items():
        if info.hidden:
            extent.hide_row(row + 1)
    for column, info in sheet.colinfo_map.items():
        if info.hidden:
            extent.hide_columns(column + 1, column + 1, counter.limits)
    extent.merges = [
        Span(top + 1, left + 1, bottom, right) for top, bottom, left, right in sheet.merged_cells
    ]


def _plain(book: xlrd.Book, cell: Any) -> tuple[str, str, str, str] | None:
    """Kind, text, format and problem; None for a cell that holds nothing."""
    kind, value = cell.ctype, cell.value
    if kind in (xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK) or value == "":
        return None
    if kind == xlrd.XL_CELL_TEXT:
        return "s", str(value), GENERAL, ""
    if kind == xlrd.XL_CELL_BOOLEAN:
        return "b", "1" if value else "0", GENERAL, ""
    if kind == xlrd.XL_CELL_ERROR:
        text = xlrd.error_text_from_code.get(value, "#N/A")
        return "s", text, GENERAL, f"是错误值 {text}"
    if kind == xlrd.XL_CELL_DATE and book.datemode:
        value += _DAYS_BETWEEN_EPOCHS
    style = book.xf_list[cell.xf_index]
    code = book.format_map[style.format_key].format_str or GENERAL
    return "n", f"{value:.15g}", code, ""


def _opened(data: bytes) -> xlrd.Book:
    try:
        return xlrd.open_workbook(
            file_contents=data, formatting_info=True, on_demand=True, logfile=io.StringIO()
        )
    except xlrd.XLRDError as error:
        if "encrypted" in str(error).lower():
            raise UnreadableWorkbook("password", PROTECTED) from error
        raise
