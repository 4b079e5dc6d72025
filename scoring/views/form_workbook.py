"""A form as its workbook: downloaded, filled offline, uploaded, looked at, and only then applied.

Nothing is kept between the look and the answer: the document as it was read goes to the browser and
comes back signed, for this person, this form and a limited time. So any process can answer, and
nothing has to be cleared away.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from django.contrib import messages
from django.core import signing
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header

from perfgoals.accounts.views import SignedInRequest
from perfgoals.common.audit import record_export
from perfgoals.common.findings import Finding, Level
from perfgoals.common.patches import Difference, Happened, differences
from perfgoals.common.views import allow_methods
from perfgoals.common.workbooks.container import UnreadableWorkbook
from perfgoals.common.workbooks.reading import LIMITS
from perfgoals.common.workbooks.writer import CellRefused, sheet_title
from projects.access import actions_for, get_form, require
from projects.documents import stable_path
from projects.models import Form, FormVersion
from projects.services import StaleVersion
from projects.workflow import Action, WrongStatus
from scoring.access import form_document
from scoring.documents import FormDocument, read_form
from scoring.services import judge, replace_form
from scoring.views.cell_names import cell_name, row_name
from scoring.views.comparison import compare
from scoring.workbooks import UploadedForm, read_upload
from scoring.workbooks import form_workbook as written_workbook

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TEMPLATE = "scoring/form_workbook.html"
LASTS = 2 * 60 * 60  # seconds that a look may be answered
_SALT = "scoring.form_workbook"
_LARGEST = 2_000_000  # of what goes to the browser and back; Django takes 2.5 MB of fields
_LISTED = 100


@dataclass(frozen=True, slots=True)
class ToldFinding:
    """A finding on the form as it would be. cell: of the sheet, "" where the sheet does not show it."""

    finding: Finding
    name: str
    row: str
    cell: str


@dataclass(frozen=True, slots=True)
class Overwritten:
    """What was changed in the system after the download and would be lost. known: whether that can be
    told; places: the cells and rows in words."""

    downloaded: int
    known: bool
    places: tuple[str, ...]


@allow_methods("GET")
def form_workbook(request: SignedInRequest, pk: int) -> HttpResponse:
    """The form as a workbook to be filled offline."""
    form = get_form(request.user, pk)
    try:
        content = written_workbook(form, form_document(form))
    except CellRefused as error:
        return _page(request, form, refused=f"不能写成工作簿：{error}", status=422)
    record_export("工作簿", by=request.user, subject=form)
    response = HttpResponse(content, content_type=XLSX)
    response["Content-Disposition"] = content_disposition_header(True, file_name(form))
    return response


@allow_methods("GET", "POST")
def form_workbook_upload(request: SignedInRequest, pk: int) -> HttpResponse:
    """Take a filled workbook and show what it would change. Writes nothing."""
    form = get_form(request.user, pk)
    try:
        require(request.user, form, Action.EDIT)
        if request.method != "POST":
            return _page(request, form)
        file = request.FILES.get("file")
        if file is None:
            return _page(request, form, refused="请选择工作簿文件", status=422)
        if (file.size or 0) > LIMITS.size:
            limit = f"文件超过 {LIMITS.size >> 20} MB，请删去图片和不用的工作表后再上传"
            return _page(request, form, refused=limit, status=422)
        before = form_document(form)
        upload = read_upload(file.read(), form, before)
    except WrongStatus as error:
        return _page(request, form, refused=str(error), status=409)
    except UnreadableWorkbook as error:
        return _page(request, form, refused=error.message, status=422)
    if upload.document is None:
        return _page(request, form, upload=upload, name=file.name, status=422)
    return _preview(request, form, before, upload, name=file.name or "")


@allow_methods("POST")
def form_workbook_apply(request: SignedInRequest, pk: int) -> HttpResponse:
    """Make the form say what was looked at, as one version. What was saved in between is not
    overwritten: the differences are shown once more, with the status 409."""
    form = get_form(request.user, pk)
    try:
        require(request.user, form, Action.EDIT)
    except WrongStatus as error:
        return _page(request, form, refused=str(error), status=409)
    sent = _unsigned(request, form)
    if sent is None:
        expired = "预览已过期或不属于您，请重新上传工作簿"
        return _page(request, form, refused=expired, status=422)
    document = read_form(sent["document"])
    try:
        replace_form(
            form,
            document,
            by=request.user,
            expected_version=sent["version"],
            reason=FormVersion.Reason.UPLOADED,
            note=f"文件「{sent['name']}」",
        )
    except (StaleVersion, WrongStatus) as error:
        return _asked_again(request, get_form(request.user, pk), document, sent, error)
    messages.success(request, f"已按工作簿更新，成为第 {form.version} 版。")
    return redirect("scoring:form-detail", pk)


def _asked_again(
    request: SignedInRequest,
    form: Form,
    document: FormDocument,
    sent: dict[str, Any],
    error: Exception,
) -> HttpResponse:
    """The form was saved, or handed in, after the look."""
    if Action.EDIT not in actions_for(request.user, form):
        return _page(request, form, refused=f"没有采用：{error}", status=409)
    refused = f"没有采用：{error}。以下按现在的内容重新列出，请再确认一次"
    upload = UploadedForm(document=document, stated_version=sent["version"])
    before = form_document(form)
    return _preview(request, form, before, upload, name=sent["name"], refused=refused, status=409)


def file_name(form: Form) -> str:
    """「综合规划 2020年自评表.xlsx」, without what no file system takes."""
    return f"{sheet_title(form.shown_name)} {form.year_id}年{form.get_kind_display()}.xlsx"


def _page(
    request: SignedInRequest, form: Form, *, status: int = 200, **context: Any
) -> HttpResponse:
    context |= {
        "form": form,
        "may_edit": Action.EDIT in actions_for(request.user, form),
        "megabytes": LIMITS.size >> 20,
    }
    return render(request, TEMPLATE, context, status=status)


def _preview(
    request: SignedInRequest,
    form: Form,
    before: FormDocument,
    upload: UploadedForm,
    *,
    name: str,
    refused: str = "",
    status: int = 200,
) -> HttpResponse:
    document = upload.document
    assert document is not None  # who calls has looked
    token = _signed(request, form, document, name)
    if len(token) > _LARGEST:
        return _page(request, form, refused="工作簿里的文字过多，请在页面上填写", status=422)
    told = _told(judge(document, form).findings, document, upload)
    listed = [one for one in told if one.finding.level is not Level.HINT]
    return _page(
        request,
        form,
        status=status,
        refused=refused,
        upload=upload,
        name=name,
        token=token,
        comparison=compare(before, document),
        overwritten=_overwritten(form, before, upload),
        counts=[(level, sum(one.finding.level is level for one in told)) for level in Level],
        findings=listed[:_LISTED],
        more=max(0, len(listed) - _LISTED),
    )


def _signed(request: SignedInRequest, form: Form, document: FormDocument, name: str) -> str:
    content = {
        "user": request.user.pk,
        "form": form.pk,
        "version": form.version,
        "name": name[:200],
        "document": document.as_json(),
    }
    return signing.dumps(content, salt=_SALT, compress=True)


def _unsigned(request: SignedInRequest, form: Form) -> dict[str, Any] | None:
    """What was looked at; None where it is not this person's look at this form, or too old."""
    try:
        sent = signing.loads(request.POST.get("looked_at", ""), salt=_SALT, max_age=LASTS)
    except signing.BadSignature:
        return None
    return sent if (sent["user"], sent["form"]) == (request.user.pk, form.pk) else None


