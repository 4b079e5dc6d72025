"""A form as PDF and as JSON."""

from __future__ import annotations

import json
import logging
import re

from django.http import Http404, HttpResponse, HttpResponseNotModified
from django.shortcuts import render
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.http import content_disposition_header

from perfgoals.accounts.views import SignedInRequest
from perfgoals.common.audit import record_export
from perfgoals.common.documents import DocumentError
from perfgoals.common.printing import PrintingError, print_key, stored_print
from perfgoals.common.sheets import shipped_layout
from perfgoals.common.views import allow_methods
from projects.access import get_form, get_version
from projects.models import Form
from scoring.access import form_document
from scoring.documents import FormDocument, read_form
from scoring.sheets import form_sheet

log = logging.getLogger(__name__)


@allow_methods("GET")
def form_pdf(request: SignedInRequest, pk: int) -> HttpResponse:
    """The official sheet as PDF, to be shown in the browser; a draft says 草稿 on every page.

    ``?version=`` prints a version that was approved: what stands while the goals are being adjusted.
    What the browser has already is not sent again, and what was printed before is not laid out again.
    """
    form = get_form(request.user, pk)
    document, draft, remark = _wanted(form, request.GET.get("version"))
    try:
        layout = shipped_layout(document.form, document.year)
        tag = f'"{print_key([(document, layout)], draft=draft, remark=remark)}"'
        known = get_conditional_response(request, etag=tag)
        if isinstance(known, HttpResponseNotModified):
            return known
        content = stored_print(
            document, layout, lambda: form_sheet(document, layout), draft=draft, remark=remark
        )
    except (PrintingError, DocumentError) as error:
        log.exception("表 %s 打印失败", pk)
        context = {"form": form, "reason": str(error)}
        return render(request, "scoring/print_failed.html", context, status=503)
    record_export("PDF", by=request.user, subject=form)
    return pdf_response(content, tag, file_name(form, "pdf"))


def pdf_response(content: bytes, tag: str, name: str) -> HttpResponse:
    """A PDF to be shown in the browser, and kept there as long as ``tag`` is the same."""
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = content_disposition_header(False, name) or ""
    response["ETag"] = tag
    patch_cache_control(response, private=True, no_cache=True)
    return response


def _wanted(form: Form, version: str | None) -> tuple[FormDocument, bool, str]:
    """What is to be printed, whether it is a draft, and the words at the foot of every page.

    Raises Http404 for a version that is not the approved one of an adjustment.
    """
    standing = form.adjusts_version
    if not version:
        remark = f"目标调整中，未经批准；第 {standing} 版仍有效" if standing else ""
        return form_document(form), form.is_draft, remark
    number = int(version) if version.isdecimal() and len(version) < 10 else 0
    adjusted = form.adjustments.filter(before=number).exists()
    if not adjusted:
        raise Http404
    remark = f"批准的第 {number} 版"
    if number == standing:
        remark += "；目标调整中，调整批准前有效"
    else:
        remark += "，此后经目标调整"
    return read_form(get_version(form, number).document), False, remark


@allow_methods("GET")
def form_json(request: SignedInRequest, pk: int) -> HttpResponse:
    """The document as JSON, in the shape in which forms are read."""
    form = get_form(request.user, pk)
    record_export("JSON", by=request.user, subject=form)
    text = json.dumps(form_document(form).as_json(), ensure_ascii=False, indent=1)
    response = HttpResponse(f"{text}\n", content_type="application/json")
    name = file_name(form, "json")
    response["Content-Disposition"] = content_disposition_header(True, name) or ""
    return response


def file_name(form: Form, ending: str, *, paper: str = "") -> str:
    """「综合规划 2020年自评表.pdf」, without what no file system takes, and not too long for one. paper:
    what it is, if not the form."""
    name = re.sub(r'[\\/:*?"<>|\x00-\x1f]', "_", form.shown_name)[:80]
    return f"{name} {form.year_id}年{form.get_kind_display()}{paper}.{ending}"
