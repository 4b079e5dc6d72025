"""The part of a worksheet in which one form stands, with its labels."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from perfgoals.common.workbooks.cells import ReadSheet, SheetCell, Span
from perfgoals.common.workbooks.labels import fold, inline

NAME_LABEL = "项目名称"
_TITLE_ROWS = 6  # so far above 项目名称 may a title stand

Rows = dict[int, list[SheetCell]]


@dataclass(frozen=True, slots=True)
class Label:
    """A text that may be a label, folded, with its cell and the range that this covers. value: what
    follows in the same cell (「项目名称：甲项目」), "" for a label alone."""

    text: str
    cell: SheetCell
    span: Span
    value: str = ""


class Region:
    """rows: the cells that are not blank, by row. first, last: the first and the last row. inline:
    cells that may hold a label and its value. name_row: that of 项目名称; above it stands the title."""

    def __init__(self, sheet: ReadSheet, first: int, rows: Rows) -> None:
        self.sheet, self.first, self.rows = sheet, first, rows
        self.last = max(rows)
        self.cells = [cell for cells in rows.values() for cell in cells]
        self.labels: list[Label] = []
        self.inline: list[Label] = []
        for cell in self.cells:
            if not isinstance(cell.value, str):
                continue
            span = sheet.span(cell.row, cell.column)
            if folded := fold(cell.value):
                self.labels.append(Label(folded, cell, span))
            if both := inline(cell.value):
                self.inline.append(Label(both[0], cell, span, both[1]))
        names = (x.cell.row for x in (*self.labels, *self.inline) if x.text == NAME_LABEL)
        self.name_row = min(names, default=first)

    def reword(self, words: Mapping[str, str], first: int, last: int) -> None:
        """Labels of these rows that stand for other words."""
        if not words:
            return
        for labels in (self.labels, self.inline):
            for place, label in enumerate(labels):
                if first <= label.cell.row <= last and label.text in words:
                    labels[place] = replace(label, text=words[label.text])

    def above(self, row: int) -> list[Label]:
        """The labels above a row."""
        return [label for label in self.labels if label.cell.row < row]

    def begins(self, row: int, labels: Iterable[Label]) -> bool:
        """Whether a cell in the columns of these labels begins in the row."""
        held = {cell.column for cell in self.rows.get(row, ())}
        return any(
            column in held for x in labels for column in range(x.span.left, x.span.right + 1)
        )


def regions(sheet: ReadSheet) -> Iterator[Region]:
    """The parts of a sheet that may be a form each: from above one 项目名称 to above the next."""
    rows: Rows = {}
    for cell in sheet.in_order():
        rows.setdefault(cell.row, []).append(cell)
    # A heading of a list of projects holds the words too; each row begins one form at most.
    names = [row for row, cells in rows.items() if any(_is_name_label(cell) for cell in cells)]
    starts = []
    for number, row in enumerate(names):
        lowest = max(names[number - 1] + 1 if number else 1, row - _TITLE_ROWS)
        starts.append(_title_row(rows, row, lowest))
    for number, start in enumerate(starts):
        end = starts[number + 1] if number + 1 < len(starts) else sheet.rows + 1
        own = {row: rows[row] for row in range(start, end) if row in rows}
        yield Region(sheet, min(own), own)


def _is_name_label(cell: SheetCell) -> bool:
    if not isinstance(cell.value, str):
        return False
    both = inline(cell.value)
    return fold(cell.value) == NAME_LABEL or (both is not None and both[0] == NAME_LABEL)


def _title_row(rows: Rows, row: int, lowest: int) -> int:
    for above in range(row, lowest - 1, -1):
        if any(cell.text.strip().endswith("表") for cell in rows.get(above, ())):
            return above
    return row if lowest > 1 else 1
