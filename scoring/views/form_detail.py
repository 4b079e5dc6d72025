"""One form: the official sheet, and beside it how every number comes about and what was found."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from indicators.documents import DeclarationDocument
from perfgoals.accounts.models import Unit
from perfgoals.accounts.views import SignedInRequest
from perfgoals.common.findings import Finding, Level
from perfgoals.common.numbers import padded
from perfgoals.common.sheets import Anchors, cell_id, view_sheet
from perfgoals.common.views import allow_methods
from projects.access import actions_for, get_form, roles_for
from projects.models import Form
from projects.services import due_for
from projects.workflow import Action
from scoring.access import form_document
from scoring.api.review_states import comment_states
from scoring.documents import FormDocument
from scoring.evaluation import Evaluation
from scoring.services import Judged, judge
from scoring.services.execution_lists import figures_offered
from scoring.sheets import form_sheet
from scoring.views.attachments import evidence_of
from scoring.views.comparison import mark_changes
from scoring.views.damages import damages_of
from scoring.views.history import life_of
from scoring.views.listing import listing_for
from scoring.views.notes import Note, declaration_notes, evaluation_notes
from scoring.views.steps import Attempt, steps_of


@dataclass(frozen=True, slots=True)
class ListedFinding:
    """A finding with the fragment that leads to its cell; "" where the sheet has none for it."""

    finding: Finding
    target: str


@dataclass(frozen=True, slots=True)
class FindingGroup:
    level: Level
    findings: tuple[ListedFinding, ...]


@allow_methods("GET")
def form_detail(request: SignedInRequest, pk: int) -> HttpResponse:
    """A form with its explanations. The address keeps the list it was opened from."""
    return form_page(request, get_form(request.user, pk))


def form_page(
    request: SignedInRequest, form: Form, *, attempt: Attempt | None = None, status: int = 200
) -> HttpResponse:
    """The page of a form, also as the answer to a step that was refused: what was typed for it is kept."""
    listing = listing_for(request.user, request.GET)
    before, after = listing.neighbours(form.pk)
    roles = roles_for(request.user, form)
    actions = actions_for(request.user, form, roles)
    judged = judge(form_document(form), form)
    life = life_of(form, judged)
    comments = comment_states(form, judged.document)
    steps = steps_of(
        form,
        actions,
        roles,
        findings=judged.findings,
        unanswered=life.unanswered,
        commented=any(one["resolved_at"] is None for one in comments),
        unit_first=Action.SUBMIT in actions and Unit.objects.reviewing_first(form.project.unit_id),
        attempt=attempt,
    )
    context = {
        "form": form,
        "listing": listing,
        "before": before,
        "after": after,
        "steps": steps,
        "attempt": attempt,
        "astray": attempt and all(one.action is not attempt.action for one in steps.offered),
        "may_answer": Action.ANSWER in actions,
        "life": life,
        "due": due_for(form),
        "figures": (figures_offered(form, judged.document) if Action.EDIT in actions else None),
        "asked": "尚未修改也没有答复的批注" if form.is_draft else "要求修改但未改，也没有答复",
        "waived": judged.waived,
        "may_waive": Action.WAIVE in actions,
    }
    shown = _shown(form, judged, life.before, comments)
    return render(request, "scoring/form_detail.html", context | shown, status=status)


def _shown(
    form: Form, judged: Judged, before: FormDocument | None, comments: list[dict[str, Any]]
) -> dict[str, Any]:
    sheet = form_sheet(judged.document)
    places = _places(Anchors(sheet), judged.findings)
    notes = _notes(judged, places)
    view = view_sheet(sheet, notes=_rendered(notes), levels=_gravest(judged.findings))
    compared = mark_changes(view, before, judged.document) if before is not None else None
    return {
        "comments": _linked(comments, Anchors(sheet)),
        "sheet": compared.sheet if compared else view,
        "told": compared.told if compared else (),
        "notes": notes,
        "groups": _groups(judged.findings, places),
        "any_findings": bool(judged.findings),
        "evaluation": judged.evaluation,
        "entries": list(judged.evaluation.scheme.entries()) if judged.evaluation else [],
        "damages": damages_of(judged.document),
        "evidence": evidence_of(form, judged.document, may_change=False),
        "changed": _changed(form, judged.evaluation),
    }


def _linked(comments: Iterable[dict[str, Any]], anchors: Anchors) -> list[dict[str, Any]]:
    """The comments, each with the fragment that leads to its cell; "" where there is none."""
    found = []
    for comment in comments:
        cell = anchors.cell(comment["path"]) if comment["path"] else None
        found.append(comment | {"target": cell_id(cell.path) if cell else ""})
    return found


def _places(anchors: Anchors, findings: Iterable[Finding]) -> dict[str, str]:
    """For the path of each finding, that of the cell of the sheet where it is shown."""
    cells = {finding.path: anchors.cell(finding.path) for finding in findings}
    return {path: cell.path for path, cell in cells.items() if cell}


def _notes(judged: Judged, places: Mapping[str, str]) -> list[Note]:
    if isinstance(judged.document, DeclarationDocument):
        return declaration_notes(judged.document, judged.findings, places=places)
    assert judged.evaluation is not None  # every other document is a self-evaluation
    return evaluation_notes(judged.document, judged.evaluation, judged.findings, places=places)


def _rendered(notes: Iterable[Note]) -> dict[str, SafeString]:
    """The notes as the sheet takes them; several may stand at one cell."""
    rendered: dict[str, SafeString] = {}
    for note in notes:
        text = render_to_string("scoring/_note.html", {"note": note})
        rendered[note.path] = rendered.get(note.path, SafeString()) + text
    return rendered


def _gravest(findings: Iterable[Finding]) -> dict[str, Level]:
    """The gravest level at each path."""
    levels: dict[str, Level] = {}
    for finding in findings:
        known = levels.get(finding.path, finding.level)
        levels[finding.path] = min(known, finding.level, key=lambda level: level.rank)
    return levels


def _groups(findings: Iterable[Finding], places: Mapping[str, str]) -> list[FindingGroup]:
    """The findings by level, the gravest first; a level without any is kept, for its count."""
    listed = [
        ListedFinding(finding, cell_id(places[finding.path]) if finding.path in places else "")
        for finding in findings
    ]
    return [
        FindingGroup(level, tuple(one for one in listed if one.finding.level is level))
        for level in Level
    ]


def _changed(form: Form, evaluation: Evaluation | None) -> str:
    """What the form was scored when it was saved, where today's rules say otherwise; "" else."""
    if evaluation is None:
        return ""
    stored = form.self_evaluation
    if stored.computed_total is None or stored.computed_total == evaluation.total_score:
        return ""
    return (
        f"本表保存时核算总分为 {padded(stored.computed_total)}，以此为准；计分规则此后有变动，"
        f"按现行规则核算为 {padded(evaluation.total_score)}，以下说明按现行规则列出。"
    )
