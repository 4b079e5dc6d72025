"""批量导入: uploading files, looking at what they would do, applying and undoing them. No workbook is opened
here: the worker does that."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render

from perfgoals.accounts.views import SignedInRequest
from perfgoals.common.audit import record_export
from perfgoals.common.views import allow_methods, is_stalled
from scoring.models import ExecutionFile, ImportBatch, ImportItem
from scoring.services.execution_lists import open_years, order_listing
from scoring.services.importing import (
    BY_ITSELF,
    IN_THE_WAY,
    MAX_BYTES,
    MOST_FILES,
    WrongStanding,
    discard_batch,
    keep_upload,
    may_import,
    order_applying,
    order_reading,
    order_undoing,
)
from scoring.tasks import (
    EXECUTION_READ,
    IMPORT_APPLY,
    IMPORT_READ,
    IMPORT_UNDO,
    apply_import,
    read_execution,
    read_import,
    undo_import,
)
from scoring.views.import_items import told_change
from scoring.workbooks.files import FileKind

PER_PAGE = 50
ITEMS_PER_PAGE = 50
_GROUPS = 100
_LISTED = 200
_CHANGES = 4
_PROBLEMS = 3
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

State = ImportBatch.State
_OPEN = (State.UPLOADED, State.READING, State.REFUSED, State.READY)
_DONE = (State.APPLIED, State.UNDOING)
View = Callable[..., HttpResponseBase]


def for_importers(view: View) -> View:
    """Answer anybody but administrators with 403."""

    @wraps(view)
    def guarded(request: SignedInRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not may_import(request.user):
            raise PermissionDenied("只有管理员可以批量导入")
        return view(request, *args, **kwargs)

    return guarded


@dataclass(frozen=True, slots=True)
class PlanCount:
    """How many forms of the batch would be dealt with so."""

    plan: str
    label: str
    number: int


@dataclass(frozen=True, slots=True)
class ItemRow:
    """A form in the list, with the first of its changes and problems."""

    item: ImportItem
    changes: list[Any]
    more_changes: int
    problems: list[Any]
    more_problems: int


@allow_methods("GET", "POST")
@for_importers
def import_list(request: SignedInRequest) -> HttpResponse:
    """The files that were uploaded, the latest first; a POST takes in some more."""
    refused: list[str] = []
    if request.method == "POST":
        batches, refused = _taken_in(request)
        if batches and not refused:
            if len(batches) == 1:
                return redirect("scoring:import-detail", batches[0].pk)
            messages.success(request, f"已上传 {len(batches)} 个文件，正在逐个读取。")
            return redirect("scoring:import-list")
    found = ImportBatch.objects.visible_to(request.user).for_list()
    context = {
        "page": Paginator(found, PER_PAGE).get_page(request.GET.get("page")),
        "refused": refused,
        "megabytes": MAX_BYTES >> 20,
        "most": MOST_FILES,
        "is_all": request.user.is_superuser,
    }
    return render(request, "scoring/import_list.html", context, status=422 if refused else 200)


def _taken_in(request: SignedInRequest) -> tuple[list[ImportBatch], list[str]]:
    """Keep each file and have it read. Returns the batches, and why the other files were not taken."""
    files = request.FILES.getlist("files")
    if not files:
        return [], ["请选择要导入的文件"]
    if len(files) > MOST_FILES:
        return [], [f"一次最多上传 {MOST_FILES} 个文件，现有 {len(files)} 个"]
    batches, refused = [], []
    for file in files:
        try:
            batch = keep_upload(file, file.name or "", by=request.user)
        except ValidationError as error:
            refused += error.messages
            continue
        order_reading(batch, read_import, kind=IMPORT_READ, by=request.user)
        batches.append(batch)
    if batches and refused:
        messages.success(request, f"已上传 {len(batches)} 个文件，正在逐个读取。")
    return batches, refused


@allow_methods("GET")
@for_importers
def import_detail(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """What the file would do, or did. While it is worked on, or its errors are being marked, the page asks
    for the part that changes again."""
    batch = _own(request, pk)
    if request.htmx.target == "import-marked":  # type: ignore[attr-defined]
        return render(request, "scoring/_import_marked.html", {"batch": batch})
    job = batch.job
    context: dict[str, Any] = {
        "batch": batch,
        "standing": batch.standing,
        "job": job,
        "stalled": job is not None and batch.is_worked_on and is_stalled(job),
        # What was ordered; where that is done and only the marking of errors was not, it stands.
        "failed": job is not None
        and batch.state != batch.standing
        and job.state in ("failed", "cancelled"),
    }
    if request.htmx and not request.htmx.boosted:  # type: ignore[attr-defined]
        response = render(request, "scoring/_import_progress.html", context)
        if not batch.is_worked_on:
            response["HX-Refresh"] = "true"
        return response
    execution = ExecutionFile.objects.filter(pk=batch.pk).first()
    waits = execution is not None and execution.is_read and batch.standing == State.UPLOADED
    if waits and not batch.is_worked_on and not context["failed"]:
        return redirect("scoring:execution-match", batch.pk)
    context["execution"] = execution
    if batch.standing == State.REFUSED:
        context["years"] = open_years()
    context["earlier"] = (
        ImportBatch.objects.with_same_content(batch).select_related("by", "job").first()
    )
    context["kind"] = FileKind(batch.kind).label if batch.kind else ""
    context |= _preview(request, batch)
    return render(request, "scoring/import_detail.html", context)


def _preview(request: SignedInRequest, batch: ImportBatch) -> dict[str, Any]:
    summary = batch.summary
    plans = summary.get("plans", {})
    counts = [
        PlanCount(p.value, p.label, plans[p.value]) for p in ImportItem.Plan if p.value in plans
    ]
    chosen = request.GET.get("plan", "")
    outcome = request.GET.get("outcome", "")
    items = batch.items.order_by("number")
    if chosen in plans:
        items = items.filter(plan=chosen)
    if outcome in ImportItem.Outcome.values:
        items = items.filter(outcome=outcome)
    page = Paginator(items.defer("written", "judged"), ITEMS_PER_PAGE).get_page(
        request.GET.get("page")
    )
    in_the_way = sum(plans.get(p.value, 0) for p in IN_THE_WAY) + len(summary.get("problems", ()))
    query = "&".join(f"{k}={v}" for k, v in (("plan", chosen), ("outcome", outcome)) if v)
    kept = batch.items.filter(outcome="kept").count() if batch.state == State.UNDONE else 0
    groups = summary.get("groups", ())
    done = batch.items.filter(outcome="done") if batch.state in _DONE else batch.items.none()
    return {
        "made": done.filter(version_before=None).count(),
        "changed": done.exclude(version_before=None).count(),
        "open_states": _OPEN,
        "summary": summary,
        "counts": counts,
        "chosen_plan": chosen if chosen in plans else "",
        "groups": groups[:_GROUPS],
        "more_groups": max(0, len(groups) - _GROUPS),
        "problem_count": sum(one["count"] for one in groups),
        "ignored": summary.get("ignored", ())[:_LISTED],
        "skipped": summary.get("skipped", ())[:_LISTED],
        "passed_over": len(summary.get("ignored", ())) + len(summary.get("skipped", ())),
        "page": page,
        "rows": [_row(item) for item in page],
        "query": query,
        "in_the_way": in_the_way,
        "by_itself": sum(plans.get(p.value, 0) for p in BY_ITSELF),
        "conflicts": plans.get("conflict", 0),
        "drafts": batch.items.filter(plan="error", takeable=True).count(),
        "left_after_undo": kept,
        "total": sum(plans.values()),
    }


def _row(item: ImportItem) -> ItemRow:
    return ItemRow(
        item,
        [told_change(change).shortened() for change in item.changes[:_CHANGES]],
        max(0, len(item.changes) - _CHANGES),
        item.problems[:_PROBLEMS],
        max(0, len(item.problems) - _PROBLEMS),
    )


@allow_methods("POST")
@for_importers
def import_apply(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Order the batch to be applied."""
    batch = _own(request, pk)
    mode = request.POST.get("mode", ImportBatch.Mode.ALL.value)
    if mode not in ImportBatch.Mode.values:
        raise Http404
    chosen = {
        int(one) for one in request.POST.getlist("chosen") if one.isascii() and one.isdecimal()
    }
    plans = [one for one in request.POST.getlist("chosen_plan") if one in ("conflict", "error")]
    if plans:
        wanted = batch.items.filter(takeable=True, plan__in=plans)
        chosen |= set(wanted.values_list("number", flat=True))
    return _ordered(
        request,
        batch,
        lambda: order_applying(
            batch,
            apply_import,
            kind=IMPORT_APPLY,
            mode=ImportBatch.Mode(mode),
            chosen=chosen,
            by=request.user,
        ),
    )


