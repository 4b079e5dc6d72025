"""The goal text held against the indicators and the funds."""

from __future__ import annotations

import operator
import re
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import chain

from indicators.checks.basis import OWN, PRACTICE_GOALS, REVIEWERS
from indicators.checks.form import Form, Row, TextCell
from indicators.checks.register import PROMISE
from indicators.values.words import folded, has_content, listed, normal, quoted
from perfgoals.common.findings import Level, Remark
from perfgoals.common.numbers import grouped

# A shorter passage comes twice in any text; this one makes up the most of what was pasted. Own.
PASTED_LENGTH = 30
# A goal that is shorter names nothing that an indicator could be traced to. Own.
TRACEABLE_LENGTH = 30

_HEAD = 5 * TRACEABLE_LENGTH

# A name with fewer words of its own is generic and fits any goal. Own.
OWN_PAIRS = 2

_GENERIC = re.compile(
    r"项目|指标|工作|任务|完成|情况|数量|质量|时间|及时|按时|按期|合格|准确|满意|进度|成本|单位|管理|效果|水平"
    r"|能力|开展|实施|相关|按计划|计划|年度|建设|报告|研究|要求|验收|通过|提升|提高|促进|改善|进一步|覆盖|评估|率|度|数|性"
)
_WORD = re.compile(r"[^\W\d_]+")
# What is counted on published forms.
_UNITS = (
    "份|家|个|辆次|万辆|辆|套|场|座|人次|人|台|期|块|篇|页|项|起|次|条|名|户|处|件|部|本|批|公里|平方米|吨"
    "|%|％"
)
_NUMBER = r"\d[\d,]{0,18}(?:\.\d{1,9})?"
# 「400~500套」 and 「400人~500人次」 are traced by either end. That no digit stands before the first is
# asked behind it, so that the search skips to digits.
_FIGURE = re.compile(
    r"(\d(?<![\d.,]\d)[\d,]{0,18}(?:\.\d{1,9})?)"
    rf"(?:[^\d\s]{{0,2}}?\s*[~～—－-]\s*({_NUMBER}))?\s*(万)?余?({_UNITS})"
)
_COUNTED = re.compile(rf"({_NUMBER})[\s(（]*(万)?")
# One character first, then what it may open, for the same reason.
_SKIP = re.compile(
    r"[《\d第](?:(?<=《)[^《》]*》|(?<=第)(?<!\d第)\s*\d{1,9}"
    r"|(?<=\d)(?<!\d\d)(?:\d{3}\s*年|\d{0,8}\s*个?(?:小时|分钟|工作日|月|年|季度)))"
)
_MONEY = re.compile(
    r"(?:预算|申请|资金|经费|总投资|总额|金额|拨款)[^。；;，,\d]{0,8}(?:人民币|约|共计|共|合计|为|：|:)?\s*"
    rf"({_NUMBER})\s*(万元|亿元|元)(?!/|／|每)"
)
_YUAN = {"元": Decimal(1), "万元": Decimal(10_000), "亿元": Decimal(100_000_000)}


@PROMISE.check("goal.pasted_twice", Level.WARNING, "目标文字重复粘贴", basis=OWN)
def goals_are_written_once(form: Form) -> Iterator[Remark]:
    for goal in form.goals:
        passage = repeated_passage(goal.text)
        if passage and form.readable(goal.path):
            where = f"从{quoted(passage, 16)}起的 {len(passage)} 个字"
            message = f"{goal.label}中{where}出现了两次，请删去重复部分"
            yield Remark(goal.path, message)


def repeated_passage(text: str) -> str:
    """The passage that stands twice in the text and makes up most of it; "" where there is none."""
    plain = "".join(text.split())
    if not _may_repeat(plain):
        return ""
    seen: dict[str, int] = {}
    again = 0
    while again + PASTED_LENGTH <= len(plain):
        start = seen.setdefault(plain[again : again + PASTED_LENGTH], again)
        if again - start < PASTED_LENGTH:
            again += 1
            continue
        length = _common_length(plain, start, again)
        if 3 * length >= len(plain):
            # A cut label before the passage (「总目标：」, 「阶段性目标：」) is no part of it.
            return re.sub(r"^[^：:]{0,6}[：:]", "", plain[start : start + length])
        again += length - PASTED_LENGTH + 1
    return ""


