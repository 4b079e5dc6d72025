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
    stands in it but its class and its code."""

    number: int
    code: str
    cells: Mapping[str, Found]
    blank: bool


@dataclass(frozen=True, slots=True)
class OfficialForm:
    """A form as found. layout: by whose words it was read. year, money_unit: as the sheet states them,
    None where it does not. cells: all but those of the tree, by path. columns: of the tree that are
    there (fields). missing: what the layout has and the sheet has not. remarks: what was passed over
    and why, in Chinese. blank_rows: of the tree, left out."""

    sheet: str
    first_row: int
    last_row: int
    layout: Layout
    mark: Mark | None
    year: int | None
    money_unit: str | None
    cells: Mapping[str, Found]
    rows: Sequence[FoundRow]
    columns: frozenset[str]
    missing: Sequence[str]
    remarks: Sequence[str]
    blank_rows: int

    @property
    def kind(self) -> str:
        return self.layout.form


@dataclass(slots=True)
class Reading:
    """What a workbook holds. skipped: why which sheet was passed over."""

    forms: list[OfficialForm] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
