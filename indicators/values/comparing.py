"""Target against actual: one scale for both numbers, and whether the target is met."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Context, Decimal

from indicators.values.folding import fold
from indicators.values.measures import is_money, is_time, normalised, scale
from indicators.values.model import Comparison, Kind, Value
from indicators.values.reading import first_day

_EXACT = Context(prec=400)  # wider than any number that is read: a shift never rounds
_ABOUT = Decimal("0.1")
"""An approximate number may be off by a tenth: a reading convention, not taken from a circular."""

# Units of one kind, as so many of the smallest.
_KIN = {
    "秒": ("秒", 1),
    "分钟": ("秒", 60),
    "小时": ("秒", 3600),
    "米": ("毫米", 1000),
    "厘米": ("毫米", 10),
    "毫米": ("毫米", 1),
    "吨": ("克", 1_000_000),
    "克": ("克", 1),
    "立方米": ("升", 1000),
    "升": ("升", 1),
}
_EITHER = re.compile(r"([^()/]+)\(([^()/]+)\)(.*)", re.DOTALL)
_MORE = re.compile(r"[0-9](?:万亿|[十百千]?[万亿]|千)?[余多+]")
_NEARLY = re.compile(r"(?:近|接近)\s*[0-9]")


def base_amount(value: Value) -> tuple[Decimal, str] | None:
    """Number and measure with 千, 万, 亿 multiplied out and the measure in one spelling:
    「≥20.00(万辆)」 gives 200000.00 and 辆, 「5‰」 0.5 and %. None when the value has no number."""
    if value.number is None:
        return None
    found = scale(value.measure)
    return _shifted(value.number, found.power), found.unit


def comparable(target: Value, actual: Value) -> tuple[Decimal, Decimal] | None:
    """Both numbers on one scale, target first; None when one has no number or the units differ.

    In one measure the numbers stay as printed. A missing unit is taken to be the other's, as
    printed (「60」 for 「≥25个」). A percentage goes only with a percentage or a bare number.
    套（件） goes with 套 and with 件, 分钟 with 小时, 万元 with 元."""
    if target.number is None or actual.number is None:
        return None
    if not target.measure or not actual.measure:
        return target.number, actual.number
    if normalised(target.measure) == normalised(actual.measure):
        return target.number, actual.number
    wanted, reached = scale(target.measure), scale(actual.measure)
    numbers = _shifted(target.number, wanted.power), _shifted(actual.number, reached.power)
    if _go_together(wanted.unit, reached.unit):
        return numbers
    one, other = _KIN.get(wanted.unit), _KIN.get(reached.unit)
    if one is None or other is None or one[0] != other[0]:
        return None
    return _EXACT.multiply(numbers[0], one[1]), _EXACT.multiply(numbers[1], other[1])


def is_met(target: Value, actual: Value) -> bool | None:
    """Whether the actual value reaches the target; None when the two values alone cannot tell.

    - A number without comparison is a floor: 「40个」 is met by 「113」, as printed with full
      marks in 土壤固废化学品污染防治 (2020). A bare 0 is a ceiling (「0起」); a bare length of
      time (「10个工作日」) or amount of money may be either: only the same number is certain.
    - An actual value that is itself a bound (「>80%」 for 「≥80%」) or approximate
      (「2000余人次」) decides only where every number it may stand for gives the same answer.
    - Dates: on or before the last day meant. An actual month that ends after the day wanted but
      begins before it tells nothing.
    - The target's text copied as actual value, and words such as 达成指标, are for the rules."""
    copied = fold(target.text).split() == fold(actual.text).split()
    if copied and (target.number is None or target.comparison is not None):
        return None
    if target.number is None and actual.number is None:
        return _in_time(target, actual)
    pair = comparable(target, actual)
    if pair is None:
        return None
    wanted, reached = pair
    comparison = target.comparison
    if comparison is None and wanted != 0 and _either_way(target.measure):
        certain = wanted == reached and not actual.approximate and actual.comparison is None
        return True if certain else None
    if comparison is None:
        comparison = Comparison.AT_MOST if wanted == 0 else Comparison.AT_LEAST
    met = _Span.of(comparison, wanted).holds(_possible(actual, reached))
    if met is False and target.approximate:
        lenient = _possible(target, wanted)
        if not _disjoint(lenient, _possible(actual, reached)):
            return None
    return met


def _either_way(measure: str) -> bool:
    """Whether less of it may be as good as more."""
    return is_time(measure) or is_money(measure)


@dataclass(frozen=True, slots=True)
class _Span:
    """Numbers between two ends, None for an open end; whether the ends belong to it."""

    low: Decimal | None
    high: Decimal | None
    with_low: bool = True
    with_high: bool = True

    @classmethod
    def of(cls, comparison: Comparison | None, number: Decimal) -> _Span:
        if comparison is Comparison.AT_LEAST:
            return cls(number, None)
        if comparison is Comparison.GREATER:
            return cls(number, None, with_low=False)
        if comparison is Comparison.AT_MOST:
            return cls(None, number)
        if comparison is Comparison.LESS:
            return cls(None, number, with_high=False)
        return cls(number, number)

    def holds(self, other: _Span) -> bool | None:
        """True when all of ``other`` lies in it, False when nothing does, None in between."""
        if _disjoint(self, other):
            return False
        inside = not _begins_before(other, self) and not _ends_after(other, self)
        return True if inside else None


def _begins_before(one: _Span, other: _Span) -> bool:
    if other.low is None:
        return False
    if one.low is None or one.low < other.low:
        return True
    return one.low == other.low and one.with_low and not other.with_low


def _ends_after(one: _Span, other: _Span) -> bool:
    if other.high is None:
        return False
    if one.high is None or one.high > other.high:
        return True
    return one.high == other.high and one.with_high and not other.with_high


def _disjoint(one: _Span, other: _Span) -> bool:
    return _all_below(one, other) or _all_below(other, one)


def _all_below(one: _Span, other: _Span) -> bool:
    if one.high is None or other.low is None:
        return False
    if one.high == other.low:
        return not (one.with_high and other.with_low)
    return one.high < other.low


def _possible(value: Value, number: Decimal) -> _Span:
    """The numbers that a value may stand for."""
    if not value.approximate:
        return _Span.of(value.comparison, number)
    off = _EXACT.multiply(abs(number), _ABOUT)
    low, high = _EXACT.subtract(number, off), _EXACT.add(number, off)
    if value.comparison is not None:
        return _Span(None, None)
    folded = fold(value.text)
    if _MORE.search(folded):
        return _Span(number, _EXACT.add(number, abs(number)), with_low=False)
    if _NEARLY.search(folded):
        return _Span(low, number, with_high=False)
    return _Span(low, high)


def _in_time(target: Value, actual: Value) -> bool | None:
    if target.deadline is None or actual.deadline is None:
        return None
    if Kind.COMPOUND in (target.kind, actual.kind):
        return None
    if actual.deadline <= target.deadline:
        return True
    begin = first_day(actual)
    return False if begin is not None and begin > target.deadline else None


def _shifted(number: Decimal, power: int) -> Decimal:
    if power >= 0:
        return _EXACT.multiply(number, Decimal(10**power))
    return number.scaleb(power, context=_EXACT)


def _go_together(one: str, other: str) -> bool:
    return one == other or not _alternatives(one).isdisjoint(_alternatives(other))


def _alternatives(unit: str) -> set[str]:
    """套(件) may be counted in either."""
    either = _EITHER.fullmatch(unit)
    return {unit, either[1] + either[3], either[2] + either[3]} if either else {unit}
