"""The layout of an official form as data: what is printed where, in which format.

A layout is a JSON file in ``fixtures/layouts``. The forms of a new year need a new file and nothing
else. Numbers are printed by the named formats of ``FORMATS``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from perfgoals.common.documents import Document, DocumentError, ShapeError, plain
from perfgoals.common.numbers import grouped, padded, percent, trimmed

FORMATS: dict[str, Callable[[Decimal], str]] = {
    "plain": plain,
    "trimmed": trimmed,
    "padded": padded,
    "grouped": grouped,
    "grouped_trimmed": lambda number: grouped(number, 0),
    "percent": percent,
}
"""980710.00 is printed 980710.00, 980710, 980710.00, 980,710.00, 980,710 and 980710.00%."""

MAX_WIDTH = 60
"""The widest column in per cent: the style sheet has a class for each whole per cent up to it."""

_MAX_SPAN = 40


def _known_format(name: object) -> object:
    if name not in FORMATS:
        known = "、".join(FORMATS)
        raise PydanticCustomError("format", "数字格式应为 {known} 之一", {"known": known})
    return name


Format = Annotated[str, BeforeValidator(_known_format)]
Span = Annotated[int, Field(ge=1, le=_MAX_SPAN)]
Width = Annotated[int, Field(ge=1, le=MAX_WIDTH)]
FormYear = Annotated[int, Field(ge=1990, le=2100)]


class CellSpec(Document):
    """A cell of the fixed part: a ``label``, a ``field`` of the document (its path), or a ``mark`` such
    as —. ``money`` marks an amount in the money unit. A label names the cells to its right, with
    ``scope`` "col" those below it."""

    label: str | None = None
    field: str | None = None
    mark: str | None = None
    span: Span = 1
    rows: Span = 1
    align: Literal["left", "center", "right"] = "center"
    indent: Annotated[int, Field(ge=0, le=8)] = 0
    format: Format = "plain"
    money: bool = False
    scope: Literal["row", "col"] = "row"

    @model_validator(mode="after")
    def _one_content(self) -> Self:
        if sum(part is not None for part in (self.label, self.field, self.mark)) != 1:
            raise PydanticCustomError("cell", "应写明 label、field、mark 中的一项", {})
        return self


class ColumnSpec(Document):
    """A column of the indicator tree. Equal neighbours of a ``group`` are one merged cell, inside the
    merged cell to their left; ``name`` tells the rows apart and is repeated where a row goes on."""

    label: str
    field: str
    kind: Literal["group", "name", "value"] = "value"
    span: Span = 1
    align: Literal["left", "center", "right"] = "center"
    format: Format = "plain"


SpecRow = Annotated[list[CellSpec], Field(min_length=1)]


class GoalsSpec(Document):
    """The goals side by side; ``header`` is repeated where they go on over a page."""

    header: Annotated[list[SpecRow], Field(min_length=1)]
    rows: Annotated[list[SpecRow], Field(min_length=1)]


class TreeSpec(Document):
    """The indicator tree: the list at ``path``, one row each; ``side`` is the label at its left edge."""

    path: str
    side: str = ""
    columns: Annotated[list[ColumnSpec], Field(min_length=1)]


class Layout(Document):
    """A layout in force from ``first_year`` to ``last_year`` (open when None)."""

    id: str
    form: str
    first_year: FormYear
    last_year: FormYear | None = None
    title: str
    subtitle: str
    money_unit: Literal["元", "万元"]
    columns: Annotated[list[Width], Field(min_length=1, max_length=_MAX_SPAN)]
    head: Annotated[list[SpecRow], Field(min_length=1)]
    goals: GoalsSpec
    indicators: TreeSpec
    closing: list[SpecRow] = []

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if (total := sum(self.columns)) != 100:
            raise PydanticCustomError("columns", "列宽合计 {total}，应为 100", {"total": total})
        if self.last_year is not None and self.last_year < self.first_year:
            raise PydanticCustomError("years", "适用的末年早于首年", {})
        width = len(self.columns)
        for part, rows in (
            ("head", self.head),
            ("goals", self.goals.header + self.goals.rows),
            ("closing", self.closing),
        ):
            place_cells(rows, width, part)
        tree = sum(column.span for column in self.indicators.columns) + bool(self.indicators.side)
        if tree != width:
            raise PydanticCustomError(
                "span",
                "indicators 的列共占 {tree} 列，应为 {width} 列",
                {"tree": tree, "width": width},
            )
        return self

    def in_force(self, year: int) -> bool:
        return self.first_year <= year and (self.last_year is None or year <= self.last_year)


def place_cells(rows: Sequence[Sequence[CellSpec]], width: int, part: str) -> list[list[int]]:
    """The column in which each cell of each row begins, cells spanning rows taken into account.

    Raises PydanticCustomError with a Chinese message where the cells do not fill the rows exactly.
    """
    taken = [0] * width  # for each column, how many rows it is still covered from above
    places = []
    for number, row in enumerate(rows, 1):
        free = [column for column in range(width) if not taken[column]]
        asked = sum(cell.span for cell in row)
        if asked != len(free):
            raise PydanticCustomError(
                "span",
                "{part} 第 {number} 行的单元格共占 {asked} 列，应为 {free} 列",
                {"part": part, "number": number, "asked": asked, "free": len(free)},
            )
        starts, position = [], 0
        for cell in row:
            start = free[position]
            for column in range(start, start + cell.span):
                if column >= width or taken[column]:
                    raise PydanticCustomError(
                        "span",
                        "{part} 第 {number} 行有单元格跨过了上方的合并格",
                        {"part": part, "number": number},
                    )
                taken[column] = cell.rows
            starts.append(start)
            position += cell.span
        places.append(starts)
        taken = [max(0, rows_left - 1) for rows_left in taken]
    if any(taken):
        raise PydanticCustomError("span", "{part} 的合并格伸出了最后一行", {"part": part})
    return places


def layout_for(form: str, year: int, layouts: Iterable[Layout]) -> Layout:
    """The layout of ``form`` in force in ``year``; before the first one the first, in a gap and after
    the last one the latest before it. Raises DocumentError when the form has no layout at all."""
    own = sorted((x for x in layouts if x.form == form), key=lambda x: x.first_year)
    if not own:
        raise DocumentError([ShapeError("form", "layout", f"没有「{form}」的版式")])
    begun = [layout for layout in own if layout.first_year <= year]
    in_force = [layout for layout in begun if layout.in_force(year)]
    return (in_force or begun or own[:1])[-1]


def read_layout(data: Any) -> Layout:
    """The layout in ``data`` (from ``read_json``). Raises DocumentError, paths and Chinese messages."""
    return Layout.read(data)
