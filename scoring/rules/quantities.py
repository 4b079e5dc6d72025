"""Suggested scores of quantitative rows: a number against a number, one or several in a cell."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from indicators.values import Comparison, Value, comparable, is_met, read_value
from indicators.values.measures import is_time
from perfgoals.common.numbers import padded, trimmed
from scoring.rules.formulas import (
    Share,
    earned_share,
    fulfilment_of,
    is_reached,
    points_of,
)
from scoring.rules.rounding import exact_sum
from scoring.rules.rows import Method, Row, Suggestion, quoted
from scoring.rules.scheme import Effect, Scheme

UPPER_BOUNDS = (Comparison.AT_MOST, Comparison.LESS)


def sign_of(target: Value, row: Row, scheme: Scheme) -> Comparison:
    """The sign of a target; for one without, the sign as which the scheme reads it. A bare 0
    (「0起」) is an upper bound, and so are bare costs and time limits."""
    if target.comparison is not None:
        return target.comparison
    cost = "成本" in row.level1 or "成本" in row.level2
    limit = (cost and not target.measure.startswith("%")) or (
        "时效" in row.level2 and is_time(target.measure)
    )
    if target.number == 0:
        return Comparison.AT_MOST
    rules = scheme.quantitative
    return Comparison((rules.bare_limit if limit else rules.bare).sign)


def suggest_by_number(row: Row, weight: Decimal, scheme: Scheme) -> Suggestion:
    """For a row whose target and actual value are both one number."""
    pair = comparable(row.target, row.actual)
    if pair is None:
        measures = f"{quoted(row.target.measure)}、{quoted(row.actual.measure)}"
        text = f"{row.told()}，单位不同（{measures}），不能比较，请核对后计分"
        return Suggestion(None, None, Method.OTHER_MEASURE, text)
    target, actual = pair
    sign = sign_of(row.target, row, scheme)
    if row.actual.comparison not in (None, Comparison.EQUAL):
        return _by_range(row, weight, sign, scheme)
    if _by_table(row, scheme):
        return _by_steps(row, weight, scheme, met=is_reached(sign, target, actual))
    share = earned_share(sign, target, actual, scheme)
    method = Method.ZERO_TARGET if target == 0 else Method.FORMULA
    met, about = share.met if not _approximate(row) else _certain(row, sign), ""
    if _approximate(row):
        about = "（按约数计）"
    if share.part is None:
        return Suggestion(None, met, method, f"{row.told()}{about}，{share.verdict}")
    fulfilment = fulfilment_of(target, actual)
    passed = _limit_passed(sign, fulfilment, scheme)
    score, words = points_of(weight, share.part, share.working, scheme)
    score, remark = _overfulfilled(fulfilment, passed, score, scheme)
    text = f"{row.told()}{about}，{share.verdict}，{words}{remark}"
    return Suggestion(score, met, method, text, fulfilment=fulfilment, overfulfilled_from=passed)


def suggest_by_parts(row: Row, weight: Decimal, scheme: Scheme) -> Suggestion | None:
    """For a target that names several numbers; None where the actual value does not name as many of
    the same measures. How the parts make one score is in the scheme."""
    shares: list[tuple[Fraction, Share]] = []
    told: list[str] = []
    for target, actual in _pairs(row):
        pair = comparable(target, actual)
        if pair is None:
            return None
        share = earned_share(sign_of(target, row, scheme), *pair, scheme)
        if share.part is None:
            return None
        shares.append((share.part, share))
        told.append(f"{quoted(target.text)}，实际 {quoted(actual.text)}，{share.verdict}")
    if not shares:
        return None
    score, words = points_of(weight, *_joined(shares, scheme), scheme)
    met = all(share.met for _, share in shares)
    return Suggestion(score, met, Method.COMPOUND, f"{'；'.join(told)}；{words}")


def _joined(shares: list[tuple[Fraction, Share]], scheme: Scheme) -> tuple[Fraction, str]:
    """One part of the weight out of several, and how it came about."""
    parts = [part for part, _ in shares]
    workings = [share.working or str(part) for part, share in shares]
    if all(part == 1 for part in parts):
        return Fraction(1), ""
    if scheme.quantitative.compound.method == "lowest":
        lowest = parts.index(min(parts))
        return parts[lowest], workings[lowest]
    return sum(parts, Fraction(0)) / len(parts), f"({' + '.join(workings)}) ÷ {len(parts)}"


def _pairs(row: Row) -> Iterator[tuple[Value, Value]]:
    """The parts of the target, each with what the actual value says of it; nothing where that
    cannot be told. Out of a report the numbers of a measure are taken in their order."""
    if len(row.actual.parts) == len(row.target.parts):
        yield from zip(row.target.parts, row.actual.parts, strict=True)
        return
    found: dict[str, Iterator[Value]] = {}
    for measure in {part.measure for part in row.target.parts}:
        numbers = re.findall(rf"\d+(?:\.\d+)?\s*{re.escape(measure)}", row.actual.text)
        wanted = sum(part.measure == measure for part in row.target.parts)
        if not measure or len(numbers) != wanted:
            return
        found[measure] = iter([read_value(number) for number in numbers])
    for part in row.target.parts:
        yield part, next(found[part.measure])


def _by_range(row: Row, weight: Decimal, sign: Comparison, scheme: Scheme) -> Suggestion:
    """An actual value that is itself a bound, 「>80%」: it can show that the target is met, but
    never by how much it is missed."""
    met = _certain(row, sign)
    if met:
        score, words = points_of(weight, Fraction(1), "", scheme)
        text = f"{row.told()}，达到目标，{words}；实际完成值是范围，应填实际数"
        return Suggestion(score, True, Method.FORMULA, text)
    verdict = "不能判断是否达到目标" if met is None else "未达到目标，不能按比例计分"
    text = f"{row.told()}，实际完成值是范围，{verdict}，请填写实际数"
    return Suggestion(None, met, Method.NOT_A_NUMBER, text)


def _certain(row: Row, sign: Comparison) -> bool | None:
    """Is the target met by every number that the actual value may stand for? The text is left out:
    a target copied with its sign says that much of the actual value."""
    return is_met(replace(row.target, comparison=sign, text=""), row.actual)


def _approximate(row: Row) -> bool:
    return row.target.approximate or row.actual.approximate


def _by_table(row: Row, scheme: Scheme) -> bool:
    """Is the row a satisfaction in per cent, and does the scheme score these by its table?"""
    return (
        "满意" in row.level1
        and row.target.measure.startswith("%")
        and scheme.satisfaction.method.method == "steps"
    )


def _by_steps(row: Row, weight: Decimal, scheme: Scheme, *, met: bool) -> Suggestion:
    """财预〔2021〕101号, 满意度赋分: the share goes by the actual satisfaction in per cent."""
    actual = row.actual.number or Decimal(0)
    reached = [step for step in scheme.satisfaction.table.steps if actual >= step.at_least]
    if not reached:
        text = f"{row.told()}，低于分档表的最低一档，建议得分 0.00"
        return Suggestion(Decimal("0.00"), met, Method.STEPS, text)
    step = max(reached, key=lambda one: one.at_least)
    working = f"{trimmed(step.share)}%"
    score, words = points_of(weight, Fraction(step.share) / 100, working, scheme)
    text = f"{row.told()}，在满意度 ≥{trimmed(step.at_least)}% 一档，{words}"
    return Suggestion(score, met, Method.STEPS, text)


def _limit_passed(sign: Comparison, fulfilment: Decimal | None, scheme: Scheme) -> Decimal | None:
    """The highest limit of over-fulfilment (per cent of the target) that was reached."""
    rules = scheme.overfulfilment
    if fulfilment is None or sign in UPPER_BOUNDS or rules.effect.effect is Effect.IGNORE:
        return None
    limits = (rules.hint_from.value, rules.explain_from.value)
    return max((limit for limit in limits if fulfilment >= limit), default=None)


def _overfulfilled(
    fulfilment: Decimal | None, passed: Decimal | None, score: Decimal, scheme: Scheme
) -> tuple[Decimal, str]:
    """The score after the scheme's treatment of a surpassed target, and what to say of it."""
    if fulfilment is None or passed is None:
        return score, ""
    rules = scheme.overfulfilment
    told = f"；实际为目标的 {trimmed(fulfilment)}%，已达 {trimmed(passed)}%"
    if passed < rules.explain_from.value:
        return score, f"{told}，请留意目标是否偏低"
    if rules.effect.effect is Effect.EXPLAIN:
        return score, f"{told}，应说明原因"
    points = rules.deducted_points.value
    left = max(exact_sum([score, -points]), Decimal("0.00"))
    return left, f"{told}，扣 {trimmed(points)} 分，计 {padded(left)}"
