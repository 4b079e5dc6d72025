"""复核: the sheet of a submitted form, and beside it all that its reviewer needs and says."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString

from perfgoals.accounts.views import SignedInRequest
from perfgoals.common.findings import Finding
from perfgoals.common.sheets import Anchors, SheetView, view_sheet
from perfgoals.common.sheets.view import TableView
from perfgoals.common.views import allow_methods
from projects.access import get_form, roles_for
from projects.documents import current_path
from projects.models import Form
from projects.services import due_for
from projects.workflow import Action, Status, allowed, may
from scoring.access import form_document, read_once
from scoring.api.review_states import (
    cell_label,
    comment_states,
    review_for,
    review_state,
    waiver_states,
)
from scoring.documents import FormDocument, SelfEvaluationDocument
from scoring.services import Judged, judge, round_of
from scoring.services.cross_notes import TITLES, comparing, cross_findings
from scoring.sheets import form_sheet
from scoring.views.attachments import evidence_of
from scoring.views.comparison import Told, mark_changes
from scoring.views.queue import Neighbours, neighbours
from scoring.views.review_rows import (
    ReviewedRow,
    last_year_of,
    review_notes,
    reviewed_rows,
    row_data,
)


@dataclass(frozen=True, slots=True)
class Reviewer:
    """What this person can do with the form on this page. scores: give 复核分 and remarks (the department
    alone does); passes: the step that lets the form go on; own_work: why it is not this person's to
    take, "" where it is."""

    scores: bool
    has_points: bool
    passes: Action
    own_work: str


@allow_methods("GET")
def form_review(request: SignedInRequest, pk: int) -> HttpResponse:
    """The page for who may judge the form now. Where it is not under review any more, the form's own
    page shows what was decided. The address keeps the queue that it was opened from."""
    form = get_form(request.user, pk)
    roles = roles_for(request.user, form)
    status = Status(form.status)
    if not allowed(roles, status, Action.COMMENT):
        if not any(may(role, Action.COMMENT) for role in roles):
            raise PermissionDenied("您的岗位不能审核这份表")
        messages.info(request, f"这份表现在是「{status.label}」，不在您的审核中。")
        return redirect("scoring:form-detail", pk)
    with read_once(form):
        context = _shown(request, form, roles)
    return render(request, "scoring/review.html", context)


def _shown(request: SignedInRequest, form: Form, roles: set[str]) -> dict[str, Any]:
    status = Status(form.status)
    document = form_document(form)
    judged = judge(document, form)
    reviewer = _reviewer(request, form, roles)
    review = review_for(request.user, form, roles)
    state = review_state(form, review, judged, reviewing=True)
    rows = reviewed_rows(judged)
    since = round_of(form, document)
    last = last_year_of(request.user, form, document)
    evidence = evidence_of(form, document, may_change=False)
    beside = neighbours(request.user, request.GET, form.pk)
    sheet = form_sheet(document)
    view = _with_heading(
        view_sheet(sheet, notes=_margin(judged, rows, reviewer, state["rows"])), reviewer
    )
    changes: tuple[Told, ...] = ()
    if since.before is not None:
        compared = mark_changes(view, since.before, document)
        view, changes = compared.sheet, compared.told
    return {
        "form": form,
        "review": review,
        "state": state,
        "reviewer": reviewer,
        "sheet": view,
        "goals": [one for one in _goals(document) if one[1]],
        "evaluation": judged.evaluation,
        "since": since,
        "changes": changes,
        "asked": [(one, _where(document, one.place)) for one in since.asked_not_changed],
        "last": last,
        "evidence": evidence,
        "beside": beside,
        "cross": cross_findings(form, request.user, document),
        "may_compare": status is Status.SUBMITTED and comparing(roles),
        "may_waive": allowed(roles, status, Action.WAIVE),
        "due": due_for(form),
        "queue_query": request.GET.urlencode(),
        "days": (timezone.now() - review.opened_at).days if review else None,
        "data": {
            "user": request.user.pk,
            "form": form.pk,
            "version": form.version,
            "status_label": form.get_status_display(),
            "scores": reviewer.scores,
            "points": reviewer.has_points,
            "passes": reviewer.passes.value,
            "own_work": reviewer.own_work,
            "may_waive": allowed(roles, status, Action.WAIVE),
            "codes": [row.code for row in rows],
            "now": timezone.now(),
            "state": state,
            "rows": row_data(rows, last, evidence),
            "findings": _finding_data(Anchors(sheet), judged.findings),
            # What was let pass of the comparison with other forms stands beside it.
            "waived": [
                one
                for one in waiver_states(form, document, judged.waived)
                if one["code"] not in TITLES
            ],
            "comments": comment_states(form, document),
            "labels": _labels(document, sheet_paths(view)),
            "addresses": _addresses(request, form, beside),
        },
    }


def _reviewer(request: SignedInRequest, form: Form, roles: set[str]) -> Reviewer:
    status = Status(form.status)
    passes = Action.APPROVE if status is Status.SUBMITTED else Action.ENDORSE
    own = form.submitted_by_id == request.user.pk
    return Reviewer(
        scores=allowed(roles, status, Action.REVIEW),
        has_points=form.kind == "self_evaluation",
        passes=passes,
        own_work=f"这份表由您本人送审，须由其他人{passes.label}" if own else "",
    )


def _margin(
    judged: Judged, rows: Iterable[ReviewedRow], reviewer: Reviewer, given: dict[str, Any]
) -> dict[str, SafeString]:
    """For each row its inputs with what the rules say; for the others what the rules say."""
    of_rows = {f"indicators.{row.index}.name": row for row in rows}
    margin: dict[str, SafeString] = {}
    for note in review_notes(judged):
        row = of_rows.get(note.path)
        if row is None:
            margin[note.path] = render_to_string("scoring/_note.html", {"note": note})
        else:
            context = {"row": row, "reviewer": reviewer, "given": given.get(row.code)}
            margin[note.path] = render_to_string("scoring/_review_row.html", context)
    return margin


def _with_heading(view: SheetView, reviewer: Reviewer) -> SheetView:
    """The margin beside the rows has a heading of its own."""
    if not reviewer.scores:
        return view
    heading = render_to_string("scoring/_review_heading.html", {"reviewer": reviewer})

    def headed(table: TableView) -> TableView:
        if table.name != "indicators" or not table.header:
            return table
        *above, lowest = table.header
        return replace(table, header=(*above, replace(lowest, notes=(heading,))))

    return replace(view, tables=tuple(headed(table) for table in view.tables))


def _goals(document: FormDocument) -> list[tuple[str, str]]:
    if isinstance(document, SelfEvaluationDocument):
        return [
            ("预期目标", document.expected_goal),
            ("实际完成情况", document.actual_outcome),
        ]
    return [("项目总目标", document.overall_goal), ("年度总体目标", document.annual_goal)]


def _where(document: FormDocument, place: str) -> str:
    path = current_path(document, place)
    return cell_label(document, path) if path else "整张表"


def _finding_data(anchors: Anchors, findings: Iterable[Finding]) -> list[dict[str, str]]:
    """The findings with the cell of the sheet where each is shown: its path, "" where it has none."""
    told = []
    for finding in findings:
        cell = anchors.cell(finding.path)
        told.append(
            finding.as_json() | {"label": finding.level.label, "cell": cell.path if cell else ""}
        )
    return told


def sheet_paths(view: SheetView) -> list[str]:
    """The paths of the cells of the sheet, from top to bottom."""
    return [
        cell.path
        for table in view.tables
        for row in (*table.header, *table.body)
        for cell in row.cells
        if cell.path
    ]


def _labels(document: FormDocument, paths: Iterable[str]) -> dict[str, str]:
    """What the cells are called, for those that can be commented on."""
    labels = {path: cell_label(document, path) for path in paths}
    return {path: label for path, label in labels.items() if label}


def _addresses(request: SignedInRequest, form: Form, beside: Neighbours) -> dict[str, str]:
    query = request.GET.urlencode()
    tail = f"?{query}" if query else ""

    def review(pk: int | None) -> str:
        return f"{reverse('scoring:form-review', args=[pk])}{tail}" if pk else ""

    here = reverse("scoring:form-review", args=[form.pk])
    return {
        "form": reverse("scoring:form-detail", args=[form.pk]),
        "api": reverse("api:form_read", args=[form.pk]),
        "sign_in": f"{reverse('accounts:sign-in')}?next={here}",
        "queue": f"{reverse('scoring:review-queue')}{tail}",
        "previous": review(beside.previous),
        "next": review(beside.next),
    }
