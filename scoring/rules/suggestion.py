"""The score that the rules suggest for one indicator row, with one Chinese line that says why.

Source: 财预〔2020〕10号 and the notes printed on self-evaluation forms. The score that stands on
the form is the preparer's; the suggestion is set beside it and never written over it.
"""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction

from indicators.values import Kind, is_met
from perfgoals.common.numbers import trimmed
from scoring.rules.formulas import points_of
from scoring.rules.levels import suggest_by_level, undecided
from scoring.rules.quantities import (
    UPPER_BOUNDS,
    sign_of,
    suggest_by_number,
    suggest_by_parts,
)
from scoring.rules.rows import Method, Row, Suggestion
from scoring.rules.scheme import Scheme
from scoring.rules.wording import Attainment, read_attainment, says_unfinished

_ALL = re.compile(r"\s*(全部|全覆盖|全面覆盖|均|百分之百|百分百)")


def suggest(row: Row, scheme: Scheme) -> Suggestion:
    """The suggestion for ``row``. Never raises; what cannot be judged has no score and says why."""
    if row.weight is None:
        return Suggestion(None, None, Method.BLANK, "分值未填，不能计算建议得分")
    if row.weight < 0:
        text = f"分值 {trimmed(row.weight)} 为负数，不能计算建议得分"
        return Suggestion(None, None, Method.BLANK, text)
    if row.attainment is None:
        for label, value in (("年度指标值", row.target), ("实际完成值", row.actual)):
            if value.kind is Kind.BLANK:
                return Suggestion(None, None, Method.BLANK, f"{label}未填，不能计算建议得分")
    if row.target.number is not None and row.actual.number is not None:
        return suggest_by_number(row, row.weight, scheme)
    suggestion = None
    if not says_unfinished(row.actual.text):
        suggestion = _by_deadline(row, row.weight, scheme) or suggest_by_parts(
            row, row.weight, scheme
        )
    return suggestion or _by_words(row, row.weight, scheme)


def _by_deadline(row: Row, weight: Decimal, scheme: Scheme) -> Suggestion | None:
    """A date against a date; None where they do not tell whether the work was in time."""
    target, actual = row.target.deadline, row.actual.deadline
    if target is None or actual is None:
        return None
    in_time = is_met(row.target, row.actual)
    if in_time is None:
        return None
    ground = f"期限 {target.isoformat()}，实际 {actual.isoformat()}"
    if in_time:
        score, words = points_of(weight, Fraction(1), "", scheme)
        return Suggestion(score, True, Method.DEADLINE, f"{ground}，按期完成，{words}")
    return suggest_by_level(
        Attainment(scheme.late_deadline.attainment),
        weight,
        row.score,
        scheme,
        ground=f"{ground}，逾期 {(actual - target).days} 天",
        method=Method.DEADLINE,
    )


def _by_words(row: Row, weight: Decimal, scheme: Scheme) -> Suggestion:
    """By the level that the preparer chose, else by the one that the actual value speaks of."""
    if row.attainment is not None:
        ground = f"完成档次填为「{row.attainment.label}」"
        return suggest_by_level(row.attainment, weight, row.score, scheme, ground=ground)
    reading = read_attainment(row.target.text, row.actual.text, row.name)
    ground = f"{row.told()}，{reading.ground}"
    if row.target.number is not None:
        return _number_in_words(row, weight, reading.attainment, ground, scheme)
    if reading.attainment is None:
        return undecided(weight, row.score, scheme, ground=ground)
    return suggest_by_level(
        reading.attainment, weight, row.score, scheme, ground=ground, method=Method.WORDS
    )


def _number_in_words(
    row: Row, weight: Decimal, attainment: Attainment | None, ground: str, scheme: Scheme
) -> Suggestion:
    """A number was promised and words were given: 「全部反馈」 for 「90%以上」. Words can say that
    it was reached; how far it was missed only a number can say."""
    if attainment is None and _says_all(row, scheme):
        attainment = Attainment.ACHIEVED
        ground = f"{row.told()}，「{row.actual.text.strip()[:2]}」按 100% 计"
    if attainment is Attainment.ACHIEVED:
        score, words = points_of(weight, Fraction(1), "", scheme)
        text = f"{ground}，按达到目标计，{words}；实际完成值应填数字"
        return Suggestion(score, True, Method.WORDS, text, attainment=attainment)
    met = None if attainment is None else False
    text = f"{ground}；实际完成值不是数字，不能按比例计分，请填写数字"
    return Suggestion(None, met, Method.NOT_A_NUMBER, text, attainment=attainment)


def _says_all(row: Row, scheme: Scheme) -> bool:
    """「全部」, 「百分之百」 against a rate that is to be reached."""
    return (
        row.target.measure.startswith("%")
        and sign_of(row.target, row, scheme) not in UPPER_BOUNDS
        and _ALL.match(row.actual.text) is not None
    )
