"""Import in two steps and export, as pages of the admin.

An import shows first what it would do. What is confirmed is exactly what was shown: the upload is kept
aside for an hour under a signed ticket of the person who sent it, and when the data have changed in the
meantime nothing is written and the new preview is shown.
"""

from __future__ import annotations

import hashlib
from contextlib import suppress
from datetime import timedelta
from typing import Any, ClassVar
from uuid import uuid4

from django import forms
from django.contrib import messages
from django.contrib.admin.models import ADDITION, CHANGE, LogEntry
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone
from django.utils.http import content_disposition_header
from import_export.admin import ImportExportMixin
from import_export.formats.base_formats import Format
from import_export.results import RowResult
from tablib import Dataset
from unfold.contrib.import_export.forms import ExportForm
from unfold.widgets import UnfoldAdminFileFieldWidget

from perfgoals.common.admin_bases import MasterAdmin
from perfgoals.common.audit import Act, record_all, record_export
from perfgoals.common.exchange.reading import (
    MAX_BYTES,
    MAX_ROWS,
    Table,
    UnreadableFileError,
    read_table,
)
from perfgoals.common.exchange.resources import MasterResource, TableResult
from perfgoals.common.models import AuditAction
from perfgoals.common.workbooks.lists import list_workbook
from perfgoals.common.workbooks.tables.delimited import csv_bytes

XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
KEPT = timedelta(hours=1)
FOLDER = "imports"


class WorkbookFormat(Format):
    def get_title(self) -> str:
        return "Excel 工作簿（xlsx）"

    def get_extension(self) -> str:
        return "xlsx"

    def get_content_type(self) -> str:
        return XLSX_TYPE

    def can_export(self) -> bool:
        return True

    def export_data(self, dataset: Dataset, **kwargs: Any) -> bytes:
        return list_workbook(dataset.title, dataset.headers, dataset)


class CsvFormat(Format):
    def get_title(self) -> str:
        return "CSV 文本（UTF-8）"

    def get_extension(self) -> str:
        return "csv"

    def get_content_type(self) -> str:
        return "text/csv; charset=utf-8"

    def can_export(self) -> bool:
        return True

    def export_data(self, dataset: Dataset, **kwargs: Any) -> bytes:
        return csv_bytes(dataset.headers, dataset)


class FormatForm(ExportForm):
    """Which kind of file; a workbook unless something else is chosen."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["format"] = "0"


class UploadForm(forms.Form):
    """The file of an import. Valid only when it can be read: then ``table`` holds what is in it."""

    table: Table
    file = forms.FileField(
        label="要导入的工作簿",
        help_text=(
            f"Excel 工作簿（xlsx），读第一个工作表，最多 {MAX_ROWS} 行、{MAX_BYTES // 2**20} MB。"
            "先显示预览，确认后才写入。"
        ),
        widget=UnfoldAdminFileFieldWidget(attrs={"accept": ".xlsx"}),
    )

    def clean_file(self) -> UploadedFile:
        upload: UploadedFile = self.cleaned_data["file"]
        try:
            # One byte more than is allowed tells a file that is too big.
            self.table = read_table(upload.read(MAX_BYTES + 1))
        except UnreadableFileError as error:
            raise forms.ValidationError(str(error)) from error
        return upload


class TicketError(Exception):
    """The confirmation does not belong to an upload of this person's that is still kept."""


