"""The single provisions of a scheme: each a value with the place where it stands."""

from __future__ import annotations

from abc import ABC, abstractmethod
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_core import PydanticCustomError

from perfgoals.common.documents import Document, Text
from perfgoals.common.numbers import trimmed
from scoring.rules.rounding import RoundingMode


class Certainty(StrEnum):
    """How sure a provision is."""

    FOUND = "found"
    COMPUTED = "computed"
    MEMORY = "memory"
    OWN = "own"

    @property
    def label(self) -> str:
        return {
            "found": "见于公开文本或表格",
            "computed": "由公开的自评表推算",
            "memory": "未与原文核对",
            "own": "本系统的约定",
        }[self.value]


class Formula(StrEnum):
    """How a quantitative row that misses its target is scored."""

    RATIO = "ratio"
    INVERSE_RATIO = "inverse_ratio"
    EXCESS = "excess"
    NEAREST = "nearest"
    EXACT = "exact"

    @property
    def label(self) -> str:
        return {
            "ratio": "分值 × 实际 ÷ 目标",
            "inverse_ratio": "分值 × 目标 ÷ 实际",
            "excess": "按超出目标的部分扣分，到上限倍数为 0 分",
            "nearest": "不足时分值 × 实际 ÷ 目标，超出时分值 × 目标 ÷ 实际",
            "exact": "不相等不得分",
        }[self.value]


class Effect(StrEnum):
    """What follows when a target is far surpassed."""

    EXPLAIN = "explain"
    DEDUCT = "deduct"
    IGNORE = "ignore"

    @property
    def label(self) -> str:
        return {"explain": "应说明原因", "deduct": "扣分", "ignore": "不处理"}[self.value]


def _read_exact(value: object) -> Decimal:
    if isinstance(value, str | int | Decimal) and not isinstance(value, bool):
        try:
            number = Decimal(value)
        except InvalidOperation:
            pass
        else:
            if number.is_finite() and -20 < number.adjusted() < 20:
                return number
    raise PydanticCustomError("number", "应为数字，读到「{found}」", {"found": str(value)[:40]})


def _one_of(kind: type[StrEnum]) -> BeforeValidator:
    """A validator that reads a member of ``kind``, and names them all where it finds none."""

    def read(value: object) -> StrEnum:
        for member in kind:
            if value == member.value:
                return member
        expected = "、".join(member.value for member in kind)
        found = {"expected": expected, "found": str(value)[:40]}
        raise PydanticCustomError("choice", "应为 {expected} 之一，读到「{found}」", found)

    return BeforeValidator(read)


def _not_blank(text: str) -> str:
    if not text.strip():
        raise PydanticCustomError("blank", "不能为空", {})
    return text


Exact = Annotated[Decimal, BeforeValidator(_read_exact)]
FilledText = Annotated[Text, AfterValidator(_not_blank)]


class Provision(Document, ABC):
    """One thing that a scheme lays down, and where that stands."""

    source: FilledText
    certainty: Annotated[Certainty, _one_of(Certainty)]

    @abstractmethod
    def shown(self) -> str:
        """What is laid down, in Chinese, without its source."""


class Figure(Provision):
    """A number: points, per cent or a multiple, as the title of its member says."""

    value: Exact

    def shown(self) -> str:
        return trimmed(self.value)


class Switch(Provision):
    value: bool

    def shown(self) -> str:
        return "是" if self.value else "否"


class Rounding(Provision):
    """Decimals that are kept, and how the others are dropped."""

    places: Annotated[int, Field(ge=0, le=6)]
    mode: Annotated[RoundingMode, _one_of(RoundingMode)]

    def shown(self) -> str:
        return f"{self.places} 位小数，{self.mode.label}"


class ClassWeights(Provision):
    """Points of each level-1 class, named without 「指标」; a class that is not named has none."""

    shares: dict[str, Exact]

    def shown(self) -> str:
        return "，".join(f"{name} {trimmed(points)}" for name, points in self.shares.items())


class MissingClass(Provision):
    """The class that gets the points of classes which a form does not have."""

    to: FilledText

    def shown(self) -> str:
        return f"加给{self.to}"


class FormulaChoice(Provision):
    formula: Annotated[Formula, _one_of(Formula)]

    def shown(self) -> str:
        return self.formula.label


class ReadAs(Provision):
    """The sign as which a target without one is read."""

    sign: Literal["≥", "≤", "="]

    def shown(self) -> str:
        return f"按 {self.sign} 计"


class CompoundRule(Provision):
    """How the parts of a target that names several numbers make one score."""

    method: Literal["mean", "lowest"]

    def shown(self) -> str:
        return {"mean": "各项完成比例的平均", "lowest": "完成比例最低的一项"}[self.method]


class EffectChoice(Provision):
    effect: Annotated[Effect, _one_of(Effect)]

    def shown(self) -> str:
        return self.effect.label


class LevelInterval(Provision):
    """The part of the weight, in per cent, that a level allows. The lower end belongs to it, the
    upper one only where it is the whole weight."""

    label: FilledText
    low: Exact
    high: Exact

    def shown(self) -> str:
        return f"{self.label}：分值的 {trimmed(self.low)}%—{trimmed(self.high)}%"


class SatisfactionStep(Document):
    """An actual satisfaction (per cent) and the share of the weight (per cent) from there on."""

    at_least: Exact
    share: Exact


class SatisfactionRule(Provision):
    """ratio: as any other row. steps: by the table, whatever the target."""

    method: Literal["ratio", "steps"]

    def shown(self) -> str:
        return {"ratio": "与其他定量指标相同", "steps": "按分档表"}[self.method]


class SatisfactionTable(Provision):
    steps: list[SatisfactionStep]

    def shown(self) -> str:
        return "；".join(
            f"满意度 ≥{trimmed(step.at_least)}% 得分值的 {trimmed(step.share)}%"
            for step in self.steps
        )


class LateDeadline(Provision):
    """The level as which a deadline that was missed counts."""

    attainment: Literal["partial", "missed"]

    def shown(self) -> str:
        return {"partial": "按部分达成计", "missed": "按未达成计"}[self.attainment]


class Band(Provision):
    """A rating, and the total (points) from which it is given."""

    label: FilledText
    at_least: Exact

    def shown(self) -> str:
        return f"总分 ≥{trimmed(self.at_least)} 为{self.label}"


class CapStep(Document):
    """Below this execution rate (per cent) the total (points) is no more than that."""

    rate_below: Exact
    total_at_most: Exact


class ExecutionCaps(Provision):
    """Limits of the total by a low execution rate, the lowest rate first."""

    enabled: bool
    steps: list[CapStep]

    def shown(self) -> str:
        table = "；".join(
            f"执行率低于 {trimmed(step.rate_below)}% 总分不超过 {trimmed(step.total_at_most)}"
            for step in self.steps
        )
        return f"{'启用' if self.enabled else '未启用'}（{table}）"
