"""Total, rating and the limits of the total.

Source: 财预〔2020〕10号: the total is the sum of the scores, the rating goes by its bands. The
limits by a low execution rate are those of one unit's manual and are switched off in the shipped
schemes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from perfgoals.common.numbers import padded, percent, trimmed
from scoring.rules.execution import ExecutionResult
from scoring.rules.rounding import exact_sum
from scoring.rules.scheme import Scheme
from scoring.rules.weights import class_of

_FEW = 6  # rows up to which a sum is written out; beyond, it is summed up by class


@dataclass(frozen=True, slots=True)
class ScoredRow:
    """What a row adds to the total: points, None where blank."""

    level1: str
    score: Decimal | None


@dataclass(frozen=True, slots=True)
class Total:
    """score: points with at least two decimals; blanks count as nothing and are named."""

    score: Decimal
    explanation: str


@dataclass(frozen=True, slots=True)
class Rating:
    """label: None where no rating can be given."""

    label: str | None
    explanation: str


def add_up(
    execution: ExecutionResult, rows: Sequence[ScoredRow], scheme: Scheme, *, title: str = "总分"
) -> Total:
    """Execution score plus the scores of the rows, limited where the scheme says so."""
    own = [row.score for row in rows if row.score is not None]
    score = exact_sum([*own, *([] if execution.score is None else [execution.score])], places=2)
    first = "执行（未计分）" if execution.score is None else f"执行 {padded(execution.score)}"
    terms = [trimmed(points) for points in own] if len(rows) <= _FEW else _by_class(rows)
    text = f"{title} = {' + '.join([first, *terms])} = {padded(score)}"
    blank = len(rows) - len(own)
    if blank:
        text += f"（另有 {blank} 行没有得分）"
    return _limited(Total(score, text), execution, scheme)


def rate(total: Decimal, weight_total: Decimal, scheme: Scheme) -> Rating:
    """The rating by the scheme's bands; a total below all of them has the lowest."""
    note = ""
    if weight_total != scheme.weights.total.value:
        full = trimmed(scheme.weights.total.value)
        note = f"；分值合计 {trimmed(weight_total)}，不是 {full}，等级仅供参考"
    for band in scheme.rating:
        if total >= band.at_least:
            text = f"总分 {padded(total)} ≥ {trimmed(band.at_least)}，评分等级为{band.label}"
            return Rating(band.label, text + note)
    lowest = scheme.rating[-1]
    return Rating(lowest.label, f"总分 {padded(total)}，评分等级为{lowest.label}{note}")


def _by_class(rows: Sequence[ScoredRow]) -> list[str]:
    sums: dict[str, list[Decimal]] = {}
    for row in rows:
        sums.setdefault(class_of(row.level1) or "未分类", []).extend(
            [] if row.score is None else [row.score]
        )
    return [f"{name} {padded(exact_sum(scores, places=2))}" for name, scores in sums.items()]


def _limited(total: Total, execution: ExecutionResult, scheme: Scheme) -> Total:
    """The total under the limits that a low execution rate sets, where the scheme uses them."""
    caps = scheme.execution_caps
    if not caps.enabled or execution.rate is None:
        return total
    limits = [step for step in caps.steps if execution.rate < step.rate_below]
    if not limits:
        return total
    step = min(limits, key=lambda limit: limit.total_at_most)
    if total.score <= step.total_at_most:
        return total
    text = (
        f"{total.explanation}；执行率 {percent(execution.rate)} 低于 {trimmed(step.rate_below)}%，"
        f"总分不超过 {trimmed(step.total_at_most)}，计 {padded(step.total_at_most)}"
    )
    return Total(exact_sum([step.total_at_most], places=2), text)
