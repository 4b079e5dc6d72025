"""Goals that no indicator covers."""

from __future__ import annotations

import re
from collections.abc import Iterator

from indicators.checks.basis import PRACTICE_GOALS
from indicators.checks.form import TextCell
from indicators.checks.goals import own_pairs, pairs_of
from indicators.values.words import quoted
from perfgoals.common.findings import Level, Remark
from scoring.checks.across.facts import Compared, FormFacts
from scoring.checks.across.register import EITHER, CrossRemark

# A goal is one to cover when it promises a piece of work; what only describes or hopes is not.
_VERB = "完成|编制|编写|形成|建立|建成|开发|购置|采购|召开|举办|出具|制定|修订|开展|启动|发布|培训"
_PROMISE = re.compile(
    rf"(?!为|并据此|经费|阶段|第.阶段|[\d.]+\s*[-—~至/年])[^，,：:]{{0,14}}?(?:{_VERB})"
)
_VERBS = re.compile(_VERB)
_NUMBER = r"\d{1,2}|[一二三四五六七八九十]"
_LEAD = re.compile(
    rf"^(?:[^：:。]{{0,8}}目标(?:包括)?[：:]|[（(]?(?:{_NUMBER})(?:[）)、.．]|是)(?!\d))\s*"
)
_ITEM = re.compile(
    r"[。；;\n]|(?<![\d.])(?=(?:[（(]\d{1,2}[）)]|\d{1,2}[、.．](?!\d)))|(?<=[：:，,。；\s])(?=[一二三四五六七八九十]是)"
)
# Own: fewer pairs of characters are too general to be traced, and a row covers an item when it has so
# much of the item's words, or the item so much of the row's (per cent).
FEWEST_PAIRS = 6
OF_THE_ROW = 30
OF_THE_ITEM = 15

QUOTED = 36  # characters of an item
MOST_QUOTED = 3  # items


@EITHER.check("across.goal_uncovered", Level.HINT, "目标没有对应指标", basis=PRACTICE_GOALS)
def goals_have_rows(subject: Compared) -> Iterator[Remark]:
    facts = subject.facts
    goal = facts.goals[-1]
    if not facts.rows or goal.path in facts.marks:
        return
    if any(not row.row.readable("name", "target") for row in facts.rows):
        return
    items = [item for item in _items(goal) if not _covered(item, facts)]
    if items:
        named = "、".join(quoted(item, QUOTED) for item in items[:MOST_QUOTED])
        more = "等" if len(items) > MOST_QUOTED else ""
        message = f"{goal.label}中 {len(items)} 处没有对应的指标：{named}{more}"
        yield CrossRemark(goal.path, message)


def _items(goal: TextCell) -> Iterator[str]:
    """The promises of a goal: its numbered points, or its sentences."""
    seen = set()
    for part in _ITEM.split(goal.text):
        item = part.strip()
        while (rest := _LEAD.sub("", item)) != item:
            item = rest
        if item not in seen and _PROMISE.match(item) and len(_content(item)) >= FEWEST_PAIRS:
            seen.add(item)
            yield item


def _content(text: str) -> set[str]:
    return pairs_of(_VERBS.sub(" ", text))


def _covered(item: str, facts: FormFacts) -> bool:
    wanted = _content(item)
    for row in facts.rows:
        words = own_pairs(row.row) | pairs_of(row.row.target)
        both = len(words & wanted)
        if both * 100 >= OF_THE_ROW * max(len(words), 1) or both * 100 >= OF_THE_ITEM * len(wanted):
            return True
    return False
