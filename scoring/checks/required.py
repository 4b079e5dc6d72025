"""Cells of a self-evaluation that must be filled in."""

from __future__ import annotations

from collections.abc import Iterator

from indicators.checks.basis import CIRCULAR_10, FORM_EVALUATION, PRACTICE_SELF
from perfgoals.common.findings import Level, Remark
from perfgoals.common.numbers import padded, percent, trimmed
from scoring.checks.form import COLUMNS, EVALUATION, Evaluated, source_lines

_ROW_CELLS = {"actual": "实际完成值", "weight": "分值", "score": "得分"}


@EVALUATION.check("required.outcome", Level.ERROR, "预期目标或实际完成情况未填", basis=CIRCULAR_10)
def goal_and_outcome_are_filled(subject: Evaluated) -> Iterator[Remark]:
    document = subject.document
    if not document.expected_goal:
        yield Remark("expected_goal", "年度总体目标的预期目标未填写")
    if not document.actual_outcome:
        yield Remark("actual_outcome", "年度总体目标的实际完成情况未填写")


@EVALUATION.check("required.funds", Level.ERROR, "年度资金总额未填", basis=FORM_EVALUATION)
def total_funds_are_filled(subject: Evaluated) -> Iterator[Remark]:
    total = subject.document.funds.total
    blank = [
        column
        for column in COLUMNS
        if getattr(total, column) is None
        # Where parts are given, funds.sum says what the total should be.
        and all(getattr(line, column) is None for _, _, line in source_lines(subject.document))
    ]
    for column in blank:
        if column == "initial_budget":
            message = "年度资金总额的年初预算数未填写；年中追加的项目应填 0"
            yield Remark("funds.total.initial_budget", message, Level.WARNING)
        else:
            message = f"年度资金总额的{COLUMNS[column]}未填写，执行率无从计算；没有的应填 0"
            yield Remark(f"funds.total.{column}", message)
    if total.weight is None:
        weight = subject.evaluation.scheme.execution.weight.value
        message = f"预算执行率的分值未填写，通行分值为 {trimmed(weight)}"
        yield Remark("funds.total.weight", message)


@EVALUATION.check("required.result", Level.ERROR, "指标自评结果未填", basis=PRACTICE_SELF)
def results_are_filled(subject: Evaluated) -> Iterator[Remark]:
    for row in subject.rows:
        for field, label in _ROW_CELLS.items():
            if getattr(row.result, field) in (None, ""):
                yield Remark(row.path(field), f"{row.label}的{label}未填写")


@EVALUATION.check("required.computed", Level.WARNING, "执行率、得分或总分未填", basis=CIRCULAR_10)
def computed_cells_are_filled(subject: Evaluated) -> Iterator[Remark]:
    document, evaluation = subject.document, subject.evaluation
    total, execution = document.funds.total, evaluation.execution
    if total.execution_rate is None and execution.rate is not None:
        message = f"执行率未填写，按全年执行数÷全年预算数应为 {percent(execution.rate)}"
        yield Remark("funds.total.execution_rate", message)
    if total.score is None and execution.score is not None:
        message = f"预算执行率的得分未填写，应为 {padded(execution.score)}"
        yield Remark("funds.total.score", message)
    if document.total_weight is None:
        message = f"总分栏的分值未填写，各项分值合计 {trimmed(evaluation.weight_total)}"
        yield Remark("total_weight", message)
    if document.total_score is None:
        message = f"总分未填写，各项得分合计 {padded(evaluation.total_score)}"
        yield Remark("total_score", message)
