"""How much a form that was handed in deserves a closer look: 0 to 100 points, each with its reason.

No circular says how to do this. The signs are those that reviewers are told to look for; how many points a
sign is worth is this system's own, and stands in one table with the source of each sign.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from perfgoals.common.numbers import percent, trimmed

MOST = 100
"""Points; more are not told apart."""

IN_FORCE_SINCE = date(2026, 1, 1)
"""The day from which the points below hold. Reviews that were open before are reckoned anew by
``manage.py reassess_reviews`` only."""


@dataclass(frozen=True, slots=True)
class Sign:
    """What one sign of risk is worth. each: points for one occurrence (or for one point of difference);
    most: points at the most, however often it occurs. source: where the sign comes from."""

    each: int
    most: int
    source: str


ERROR = Sign(20, 60, "检查结果：错误（财预〔2020〕10号、各地填表说明）")
WARNING = Sign(3, 24, "检查结果：警告（财预〔2020〕10号、各地填表说明）")
HINT = Sign(1, 8, "检查结果：提示（本系统）")
NO_RATE = Sign(10, 10, "执行率不能计算（预算数为 0 或未填），绩效系统通行做法")
OVERSPENT = Sign(10, 10, "执行数超过预算数，各地填表说明")
TOTAL_DIFFERS = Sign(5, 20, "总分应为各项得分之和（财预〔2020〕10号）")
ABOVE_SUGGESTED = Sign(2, 20, "得分按完成情况计算（财预〔2020〕10号），高于规则的部分")
UNLIKE_LAST_YEAR = Sign(1, 10, "与上年得分相差较大（绩效自评审核常见关注点）")
ALL_FULL = Sign(10, 10, "全部满分（决算公开中自评几乎全优，应予关注）")
OVER_FULFILLED = Sign(3, 12, "完成值远超目标而未说明（财预〔2020〕10号、绩效系统通行做法）")
NO_EVIDENCE = Sign(1, 8, "满分而无佐证材料（绩效系统通行做法）")
CROSS_FINDING = Sign(5, 20, "与其他表比对的结果（本系统）")
LATE = Sign(5, 5, "逾期送审（本系统）")

LOW_RATES: tuple[tuple[Decimal, Sign], ...] = (
    (Decimal(50), Sign(15, 15, "执行率低于 50% 总分不超过 59（单位绩效管理手册）")),
    (Decimal(70), Sign(10, 10, "执行率低于 70% 总分不超过 79（单位绩效管理手册）")),
    (Decimal(80), Sign(6, 6, "执行率低于 80% 总分不超过 89（单位绩效管理手册）")),
    (Decimal(90), Sign(3, 3, "执行率低于 90% 应说明原因（四川省填表说明）")),
)
"""Per cent below which an execution rate counts, the gravest first."""

LAST_YEAR_FROM = Decimal(5)
"""Points by which the total may differ from last year's without notice. This system's own."""

COUNTED_APART = frozenset({"total.all_full", "reason.over_fulfilled"})
"""Codes of findings that are signs of their own here: they do not count among the findings as well."""


class RiskLevel(StrEnum):
    """A span of points with a word for it. The limits are this system's own."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"

    @property
    def label(self) -> str:
        return {"high": "高", "medium": "中", "low": "低"}[self.value]

    @property
    def least(self) -> int:
        """The fewest points of the level."""
        return {"high": 50, "medium": 20, "low": 0}[self.value]

    @property
    def below(self) -> int:
        """The points that are too many for the level."""
        return {"high": MOST + 1, "medium": 50, "low": 20}[self.value]


def level_of(points: int) -> RiskLevel:
    """The level of those points."""
    return next(level for level in RiskLevel if points >= level.least)


@dataclass(frozen=True, slots=True)
class RiskFacts:
    """What is known of a form when it is handed in.

    errors, warnings, hints: open findings, those of COUNTED_APART left out. is_evaluated: whether it is a
    self-evaluation; only for one do the facts from ``rate`` to ``full_rows`` mean anything. rate: execution
    rate (per cent), None where there is none. stated_total, computed_total, suggested_total, last_total:
    points; as stated, as reckoned from the rows, as the rules suggest, and that of the year before; None
    where unknown. over_fulfilled: rows far above their target without a word. full_rows: rows with a full
    score; without_evidence: how many of them lack evidence. cross_findings: what comparing with other forms
    has found.
    """

    errors: int = 0
    warnings: int = 0
    hints: int = 0
    is_evaluated: bool = False
    rate: Decimal | None = None
    stated_total: Decimal | None = None
    computed_total: Decimal | None = None
    suggested_total: Decimal | None = None
    last_total: Decimal | None = None
    all_full: bool = False
    over_fulfilled: int = 0
    full_rows: int = 0
    without_evidence: int = 0
    cross_findings: int = 0
    is_late: bool = False


