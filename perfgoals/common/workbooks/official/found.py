"""What was found of an official form on a worksheet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from perfgoals.common.sheets import Layout
from perfgoals.common.workbooks.cells import SheetCell, address
from perfgoals.common.workbooks.marks import Mark


@dataclass(frozen=True, slots=True)
class Found:
    """A cell of the form. title: its name for people. row, column: its place, also when it is blank
    (cell None). money: an amount in the money unit of the form."""

    path: str
    title: str
    row: int
    column: int
    cell: SheetCell | None
    money: bool = False

    @property
    def address(self) -> str:
        return address(self.row, self.column)


@dataclass(frozen=True, slots=True)
class FoundRow:
    """A row of the indicator tree. number: of the row in the sheet. cells: by field. blank: nothing
    stands in it but its class and its code. comparison, measure: cells of columns that hold a part of
    the target alone, None where there is no such column or the cell is blank."""

    number: int
    code: str
    cells: Mapping[str, Found]
    blank: bool
    comparison: SheetCell | None = None
    measure: SheetCell | None = None


@dataclass(frozen=True, slots=True)
class PassedOver:
    """What of a sheet is not read. what: ``rows``, ``columns`` or ``cells``; where: their numbers,
    letters or addresses; label: what stands there; reason: in Chinese."""

    what: str
    where: str
    label: str
    reason: str

    @property
    def numbers(self) -> list[str]:
        """Of rows their numbers."""
        return self.where.split("、") if self.what == "rows" else []

    @property
    def sentence(self) -> str:
        quoted = f"「{self.label}」" if self.label else ""
        if self.what == "rows":
            return f"第 {self.where} 行{quoted}{self.reason}"
        return f"{self.where} {'列' if self.what == 'columns' else '格'}{quoted}{self.reason}"


@dataclass(frozen=True, slots=True)
class Fault:
    """A cell without a place in the form that makes the form unreadable: what it is about, and a
    Chinese sentence."""

    cell: SheetCell
    title: str
    expected: str
    path: str


@dataclass(frozen=True, slots=True)
class OfficialForm:
    """A form as found. layout: by whose words it was read. year, money_unit: as the sheet states them,
    None where it does not. year_from: where the year stands (``title``, ``above``: the form above it,
    ``sheet``, ``file``). kind_stated: whether the title says which form it is. cells: all but those of
    the tree, by path. columns: of the tree that are there (fields). asked: how many cells and columns
    the layout has; missing: those that the sheet has not. passed: what was passed over; remarks: what
    else should be known, in Chinese. blank_rows: of the tree, left out."""

    sheet: str
    range: str
    first_row: int
    last_row: int
    layout: Layout
    mark: Mark | None
    year: int | None
    year_from: str
    money_unit: str | None
    kind_stated: bool
    cells: Mapping[str, Found]
    rows: Sequence[FoundRow]
    columns: frozenset[str]
    asked: int
    missing: Sequence[str]
    passed: Sequence[PassedOver]
    remarks: Sequence[str]
    faults: Sequence[Fault]
    blank_rows: int

    @property
    def kind(self) -> str:
        return self.layout.form


@dataclass(frozen=True, slots=True)
class PassedSheet:
    """A sheet that was passed over, with the reason in Chinese."""

    sheet: str
    reason: str

    @property
    def sentence(self) -> str:
        return f"工作表「{self.sheet}」{self.reason}"


@dataclass(slots=True)
class Reading:
    """What a workbook holds. skipped: the sheets that were passed over."""

    forms: list[OfficialForm] = field(default_factory=list)
    skipped: list[PassedSheet] = field(default_factory=list)
