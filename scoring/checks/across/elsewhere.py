"""Other forms of the year: indicators of one name, and texts that were copied."""

from __future__ import annotations

from collections.abc import Iterator

from indicators.checks.basis import OWN, REVIEWERS
from indicators.values import Comparison, Kind, Value, print_value
from indicators.values.words import quoted
from perfgoals.common.findings import Level, Remark
from scoring.checks.across.comparing import is_easier, measures_differ
from scoring.checks.across.facts import Compared, Elsewhere, RowFacts
from scoring.checks.across.register import EITHER, OTHER_FORM, CrossRemark

# From here on a copy is a warning (per cent of the text). Own.
NEARLY_ALL = 90
_PER = "/"


@EITHER.check("across.other_measure", Level.HINT, "同名指标在其他表中用别的单位", basis=REVIEWERS)
def one_name_has_one_measure(subject: Compared) -> Iterator[Remark]:
    for row, targets in _rows(subject):
        others = [one for one in targets if measures_differ(row.value, _value(one))]
        # Where others use this measure too, the name simply is not one indicator.
        if others and len(others) == len(targets):
            first = max(others, key=lambda one: one.forms)
            message = (
                f"{row.row.label}本表指标值{quoted(row.row.target)}的单位是「{row.value.measure}」，"
                f"{_where(first, others)}用「{first.measure}」，同名指标宜用同一单位"
            )
            yield CrossRemark(row.path("target"), message, None, first.other)


@EITHER.check("across.easier_target", Level.HINT, "同名指标比其他表宽松", basis=REVIEWERS)
def one_name_asks_for_as_much(subject: Compared) -> Iterator[Remark]:
    for row, targets in _rows(subject):
        # Counts of two projects differ by nature; rates and unit costs can be compared.
        if not _is_relative(row.value):
            continue
        harder = [one for one in targets if is_easier(row.value, _value(one))]
        if sum(one.forms for one in harder) * 2 > sum(one.forms for one in targets):
            first = max(harder, key=lambda one: one.forms)
            message = (
                f"{row.row.label}本表指标值{quoted(row.row.target)}，"
                f"{_where(first, harder)}为「{_value(first).text}」，本表较宽松，请核对理由"
            )
            yield CrossRemark(row.path("target"), message, None, first.other)


def _rows(subject: Compared) -> Iterator[tuple[RowFacts, tuple[Elsewhere, ...]]]:
    for key, row in subject.facts.named.items():
        targets = subject.elsewhere.get(key, ())
        if targets and row.value.kind is Kind.QUANTITATIVE and row.row.readable("target"):
            yield row, targets


def _value(one: Elsewhere) -> Value:
    comparison = Comparison(one.comparison) if one.comparison else None
    text = print_value(comparison, one.number, one.measure)
    return Value(text, Kind.QUANTITATIVE, comparison, one.number, one.measure)


def _is_relative(value: Value) -> bool:
    return value.measure == "%" or _PER in value.measure


def _where(first: Elsewhere, all_of_them: list[Elsewhere]) -> str:
    forms = sum(one.forms for one in all_of_them)
    return OTHER_FORM if forms == 1 else f"{OTHER_FORM}等 {forms} 份表"


@EITHER.check("across.copied_text", Level.HINT, "文字与其他项目的表雷同", basis=OWN)
def texts_are_written_for_the_project(subject: Compared) -> Iterator[Remark]:
    for like in subject.likenesses:
        where = OTHER_FORM if like.others == 1 else f"{OTHER_FORM}等 {like.others} 份表"
        message = (
            f"{like.text.label}{quoted(like.text.text, 20)}有 {like.share}% 的文字与{where}相同，"
            "请核对是不是照抄"
        )
        level = Level.WARNING if like.share >= NEARLY_ALL else None
        yield CrossRemark(like.text.path, message, level, like.other)