@dataclass(frozen=True, slots=True)
class Reason:
    """points, and the Chinese sentence that says what for."""

    points: int
    text: str


@dataclass(frozen=True, slots=True)
class Risk:
    """points: 0 to 100; reasons: the weightiest first."""

    points: int
    reasons: tuple[Reason, ...]

    @property
    def sentences(self) -> tuple[str, ...]:
        """Each reason with its points, and, where they come to more than counts, a last one to say so."""
        told = tuple(f"{reason.text}，计 {reason.points} 分" for reason in self.reasons)
        together = sum(reason.points for reason in self.reasons)
        if together > self.points:
            told += (f"以上合计 {together} 分，按最高 {MOST} 分计",)
        return told


def risk_of(facts: RiskFacts) -> Risk:
    """The risk of a form, by the table above."""
    reasons = [*_findings(facts)]
    if facts.is_evaluated:
        reasons += [*_money(facts), *_totals(facts), *_rows(facts)]
    if facts.cross_findings:
        text = f"与其他表比对发现 {facts.cross_findings} 处"
        reasons.append(_times(CROSS_FINDING, facts.cross_findings, text))
    if facts.is_late:
        reasons.append(Reason(LATE.each, "逾期送审"))
    counted = sorted((r for r in reasons if r.points), key=lambda reason: -reason.points)
    return Risk(min(MOST, sum(reason.points for reason in counted)), tuple(counted))


def _findings(facts: RiskFacts) -> list[Reason]:
    return [
        _times(sign, number, f"{label} {number} 处")
        for sign, number, label in (
            (ERROR, facts.errors, "错误"),
            (WARNING, facts.warnings, "警告"),
            (HINT, facts.hints, "提示"),
        )
        if number
    ]


def _money(facts: RiskFacts) -> list[Reason]:
    rate = facts.rate
    if rate is None:
        return [Reason(NO_RATE.each, "预算执行率无法计算")]
    if rate > 100:
        return [Reason(OVERSPENT.each, f"预算执行率 {percent(rate)}，超过 100%")]
    for limit, sign in LOW_RATES:
        if rate < limit:
            return [Reason(sign.each, f"预算执行率 {percent(rate)}，低于 {limit}%")]
    return []


def _totals(facts: RiskFacts) -> list[Reason]:
    computed = facts.computed_total
    if computed is None:
        return []
    reasons = []
    stated, suggested, last = facts.stated_total, facts.suggested_total, facts.last_total
    if stated is not None and stated != computed:
        told = f"自评总分 {trimmed(stated)}，按各项得分核算为 {trimmed(computed)}"
        reasons.append(_difference(TOTAL_DIFFERS, abs(stated - computed), told))
    if suggested is not None and computed > suggested:
        told = f"核算总分 {trimmed(computed)}，高于按规则的建议总分 {trimmed(suggested)}"
        reasons.append(_difference(ABOVE_SUGGESTED, computed - suggested, told))
    if last is not None and abs(computed - last) >= LAST_YEAR_FROM:
        told = f"核算总分 {trimmed(computed)}，上年 {trimmed(last)}"
        reasons.append(_difference(UNLIKE_LAST_YEAR, abs(computed - last), told))
    return reasons


def _rows(facts: RiskFacts) -> list[Reason]:
    reasons = []
    if facts.all_full:
        reasons.append(Reason(ALL_FULL.each, "各项指标全部满分"))
    if facts.over_fulfilled:
        told = f"完成值远超目标而未说明原因的有 {facts.over_fulfilled} 行"
        reasons.append(_times(OVER_FULFILLED, facts.over_fulfilled, told))
    if facts.without_evidence:
        told = f"满分的 {facts.full_rows} 行中 {facts.without_evidence} 行没有佐证材料"
        reasons.append(_times(NO_EVIDENCE, facts.without_evidence, told))
    return reasons


def _times(sign: Sign, number: int, text: str) -> Reason:
    points = min(sign.most, number * sign.each)
    how = f"每处 {sign.each} 分" if sign.each != sign.most else ""
    return Reason(points, _told(text, how, capped=number * sign.each > sign.most, sign=sign))


def _difference(sign: Sign, difference: Decimal, text: str) -> Reason:
    """A difference counts by the point, a begun one as a whole one from a half on, and at least once."""
    whole = max(1, int(difference.quantize(Decimal(1), ROUND_HALF_UP)))
    how = f"相差 {trimmed(difference)} 分，每相差 1 分计 {sign.each} 分"
    return Reason(
        min(sign.most, whole * sign.each),
        _told(text, how, capped=whole * sign.each > sign.most, sign=sign),
    )


def _told(text: str, how: str, *, capped: bool, sign: Sign) -> str:
    parts = [text, how, f"最多 {sign.most} 分" if capped else ""]
    return "，".join(part for part in parts if part)
