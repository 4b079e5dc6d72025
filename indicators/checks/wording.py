"""Words in place of measures: vague targets, too many qualitative ones, goals without a figure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal

from indicators.checks.basis import OWN, PRACTICE_GOALS, REVIEWERS
from indicators.checks.form import Form, Row
from indicators.checks.names import repeats_name
from indicators.checks.register import PROMISE
from indicators.values import Kind
from indicators.values.words import has_content, listed, quoted
from perfgoals.common.findings import Level, Remark
from perfgoals.common.numbers import trimmed

# Found in a form checker in use and in what reviewers criticise; the list may grow.
VAGUE = (
    *("进一步", "有效", "显著", "明显", "大幅", "逐步", "不断", "持续", "稳步", "加强", "增强"),
    *("强化", "深化", "提升", "提高", "促进", "改善", "优化", "完善", "良好", "较好"),
)
# These two are vague as the verb of a clause, not inside a name (协调推进联席会议).
VAGUE_VERBS = ("推进", "推动")
# Own; no circular names a limit.
QUALITATIVE_SHARE = Decimal(60)
FEWEST_ROWS_FOR_SHARE = 4

# Every branch opens with its word, not with what must stand before it: the search skips to those words.
_VAGUE = re.compile(
    "|".join([*VAGUE, *(rf"{verb}(?<![^,，。；;、\s]{verb})" for verb in VAGUE_VERBS)])
)
# One character first, then what it may open: so the search skips to these characters.
_NO_FIGURE = re.compile(
    r"[《〔\[\dPC（(](?:(?<=《)[^《》]*》|(?<=[〔\[])\d{4}[〕\]]"
    r"|(?<=\d)\d{3}\s*(?:[-—~至]\s*\d{4}\s*)?年度?|(?<=\d)(?<!\d\d)\d?[、.．](?!\d)"
    r"|(?<=P)M\s?(?:2\.5|10)|(?<=C)O2|(?<=[（(])\d+[）)])"
)
_DIGIT = re.compile(r"[\d一二三四五六七八九十两百千]")
_FIGURE = re.compile(r"\d|[一二三四五六七八九十两百千]\s*[项个份次家套场期]")


def has_number(text: str) -> bool:
    """Is there a figure, other than that of a title, a year, a substance or a list (1、2、)?"""
    return _DIGIT.search(text) is not None and _FIGURE.search(_NO_FIGURE.sub("", text)) is not None


def is_vague(row: Row) -> bool:
    """Words without a measure; a target that only repeats the name is held against that instead."""
    return (
        row.value.kind is Kind.QUALITATIVE
        and _VAGUE.search(row.target) is not None
        and not repeats_name(row)
        and not has_number(row.target)
    )


@PROMISE.check("target.vague", Level.WARNING, "指标值用词笼统", basis=REVIEWERS)
def targets_can_be_measured(form: Form) -> Iterator[Remark]:
    for row in form.rows:
        if is_vague(row) and row.readable("target"):
            words = list(dict.fromkeys(_VAGUE.findall(row.target)))
            used = (
                "" if "".join(words) == row.target.strip() else f"用了{listed(words, 6, '个词')}，"
            )
            message = f"指标值{quoted(row.target)}{used}没有数量，请写明可衡量的数值或可核对的标准"
            yield Remark(row.path("target"), message)


@PROMISE.check("target.rate_without_number", Level.WARNING, "比率没有数值", basis=OWN)
def rates_have_numbers(form: Form) -> Iterator[Remark]:
    for row in form.rows:
        if (
            row.value.kind is Kind.QUALITATIVE
            and is_rate(row.name)
            and has_content(row.target)
            and not has_number(row.target)
            and row.readable("name", "target")
        ):
            message = f"{row.label}是比率，指标值却是文字{quoted(row.target)}，应写百分比的数值"
            yield Remark(row.path("target"), message)


_RATE = re.compile(
    r"率(?<![频效功速汇利税]率)(?:\s*[（(][^（）()]*[)）])?$|(?:比例|占比|百分比|比率)$"
)


def is_rate(name: str) -> bool:
    """Does the name end as that of a ratio does: …率, …比例, …率（%）; not 频率, 效率?"""
    return _RATE.search(name.strip()) is not None


@PROMISE.check("rows.qualitative_share", Level.HINT, "定性指标偏多", basis=PRACTICE_GOALS)
def enough_is_measured(form: Form) -> Iterator[Remark]:
    rows = [row for row in form.rows if has_content(row.target) and row.readable("target")]
    words = [row for row in rows if row.value.kind is Kind.QUALITATIVE]
    if len(rows) < FEWEST_ROWS_FOR_SHARE:
        return
    share = (Decimal(len(words) * 100) / len(rows)).quantize(Decimal("0.1"), ROUND_HALF_UP)
    if share > QUALITATIVE_SHARE:
        yield Remark(
            "",
            f"{len(rows)} 条指标中 {len(words)} 条是定性指标，占 {trimmed(share)}%，"
            f"超过 {QUALITATIVE_SHARE}%，宜增加可量化的指标",
        )


@PROMISE.check("goal.no_figure", Level.HINT, "目标文字没有数量", basis=REVIEWERS)
def goals_name_figures(form: Form) -> Iterator[Remark]:
    goal = form.goals[-1]
    if not form.readable(goal.path) or has_number(goal.text):
        return
    found = list(dict.fromkeys(_VAGUE.findall(goal.text)))
    if found:
        used = listed(found, 4, "个词")
        message = f"{goal.label}用了{used}，没有一个数量，宜写明要完成的数量和达到的程度"
        yield Remark(goal.path, message)
