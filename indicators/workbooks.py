"""财政项目支出绩效目标申报表 read from its official sheet."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from typing import Any, cast

from indicators.documents import DeclarationDocument, IndicatorRow, is_leftover
from indicators.values import Comparison, print_value
from perfgoals.common.workbooks.filling import CellKind, Convert, Filled, fill
from perfgoals.common.workbooks.official import OfficialForm
from projects.documents import YUAN_PER_UNIT, MoneyUnit


def declaration_cell(path: str) -> CellKind:
    """What the cell of a path holds."""
    if path.startswith("funds."):
        return CellKind.AMOUNT
    return CellKind.DAY if path in ("project.start", "project.end") else CellKind.TEXT


def declaration_from(
    found: OfficialForm, before: DeclarationDocument | None = None
) -> Filled[DeclarationDocument]:
    """The 申报表 on a sheet, over what the form says now; what the sheet does not show stays."""
    data = before.as_json() if before else new_form(found)
    return fill(
        found,
        DeclarationDocument,
        data,
        kind_of=declaration_cell,
        join=joined_value,
        is_leftover=is_template_row,
        convert=amounts_between(found.money_unit, data["money_unit"]),
    )


def new_form(found: OfficialForm) -> dict[str, Any]:
    """What a form that is not kept yet begins with: what the sheet says it is."""
    data: dict[str, Any] = {"form": found.kind}
    if found.year is not None:
        data["year"] = found.year
    data["money_unit"] = found.money_unit or found.layout.money_unit
    return data


def amounts_between(source: str | None, target: str) -> Convert:
    """Takes amounts from the money unit that a sheet states to that of the document (exact)."""
    factor = Decimal(1)
    if source is not None:
        units = cast(MoneyUnit, source), cast(MoneyUnit, target)
        factor = YUAN_PER_UNIT[units[0]] / YUAN_PER_UNIT[units[1]]
    return lambda amount: amount * factor


_PLAIN = re.compile(r"[+-]?\d+(\.\d+)?")
_SIGNED = ("≥", "≤", ">", "<", "=", "≧", "≦")
_COMPARISONS = {
    "≥": Comparison.AT_LEAST, "≧": Comparison.AT_LEAST, ">=": Comparison.AT_LEAST,
    "大于等于": Comparison.AT_LEAST, "大于或等于": Comparison.AT_LEAST,
    "不低于": Comparison.AT_LEAST, "不少于": Comparison.AT_LEAST, "不小于": Comparison.AT_LEAST,
    ">": Comparison.GREATER, "大于": Comparison.GREATER, "高于": Comparison.GREATER,
    "≤": Comparison.AT_MOST, "≦": Comparison.AT_MOST, "<=": Comparison.AT_MOST,
    "小于等于": Comparison.AT_MOST, "小于或等于": Comparison.AT_MOST,
    "不高于": Comparison.AT_MOST, "不超过": Comparison.AT_MOST, "不大于": Comparison.AT_MOST,
    "<": Comparison.LESS, "小于": Comparison.LESS, "低于": Comparison.LESS,
    "=": Comparison.EQUAL, "==": Comparison.EQUAL, "等于": Comparison.EQUAL,
}  # fmt: skip
# What 指标性质 says of a target besides comparing it.
_NO_COMPARISON = frozenset({"", "定性", "定量", "定性指标", "定量指标", "正向", "反向", "其他"})
_NO_MEASURE = frozenset({"", "-", "—", "/", "无"})


def joined_value(comparison: str, value: str, measure: str) -> str | None:
    """A target or an actual value that stands in columns of its own (指标性质, 指标值, 度量单位; Sichuan's
    form) as one text: ``≥``, ``85``, ``%`` → 「≥85(%)」. None for a comparison that is none."""
    sign, unit = (_bare(part) for part in (comparison, measure))
    if sign not in _COMPARISONS and sign not in _NO_COMPARISON:
        return None
    bare = _bare(value)
    stated = None if bare.startswith(_SIGNED) else _COMPARISONS.get(sign)
    unit = "" if unit in _NO_MEASURE else unit.strip("()")
    number = bare.removesuffix(unit) if unit else bare
    if _PLAIN.fullmatch(number.replace(",", "")):
        return print_value(stated, Decimal(number.replace(",", "")), unit)
    joined = f"{stated.value if stated else ''}{value}"
    return joined if not unit or unit in bare else f"{joined}({unit})"


def _bare(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split())


def is_template_row(name: str, target: str) -> bool:
    """Whether a row with these is one of the blank template that nobody filled."""
    return is_leftover(IndicatorRow(name=name, target=target))
