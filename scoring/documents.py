"""财政项目支出绩效自评表 as a document. Its JSON is the shape of ``fixtures/published``."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from indicators.documents import DeclarationDocument, IndicatorRow
from perfgoals.common.documents import (
    Amount,
    Damage,
    Document,
    DocumentError,
    Points,
    Rate,
    ShapeError,
    Text,
)
from projects.documents import MoneyUnit, Year

Attainment = Literal["achieved", "partial", "missed"]


class IndicatorResult(IndicatorRow):
    """A row of the self-evaluation. weight and score in points. ``attainment`` is the level that the
    preparer chose for a qualitative row (完成档次); ``code`` tells rows of one name apart."""

    actual: Text = ""
    weight: Points = None
    score: Points = None
    deviation_reason: Text = ""
    attainment: Attainment | None = None
    code: Text = ""
    damaged: dict[str, Damage] = Field(default_factory=dict)


class EvaluatedProject(Document):
    name: Text = ""


class SpentFunds(Document):
    """One source of money, in the money unit of the form; the rate in per cent, as printed."""

    initial_budget: Amount = None
    annual_budget: Amount = None
    executed: Amount = None
    execution_rate: Rate = None


class TotalFunds(SpentFunds):
    """The row 年度资金总额, which alone is scored (points). The official layout has no cell for its
    ``deviation_reason``; it is kept beside the sheet."""

    weight: Points = None
    score: Points = None
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
    total_weight: Points = None
    total_score: Points = None
    rating: Text | None = None
    damaged: dict[str, Damage] = Field(default_factory=dict)


FormDocument = DeclarationDocument | SelfEvaluationDocument

_KINDS: dict[str, type[DeclarationDocument] | type[SelfEvaluationDocument]] = {
    "declaration": DeclarationDocument,
    "self_evaluation": SelfEvaluationDocument,
}


def read_form(data: Any, *, kept: bool = False) -> FormDocument:
    """The form in ``data``, of the kind that its ``form`` names; kept: as the tables would give it back, see
    ``Document.as_kept``. Raises DocumentError."""
    if not isinstance(data, dict):
        raise DocumentError([ShapeError("", "model_type", "应为一份表（一组名称和值）")])
    kind = data.get("form")
    if not isinstance(kind, str) or kind not in _KINDS:
        message = "应为 declaration（申报表）或 self_evaluation（自评表）"
        raise DocumentError([ShapeError("form", "form_kind", message)])
    return _KINDS[kind].read(data, kept=kept)
