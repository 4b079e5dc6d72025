"""What the tests of the sheets share: published forms as sheets, and the words of their rows."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from perfgoals.common.documents import read_json
from perfgoals.common.sheets import Row, Sheet
from scoring.documents import FormDocument, read_form
from scoring.sheets import form_sheet

FOLDER = Path(__file__).parents[2] / "fixtures" / "published"
FILES = (
    "declarations_2024",
    "declarations_2026",
    "self_evaluations_2020",
    "self_evaluations_2024",
)


@cache
def published_forms() -> tuple[FormDocument, ...]:
    """All 36, in the order of the files and, within a file, of the source."""
    return tuple(
        read_form(form)
        for file in FILES
        for form in read_json((FOLDER / f"{file}.json").read_bytes())
    )


def published_form(name: str, year: int) -> FormDocument:
    """The form of that project and year."""
    return next(
        form for form in published_forms() if (form.project.name, form.year) == (name, year)
    )


def published_sheet(name: str, year: int) -> Sheet:
    return form_sheet(published_form(name, year))


def plain(text: str) -> str:
    """Without blanks and line breaks, which the source texts set at will."""
    return "".join(text.split())


def words(row: Row) -> list[str]:
    """The texts of a row's cells from left to right, without blanks."""
    return [plain(cell.text) for cell in row.cells]


def grid(sheet: Sheet) -> list[list[str]]:
    """The texts of all rows from top to bottom."""
    return [words(row) for row in sheet.rows()]
