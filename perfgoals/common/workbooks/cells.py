"""A worksheet as it was read: its cells as people see them, and where they stand."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from functools import cached_property
from typing import Any

from perfgoals.common.workbooks.formats import (
    GENERAL,
    shown_date,
    shown_number,
    shows_percent,
)

Value = str | Decimal | bool | date | datetime | time

FORMULA = "公式没有存下算出的值，请用 Excel 或 WPS 打开、重新保存后再上传"


def column_letters(column: int) -> str:
    """1 → A, 27 → AA."""
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def address(row: int, column: int) -> str:
    """Row and column, counted from 1, as the margin of a spreadsheet shows them: B12."""
    return f"{column_letters(column)}{row}"


@dataclass(frozen=True, slots=True)
class SheetCell:
    """A cell that holds something. row, column: counted from 1. format: the number format it is shown
    in. problem: a Chinese sentence where it holds no value that can be used, else ""."""

    row: int
    column: int
    value: Value
    format: str = GENERAL
    problem: str = ""

    @property
    def address(self) -> str:
        return address(self.row, self.column)

    @property
    def is_blank(self) -> bool:
        return not self.problem and isinstance(self.value, str) and not self.value.strip()

    @property
    def is_percent(self) -> bool:
        return isinstance(self.value, Decimal) and shows_percent(self.format)

    @property
    def text(self) -> str:
        """What the person sees in the cell."""
        value = self.value
        if isinstance(value, str):
            return value
        if isinstance(value, bool):
            return "TRUE" if value else "FALSE"
        if isinstance(value, Decimal):
            return shown_number(value, self.format)
        return shown_date(value, self.format)


@dataclass(frozen=True, slots=True)
class Span:
    """A merged range, or a single cell: first and last row and column, counted from 1."""

    top: int
    left: int
    bottom: int
    right: int

    @property
    def area(self) -> int:
        return (self.bottom - self.top + 1) * (self.right - self.left + 1)


@dataclass(frozen=True)
class ReadSheet:
    """A worksheet. cells: those that hold something, by row and column. merges: clipped to the rows
    and columns that hold something."""

    name: str
    hidden: bool = False
    cells: Mapping[tuple[int, int], SheetCell] = field(default_factory=dict)
    merges: tuple[Span, ...] = ()
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()

    @cached_property
    def rows(self) -> int:
        """The last row that holds anything."""
        return max((row for row, _ in self.cells), default=0)

    @cached_property
    def columns(self) -> int:
        """The last column that holds anything."""
        return max((column for _, column in self.cells), default=0)

    @cached_property
    def _covered(self) -> dict[tuple[int, int], Span]:
        return {
            (row, column): span
            for span in self.merges
            for row in range(span.top, span.bottom + 1)
            for column in range(span.left, span.right + 1)
        }

    def span(self, row: int, column: int) -> Span:
        """The merged range that covers the place, or the place itself."""
        return self._covered.get((row, column)) or Span(row, column, row, column)

    def at(self, row: int, column: int) -> SheetCell | None:
        """The cell that is seen at the place: of a merged range its first cell. None where it is
        blank."""
        span = self.span(row, column)
        cell = self.cells.get((span.top, span.left))
        return None if cell is None or cell.is_blank else cell

    def own(self, row: int, column: int) -> SheetCell | None:
        """The cell that begins at the very place; None for one that is covered or blank."""
        cell = self.cells.get((row, column))
        return None if cell is None or cell.is_blank else cell

    def in_order(self) -> Iterator[SheetCell]:
        """The cells that are not blank, row by row."""
        for key in sorted(self.cells):
            if not self.cells[key].is_blank:
                yield self.cells[key]


_READERS: dict[str, Callable[[str], Value]] = {
    "s": str,
    "n": Decimal,
    "b": lambda text: text == "1",
    "d": date.fromisoformat,
    "m": datetime.fromisoformat,
    "t": time.fromisoformat,
}
"""For each kind of value that the reading process sends, how its text is read."""


def sheet_from_plain(data: Mapping[str, Any]) -> ReadSheet:
    """The sheet as the reading process sent it."""
    return ReadSheet(
        data["name"],
        data["hidden"],
        {
            (row, column): SheetCell(row, column, _READERS[kind](text), code, problem)
            for row, column, kind, text, code, problem in data["cells"]
        },
        tuple(Span(*merge) for merge in data["merges"]),
        frozenset(data["hidden_rows"]),
        frozenset(data["hidden_columns"]),
    )