def _told(
    findings: Iterable[Finding], document: FormDocument, upload: UploadedForm
) -> list[ToldFinding]:
    return [
        ToldFinding(
            finding,
            cell_name(finding.path) or "",
            row_name(document, finding.path),
            upload.places.get(finding.path, ""),
        )
        for finding in findings
    ]


def _overwritten(form: Form, now: FormDocument, upload: UploadedForm) -> Overwritten | None:
    """What others (or the same person elsewhere) wrote since the download and the workbook has
    otherwise; None where the form is as it was."""
    version, document = upload.stated_version, upload.document
    if version is None or version == form.version or document is None:
        return None
    kept = form.versions.filter(number=version).first()
    if kept is None:
        # Autosaves of one sitting are one version; the one that was downloaded may be among them.
        return Overwritten(version, False, ())
    written = {
        _key(now, one.path, one.happened): one
        for one in differences(read_form(kept.document), now)
        if not _same_number(one)
    }
    lost = {_key(document, one.path, one.happened) for one in differences(now, document)}
    removed = {
        stable_path(now, f"{one.path}.name").rpartition(".")[0]
        for one in differences(now, document)
        if one.happened is Happened.REMOVED
    }
    places = [
        " ".join(filter(None, [cell_name(one.path), row_name(now, one.path)]))
        for key, one in written.items()
        if one.happened is not Happened.REMOVED
        and (key in lost or key.rpartition(".")[0] in removed)
        and cell_name(one.path)
    ]
    return Overwritten(version, True, tuple(places))


def _same_number(one: Difference) -> bool:
    """Whether only the zeros at the end differ: what was loaded is kept as it was printed."""
    try:
        return Decimal(str(one.before)) == Decimal(str(one.after))
    except InvalidOperation:
        return False


def _key(document: FormDocument, path: str, happened: Happened) -> str:
    """A cell or row by a name that holds in both documents."""
    if happened is Happened.CHANGED:
        return stable_path(document, path)
    if happened is Happened.REMOVED:
        return f"removed:{path}"
    return stable_path(document, f"{path}.name")
