"""The audit log as pages: a list to search, an entry with what it changed, and files of a selection."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.http import content_disposition_header

from perfgoals.common.audit import record_export
from perfgoals.common.log.exports import MOST, csv_of, shown, workbook_of
from perfgoals.common.log.forms import LogFilter
from perfgoals.common.models import AuditEntry
from perfgoals.common.querysets import AuditQuerySet
from perfgoals.common.views import allow_methods

PER_PAGE = 50
_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@dataclass(frozen=True, slots=True)
class LogAccess:
    """What the log is told of the applications. may_read: says who reads it; page_of: the page of what
    an entry is about, "" where there is none or the person may not see it; label_of: what the cell at a
    path of a subject is called, "" where it has no name."""

    may_read: Callable[[Any], bool]
    page_of: Callable[[Any, AuditEntry], str]
    label_of: Callable[[AuditEntry, str], str]


@dataclass(frozen=True, slots=True)
class Change:
    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Page:
    """Some entries in their order, and the addresses of those before and after, "" where none are."""

    entries: list[AuditEntry]
    newer: str
    older: str


@allow_methods("GET")
def entry_list(request: HttpRequest, access: LogAccess) -> HttpResponse:
    """The entries that the address asks for, the newest first."""
    _require(request, access)
    return _list(request, LogFilter(request.GET))


@allow_methods("GET")
def entry_detail(request: HttpRequest, pk: int, access: LogAccess) -> HttpResponse:
    """One entry, with what it changed side by side."""
    _require(request, access)
    entry = get_object_or_404(AuditEntry, pk=pk)
    changes = [
        Change(
            change.get("label") or access.label_of(entry, change["path"]) or change["path"],
            shown(change.get("before")),
            shown(change.get("after")),
        )
        for change in entry.changes
    ]
    context = {
        "entry": entry,
        "changes": changes,
        "details": {name: shown(value) for name, value in entry.details.items()},
        "subject_address": access.page_of(request.user, entry),
        "query": LogFilter(request.GET).query,
    }
    return render(request, "common/audit_entry.html", context)


@allow_methods("GET")
def entry_export(request: HttpRequest, kind: str, access: LogAccess) -> HttpResponseBase:
    """The entries that the address asks for as a file. Too many for one are refused, not cut off."""
    _require(request, access)
    if kind not in MOST:
        raise Http404
    chosen = LogFilter(request.GET)
    entries = AuditEntry.objects.narrowed(chosen.chosen)
    count = entries.order_by()[: MOST[kind] + 1].count()
    if count > MOST[kind]:
        refused = f"选中的超过 {MOST[kind]:,} 条，一个 {kind.upper()} 文件装不下；请缩小日期范围，分次导出"
        return _list(request, chosen, refused=refused, status=422)
    entries = entries.newest_first()
    told: dict[str, Any] = _stated(chosen.in_words)
    record_export(f"审计日志（{kind}）", by=request.user, count=count, **told)
    response: HttpResponseBase
    if kind == "csv":
        rows = entries.filter(pk__lte=_last()).iterator(chunk_size=2_000)
        response = StreamingHttpResponse(csv_of(rows), content_type=_TYPES[kind])
    else:
        response = HttpResponse(workbook_of(entries.iterator()), content_type=_TYPES[kind])
    name = f"审计日志-{timezone.localtime():%Y%m%d-%H%M}.{kind}"
    response["Content-Disposition"] = content_disposition_header(True, name) or ""
    response["Cache-Control"] = "private, no-store"
    return response


def _require(request: HttpRequest, access: LogAccess) -> None:
    if not access.may_read(request.user):
        raise PermissionDenied("审计日志只对管理员和日志审计员开放")


def _list(
    request: HttpRequest, chosen: LogFilter, *, refused: str = "", status: int = 200
) -> HttpResponse:
    found = AuditEntry.objects.narrowed(chosen.chosen)
    context = {
        "filter": chosen,
        "page": _page(found, chosen.query, request.GET),
        "per_page": PER_PAGE,
        "limits": {kind: f"{most:,}" for kind, most in MOST.items()},
        "refused": refused,
    }
    return render(request, "common/audit_list.html", context, status=status)


def _page(found: AuditQuerySet, query: str, address: Mapping[str, str]) -> Page:
    """The page that begins after the entry ``before`` or ends ahead of the entry ``after``. Entries are
    found by their place in the index, so the last page is as quick as the first."""
    before, after = _entry(address.get("before")), _entry(address.get("after"))
    if after is not None:
        newer = list(found.newer_than(after)[: PER_PAGE + 1])
        entries = newer[:PER_PAGE][::-1]
        more_before, more_after = len(newer) > PER_PAGE, True
        if not more_before:
            # The first page is always a full one.
            entries = list(found.newest_first()[:PER_PAGE])
            more_after = len(entries) == PER_PAGE and found.older_than(entries[-1]).exists()
    else:
        older = found.older_than(before) if before is not None else found.newest_first()
        entries = list(older[: PER_PAGE + 1])
        more_before, more_after = before is not None, len(entries) > PER_PAGE
        entries = entries[:PER_PAGE]
    prefix = f"{query}&" if query else ""
    return Page(
        entries,
        newer=f"{prefix}after={entries[0].pk}" if more_before and entries else "",
        older=f"{prefix}before={entries[-1].pk}" if more_after and entries else "",
    )


def _entry(number: str | None) -> AuditEntry | None:
    if not number or not number.isdecimal() or len(number) > 18:
        return None
    return AuditEntry.objects.only("at").filter(pk=int(number)).first()


def _last() -> int:
    """The newest entry: what is recorded while a file is being sent does not get into it."""
    return AuditEntry.objects.order_by("-id").values_list("pk", flat=True).first() or 0


def _stated(words: Mapping[str, str]) -> dict[str, str]:
    return {"条件": "；".join(f"{name} {value}" for name, value in words.items()) or "全部"}
