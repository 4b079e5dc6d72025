"""The funds block of a self-evaluation: sums, execution rate and score, what wants a reason."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from indicators.checks.basis import FORM_EVALUATION, FORM_NOTES, NOTES_SICHUAN, OWN, PRACTICE_SELF
from indicators.checks.funds import Part, sum_fault
from perfgoals.common.findings import Level, Remark
from perfgoals.common.numbers import grouped, padded, percent, trimmed
from scoring.checks.form import COLUMNS, EVALUATION, Evaluated, is_reason, source_lines
from scoring.rules.execution import ExecutionCase

# Whole-point execution scores are common in some places; they are off by less than this (points).
WHOLE_POINT = Decimal("0.5")
# Below this execution rate (per cent) full output scores do not fit the money. After a checker.
LOW_RATE = Decimal(50)


@EVALUATION.check("funds.sum", Level.ERROR, "年度资金总额与各来源之和不等", basis=FORM_EVALUATION)
def totals_are_the_sums(subject: Evaluated) -> Iterator[Remark]:
    document = subject.document
    for column, label in COLUMNS.items():
        parts = [Part(source, getattr(line, column)) for _, source, line in source_lines(document)]
        fault = sum_fault(
            f"年度资金总额的{label}",
            getattr(document.funds.total, column),
            parts,
            document.money_unit,
        )
        if fault:
            yield Remark(f"funds.total.{column}", *fault)


@EVALUATION.check("funds.execution_rate", Level.ERROR, "执行率与计算不符", basis=FORM_NOTES)
def the_rate_is_right(subject: Evaluated) -> Iterator[Remark]:
    total, execution = subject.document.funds.total, subject.evaluation.execution
    if total.execution_rate is None or execution.case is ExecutionCase.BLANK:
        return
    if execution.rate is None:
        if total.execution_rate != 0:
            message = f"填 {percent(total.execution_rate)}，但{execution.explanation}"
            yield Remark("funds.total.execution_rate", f"执行率{message}")
    elif total.execution_rate != execution.rate:
        yield Remark(
            "funds.total.execution_rate",
            f"执行率填 {percent(total.execution_rate)}，应为 {percent(execution.rate)}"
            f"（{_quotient(total.executed, total.annual_budget)}）",
        )


def _quotient(executed: Decimal | None, budget: Decimal | None) -> str:
    shown = [grouped(amount) for amount in (executed, budget) if amount is not None]
    return " ÷ ".join(shown)


@EVALUATION.check(
    "funds.source_rate", Level.ERROR, "资金来源的执行率与计算不符", basis=PRACTICE_SELF
)
def the_rates_of_the_sources_are_right(subject: Evaluated) -> Iterator[Remark]:
    without_budget = subject.evaluation.scheme.execution.printed_without_budget.value
    for key, label, line in source_lines(subject.document):
        printed, result = line.execution_rate, subject.evaluation.sources.get(key)
        if printed is None or result is None or result.case is ExecutionCase.BLANK:
            continue
        path = f"funds.{key}.execution_rate"
        if result.rate is None and printed != without_budget:
            stated = f"{label}的执行率填 {percent(printed)}"
            message = f"{stated}，而全年预算数为 0，应为 {padded(without_budget)}"
            yield Remark(path, message)
        elif result.rate is not None and printed != result.rate:
            message = (
                f"{label}的执行率填 {percent(printed)}，应为 {percent(result.rate)}"
                f"（{_quotient(line.executed, line.annual_budget)}）"
            )
            yield Remark(path, message)


@EVALUATION.check(
    "funds.execution_score", Level.ERROR, "预算执行率得分与计算不符", basis=FORM_NOTES
)
def the_execution_score_is_right(subject: Evaluated) -> Iterator[Remark]:
    total, execution = subject.document.funds.total, subject.evaluation.execution
    printed, computed = total.score, execution.score
    if printed is None or computed is None or printed == computed:
        return
    message = (
        f"预算执行率得分填 {padded(printed)}，应为 {padded(computed)}，"
        f"相差 {padded(abs(printed - computed))}"
    )
    if execution.weight is not None and execution.rate is not None:
        message += f"（{trimmed(execution.weight)} × {percent(execution.rate)}，以分值为限）"
    whole = printed == printed.to_integral_value() and abs(printed - computed) < WHOLE_POINT
    yield Remark("funds.total.score", message, Level.WARNING if whole else None)


@EVALUATION.check(
    "funds.execution_weight", Level.WARNING, "预算执行率分值与办法不符", basis=FORM_NOTES
)
def the_execution_weight_is_usual(subject: Evaluated) -> Iterator[Remark]:
    weight, usual = subject.document.funds.total.weight, subject.evaluation.scheme.execution.weight
    if weight is not None and weight != usual.value:
        message = f"预算执行率的分值为 {trimmed(weight)}，计分办法为 {trimmed(usual.value)}"
        yield Remark("funds.total.weight", message)


@EVALUATION.check("funds.zero_budget", Level.WARNING, "全年预算数为 0", basis=PRACTICE_SELF)
def there_is_a_budget(subject: Evaluated) -> Iterator[Remark]:
    total = subject.document.funds.total
    if total.annual_budget == 0:
        executed = "未填" if total.executed is None else grouped(total.executed)
        message = f"全年预算数为 0，全年执行数{executed}，没有执行率可计，请核对预算数或说明原因"
        yield Remark("funds.total.annual_budget", message)


@EVALUATION.check("funds.overspent", Level.WARNING, "执行数超过预算数", basis=FORM_NOTES)
def spending_stays_within_the_budget(subject: Evaluated) -> Iterator[Remark]:
    document = subject.document
    explained = is_reason(document.funds.total.deviation_reason)
    lines = [("total", "年度资金总额", document.funds.total), *source_lines(document)]
    for key, label, line in lines:
        budget, executed = line.annual_budget, line.executed
        if budget is None or executed is None or executed <= budget:
            continue
        message = (
            f"{label}的全年执行数 {grouped(executed)} 超过全年预算数 {grouped(budget)} "
            f"{document.money_unit}，多出 {grouped(executed - budget)}，得分以分值为限，应说明原因"
        )
        yield Remark(f"funds.{key}.executed", message, Level.HINT if explained else None)


@EVALUATION.check(
    "funds.low_rate_reason", Level.WARNING, "执行率偏低未说明原因", basis=NOTES_SICHUAN
)
def low_rates_are_explained(subject: Evaluated) -> Iterator[Remark]:
    rate, limit = (
        subject.evaluation.execution.rate,
        subject.evaluation.scheme.execution.reason_below,
    )
    if rate is None or rate >= limit.value:
        return
    if not is_reason(subject.document.funds.total.deviation_reason):
        message = f"执行率 {percent(rate)}，低于 {trimmed(limit.value)}%，请说明原因和改进措施"
        yield Remark("funds.total.deviation_reason", message)


@EVALUATION.check("funds.budget_changed", Level.WARNING, "预算调整未说明原因", basis=NOTES_SICHUAN)
def changed_budgets_are_explained(subject: Evaluated) -> Iterator[Remark]:
    total, unit = subject.document.funds.total, subject.document.money_unit
    first, last = total.initial_budget, total.annual_budget
    if first is None or last is None or first == last or is_reason(total.deviation_reason):
        return
    change = f"{'调增' if last > first else '调减'} {grouped(abs(last - first))} {unit}"
    message = (
        f"年初预算数 {grouped(first)}，全年预算数 {grouped(last)} {unit}，{change}，请说明原因"
    )
    yield Remark("funds.total.deviation_reason", message)


@EVALUATION.check("funds.low_rate_full_outputs", Level.HINT, "钱未用一半而产出全满分", basis=OWN)
def money_and_outputs_fit(subject: Evaluated) -> Iterator[Remark]:
    rate = subject.evaluation.execution.rate
    outputs = [row for row in subject.rows if "产出" in row.row.level1]
    if rate is not None and rate < LOW_RATE and outputs and all(row.is_full for row in outputs):
        outcome = f"执行率只有 {percent(rate)}，{len(outputs)} 条产出指标却全部满分"
        message = f"{outcome}，请核对预算是否偏高、得分是否属实"
        yield Remark("funds.total.execution_rate", message)
