"""The same project over the years: measures, targets, money, scores and texts."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from indicators.checks.basis import OWN, PRACTICE_SELF, REVIEWERS
from indicators.values import Comparison, Kind, comparable
from indicators.values.words import quoted
from perfgoals.common.findings import Level, Remark
from perfgoals.common.numbers import grouped, padded, percent, trimmed
from scoring.checks.across.comparing import change, is_easier, measures_differ
from scoring.checks.across.facts import LONG_TEXT, Compared, FormFacts, RowFacts
from scoring.checks.across.register import DECLARED, EITHER, EVALUATED, CrossRemark
from scoring.rules.resemblance import agreement, comparable_text, pieces_of

# All limits here are own; no circular names one.
SURPASSED = Decimal("1.3")  # the same as for over-fulfilment within a form
MONEY_CHANGE = Decimal(50)  # per cent
LOW_RATE = Decimal(60)  # per cent
SCORE_CHANGE = Decimal(10)  # points
SAME_TEXT = 85  # per cent of the pieces
FEWEST_IN_UNIT = 3  # forms of a unit of which something can be said together


def _since(before: FormFacts, now: FormFacts) -> str:
    """「上年（2025 年度）」, or 「2020 年度」 where years lie between."""
    if now.year - before.year == 1:
        return f"上年（{before.year} 年度）"
    return f"{before.year} 年度"


def _same_rows(now: FormFacts, then: FormFacts) -> Iterator[tuple[RowFacts, RowFacts]]:
    known = then.named
    for key, row in now.named.items():
        old = known.get(key)
        if old is not None and row.row.readable("target") and old.row.readable("target"):
            yield row, old


@EITHER.check("across.measure_changed", Level.HINT, "计量单位与往年不同", basis=REVIEWERS)
def measures_stay(subject: Compared) -> Iterator[Remark]:
    now, before = subject.facts, subject.before
    if before is None:
        return
    for row, old in _same_rows(now, before):
        if measures_differ(row.value, old.value):
            message = (
                f"{row.row.label}本表指标值{quoted(row.row.target)}的单位是「{row.value.measure}」，"
                f"本项目{_since(before, now)}是{quoted(old.row.target)}，前后无法比较"
            )
            yield CrossRemark(row.path("target"), message, None, before.identity.number)


@EITHER.check("across.target_lowered", Level.HINT, "目标低于往年目标", basis=REVIEWERS)
def targets_are_not_lowered(subject: Compared) -> Iterator[Remark]:
    now, before = subject.facts, subject.before
    if before is None:
        return
    for row, old in _same_rows(now, before):
        if is_easier(row.value, old.value):
            message = (
                f"{row.row.label}本表指标值{quoted(row.row.target)}，"
                f"比本项目{_since(before, now)}的{quoted(old.row.target)}宽松，请核对理由"
            )
            yield CrossRemark(row.path("target"), message, None, before.identity.number)


@DECLARED.check("across.target_below_result", Level.HINT, "目标低于往年实际完成", basis=REVIEWERS)
def targets_ask_for_what_was_reached(subject: Compared) -> Iterator[Remark]:
    now, result = subject.facts, subject.result
    if result is None:
        return
    for row, old in _same_rows(now, result):
        if not old.row.readable("actual") or not _far_below(row, old):
            continue
        message = (
            f"{row.row.label}本表指标值{quoted(row.row.target)}，"
            f"而本项目{_since(result, now)}已实际完成{quoted(old.actual)}，目标可能偏低"
        )
        yield CrossRemark(row.path("target"), message, None, result.identity.number)


def _far_below(row: RowFacts, old: RowFacts) -> bool:
    """Is the floor so low that what was reached surpasses it by far, or the ceiling so high?"""
    target, actual = row.value, old.result
    if target.kind is not Kind.QUANTITATIVE or actual.kind is not Kind.QUANTITATIVE:
        return False
    pair = comparable(target, actual)
    if pair is None or pair[0] <= 0:
        return False
    asked, reached = pair
    if target.comparison in (Comparison.AT_MOST, Comparison.LESS):
        return reached > 0 and reached * SURPASSED <= asked
    return reached >= asked * SURPASSED


@DECLARED.check("across.funds_changed", Level.HINT, "申请额与往年相差较大", basis=OWN)
def requests_change_little(subject: Compared) -> Iterator[Remark]:
    now, before = subject.facts, subject.before
    if before is None or now.request is None or before.request is None or before.request <= 0:
        return
    if abs(now.request - before.request) * 100 >= MONEY_CHANGE * before.request:
        grown = change(before.request, now.request)
        message = (
            f"年度资金申请总额 {grouped(now.request)} 元，本项目{_since(before, now)}申请 "
            f"{grouped(before.request)} 元，{'增加' if grown > 0 else '减少'} {trimmed(abs(grown))}%"
        )
        yield CrossRemark("funds.annual_request", message, None, before.identity.number)


@DECLARED.check("across.low_execution", Level.HINT, "往年执行率低而申请未减", basis=OWN)
def unspent_money_is_not_asked_for_again(subject: Compared) -> Iterator[Remark]:
    now, result = subject.facts, subject.result
    if result is None or not now.request or not result.annual_budget or result.executed is None:
        return
    rate = result.executed * 100 / result.annual_budget
    if rate < LOW_RATE and now.request >= result.annual_budget:
        message = (
            f"本项目{_since(result, now)}全年预算 {grouped(result.annual_budget)} 元，只执行 "
            f"{grouped(result.executed)} 元（{percent(rate.quantize(Decimal('0.01')))}），"
            f"本年申请 {grouped(now.request)} 元并未减少"
        )
        yield CrossRemark("funds.annual_request", message, None, result.identity.number)


@EVALUATED.check("across.score_changed", Level.HINT, "总分与往年相差较大", basis=PRACTICE_SELF)
def scores_change_little(subject: Compared) -> Iterator[Remark]:
    now, before = subject.facts, subject.before
    if before is None or now.total is None or before.total is None:
        return
    if now.whole is None or now.whole != before.whole:
        return  # points of different wholes: weight.sum says which form is at fault
    grown = now.total - before.total
    if abs(grown) >= SCORE_CHANGE:
        message = (
            f"核算总分 {padded(now.total)}，本项目{_since(before, now)}为 {padded(before.total)}，"
            f"{'高' if grown > 0 else '低'} {padded(abs(grown))} 分"
        )
        yield CrossRemark("total_score", message, None, before.identity.number)


@EVALUATED.check("across.all_full", Level.HINT, "历年或全单位都是满分", basis=PRACTICE_SELF)
def full_marks_are_rare(subject: Compared) -> Iterator[Remark]:
    now, before = subject.facts, subject.before
    if not now.full:
        return
    if before is not None and before.full:
        message = f"各项指标全部满分，本项目{_since(before, now)}也全部满分，请核对目标是否偏低"
        yield CrossRemark("", message, None, before.identity.number)
    if subject.in_unit >= FEWEST_IN_UNIT and subject.full_in_unit == subject.in_unit:
        message = f"本单位 {now.year} 年度 {subject.in_unit} 份自评表的各项指标全部满分，请核对目标是否偏低"
        yield CrossRemark("", message)


@EVALUATED.check("across.outcome_repeated", Level.WARNING, "实际完成情况与往年文字相同", basis=OWN)
def outcomes_are_written_anew(subject: Compared) -> Iterator[Remark]:
    now, before = subject.facts, subject.before
    if before is None or now.outcome is None or before.outcome is None:
        return
    if now.outcome.path in now.marks or before.outcome.path in before.marks:
        return
    ours, theirs = comparable_text(now.outcome.text), comparable_text(before.outcome.text)
    if len(ours) < LONG_TEXT:
        return
    same = agreement(pieces_of(ours), pieces_of(theirs))
    if same >= SAME_TEXT:
        message = (
            f"实际完成情况{quoted(now.outcome.text, 16)}与本项目{_since(before, now)}的文字有 {same}% "
            "相同，请核对写的是不是本年度的结果"
        )
        yield CrossRemark(now.outcome.path, message, None, before.identity.number)
