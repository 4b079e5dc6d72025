"""Rounding, once for all rules: exact fractions in, decimals out, the mode given by the scheme.

Quotients are kept as fractions until they are rounded, so the precision of the decimal context
never decides a printed digit: the ceiling of 980710 ÷ 1088156 is the ceiling of that very fraction.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction


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
    scaled = abs(value) * 10**places
    units, rest = divmod(scaled.numerator, scaled.denominator)
    half = _side_of_half(rest, scaled.denominator)
    if mode is RoundingMode.UP:
        units += rest > 0
    elif mode is RoundingMode.HALF_UP:
        units += half >= 0
    elif mode is RoundingMode.HALF_EVEN:
        units += half > 0 or (half == 0 and units % 2 == 1)
    return as_decimal(units if value >= 0 else -units, places)


def is_tie(value: Fraction, places: int) -> bool:
    """Does ``value`` lie exactly between two neighbours of ``places`` decimals?"""
    scaled = abs(value) * 10**places
    return _side_of_half(scaled.numerator % scaled.denominator, scaled.denominator) == 0


def is_exact(value: Fraction, places: int) -> bool:
    """Is nothing lost when ``value`` is written with ``places`` decimals?"""
    lost: int = (value * 10**places).denominator
    return lost == 1


def as_decimal(units: int, places: int) -> Decimal:
    """``units`` × 10⁻ᵖˡᵃᶜᵉˢ, exactly."""
    sign = 1 if units < 0 else 0
    digits = Decimal(abs(units)).as_tuple().digits
    return Decimal((sign, digits, -places))


def exact_sum(numbers: Iterable[Decimal], *, places: int = 0) -> Decimal:
    """The sum with all its digits, and with at least ``places`` decimals."""
    terms = list(numbers)
    places = max([places, *(decimal_places(term) for term in terms)])
    total = sum((Fraction(term) for term in terms), Fraction(0))
    return as_decimal(int(total * 10**places), places)


def decimal_places(number: Decimal) -> int:
    """How many digits stand behind the decimal point (0 for whole numbers)."""
    exponent = number.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _side_of_half(rest: int, whole: int) -> int:
    """-1, 0 or 1: ``rest`` of ``whole`` is less than, exactly or more than a half."""
    return (2 * rest > whole) - (2 * rest < whole)
