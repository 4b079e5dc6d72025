"""财政项目支出绩效自评表 as a document. Its JSON is the shape of ``fixtures/published``."""

from __future__ import annotations

from typing import Literal

from indicators.documents import IndicatorRow
from perfgoals.common.documents import Damage, Document, Number, Text
from projects.documents import MoneyUnit, Year

Attainment = Literal["achieved", "partial", "missed"]


class IndicatorResult(IndicatorRow):
    """A row of the self-evaluation. weight and score in points. ``attainment`` is the level that the
    preparer chose for a qualitative row (完成档次); ``code`` tells rows of one name apart."""

    actual: Text = ""
    weight: Number = None
    score: Number = None
    deviation_reason: Text = ""
    attainment: Attainment | None = None
    code: Text = ""
    damaged: dict[str, Damage] = {}


class EvaluatedProject(Document):
    name: Text = ""


class SpentFunds(Document):
    """One source of money, in the money unit of the form; the rate in per cent, as printed."""

    initial_budget: Number = None
    annual_budget: Number = None
    executed: Number = None
    execution_rate: Number = None


class TotalFunds(SpentFunds):
    """The row 年度资金总额, which alone is scored (points). The official layout has no cell for its
    ``deviation_reason``; it is kept beside the sheet."""

    weight: Number = None
    score: Number = None
    deviation_reason: Text = ""


class EvaluatedFunds(Document):
    total: TotalFunds = TotalFunds()
    appropriation: SpentFunds = SpentFunds()
    carryover: SpentFunds = SpentFunds()
    other: SpentFunds = SpentFunds()


class SelfEvaluationDocument(Document):
    """A whole 自评表. ``total_weight``, ``total_score`` and ``rating`` are what the form itself states;
    they are compared with what the rules give and never taken over."""

    form: Literal["self_evaluation"]
    source: str | None = None
    year: Year
    department: Text = ""
    unit: Text = ""
    project: EvaluatedProject = EvaluatedProject()
    money_unit: MoneyUnit = "元"
    funds: EvaluatedFunds = EvaluatedFunds()
    expected_goal: Text = ""
    actual_outcome: Text = ""
    indicators: list[IndicatorResult] = []
    total_weight: Number = None
    total_score: Number = None
    rating: Text | None = None
    damaged: dict[str, Damage] = {}
