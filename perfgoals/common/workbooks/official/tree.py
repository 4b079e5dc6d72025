"""The indicator tree of a form: its headings, wherever they stand, and its rows."""

from __future__ import annotations

from collections.abc import Mapping

from perfgoals.common.workbooks.cells import SheetCell, address, column_letters
from perfgoals.common.workbooks.labels import COMPARISONS, MEASURES, Wording, fold, is_sign
from perfgoals.common.workbooks.marks import CODES
from perfgoals.common.workbooks.official.found import Found, FoundRow, PassedOver
from perfgoals.common.workbooks.official.region import Label, Region

_CLOSING_NOTES = ("注", "备注", "填表", "填报", "制表", "审核", "联系", "单位负责人", "说明")
_TELLING = ("name", "target")  # without these a row is no indicator
_LONGEST_NOTE = 40
_MOST = 20  # rows or cells that are named


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
    them. codes, comparison, measure: the headings of columns that the layout does not have. passed: what
    was passed over; remarks: what else should be known."""

    def __init__(self, region: Region, words: Wording, header: Mapping[str, Label]) -> None:
        self.region, self.words = region, words
        self.sheet = region.sheet
        self.columns = {words.tree[text]: label for text, label in header.items()}
        self.top = min(label.span.top for label in header.values())
        self.below = max(label.span.bottom for label in header.values()) + 1
        self.codes = self.extra(frozenset({CODES}))
        self.comparison = self.extra(COMPARISONS)
        self.measure = self.extra(MEASURES)
        self.passed: list[PassedOver] = []
        self.remarks: list[str] = []
        self.counted_once: set[str] = set()
        self.carried: list[str] = []
        extras = [x for x in (self.codes, self.comparison, self.measure) if x is not None]
        self.extra_columns = {x.span.left for x in extras}
        self.read = {(x.cell.row, x.cell.column) for x in (*self.columns.values(), *extras)}

    def extra(self, texts: frozenset[str]) -> Label | None:
        """A heading beside those of the layout."""
        rows = range(self.top, self.below)
        return next((x for x in self.region.labels if x.cell.row in rows and x.text in texts), None)

    @property
    def taken(self) -> set[int]:
        """The columns that are read."""
        extras = (x for x in (self.codes, self.comparison, self.measure) if x is not None)
        labels = (*self.columns.values(), *extras)
        return {c for x in labels for c in range(x.span.left, x.span.right + 1)}

    def rows(self, end: int, *, is_ours: bool) -> tuple[list[FoundRow], int]:
        """The rows down to ``end``, and how many were blank. Names what was passed over. is_ours: whether
        the sheet was written by us, so that a class left blank is blank."""
        rows: list[FoundRow] = []
        above: dict[str, Found] = {}
        blank = 0
        classes: list[str] = []  # rows with nothing but a class
        told = [x for field, x in self.columns.items() if field not in self.words.groups]
        name = self.columns["name"]
        for number in range(self.below, end + 1):
            note = self.note(number)
            if note is not None:
                self.pass_row(number, note, "不是指标，未读取")
                continue
            if self.heads_again(number):
                self.pass_row(number, "", "又是指标的标题，其下各行接着读取")
                continue
            code = self.sheet.own(number, self.codes.cell.column) if self.codes else None
            own = self.region.begins(number, told)
            if not own and code is None:
                blank += not self.goes_on(number, name)
                if self.holds_own(number):
                    classes.append(str(number))
                    self.go_on(number, self.classes(number), above)
                continue
            cells = {field: self.cell(number, field, x) for field, x in self.columns.items()}
            if not is_ours:
                cells |= self.go_on(number, self.classes(number), above, tell=True)
            rows.append(
                FoundRow(
                    number,
                    code.text if code else "",
                    cells,
                    not own,
                    self.part(number, self.comparison),
                    self.part(number, self.measure),
                )
            )
        if classes:
            reason = "只有分类或单位，没有指标，按空行略过"
            self.passed.append(PassedOver("rows", "、".join(classes), "", reason))
        if self.carried:
            places = "、".join(self.carried[:_MOST])
            more = f" 等 {len(self.carried)} 格" if len(self.carried) > _MOST else ""
            self.remarks.append(f"{places}{more} 的分类留空，沿用上面一行的")
        self.note_columns(end)
        self.note_unread(end)
        self.note_hidden(end)
        return rows, blank

    def classes(self, number: int) -> dict[str, Found]:
        """The cells of the classes, the widest first."""
        fields = sorted(self.words.groups & self.columns.keys())
        return {field: self.cell(number, field, self.columns[field]) for field in fields}

    def go_on(
        self, number: int, own: dict[str, Found], above: dict[str, Found], *, tell: bool = False
    ) -> dict[str, Found]:
        """The classes of a row. Departments often write a class once and leave the cells below it blank:
        it goes on there as if they were merged, one of the second level within its first level only.
        above: those of the row before, and then of this one."""
        anew = False
        for field, found in own.items():
            before = above.get(field)
            if found.cell is not None:
                said = before.cell.text if before is not None and before.cell is not None else None
                anew = anew or said != found.cell.text
                above[field] = found
            elif anew or before is None:
                above.pop(field, None)
            else:
                own[field] = before
                if tell:
                    self.carried.append(address(found.row, found.column))
        return own

    def holds_own(self, number: int) -> bool:
        """Whether a cell of a column that is read begins in the row."""
        extras = (x for x in (self.comparison, self.measure) if x is not None)
        return self.region.begins(number, (*self.columns.values(), *extras))

    def pass_row(self, number: int, text: str, reason: str) -> None:
        label = text.strip().replace("\n", "")[:_LONGEST_NOTE]
        self.passed.append(PassedOver("rows", str(number), label, reason))

    def heads_again(self, number: int) -> bool:
        """Whether the headings stand in the row once more, as they do on each printed page."""
        texts = {fold(cell.text) for cell in self.region.rows.get(number, ())}
        return sum(text in self.words.tree for text in texts) >= 3

    def part(self, number: int, label: Label | None) -> SheetCell | None:
        """The cell below the heading of a column that holds a part of the target."""
        return self.sheet.at(number, label.span.left) if label is not None else None

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
        again = cell is not None and cell.row < number and name not in self.words.groups
        if again and cell is not None and not isinstance(cell.value, str):
            self.counted_once.add(cell.address)
            cell = None
        row, column = (cell.row, cell.column) if cell else (number, label.span.left)
        self.read.add((row, column))
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

    def note_columns(self, end: int) -> None:
        """Name the columns beside the tree that are not part of the form, with their headings."""
        taken = self.taken
        headings = range(self.top, self.below)
        named: dict[int, str] = {}
        for row in headings:
            for cell in self.region.rows.get(row, ()):
                if cell.column not in taken and self.is_extra(cell):
                    span = self.sheet.span(cell.row, cell.column)
                    label = cell.text.replace("\n", "")[:_LONGEST_NOTE]
                    named |= dict.fromkeys(range(span.left, span.right + 1), label)
                    letters = column_letters(cell.column)
                    reason = "不属于本表，未读取"
                    self.passed.append(PassedOver("columns", letters, label, reason))
        passed = {int(row) for one in self.passed for row in one.numbers}
        columns = {
            cell.column
            for row in range(self.below, end + 1)
            if row not in passed
            for cell in self.region.rows.get(row, ())
            if cell.column not in taken and cell.column not in named and self.is_content(cell)
        }
        for column in sorted(columns):
            letters = column_letters(column)
            self.passed.append(PassedOver("columns", letters, "", "没有标题，未读取"))

    def note_unread(self, end: int) -> None:
        """Name what stands in a column that is read, yet in none of its cells: between the headings,
        or second beside another cell below a heading over both."""
        passed = {int(row) for one in self.passed for row in one.numbers}
        taken = self.taken
        for row in range(self.top, end + 1):
            left = [
                cell
                for cell in self.region.rows.get(row, ())
                if row not in passed
                and cell.column in taken
                and (cell.row, cell.column) not in self.read
                and not (cell.column in self.extra_columns and row >= self.below)
                and not (isinstance(cell.value, str) and is_sign(cell.value))
            ]
            if left:
                where = "、".join(cell.address for cell in left)
                label = "、".join(cell.text.strip() for cell in left).replace("\n", "")
                reason = "不在可读取的位置，未读取"
                self.passed.append(PassedOver("cells", where, label[:_LONGEST_NOTE], reason))

    def is_content(self, cell: SheetCell) -> bool:
        """The label at the side of the tree is none, nor is a sign for nothing."""
        if not isinstance(cell.value, str):
            return True
        folded = fold(cell.value)
        return not is_sign(cell.value) and folded not in {"绩效指标", *self.words.known}

    def is_extra(self, cell: SheetCell) -> bool:
        """The label at the side of the tree goes on below its heading; it is no column."""
        return self.sheet.span(cell.row, cell.column).bottom < self.below

    def note_hidden(self, end: int) -> None:
        rows = [str(row) for row in range(self.below, end + 1) if row in self.sheet.hidden_rows]
        if rows:
            self.remarks.append(f"第 {'、'.join(rows[:_MOST])} 行是隐藏的，其内容同样读取")
        if self.counted_once:
            cells = "、".join(sorted(self.counted_once)[:_MOST])
            self.remarks.append(f"合并单元格 {cells} 里的数字只算在它的第一行")
        letters = [
            column_letters(label.span.left)
            for label in self.columns.values()
            if label.span.left in self.sheet.hidden_columns
        ]
        if letters:
            self.remarks.append(f"{'、'.join(letters)} 列是隐藏的，其内容同样读取")
