"""A form of a file as it is kept until it is imported."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from perfgoals.common.findings import Level
from scoring.models import ImportBatch, ImportItem
from scoring.services.importing.telling import storable, told_changes

if TYPE_CHECKING:
    from scoring.services.importing.planning import Draft

ITEM_COLUMNS = (
    *("batch_id", "number", "sheet", "range", "kind", "year", "unit_name", "project_name"),
    *("unit_id", "project_id", "project_code", "written", "plan", "why", "changes", "problems"),
    *("judged", "remarks", "takeable", "rows", "error_count", "warning_count", "hint_count"),
    *("form_id", "read_version", "outcome", "made_project"),
)


def item_columns(batch: ImportBatch, number: int, draft: Draft) -> dict[str, Any]:
    """What is kept of a form of a file."""
    read = draft.read
    told: Any = draft.document or read.head
    match = draft.match
    levels = Counter(one["level"] for one in draft.problems)
    return {
        "batch_id": batch.pk,
        "number": number,
        "sheet": read.sheet,
        "range": read.range[:60],
        "kind": told.form if told else "",
        "year": told.year if told else None,
        "unit_name": told.unit if told else "",
        "project_name": told.project.name if told else storable({"name": read.name})["name"],
        "unit_id": match.unit.pk if match else None,
        "project_id": match.project.pk if match and match.project else None,
        "project_code": read.project_code[:40],
        "written": draft.written,
        "plan": draft.plan.value,
        "why": draft.why,
        "changes": list(told_changes(draft)),
        "problems": draft.problems,
        "judged": draft.verdict.judged,
        "remarks": draft.remarks,
        "takeable": draft.takeable,
        "rows": read.rows,
        "error_count": levels[Level.ERROR.value],
        "warning_count": levels[Level.WARNING.value],
        "hint_count": draft.verdict.hints,
        "form_id": match.form if match else None,
        "read_version": draft.version,
        "outcome": ImportItem.Outcome.WAITING.value,
        "made_project": False,
    }
