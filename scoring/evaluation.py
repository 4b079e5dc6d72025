"""A self-evaluation held against a scoring scheme: every number on it recomputed and explained.

What the form itself states as rate, score, total and rating is never taken over; it is there to be
compared with what stands here.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from indicators.documents import is_leftover
from indicators.values import read_value
from perfgoals.common.documents import plain
from scoring.documents import IndicatorResult, SelfEvaluationDocument
from scoring.rules.execution import ExecutionResult, execute
from scoring.rules.rounding import exact_sum
from scoring.rules.rows import Row, Suggestion
from scoring.rules.scheme import Scheme
from scoring.rules.suggestion import suggest
from scoring.rules.totals import ScoredRow, add_up, rate
from scoring.rules.wording import Attainment

SOURCES = ("appropriation", "carryover", "other")


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Points, and rates in per cent. ``sources`` holds the rates of the sources of money by name,
    without score; ``rows`` follow the order of the form.

    weight_total      weight of the execution rate and of all rows, blanks as nothing
    total_score       execution score and the rows' own scores, blanks as nothing
    complete          no weight or score of a row is blank, and the execution has a score
    suggested_total   as total_score, with the suggested scores; a row without a suggestion counts
                      with its own score; None when some row has neither or the execution has no
                      score
    rating            by total_score; None when not complete
    """

    scheme: Scheme
    execution: ExecutionResult
    sources: dict[str, ExecutionResult]
    rows: tuple[Suggestion, ...]
    weight_total: Decimal
    total_score: Decimal
    total_explanation: str
    complete: bool
    suggested_total: Decimal | None
    suggested_explanation: str
    rating: str | None
    rating_explanation: str


def evaluate(document: SelfEvaluationDocument, scheme: Scheme) -> Evaluation:
    """The evaluation of ``document`` by ``scheme``. Never raises: what is blank or cannot be read
    stays without a number and says so."""
    total = document.funds.total
    weight = scheme.execution.weight.value if total.weight is None else total.weight
    execution = execute(total.annual_budget, total.executed, scheme, weight=weight)
    rows = tuple(suggest(_row(result, document.year), scheme) for result in document.indicators)
    own = add_up(execution, [ScoredRow(r.level1, r.score) for r in document.indicators], scheme)
    weight_total = exact_sum(
        [weight, *(r.weight for r in document.indicators if r.weight is not None)]
    )
    gaps = _gaps(document, execution)
    rating = rate(own.score, weight_total, scheme)
    suggested_total, suggested_explanation = _suggested(document, execution, rows, scheme)
    return Evaluation(
        scheme=scheme,
        execution=execution,
        sources={name: _source(document, name, scheme) for name in SOURCES},
        rows=rows,
        weight_total=weight_total,
        total_score=own.score,
        total_explanation=own.explanation,
        complete=not gaps,
        suggested_total=suggested_total,
        suggested_explanation=suggested_explanation,
        rating=None if gaps else rating.label,
        rating_explanation=f"{gaps}，不评等级" if gaps else rating.explanation,
    )


def _row(result: IndicatorResult, year: int) -> Row:
    return Row(
        level1=result.level1,
        level2=result.level2,
        name=result.name,
        target=read_value(result.target, year=year),
        actual=read_value(result.actual, year=year),
        weight=result.weight,
        score=result.score,
        attainment=None if result.attainment is None else Attainment(result.attainment),
    )


def _source(document: SelfEvaluationDocument, name: str, scheme: Scheme) -> ExecutionResult:
    funds = getattr(document.funds, name)
    return execute(funds.annual_budget, funds.executed, scheme, weight=None)


def _gaps(document: SelfEvaluationDocument, execution: ExecutionResult) -> str:
    """What is missing for a rating, in Chinese; "" when nothing is."""
    rows = [row for row in document.indicators if not _is_empty(row)]
    missing = []
    if not rows:
        missing.append("没有指标")
    if execution.score is None:
        missing.append(f"执行率没有得分（{execution.case.label}）")
    for label, blank in (
        ("分值", [row.weight is None for row in rows]),
        ("得分", [row.score is None for row in rows]),
    ):
        if any(blank):
            missing.append(f"{sum(blank)} 行没有{label}")
    return "，".join(missing)


def _is_empty(row: IndicatorResult) -> bool:
    """A row of the blank template that nobody filled says nothing and lacks nothing."""
    return row.weight is None and row.score is None and not row.actual.strip() and is_leftover(row)


def _suggested(
    document: SelfEvaluationDocument,
    execution: ExecutionResult,
    rows: tuple[Suggestion, ...],
    scheme: Scheme,
) -> tuple[Decimal | None, str]:
    scored = [
        (result.level1, result.score if row.score is None else row.score)
        for result, row in zip(document.indicators, rows, strict=True)
        if not _is_empty(result)
    ]
    lacking = sum(score is None for _, score in scored)
    if execution.score is None:
        return None, f"执行率没有得分（{execution.case.label}），不计算建议总分"
    if lacking:
        return None, f"{lacking} 行既没有建议得分也没有自评得分，不计算建议总分"
    total = add_up(
        execution,
        [ScoredRow(level1, score) for level1, score in scored],
        scheme,
        title="建议总分",
    )
    kept = sum(
        row.score is None
        for result, row in zip(document.indicators, rows, strict=True)
        if not _is_empty(result)
    )
    note = f"（{kept} 行没有建议得分，按自评得分计）" if kept else ""
    return total.score, total.explanation + note


def computed_numbers(evaluation: Evaluation) -> dict[str, Any]:
    """What is kept of an evaluation beside what the form states, by the name of its column."""
    return {
        "computed_rate": evaluation.execution.rate,
        "computed_execution_score": evaluation.execution.score,
        "computed_total": evaluation.total_score,
        "suggested_total": evaluation.suggested_total,
        "computed_rating": evaluation.rating or "",
    }


def evaluation_json(document: SelfEvaluationDocument, evaluation: Evaluation) -> dict[str, Any]:
    """The evaluation as plain JSON. Numbers are texts, so that nobody rounds them on the way."""
    return {
        "scheme": evaluation.scheme.id,
        "execution_rate": _text(evaluation.execution.rate),
        "execution_score": _text(evaluation.execution.score),
        "execution_explanation": evaluation.execution.explanation,
        "indicators": [
            {
                "name": row.name,
                "weight": _text(row.weight),
                "score": _text(row.score),
                "suggested_score": _text(suggestion.score),
                "attainment": suggestion.attainment,
                "interval": suggestion.interval
                and [_text(suggestion.interval.low), _text(suggestion.interval.high)],
                "explanation": suggestion.explanation,
            }
            for row, suggestion in zip(document.indicators, evaluation.rows, strict=True)
        ],
        "weight_total": _text(evaluation.weight_total),
        "total_score": _text(evaluation.total_score),
        "total_explanation": evaluation.total_explanation,
        "suggested_total": _text(evaluation.suggested_total),
        "suggested_explanation": evaluation.suggested_explanation,
        "rating": evaluation.rating,
        "rating_explanation": evaluation.rating_explanation,
    }


def _text(number: Decimal | None) -> str | None:
    return None if number is None else plain(number)