class ExchangeAdmin(ImportExportMixin, MasterAdmin):
    """An admin with import and export of one table. Import takes the rights to add and to change, export
    the right to change: who may only look does not take everything away."""

    resource_classes: ClassVar[list[type[MasterResource]]]
    export_formats = [WorkbookFormat, CsvFormat]
    export_form_class = FormatForm
    import_template_name = "admin/exchange/import.html"
    export_template_name = "admin/exchange/export.html"
    import_notes: ClassVar[tuple[str, ...]] = ()

    def has_import_permission(self, request: HttpRequest) -> bool:
        return self.has_add_permission(request) and self.has_change_permission(request)

    def has_export_permission(self, request: HttpRequest) -> bool:
        return self.has_change_permission(request)

    def get_urls(self) -> list:
        name = "{}_{}_import_template".format(*self.get_model_info())
        view = self.admin_site.admin_view(self.import_blank)
        return [path("import/blank/", view, name=name), *super().get_urls()]

    # Import

    def import_blank(self, request: HttpRequest) -> HttpResponse:
        """A workbook with nothing but the headers."""
        self._require_import(request)
        title = str(self.opts.verbose_name_plural)
        data = list_workbook(title, self._resource().column_names(), [])
        return self._download(data, XLSX_TYPE, f"{title}导入模板.xlsx")

    def import_action(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Choose a file, and see what it would do."""
        self._require_import(request)
        if request.method != "POST":
            return self._import_page(request, UploadForm())
        form = UploadForm(request.POST, request.FILES)
        if not form.is_valid():
            return self._import_page(request, form)
        result = self._resource().read(form.table, dry_run=True, user=request.user)
        ticket = ""
        if result.has_changes and not result.problems:
            upload = form.cleaned_data["file"]
            upload.seek(0)
            _forget_old_uploads()
            kept = default_storage.save(f"{FOLDER}/{uuid4().hex}", ContentFile(upload.read()))
            ticket = self._ticket(request, kept, upload.name or "", result)
        return self._import_page(request, UploadForm(), form.table, result, ticket)

    def process_import(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Write what the preview showed, all of it or nothing."""
        self._require_import(request)
        try:
            kept, name, digest = self._redeem(request)
            with default_storage.open(kept) as file:
                content = file.read()
            table = read_table(content)
        except (TicketError, FileNotFoundError):
            messages.error(request, "预览已过期或已处理，没有写入任何数据。请重新上传文件。")
            return redirect(f"admin:{self.opts.app_label}_{self.opts.model_name}_import")
        with transaction.atomic():
            result = self._resource().read(table, dry_run=False, user=request.user)
            changed = bool(result.problems) or result.digest() != digest
            if changed:
                transaction.set_rollback(True)
            else:
                self._log(request, result)
                self._record_import(request, result, name, content)
        if changed:
            messages.error(request, "预览之后数据有了变化，没有写入任何数据。请核对新的预览。")
            ticket = "" if result.problems else self._ticket(request, kept, name, result)
            return self._import_page(request, UploadForm(), table, result, ticket)
        default_storage.delete(kept)
        messages.success(request, f"导入完成：{_summary(result)}")
        return redirect(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")

    def _require_import(self, request: HttpRequest) -> None:
        if not self.has_import_permission(request):
            raise PermissionDenied

    def _resource(self) -> MasterResource:
        return self.resource_classes[0]()

    def _import_page(
        self,
        request: HttpRequest,
        form: UploadForm,
        table: Table | None = None,
        result: TableResult | None = None,
        ticket: str = "",
    ) -> HttpResponse:
        resource = self._resource()
        required = resource.required_columns()
        context = {
            **self.admin_site.each_context(request),
            "title": f"导入{self.opts.verbose_name_plural}",
            "opts": self.opts,
            "media": self.media + form.media,
            "form": form,
            "columns": [(name, name in required) for name in resource.column_names()],
            "notes": self.import_notes,
            "table": table,
            "result": result,
            "summary": _summary(result) if result else "",
            "ticket": ticket,
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, self.import_template_name, context)

    def _salt(self, request: HttpRequest) -> str:
        return f"import:{self.opts.label_lower}:{request.user.pk}"

    def _ticket(self, request: HttpRequest, kept: str, name: str, result: TableResult) -> str:
        return signing.dumps([kept, name, result.digest()], salt=self._salt(request))

    def _redeem(self, request: HttpRequest) -> tuple[str, str, str]:
        """Where the upload is kept, its name, and the fingerprint of its preview. Raises TicketError."""
        text = request.POST.get("ticket", "")
        try:
            kept, name, digest = signing.loads(text, salt=self._salt(request), max_age=KEPT)
        except signing.BadSignature as error:
            raise TicketError from error
        return kept, name, digest

    def _log(self, request: HttpRequest, result: TableResult) -> None:
        kinds = (
            (RowResult.IMPORT_TYPE_NEW, ADDITION, "由导入新增。"),
            (RowResult.IMPORT_TYPE_UPDATE, CHANGE, "由导入修改。"),
        )
        user: Any = request.user.pk
        for kind, flag, words in kinds:
            written = [row.instance for row in result.rows if row.import_type == kind]
            if written:
                LogEntry.objects.log_actions(user, written, flag, change_message=words)

    def _record_import(
        self, request: HttpRequest, result: TableResult, name: str, content: bytes
    ) -> None:
        """The import as one act, and after it what it did to each object."""
        resource = self._resource()
        title = self.opts.verbose_name_plural
        kinds = {
            RowResult.IMPORT_TYPE_NEW: (AuditAction.CREATED, "由导入新增"),
            RowResult.IMPORT_TYPE_UPDATE: (AuditAction.CHANGED, "由导入修改"),
        }
        facts = {"文件": name, "SHA-256": hashlib.sha256(content).hexdigest()}
        whole = Act(
            AuditAction.IMPORTED,
            f"导入{title}：{_summary(result)}",
            by=request.user,
            subject_type=self.opts.label_lower,
            subject_name=str(title),
            details=facts,
        )
        rows = [
            Act(
                self.recorded_as or kinds[row.import_type][0],
                f"{kinds[row.import_type][1]}{self.opts.verbose_name}",
                by=request.user,
                subject=row.instance,
                changes=resource.changes_of(row),
                details={**facts, "行": row.number},
            )
            for row in result.rows
            if row.import_type in kinds
        ]
        record_all([whole, *rows])

    # Export

    def get_export_data(
        self, file_format: Format, request: HttpRequest, queryset: QuerySet, **kwargs: Any
    ) -> bytes:
        if not self.has_export_permission(request):
            raise PermissionDenied
        data = self.get_data_for_export(request, queryset, **kwargs)
        data.title = str(self.opts.verbose_name_plural)
        what = f"{data.title}（{file_format.get_extension()}）"
        record_export(what, by=request.user, count=len(data), 对象=data.title)
        return file_format.export_data(data)

    def export_action(self, request: HttpRequest) -> HttpResponseBase:
        response = super().export_action(request)
        if response.has_header("Content-Disposition"):
            file_format = "csv" if response["Content-Type"].startswith("text/csv") else "xlsx"
            name = f"{self.opts.verbose_name_plural}-{timezone.localdate()}.{file_format}"
            response["Content-Disposition"] = content_disposition_header(True, name)
        return response

    def _download(self, data: bytes, content_type: str, name: str) -> HttpResponse:
        disposition = content_disposition_header(True, name) or ""
        headers = {"Content-Disposition": disposition}
        return HttpResponse(data, content_type=content_type, headers=headers)


def _summary(result: TableResult) -> str:
    totals = result.totals
    return (
        f"新增 {totals[RowResult.IMPORT_TYPE_NEW]} 行，修改 {totals[RowResult.IMPORT_TYPE_UPDATE]} 行，"
        f"未变 {totals[RowResult.IMPORT_TYPE_SKIP]} 行"
    )


def _forget_old_uploads() -> None:
    """Delete uploads that nobody confirmed in time."""
    limit = timezone.now() - KEPT
    if not default_storage.exists(FOLDER):
        return
    for name in default_storage.listdir(FOLDER)[1]:
        kept = f"{FOLDER}/{name}"
        # Another worker may be tidying up as well.
        with suppress(FileNotFoundError):
            if default_storage.get_modified_time(kept) < limit:
                default_storage.delete(kept)
