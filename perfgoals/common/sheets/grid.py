"""The official grid: a sheet as cells with spans. Page, PDF and workbook print this and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from perfgoals.common.documents import Damage

CellKind = Literal["label", "column", "side", "group", "name", "text", "number", "mark", "blank"]
"""label: a fixed label that names the cells to its right; column: one that names the cells below it;
side: the label at the left edge that spans a whole block; group: a merged level of the indicator tree;
name: what tells the rows of the tree apart; text, number: what was filled in; mark: a fixed sign such
as — ; blank: a cell that stays empty."""

Align = Literal["left", "center", "right"]

LOST = "〔无法辨认〕"
"""Printed where the source text cannot be read at all."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of the official form.

    text: as printed. path: the cell of the document it shows, "" for what the layout itself prints.
    row, column: zero-based place in the sheet. damaged: how the source text is damaged, None when it is
    sound. repeated: printed again because the merged cell goes on over a page. indent: in characters.
    value: what the document holds (text, Decimal, date or None), for those who need more than its print.
    """

    text: str
    row: int
    column: int
    rowspan: int = 1
    colspan: int = 1
    path: str = ""
    kind: CellKind = "label"
    align: Align = "center"
    indent: int = 0
    damaged: Damage | None = None
    repeated: bool = False
    value: Any = None

    @property
    def merged(self) -> bool:
        """Whether the cell stands for all rows it spans (its label is repeated on the next page)."""
        return self.kind in ("side", "group", "label")


@dataclass(frozen=True, slots=True)
class Row:
    """One row. ``source`` is its number in the sheet as built, before pages split it; ``cut`` tells
    that it is a part of a row that goes on over a page."""

    source: int
    cells: tuple[Cell, ...]
    cut: bool = False


BlockName = Literal["head", "goals", "indicators"]


@dataclass(frozen=True, slots=True)
class Block:
    """A part of the sheet that is one table: ``header`` is printed again on every page the block goes
    on over; ``closing`` (total, rating) ends it."""

    name: BlockName
    label: str
    header: tuple[Row, ...]
    rows: tuple[Row, ...]
    closing: tuple[Row, ...] = ()

    @property
    def body(self) -> tuple[Row, ...]:
        return self.rows + self.closing


@dataclass(frozen=True, slots=True)
class Sheet:
    """A whole form in its official layout. ``columns`` are widths in per cent of the sheet;
    ``name`` is the project's name as printed."""

    form: str
    layout: str
    title: str
    subtitle: str
    name: str
    money_unit: str
    columns: tuple[int, ...]
    blocks: tuple[Block, ...] = field(default=())

    def rows(self) -> Iterator[Row]:
        """All rows from top to bottom, headers included."""
        for block in self.blocks:
            yield from block.header
            yield from block.body

    def cells(self) -> Iterator[Cell]:
        """All cells, row by row."""
        for row in self.rows():
            yield from row.cells

    def cell(self, path: str) -> Cell:
        """The cell that shows ``path``. Raises KeyError where the layout has none."""
        for cell in self.cells():
            if cell.path == path:
                return cell
        raise KeyError(path)

    @property
    def damaged(self) -> bool:
        return any(cell.damaged for cell in self.cells())

    @property
    def document_title(self) -> str:
        """The title of the printed document."""
        return f"{self.name} {self.title}{self.subtitle}".strip()
