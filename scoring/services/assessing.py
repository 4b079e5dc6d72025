"""How much a submitted form deserves a closer look."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from perfgoals.common.findings import Level
from projects.models import Form
from projects.workflow import FormKind
from scoring.services.editing import Judged

_POINTS = {Level.ERROR: 20, Level.WARNING: 5, Level.HINT: 1}
_MOST = 100


@dataclass(frozen=True, slots=True)
class Assessment:
    """points: 0 to 100. reasons: Chinese sentences, the weightiest first, each with its points.
    last_total: the computed total of the project's self-evaluation of the year before (points)."""

    points: int
    reasons: tuple[str, ...]
    last_total: Decimal | None


def assess(form: Form, judged: Judged) -> Assessment:
    """The risk of a form that was just submitted."""
    reasons = []
    points = 0
    for level in Level:
        found = sum(finding.level is level for finding in judged.findings)
        if found:
            points += found * _POINTS[level]
            reasons.append(f"{level.label} {found} 处，{found * _POINTS[level]} 分")
    return Assessment(min(points, _MOST), tuple(reasons), _last_total(form))


def _last_total(form: Form) -> Decimal | None:
    before = Form.objects.filter(
        project=form.project_id, kind=FormKind.SELF_EVALUATION.value, year=form.year_id - 1
    ).select_related("self_evaluation")
    found = before.first()
    return found.self_evaluation.computed_total if found else None
