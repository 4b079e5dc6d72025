"""Rows that are judged by level: each level allows an interval of points.

Source: the notes printed on self-evaluation forms: 100—80 (80 included), 80—60 (60 included) and
60—0 per cent of the weight; the preparer picks the score inside the interval. The scheme holds the
limits.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

from perfgoals.common.numbers import padded
from scoring.rules.rounding import round_fraction, rounded_share
from scoring.rules.rows import Interval, Method, Suggestion
from scoring.rules.scheme import LevelInterval, Scheme
from scoring.rules.wording import Attainment


def interval_of(attainment: Attainment, weight: Decimal, scheme: Scheme) -> Interval:
    """The points that a level allows for ``weight`` (points, not negative)."""
    level = _level(attainment, scheme)
    return Interval(_points(weight, level.low, scheme), _points(weight, level.high, scheme))


def suggest_by_level(
    attainment: Attainment,
    weight: Decimal,
    score: Decimal | None,
    scheme: Scheme,
    *,
    ground: str,
    method: Method = Method.LEVEL,
) -> Suggestion:
    """Achieved: the full weight. Else the row's own ``score`` where it lies in the interval, and
    the middle of the interval where it does not."""
    interval = interval_of(attainment, weight, scheme)
    inside = score is not None and interval.allows(score, weight)
    if attainment is Attainment.ACHIEVED:
        suggested = interval.high
    elif inside and score is not None:
        suggested = score
    else:
        middle = (Fraction(interval.low) + Fraction(interval.high)) / 2
        rounding = scheme.execution.score_rounding
        suggested = round_fraction(middle, rounding.places, rounding.mode)
    text = (
        f"{ground}，按「{_level(attainment, scheme).label}」计，"
        f"区间 {_span(interval)} 分，{_advice(attainment, suggested, score, inside)}"
    )
    return Suggestion(
        suggested, attainment is Attainment.ACHIEVED, method, text, interval, attainment
    )


def undecided(weight: Decimal, score: Decimal | None, scheme: Scheme, *, ground: str) -> Suggestion:
    """No level, hence no score: the three intervals, and where the row's own score lies."""
    spans = {level: interval_of(level, weight, scheme) for level in Attainment}
    choices = "，".join(f"{level.label} {_span(span)}" for level, span in spans.items())
    own = ""
    if score is not None:
        homes = [level.label for level, span in spans.items() if span.allows(score, weight)]
        place = f"在「{homes[0]}」区间" if homes else "不在任何区间"
        own = f"；自评得分 {padded(score)} {place}"
    return Suggestion(None, None, Method.UNDECIDED, f"{ground}，请选择完成档次：{choices} 分{own}")


def _advice(attainment: Attainment, suggested: Decimal, score: Decimal | None, inside: bool) -> str:
    if attainment is Attainment.ACHIEVED:
        words = f"建议得分 {padded(suggested)}"
        if score is None or score == suggested:
            return words
        return f"{words}（自评得分 {padded(score)} {'在' if inside else '不在'}区间内）"
    if score is None:
        return f"建议取中值 {padded(suggested)}"
    if inside:
        return f"自评得分 {padded(score)} 在区间内，建议保留"
    return f"自评得分 {padded(score)} 不在区间内，建议取中值 {padded(suggested)}"


def _level(attainment: Attainment, scheme: Scheme) -> LevelInterval:
    if attainment is Attainment.ACHIEVED:
        return scheme.qualitative.achieved
    if attainment is Attainment.PARTIAL:
        return scheme.qualitative.partial
    return scheme.qualitative.missed


def _points(weight: Decimal, share: Decimal, scheme: Scheme) -> Decimal:
    rounding = scheme.execution.score_rounding
    return min(rounded_share(weight, share, rounding.places, rounding.mode), weight)


@lru_cache(maxsize=1024)  # as many as there are weights
def _span(interval: Interval) -> str:
    return f"{padded(interval.low)}—{padded(interval.high)}"
