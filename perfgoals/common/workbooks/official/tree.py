"""The indicator tree of a form: its headings, wherever they stand, and its rows."""

from __future__ import annotations

from collections.abc import Mapping

from perfgoals.common.workbooks.cells import SheetCell, column_letters
from perfgoals.common.workbooks.labels import Wording
from perfgoals.common.workbooks.marks import CODES
from perfgoals.common.workbooks.official.found import Found, FoundRow
from perfgoals.common.workbooks.official.region import Label, Region

_CLOSING_NOTES = ("注", "备注", "填表", "填报", "制表", "审核", "联系", "单位负责人", "说明")
_TELLING = ("name", "target")  # without these a row is no indicator
_LONGEST_NOTE = 40


def tree_header(region: Region, words: Wording) -> dict[str, Label] | None:
    """The headings of the tree by their folded label; None where there is no tree."""
    by_row: dict[int, dict[str, Label]] = {}
    for label in region.labels:
        if label.text in words.tree:
            for row in range(label.span.top, label.span.bottom + 1):
                by_row.setdefault(row, {}).setdefault(label.text, label)
    best = max(by_row.values(), key=len, default={})
    fields = {words.tree[text] for text in best}
    return best if {"name", "target"} <= fields else None


class Tree:
    """columns: the headings by field. top, below: the first row of the headings, and the first below
    them. remarks: what was passed over."""

    def __init__(self, region: Region, words: Wording, header: Mapping[str, Label]) -> None:
        self.region, self.words = region, words
        self.sheet = region.sheet
        self.columns = {words.tree[text]: label for text, label in header.items()}
        self.top = min(label.span.top for label in header.values())
        self.below = max(label.span.bottom for label in header.values()) + 1
        beside = (x for x in region.labels if self.top <= x.cell.row < self.below)
        self.codes = next((x for x in beside if x.text == CODES), None)
        self.remarks: list[str] = []

    def rows(self, end: int) -> tuple[list[FoundRow], int]:
        """The rows down to ``end``, and how many were blank. Names what was passed over."""
        rows: list[FoundRow] = []
        blank = 0
        told = [x for field, x in self.columns.items() if field not in self.words.groups]
        name = self.columns["name"]
        for number in range(self.below, end + 1):
            note = self.note(number)
            if note is not None:
                self.remarks.append(f"第 {number} 行「{note[:_LONGEST_NOTE]}」不是指标，未读取")
                continue
            code = self.sheet.own(number, self.codes.cell.column) if self.codes else None
            own = self.region.begins(number, told)
            if not own and code is None:
                blank += not self.goes_on(number, name)
                continue
            cells = {field: self.cell(number, field, x) for field, x in self.columns.items()}
            rows.append(FoundRow(number, code.text if code else "", cells, not own))
        self.note_columns()
        self.note_hidden(end)
        return rows, blank

    def goes_on(self, number: int, name: Label) -> bool:
        """Whether the row only goes on with cells that began above: a high row made of several."""
        above = self.sheet.span(number, name.span.left).top < number
        return above and self.sheet.at(number, name.span.left) is not None

    def cell(self, number: int, name: str, label: Label) -> Found:
        """A merged cell stands for each row it covers; its number counts once."""
        cell = next(
            (
                cell
                for column in range(label.span.left, label.span.right + 1)
                if (cell := self.sheet.at(number, column)) is not None
            ),
            None,
        )
        if cell is not None and cell.row < number and not isinstance(cell.value, str):
            cell = None
        row, column = (cell.row, cell.column) if cell else (number, label.span.left)
        return Found(name, self.words.titles[name], row, column, cell)

    def note(self, number: int) -> str | None:
        """The text of a row that is no indicator: one cell across columns of the tree, or a closing
        remark such as 「注：」 or 「填表人：」."""
        held = self.region.rows.get(number, [])
        for cell in held:
            span = self.sheet.span(number, cell.column)
            lefts = [label.span.left for label in self.columns.values()]
            if sum(span.left <= left <= span.right for left in lefts) > 2:
                return cell.text
        telling = [self.columns[field] for field in _TELLING]
        remark = held and held[0].text.strip().startswith(_CLOSING_NOTES)
        return held[0].text if remark and not self.region.begins(number, telling) else None

    # -- what was passed over ----------------------------------------------------------------------

    def note_columns(self) -> None:
        """Name the columns of the tree that are not part of the form."""
        taken = {c for x in self.columns.values() for c in range(x.span.left, x.span.right + 1)}
        if self.codes is not None:
            taken.add(self.codes.cell.column)
        rows = range(self.top, self.below)
        for cell in (cell for row in rows for cell in self.region.rows.get(row, ())):
            if cell.column not in taken and self.is_extra(cell):
                name = cell.text.replace("\n", "")[:_LONGEST_NOTE]
                self.remarks.append(f"{column_letters(cell.column)} 列「{name}」不属于本表，未读取")

    def is_extra(self, cell: SheetCell) -> bool:
        """The label at the side of the tree goes on below its heading; it is no column."""
        return self.sheet.span(cell.row, cell.column).bottom < self.below

    def note_hidden(self, end: int) -> None:
        rows = [str(row) for row in range(self.below, end + 1) if row in self.sheet.hidden_rows]
        if rows:
            self.remarks.append(f"第 {'、'.join(rows[:20])} 行是隐藏的，其内容同样读取")
        letters = [
            column_letters(label.span.left)
            for label in self.columns.values()
            if label.span.left in self.sheet.hidden_columns
        ]
        if letters:
            self.remarks.append(f"{'、'.join(letters)} 列是隐藏的，其内容同样读取")
