"""A form as the interface answers it: what it says, and what rules and checks make of it."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from indicators.documents import DeclarationDocument
from indicators.models import KIND_LABELS
from indicators.values import Value, read_value
from perfgoals.common.documents import plain
from perfgoals.common.numbers import trimmed
from projects.access import actions_for
from projects.models import Form
from scoring.access import form_document
from scoring.documents import FormDocument, IndicatorResult, SelfEvaluationDocument
from scoring.evaluation import Evaluation, evaluation_json
from scoring.rules.levels import interval_of
from scoring.rules.rows import Method, Suggestion
from scoring.rules.wording import Attainment
from scoring.services import Judged, judge, offered_values, unconfirmed_paths
from scoring.views.notes import declaration_notes, evaluation_notes

if TYPE_CHECKING:
    from perfgoals.accounts.models import User

_BY_LEVEL = {Method.LEVEL, Method.WORDS, Method.UNDECIDED}


def whole_form(user: User, form: Form) -> dict[str, Any]:
    """The form as it is stored."""
    return form_state(user, form, judge(form_document(form), form))


def form_state(
    user: User, form: Form, judged: Judged, *, roles: set[str] | None = None
) -> dict[str, Any]:
    """The form as it was just read or written. roles: those the user has for it, where they have been
    looked up already."""
    return {
        "id": form.pk,
        "kind": form.kind,
        "status": form.status,
        "status_label": form.get_status_display(),
        "version": form.version,
        "saved_at": form.updated_at,
        "actions": [action.value for action in actions_for(user, form, roles)],
        "unconfirmed": unconfirmed_paths(form, judged.document),
        "codes": [row.code for row in judged.document.indicators],
        "document": judged.document.as_json(),
        **judged_state(judged),
    }


def judged_state(judged: Judged) -> dict[str, Any]:
    """What rules and checks say of a document, saved or not.

    reading: how target and actual value of each row are read. notes: how each number comes about, in
    the words of the form page. offers: what the rules would put into a cell, by path. levels: for each
    row that is judged by level the three levels with their intervals (points).
    """
    document, evaluation = judged.document, judged.evaluation
    state: dict[str, Any] = {
        "evaluation": None,
        "findings": [finding.as_json() for finding in judged.findings],
        "reading": _reading(document),
        "notes": _notes(document, evaluation),
        "offers": {
            path: plain(value) if isinstance(value, Decimal) else value
            for path, value in offered_values(document, evaluation).items()
        },
        "levels": [],
    }
    if isinstance(document, SelfEvaluationDocument) and evaluation is not None:
        state["evaluation"] = evaluation_json(document, evaluation)
        state["levels"] = _levels(document, evaluation)
    return state


def _reading(document: FormDocument) -> list[dict[str, Any]]:
    return [
        {
            field: _read(read_value(getattr(row, field), year=document.year))
            for field in ("target", "actual")
            if hasattr(row, field)
        }
        for row in document.indicators
    ]


def _read(value: Value) -> dict[str, Any]:
    """``words``: 「≥ · 3000 · 辆次 · 定量」; the parts beside it, to be corrected one by one."""
    number = None if value.number is None else trimmed(value.number)
    words = [
        value.comparison.value if value.comparison else "",
        "约" if value.approximate else "",
        number or "",
        value.measure,
        f"{value.deadline.isoformat()} 止" if value.deadline else "",
        f"{len(value.parts)} 项" if value.parts else "",
        KIND_LABELS[value.kind],
    ]
    return {
        "kind": value.kind.value,
        "comparison": value.comparison.value if value.comparison else "",
        "number": number,
        "measure": value.measure,
        "words": " · ".join(filter(None, words)),
    }


def _notes(document: FormDocument, evaluation: Evaluation | None) -> list[dict[str, Any]]:
    if isinstance(document, DeclarationDocument):
        notes = declaration_notes(document, (), places={})
    else:
        assert evaluation is not None  # every self-evaluation has one
        notes = evaluation_notes(document, evaluation, (), places={})
    return [
        {
            "path": note.path,
            "explanation": note.explanation,
            "comparisons": [{"text": one.text, "agrees": one.agrees} for one in note.comparisons],
        }
        for note in notes
    ]


def _levels(
    document: SelfEvaluationDocument, evaluation: Evaluation
) -> list[list[dict[str, Any]] | None]:
    return [
        _levels_of(row, suggestion, evaluation)
        for row, suggestion in zip(document.indicators, evaluation.rows, strict=True)
    ]


def _levels_of(
    row: IndicatorResult, suggestion: Suggestion, evaluation: Evaluation
) -> list[dict[str, Any]] | None:
    if row.weight is None or row.weight < 0:
        return None
    chosen = row.attainment is not None
    by_level = suggestion.method in _BY_LEVEL and (
        suggestion.interval is not None or suggestion.method is Method.UNDECIDED
    )
    if not (chosen or by_level):
        return None
    found = []
    for level in Attainment:
        interval = interval_of(level, row.weight, evaluation.scheme)
        found.append(
            {
                "value": level.value,
                "label": level.label,
                "low": trimmed(interval.low),
                "high": trimmed(interval.high),
            }
        )
    return found
