"""How much a submitted form deserves a closer look: gathering what the risk is reckoned from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

from django.db import transaction

from perfgoals.common.audit import AuditChange, record
from perfgoals.common.findings import Finding, Level
from perfgoals.common.models import AuditAction
from projects.models import Form
from projects.workflow import FormKind
from scoring.access import form_document
from scoring.documents import SelfEvaluationDocument
from scoring.models import Review
from scoring.rules.risk import COUNTED_APART, RiskFacts, risk_of
from scoring.services.editing import Judged, judge


@dataclass(frozen=True, slots=True)
class Assessment:
    """points: 0 to 100. reasons: Chinese sentences, the weightiest first, each with its points.
    last_total: the computed total of the project's self-evaluation of the year before (points)."""

    points: int
    reasons: tuple[str, ...]
    last_total: Decimal | None


def assess(form: Form, judged: Judged) -> Assessment:
    """The risk of a form that was just submitted."""
    last_total = _last_total(form)
    risk = risk_of(_facts(form, judged, last_total))
    return Assessment(risk.points, risk.sentences, last_total)


@transaction.atomic
def reassess(review: Review) -> bool:
    """Reckon the risk of a review that waits anew, for rules or other forms have changed since. Says
    whether anything came out differently; only then is it written, and recorded."""
    form = review.form
    assessment = assess(form, judge(form_document(form), form))
    reasons = list(assessment.reasons)
    before = review.risk, review.risk_reasons, review.last_total
    if before == (assessment.points, reasons, assessment.last_total):
        return False
    review.risk, review.risk_reasons = assessment.points, reasons
    review.last_total = assessment.last_total
    review.save(update_fields=["risk", "risk_reasons", "last_total"])
    record(
        AuditAction.CHANGED,
        "重新计算风险",
        subject=form,
        changes=[
            AuditChange("risk", before[0], review.risk, "风险"),
            AuditChange("risk_reasons", before[1], review.risk_reasons, "风险缘由"),
        ],
    )
    return True


def _facts(form: Form, judged: Judged, last_total: Decimal | None) -> RiskFacts:
    found = _by_level(judged.findings)
    facts = RiskFacts(
        errors=found[Level.ERROR],
        warnings=found[Level.WARNING],
        hints=found[Level.HINT],
        cross_findings=form.cross_findings.not_waived().count(),
        is_late=form.is_late,
    )
    document, evaluation = judged.document, judged.evaluation
    if evaluation is None or not isinstance(document, SelfEvaluationDocument):
        return facts
    full = [
        row.code
        for row in document.indicators
        if row.weight and row.score is not None and row.score >= row.weight
    ]
    return replace(
        facts,
        is_evaluated=True,
        rate=evaluation.execution.rate,
        stated_total=document.total_score,
        computed_total=evaluation.total_score,
        suggested_total=evaluation.suggested_total,
        last_total=last_total,
        all_full=any(finding.code == "total.all_full" for finding in judged.findings),
        over_fulfilled=sum(
            finding.code == "reason.over_fulfilled" and finding.level is Level.WARNING
            for finding in judged.findings
        ),
        full_rows=len(full),
        without_evidence=_without_evidence(form, full),
    )


def _by_level(findings: Iterable[Finding]) -> Counter[Level]:
    return Counter(finding.level for finding in findings if finding.code not in COUNTED_APART)


def _without_evidence(form: Form, codes: list[str]) -> int:
    """How many of the rows have no file. A file for the form as a whole speaks for all of them."""
    proven = set(form.attachments.order_by().values_list("row_code", flat=True).distinct())
    return 0 if "" in proven else sum(code not in proven for code in codes)


def _last_total(form: Form) -> Decimal | None:
    before = Form.objects.filter(
        project=form.project_id, kind=FormKind.SELF_EVALUATION.value, year=form.year_id - 1
    )
    return before.values_list("self_evaluation__computed_total", flat=True).first()
