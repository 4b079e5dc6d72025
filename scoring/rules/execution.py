"""Execution rate and its score.

Source: 财预〔2020〕10号 and the notes printed on self-evaluation forms: rate = 全年执行数 ÷
全年预算数 (the adjusted budget, never the year-start one), score = rate × weight, at most the
weight. Rounding is the scheme's: in 2020 the published rates are rounded up and the scores
half-even, in 2024 the rates are cut and the scores rounded half-up. The score is reckoned from the
rate as printed.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from perfgoals.common.numbers import grouped, padded, percent, trimmed
from scoring.rules.rounding import (
    RoundingMode,
    is_exact,
    is_tie,
    per_cent_of,
    percentage,
    round_fraction,
)
from scoring.rules.scheme import Rounding, Scheme


class ExecutionCase(StrEnum):
    """What kind of figures a funds row holds."""

    NORMAL = "normal"
    BLANK = "blank"
    ZERO_BUDGET = "zero_budget"
    NEGATIVE = "negative"
    OVER_BUDGET = "over_budget"

    @property
    def label(self) -> str:
        return {
            "normal": "正常",
            "blank": "未填",
            "zero_budget": "预算数为 0",
            "negative": "有负数",
            "over_budget": "执行数超过预算数",
        }[self.value]


@dataclass(frozen=True, slots=True)
class ExecutionResult:
    """rate: per cent as printed, None where there is none. weight and score: points; score is None
    without a rate, and for a row that is not scored."""

    case: ExecutionCase
    rate: Decimal | None
    weight: Decimal | None
    score: Decimal | None
    explanation: str


def execute(
    annual_budget: Decimal | None,
    executed: Decimal | None,
    scheme: Scheme,
    *,
    weight: Decimal | None,
) -> ExecutionResult:
    """Rate and score of one funds row; both amounts in the same money unit, whichever.

    weight: points, None for a row that prints a rate without score (the sources of money in 2024).
    A blank, zero or negative budget gives no rate and nothing is divided; a negative amount
    executed gives a negative rate and no points.
    """
    if annual_budget is None or executed is None:
        missing = "、".join(
            label
            for label, amount in (("全年预算数", annual_budget), ("全年执行数", executed))
            if amount is None
        )
        return _without_rate(ExecutionCase.BLANK, weight, f"{missing}未填，不计算执行率")
    if annual_budget == 0:
        text = f"全年预算数为 0，执行数 {grouped(executed)}，不计算执行率"
        return _without_rate(ExecutionCase.ZERO_BUDGET, weight, text)
    if annual_budget < 0:
        text = f"全年预算数 {grouped(annual_budget)} 为负数，不计算执行率"
        return _without_rate(ExecutionCase.NEGATIVE, weight, text)
    rules = scheme.execution
    quotient = percentage(executed, annual_budget)
    rate = round_fraction(quotient, rules.rate_rounding.places, rules.rate_rounding.mode)
    case = _case(annual_budget, executed)
    explanation = f"执行率 {grouped(executed)} ÷ {grouped(annual_budget)} = {percent(rate)}" + (
        _how(quotient, rules.rate_rounding)
    )
    if weight is None:
        return ExecutionResult(case, rate, None, None, explanation)
    score, words = _score(rate, weight, scheme)
    return ExecutionResult(case, rate, weight, score, f"{explanation}，{words}{_remark(case)}")


def _case(annual_budget: Decimal, executed: Decimal) -> ExecutionCase:
    if executed < 0:
        return ExecutionCase.NEGATIVE
    return ExecutionCase.OVER_BUDGET if executed > annual_budget else ExecutionCase.NORMAL


def _remark(case: ExecutionCase) -> str:
    return {
        ExecutionCase.OVER_BUDGET: "；执行数超过预算数，应说明原因",
        ExecutionCase.NEGATIVE: "；执行数为负数，请核实",
    }.get(case, "")


def _without_rate(case: ExecutionCase, weight: Decimal | None, explanation: str) -> ExecutionResult:
    tail = "" if weight is None else "，不计得分"
    return ExecutionResult(case, None, weight, None, explanation + tail)


def _score(rate: Decimal, weight: Decimal, scheme: Scheme) -> tuple[Decimal, str]:
    """Points and how they came about; never below 0, at most the weight where the scheme caps."""
    rounding = scheme.execution.score_rounding
    product = per_cent_of(weight, rate)
    score = round_fraction(product, rounding.places, rounding.mode)
    words = f"得分 {trimmed(weight)} × {percent(rate)} = {padded(score)}"
    if is_tie(product, rounding.places):
        exact = round_fraction(product, rounding.places + 1, rounding.mode)
        words += f"（{exact:f} 恰在正中，{rounding.mode.label}取 {padded(score)}）"
    highest = round_fraction(Fraction(weight), rounding.places, RoundingMode.DOWN)
    if score < 0:
        return highest * 0, f"{words}，不足 0 分按 0.00 分计"
    if score > weight and scheme.execution.capped_at_weight.value:
        return highest, f"{words}，超过分值，按 {padded(highest)} 分计"
    return score, words


def _how(value: Fraction, rounding: Rounding) -> str:
    """The word for the rounding, where digits were dropped."""
    return "" if is_exact(value, rounding.places) else f"（{rounding.mode.label}）"
