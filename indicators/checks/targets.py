"""Targets that can be read but cannot be meant: beyond 100 %, no unit, wrong side, wrong unit."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache

from indicators.checks.basis import OWN, PRACTICE_GOALS
from indicators.checks.form import Form, Row
from indicators.checks.register import FORM, PROMISE
from indicators.checks.wording import is_rate
from indicators.values import Comparison, Value
from indicators.values.words import quoted
from perfgoals.common.findings import Level, Remark
from perfgoals.common.numbers import trimmed

WHOLE = Decimal(100)  # per cent

# One measure, spelt in several ways. Found on published forms and in units of form checkers.
SPELLINGS = (
    ("公里", "千米", "km"),
    ("平方米", "平米", "㎡", "m2", "m²"),
    ("平方公里", "平方千米", "km2", "km²"),
    ("小时", "时", "h"),
    ("分钟", "min"),
    ("天", "日"),
    ("吨", "t"),
    ("千克", "公斤", "kg"),
    ("米", "m"),
    ("元", "万元", "亿元", "千元"),
)

_USUAL_SPELLING = {word: spellings[0] for spellings in SPELLINGS for word in spellings}
_BRACKET_AT_END = re.compile(r"[（(][^（）()]*[）)]$")
_COUNT = re.compile(r"数量$|(?<![指分系参倍基函])数$")
_HIGHER_IS_BETTER = re.compile(
    r"(?:完成|合格|及时|达标|通过|覆盖|参与|准确|合规|满意|知晓|到位|使用|利用|上报|整改|公开|落实|达成"
    r"|优良|验收|办结|响应|保障|支撑|推送)(?:率|度)$"
)
_LOWER_IS_BETTER = re.compile(
    r"(?:错误|差错|事故|事故发生|事件发生|投诉|超标|违规|故障|流失|死亡|损耗|逾期|退件)率$"
)
_UPPER = (Comparison.AT_MOST, Comparison.LESS)
_LOWER = (Comparison.AT_LEAST, Comparison.GREATER)


def measure_of(value: Value) -> str:
    """The measure in half-width and lower case: 「％」 → 「%」."""
    return _folded(value.measure)


@lru_cache(maxsize=1024)  # measures are few and recur on every form
def _folded(measure: str) -> str:
    return unicodedata.normalize("NFKC", measure).strip().casefold()


def bare_name(row: Row) -> str:
    """The name without a bracket at its end: 「上线及时率（%）」 → 「上线及时率」."""
    name = row.name.strip()
    return _BRACKET_AT_END.sub("", name) if name.endswith(("）", ")")) else name


@PROMISE.check(
    "target.percent_over_100", Level.WARNING, "百分比目标超过 100%", basis=PRACTICE_GOALS
)
def percents_stay_within_the_whole(form: Form) -> Iterator[Remark]:
    for row, value, number in form.quantities:
        if measure_of(value) != "%":
            continue
        if number > WHOLE:
            message = (
                f"指标值{quoted(row.target)}为 {trimmed(number)}%，超过 100%，请核对数值和单位"
            )
            yield Remark(row.path("target"), message)
        elif number == WHOLE and value.comparison is Comparison.GREATER:
            message = f"指标值{quoted(row.target)}要求超过 100%，无法达到，应为 =100(%)"
            yield Remark(row.path("target"), message)


@PROMISE.check("target.zero", Level.WARNING, "零目标的比较符号不当", basis=PRACTICE_GOALS)
def zero_targets_can_be_missed(form: Form) -> Iterator[Remark]:
    for row, value, number in form.quantities:
        if number == 0 and value.comparison is Comparison.AT_LEAST:
            message = (
                f"指标值{quoted(row.target)}为 0 且用 ≥，任何结果都算完成，应写 =0 或换成目标数"
            )
            yield Remark(row.path("target"), message)
        elif number == 0 and value.comparison is Comparison.LESS:
            message = f"指标值{quoted(row.target)}要求小于 0，无法达到，应写 =0"
            yield Remark(row.path("target"), message)


@PROMISE.check("target.no_unit", Level.WARNING, "指标值缺计量单位", basis=PRACTICE_GOALS)
def numbers_have_units(form: Form) -> Iterator[Remark]:
    for row, value, number in form.quantities:
        if not value.measure and row.readable("name"):
            message = f"指标值{quoted(row.target)}没有计量单位，请在 {trimmed(number)} 后写明单位"
            yield Remark(row.path("target"), message)


@PROMISE.check("target.unit_spellings", Level.WARNING, "同一计量单位写法不一", basis=PRACTICE_GOALS)
def one_unit_is_spelt_one_way(form: Form) -> Iterator[Remark]:
    groups: dict[tuple[str, str], dict[str, Row]] = defaultdict(dict)
    for row, value, _ in form.quantities:
        head, _, tail = measure_of(value).partition("/")
        if head in _USUAL_SPELLING:
            # 元/份 beside 万元/月 measures two things; 元/份 beside 万元/份 one.
            groups[(_USUAL_SPELLING[head], tail)].setdefault(head, row)
    for (_, tail), found in groups.items():
        first, *others = sorted(found.items(), key=lambda item: item[1].index)
        for spelling, row in others:
            per = f"/{tail}" if tail else ""
            message = (
                f"{row.label}的计量单位是「{spelling}{per}」，"
                f"第 {first[1].index + 1} 行用「{first[0]}{per}」，宜统一"
            )
            yield Remark(row.path("target"), message)


@PROMISE.check("target.unit_unlike_name", Level.WARNING, "计量单位与名称不符", basis=OWN)
def units_fit_names(form: Form) -> Iterator[Remark]:
    for row, value, _ in form.quantities:
        unit = measure_of(value)
        if not row.readable("name") or not unit:
            continue
        if unit == "%" and _COUNT.search(bare_name(row)):
            message = f"{row.label}是数量，指标值{quoted(row.target)}却用 %，请核对计量单位"
            yield Remark(row.path("target"), message)
        elif unit not in ("%", "‰", "百分点") and "/" not in unit and is_rate(row.name):
            message = f"{row.label}是比率，指标值{quoted(row.target)}的单位却是「{value.measure}」"
            yield Remark(row.path("target"), f"{message}，应为 %")


@PROMISE.check("target.direction", Level.WARNING, "比较符号方向相反", basis=OWN)
def signs_point_the_right_way(form: Form) -> Iterator[Remark]:
    for row, value, _ in form.quantities:
        if measure_of(value) != "%" or not row.readable("name"):
            continue
        name = bare_name(row)
        if value.comparison in _UPPER and _HIGHER_IS_BETTER.search(name):
            yield _wrong_side(row, value, "高", "≥")
        elif value.comparison in _LOWER and _LOWER_IS_BETTER.search(name):
            yield _wrong_side(row, value, "低", "≤")


def _wrong_side(row: Row, value: Value, better: str, sign: str) -> Remark:
    used = f"指标值{quoted(row.target)}却用 {value.comparison}"
    return Remark(row.path("target"), f"{row.label}越{better}越好，{used}，应为 {sign} 或 =")


@FORM.check("target.deadline_outside_year", Level.WARNING, "指标时限不在本年度", basis=OWN)
def deadlines_fall_into_the_year(form: Form) -> Iterator[Remark]:
    for row in form.rows:
        deadline = row.value.deadline
        if deadline is None or deadline.year == form.year or not row.readable("target"):
            continue
        if form.end is not None and deadline > form.end:
            continue  # said by target.deadline_after_end
        message = f"指标值{quoted(row.target)}的时限 {deadline} 不在 {form.year} 年度内，请核对年份"
        yield Remark(row.path("target"), message)


@FORM.check(
    "target.deadline_after_end", Level.ERROR, "指标时限晚于项目完成日期", basis=PRACTICE_GOALS
)
def deadlines_come_before_the_end(form: Form) -> Iterator[Remark]:
    for row in form.rows:
        deadline = row.value.deadline
        if deadline is not None and form.end is not None and deadline > form.end:
            message = (
                f"指标值{quoted(row.target)}的时限 {deadline} 晚于项目计划完成日期 {form.end}，"
                "请改正其一"
            )
            yield Remark(row.path("target"), message)
