"""What the rules would put into the cells that follow from others: sums, rates, scores, the rating."""

from __future__ import annotations

from decimal import Decimal

from indicators.documents import DeclarationDocument
from scoring.documents import FormDocument, SelfEvaluationDocument
from scoring.evaluation import SOURCES, Evaluation
from scoring.rules.rounding import exact_sum

_REQUEST_PARTS = {
    "project_total": ("project_fiscal", "project_other"),
    "annual_request": ("appropriation", "carryover", "other"),
}
_SPENT_COLUMNS = ("initial_budget", "annual_budget", "executed")


def offered_values(
    document: FormDocument, evaluation: Evaluation | None
) -> dict[str, Decimal | str]:
    """For each cell that follows from others its value, by path; cells that cannot be told are left out.

    Amounts in the money unit of the document, rates in per cent, weights and scores in points. Nothing
    is written over: the preparer takes an offer over or leaves it.
    """
    if isinstance(document, DeclarationDocument):
        found: dict[str, Decimal | str | None] = {
            f"funds.{total}": _sum([getattr(document.funds, part) for part in parts])
            for total, parts in _REQUEST_PARTS.items()
        }
    else:
        assert evaluation is not None  # every self-evaluation has one
        found = _evaluated(document, evaluation)
    return {path: value for path, value in found.items() if value is not None}


def _evaluated(
    document: SelfEvaluationDocument, evaluation: Evaluation
) -> dict[str, Decimal | str | None]:
    funds = document.funds
    found: dict[str, Decimal | str | None] = {
        f"funds.total.{column}": _sum(
            [getattr(getattr(funds, source), column) for source in SOURCES]
        )
        for column in _SPENT_COLUMNS
    }
    found["funds.total.execution_rate"] = evaluation.execution.rate
    found["funds.total.score"] = evaluation.execution.score
    for source, result in evaluation.sources.items():
        found[f"funds.{source}.execution_rate"] = result.rate
    for number, suggestion in enumerate(evaluation.rows):
        found[f"indicators.{number}.score"] = suggestion.score
    if document.indicators:
        found["total_weight"] = evaluation.weight_total
        found["total_score"] = evaluation.total_score
    found["rating"] = evaluation.rating
    return found


def _sum(parts: list[Decimal | None]) -> Decimal | None:
    """None where no part is given: a blank is not 0.00."""
    given = [part for part in parts if part is not None]
    return exact_sum(given) if given else None