def _may_repeat(plain: str) -> bool:
    """Can a passage stand twice? A cheap question before a long search: a passage that makes up a third
    of the text covers a whole block of half that length, and the block comes again behind it."""
    block = max(PASTED_LENGTH, -(-len(plain) // 3)) // 2
    return any(
        plain.find(plain[start : start + block], start + block) >= 0
        for start in range(0, len(plain) - 2 * block + 1, block)
    )


def _common_length(text: str, start: int, again: int) -> int:
    length = PASTED_LENGTH
    while start + length < again and text[start + length : start + length + 1] == (
        text[again + length : again + length + 1] or None
    ):
        length += 1
    return length


@PROMISE.check("goal.same_as_overall", Level.HINT, "总目标与年度目标相同", basis=REVIEWERS)
def goals_differ(form: Form) -> Iterator[Remark]:
    if len(form.goals) < 2:
        return
    overall, annual = form.goals[0], form.goals[-1]
    if has_content(overall.text) and normal(overall.text) == normal(annual.text):
        message = f"{annual.label}与{overall.label}文字相同，年度目标应写本年度要完成的数量和程度"
        yield Remark(annual.path, message)


@PROMISE.check(
    "goal.row_untraceable", Level.HINT, "指标在目标文字中找不到依据", basis=PRACTICE_GOALS
)
def rows_come_from_the_goal(form: Form) -> Iterator[Remark]:
    if not form.goals_readable or not _is_traceable_in(form.goal_text):
        return
    told = [cell.text for cell in form.head if "project" in cell.path]
    known = folded(form.goal_text + "".join(told))
    speaking = [row for row in form.rows if _is_named(row)]
    rows = [
        row
        for row, words in zip(speaking, _own_words(speaking), strict=True)
        if _is_foreign(words, known)
    ]
    if rows:
        named = listed([row.name for row in rows])
        message = (
            f"{len(rows)} 条指标在目标文字中找不到对应内容（{named}），请核对目标与指标是否一致"
        )
        yield Remark(form.goals[-1].path, message)


def _is_named(row: Row) -> bool:
    """Has the row a name that a goal could speak of? Costs and satisfaction stand for themselves."""
    named = has_content(row.name) and row.readable("name")
    return named and not (row.is_of("成本") or row.is_of("满意"))


def _is_foreign(words: list[str], known: str) -> bool:
    """Has a name enough words of its own, and none of them is in the text (in one width and case)?"""
    own: set[str] = set()
    for pair in _pairs(words):
        if pair in known:
            return False
        own.add(pair)
    return len(own) >= OWN_PAIRS


def _is_traceable_in(text: str) -> bool:
    """Is the text long enough? Its head decides almost always; normalising a whole goal is dear."""
    head = normal(text[:_HEAD])
    return len(head) > TRACEABLE_LENGTH or len(normal(text)) >= TRACEABLE_LENGTH


def _own_words(rows: Sequence[Row]) -> list[list[str]]:
    """The words of each name but for those that any indicator has, in one width and case. The names are gone
    through as one text, each on a line of its own: there are twenty to a form."""
    names = "\n".join([row.name.replace("\n", " ") for row in rows])
    lines = folded(_GENERIC.sub(" ", names)).split("\n")
    return [_WORD.findall(line) for line in lines] if rows else []


def own_pairs(row: Row) -> set[str]:
    """Neighbouring characters of the name's own words."""
    return set(_pairs(*_own_words([row])))


def pairs_of(text: str) -> set[str]:
    """Neighbouring characters: the smallest piece of Chinese that carries a meaning."""
    return set(_pairs(_WORD.findall(folded(text))))


def _pairs(words: Iterable[str]) -> Iterator[str]:
    return chain.from_iterable(map(operator.add, word, word[1:]) for word in words)


@PROMISE.check(
    "goal.figure_without_row", Level.HINT, "目标中的数量没有对应指标", basis=PRACTICE_GOALS
)
def figures_of_the_goal_have_rows(form: Form) -> Iterator[Remark]:
    figures = [(goal, list(_figures(goal))) for goal in form.goals if form.readable(goal.path)]
    if not form.rows or not any(found for _, found in figures):
        return
    known = {number for row in form.rows for number in _all_numbers(f"{row.name} {row.target}")}
    for goal, found in figures:
        missing = [shown for numbers, shown in found if known.isdisjoint(numbers)]
        if missing:
            named = listed(missing, 6, "处")
            message = f"{goal.label}中的数量{named}没有对应的指标，请补设指标或核对目标"
            yield Remark(goal.path, message)


def _figures(goal: TextCell) -> Iterator[tuple[set[Decimal], str]]:
    """Each figure of the text once, with the numbers that it may be traced by."""
    found: dict[str, set[Decimal]] = {}
    for match in _FIGURE.finditer(_SKIP.sub(" ", goal.text)):
        times = 10_000 if match[3] else 1
        numbers = {_decimal(text) * times for text in (match[1], match[2]) if text}
        found.setdefault(match[0], numbers)
    for shown, numbers in found.items():
        yield numbers, shown


def _all_numbers(text: str) -> Iterator[Decimal]:
    for match in _COUNTED.finditer(text):
        number = _decimal(match[1])
        yield number * 10_000 if match[2] else number
        yield number


def _decimal(text: str) -> Decimal:
    return Decimal(text.replace(",", ""))


@PROMISE.check("goal.amount", Level.HINT, "文字中的金额与表中不符", basis=OWN)
def amounts_in_words_match(form: Form) -> Iterator[Remark]:
    amounts = form.yuan()
    told = [*form.goals, *([] if form.outcome is None else [form.outcome])]
    cells = [cell for cell in told if form.readable(cell.path)]
    if not amounts:
        return
    for cell in cells:
        for match in _MONEY.finditer(cell.text):
            number, unit = _decimal(match[1]), match[2]
            # What a text rounds to its last printed digit still matches.
            step = Decimal(1).scaleb(min(0, _exponent(number))) * _YUAN[unit]
            yuan = number * _YUAN[unit]
            if not any(abs(yuan - amount) < step for amount in amounts):
                largest = max(amounts)
                message = (
                    f"{cell.label}写{quoted(match[0])}，即 {grouped(yuan)} 元，与表中资金"
                    f"（{grouped(largest)} 元）对不上，请核对"
                )
                yield Remark(cell.path, message)


def _exponent(number: Decimal) -> int:
    exponent = number.as_tuple().exponent
    return exponent if isinstance(exponent, int) else 0
