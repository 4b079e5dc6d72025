"""The cells of a found table, read column by column; a wrong one is a problem with its place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from perfgoals.common.workbooks.filling import CellProblem
from perfgoals.common.workbooks.tables.reading import FoundTable, Read, Wrong, reader_of, text_of
from perfgoals.common.workbooks.tables.spec import Column, ColumnKind
from perfgoals.common.workbooks.tables.table import CellValue
from scoring.workbooks.flat.columns import OPTIONAL

_TEXTS = frozenset({ColumnKind.TEXT, ColumnKind.NAME})


@dataclass(frozen=True, slots=True)
class Step:
    """How a column of a found table is read. name: of the field it fills; blank: what a cell that holds
    nothing stands for; optional: whether it is then left out."""

    name: str
    place: int
    column: Column
    read: Read
    blank: Any
    optional: bool
    is_text: bool


def steps_of(found: FoundTable, names: Mapping[str, str]) -> list[Step]:
    """The columns that are there, in their order on the sheet."""
    by_key = {column.key: column for column in found.spec.columns}
    return [
        Step(
            names.get(key, key),
            place,
            by_key[key],
            reader_of(by_key[key]),
            "" if by_key[key].kind in _TEXTS else None,
            key in OPTIONAL,
            by_key[key].kind is ColumnKind.TEXT,
        )
        for key, place in sorted(found.places.items(), key=lambda item: item[1])
    ]


def is_blank(cells: list[CellValue], steps: Sequence[Step]) -> bool:
    """Whether none of the columns holds anything."""
    for step in steps:
        cell = cells[step.place]
        if cell is not None and (type(cell) is not str or cell.strip()):
            return False
    return True


def value_at(
    found: FoundTable,
    row: int,
    cells: list[CellValue],
    step: Step,
    problems: list[CellProblem],
    path: str = "",
) -> Any:
    """The value of a cell; what a blank one stands for where it is wrong, which is then a problem."""
    cell = cells[step.place]
    if cell is None:
        return step.blank
    value = step.read(cell)
    if isinstance(value, Wrong):
        problems.append(problem_at(found, row, step.column, value.found, value.expected, path))
        return step.blank
    return value


def problem_at(
    found: FoundTable, row: int, column: Column, shown: str, expected: str, path: str = ""
) -> CellProblem:
    """What is wrong with a cell; of a column that is not there, the row is named."""
    address = found.address(row, column.key) or f"第 {row} 行"
    return CellProblem(found.name, address, column.heading, shown, expected, path)


def text_as_found(cell: CellValue) -> str:
    """What a cell says, whether it can be used or not."""
    text = text_of(cell)
    return text if isinstance(text, str) else text.found
