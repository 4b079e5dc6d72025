"""Cost indicators: ceilings, of their own content, and within the money that is asked for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from indicators.checks.basis import OWN, PRACTICE_GOALS
from indicators.checks.form import Form, Row
from indicators.checks.register import DECLARATION, PROMISE, Declared
from indicators.values import Comparison, Kind, base_amount
from indicators.values.words import quoted
from perfgoals.common.findings import Level, Remark
from perfgoals.common.numbers import grouped, trimmed
from projects.documents import to_yuan

_EXECUTION = re.compile(r"(?:预算|资金|经费|支出)(?:的)?(?:执行|支出)(?:率|进度)")
_WITHIN_BUDGET = re.compile(r"(?:不超过?|小于|低于|未超出?|控制在).{0,6}(?:预算|拨付|批复|资金)")
_COST_ENDING = re.compile(r"(?:单位成本|单月服务成本|服务成本|成本|单价|费用)(?:控制数?)?$")


def repeats_the_budget(row: Row) -> bool:
    """Does the row only say once more that the budget be kept or spent?"""
    if _EXECUTION.search(row.name):
        return True
    return row.is_of("成本") and _WITHIN_BUDGET.search(row.target) is not None


@PROMISE.check("cost.repeats_budget", Level.WARNING, "指标只重复预算执行", basis=OWN)
def cost_indicators_say_something_new(form: Form) -> Iterator[Remark]:
    for row in form.rows:
        if repeats_the_budget(row) and row.readable("name", "target"):
            advice = "宜改为单位成本等成本控制数" if row.is_of("成本") else "宜换成其他指标"
            shown = f"{row.label}（{quoted(row.target)}）"
            message = f"{shown}只重复了预算执行，执行率已单独计分，{advice}"
            yield Remark(row.path("name"), message)


@PROMISE.check("cost.direction", Level.WARNING, "成本指标用了 ≥", basis=PRACTICE_GOALS)
def costs_have_ceilings(form: Form) -> Iterator[Remark]:
    for row in form.rows:
        sign = row.value.comparison
        if (
            row.is_of("成本")
            and sign in (Comparison.AT_LEAST, Comparison.GREATER)
            and row.readable("target", "level1", "level2")
            and not repeats_the_budget(row)
        ):
            message = f"成本指标{row.label}的指标值{quoted(row.target)}用了 {sign}，控制成本应为 ≤"
            yield Remark(row.path("target"), message)


@DECLARATION.check(
    "cost.over_request", Level.WARNING, "成本控制数合计超过申请", basis=PRACTICE_GOALS
)
def costs_fit_the_request(declared: Declared) -> Iterator[Remark]:
    document, rows = declared.document, declared.form.rows
    request = to_yuan(document.funds.annual_request, document.money_unit)
    if request is None or request <= 0:
        return
    ceilings = cost_ceilings(rows)
    if ceilings is not None and ceilings[0] > request:
        total, shown = ceilings
        message = (
            f"按成本控制数计算 {shown} 元，超过年度资金申请总额 {grouped(request)} 元，"
            f"相差 {grouped(total - request)} 元"
        )
        yield Remark("funds.annual_request", message)


def cost_ceilings(rows: tuple[Row, ...]) -> tuple[Decimal, str] | None:
    """What the cost rows come to together (元), and how: 「1,500×20 + 800,000.00 = 830,000.00」. None
    where no row tells."""
    terms = [term for row in rows if (term := _cost_in_yuan(row, rows)) is not None]
    if not terms:
        return None
    total = sum((amount for amount, _ in terms), Decimal(0))
    sums = " + ".join(words for _, words in terms)
    return total, sums if sums == grouped(total) else f"{sums} = {grouped(total)}"


def _cost_in_yuan(row: Row, rows: tuple[Row, ...]) -> tuple[Decimal, str] | None:
    """What a cost row comes to, and how: an amount, or a unit cost times the one quantity that goes
    with it. None where that cannot be told."""
    if not row.is_of("成本") or row.value.kind is not Kind.QUANTITATIVE:
        return None
    base = base_amount(row.value)
    if base is None:
        return None
    amount, measure = base
    money, _, per = measure.partition("/")
    if money != "元":
        return None
    if not per:
        return amount, grouped(amount)
    quantity = _quantity_for(row, per, rows)
    if quantity is None:
        return None
    return amount * quantity, f"{trimmed(amount)}×{trimmed(quantity)}"


def _quantity_for(cost: Row, per: str, rows: tuple[Row, ...]) -> Decimal | None:
    """The target of the only quantity row with that unit and with the name of the cost row."""
    stem = _COST_ENDING.sub("", cost.name.strip())
    found = []
    for row in rows if stem else ():
        counts = row.is_of("数量") and row.value.kind is Kind.QUANTITATIVE
        if counts and row.name.strip().startswith(stem):
            base = base_amount(row.value)
            if base is not None and base[1] == per:
                found.append(base[0])
    return found[0] if len(found) == 1 else None