@allow_methods("POST")
@for_importers
def import_undo(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Order the batch to be undone."""
    batch = _own(request, pk)
    return _ordered(
        request,
        batch,
        lambda: order_undoing(batch, undo_import, kind=IMPORT_UNDO, by=request.user),
    )


@allow_methods("POST")
@for_importers
def import_read(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Order the file to be read once more, and held against what is kept now."""
    batch = _own(request, pk)
    by = request.user
    execution = ExecutionFile.objects.filter(pk=batch.pk).first()
    if execution is not None:
        year = execution.year_id
        return _ordered(
            request,
            batch,
            lambda: order_listing(batch, read_execution, kind=EXECUTION_READ, year=year, by=by),
        )
    return _ordered(
        request, batch, lambda: order_reading(batch, read_import, kind=IMPORT_READ, by=by)
    )


@allow_methods("POST")
@for_importers
def import_discard(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Give the batch up."""
    batch = _own(request, pk)
    return _ordered(request, batch, lambda: discard_batch(batch, by=request.user))


def _ordered(
    request: SignedInRequest, batch: ImportBatch, order: Callable[[], Any]
) -> HttpResponse:
    try:
        order()
    except WrongStanding as error:
        context = {"batch": batch, "refused": str(error)}
        return render(request, "scoring/import_conflict.html", context, status=409)
    return redirect("scoring:import-detail", batch.pk)


@allow_methods("GET")
@for_importers
def import_file(request: SignedInRequest, pk: UUID) -> FileResponse:
    """The file as it was uploaded."""
    batch = _own(request, pk)
    return _download(request, batch, batch.file, batch.name, "待导入的文件")


@allow_methods("GET")
@for_importers
def import_marked(request: SignedInRequest, pk: UUID) -> FileResponse:
    """The workbook with its errors marked."""
    batch = _own(request, pk)
    stem = batch.name.rpartition(".")[0] or batch.name
    return _download(request, batch, batch.marked, f"{stem}（错误说明）.xlsx", "标注错误的工作簿")


def _download(
    request: SignedInRequest, batch: ImportBatch, stored: Any, name: str, what: str
) -> FileResponse:
    if not stored:
        raise Http404
    try:
        file = stored.open("rb")
    except FileNotFoundError:
        raise Http404 from None
    record_export(what, by=request.user, subject=batch, 文件=name)
    kind = _XLSX if name.lower().endswith(".xlsx") else "application/octet-stream"
    response = FileResponse(file, as_attachment=True, filename=name, content_type=kind)
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


def _own(request: SignedInRequest, pk: UUID) -> ImportBatch:
    found = ImportBatch.objects.visible_to(request.user).select_related("by", "job")
    return get_object_or_404(found, pk=pk)
