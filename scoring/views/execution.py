"""预算执行表: a list of executed budgets fills the funds of many self-evaluations. Here it is uploaded, and
its projects are matched with those that are kept; from there on it is a batch like every other. Reading it
is for the worker."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone

from perfgoals.accounts.views import SignedInRequest
from perfgoals.common.views import allow_methods
from projects.access import actions_for, get_form, require
from projects.models import Form
from projects.services import StaleVersion
from projects.workflow import Action, WrongStatus
from scoring.access import form_document
from scoring.models import ExecutionFile, ImportBatch
from scoring.services.execution_lists import (
    PER_PAGE,
    Candidate,
    ListedProject,
    figures_offered,
    keep_choices,
    listed_projects,
    needs_money_unit,
    open_years,
    order_listing,
    order_planning,
    take_figures,
)
from scoring.services.importing import MAX_BYTES, WrongStanding, keep_upload
from scoring.tasks import EXECUTION_PLAN, EXECUTION_READ, plan_execution, read_execution
from scoring.views.comparison import compare
from scoring.views.imports import for_importers

LISTED = 200
"""So many passed-over rows and problems are named; how many there are is always said."""

State = ImportBatch.State
_OPEN = (State.UPLOADED, State.READY)


@dataclass(frozen=True, slots=True)
class MatchRow:
    """A project of the list on the page. chosen: what it is taken for, None where it is left out; amounts:
    年初预算, 全年预算, 执行数 as they stand in the list, of its first row."""

    project: ListedProject
    chosen: Candidate | None
    amounts: tuple[str, ...]

    @property
    def rows(self) -> str:
        return "、".join(str(n) for n in dict.fromkeys(row.row for row in self.project.rows))


@allow_methods("GET", "POST")
@for_importers
def execution_upload(request: SignedInRequest) -> HttpResponse:
    """Take in a list of executed budgets. It is kept, and read in the background."""
    if request.method == "GET":
        return _upload_page(request)
    year = request.POST.get("year", "")
    if not year.isascii() or not year.isdecimal() or int(year[:6]) not in open_years():
        return _upload_page(request, "请选择年度")
    if "batch" in request.POST:
        return _taken_for_list(request, int(year))
    file = request.FILES.get("file")
    if file is None:
        return _upload_page(request, "请选择预算执行表")
    try:
        batch = keep_upload(file, file.name or "", by=request.user)
    except ValidationError as error:
        return _upload_page(request, "；".join(error.messages))
    order_listing(batch, read_execution, kind=EXECUTION_READ, year=int(year), by=request.user)
    return redirect("scoring:import-detail", batch.pk)


def _taken_for_list(request: SignedInRequest, year: int) -> HttpResponse:
    """A file that was uploaded as one with forms, and refused as such."""
    try:
        number = UUID(request.POST["batch"])
    except ValueError:
        raise Http404 from None
    batch = get_object_or_404(ImportBatch.objects.visible_to(request.user), pk=number)
    return _ordered(
        request,
        batch,
        lambda: order_listing(
            batch, read_execution, kind=EXECUTION_READ, year=year, by=request.user
        ),
    )


def _upload_page(request: SignedInRequest, refused: str = "") -> HttpResponse:
    context = {
        "years": open_years(),
        "chosen": _year(request),
        "megabytes": MAX_BYTES >> 20,
        "refused": refused.rstrip("。"),
    }
    return render(request, "scoring/execution_upload.html", context, status=422 if refused else 200)


def _year(request: SignedInRequest) -> int:
    """The year that was chosen; before, that which lists are made of at this time of the year."""
    asked = request.POST.get("year", "")
    if asked.isascii() and asked.isdecimal() and len(asked) == 4:
        return int(asked)
    today = timezone.localdate()
    return today.year if today.month >= 9 else today.year - 1


@allow_methods("GET", "POST")
@for_importers
def execution_match(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """GET shows whose each row is, and offers the nearest where that cannot be told; POST keeps the choices,
    and has the preview made. Nothing is applied here."""
    batch = get_object_or_404(
        ImportBatch.objects.visible_to(request.user).select_related("by", "job", "execution"), pk=pk
    )
    file: ExecutionFile | None = getattr(batch, "execution", None)
    if file is None:
        raise Http404
    if batch.is_worked_on or batch.standing not in _OPEN:
        return redirect("scoring:import-detail", batch.pk)
    if request.method == "GET":
        return _match_page(request, batch, file) if file.is_read else _again(request, batch, file)
    if request.POST.get("do") == "read":
        return _again(request, batch, file)
    unit = request.POST.get("money", "")
    try:
        keep_choices(file, _choices(request.POST), unit, by=request.user)
    except WrongStanding as error:
        return _refused(request, batch, error)
    file.refresh_from_db()
    if turned := request.POST.get("page_to", ""):
        return redirect(f"{reverse('scoring:execution-match', args=[batch.pk])}?page={turned}")
    if needs_money_unit(file) and not file.money_unit:
        return _match_page(request, batch, file, "请选择金额单位：文件里没有写明是元还是万元")
    if not any(file.choices.values()):
        return _match_page(request, batch, file, "没有一行对应到项目，请先选择")
    return _ordered(
        request,
        batch,
        lambda: order_planning(batch, plan_execution, kind=EXECUTION_PLAN, by=request.user),
    )


def _again(request: SignedInRequest, batch: ImportBatch, file: ExecutionFile) -> HttpResponse:
    """Have the file read, or read once more, against what is kept now."""
    if request.method != "POST":
        return redirect("scoring:import-detail", batch.pk)
    year = file.year_id
    return _ordered(
        request,
        batch,
        lambda: order_listing(
            batch, read_execution, kind=EXECUTION_READ, year=year, by=request.user
        ),
    )


def _ordered(request: SignedInRequest, batch: ImportBatch, order: Any) -> HttpResponse:
    try:
        order()
    except WrongStanding as error:
        return _refused(request, batch, error)
    return redirect("scoring:import-detail", batch.pk)


def _refused(request: SignedInRequest, batch: ImportBatch, error: WrongStanding) -> HttpResponse:
    context = {"batch": batch, "refused": str(error)}
    return render(request, "scoring/import_conflict.html", context, status=409)


def _choices(sent: Mapping[str, str]) -> dict[int, int | None]:
    """By key of the project in the list the number of the one that was chosen, None for none."""
    choices: dict[int, int | None] = {}
    for name, value in sent.items():
        key = name.removeprefix("project-")
        if key != name and key.isascii() and key.isdecimal() and len(key) < 10:
            number = value.isascii() and value.isdecimal() and len(value) < 16
            choices[int(key)] = int(value) if number else None
    return choices


def _match_page(
    request: SignedInRequest, batch: ImportBatch, file: ExecutionFile, refused: str = ""
) -> HttpResponse:
    content = file.content
    projects = listed_projects(file)
    page = Paginator(projects, PER_PAGE).get_page(request.GET.get("page"))
    ignored = content["ignored"]
    rows = [_row(one, file) for one in page]
    context: dict[str, Any] = {
        "batch": batch,
        "file": file,
        "content": content,
        "asks_unit": needs_money_unit(file),
        "page": page,
        "unsure": [row for row in rows if not row.project.how.is_sure],
        "sure": [row for row in rows if row.project.how.is_sure],
        "unsure_total": sum(not one.how.is_sure for one in projects),
        "sure_total": sum(one.how.is_sure for one in projects),
        "ignored_rows": [one for one in ignored if one["what"] == "rows"],
        "ignored_columns": [one for one in ignored if one["what"] == "columns"],
        "most": LISTED,
        "refused": refused,
    }
    return render(request, "scoring/execution_match.html", context, status=422 if refused else 200)


def _row(project: ListedProject, file: ExecutionFile) -> MatchRow:
    number = file.choices.get(str(project.key))
    first = project.rows[0].amounts
    amounts = tuple(
        f"{first[column]:,f}" if column in first else ""
        for column in ("initial_budget", "annual_budget", "executed")
    )
    return MatchRow(project, project.offered(number) if number else None, amounts)


@allow_methods("GET", "POST")
def form_execution(request: SignedInRequest, pk: int) -> HttpResponse:
    """取用预算执行数: what the accounts say of the form's project, beside what the form says; a POST makes
    the form say it, at the version that the person saw."""
    form = get_form(request.user, pk)
    try:
        require(request.user, form, Action.EDIT)
        if request.method == "POST":
            expected = _version(request)
            if take_figures(form, by=request.user, expected_version=expected) is None:
                raise Http404
            messages.success(request, "已取用预算执行数，请核对资金和得分。")
            return redirect("scoring:form-edit", pk)
    except (StaleVersion, WrongStatus) as error:
        return _offer_page(request, get_form(request.user, pk), refused=str(error))
    return _offer_page(request, form)


def _version(request: HttpRequest) -> int:
    text = request.POST.get("version", "")
    if not text.isascii() or not text.isdecimal() or len(text) > 9:
        raise Http404
    return int(text)


def _offer_page(request: SignedInRequest, form: Form, refused: str = "") -> HttpResponse:
    document = form_document(form)
    offered = figures_offered(form, document)
    if offered is None:
        raise Http404
    context = {
        "form": form,
        "heading": "取用预算执行数",
        "offered": offered,
        "comparison": compare(document, offered.document),
        "refused": refused,
        "may_take": Action.EDIT in actions_for(request.user, form),
    }
    return render(
        request, "scoring/execution_figures.html", context, status=409 if refused else 200
    )
