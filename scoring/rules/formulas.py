"""The formulas for quantitative rows: what part of the weight an actual value earns.

Source: 财预〔2020〕10号 (met: full marks; missed: by the ratio; never above the weight); for ≤ and
< two formulas are in use, target ÷ actual (notes of Hubei) and 1 − (actual − target) ÷ target
(software of several provinces); a target of 0 gives all or nothing. Which one holds is in the
scheme.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

from indicators.values import Comparison
from perfgoals.common.numbers import padded, trimmed
from scoring.rules.rounding import RoundingMode, percentage, ratio, round_fraction, rounded_share
from scoring.rules.scheme import Formula, Scheme


@dataclass(frozen=True, slots=True)
class Share:
    """What an actual value earns.

    part     of the weight, 0 to 1; None where a missed target allows no ratio
    met      is the target met?
    verdict  Chinese, without numbers
    working  the quotient in digits, "" where none was needed
    """

    part: Fraction | None
    met: bool
    verdict: str
    working: str = ""


_HOLDS: dict[Comparison, Callable[[Decimal, Decimal], bool]] = {
    Comparison.AT_LEAST: operator.ge,
    Comparison.GREATER: operator.gt,
    Comparison.AT_MOST: operator.le,
    Comparison.LESS: operator.lt,
    Comparison.EQUAL: operator.eq,
}
WHOLE = Decimal(100)  # per cent
_FULL, _NOTHING = Fraction(1), Fraction(0)


def is_reached(sign: Comparison, target: Decimal, actual: Decimal) -> bool:
    """Does ``actual`` satisfy the sign?"""
    return _HOLDS[sign](actual, target)


def earned_share(sign: Comparison, target: Decimal, actual: Decimal, scheme: Scheme) -> Share:
    """What ``actual`` earns against ``target``, both on one scale."""
    if target < 0:
        if is_reached(sign, target, actual):
            return Share(_FULL, True, "达到目标")
        return Share(None, False, "未达到目标；目标为负数，不能按比例计分")
    if actual < 0:
        actual = scheme.quantitative.negative_actual_counts_as.value
    if target == 0:
        return _against_zero(sign, actual, scheme)
    if is_reached(sign, target, actual):
        return Share(_FULL, True, "等于目标" if sign is Comparison.EQUAL else "达到目标")
    return _missed(sign, target, actual, scheme)


@lru_cache(maxsize=1024)  # mostly 100 of 100
def fulfilment_of(target: Decimal, actual: Decimal) -> Decimal | None:
    """``actual`` as per cent of ``target``, cut at two decimals; None for a target not above 0."""
    if target <= 0:
        return None
    return round_fraction(percentage(actual, target), 2, RoundingMode.DOWN)


def points_of(weight: Decimal, part: Fraction, working: str, scheme: Scheme) -> tuple[Decimal, str]:
    """The points that ``part`` of the weight makes, at most the weight, and how they came about."""
    rounding = scheme.execution.score_rounding
    if part == 1:
        points = rounded_share(weight, WHOLE, rounding.places, rounding.mode)
    else:
        points = round_fraction(Fraction(weight) * part, rounding.places, rounding.mode)
    score = min(points, weight)
    if not working:
        return score, f"建议得分 {padded(score)}"
    return score, f"建议得分 {trimmed(weight)} × {working} = {padded(score)}"


def _against_zero(sign: Comparison, actual: Decimal, scheme: Scheme) -> Share:
    if sign in (Comparison.AT_LEAST, Comparison.GREATER):
        met = is_reached(sign, Decimal(0), actual)
    else:
        met = actual <= scheme.quantitative.zero_target_full_up_to.value
    return (
        Share(_FULL, True, "达到目标") if met else Share(_NOTHING, False, "目标为 0，未达到不得分")
    )


def _missed(sign: Comparison, target: Decimal, actual: Decimal, scheme: Scheme) -> Share:
    rules = scheme.quantitative
    choice = {
        Comparison.AT_LEAST: rules.at_least,
        Comparison.GREATER: rules.greater,
        Comparison.AT_MOST: rules.at_most,
        Comparison.LESS: rules.less,
        Comparison.EQUAL: rules.equal,
    }[sign]
    formula = choice.formula
    if actual == target:
        verdict = f"恰等于目标，按「{sign}」不算达到，但完成比例为 100%（比较符号如有误，应说明）"
    elif sign in (Comparison.AT_MOST, Comparison.LESS):
        verdict = "超过目标"
    elif sign is Comparison.EQUAL and actual > target:
        verdict = "超出目标，按「=」不算达到"
    else:
        verdict = "未达到目标"
    if formula is Formula.NEAREST:
        formula = Formula.RATIO if actual < target else Formula.INVERSE_RATIO
    if formula is Formula.EXACT:
        return Share(_NOTHING, False, f"{verdict}，不得分")
    part, working = _quotient(formula, target, actual, scheme)
    return Share(min(_FULL, max(_NOTHING, part)), False, verdict, working)


def _quotient(
    formula: Formula, target: Decimal, actual: Decimal, scheme: Scheme
) -> tuple[Fraction, str]:
    """Both numbers above 0; under RATIO the actual one may be 0."""
    if formula is Formula.RATIO:
        return ratio(actual, target), f"{trimmed(actual)} ÷ {trimmed(target)}"
    if formula is Formula.INVERSE_RATIO:
        return ratio(target, actual), f"{trimmed(target)} ÷ {trimmed(actual)}"
    wanted, reached = Fraction(target), Fraction(actual)
    reach = scheme.quantitative.excess_zero_from.value - 1
    divisor = trimmed(target) if reach == 1 else f"({trimmed(target)} × {trimmed(reach)})"
    working = f"(1 − ({trimmed(actual)} − {trimmed(target)}) ÷ {divisor})"
    return 1 - (reached - wanted) / (wanted * Fraction(reach)), working
