"""导出: forms of a list as one file, and flat workbooks to be filled."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header

from perfgoals.accounts.views import SignedInRequest
from perfgoals.common.audit import record_export
from perfgoals.common.jobs import requeue_orphans, start_job
from perfgoals.common.views import allow_methods
from projects.models import FiscalYear, Form
from projects.workflow import FormKind
from scoring.services.exporting import Wanted, units_written_for, wanted_forms
from scoring.tasks import EXPORT, TASKS, export_forms
from scoring.views.listing import Listing, listing_for
from scoring.workbooks.exporting import (
    MOST_SHEETS,
    ExportLayout,
    NotExported,
    export_file,
    file_name,
    offers_for,
    selection_of,
)
from scoring.workbooks.flat import Made, flat_workbook

AT_ONCE = 30
"""So many forms are written while the person waits; more are for the worker."""

LISTED = 200
"""So many forms are listed to choose from; of a longer list all are taken."""

_LARGEST_NUMBER = 2**31
_COLUMNS = (
    *("kind", "year", "project_name", "unit_name", "status"),
    *("damaged", "adjusts_version", "is_late"),
)


@allow_methods("GET", "POST")
def export(request: SignedInRequest) -> HttpResponse:
    """GET shows what would be exported of the list that the address describes; POST does it: a few forms
    at once, more in the background."""
    listing = listing_for(request.user, request.GET)
    if request.method == "GET":
        return _page(request, listing)
    layout = request.POST.get("layout", "")
    if layout not in list(ExportLayout):
        return _page(request, listing, refused="请选择导出的格式")
    chosen = _numbers(request.POST.getlist("form"))
    if not chosen and request.POST.get("choosing"):
        return _page(request, listing, refused="请至少选择一份表", layout=layout)
    wanted = Wanted(dict(listing.filter.chosen), listing.sort, chosen)
    try:
        return _exported(request, wanted, ExportLayout(layout))
    except NotExported as error:
        return _page(request, listing, refused=str(error), layout=layout)


def _exported(request: SignedInRequest, wanted: Wanted, layout: ExportLayout) -> HttpResponse:
    forms = wanted_forms(wanted, by=request.user).only("kind", "year")
    selection = selection_of(forms)
    number = len(selection.forms)
    if not number:
        raise NotExported("没有可以导出的表")
    if layout is ExportLayout.OFFICIAL and number > MOST_SHEETS:
        raise NotExported(
            f"官方表样工作簿一份表一张工作表，最多 {MOST_SHEETS} 份，现有 {number} 份；"
            "请缩小范围，或导出平铺工作簿"
        )
    if number > AT_ONCE:
        requeue_orphans(TASKS)
        job = start_job(
            export_forms,
            kind=EXPORT,
            title=f"导出{selection.title}（{layout.label}）",
            owner=request.user,
            parameters=wanted.as_json() | {"layout": layout.value},
        )
        return redirect("common:job-detail", job.pk)
    offers = None
    if layout is ExportLayout.FLAT:
        year = selection.year or max(form.year_id for form in forms)
        offers = offers_for(units_written_for(request.user), year)
    content = export_file(
        selection, layout, offers=offers, at=timezone.localtime(), by=str(request.user)
    )
    record_export(layout.label, by=request.user, count=number, 范围=selection.title)
    return _download(content, layout.content_type, file_name(selection.title, layout.ending))


def _page(
    request: SignedInRequest, listing: Listing, *, refused: str = "", layout: str = "official"
) -> HttpResponse:
    forms = listing.forms
    number = forms.count()
    listed: list[Form] = []
    if number <= LISTED:
        listed = list(forms.only(*_COLUMNS))
    ticked = _numbers((request.POST if request.method == "POST" else request.GET).getlist("form"))
    context: dict[str, Any] = {
        "listing": listing,
        "number": number,
        "forms": listed,
        "ticked": set(ticked) or {form.pk for form in listed},
        "layouts": list(ExportLayout),
        "layout": layout,
        "at_once": AT_ONCE,
        "refused": refused,
        "years": FiscalYear.objects.order_by("-year").values_list("year", flat=True),
        "kinds": list(FormKind),
    }
    return render(request, "scoring/export.html", context, status=422 if refused else 200)


@allow_methods("GET")
def export_template(request: SignedInRequest) -> HttpResponse:
    """An empty flat workbook of a kind and year, with the person's units to choose from."""
    kind, year = request.GET.get("kind", ""), request.GET.get("year", "")
    if kind and kind not in list(FormKind):
        raise Http404
    found = _numbers([year])
    if not found or not FiscalYear.objects.filter(year=found[0]).exists():
        messages.error(request, "请选择系统里有的年度。")
        return redirect("scoring:export")
    content = flat_workbook(
        (),
        kind=FormKind(kind) if kind else None,
        year=found[0],
        offers=offers_for(units_written_for(request.user), found[0]),
        made=Made(timezone.localtime(), str(request.user)),
    )
    what = FormKind(kind).label if kind else "申报表和自评表"
    name = file_name(f"{found[0]} 年度{what}平铺模板", "xlsx")
    return _download(content, ExportLayout.FLAT.content_type, name)


def _numbers(texts: list[str]) -> list[int]:
    """The numbers among the texts that can be those of something kept."""
    found = [int(one) for one in texts if one.isascii() and one.isdecimal() and len(one) < 11]
    return [one for one in found if 0 < one < _LARGEST_NUMBER]


def _download(content: bytes, content_type: str, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = content_disposition_header(True, name) or ""
    response["Cache-Control"] = "private, no-store"
    return response
