"""How far a worksheet reaches, counted while it is read, so that no parser is asked for too much.

Runs in the reading process only.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from perfgoals.common.workbooks.cells import Span, address, column_letters
from perfgoals.common.workbooks.container import SAVE_AS, Limits, UnreadableWorkbook

PlainCell = list[Any]
"""row, column, kind, text, format and problem, as the reading process sends them."""

_MAX_HIDDEN = 16_384


@dataclass(slots=True)
class SheetExtent:
    """rows, columns: the last ones that hold anything."""

    name: str
    hidden: bool
    rows: int = 0
    columns: int = 0
    merges: list[Span] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)

    def hide_row(self, row: int) -> None:
        if len(self.hidden_rows) < _MAX_HIDDEN:
            self.hidden_rows.add(row)

    def hide_columns(self, first: int, last: int, limits: Limits) -> None:
        self.hidden_columns.update(range(max(1, first), min(last, limits.columns) + 1))

    def as_plain(self, cells: list[PlainCell]) -> dict[str, Any]:
        """The sheet as the reading process sends it."""
        return {
            "name": self.name,
            "hidden": self.hidden,
            "cells": cells,
            "merges": [[m.top, m.left, m.bottom, m.right] for m in self.merges],
            "hidden_rows": sorted(self.hidden_rows),
            "hidden_columns": sorted(self.hidden_columns),
        }


class Counter:
    """Counts over the sheets of one workbook. Raises UnreadableWorkbook for what is too much."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.sheets = self.held = self.area = self.characters = 0

    def begin(self, name: str, hidden: bool) -> SheetExtent:
        """The next sheet."""
        if self.sheets == self.limits.sheets:
            message = f"工作表超过 {self.limits.sheets} 张，请只留下要上传的表"
            raise UnreadableWorkbook("sheets", message)
        self.sheets += 1
        return SheetExtent(name, hidden)

    def note(self, sheet: SheetExtent, row: int, column: int, characters: int = 0) -> None:
        """The cell holds something. characters: of its text, where that is known already."""
        limits = self.limits
        self.held += 1
        self.note_characters(characters)
        if row > limits.rows or column > limits.columns:
            message = (
                f"工作表「{sheet.name}」的 {address(row, column)} 有内容，离表太远（最多读到第 "
                f"{limits.rows} 行、{column_letters(limits.columns)} 列）。请删去表以外的内容后再上传"
            )
            raise UnreadableWorkbook("far_cell", message)
        if self.held > limits.cells:
            message = f"工作簿的内容超过 {limits.cells} 格，请分开上传"
            raise UnreadableWorkbook("cells", message)
        sheet.rows = max(sheet.rows, row)
        sheet.columns = max(sheet.columns, column)

    def note_characters(self, characters: int) -> None:
        self.characters += characters
        if self.characters > self.limits.characters:
            raise UnreadableWorkbook("characters", "工作簿里的文字过多，请分开上传")

    def end(self, sheet: SheetExtent) -> None:
        """Cut merged ranges to what the sheet holds, so that one over a whole column costs nothing."""
        kept = [
            Span(m.top, m.left, min(m.bottom, sheet.rows), min(m.right, sheet.columns))
            for m in sheet.merges
            if m.top <= sheet.rows and m.left <= sheet.columns
        ]
        self.area += sum(span.area for span in kept)
        if self.area > self.limits.area:
            message = f"工作表「{sheet.name}」的合并单元格过多或互相重叠，请重新下载工作簿填写"
            raise UnreadableWorkbook("merges", message)
        sheet.merges = kept

    def finish(self) -> None:
        if not self.sheets:
            raise UnreadableWorkbook("sheets", f"工作簿里没有工作表。{SAVE_AS}")
