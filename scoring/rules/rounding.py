"""Rounding, once for all rules: exact fractions in, decimals out, the mode given by the scheme.

Quotients are kept as fractions until they are rounded, so the precision of the decimal context
never decides a printed digit: the ceiling of 980710 ÷ 1088156 is the ceiling of that very fraction.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import MAX_EMAX, MAX_PREC, MIN_EMIN, Context, Decimal
from enum import StrEnum
from fractions import Fraction
from functools import lru_cache, reduce

# Sums and shifts in it drop no digit, whatever the numbers.
_EXACT = Context(prec=MAX_PREC, Emax=MAX_EMAX, Emin=MIN_EMIN)


class RoundingMode(StrEnum):
    """How the digits that are not printed are dropped."""

    UP = "up"
    DOWN = "down"
    HALF_UP = "half_up"
    HALF_EVEN = "half_even"

    @property
    def label(self) -> str:
        """The word that stands in explanations."""
        return {
            "up": "进位",
            "down": "截断",
            "half_up": "四舍五入",
            "half_even": "四舍六入五成双",
        }[self.value]


def round_fraction(value: Fraction, places: int, mode: RoundingMode) -> Decimal:
    """``value`` with exactly ``places`` decimals. UP and DOWN mean away from and towards zero,
    HALF_UP away from zero, as in the decimal module."""
    units, rest = divmod(abs(value.numerator) * 10**places, value.denominator)
    half = _side_of_half(rest, value.denominator)
    if mode is RoundingMode.UP:
        units += rest > 0
    elif mode is RoundingMode.HALF_UP:
        units += half >= 0
    elif mode is RoundingMode.HALF_EVEN:
        units += half > 0 or (half == 0 and units % 2 == 1)
    return as_decimal(units if value >= 0 else -units, places)


def is_tie(value: Fraction, places: int) -> bool:
    """Does ``value`` lie exactly between two neighbours of ``places`` decimals?"""
    rest = abs(value.numerator) * 10**places % value.denominator
    return _side_of_half(rest, value.denominator) == 0


def is_exact(value: Fraction, places: int) -> bool:
    """Is nothing lost when ``value`` is written with ``places`` decimals?"""
    lost: int = value.numerator * 10**places % value.denominator
    return lost == 0


def as_decimal(units: int, places: int) -> Decimal:
    """``units`` × 10⁻ᵖˡᵃᶜᵉˢ, exactly."""
    return Decimal(units).scaleb(-places, context=_EXACT)


def exact_sum(numbers: Iterable[Decimal], *, places: int = 0) -> Decimal:
    """The sum with all its digits, and with at least ``places`` decimals."""
    return reduce(_EXACT.add, numbers, as_decimal(0, places))


def ratio(part: Decimal, whole: Decimal) -> Fraction:
    """``part`` ÷ ``whole``, exactly; ``whole`` is not 0."""
    above, below = part.as_integer_ratio()
    whole_above, whole_below = whole.as_integer_ratio()
    return Fraction(above * whole_below, below * whole_above)


def per_cent_of(number: Decimal, share: Decimal) -> Fraction:
    """``share`` per cent of ``number``, exactly."""
    above, below = number.as_integer_ratio()
    share_above, share_below = share.as_integer_ratio()
    return Fraction(above * share_above, below * share_below * 100)


@lru_cache(maxsize=1024)  # weights and levels are few and recur on every form
def rounded_share(number: Decimal, share: Decimal, places: int, mode: RoundingMode) -> Decimal:
    """``share`` per cent of ``number``, rounded."""
    return round_fraction(per_cent_of(number, share), places, mode)


def percentage(part: Decimal, whole: Decimal) -> Fraction:
    """``part`` as per cent of ``whole``, exactly; ``whole`` is not 0."""
    above, below = part.as_integer_ratio()
    whole_above, whole_below = whole.as_integer_ratio()
    return Fraction(100 * above * whole_below, below * whole_above)


def _side_of_half(rest: int, whole: int) -> int:
    """-1, 0 or 1: ``rest`` of ``whole`` is less than, exactly or more than a half."""
    return (2 * rest > whole) - (2 * rest < whole)
