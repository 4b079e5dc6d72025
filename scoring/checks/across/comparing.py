"""Two targets, or two amounts, held against each other."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from indicators.values import Comparison, Kind, Value, comparable

_CEILINGS = {Comparison.AT_MOST, Comparison.LESS}


def is_easier(ours: Value, theirs: Value) -> bool:
    """Does ours ask for less than theirs? Only for two numbers in one measure and of one direction; what
    has no sign (「7家」) or 「=」 is a floor."""
    if ours.kind is not Kind.QUANTITATIVE or theirs.kind is not Kind.QUANTITATIVE:
        return False
    pair = comparable(ours, theirs)
    if pair is None or (ours.comparison in _CEILINGS) != (theirs.comparison in _CEILINGS):
        return False
    mine, other = pair
    return mine > other if ours.comparison in _CEILINGS else mine < other


def measures_differ(ours: Value, theirs: Value) -> bool:
    """Two numbers, each with its measure, that cannot be put on one scale."""
    both = ours.kind is Kind.QUANTITATIVE and theirs.kind is Kind.QUANTITATIVE
    return both and bool(ours.measure and theirs.measure) and comparable(ours, theirs) is None


def change(before: Decimal, now: Decimal) -> Decimal:
    """By how much it grew, in per cent with one decimal; negative where it fell. before is not 0."""
    return ((now - before) * 100 / before).quantize(Decimal("0.1"), ROUND_HALF_UP)
