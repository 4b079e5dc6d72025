"""Plain lists as a workbook, each on a sheet: what is shown in a table, to be taken away."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties

from perfgoals.common.workbooks.wrapping import height_of, lines_in, widest_line
from perfgoals.common.workbooks.writer import (
    TEXT_FORMAT,
    fitting,
    put_text,
    put_value,
    sheet_title,
    workbook_bytes,
)

_WIDEST, _NARROWEST = 60, 10
_HEAD = PatternFill("solid", fgColor="E7ECF3")


class PlainList(NamedTuple):
    """title: of the sheet. rows: texts, numbers, dates and None (blank)."""

    title: str
    headers: Sequence[str]
    rows: Iterable[Sequence[Any]]


def list_workbook(title: str, headers: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """One list as a workbook (.xlsx)."""
    return lists_workbook([PlainList(title, headers, rows)])


def lists_workbook(lists: Iterable[PlainList]) -> bytes:
    """The lists as a workbook (.xlsx), in that order.

    A text is never a formula; a column of texts is formatted as text, so that a code typed into it
    later keeps its leading zeros.
    """
    workbook = Workbook()
    assert workbook.active is not None
    workbook.remove(workbook.active)
    for one in lists:
        _write(workbook.create_sheet(sheet_title(one.title)), one.headers, one.rows)
    return workbook_bytes(workbook)


def _write(sheet: Any, headers: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    body = [[fitting(cell) if isinstance(cell, str) else cell for cell in row] for row in rows]
    for column, header in enumerate(headers, 1):
        head: Any = sheet.cell(1, column)
        put_text(head, fitting(header))
        head.font = Font(bold=True)
        head.fill = _HEAD
        head.alignment = Alignment(vertical="center")
    for number, row in enumerate(body, 2):
        for column, value in enumerate(row, 1):
            cell: Any = sheet.cell(number, column)
            put_value(cell, value)
    for column, header in enumerate(headers, 1):
        values = [row[column - 1] for row in body]
        dimension = sheet.column_dimensions[get_column_letter(column)]
        dimension.width = _width([header, *values])
        if all(value is None or isinstance(value, str) for value in values):
            dimension.number_format = TEXT_FORMAT
        if dimension.width == _WIDEST:
            for number, value in enumerate(values, 2):
                sheet.cell(number, column).alignment = Alignment(wrap_text=True, vertical="top")
                lines = lines_in(str(value or ""), _WIDEST)
                if lines > 1:
                    row = sheet.row_dimensions[number]
                    row.height = max(row.height or 0, height_of(lines))
    sheet.freeze_panes = "A2"
    _set_up_print(sheet)


def _set_up_print(sheet: Any) -> None:
    """As wide as the paper, with the headings and the number on each page."""
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.orientation = "landscape"
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.page_setup.fitToHeight = 0
    sheet.print_title_rows = "1:1"
    sheet.print_options.gridLines = True
    sheet.oddFooter.center.text = "&A　第 &P 页 共 &N 页"


def _width(values: Iterable[Any]) -> int:
    longest = max(widest_line(str(value)) for value in values)
    return min(max(longest + 2, _NARROWEST), _WIDEST)
