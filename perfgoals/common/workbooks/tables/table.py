"""A table as it was read of a file: rows of plain values, nothing known of headings yet."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any


@dataclass(frozen=True, slots=True)
class Formatted:
    """A number in a format under which people see something else than its digits: 0.85 under ``0%``,
    3 under ``"≥"0"份"``, 9.9466… under ``0.00``."""

    value: Decimal
    format: str


@dataclass(frozen=True, slots=True)
class Faulty:
    """A cell that holds no value that can be used: a formula without its result, ``#N/A``. problem: a
    Chinese sentence that says what to do."""

    text: str
    problem: str


CellValue = str | Decimal | bool | date | datetime | time | Formatted | Faulty | None
"""None is a cell that holds nothing."""


@dataclass(slots=True)
class Table:
    """A sheet of a workbook, or a file of separated values.

    rows: the number of the row (counted from 1) and its cells from column A on, in order; a row may be
    shorter than others. Rows that hold nothing may be left out.
    """

    name: str
    hidden: bool = False
    rows: list[tuple[int, list[CellValue]]] = field(default_factory=list)


def table_from_plain(data: Mapping[str, Any]) -> Table:
    """The table as the reading process sent it, see ``table_scan.PlainTable``."""
    return Table(
        data["name"],
        data["hidden"],
        [
            (number, [one if type(one) is str or one is None else _value(one) for one in cells])
            for number, cells in data["rows"]
        ],
    )


def _value(cell: Any) -> CellValue:
    kind = type(cell)
    if kind is bool:
        return bool(cell)
    if kind is list:
        return _READERS[cell[0]](*cell[1:])
    return _number(cell)


def _number(value: float) -> Decimal:
    """With the fifteen digits that a spreadsheet keeps."""
    return Decimal(value) if type(value) is int else Decimal(f"{value:.15g}")


_READERS: dict[str, Callable[..., CellValue]] = {
    "d": date.fromisoformat,
    "m": datetime.fromisoformat,
    "t": time.fromisoformat,
    "f": lambda value, code: Formatted(_number(value), code),
    "x": Faulty,
}
