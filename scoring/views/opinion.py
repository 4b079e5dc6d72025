"""复核意见书: what a reviewer decided, as an official paper."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from decimal import Decimal
from itertools import zip_longest
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Q
from django.http import Http404, HttpResponse, HttpResponseNotModified
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import get_conditional_response

from indicators.checks import check_declaration
from indicators.documents import DeclarationDocument
from perfgoals.accounts.models import Role
from perfgoals.accounts.views import SignedInRequest
from perfgoals.common.audit import record_export
from perfgoals.common.documents import DocumentError
from perfgoals.common.findings import Finding, Level
from perfgoals.common.numbers import grouped, percent
from perfgoals.common.printing import PrintingError, html_key, stored_html_print
from perfgoals.common.views import allow_methods
from projects.access import get_form, roles_for
from projects.models import Form, Waiver
from projects.workflow import FormKind
from scoring.checks import check_self_evaluation
from scoring.documents import FormDocument, SelfEvaluationDocument, read_form
from scoring.evaluation import evaluate
from scoring.models import Review
from scoring.services.reviewing import number_opinion
from scoring.views.prints import file_name, pdf_response
from scoring.views.results import Judgement, Result, result_of

log = logging.getLogger(__name__)

_DECIDED = (Review.Outcome.APPROVED, Review.Outcome.RETURNED)


@dataclass(frozen=True, slots=True)
class Paper:
    """An opinion as its template needs it. document: what the form said when it was reviewed. amounts:
    label and printed amount, last the rate of execution. findings: errors and warnings that were not
    waived then; hints: how many hints there were besides. day: of the decision."""

    title: str
    result: Result
    document: FormDocument
    amounts: tuple[tuple[str, str], ...]
    findings: tuple[Finding, ...]
    hints: int
    waivers: tuple[Waiver, ...]
    day: str

    @property
    def of_evaluation(self) -> bool:
        return self.result.execution is not None

    @property
    def pairs(self) -> list[tuple[tuple[str, str], tuple[str, str] | None]]:
        """The amounts two by two."""
        return list(zip_longest(self.amounts[::2], self.amounts[1::2]))

    @property
    def remarks(self) -> list[Judgement]:
        """Rows that were remarked on without another score."""
        return [row for row in self.result.rows if row.remark and row.difference is None]

    @property
    def opinion(self) -> list[str]:
        """The reviewer's words, by their paragraphs; of a return its reason as well."""
        review = self.result.review
        said = [review.opinion] if self.approved else [review.reason, review.opinion]
        lines = [line.strip() for text in dict.fromkeys(said) for line in text.splitlines()]
        found = [line for line in lines if line]
        return found or ["同意。" if self.approved else "具体意见见系统中的批注。"]

    @property
    def approved(self) -> bool:
        return self.result.review.outcome == Review.Outcome.APPROVED


@allow_methods("GET")
def form_opinion(request: SignedInRequest, pk: int) -> HttpResponse:
    """The opinion on the latest decided review of the department, or on that of ``?review=``, as PDF.

    Where nothing was decided yet, a page that says so, with the status 404.
    """
    form = get_form(request.user, pk)
    review = _review(form, request.GET.get("review"))
    paper = None if review is None else paper_of(form, review)
    if paper is None:
        return render(request, "scoring/opinion_missing.html", {"form": form}, status=404)
    html = opinion_html(form, paper)
    tag = f'"{html_key(html)}"'
    known = get_conditional_response(request, etag=tag)
    if isinstance(known, HttpResponseNotModified):
        return known
    try:
        content = stored_html_print(html)
    except (PrintingError, DocumentError) as error:
        log.exception("表 %s 的意见书打印失败", pk)
        context = {"form": form, "reason": str(error)}
        return render(request, "scoring/print_failed.html", context, status=503)
    record_export(paper.title, by=request.user, subject=form)
    return pdf_response(content, tag, file_name(form, "pdf", paper=paper.title))


