"""A plain list as a workbook of one sheet: what is shown in a table, to be taken away."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

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


def list_workbook(title: str, headers: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """The list as a workbook (.xlsx). Texts, numbers, dates and None (blank).

    A text is never a formula; a column of texts is formatted as text, so that a code typed into it
    later keeps its leading zeros.
    """
    workbook = Workbook()
    sheet = workbook.active
    assert sheet is not None
    sheet.title = sheet_title(title)
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
    sheet.freeze_panes = "A2"
    return workbook_bytes(workbook)


def _width(values: Iterable[Any]) -> int:
    longest = max(sum(2 if ord(sign) > 255 else 1 for sign in str(value)) for value in values)
    return min(max(longest + 2, _NARROWEST), _WIDEST)
