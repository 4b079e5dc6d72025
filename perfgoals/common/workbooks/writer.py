"""The one writer of workbooks. Text stays text whatever it starts with, numbers stay exact.

A spreadsheet keeps fifteen digits of a number; one with more is written as text, which is read back
whole, for a program that opens and saves the file would cut it silently.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import Any

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, Cell

from perfgoals.common.documents import MAX_TEXT, plain
from perfgoals.common.numbers import trimmed

TEXT_FORMAT = "@"
DAY_FORMAT = "yyyy-mm-dd"
_MAX_DIGITS = 15
_MAX_TITLE = 31
_FORBIDDEN = re.compile(r"[\\/*?:\[\]\x00-\x1f]")
# "_x000D_" in a text is read as the character of that number unless its first underscore is escaped.
_ESCAPE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")


class CellRefused(ValueError):
    """A value that no cell can hold. The message is a Chinese sentence."""


def put_text(cell: Cell, text: str) -> None:
    """Write a text. Raises CellRefused for one that is too long or holds control characters."""
    if len(text) > MAX_TEXT:
        raise CellRefused(f"文字长 {len(text)} 个字符，超过一格的上限 {MAX_TEXT}")
    if ILLEGAL_CHARACTERS_RE.search(text):
        raise CellRefused("文字含有不能写入工作簿的控制字符")
    cell.value = _ESCAPE.sub("_x005F_", text)
    # Only this keeps a leading "=" from being a formula, and "#N/A" from being an error; it must come
    # after the value.
    cell.data_type = "s"
    cell.number_format = TEXT_FORMAT


def fitting(text: str, cut: str = "……") -> str:
    """The text as far as a cell can hold it, for lists of what is kept already: signs that no cell can
    hold are replaced, and what is too long ends with ``cut``."""
    text = ILLEGAL_CHARACTERS_RE.sub("\N{REPLACEMENT CHARACTER}", text)
    return text if len(text) <= MAX_TEXT else text[: MAX_TEXT - len(cut)] + cut


def put_number(cell: Cell, number: Decimal, number_format: str) -> None:
    """Write a number as a number, or as text where a spreadsheet would not keep all its digits."""
    if len(trimmed(number).lstrip("-0.").replace(".", "")) > _MAX_DIGITS:
        put_text(cell, plain(number))
        return
    cell.value = number
    cell.number_format = number_format


def put_value(cell: Cell, value: Any, number_format: str = "General") -> None:
    """Write a text, a number, a date, or nothing. Raises CellRefused."""
    if isinstance(value, str):
        put_text(cell, value)
    elif isinstance(value, Decimal):
        put_number(cell, value, number_format)
    elif isinstance(value, int) and not isinstance(value, bool):
        put_number(cell, Decimal(value), number_format)
    elif isinstance(value, date):
        cell.value = value
        cell.number_format = DAY_FORMAT


def sheet_title(name: str, taken: Collection[str] = ()) -> str:
    """A title for a worksheet: without what none may contain, no longer than 31 characters (as Excel
    counts them, in UTF-16), and unlike those in ``taken``."""
    known = {title.casefold() for title in taken}
    wanted = _FORBIDDEN.sub("_", name).strip().strip("'").strip() or "表"
    title = _shortened(wanted, _MAX_TITLE)
    number = 2
    while title.casefold() in known or title.casefold() == "history":
        ending = f"({number})"
        title = _shortened(wanted, _MAX_TITLE - len(ending)) + ending
        number += 1
    return title


def _shortened(text: str, units: int) -> str:
    while len(text.encode("utf-16-le")) // 2 > units:
        text = text[:-1]
    return text.rstrip().rstrip("'")


def workbook_bytes(workbook: Workbook) -> bytes:
    """The finished workbook (.xlsx)."""
    buffer = BytesIO()
    workbook.save(buffer)
    return buffer.getvalue()
