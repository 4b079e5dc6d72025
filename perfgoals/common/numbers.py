"""Numbers as people read them: thousands separators, trimmed or padded decimals, per cent.

Printing never changes a number: no digit other than a trailing zero is dropped, whatever the
decimal context says. Rounding is the business of a rule, not of a page.
"""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache

_RECURRING = 4_096  # weights, scores and shares, of which a year has few


@lru_cache(maxsize=_RECURRING)
def trimmed(number: Decimal) -> str:
    """Without trailing zeros and without exponent: ``10.00`` → ``10``, ``9.50`` → ``9.5``."""
    return _without_zeros(f"{number:f}")


@lru_cache(maxsize=_RECURRING)
def padded(number: Decimal, places: int = 2) -> str:
    """With at least ``places`` decimals: ``9.9`` → ``9.90``, ``9.915`` → ``9.915``."""
    return _with_zeros(trimmed(number), places)


def grouped(number: Decimal, places: int = 2) -> str:
    """An amount with thousands separators and at least ``places`` decimals:
    ``980710`` → ``980,710.00``, ``1721494.3`` → ``1,721,494.30``."""
    return _with_zeros(_without_zeros(f"{number:,f}"), places)


def percent(number: Decimal, places: int = 2) -> str:
    """A rate given in per cent, with its sign: ``90.13`` → ``90.13%``, ``100`` → ``100.00%``."""
    return f"{padded(number, places)}%"


def _without_zeros(text: str) -> str:
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def _with_zeros(text: str, places: int) -> str:
    whole, _, decimals = text.partition(".")
    decimals = decimals.ljust(places, "0")
    return f"{whole}.{decimals}" if decimals else whole
