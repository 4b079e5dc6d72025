"""A form as PDF and as JSON."""

from __future__ import annotations

import json
import logging
import re

from django.http import HttpResponse, HttpResponseNotModified
from django.shortcuts import render
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.http import content_disposition_header

from perfgoals.accounts.views import SignedInRequest
from perfgoals.common.documents import DocumentError
from perfgoals.common.printing import PrintingError, print_key, stored_print
from perfgoals.common.sheets import shipped_layout
from perfgoals.common.views import allow_methods
from projects.access import get_form
from projects.models import Form
from scoring.access import form_document
from scoring.sheets import form_sheet

log = logging.getLogger(__name__)


@allow_methods("GET")
def form_pdf(request: SignedInRequest, pk: int) -> HttpResponse:
    """The official sheet as PDF, to be shown in the browser; a draft says 草稿 on every page.

    What the browser has already is not sent again, and what was printed before is not laid out again.
    """
    form = get_form(request.user, pk)
    document, draft = form_document(form), form.is_draft
    try:
        layout = shipped_layout(document.form, document.year)
        tag = f'"{print_key([(document, layout)], draft=draft)}"'
        known = get_conditional_response(request, etag=tag)
        if isinstance(known, HttpResponseNotModified):
            return known
        content = stored_print(document, layout, lambda: form_sheet(document, layout), draft=draft)
    except (PrintingError, DocumentError) as error:
        log.exception("表 %s 打印失败", pk)
        context = {"form": form, "reason": str(error)}
        return render(request, "scoring/print_failed.html", context, status=503)
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = _named(form, "pdf", attached=False)
    response["ETag"] = tag
    patch_cache_control(response, private=True, no_cache=True)
    return response


@allow_methods("GET")
def form_json(request: SignedInRequest, pk: int) -> HttpResponse:
    """The document as JSON, in the shape in which forms are read."""
    form = get_form(request.user, pk)
    text = json.dumps(form_document(form).as_json(), ensure_ascii=False, indent=1)
    response = HttpResponse(f"{text}\n", content_type="application/json")
    response["Content-Disposition"] = _named(form, "json", attached=True)
    return response


def _named(form: Form, ending: str, *, attached: bool) -> str:
    """The header that names the file 「综合规划 2020年自评表.pdf」, without what no file system takes, and
    not too long for one."""
    name = re.sub(r'[\\/:*?"<>|\x00-\x1f]', "_", form.shown_name)[:80]
    file = f"{name} {form.year_id}年{form.get_kind_display()}.{ending}"
    return content_disposition_header(attached, file) or ""
