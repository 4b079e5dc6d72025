"""What is to be said of a form that was read: problems and findings, each with its cell in the file."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from perfgoals.common.documents import plain
from perfgoals.common.findings import Finding, Level
from perfgoals.common.workbooks.filling import CellProblem
from scoring.documents import FormDocument
from scoring.workbooks.files import Place, ReadForm

SHAPE = "shape"
"""Code of a cell that cannot hold what was found in it."""

_FIRST = ("name", "initial_budget", "target")  # cells that stand for a row or a group of cells
_SHOWN = 80


@dataclass(frozen=True, slots=True)
class Told:
    """A problem or a finding. sheet, cell: of the file, "" where it has none. found: what stands
    there."""

    sheet: str
    cell: str
    level: Level
    code: str
    path: str
    found: str
    message: str

    def as_json(self) -> dict[str, str]:
        """Its members as plain texts."""
        return {
            "sheet": self.sheet,
            "cell": self.cell,
            "level": self.level.value,
            "code": self.code,
            "path": self.path,
            "found": self.found,
            "message": self.message,
        }

    @property
    def sentence(self) -> str:
        sheet = f"工作表「{self.sheet}」" if self.sheet else ""
        place = f"{sheet}{self.cell}"
        return f"{place}：{self.message}" if place else self.message


def told_problem(problem: CellProblem) -> Told:
    """A cell that cannot be taken."""
    read = f"读到「{problem.found}」，" if problem.found else ""
    message = f"{problem.label}：{read}{problem.expected}" if problem.label else problem.expected
    return Told(
        problem.sheet, problem.cell, Level.ERROR, SHAPE, problem.path, problem.found, message
    )


def told_findings(form: ReadForm, findings: Iterable[Finding]) -> list[Told]:
    """The findings on the document of a form."""
    document = form.document
    return [
        Told(
            place.sheet,
            place.cell,
            one.level,
            one.code,
            one.path,
            found_at(document, one.path) if document is not None else "",
            one.message,
        )
        for one in findings
        for place in (place_of(form, one.path),)
    ]


def place_of(form: ReadForm, path: str) -> Place:
    """The cell of the file for a path; for a row that of its name, for the form its sheet."""
    tried = [path, *(f"{path}.{name}" for name in _FIRST)]
    while "." in path:
        path = path.rpartition(".")[0]
        tried += [path, *(f"{path}.{name}" for name in _FIRST)]
    for one in tried:
        place = form.places.get(one)
        if place is not None:
            return place
    return Place(form.sheet, "")


def found_at(document: FormDocument, path: str) -> str:
    """What the document says in the cell of a path; "" for a blank one and for more than one cell."""
    value: Any = document
    for part in path.split(".") if path else ():
        if isinstance(value, list):
            value = value[int(part)] if part.isdecimal() and int(part) < len(value) else None
        else:
            value = getattr(value, part, None)
    if isinstance(value, Decimal):
        return plain(value)
    text = value if isinstance(value, str) else value.isoformat() if _is_day(value) else ""
    return f"{text[:_SHOWN]}…" if len(text) > _SHOWN else text


def _is_day(value: Any) -> bool:
    return hasattr(value, "isoformat")
