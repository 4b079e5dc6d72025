"""待填报: projects whose form for an open year has not been begun, and drafts with errors."""

from __future__ import annotations

from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.core.paginator import Page, Paginator
from django.http import HttpResponse
from django.shortcuts import render

from perfgoals.accounts.models import Role
from perfgoals.accounts.views import SignedInRequest
from perfgoals.common.views import allow_methods
from projects.models import Form
from projects.services import Due, due_of, roles_of, submitting_stage, to_begin
from projects.workflow import FormKind

PER_PAGE = 100


@dataclass(frozen=True, slots=True)
class Lacking:
    """The projects that have no form of the kind for the year. due: of the year, None where none is set;
    a unit may have been given more time."""

    year: int
    kind: FormKind
    due: Due | None
    page: Page


@allow_methods("GET")
def to_fill(request: SignedInRequest) -> HttpResponse:
    """For who prepares forms. ``page`` in the address leads through long lists."""
    user = request.user
    if Role.PREPARER not in roles_of(user):
        raise PermissionDenied("只有填报人有待填报的表")
    number = request.GET.get("page")
    lacking = []
    for year, kind, projects in to_begin(user):
        page = Paginator(projects, PER_PAGE).get_page(number)
        if page.paginator.count:
            first = page.object_list[0].unit_id if len(page.object_list) else 0
            due = due_of(year=year, stage=submitting_stage(kind), unit=first)
            lacking.append(Lacking(year, kind, due, page))
    drafts = Form.objects.visible_to(user).in_role(user.pk, Role.PREPARER.value)
    drafts = drafts.narrowed({"status": "draft", "check": "errors"}).order_by(
        "-year_id", "unit_name", "kind", "pk"
    )
    context = {
        "lacking": lacking,
        "longest": max(
            (one.page for one in lacking), key=lambda p: p.paginator.num_pages, default=None
        ),
        "drafts": drafts[:PER_PAGE],
        "draft_count": drafts.count(),
    }
    return render(request, "scoring/to_fill.html", context)
