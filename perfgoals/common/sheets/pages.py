"""Splitting a sheet at page breaks: a merged label is printed again, with （续）, on every page its cell
goes on over, and a row taller than a page is cut where the page ends.

A page layout engine draws a merged cell once, on the page where it begins. So the sheet is laid out,
the places of its rows are read, the sheet is split accordingly and laid out again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from perfgoals.common.sheets.grid import Block, Cell, Sheet

_NAME = 40  # characters


@dataclass(frozen=True, slots=True)
class Place:
    """A page on which a row, or a part of it, stands. ``taken``: for each column in which a cell of the
    row begins, how many of its characters (blanks not counted) stand on this page; empty for a row that
    stands on one page."""

    page: int
    taken: Mapping[int, int]


Places = Mapping[int, Sequence[Place]]
"""Where the rows of a sheet stand, by ``Row.source``; pages in ascending order."""


def split_sheet(sheet: Sheet, places: Places) -> Sheet:
    """The sheet (as built) with its cells split at the page breaks that ``places`` tells.

    A sheet in which nothing crosses a page comes back equal to what it was.
    """
    blocks = []
    moved = 0  # rows added so far by cutting
    for block in sheet.blocks:
        split = _BlockSplitter(block, places, moved).split()
        moved += len(split.body) - len(block.body)
        blocks.append(split)
    return replace(sheet, blocks=tuple(blocks))


@dataclass(frozen=True, slots=True)
class _Piece:
    """A part of a body row: ``index`` among the body rows, ``part`` among the pieces of its row."""

    index: int
    part: int
    page: int


class _BlockSplitter:
    def __init__(self, block: Block, places: Places, moved: int) -> None:
        self.block = block
        self.moved = moved
        self.first = block.body[0].source
        self.places: list[Sequence[Place]] = []
        for row in block.body:
            known = places.get(row.source)
            self.places.append(known or (self.places[-1][-1:] if self.places else [Place(1, {})]))
        self.pieces = [
            _Piece(index, part, place.page)
            for index, row_places in enumerate(self.places)
            for part, place in enumerate(row_places)
        ]

    def split(self) -> Block:
        rows: list[list[Cell]] = [[] for _ in self.pieces]
        header = []
        for row in self.block.header:
            cells = []
            for cell in row.cells:
                above = self.first - cell.row
                if cell.rowspan <= above:
                    cells.append(replace(cell, row=cell.row + self.moved))
                    continue
                groups = list(self.groups(0, cell.rowspan - above))
                start, length = groups[0]
                cells.append(replace(cell, row=cell.row + self.moved, rowspan=above + length))
                for start, length in groups[1:]:
                    rows[start].append(self.part(cell, start, length, repeated=True))
            header.append(replace(row, cells=tuple(cells)))
        for index, row in enumerate(self.block.body):
            for cell in row.cells:
                for start, part in self.parts(cell, index):
                    rows[start].append(part)
        body = [
            replace(
                self.block.body[piece.index],
                cells=tuple(sorted(cells, key=lambda cell: cell.column)),
                cut=len(self.places[piece.index]) > 1,
            )
            for piece, cells in zip(self.pieces, rows, strict=True)
        ]
        closing = sum(len(places) for places in self.places[len(self.block.rows) :])
        end = len(body) - closing
        return replace(
            self.block, header=tuple(header), rows=tuple(body[:end]), closing=tuple(body[end:])
        )

    def groups(self, index: int, length: int) -> Iterator[tuple[int, int]]:
        """The pieces of ``length`` body rows from ``index`` on, page by page: (first piece, count)."""
        covered = [
            number
            for number, piece in enumerate(self.pieces)
            if index <= piece.index < index + length
        ]
        for _, run in groupby(covered, key=lambda number: self.pieces[number].page):
            numbers = list(run)
            yield numbers[0], len(numbers)

    def part(self, cell: Cell, start: int, length: int, *, repeated: bool) -> Cell:
        row = self.first + self.moved + start
        return replace(cell, row=row, rowspan=length, repeated=repeated)

    def parts(self, cell: Cell, index: int) -> Iterator[tuple[int, Cell]]:
        """The cell as it stands on each page: (piece it begins in, cell)."""
        groups = list(self.groups(index, cell.rowspan))
        if cell.merged or cell.rowspan > 1 or len(self.places[index]) == 1:
            for number, (start, length) in enumerate(groups):
                yield start, self.part(cell, start, length, repeated=number > 0)
            return
        texts = cut_text(
            cell.text, [place.taken.get(cell.column, 0) for place in self.places[index]]
        )
        last = max((number for number, text in enumerate(texts) if text), default=0)
        name = _shortened(cell.text)
        for number, (start, length) in enumerate(groups):
            part = self.part(cell, start, length, repeated=False)
            # Not beside a short rest: the name would make the row taller than it was measured.
            beside = max(self.places[index][number].taken.values(), default=0)
            if cell.kind == "name" and number > last and beside > 2 * len(name):
                yield start, replace(part, text=name, repeated=True)
            else:
                damaged = cell.damaged if number == last else None
                yield start, replace(part, text=texts[number], damaged=damaged)


def _shortened(name: str) -> str:
    """A name as it is repeated: long enough to know the row by."""
    return name if len(name) <= _NAME else f"{name[:_NAME]}…"


def cut_text(text: str, taken: Sequence[int]) -> list[str]:
    """``text`` in as many parts as ``taken`` has members: each gets that many characters (blanks not
    counted), the last one all that is left, so nothing is ever lost."""
    parts = []
    start = 0
    for count in taken[:-1]:
        end = start
        while count > 0 and end < len(text):
            count -= not text[end].isspace()
            end += 1
        parts.append(text[start:end].strip())
        start = end
    return [*parts, text[start:].strip() if parts else text]
