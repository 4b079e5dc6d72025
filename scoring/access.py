"""Forms of either kind read back as documents."""

from __future__ import annotations

from django.conf import settings
from django.db import DatabaseError

from indicators.access import declaration_document
from perfgoals.common.documents import read_json, stated, unpadded
from projects.access import printed_amounts
from projects.models import Form, FundingSource
from projects.workflow import FormKind
from scoring.documents import (
    EvaluatedFunds,
    EvaluatedProject,
    FormDocument,
    IndicatorResult,
    SelfEvaluationDocument,
    SpentFunds,
    TotalFunds,
)
from scoring.models import ScoringScheme
from scoring.rules.scheme import Scheme, read_schemes, scheme_for


def form_document(form: Form) -> FormDocument:
    """What the form says, whichever kind it is; three queries unless prefetched."""
    if form.kind == FormKind.DECLARATION:
        return declaration_document(form)
    return self_evaluation_document(form)


def self_evaluation_document(form: Form) -> SelfEvaluationDocument:
    """What the form says. Expects a form of kind self_evaluation."""
    evaluation = form.self_evaluation
    money = printed_amounts(form)

    def spent(source: FundingSource) -> dict:
        return {
            column: money[source, column]
            for column in ("initial_budget", "annual_budget", "executed")
        } | stated(execution_rate=unpadded(money[source, "execution_rate"]))

    return SelfEvaluationDocument(
        form="self_evaluation",
        year=form.year_id,
        department=form.department_name,
        unit=form.unit_name,
        project=EvaluatedProject(name=form.project_name),
        money_unit=form.money_unit,
        funds=EvaluatedFunds(
            total=TotalFunds(
                **spent(FundingSource.TOTAL),
                weight=unpadded(evaluation.execution_weight),
                score=unpadded(evaluation.execution_score),
                **stated(deviation_reason=evaluation.execution_reason),
            ),
            appropriation=SpentFunds(**spent(FundingSource.APPROPRIATION)),
            carryover=SpentFunds(**spent(FundingSource.CARRYOVER)),
            other=SpentFunds(**spent(FundingSource.OTHER)),
        ),
        expected_goal=evaluation.expected_goal,
        actual_outcome=evaluation.actual_outcome,
        indicators=[
            IndicatorResult(
                level1=row.level1,
                level2=row.level2,
                name=row.name,
                target=row.target,
                actual=row.actual,
                weight=unpadded(row.weight),
                score=unpadded(row.score),
                deviation_reason=row.deviation_reason,
                **stated(code=row.code, attainment=row.attainment, damaged=row.damaged),
            )
            for row in evaluation.results.all()
        ],
        total_weight=unpadded(evaluation.total_weight),
        total_score=unpadded(evaluation.total_score),
        rating=evaluation.rating,
        **stated(source=form.source, damaged=form.damaged),
    )


def get_scheme(year: int, *, code: str | None = None) -> Scheme:
    """The scheme of that code, or the one in force for forms of that year.

    The schemes of the database decide, for an administrator may have changed them; where there is no
    database yet, those shipped with the application do, so that a form can be judged anywhere.
    Raises LookupError for an unknown code.
    """
    try:
        kept = ScoringScheme.objects.all()
        if code is None:
            return kept.in_force(year).as_scheme()
        return kept.get(code=code).as_scheme()
    except (DatabaseError, ScoringScheme.DoesNotExist):
        return shipped_scheme(year, code=code)


def shipped_scheme(year: int, *, code: str | None = None) -> Scheme:
    """The same among the schemes in fixtures/. Raises LookupError for an unknown code."""
    schemes = read_schemes(read_json((settings.FIXTURES_DIR / "scoring_schemes.json").read_bytes()))
    if code is None:
        return scheme_for(year, schemes)
    for scheme in schemes:
        if scheme.id == code:
            return scheme
    known = "、".join(scheme.id for scheme in schemes)
    raise LookupError(f"没有编码为「{code}」的计分办法，现有 {known}")
