"""Actual values: numbers where numbers were promised, in the unit of the target, of their own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from indicators.checks.basis import OWN, PRACTICE_SELF
from indicators.values import Comparison, Kind, comparable
from indicators.values.words import normal, quoted
from perfgoals.common.findings import Level, Remark
from perfgoals.common.numbers import trimmed
from scoring.checks.form import EVALUATION, Evaluated, ResultRow
from scoring.rules.wording import says_unfinished

# Shorter words (完成, 及时) are all that a one-word target can be answered with. Own.
COPIED_SENTENCE = 8


@EVALUATION.check("actual.not_number", Level.ERROR, "实际完成值不是数字", basis=PRACTICE_SELF)
def numbers_answer_numbers(subject: Evaluated) -> Iterator[Remark]:
    for row in subject.answered:
        if row.row.value.kind is not Kind.QUANTITATIVE:
            continue
        actual = row.actual
        if actual.number is not None and actual.comparison in (None, Comparison.EQUAL):
            continue
        shown = quoted(row.result.actual)
        path = row.path("actual")
        if actual.number is None and re.search(r"\d", row.result.actual):
            message = f"实际完成值{shown}不是一个确定的数，请只填与目标对应的数"
            yield Remark(path, message, Level.WARNING)
        elif actual.number is None:
            message = (
                f"目标{quoted(row.row.target)}是数量，实际完成值{shown}不是数字，请填实际达到的数"
            )
            yield Remark(path, message)
        else:
            message = f"实际完成值{shown}带有比较符号，不是确定的数，请填实际达到的数"
            yield Remark(path, message)


@EVALUATION.check("actual.copied", Level.WARNING, "实际完成值照抄目标", basis=OWN)
def actuals_are_not_copies(subject: Evaluated) -> Iterator[Remark]:
    for row in subject.answered:
        if row.row.plain_target != normal(row.result.actual):
            continue
        target, actual = row.row.target.strip(), row.result.actual.strip()
        value = row.actual
        if value.kind is Kind.QUANTITATIVE and value.comparison is not None and target == actual:
            message = f"实际完成值{quoted(actual)}连同比较符号照抄了目标，请填实际达到的数"
            yield Remark(row.path("actual"), message)
        elif value.kind is Kind.QUALITATIVE and len(normal(actual)) >= COPIED_SENTENCE:
            message = f"实际完成值与目标一字不差{quoted(actual)}，请写明实际做到了什么"
            yield Remark(row.path("actual"), message, Level.HINT)


@EVALUATION.check("actual.unit", Level.WARNING, "实际完成值与目标单位不同", basis=OWN)
def units_agree(subject: Evaluated) -> Iterator[Remark]:
    for row in subject.answered:
        target, actual = row.row.value, row.actual
        if target.number is None or actual.number is None or not target.measure:
            continue
        if not actual.measure:
            shown = quoted(row.result.actual)
            message = f"实际完成值{shown}没有计量单位，目标的单位是「{target.measure}」"
            yield Remark(row.path("actual"), message, Level.HINT)
        elif comparable(target, actual) is None:
            message = (
                f"{row.label}实际完成值{quoted(row.result.actual)}的单位是「{actual.measure}」，"
                f"目标{quoted(row.row.target)}的单位是「{target.measure}」，无法比较，请核对"
            )
            yield Remark(row.path("actual"), message)


@EVALUATION.check("actual.strict_hit", Level.WARNING, "恰好等于严格比较的目标", basis=OWN)
def strict_bounds_are_meant(subject: Evaluated) -> Iterator[Remark]:
    for row in subject.answered:
        sign = row.row.value.comparison
        if sign not in (Comparison.GREATER, Comparison.LESS):
            continue
        pair = comparable(row.row.value, row.actual)
        if pair is not None and pair[0] == pair[1]:
            likely = "≥" if sign is Comparison.GREATER else "≤ 或 ="
            message = (
                f"{row.label}目标{quoted(row.row.target)}用了「{sign}」，实际恰为 {_number(row)}，"
                f"严格说没有达到；目标的符号疑为误录，原意可能是 {likely}"
            )
            yield Remark(row.path("target"), message)


def _number(row: ResultRow) -> str:
    return trimmed(row.actual.number or Decimal(0)) + row.actual.measure


@EVALUATION.check("actual.approximate", Level.HINT, "实际完成值是约数", basis=OWN)
def actuals_are_exact(subject: Evaluated) -> Iterator[Remark]:
    for row in subject.answered:
        if row.row.value.kind is Kind.QUANTITATIVE and row.actual.approximate:
            message = f"实际完成值{quoted(row.result.actual)}是约数，请填准确的数"
            yield Remark(row.path("actual"), message)


@EVALUATION.check("actual.unfinished", Level.WARNING, "写明未完成却得满分", basis=OWN)
def unfinished_work_is_not_full(subject: Evaluated) -> Iterator[Remark]:
    for row in subject.answered:
        if not row.is_full or row.suggestion.interval is not None:
            continue
        word = says_unfinished(row.result.actual)
        if word:
            message = f"{row.label}的实际完成值写有「{word}」，说明尚未全部完成，却得满分，请核对"
            yield Remark(row.path("score"), message, row.softened(Level.WARNING))


@EVALUATION.check("outcome.copies_goal", Level.HINT, "实际完成情况照抄预期目标", basis=OWN)
def the_outcome_is_no_copy(subject: Evaluated) -> Iterator[Remark]:
    document = subject.document
    goal, outcome = (
        normal(text).replace("已", "").replace("了", "")
        for text in (document.expected_goal, document.actual_outcome)
    )
    if goal and goal == outcome and subject.form.readable("expected_goal", "actual_outcome"):
        message = "实际完成情况与预期目标文字相同，请写明实际完成的数量和效果"
        yield Remark("actual_outcome", message)
