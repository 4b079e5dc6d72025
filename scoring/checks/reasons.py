"""Reasons for deviations: missing, idle, shared, without a measure; and targets far surpassed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from indicators.checks.basis import CIRCULAR_10, OWN, PRACTICE_SELF
from indicators.values import Comparison
from indicators.values.words import has_content, normal, quoted
from perfgoals.common.findings import Level, Remark
from perfgoals.common.numbers import trimmed
from scoring.checks.form import EVALUATION, SHORTEST_REASON, Evaluated, ResultRow, is_idle
from scoring.rules.scheme import Effect

AS_PROMISED = Decimal(100)  # per cent of the target; beyond it there is nothing to improve

_MEASURE = re.compile(
    "将|今后|下一?步|后续|继续|持续|改进|整改|加强|措施|推进|落实|解决|完善|提升|优化|加快|尽快|严格|避免|复核"
    "|确保|开展"
)


@EVALUATION.check("reason.missing", Level.ERROR, "扣分未说明原因", basis=CIRCULAR_10)
def deductions_are_explained(subject: Evaluated) -> Iterator[Remark]:
    for row, weight, score in subject.deducted:
        if row.row.readable("deviation_reason") and not has_content(row.result.deviation_reason):
            if is_idle(row.result.deviation_reason):
                continue
            message = (
                f"{row.label}分值 {trimmed(weight)}，得分 {trimmed(score)}，"
                f"扣 {trimmed(weight - score)} 分，未写偏差原因和改进措施"
            )
            yield Remark(row.path("deviation_reason"), message)


@EVALUATION.check("reason.idle", Level.ERROR, "偏差原因等于没写", basis=PRACTICE_SELF)
def reasons_say_something(subject: Evaluated) -> Iterator[Remark]:
    for row, weight, score in subject.deducted:
        reason = row.result.deviation_reason
        lost = f"{row.label}扣 {trimmed(weight - score)} 分"
        if is_idle(reason):
            message = f"{lost}，偏差原因只写了{quoted(reason)}，请写明原因和措施"
            yield Remark(row.path("deviation_reason"), message)
        elif has_content(reason) and len(normal(reason)) < SHORTEST_REASON:
            message = f"{lost}，偏差原因{quoted(reason)}过于简短，请写明原因和措施"
            yield Remark(row.path("deviation_reason"), message, Level.WARNING)


@EVALUATION.check("reason.shared", Level.WARNING, "几行共用一段偏差原因", basis=OWN)
def reasons_are_of_their_own(subject: Evaluated) -> Iterator[Remark]:
    first: dict[str, ResultRow] = {}
    for row, _, _ in subject.deducted:
        reason = normal(row.result.deviation_reason)
        if len(reason) < SHORTEST_REASON or not row.gives_reason:
            continue
        earlier = first.setdefault(reason, row)
        if earlier is not row:
            other = f"第 {earlier.row.index + 1} 行{earlier.label}"
            message = f"{row.label}的偏差原因与{other}一字不差，请按各自情况填写"
            yield Remark(row.path("deviation_reason"), message)


@EVALUATION.check("reason.no_measure", Level.HINT, "偏差原因没有改进措施", basis=CIRCULAR_10)
def reasons_name_a_measure(subject: Evaluated) -> Iterator[Remark]:
    for row, _, _ in subject.deducted:
        reason = row.result.deviation_reason
        surpassed = (row.suggestion.fulfilment or Decimal(0)) > AS_PROMISED
        if row.gives_reason and not surpassed and not _MEASURE.search(reason):
            message = f"{row.label}的偏差原因{quoted(reason)}没有改进措施，请补写"
            yield Remark(row.path("deviation_reason"), message)


@EVALUATION.check("reason.over_fulfilled", Level.WARNING, "超额较多未说明原因", basis=CIRCULAR_10)
def overshoots_are_explained(subject: Evaluated) -> Iterator[Remark]:
    rules = subject.evaluation.scheme.overfulfilment
    if rules.effect.effect is Effect.IGNORE:
        return
    for row in subject.rows:
        reached = row.suggestion.fulfilment
        if reached is None or reached < rules.hint_from.value or not _more_is_better(row):
            continue
        if row.gives_reason or not row.row.readable("target", "actual"):
            continue
        message = (
            f"{row.label}目标{quoted(row.row.target)}，实际{quoted(row.result.actual)}，"
            f"是目标的 {trimmed(reached)}%"
        )
        limit = trimmed(rules.explain_from.value)
        path = row.path("deviation_reason")
        if reached < rules.explain_from.value:
            yield Remark(path, f"{message}，接近 {limit}%，请留意目标是否偏低", Level.HINT)
            continue
        effect = "应说明原因"
        if rules.effect.effect is Effect.DEDUCT:
            effect = f"按办法扣 {trimmed(rules.deducted_points.value)} 分，并应说明原因"
        yield Remark(path, f"{message}，不低于 {limit}%，{effect}")


def _more_is_better(row: ResultRow) -> bool:
    """Not for ceilings, nor where the rules read a bare number as one and call it missed."""
    sign = row.row.value.comparison
    if sign is None:
        return row.suggestion.met is not False
    return sign not in (Comparison.AT_MOST, Comparison.LESS)
