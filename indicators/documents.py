"""财政项目支出绩效目标申报表 as a document. Its JSON is the shape of ``fixtures/published``."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from indicators.values.words import has_content, is_template_name
from perfgoals.common.documents import Amount, Damage, Day, Document, Text
from projects.documents import MoneyUnit, Year


class IndicatorRow(Document):
    """One row of the indicator tree as both forms have it."""

    level1: Text = ""
    level2: Text = ""
    name: Text = ""
    target: Text = ""


def is_leftover(row: IndicatorRow) -> bool:
    """A row of the blank template that nobody filled: no target, and no name of its own."""
    unnamed = not has_content(row.name) or is_template_name(row.name)
    return unnamed and not has_content(row.target)


class DeclaredIndicator(IndicatorRow):
    """A row of the declaration. ``code`` tells rows of one name apart."""

    code: Text = ""
    damaged: dict[str, Damage] = Field(default_factory=dict)


class DeclaredProject(Document):
    name: Text = ""
    nature: Text = ""
    category: Text = ""
    start: Day = None
    end: Day = None


class RequestedFunds(Document):
    """The funds block, in the money unit of the form. ``project_…`` is its left column
    (项目资金总额, 其中财政资金, 其他资金), the rest its right column (年度资金申请总额 and its parts)."""

    project_total: Amount = None
    project_fiscal: Amount = None
    project_other: Amount = None
    annual_request: Amount = None
    appropriation: Amount = None
    carryover: Amount = None
    other: Amount = None


class DeclarationDocument(Document):
    """A whole 申报表."""

    form: Literal["declaration"]
    source: str | None = None
    summary_title: Text = ""
    year: Year
    department: Text = ""
    unit: Text = ""
    project: DeclaredProject = DeclaredProject()
    money_unit: MoneyUnit = "元"
    funds: RequestedFunds = RequestedFunds()
    overall_goal: Text = ""
    annual_goal: Text = ""
    indicators: list[DeclaredIndicator] = []
    damaged: dict[str, Damage] = Field(default_factory=dict)
