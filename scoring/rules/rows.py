"""What the rules are told of an indicator row, and what they answer."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from indicators.values import Value
from scoring.rules.wording import Attainment

_QUOTED = 24  # characters of a cell that an explanation repeats


@dataclass(frozen=True, slots=True)
class Row:
    """An indicator row. weight and score in points, None where blank; ``attainment`` is the level
    that the preparer chose."""

    level1: str
    level2: str
    name: str
    target: Value
    actual: Value
    weight: Decimal | None
    score: Decimal | None
    attainment: Attainment | None = None

    def told(self) -> str:
        """Target and actual value, as an explanation names them."""
        return f"目标 {quoted(self.target.text)}，实际 {quoted(self.actual.text)}"


def quoted(text: str) -> str:
    """A cell in one line, cut where it is long."""
    line = " ".join(text.split())
    return line if len(line) <= _QUOTED else f"{line[:_QUOTED]}…"


class Method(StrEnum):
    """By what a score is suggested, or why none is."""

    FORMULA = "formula"
    ZERO_TARGET = "zero_target"
    STEPS = "steps"
    COMPOUND = "compound"
    DEADLINE = "deadline"
    LEVEL = "level"
    WORDS = "words"
    UNDECIDED = "undecided"
    OTHER_MEASURE = "other_measure"
    NOT_A_NUMBER = "not_a_number"
    BLANK = "blank"

    @property
    def label(self) -> str:
        return _LABELS[self]


_LABELS = {
    Method.FORMULA: "按比例",
    Method.ZERO_TARGET: "目标为 0",
    Method.STEPS: "按分档表",
    Method.COMPOUND: "多项目标",
    Method.DEADLINE: "按期限",
    Method.LEVEL: "按完成档次",
    Method.WORDS: "按文字",
    Method.UNDECIDED: "待选完成档次",
    Method.OTHER_MEASURE: "单位不同",
    Method.NOT_A_NUMBER: "不是数字",
    Method.BLANK: "未填",
}


class Interval(NamedTuple):
    """The points that a level allows: from ``low`` up to ``high``."""

    low: Decimal
    high: Decimal

    def allows(self, score: Decimal, weight: Decimal) -> bool:
        """The lower end belongs to the interval, the upper one only where it is the full weight."""
        return self.low <= score < self.high or score == self.high == weight


@dataclass(frozen=True, slots=True)
class Suggestion:
    """The score that the rules suggest for a row, and how it came about.

    score       points, None where none can be suggested
    met         is the target met? None where that cannot be told explanation one Chinese line that
                names the numbers
    interval    the points that the level allows, for a row that is judged by level
    attainment  the level, stated or read from the words
    fulfilment  actual as per cent of the target, cut at two decimals; None where they do not
                compare
    overfulfilled_from
                the limit of the scheme (per cent of the target) that the actual value has reached,
                120 or 130 as shipped; None below, and for a target that is an upper bound
    """

    score: Decimal | None
    met: bool | None
    method: Method
    explanation: str
    interval: Interval | None = None
    attainment: Attainment | None = None
    fulfilment: Decimal | None = None
    overfulfilled_from: Decimal | None = None
