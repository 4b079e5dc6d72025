"""Weights of the indicator rows: what the scheme expects of each class, and a proposal for each
row.

Source: 财预〔2020〕10号 and 财预〔2021〕101号: points of the level-1 classes, with and without cost
indicators; without satisfaction indicators their points go to the benefits.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from itertools import count

from perfgoals.common.numbers import trimmed
from scoring.rules.rounding import RoundingMode, exact_sum, is_exact, round_fraction
from scoring.rules.scheme import Scheme


@lru_cache(maxsize=256)  # the classes are few and recur on every form
def class_of(level1: str) -> str:
    """The class that a level-1 text names: 「产出指标」 → 「产出」."""
    return "".join(level1.split()).removesuffix("指标")


def expected_weights(level1: Sequence[str], scheme: Scheme) -> dict[str, Decimal]:
    """Points of each known class among the rows, in the scheme's order. They sum up to the full
    total less the weight of the execution rate; empty where no row is of a known class."""
    present = {class_of(text) for text in level1}
    rules = scheme.weights
    has_cost = present & (rules.with_cost.shares.keys() - rules.plain.shares.keys())
    table = rules.with_cost if has_cost else rules.plain
    shares = {name: points for name, points in table.shares.items() if name in present}
    if shares:
        receiver = rules.missing_class.to
        if receiver not in shares:
            receiver = max(shares, key=shares.__getitem__)
        missing = (points for name, points in table.shares.items() if name not in present)
        shares[receiver] = exact_sum([shares[receiver], *missing])
    return shares


def propose_weights(level1: Sequence[str], scheme: Scheme) -> list[Decimal]:
    """A weight for each row, given its level-1 text; together the full total less the execution
    rate.

    Rows of a class share its points evenly, in whole or half points where that leaves no row far
    from the others, and the last row of a class takes the rest. A row of no known class is counted
    with the class of most points.
    """
    return complete_weights(level1, [None] * len(level1), scheme) if level1 else []


def complete_weights(
    level1: Sequence[str], kept: Sequence[Decimal | None], scheme: Scheme
) -> list[Decimal]:
    """The weights that are kept, and for every other row (None) one that brings the whole up to the
    full total less the execution rate.

    A class gets what the scheme expects of it less what its kept rows have; where the kept rows leave
    more or less than that, the classes with open rows share the difference in proportion. Raises
    ValueError (a Chinese sentence) where nothing is left to share, or nobody to take what is left.
    """
    shared = scheme.weights.total.value - scheme.execution.weight.value
    fixed = exact_sum([weight for weight in kept if weight is not None])
    rest = exact_sum([shared, -fixed])
    rows = sum(weight is None for weight in kept)
    if rows == 0 and rest:
        raise ValueError(f"各行分值合计 {trimmed(fixed)}，应为 {trimmed(shared)}，没有可调整的行")
    if rows and rest <= 0:
        raise ValueError(
            f"已定的分值合计 {trimmed(fixed)}，应小于 {trimmed(shared)}，其余 {rows} 行无分值可分"
        )
    classes, expected = _classes(level1, shared, scheme)
    wanted: dict[str, Fraction] = {}
    openings: dict[str, int] = {}
    for name, points in expected.items():
        of_class = [w for w, of in zip(kept, classes, strict=True) if of == name]
        openings[name] = sum(weight is None for weight in of_class)
        if openings[name]:
            given = exact_sum([weight for weight in of_class if weight is not None])
            left = Fraction(points) - Fraction(given)
            # No row is left with nothing: half an even share is what it asks for then.
            wanted[name] = (
                left if left > 0 else Fraction(points) * openings[name] / (2 * len(of_class))
            )
    portions = {
        name: iter(_split(points, openings[name]))
        for name, points in _shared_out(wanted, rest).items()
    }
    return [
        next(portions[name]) if weight is None else weight
        for weight, name in zip(kept, classes, strict=True)
    ]


def _classes(
    level1: Sequence[str], shared: Decimal, scheme: Scheme
) -> tuple[list[str], dict[str, Decimal]]:
    """The class that each row is counted with, and the points of each class."""
    expected = expected_weights(level1, scheme) or {"": shared}
    largest = max(expected, key=expected.__getitem__)
    classes = [class_of(text) for text in level1]
    return [name if name in expected else largest for name in classes], expected


def _shared_out(wanted: dict[str, Fraction], rest: Decimal) -> dict[str, Decimal]:
    """``rest`` shared among the classes in proportion to what they want, in hundredths, the last one
    taking what rounding leaves."""
    whole = sum(wanted.values(), Fraction(0))
    shares: dict[str, Decimal] = {}
    for number, (name, points) in enumerate(wanted.items(), start=1):
        share = round_fraction(Fraction(rest) * points / whole, 2, RoundingMode.DOWN)
        if number == len(wanted):
            share = exact_sum([rest, *(-given for given in shares.values())])
        shares[name] = share
    return shares


def _split(points: Decimal, rows: int) -> list[Decimal]:
    """``points`` in ``rows`` portions, equal but for the last."""
    if rows == 0:
        return []
    even = Fraction(points) / rows
    if (even * 2).denominator == 1:
        return [_decimal(even)] * rows
    for step in _steps():
        for mode in (RoundingMode.HALF_UP, RoundingMode.DOWN):
            portion = Fraction(round_fraction(even / step, 0, mode)) * step
            last = Fraction(points) - portion * (rows - 1)
            if portion > 0 and portion / 2 <= last <= portion * Fraction(3, 2):
                return [*[_decimal(portion)] * (rows - 1), _decimal(last)]
    raise AssertionError("a small enough step always fits")


def _steps() -> Iterator[Fraction]:
    """1, 1/2, 1/10, 1/100 …"""
    yield Fraction(1)
    yield Fraction(1, 2)
    for places in count(1):
        yield Fraction(1, 10**places)


def _decimal(value: Fraction) -> Decimal:
    """A fraction that has a finite number of decimals, without trailing zeros."""
    places = next(places for places in count() if is_exact(value, places))
    return round_fraction(value, places, RoundingMode.DOWN)
