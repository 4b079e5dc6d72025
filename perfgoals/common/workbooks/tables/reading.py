"""Finding a flat table on a sheet by its headings, and reading its cells as people see them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from functools import partial
from typing import Any

from perfgoals.common.documents import unpadded
from perfgoals.common.workbooks.cells import column_letters
from perfgoals.common.workbooks.formats import (
    shown_date,
    shown_number,
    shown_places,
    shows_percent,
)
from perfgoals.common.workbooks.labels import fold
from perfgoals.common.workbooks.tables.spec import NUMBERS, Column, ColumnKind, TableSpec
from perfgoals.common.workbooks.tables.table import CellValue, Faulty, Formatted, Table

_SEARCHED = 30  # rows from the top in which the headings may stand
_SHOWN = 40
_REMEMBERED = 50_000
_LARGEST = Decimal(10) ** 20
_SIGNS = frozenset({"", "-", "—", "——", "–", "―", "/", "无"})  # written where no number belongs
_NUMBER = re.compile(r"[+-]?(\d{1,3}(,\d{3})+|\d+)(\.\d*)?|[+-]?\.\d+")
_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?( 0{1,2}:00(:00)?)?")
_DIGITS_DAY = re.compile(r"(\d{4})(\d{2})(\d{2})")
_YEAR = re.compile(r"((?:19|20|21)\d\d)(年度?)?")
_PLACES = {ColumnKind.AMOUNT: 6, ColumnKind.RATE: 4, ColumnKind.POINTS: 4}
_UNITS = re.compile(r"[((\[【]\s*(?:单位[::])?\s*(元|万元)\s*[))\]】]")
_EXPECTED = {
    ColumnKind.AMOUNT: "应为金额（数字）",
    ColumnKind.RATE: "应为百分数（如 93.54 或 93.54%）",
    ColumnKind.POINTS: "应为分数（数字）",
    ColumnKind.DAY: "应为日期（如 2026-01-31）",
    ColumnKind.YEAR: "应为四位年份",
    ColumnKind.WHOLE: "应为整数",
}


@dataclass(frozen=True, slots=True)
class Wrong:
    """A cell that cannot be taken: what stands there, and a Chinese sentence on what belongs there."""

    found: str
    expected: str


Read = Callable[[CellValue], Any]
"""Reads a cell that holds something: its value, or Wrong."""


@dataclass(slots=True)
class FoundTable:
    """A table found on a sheet.

    heading_row: the number of the row with the headings. places: index of the column by its key, from
    0. money_units: 元 or 万元 where the heading of the column says so. ignored: letters and heading of
    the columns that are not read, with the reason. missing: columns that are not there. rows: the rows
    below the headings that hold something, all ``width`` cells long; blank_rows: how many hold nothing.
    """

    spec: TableSpec
    name: str
    heading_row: int
    width: int
    places: dict[str, int]
    money_units: dict[str, str]
    ignored: list[tuple[str, str, str]]
    missing: list[Column]
    rows: list[tuple[int, list[CellValue]]] = field(default_factory=list)
    blank_rows: int = 0

    def address(self, row: int, key: str) -> str:
        """The address of a cell; "" where the table has no such column."""
        place = self.places.get(key)
        return "" if place is None else f"{column_letters(place + 1)}{row}"

    @property
    def required_missing(self) -> list[Column]:
        return [column for column in self.missing if column.required]


def find_table(table: Table, spec: TableSpec) -> FoundTable | None:
    """The table on the sheet: its headings are in that row near the top which has most of them. None
    where no row has at least two."""
    best: dict[int, Column] = {}
    at = 0
    for index, (_, cells) in enumerate(table.rows[:_SEARCHED]):
        columns = _headings(cells, spec)
        if len(columns) > len(best):
            best, at = columns, index
    if len(best) < 2:
        return None
    number, heads = table.rows[at]
    found = FoundTable(spec, table.name, number, 0, {}, {}, [], [])
    for place, cell in enumerate(heads):
        _take_heading(found, place, cell, best.get(place))
    found.missing = [column for column in spec.columns if column.key not in found.places]
    found.width = max(found.places.values()) + 1
    _take_rows(found, table.rows[at + 1 :])
    return found


def _headings(cells: Iterable[CellValue], spec: TableSpec) -> dict[int, Column]:
    known = spec.headings
    return {
        place: known[folded]
        for place, cell in enumerate(cells)
        if isinstance(cell, str) and (folded := fold(cell)) in known
    }


def _take_heading(found: FoundTable, place: int, cell: CellValue, column: Column | None) -> None:
    letters = column_letters(place + 1)
    heading = text_of(cell)
    shown = _shown(heading.replace("\n", "")) if isinstance(heading, str) else ""
    if column is None:
        if shown.strip():
            found.ignored.append((letters, shown, "不属于本表，未读取"))
    elif column.key in found.places:
        found.ignored.append((letters, shown, "与前面的列重复，未读取"))
    else:
        found.places[column.key] = place
        unit = _UNITS.search(unicodedata.normalize("NFKC", shown))
        if unit:
            found.money_units[column.key] = unit[1]


def _take_rows(found: FoundTable, rows: Iterable[tuple[int, list[CellValue]]]) -> None:
    width = found.width
    last = found.heading_row
    for number, cells in rows:
        short = width - len(cells)
        if short > 0:
            cells = cells + [None] * short
        for cell in cells[:width] if short < 0 else cells:
            if cell is not None and (type(cell) is not str or cell.strip()):
                found.rows.append((number, cells))
                last = number
                break
    found.blank_rows = last - found.heading_row - len(found.rows)


# -- cells -----------------------------------------------------------------------------------------


def reader_of(column: Column) -> Read:
    """How the cells of the column are read. What was read once is remembered."""
    kind = column.kind
    if kind is ColumnKind.TEXT:
        return text_of
    if kind is ColumnKind.NAME:
        return _name_of
    if kind is ColumnKind.CHOICE:
        meanings = {fold(word): meaning for word, meaning in column.choices.items()}
        names = "、".join(column.offered.values())
        return _remembering(partial(_choice_of, meanings=meanings, expected=f"应为 {names} 之一"))
    if kind in NUMBERS:
        return _remembering(partial(_number_of, kind=kind))
    if kind is ColumnKind.DAY:
        return _remembering(_day_of)
    return _remembering(partial(_whole_of, kind=kind))


def _remembering(read: Read) -> Read:
    known: dict[CellValue, Any] = {}

    def remembering(cell: CellValue) -> Any:
        if cell is True or cell is False:  # equal to 1 and 0, and not the same
            return read(cell)
        try:
            return known[cell]
        except KeyError:
            value = read(cell)
            if len(known) < _REMEMBERED:
                known[cell] = value
            return value

    return remembering


def text_of(cell: CellValue) -> str | Wrong:
    """The text of a cell as people see it; "" for one that holds nothing."""
    if isinstance(cell, str):
        return cell
    if cell is None:
        return ""
    if isinstance(cell, Faulty):
        return Wrong(cell.text, cell.problem)
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, Decimal):
        return _number_shown(cell, "General")
    if isinstance(cell, Formatted):
        return _number_shown(cell.value, cell.format)
    return shown_date(cell, "General")


def _number_shown(value: Decimal, code: str) -> str:
    """As the format shows it; what is no number, or larger than any on a form, as it is."""
    if not value.is_finite() or abs(value) >= _LARGEST:
        return str(value)
    return shown_number(value, code)


def _name_of(cell: CellValue) -> str | Wrong:
    text = text_of(cell)
    return text.strip() if isinstance(text, str) else text


def _choice_of(cell: CellValue, meanings: dict[str, str], expected: str) -> str | Wrong | None:
    text = text_of(cell)
    if isinstance(text, Wrong):
        return text
    if not text.strip():
        return None
    return meanings.get(fold(text)) or Wrong(_shown(text), expected)


def _number_of(cell: CellValue, kind: ColumnKind) -> Decimal | Wrong | None:
    """A number; of one that was calculated, with more decimals than are kept, what is shown. One out
    of a cell with a number gets the two decimals that the forms print."""
    if isinstance(cell, Decimal):
        return _kept(cell, kind, None)
    if isinstance(cell, Formatted):
        return _formatted(cell, kind)
    if not isinstance(cell, str):
        return _wrong(cell, _EXPECTED[kind])
    text = unicodedata.normalize("NFKC", cell).strip()
    if text in _SIGNS:
        return None
    bare = text.lstrip("¥").strip()
    if kind is ColumnKind.RATE:
        bare = bare.removesuffix("%").strip()
    if _NUMBER.fullmatch(bare) and len(bare) <= _SHOWN:
        return Decimal(bare.replace(",", ""))
    return Wrong(_shown(cell), _EXPECTED[kind])


def _formatted(cell: Formatted, kind: ColumnKind) -> Decimal | Wrong | None:
    value, percent = cell.value, shows_percent(cell.format)
    if percent and kind is not ColumnKind.RATE:
        return _wrong(cell, f"{_EXPECTED[kind]}，不是百分数")
    places = shown_places(cell.format)
    if percent:
        value, places = value * 100, None if places is None else places - 2
    return _kept(value, kind, places)


def _kept(value: Decimal, kind: ColumnKind, places: int | None) -> Decimal | Wrong | None:
    if not value.is_finite() or abs(value) >= _LARGEST:
        return Wrong(_shown(str(value)), "数字过大，或不是数字")
    if places is not None and value != round(value, _PLACES[kind]):
        value = value.quantize(Decimal(1).scaleb(-max(places, 0)), ROUND_HALF_UP)
    return unpadded(value)


def _day_of(cell: CellValue) -> date | Wrong | None:
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    if isinstance(cell, str):
        text = unicodedata.normalize("NFKC", cell).strip()
        if not text or text in _SIGNS:
            return None
        parts = _DAY.fullmatch(text.replace("年 ", "年").replace("月 ", "月"))
        return _date(parts, cell)
    if isinstance(cell, Decimal) and cell == cell.to_integral_value():
        digits = _DIGITS_DAY.fullmatch(f"{cell:f}".partition(".")[0])
        if digits:
            return _date(digits, str(cell))
    return _wrong(cell, _EXPECTED[ColumnKind.DAY])


def _date(parts: re.Match[str] | None, text: str) -> date | Wrong:
    parts = parts or _DIGITS_DAY.fullmatch(text.strip())
    try:
        if parts:
            return date(int(parts[1]), int(parts[2]), int(parts[3]))
    except ValueError:
        pass
    return Wrong(_shown(text), _EXPECTED[ColumnKind.DAY])


def _whole_of(cell: CellValue, kind: ColumnKind) -> int | Wrong | None:
    if isinstance(cell, Formatted):
        cell = cell.value
    if isinstance(cell, Decimal) and cell.is_finite() and cell == cell.to_integral_value():
        text = f"{cell:f}".partition(".")[0]
    elif isinstance(cell, str):
        text = unicodedata.normalize("NFKC", cell).strip()
        if not text:
            return None
    else:
        return _wrong(cell, _EXPECTED[kind])
    if kind is ColumnKind.YEAR:
        year = _YEAR.fullmatch(text)
        return int(year[1]) if year else Wrong(_shown(text), _EXPECTED[kind])
    if text.isascii() and text.isdecimal() and len(text) < 10:
        return int(text)
    return Wrong(_shown(text), _EXPECTED[kind])


def _wrong(cell: CellValue, expected: str) -> Wrong:
    if isinstance(cell, Faulty):
        return Wrong(_shown(cell.text), cell.problem)
    text = text_of(cell)
    return Wrong(_shown(text), expected) if isinstance(text, str) else text


def _shown(text: str) -> str:
    return f"{text[:_SHOWN]}…" if len(text) > _SHOWN else text
