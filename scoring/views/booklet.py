"""Booklets (汇总表): which there are, and the order to print one."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render

from perfgoals.accounts.views import SignedInRequest
from perfgoals.common.jobs import requeue_orphans, start_job
from perfgoals.common.views import allow_methods
from projects.models import Form
from projects.workflow import FormKind
from scoring.forms import BookletFilter
from scoring.tasks import BOOKLET, TASKS, make_booklet

PER_PAGE = 50


@dataclass(frozen=True, slots=True)
class Booklet:
    """A booklet that could be printed, with the number of its forms."""

    year: int
    kind: FormKind
    unit: int
    unit_name: str
    forms: int

    @property
    def title(self) -> str:
        return f"{self.unit_name} {self.year} 年度{self.kind.label}汇总表"


@allow_methods("GET", "POST")
def booklet(request: SignedInRequest) -> HttpResponse:
    """GET lists the booklets that could be printed; POST has one printed in the background."""
    visible = Form.objects.visible_to(request.user)
    address = request.POST if request.method == "POST" else request.GET
    chosen = BookletFilter(address, choices=visible.list_choices())
    page = Paginator(visible.narrowed(chosen.chosen).for_booklets(), PER_PAGE).get_page(
        request.GET.get("page")
    )
    booklets = [
        Booklet(year, FormKind(kind), unit, unit_name, forms)
        for year, kind, unit, unit_name, forms in page.object_list
    ]
    if request.method == "GET":
        context = {"filter": chosen, "page": page, "booklets": booklets}
        return render(request, "scoring/booklet.html", context)
    if not chosen.is_valid() or len(chosen.chosen) < len(chosen.fields) or not booklets:
        messages.error(request, "没有找到要打印的汇总表，请从下表中选择。")
        return redirect("scoring:booklet")
    requeue_orphans(TASKS)
    wanted = booklets[0]
    job = start_job(
        make_booklet,
        kind=BOOKLET,
        title=wanted.title,
        owner=request.user,
        parameters={"year": wanted.year, "kind": wanted.kind, "unit": wanted.unit},
    )
    return redirect("common:job-detail", job.pk)
