"""财政项目支出绩效目标申报表 as its official sheet."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal, localcontext

from indicators.documents import DeclarationDocument
from perfgoals.common.sheets import Layout, Sheet, build_sheet, shipped_layout
from perfgoals.common.sheets.engine import Convert
from projects.documents import MoneyUnit, from_yuan, to_yuan

_CENT = Decimal("0.01")


def money_converter(source: MoneyUnit, target: MoneyUnit) -> Convert:
    """Takes an amount from one money unit to another for printing: unchanged within one unit, else
    with two decimals, half up."""

    def convert(amount: Decimal) -> Decimal:
        if source == target:
            return amount
        with localcontext() as context:
            context.prec = 60
            moved = from_yuan(to_yuan(amount, source), target)
            assert moved is not None  # only None gives None
            return moved.quantize(_CENT, ROUND_HALF_UP)

    return convert


def declaration_sheet(document: DeclarationDocument, layout: Layout | None = None) -> Sheet:
    """The sheet of a 申报表, in ``layout`` or else in the shipped layout of its year.

    Raises DocumentError when the layout does not suit the document.
    """
    layout = layout or shipped_layout(document.form, document.year)
    return build_sheet(document, layout, money_converter(document.money_unit, layout.money_unit))


def booklet_title(document: DeclarationDocument) -> str:
    """The heading of the 汇总表 a declaration is published in (2024 and 2026 forms of
    上海市减污降碳管理运行技术中心): the one it was published under, else made the same way."""
    return document.summary_title or f"{document.unit}{document.year}年度项目绩效目标汇总表"
