"""How a form stands, in the words and numbers that the list and the home page show."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from perfgoals.common.numbers import padded, percent
from projects.models import Form
from projects.workflow import FormKind


@dataclass(frozen=True, slots=True)
class Standing:
    """Texts for a row; "" where there is nothing to say.

    rate (per cent) is the one reckoned from the amounts. total (points) and rating are what the form
    states; where it states none ``…_is_computed`` marks the reckoned one that stands in its place.
    computed_total and difference are given where the stated total is another.
    """

    rate: str = ""
    total: str = ""
    total_is_computed: bool = False
    computed_total: str = ""
    difference: str = ""
    rating: str = ""
    rating_is_computed: bool = False


def standing_of(form: Form) -> Standing:
    """The standing of a form read with ``for_list``; no query."""
    if form.kind == FormKind.DECLARATION:
        return Standing()
    evaluation = form.self_evaluation
    stated, computed = evaluation.total_score, evaluation.computed_total
    difference = None if stated is None or computed is None else abs(stated - computed)
    rate = evaluation.computed_rate
    return Standing(
        rate="" if rate is None else percent(rate),
        total=_points(computed if stated is None else stated),
        total_is_computed=stated is None,
        computed_total=_points(computed) if difference else "",
        difference=_points(difference) if difference else "",
        rating=evaluation.rating or evaluation.computed_rating,
        rating_is_computed=not evaluation.rating,
    )


def _points(score: Decimal | None) -> str:
    return "" if score is None else padded(score)
