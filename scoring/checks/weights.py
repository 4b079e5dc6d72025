"""The weights: their sum, their signs, the classes, and rows that would be counted twice."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from indicators.checks.basis import FORM_NOTES, OWN, PRACTICE_SELF
from perfgoals.common.findings import Level, Remark
from perfgoals.common.numbers import trimmed
from scoring.checks.form import EVALUATION, Evaluated, ResultRow
from scoring.rules.weights import class_of, expected_weights

_NUMBERED = re.compile(r"\s*(\d+(?:[.．]\d+)*)(?=[.．、\s\u4e00-\u9fff（(])")
_CODE = re.compile(r"\d+(\.\d+)*")
_SUBTOTAL = re.compile(r"\s*(?:小计|合计|总计)|.*(?:小计|合计)[:：]?\s*$")


def _all_given(subject: Evaluated) -> bool:
    """Has every row its weight? That of the execution rate is the scheme's where the form has none."""
    return all(row.result.weight is not None for row in subject.rows)


def _level(subject: Evaluated) -> Level | None:
    """A hint where a weight was placed by judgement, for the source does not show it."""
    readable = all(row.row.readable("weight") for row in subject.rows)
    return None if readable else Level.HINT


@EVALUATION.check("weight.sum", Level.ERROR, "分值合计不是满分", basis=FORM_NOTES)
def weights_make_the_whole(subject: Evaluated) -> Iterator[Remark]:
    evaluation = subject.evaluation
    total, whole = evaluation.weight_total, evaluation.scheme.weights.total.value
    if not subject.rows or total == whole or (total < whole and not _all_given(subject)):
        return
    execution = evaluation.execution.weight or Decimal(0)
    message = (
        f"分值合计 {trimmed(total)}，应为 {trimmed(whole)}，相差 {trimmed(abs(total - whole))}"
        f"（含预算执行率 {trimmed(execution)}）"
    )
    yield Remark("total_weight", message, _level(subject))


@EVALUATION.check("weight.printed_total", Level.ERROR, "总分栏分值与合计不符", basis=FORM_NOTES)
def the_printed_weight_is_the_sum(subject: Evaluated) -> Iterator[Remark]:
    evaluation, printed = subject.evaluation, subject.document.total_weight
    whole = evaluation.scheme.weights.total.value
    if printed is None or printed == evaluation.weight_total or not _all_given(subject):
        return
    if printed == whole:
        return  # the sum is at fault then, and weight.sum says so
    message = f"总分栏的分值填 {trimmed(printed)}，各项分值合计 {trimmed(evaluation.weight_total)}"
    yield Remark("total_weight", message, _level(subject))


@EVALUATION.check("weight.positive", Level.ERROR, "分值不大于 0", basis=PRACTICE_SELF)
def weights_are_positive(subject: Evaluated) -> Iterator[Remark]:
    for row in subject.rows:
        if row.result.weight is not None and row.result.weight <= 0:
            message = f"{row.label}的分值为 {trimmed(row.result.weight)}，应大于 0"
            yield Remark(row.path("weight"), message)
    weight = subject.document.funds.total.weight
    if weight is not None and weight < 0:
        yield Remark("funds.total.weight", f"预算执行率的分值为 {trimmed(weight)}，不应为负数")


@EVALUATION.check("weight.class", Level.WARNING, "各类分值与通行比例不同", basis=FORM_NOTES)
def classes_weigh_as_usual(subject: Evaluated) -> Iterator[Remark]:
    expected = expected_weights([row.row.level1 for row in subject.rows], subject.evaluation.scheme)
    if not expected or not _all_given(subject):
        return
    found: dict[str, Decimal] = dict.fromkeys(expected, Decimal(0))
    for row in subject.rows:
        name = class_of(row.row.level1)
        found[name] = found.get(name, Decimal(0)) + (row.result.weight or Decimal(0))
    if found != expected:
        usual = _usual(subject, expected)
        message = f"各类指标分值为{_told(found)}，计分办法为{_told(usual)}，请核对或说明原因"
        yield Remark("", message)


def _told(shares: dict[str, Decimal]) -> str:
    return "、".join(f"{name} {trimmed(points)}" for name, points in shares.items())


def _usual(subject: Evaluated, expected: dict[str, Decimal]) -> dict[str, Decimal]:
    """The weights to show: those expected of the classes that are there. Where one is missing that
    no form may lack, the scheme's whole table, for the points of that class are nobody's."""
    rules = subject.evaluation.scheme.weights
    table = rules.with_cost if set(expected) - set(rules.plain.shares) else rules.plain
    lacking = [name for name in table.shares if name not in expected and "满意" not in name]
    return table.shares if lacking else expected


@EVALUATION.check("weight.parent_child", Level.ERROR, "上下级指标重复计分", basis=OWN)
def parents_and_children_are_not_both_scored(subject: Evaluated) -> Iterator[Remark]:
    scored = [row for row in subject.rows if row.result.weight and row.row.readable("name")]
    numbers = {number: row for row in scored if (number := _number(row))}
    for row in scored:
        if _SUBTOTAL.match(row.row.name):
            message = (
                f"{row.label}是合计行，不应再有分值 {trimmed(row.result.weight or Decimal(0))}"
            )
            yield Remark(row.path("weight"), message)
    for number, parent in numbers.items():
        children = [
            child
            for other, child in numbers.items()
            if other.startswith(f"{number}.") and child.row.level1 == parent.row.level1
        ]
        if children:
            named = "、".join(child.label for child in children[:3])
            message = (
                f"{parent.label}和它的下级指标{named}都有分值，总分会重复计算，"
                f"请只保留一层的分值（上级 {trimmed(parent.result.weight or Decimal(0))}）"
            )
            yield Remark(parent.path("weight"), message)


def _number(row: ResultRow) -> str:
    """The row's place in a numbered tree: its code, or the number before its name."""
    code = row.result.code.strip()
    if _CODE.fullmatch(code):
        return code
    found = _NUMBERED.match(row.row.name)
    return found[1].replace("．", ".") if found else ""