@allow_methods("GET", "POST")
def form_opinion_preview(request: SignedInRequest, pk: int) -> HttpResponse:
    """GET shows the paper as it will be printed; POST gives it a number, or takes it away. Which paper: as
    for ``form_opinion``."""
    form = get_form(request.user, pk)
    may_number = Role.AUDITOR.value in roles_for(request.user, form)
    given = request.POST if request.method == "POST" else request.GET
    if request.method == "POST" and not may_number:
        raise PermissionDenied("发文字号由审核人填写")
    review = _review(form, given.get("review"))
    paper = None if review is None else paper_of(form, review)
    if review is None or paper is None:
        return render(request, "scoring/opinion_missing.html", {"form": form}, status=404)
    number, fault = review.opinion_number, ""
    if request.method == "POST":
        number = request.POST.get("number", "")
        try:
            number_opinion(review, number, by=request.user)
        except ValidationError as error:
            fault = "；".join(error.messages)
        else:
            messages.success(request, "发文字号已保存。" if number.strip() else "没有发文字号。")
            page = reverse("scoring:form-opinion-preview", args=[pk])
            return redirect(f"{page}?review={review.pk}")
    context = {
        "form": form,
        "paper": paper,
        "review": review,
        "may_number": may_number,
        "number": number,
        "fault": fault,
    }
    return render(request, "scoring/opinion.html", context, status=422 if fault else 200)


def opinion_html(form: Form, paper: Paper) -> str:
    """The paper as well-formed HTML that brings its own style."""
    style = (Path(settings.BASE_DIR) / "static" / "css" / "opinion.css").read_text(encoding="utf-8")
    context: dict[str, Any] = {"form": form, "paper": paper, "style": style}
    return render_to_string("sheets/opinion.html", context)


def paper_of(form: Form, review: Review) -> Paper | None:
    """The opinion on a decided review, by what the form said then; None where that is not on record."""
    kept = form.versions.filter(first_number__lte=review.version, number__gte=review.version)
    version = kept.first()
    if version is None or review.decided_at is None:
        return None
    document = read_form(version.document)
    result = result_of(form, review, document)
    waivers = list(
        form.waivers.select_related("by").filter(
            Q(revoked_at=None) | Q(revoked_at__gt=review.decided_at), at__lte=review.decided_at
        )
    )
    let_pass = {(one.code, one.message) for one in waivers}
    if isinstance(document, SelfEvaluationDocument):
        evaluation = evaluate(document, form.self_evaluation.scheme.as_scheme())
        found = check_self_evaluation(document, evaluation)
        reckoned = evaluation.execution.rate
        rate = [("预算执行率", percent(reckoned))] if reckoned is not None else []
    else:
        found = check_declaration(document)
        rate = []
    standing = [one for one in found if (one.code, one.message) not in let_pass]
    occurring = {(one.code, one.message) for one in found}
    decided = timezone.localtime(review.decided_at)
    return Paper(
        title="项目支出绩效自评复核意见书"
        if form.kind == FormKind.SELF_EVALUATION
        else "项目支出绩效目标审核意见书",
        result=result,
        document=document,
        amounts=(*_amounts(document), *rate),
        findings=tuple(one for one in standing if one.level is not Level.HINT),
        hints=sum(one.level is Level.HINT for one in standing),
        waivers=tuple(one for one in waivers if (one.code, one.message) in occurring),
        day=f"{decided.year}年{decided.month}月{decided.day}日",
    )


def _amounts(document: FormDocument) -> tuple[tuple[str, str], ...]:
    funds: Any = document.funds
    if isinstance(document, DeclarationDocument):
        wanted: list[tuple[str, Decimal | None]] = [
            ("项目资金总额", funds.project_total),
            ("年度资金申请总额", funds.annual_request),
        ]
    else:
        wanted = [
            ("年初预算数", funds.total.initial_budget),
            ("全年预算数", funds.total.annual_budget),
            ("全年执行数", funds.total.executed),
        ]
    unit = document.money_unit
    return tuple(
        (label, f"{grouped(amount)}{unit}") for label, amount in wanted if amount is not None
    )


def _review(form: Form, number: str | None) -> Review | None:
    """The latest decided review of the department, or the one asked for. Raises Http404 for another."""
    decided = form.reviews.filter(
        stage=Review.Stage.DEPARTMENT, outcome__in=[one.value for one in _DECIDED]
    )
    decided = decided.select_related("decided_by", "opened_by").prefetch_related("rows")
    if not number:
        return decided.order_by("-id").first()
    if not number.isdecimal() or len(number) > 15:
        raise Http404
    found = decided.filter(pk=int(number)).first()
    if found is None:
        raise Http404
    return found
