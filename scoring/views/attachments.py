"""佐证材料: listed, added, fetched and removed. The files are served from here only, to who may see the
form."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.http import content_disposition_header

from indicators.documents import DeclaredIndicator
from perfgoals.accounts.views import SignedInRequest
from perfgoals.common.audit import record_export
from perfgoals.common.views import allow_methods, back_or_to
from projects.access import actions_for, get_form, require
from projects.models import Attachment, Form
from projects.workflow import Action, WrongStatus
from scoring.access import form_document
from scoring.documents import FormDocument, IndicatorResult
from scoring.services import add_attachment, remove_attachment
from scoring.services.attachments import ACCEPTED, MAX_BYTES, TYPES

if TYPE_CHECKING:
    from perfgoals.accounts.models import User


@dataclass(frozen=True, slots=True)
class Place:
    """What files prove: a row, or the form as a whole."""

    code: str
    label: str
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True, slots=True)
class Evidence:
    """What ``scoring/_attachments.html`` needs. places: those with files; rows: all that may get some."""

    form: Form
    places: tuple[Place, ...]
    rows: tuple[Place, ...]
    may_change: bool

    @property
    def count(self) -> int:
        return sum(len(place.attachments) for place in self.places)

    @property
    def accept(self) -> str:
        """What a file dialog shows; what is taken is decided by content."""
        return ",".join(ending for kind in TYPES for ending in kind.endings)

    @property
    def limits(self) -> str:
        return f"{ACCEPTED}，每个不超过 {MAX_BYTES // 2**20} MB"


def evidence_of(form: Form, document: FormDocument, *, may_change: bool) -> Evidence:
    """The evidence for a form, by the rows of the document; one query."""
    found: dict[str, list[Attachment]] = {}
    for attachment in form.attachments.select_related("by"):
        found.setdefault(attachment.row_code, []).append(attachment)
    coded: Sequence[DeclaredIndicator | IndicatorResult] = document.indicators
    rows = [Place("", "整份表")] + [
        Place(row.code, f"第 {number} 行 {row.name}".strip())
        for number, row in enumerate(coded, 1)
        if row.code
    ]
    known = {row.code for row in rows}
    places = [
        Place(row.code, row.label, tuple(found[row.code])) for row in rows if row.code in found
    ]
    orphaned = [one for code, files in found.items() if code not in known for one in files]
    if orphaned:
        places.append(Place("", "所属的指标行已被删除", tuple(orphaned)))
    return Evidence(form, tuple(places), tuple(rows), may_change)


@allow_methods("GET", "POST")
def attachment_list(request: SignedInRequest, pk: int) -> HttpResponse:
    """All evidence for a form; a POST adds a file."""
    form = get_form(request.user, pk)
    problems: Iterable[str] = ()
    status = 200
    if request.method == "POST":
        try:
            problems, status = _add(request, form), 422
        except WrongStatus as error:
            problems, status = [str(error)], 409
        if not problems:
            return _back(request, form)
    context = {
        "form": form,
        "evidence": _evidence_for(request.user, form),
        "problems": problems,
        "chosen": request.POST.get("row", request.GET.get("row", "")),
    }
    return render(request, "scoring/attachment_list.html", context, status=status)


def _add(request: SignedInRequest, form: Form) -> list[str]:
    """Take in the file that was sent. Returns what is wrong with it. Raises WrongStatus."""
    try:
        require(request.user, form, Action.EDIT)
        file = request.FILES.get("file")
        if file is None:
            return ["请选择文件"]
        row = request.POST.get("row", "")
        added = add_attachment(form, file=file, name=file.name or "", row_code=row, by=request.user)
    except ValidationError as error:
        return list(error.messages)
    messages.success(request, f"已上传「{added.name}」。")
    return []


@allow_methods("GET")
def attachment_file(request: SignedInRequest, pk: int, number: int) -> FileResponse:
    """The file itself, always as a download: nothing in it runs in the page's name."""
    return file_answer(get_attachment(get_form(request.user, pk), number), by=request.user)


@allow_methods("POST")
def attachment_remove(request: SignedInRequest, pk: int, number: int) -> HttpResponse:
    """Remove one. Raises WrongStatus."""
    form = get_form(request.user, pk)
    attachment = get_attachment(form, number)
    require(request.user, form, Action.EDIT)
    remove_attachment(attachment, by=request.user)
    messages.success(request, f"已删除「{attachment.name}」。")
    return _back(request, form)


def get_attachment(form: Form, number: int) -> Attachment:
    """One of the form's. Raises Http404."""
    return get_object_or_404(form.attachments.select_related("form"), pk=number)


def file_answer(attachment: Attachment, *, by: User) -> FileResponse:
    """The stored file under its own name, and a line in the log. Raises Http404 where the store has lost
    it."""
    try:
        file = attachment.file.open("rb")
    except FileNotFoundError:
        raise Http404 from None
    record_export("佐证材料", by=by, subject=attachment.form, 文件=attachment.name)
    response = FileResponse(file, content_type=attachment.content_type)
    response["Content-Disposition"] = content_disposition_header(True, attachment.name)
    response["Content-Length"] = attachment.size
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


def _evidence_for(user: User, form: Form) -> Evidence:
    may_change = Action.EDIT in actions_for(user, form)
    return evidence_of(form, form_document(form), may_change=may_change)


def _back(request: SignedInRequest, form: Form) -> HttpResponse:
    return back_or_to(request, "scoring:attachment-list", form.pk)
