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
from perfgoals.accounts.views import SignedInRequest
from perfgoals.common.findings import Finding, Level
from perfgoals.common.numbers import padded
from perfgoals.common.sheets import Anchors, cell_id, view_sheet
from perfgoals.common.views import allow_methods
from projects.access import can, get_form
from projects.models import Form
from projects.workflow import Action
from scoring.access import form_document
from scoring.evaluation import Evaluation
from scoring.services import Judged, judge
from scoring.sheets import form_sheet
from scoring.views.attachments import evidence_of
from scoring.views.damages import damages_of
from scoring.views.listing import listing_for
from scoring.views.notes import Note, declaration_notes, evaluation_notes


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
    form = get_form(request.user, pk)
    listing = listing_for(request.user, request.GET)
    before, after = listing.neighbours(pk)
    context = {
        "form": form,
        "listing": listing,
        "before": before,
        "after": after,
        "can_edit": can(request.user, form, Action.EDIT),
        "can_withdraw": can(request.user, form, Action.WITHDRAW),
    }
    return render(request, "scoring/form_detail.html", context | _shown(form))


def _shown(form: Form) -> dict[str, Any]:
    judged = judge(form_document(form), form)
    sheet = form_sheet(judged.document)
    places = _places(Anchors(sheet), judged.findings)
    notes = _notes(judged, places)
    return {
        "sheet": view_sheet(sheet, notes=_rendered(notes), levels=_gravest(judged.findings)),
        "notes": notes,
        "groups": _groups(judged.findings, places),
        "any_findings": bool(judged.findings),
        "evaluation": judged.evaluation,
        "entries": list(judged.evaluation.scheme.entries()) if judged.evaluation else [],
        "damages": damages_of(judged.document),
        "evidence": evidence_of(form, judged.document, may_change=False),
        "changed": _changed(form, judged.evaluation),
    }


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
