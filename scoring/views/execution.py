"""预算执行表: a list of executed budgets fills the funds of many self-evaluations. Here it is uploaded and
its rows are matched with the forms; from there on it is a batch like every other."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from perfgoals.accounts.views import SignedInRequest
from perfgoals.common.views import allow_methods
from perfgoals.common.workbooks.container import UnreadableWorkbook
from perfgoals.common.workbooks.reading import LIMITS
from projects.documents import MoneyUnit
from projects.models import FiscalYear
from scoring.models import ImportBatch
from scoring.services.execution_lists import ListedProject, match_rows
from scoring.services.importing import WrongStanding, keep_upload, refuse_batch, silent
from scoring.views.imports import for_importers
from scoring.workbooks.execution import ExecutionList
from scoring.workbooks.execution_batches import plan_list, read_list

LISTED = 200
"""So many passed-over rows and problems are named; how many there are is always said."""

State = ImportBatch.State
_OPEN = (State.UPLOADED, State.READY)


@allow_methods("GET", "POST")
@for_importers
def execution_upload(request: SignedInRequest) -> HttpResponse:
    """Take in a list of executed budgets. It is kept, and read by a process of its own."""
    if request.method == "GET":
        return _upload_page(request)
    years = set(FiscalYear.objects.filter(is_open=True).values_list("year", flat=True))
    year = request.POST.get("year", "")
    if not year.isascii() or not year.isdecimal() or int(year[:6]) not in years:
        return _upload_page(request, "请选择年度")
    file = request.FILES.get("file")
    if file is None:
        return _upload_page(request, "请选择预算执行表")
    if (file.size or 0) > LIMITS.size:
        return _upload_page(request, f"文件超过 {LIMITS.size >> 20} MB，请删去不用的工作表后再上传")
    try:
        batch = keep_upload(file, file.name or "", by=request.user)
    except ValidationError as error:
        return _upload_page(request, "；".join(error.messages))
    try:
        read_list(batch)
    except UnreadableWorkbook as error:
        refuse_batch(batch, error.message)
        return _upload_page(request, error.message)
    return redirect(_address(batch, year, "元"))


def _upload_page(request: SignedInRequest, refused: str = "") -> HttpResponse:
    years = FiscalYear.objects.filter(is_open=True).order_by("-year")
    context = {
        "years": years.values_list("year", flat=True),
        "chosen": request.POST.get("year", ""),
        "megabytes": LIMITS.size >> 20,
        "refused": refused.rstrip("。"),
    }
    return render(request, "scoring/execution_upload.html", context, status=422 if refused else 200)


@allow_methods("GET", "POST")
@for_importers
def execution_match(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """GET shows which row is which form's, and offers the nearest where none is; POST takes the choices,
    and leads to the preview. Nothing is applied here."""
    batch = get_object_or_404(
        ImportBatch.objects.visible_to(request.user).select_related("by", "job"), pk=pk
    )
    if batch.standing not in _OPEN:
        return redirect("scoring:import-detail", batch.pk)
    year = request.GET.get("year", "")
    if not year.isascii() or not year.isdecimal() or len(year) != 4:
        return redirect("scoring:execution-upload")
    money_unit: MoneyUnit = "万元" if request.GET.get("money") == "万元" else "元"
    try:
        found = read_list(batch, money_unit)
    except UnreadableWorkbook as error:
        refuse_batch(batch, error.message)
        return redirect("scoring:import-detail", batch.pk)
    projects = match_rows(found.rows, year=int(year), by=request.user)
    if request.method == "GET":
        return _match_page(request, batch, found, projects, year=year, money_unit=money_unit)
    choices = _choices(request, projects)
    if not choices:
        refused = "没有一行对应到自评表，请先选择"
        return _match_page(
            request, batch, found, projects, year=year, money_unit=money_unit, refused=refused
        )
    try:
        plan_list(batch, found, projects, choices, report=silent)
    except WrongStanding as error:
        context = {"batch": batch, "refused": str(error)}
        return render(request, "scoring/import_conflict.html", context, status=409)
    return redirect("scoring:import-detail", batch.pk)


def _choices(request: SignedInRequest, projects: list[ListedProject]) -> dict[int, int]:
    """The form that was chosen for each project: what is sure unless it is left out, else one of those that
    were offered."""
    left = set(request.POST.getlist("leave"))
    choices: dict[int, int] = {}
    for project in projects:
        if project.form is not None:
            if str(project.key) not in left:
                choices[project.key] = project.form
            continue
        offered = {str(one.form): one.form for one in project.candidates}
        chosen = offered.get(request.POST.get(f"project-{project.key}", ""))
        if chosen is not None:
            choices[project.key] = chosen
    return choices


def _match_page(
    request: SignedInRequest,
    batch: ImportBatch,
    found: ExecutionList,
    projects: list[ListedProject],
    *,
    year: str,
    money_unit: MoneyUnit,
    refused: str = "",
) -> HttpResponse:
    sure = [project for project in projects if project.how.is_sure]
    context: dict[str, Any] = {
        "batch": batch,
        "found": found,
        "year": year,
        "money_unit": found.money_unit if found.stated else money_unit,
        "other_unit": "元" if money_unit == "万元" else "万元",
        "other": _address(batch, year, "元" if money_unit == "万元" else "万元"),
        "sure": sure,
        "unsure": [project for project in projects if not project.how.is_sure],
        "ignored_rows": [one for one in found.ignored if one.what == "rows"],
        "ignored_columns": [one for one in found.ignored if one.what == "columns"],
        "most": LISTED,
        "refused": refused,
        "left": [one.key for one in sure if str(one.key) in request.POST.getlist("leave")],
    }
    return render(request, "scoring/execution_match.html", context, status=422 if refused else 200)


def _address(batch: ImportBatch, year: str, money_unit: MoneyUnit) -> str:
    query = urlencode({"year": year, "money": money_unit})
    return f"{reverse('scoring:execution-match', args=[batch.pk])}?{query}"
