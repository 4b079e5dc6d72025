"""What is kept of a file for the pages: its problems with their cells, its changes, its summary."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from perfgoals.common.findings import Finding, Level
from scoring.models import ImportItem
from scoring.services.cell_names import cell_name
from scoring.services.importing.grouping import grouped

if TYPE_CHECKING:
    from scoring.services.importing.planning import Draft
    from scoring.workbooks.files import ReadFile, ReadForm

Plan = ImportItem.Plan
_LONGEST = 2_000


def told_finding(read: ReadForm, finding: Finding) -> dict[str, Any]:
    """A finding as a problem, with the cell of the file it is about."""
    path = finding.path
    place = read.places.get(path)
    while place is None and path:
        path = path.rpartition(".")[0]
        place = read.places.get(path)
    return {
        "sheet": place.sheet if place else read.sheet,
        "cell": place.cell if place else no_cell(read),
        "label": cell_name(finding.path) or "整份表",
        "level": finding.level.value,
        "code": finding.code,
        "path": finding.path,
        "found": "",
        "message": finding.message,
    }


def no_cell(read: ReadForm) -> str:
    """What stands for the cell where none is known: the range of the form; in a file without sheets which
    form it is."""
    return read.range


def storable(problem: dict[str, str]) -> dict[str, str]:
    """Without what no database keeps, for what was found may be anything."""
    whole = "".join(problem.values())
    if whole.isprintable() and len(whole) <= _LONGEST:
        return problem
    return {name: _storable(text) for name, text in problem.items()}


def _storable(text: str) -> str:
    if text.isprintable() and len(text) <= _LONGEST:
        return text
    kept = text[:_LONGEST].replace("\0", "\N{REPLACEMENT CHARACTER}")
    return kept.encode("utf-8", "replace").decode()


def where(read: ReadForm) -> str:
    """The form's place in the file."""
    return f"工作表「{read.sheet}」{read.range}" if read.sheet else read.range


def told_changes(draft: Draft) -> Iterator[dict[str, Any]]:
    """What would change, as it is kept: with the name of the row it is in."""
    rows: Sequence[Any] = draft.document.indicators if draft.document else ()
    for one in draft.changes:
        parts = one.path.split(".")
        row = ""
        if parts[0] == "indicators" and one.happened != "removed" and int(parts[1]) < len(rows):
            row = rows[int(parts[1])].name
        yield {
            "path": one.path,
            "happened": one.happened.value,
            "before": one.before,
            "after": one.after,
            "row": row,
        }


def summary_of(file: ReadFile, drafts: Sequence[Draft]) -> dict[str, Any]:
    """What the page says of the file as a whole."""
    of_file = [
        {
            "sheet": one.sheet,
            "cell": one.cell,
            "label": one.label,
            "level": Level.ERROR.value,
            "code": "file",
            "path": one.path,
            "found": one.found,
            "message": one.expected,
        }
        for one in file.problems
    ]
    of_file = [storable(one) for one in of_file]
    plans = Counter(one.plan for one in drafts)
    return {
        "rows": file.rows,
        "blank_rows": file.blank_rows,
        "ignored_columns": sum(one.what == "columns" for one in file.ignored),
        "ignored": [[one.sheet, one.what, one.where, one.reason] for one in file.ignored],
        "skipped": [[one.sheet, one.reason] for one in file.skipped],
        "problems": of_file,
        "groups": grouped(of_file, (one.problems for one in drafts)),
        "plans": {plan.value: plans[plan] for plan in Plan if plans[plan]},
        "takeable": sum(one.takeable for one in drafts),
        "projects": len(
            {
                one.match.key[2]
                for one in drafts
                if one.plan is Plan.NEW and one.match and one.match.project is None
            }
        ),
    }
