"""Changes to self-evaluations."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from django.db import transaction

from indicators.models import Declaration
from indicators.services import ROW_COLUMNS, header_columns, row_columns
from indicators.values import KeptTarget
from perfgoals.common.findings import Finding
from projects.models import Form, FormVersion, FundingSource, Project
from projects.services import (
    ensure_project,
    ensure_year,
    record_version,
    without_waived,
    write_columns,
    write_funding_lines,
    write_header,
    write_rows,
)
from projects.workflow import FormKind, Status
from scoring.checks import check_self_evaluation
from scoring.documents import SelfEvaluationDocument, SpentFunds
from scoring.evaluation import Evaluation, computed_numbers, evaluate
from scoring.models import IndicatorResult, ScoringScheme, SelfEvaluation

RESULT_COLUMNS = (
    *ROW_COLUMNS,
    "actual",
    "weight",
    "score",
    "suggested_score",
    "deviation_reason",
    "attainment",
)

if TYPE_CHECKING:
    from perfgoals.accounts.models import User


@transaction.atomic
def create_self_evaluation(
    document: SelfEvaluationDocument,
    *,
    by: User | None,
    status: Status = Status.DRAFT,
    reason: FormVersion.Reason = FormVersion.Reason.CREATED,
    project: Project | None = None,
    declaration: Declaration | None = None,
    note: str = "",
) -> Form:
    """A new self-evaluation of what the document says.

    project: whose it is; without it unit, project and year are found by name, and made where missing.
    declaration: the approved one that its indicators and targets were taken from. note: of the first
    version, in Chinese.

    Raises ValidationError where the project already has a self-evaluation for the year.
    """
    form = Form(
        kind=FormKind.SELF_EVALUATION.value,
        project=project
        or ensure_project(
            name=document.project.name,
            unit=document.unit,
            department=document.department,
            by=by,
        ),
        year=ensure_year(document.year, by=by),
        status=status.value,
    )
    form.full_clean()
    form.save()
    scheme = ScoringScheme.objects.in_force(document.year)
    SelfEvaluation.objects.create(form=form, scheme=scheme, declaration=declaration)
    _write(form, document, by=by, reason=reason, note=note)
    return form


@transaction.atomic(savepoint=False)
def save_self_evaluation(
    form: Form,
    document: SelfEvaluationDocument,
    *,
    by: User,
    expected_version: int,
    reason: FormVersion.Reason = FormVersion.Reason.SAVED,
    note: str = "",
    before: SelfEvaluationDocument | None = None,
) -> tuple[Evaluation, list[Finding]]:
    """Replace what the form says. Raises StaleVersion when it was saved since ``expected_version``.

    before: what the form says now, where the caller has read it already: parts that do not differ are
    not written again. Returns the evaluation and the findings.
    """
    return _write(
        form,
        document,
        by=by,
        reason=reason,
        note=note,
        before=before,
        expected_version=expected_version,
    )


def _write(
    form: Form,
    document: SelfEvaluationDocument,
    *,
    by: User | None,
    reason: FormVersion.Reason,
    note: str = "",
    before: SelfEvaluationDocument | None = None,
    expected_version: int | None = None,
) -> tuple[Evaluation, list[Finding]]:
    evaluation = form.self_evaluation
    outcome = evaluate(document, evaluation.scheme.as_scheme())
    findings, _ = without_waived(form, document, check_self_evaluation(document, outcome))
    write_header(form, header_columns(document), findings, expected_version=expected_version)
    if before is None or before.funds != document.funds or before.money_unit != document.money_unit:
        write_funding_lines(form, spent_amounts(document), money_unit=document.money_unit)
    write_columns(evaluation, stated_columns(document) | computed_numbers(outcome))
    write_rows(
        evaluation.results.all(),
        result_rows(form.pk, document, [row.score for row in outcome.rows]),
        RESULT_COLUMNS,
    )
    record_version(form, document, by=by, reason=reason, note=note, before=before)
    return outcome, findings


def result_rows(
    evaluation: int,
    document: SelfEvaluationDocument,
    suggested: Sequence[Decimal | None],
) -> list[IndicatorResult]:
    """The rows of the document, not stored yet. evaluation: its number; suggested: the points that the
    rules give to each."""
    return [
        IndicatorResult(**columns) for columns in result_columns(evaluation, document, suggested)
    ]


def result_columns(
    evaluation: int,
    document: SelfEvaluationDocument,
    suggested: Sequence[Decimal | None],
    targets: Sequence[KeptTarget] = (),
) -> list[dict[str, Any]]:
    """The columns of these rows. targets: what is kept of their targets, where that is known."""
    return [
        {
            "self_evaluation_id": evaluation,
            "order": order,
            "actual": row.actual,
            "weight": row.weight,
            "score": row.score,
            "suggested_score": points,
            "deviation_reason": row.deviation_reason,
            "attainment": row.attainment or "",
            **row_columns(row, year=document.year, target=target),
        }
        for order, ((row, points), target) in enumerate(
            zip_longest(zip(document.indicators, suggested, strict=True), targets)
        )
    ]


def spent_amounts(document: SelfEvaluationDocument) -> dict[str, dict[str, Decimal | None]]:
    """The funds block of the document as ``write_funding_lines`` takes it."""
    funds = document.funds
    return {
        FundingSource.TOTAL: _amounts(funds.total),
        FundingSource.APPROPRIATION: _amounts(funds.appropriation),
        FundingSource.CARRYOVER: _amounts(funds.carryover),
        FundingSource.OTHER: _amounts(funds.other),
    }


def _amounts(funds: SpentFunds) -> dict[str, Decimal | None]:
    return {
        "initial_budget": funds.initial_budget,
        "annual_budget": funds.annual_budget,
        "executed": funds.executed,
        "execution_rate": funds.execution_rate,
    }


def stated_columns(document: SelfEvaluationDocument) -> dict[str, Any]:
    """What is kept of a document in the columns of the self-evaluation."""
    total = document.funds.total
    return {
        "expected_goal": document.expected_goal,
        "actual_outcome": document.actual_outcome,
        "execution_weight": total.weight,
        "execution_score": total.score,
        "execution_reason": total.deviation_reason,
        "total_weight": document.total_weight,
        "total_score": document.total_score,
        "rating": document.rating,
    }
