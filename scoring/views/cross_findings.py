"""What the comparison of the forms of a year showed, for those who judge them."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render

from perfgoals.accounts.views import SignedInRequest
from perfgoals.common.jobs import requeue_orphans, start_job
from perfgoals.common.views import allow_methods
from projects.access import get_form, roles_for
from projects.models import Form
from scoring.forms import CrossFilter
from scoring.models import CrossFinding
from scoring.services.cross import tell_of_check
from scoring.services.cross_notes import TITLES, compares_forms, comparing, cross_notes
from scoring.services.reviewing import compare_again
from scoring.tasks import ACROSS, TASKS, check_across
from scoring.views.waiving import back_to

PER_PAGE = 50


@dataclass(frozen=True, slots=True)
class CheckCount:
    """A check with how often it found something in the year, and the address that lists it."""

    code: str
    title: str
    findings: int
    forms: int
    query: str


@allow_methods("GET", "POST")
def cross_findings(request: SignedInRequest) -> HttpResponse:
    """GET lists what was found in a year, by check; POST has all forms of the year compared anew, in the
    background."""
    if not compares_forms(request.user):
        raise PermissionDenied("跨表检查供审核人和管理员查看")
    visible = Form.objects.visible_to(request.user)
    given = request.POST if request.method == "POST" else request.GET
    chosen = CrossFilter(given, choices=visible.list_choices(), checks=TITLES)
    if request.method == "POST":
        return _start(request, chosen)
    wanted = dict(chosen.chosen)
    check = wanted.pop("check", None)
    found = CrossFinding.objects.of_forms(visible.narrowed(wanted))
    counts = [
        CheckCount(
            row["code"],
            TITLES.get(row["code"], row["code"]),
            row["findings"],
            row["forms"],
            chosen.with_check(row["code"]),
        )
        for row in found.by_check()
    ]
    if check:
        found = found.filter(code=check)
    page = Paginator(found.with_waivers().as_seen_by(request.user).for_page(), PER_PAGE).get_page(
        request.GET.get("page")
    )
    context = {
        "filter": chosen,
        "year": wanted.get("year"),
        "check": check,
        "counts": counts,
        "page": page,
        "rows": cross_notes(page.object_list),
    }
    return render(request, "scoring/cross_findings.html", context)


@allow_methods("POST")
def form_compare(request: SignedInRequest, pk: int) -> HttpResponse:
    """Hold one form against the others as they now are, and go back to where it was asked for."""
    form = get_form(request.user, pk)
    if not (request.user.is_superuser or comparing(roles_for(request.user, form))):
        raise PermissionDenied("跨表比较由审核人和管理员进行")
    found = compare_again(form, by=request.user)
    messages.success(
        request, f"已与其他表重新比较，{f'发现 {found} 处' if found else '没有发现'}。"
    )
    return redirect(back_to(request, pk))


def _start(request: SignedInRequest, chosen: CrossFilter) -> HttpResponse:
    year = chosen.chosen.get("year")
    if not request.POST.get("year") or year is None:
        messages.error(request, "没有找到要检查的年度，请从列表中选择。")
        return redirect("scoring:cross-findings")
    requeue_orphans(TASKS)
    with transaction.atomic():
        tell_of_check(year, by=request.user)
        job = start_job(
            check_across,
            kind=ACROSS,
            title=f"{year} 年度跨表检查",
            owner=request.user,
            parameters={"year": year},
        )
    return redirect("common:job-detail", job.pk)
