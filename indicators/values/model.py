"""What a target or an actual value says, as one frozen value."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum


class Kind(StrEnum):
    """How a value can be judged. The words say what a person calls it."""

    QUANTITATIVE = "quantitative"
    DEADLINE = "deadline"
    COMPOUND = "compound"
    QUALITATIVE = "qualitative"
    BLANK = "blank"


class Comparison(StrEnum):
    """比较符号, as the forms print it."""

    AT_LEAST = "≥"
    GREATER = ">"
    AT_MOST = "≤"
    LESS = "<"
    EQUAL = "="


@dataclass(frozen=True, slots=True)
class Value:
    """A target (年度指标值) or an actual value (实际完成值) as read.

    text         exactly as printed
    kind         see ``Kind``; only a quantitative value is one number
    comparison   None where none is stated (「7家」)
    number       as printed, in ``measure``; None for words, dates and compound values. A time
                 limit from an event (「企业存证结束后3个工作日内」) is a deadline with a number
    measure      计量单位 as printed without the brackets around it: 「万辆」「元/辆」「套（件）」,
                 the per cent sign always as 「%」; empty when none is printed
    deadline     the last day meant, when it can be told; a number that is due by a day
                 (「2024年12月底前完成不少于20家」) is quantitative and has both
    approximate  约, 近, 余, 左右 and the like
    parts        the pieces of a compound value, in their order; empty otherwise
    """

    text: str
    kind: Kind
    comparison: Comparison | None = None
    number: Decimal | None = None
    measure: str = ""
    deadline: date | None = None
    approximate: bool = False
    parts: tuple[Value, ...] = ()
