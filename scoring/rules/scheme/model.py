"""A scheme: its provisions by subject, and the years in which it is in force."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any, Self

from pydantic import BaseModel, Field, model_validator
from pydantic_core import PydanticCustomError

from perfgoals.common.documents import Document
from perfgoals.common.numbers import trimmed
from projects.documents import Year
from scoring.rules.scheme.provisions import (
    Band,
    Certainty,
    ClassWeights,
    CompoundRule,
    EffectChoice,
    ExecutionCaps,
    Figure,
    FilledText,
    Formula,
    FormulaChoice,
    LateDeadline,
    LevelInterval,
    MissingClass,
    Provision,
    ReadAs,
    Rounding,
    SatisfactionRule,
    SatisfactionTable,
    Switch,
)


class ExecutionRules(Document):
    weight: Figure = Field(title="预算执行率的分值")
    rate_rounding: Rounding = Field(title="执行率（%）的取舍")
    score_rounding: Rounding = Field(title="得分的取舍")
    capped_at_weight: Switch = Field(title="得分以分值为限")
    printed_without_budget: Figure = Field(title="预算数为 0 的资金来源，表上印的执行率（%）")
    reason_below: Figure = Field(title="执行率低于此数（%）应说明原因")


class WeightRules(Document):
    total: Figure = Field(title="满分")
    plain: ClassWeights = Field(title="不设成本指标时各类分值")
    with_cost: ClassWeights = Field(title="设成本指标时各类分值")
    missing_class: MissingClass = Field(title="没有设置的类别，其分值")


class QuantitativeRules(Document):
    at_least: FormulaChoice = Field(title="≥ 未达到时")
    greater: FormulaChoice = Field(title="> 未达到时")
    at_most: FormulaChoice = Field(title="≤ 未达到时")
    less: FormulaChoice = Field(title="< 未达到时")
    equal: FormulaChoice = Field(title="= 未达到时")
    bare: ReadAs = Field(title="没有比较符号的目标")
    bare_limit: ReadAs = Field(title="没有比较符号的成本、时限目标")
    excess_zero_from: Figure = Field(title="按超出部分扣分时，实际为目标的几倍得 0 分")
    zero_target_full_up_to: Figure = Field(title="目标为 0 时，实际不大于此数得满分，否则得 0 分")
    negative_actual_counts_as: Figure = Field(title="实际为负数时按此数计")
    compound: CompoundRule = Field(title="一格内有多个目标值时")

    @model_validator(mode="after")
    def _formulas_fit(self) -> Self:
        upward = {Formula.RATIO, Formula.EXACT}
        downward = {Formula.INVERSE_RATIO, Formula.EXCESS, Formula.EXACT}
        for choice, fitting in (
            (self.at_least, upward),
            (self.greater, upward),
            (self.at_most, downward),
            (self.less, downward),
            (self.equal, {Formula.NEAREST, Formula.EXACT}),
        ):
            if choice.formula not in fitting:
                message = "公式「{formula}」不适用于这个比较符号"
                raise PydanticCustomError("formula", message, {"formula": choice.formula.label})
        if self.excess_zero_from.value <= 1:
            raise PydanticCustomError("excess", "按超出部分扣分的上限倍数应大于 1", {})
        return self


class OverfulfilmentRules(Document):
    hint_from: Figure = Field(title="提示的起点（实际为目标的 %）")
    explain_from: Figure = Field(title="处理的起点（实际为目标的 %）")
    effect: EffectChoice = Field(title="处理办法")
    deducted_points: Figure = Field(title="选用扣分时扣去的分数")


class QualitativeRules(Document):
    achieved: LevelInterval = Field(title="第一档")
    partial: LevelInterval = Field(title="第二档")
    missed: LevelInterval = Field(title="第三档")


class SatisfactionRules(Document):
    method: SatisfactionRule = Field(title="计分方法")
    table: SatisfactionTable = Field(title="分档表")


@dataclass(frozen=True, slots=True)
class Entry:
    """A provision as a list of the scheme shows it."""

    path: str
    title: str
    shown: str
    source: str
    certainty: Certainty


class Scheme(Document):
    """A 计分办法. ``last_year`` None: still in force; ``default``: for years without their own."""

    id: FilledText
    name: FilledText
    issuer: FilledText
    basis: FilledText
    default: bool = False
    first_year: Year | None = None
    last_year: Year | None = None
    execution: ExecutionRules = Field(title="预算执行率")
    weights: WeightRules = Field(title="分值")
    quantitative: QuantitativeRules = Field(title="定量指标")
    overfulfilment: OverfulfilmentRules = Field(title="超额完成")
    qualitative: QualitativeRules = Field(title="定性指标")
    satisfaction: SatisfactionRules = Field(title="满意度指标")
    late_deadline: LateDeadline = Field(title="逾期完成")
    rating: Annotated[list[Band], Field(min_length=1)] = Field(title="评分等级")
    execution_caps: ExecutionCaps = Field(title="按执行率限制总分")

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        shared = self.weights.total.value - self.execution.weight.value
        for table in (self.weights.plain, self.weights.with_cost):
            if min(table.shares.values(), default=0) < 0 or sum(table.shares.values()) != shared:
                message = "各类分值合计应为满分减去执行率的分值 {shared}"
                raise PydanticCustomError("shares", message, {"shared": trimmed(shared)})
        if self.last_year is not None and (self.first_year or 0) > self.last_year:
            raise PydanticCustomError("years", "起始年度晚于终止年度", {})
        limits = [band.at_least for band in self.rating]
        if limits != sorted(set(limits), reverse=True):
            raise PydanticCustomError("bands", "评分等级应从高到低排列，界限不重复", {})
        levels = self.qualitative
        if not (
            0 <= levels.missed.low <= levels.missed.high <= levels.partial.high
            and levels.missed.high == levels.partial.low
            and levels.partial.high == levels.achieved.low
            and levels.achieved.high == 100  # per cent of the weight
        ):
            raise PydanticCustomError("levels", "定性指标的三个档次应首尾相接，到 100% 为止", {})
        return self

    def in_force(self, year: int) -> bool:
        """Is ``year`` among the years that the scheme names?"""
        if self.first_year is None and self.last_year is None:
            return False
        return (self.first_year or year) <= year <= (self.last_year or year)

    def years(self) -> str:
        """The years in force, in Chinese."""
        if self.default:
            return "没有专门办法的各年度"
        if self.last_year is None:
            return f"{self.first_year}年起"
        return (
            f"{self.first_year}—{self.last_year}年" if self.first_year else f"{self.last_year}年止"
        )

    def entries(self) -> Iterator[Entry]:
        """All provisions in the order of the scheme, each with its source."""
        return _entries(self, "", "")


def _entries(part: BaseModel, path: str, title: str) -> Iterator[Entry]:
    for name, field in type(part).model_fields.items():
        here = f"{path}.{name}" if path else name
        label = " · ".join(word for word in (title, field.title) if word)
        value: Any = getattr(part, name)
        members = [value] if isinstance(value, BaseModel) else value
        if not isinstance(members, list):
            continue
        for index, member in enumerate(members):
            place = here if member is value else f"{here}.{index}"
            if isinstance(member, Provision):
                yield Entry(place, label, member.shown(), member.source, member.certainty)
            elif isinstance(member, BaseModel):
                yield from _entries(member, place, label)
