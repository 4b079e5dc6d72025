"""The funds block: sums, signs, and the money unit that the figures speak for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from indicators.checks.basis import FORM_DECLARATION, OWN, PRACTICE_GOALS
from indicators.checks.form import REQUEST_LABELS, Form
from indicators.checks.register import DECLARATION, FORM, Declared
from perfgoals.common.findings import Level, Remark
from perfgoals.common.numbers import grouped
from projects.documents import MoneyUnit

# Amounts in 万元 are rounded to two decimals before they are printed, so each may be off by half of
# the last digit; amounts in 元 are exact.
ROUNDED_IN_WAN = Decimal("0.005")
# Above the first no project of a unit is likely in 万元, below the second none in 元. Own, after a
# checker of published forms (10,000 万元 in a small unit).
LARGEST_IN_WAN = Decimal(10_000)
SMALLEST_IN_YUAN = Decimal(1_000)


@dataclass(frozen=True, slots=True)
class Part:
    label: str
    number: Decimal | None


def sum_fault(
    label: str, total: Decimal | None, parts: Sequence[Part], unit: MoneyUnit
) -> tuple[str, Level | None] | None:
    """What is wrong with a total and its parts, in ``unit``; None when nothing is.

    A blank part is not given, which is not 0.00: without any part nothing can be said, and a part
    that is still blank may explain a total that is too large, so that is a warning only.
    """
    given = [(part.label, part.number) for part in parts if part.number is not None]
    blank = [part.label for part in parts if part.number is None]
    if not given:
        return None
    added = sum((number for _, number in given), Decimal(0))
    margin = ROUNDED_IN_WAN * (len(given) + 1) if unit == "万元" else Decimal(0)
    if total is not None and abs(total - added) <= margin:
        return None
    words = " + ".join(grouped(number) for _, number in given)
    named = "、".join(name for name, _ in given)
    equation = (
        f"{named}相加 {words} = {grouped(added)} {unit}"
        if len(given) > 1
        else (f"{named} {grouped(added)} {unit}")
    )
    if total is None:
        return f"{label}未填，而{equation}，应填 {grouped(added)}", None
    difference = total - added
    message = f"{label} {grouped(total)} {unit}，{equation}，相差 {grouped(abs(difference))}"
    if difference > 0 and blank:
        return f"{message}；{'、'.join(blank)}未填，请补填或改正", Level.WARNING
    return f"{message}，请改正", None


@DECLARATION.check(
    "funds.request_sum", Level.ERROR, "年度申请总额与各来源之和不等", basis=FORM_DECLARATION
)
def request_is_the_sum(declared: Declared) -> Iterator[Remark]:
    yield from _sum(declared, "annual_request", ("appropriation", "carryover", "other"))


@DECLARATION.check(
    "funds.project_sum", Level.ERROR, "项目资金总额与各来源之和不等", basis=FORM_DECLARATION
)
def project_total_is_the_sum(declared: Declared) -> Iterator[Remark]:
    yield from _sum(declared, "project_total", ("project_fiscal", "project_other"))


def _sum(declared: Declared, total: str, parts: tuple[str, ...]) -> Iterator[Remark]:
    funds = declared.document.funds
    fault = sum_fault(
        REQUEST_LABELS[total],
        getattr(funds, total),
        [Part(REQUEST_LABELS[part], getattr(funds, part)) for part in parts],
        declared.document.money_unit,
    )
    if fault:
        yield Remark(f"funds.{total}", *fault)


@DECLARATION.check(
    "funds.request_over_total", Level.WARNING, "年度申请超过项目总额", basis=FORM_DECLARATION
)
def request_stays_within_the_project(declared: Declared) -> Iterator[Remark]:
    document = declared.document
    total, request = document.funds.project_total, document.funds.annual_request
    if total is None or request is None or total == request:
        return
    unit = document.money_unit
    if request > total:
        message = (
            f"年度资金申请总额 {grouped(request)} {unit} 大于项目资金总额 {grouped(total)} {unit}，"
            f"多出 {grouped(request - total)}"
        )
        yield Remark("funds.annual_request", message)
        return
    start, end = document.project.start, document.project.end
    if start is not None and end is not None and start.year == end.year:
        message = (
            f"项目当年开始当年完成，项目资金总额 {grouped(total)} {unit} 与年度资金申请总额 "
            f"{grouped(request)} {unit} 不等，请核对"
        )
        yield Remark("funds.project_total", message, Level.HINT)


@DECLARATION.check("funds.project_blank", Level.HINT, "项目资金总额未填", basis=FORM_DECLARATION)
def project_total_is_given(declared: Declared) -> Iterator[Remark]:
    funds = declared.document.funds
    blank = funds.project_total is None and funds.project_fiscal is None
    if blank and funds.project_other is None and funds.annual_request is not None:
        request = f"{grouped(funds.annual_request)} {declared.document.money_unit}"
        message = f"年度资金申请总额为 {request}，项目资金总额及其来源未填"
        yield Remark("funds.project_total", message)


@FORM.check("funds.negative", Level.ERROR, "资金为负数", basis=PRACTICE_GOALS)
def amounts_are_not_negative(form: Form) -> Iterator[Remark]:
    for amount in form.amounts:
        if amount.number < 0:
            message = f"{amount.label} {grouped(amount.number)} {form.money_unit}为负数，请核对"
            yield Remark(amount.path, message)


@FORM.check("funds.unit_implausible", Level.WARNING, "金额与货币单位不相称", basis=OWN)
def amounts_fit_the_money_unit(form: Form) -> Iterator[Remark]:
    if not form.amounts:
        return
    largest = max(form.amounts, key=lambda amount: amount.number)
    shown = f"{largest.label} {grouped(largest.number)} {form.money_unit}"
    if form.money_unit == "万元" and largest.number > LARGEST_IN_WAN:
        limit = grouped(LARGEST_IN_WAN, 0)
        message = f"{shown}，超过 {limit} 万元（1 亿元），疑为按元填写，请核对货币单位"
        yield Remark(largest.path, message)
    elif form.money_unit == "元" and 0 < largest.number < SMALLEST_IN_YUAN:
        limit = grouped(SMALLEST_IN_YUAN, 0)
        message = f"{shown}，全表金额都不足 {limit} 元，疑为按万元填写，请核对货币单位"
        yield Remark(largest.path, message)
