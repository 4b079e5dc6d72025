"""A self-evaluation against the declaration of the same project and year."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from indicators.checks.basis import CIRCULAR_10, OWN, PRACTICE_GOALS
from indicators.checks.costs import cost_ceilings
from indicators.values import comparable
from indicators.values.words import listed, quoted
from perfgoals.common.findings import Level, Remark
from perfgoals.common.numbers import grouped
from scoring.checks.across.facts import Compared, FormFacts, RowFacts
from scoring.checks.across.register import EVALUATED, CrossRemark
from scoring.rules.resemblance import agreement, comparable_text, pieces_of

# Of the pieces of two goals, below which they say different things (per cent). Own.
SAME_GOAL = 50


@EVALUATED.check("across.rows_missing", Level.WARNING, "申报表的指标没有自评", basis=CIRCULAR_10)
def what_was_declared_is_evaluated(subject: Compared) -> Iterator[Remark]:
    now, declared = subject.facts, subject.declared
    if declared is None or any("name" in row.row.damaged for row in now.rows):
        return
    here = {row.key for row in now.rows}
    there = {row.key for row in declared.rows}
    missing = [row for row in declared.rows if row.key and row.key not in here]
    added = [row for row in now.rows if row.key and row.key not in there]
    if missing:
        named = listed([row.row.name for row in missing])
        message = f"同年度申报表的 {len(missing)} 条指标在本表中没有（{named}），请核对"
        yield CrossRemark("", message, None, declared.identity.number)
    if added:
        named = listed([row.row.name for row in added])
        message = f"本表有 {len(added)} 条指标在同年度申报表中没有（{named}），请核对"
        yield CrossRemark("", message, Level.HINT, declared.identity.number)


@EVALUATED.check("across.target_differs", Level.WARNING, "指标值与申报表不同", basis=CIRCULAR_10)
def targets_are_those_declared(subject: Compared) -> Iterator[Remark]:
    now, declared = subject.facts, subject.declared
    if declared is None:
        return
    known = declared.named
    for key, row in now.named.items():
        old = known.get(key)
        if old is None or not (row.row.readable("target") and old.row.readable("target")):
            continue
        if not _same_target(row, old):
            message = (
                f"{row.row.label}本表指标值{quoted(row.row.target)}，"
                f"同年度申报表为{quoted(old.row.target)}，请核对"
            )
            yield CrossRemark(row.path("target"), message, None, declared.identity.number)


def _same_target(row: RowFacts, old: RowFacts) -> bool:
    """The same words, or the same number with the same sign (「=7.00(家)」 and 「7家」)."""
    if row.row.plain_target == old.row.plain_target and (
        row.value.comparison == old.value.comparison
    ):
        return True
    pair = comparable(row.value, old.value)
    signs = {row.value.comparison or "=", old.value.comparison or "="}
    return pair is not None and pair[0] == pair[1] and len(signs) == 1


@EVALUATED.check("across.goal_differs", Level.HINT, "预期目标与申报表不同", basis=CIRCULAR_10)
def goals_are_those_declared(subject: Compared) -> Iterator[Remark]:
    now, declared = subject.facts, subject.declared
    if declared is None:
        return
    ours, theirs = _goal(now), _goal(declared)
    if ours and theirs:
        same = agreement(pieces_of(ours), pieces_of(theirs))
        if same < SAME_GOAL:
            message = (
                f"预期目标与同年度申报表的年度总体目标只有 {same}% 的文字相同，请核对目标是否改动"
            )
            yield CrossRemark("expected_goal", message, None, declared.identity.number)


def _goal(facts: FormFacts) -> str:
    goal = facts.goals[-1]
    return "" if goal.path in facts.marks else comparable_text(goal.text)


@EVALUATED.check("across.initial_budget", Level.HINT, "年初预算与申报额不同", basis=OWN)
def budgets_begin_with_the_request(subject: Compared) -> Iterator[Remark]:
    now, declared = subject.facts, subject.declared
    if declared is None or now.initial_budget is None or declared.request is None:
        return
    difference = now.initial_budget - declared.request
    # 万元 with two decimals leave out what is less than 100 元.
    if abs(difference) >= Decimal(100):
        message = (
            f"年初预算数 {grouped(now.initial_budget)} 元，同年度申报表申请 "
            f"{grouped(declared.request)} 元，相差 {grouped(abs(difference))} 元"
        )
        yield CrossRemark("funds.total.initial_budget", message, None, declared.identity.number)


@EVALUATED.check(
    "across.cost_over_budget", Level.HINT, "成本控制数合计超过全年预算", basis=PRACTICE_GOALS
)
def costs_fit_the_budget(subject: Compared) -> Iterator[Remark]:
    now = subject.facts
    ceilings = cost_ceilings(tuple(row.row for row in now.rows))
    if ceilings is None or not now.annual_budget or ceilings[0] <= now.annual_budget:
        return
    total, shown = ceilings
    message = (
        f"按成本控制数计算 {shown} 元，超过全年预算数 {grouped(now.annual_budget)} 元，"
        f"相差 {grouped(total - now.annual_budget)} 元"
    )
    yield CrossRemark("funds.total.annual_budget", message)
