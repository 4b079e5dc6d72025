"""目标调整: the goals that were approved and those that they are changed to, side by side."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import Http404, HttpResponse
from django.shortcuts import render

from indicators.documents import DeclarationDocument
from perfgoals.accounts.views import SignedInRequest
from perfgoals.common.views import allow_methods
from projects.access import get_form, get_version
from projects.models import Adjustment, Form
from projects.workflow import FormKind
from scoring.access import form_document
from scoring.documents import FormDocument, read_form
from scoring.views.comparison import side_by_side


@dataclass(frozen=True, slots=True)
class Told:
    """An adjustment in the list. outcome: what became of it, in words."""

    adjustment: Adjustment
    outcome: str


@allow_methods("GET")
def adjustment(request: SignedInRequest, pk: int) -> HttpResponse:
    """Both versions of an adjustment, the latest one unless ``?number=`` asks for another (its ``before``).

    One that was given up is listed, with nothing to compare. Raises Http404 for a self-evaluation.
    """
    form = get_form(request.user, pk)
    if form.kind != FormKind.DECLARATION:
        raise Http404
    found = list(form.adjustments.select_related("by", "closed_by").order_by("-at"))
    chosen = _chosen(found, request.GET.get("number"))
    context = {
        "form": form,
        "heading": "目标调整",
        "adjustments": [Told(one, _outcome(one)) for one in found],
        "chosen": chosen,
        "under_way": chosen is not None and chosen.closed_at is None,
        "sides": None,
    }
    if chosen is not None and (chosen.after is not None or chosen.closed_at is None):
        before = _document(form, chosen.before)
        after = form_document(form) if chosen.after is None else _document(form, chosen.after)
        context["sides"] = side_by_side(before, after)
    return render(request, "scoring/adjustment.html", context)


def _document(form: Form, number: int) -> FormDocument:
    document = read_form(get_version(form, number).document)
    assert isinstance(document, DeclarationDocument)  # a form never changes its kind
    return document


def _chosen(found: list[Adjustment], number: str | None) -> Adjustment | None:
    """Raises Http404 where the form has no adjustment of that number."""
    if not number:
        return found[0] if found else None
    for one in found:
        if str(one.before) == number:
            return one
    raise Http404


def _outcome(one: Adjustment) -> str:
    if one.closed_at is None:
        return "正在调整"
    return "已取消" if one.after is None else f"审核通过，成为第 {one.after} 版"
