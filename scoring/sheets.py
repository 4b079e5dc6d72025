"""财政项目支出绩效自评表 as its official sheet, and the sheet of either form."""

from __future__ import annotations

from indicators.documents import DeclarationDocument
from indicators.sheets import booklet_title as declaration_booklet_title
from indicators.sheets import declaration_sheet, money_converter
from perfgoals.common.sheets import Layout, Sheet, build_sheet, shipped_layout
from scoring.documents import FormDocument, SelfEvaluationDocument


def evaluation_sheet(document: SelfEvaluationDocument, layout: Layout | None = None) -> Sheet:
    """The sheet of a 自评表, in ``layout`` or else in the shipped layout of its year.

    Raises DocumentError when the layout does not suit the document.
    """
    layout = layout or shipped_layout(document.form, document.year)
    return build_sheet(document, layout, money_converter(document.money_unit, layout.money_unit))


def form_sheet(document: FormDocument, layout: Layout | None = None) -> Sheet:
    """The sheet of either form. Raises DocumentError when the layout does not suit the document."""
    if isinstance(document, DeclarationDocument):
        return declaration_sheet(document, layout)
    return evaluation_sheet(document, layout)


def booklet_title(document: FormDocument) -> str:
    """The heading of the 汇总表 that the form belongs to."""
    if isinstance(document, DeclarationDocument):
        return declaration_booklet_title(document)
    return f"{document.unit}{document.year}年度项目绩效自评表汇总表"
