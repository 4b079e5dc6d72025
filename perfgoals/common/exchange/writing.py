"""Writing tables that people open in a spreadsheet: text stays text, whatever it starts with."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from io import BytesIO, StringIO
from itertools import chain
from typing import Any

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

# What a spreadsheet takes for the beginning of a formula.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_WIDEST, _NARROWEST = 60, 10


def workbook_bytes(title: str, headers: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """The table as a workbook (.xlsx) of one sheet. Texts, numbers, dates and None (blank).

    A text is never a formula; a column of texts is formatted as text, so that a code typed into it
    later keeps its leading zeros.
    """
    workbook = Workbook()
    sheet = workbook.active
    assert sheet is not None
    sheet.title = title[:31]
    body = [list(row) for row in rows]
    for number, row in enumerate([list(headers), *body], 1):
        for column, value in enumerate(row, 1):
            _write(sheet.cell(number, column), value)
    for column, header in enumerate(headers, 1):
        values = [row[column - 1] for row in body]
        letter = get_column_letter(column)
        sheet.column_dimensions[letter].width = _width([header, *values])
        if all(value is None or isinstance(value, str) for value in values):
            sheet.column_dimensions[letter].number_format = "@"
        head = sheet.cell(1, column)
        head.font = Font(bold=True)
        head.fill = PatternFill("solid", fgColor="E7ECF3")
        head.alignment = Alignment(vertical="center")
    sheet.freeze_panes = "A2"
    buffer = BytesIO()
    workbook.save(buffer)
    return buffer.getvalue()


def csv_bytes(headers: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """The table as CSV in UTF-8 with a byte order mark, without which Excel garbles Chinese. A text that
    a spreadsheet would run gets an apostrophe before it; a negative number stays a number."""
    return b"".join(csv_lines(headers, rows))


def csv_lines(headers: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[bytes]:
    """The same line by line, for a table that is too long to be kept in memory."""
    yield codecs.BOM_UTF8
    for row in chain([headers], rows):
        text = StringIO(newline="")
        csv.writer(text).writerow([_harmless(value) for value in row])
        yield text.getvalue().encode()


def _write(cell: Any, value: Any) -> None:
    if isinstance(value, str):
        cell.value = ILLEGAL_CHARACTERS_RE.sub("\N{REPLACEMENT CHARACTER}", value)
        cell.number_format = "@"
        # Only this keeps a leading "=" from being a formula; it must come after the value.
        cell.data_type = "s"
        return
    cell.value = value
    if isinstance(value, date):
        cell.number_format = "yyyy-mm-dd"


def _width(values: Iterable[Any]) -> int:
    longest = max(sum(2 if ord(sign) > 255 else 1 for sign in str(value)) for value in values)
    return min(max(longest + 2, _NARROWEST), _WIDEST)


def _harmless(value: Any) -> Any:
    if isinstance(value, str) and value.startswith(FORMULA_STARTS):
        return f"'{value}"
    return value
