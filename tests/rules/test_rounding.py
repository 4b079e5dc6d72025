"""Rounding and printing of numbers."""

from __future__ import annotations

from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, ROUND_UP, Decimal, localcontext
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perfgoals.common.numbers import grouped, padded, percent, trimmed
from scoring.rules.rounding import RoundingMode, exact_sum, is_exact, is_tie, round_fraction
from tests.rules.shipped import untimed

DECIMAL_MODES = {
    RoundingMode.UP: ROUND_UP,
    RoundingMode.DOWN: ROUND_DOWN,
    RoundingMode.HALF_UP: ROUND_HALF_UP,
    RoundingMode.HALF_EVEN: ROUND_HALF_EVEN,
}


@pytest.mark.parametrize(
    ("value", "mode", "expected"),
    [
        ("9.915", RoundingMode.HALF_EVEN, "9.92"),
        ("9.905", RoundingMode.HALF_EVEN, "9.90"),
        ("9.905", RoundingMode.HALF_UP, "9.91"),
        ("9.965", RoundingMode.HALF_UP, "9.97"),
        ("9.965", RoundingMode.HALF_EVEN, "9.96"),
        ("90.1212", RoundingMode.UP, "90.13"),
        ("90.12", RoundingMode.UP, "90.12"),
        ("98.9899", RoundingMode.DOWN, "98.98"),
        ("-1.005", RoundingMode.UP, "-1.01"),
        ("-1.005", RoundingMode.DOWN, "-1.00"),
        ("0", RoundingMode.UP, "0.00"),
    ],
)
def test_a_value_is_rounded_as_the_mode_says(value: str, mode: RoundingMode, expected: str) -> None:
    assert str(round_fraction(Fraction(value), 2, mode)) == expected


@untimed
@given(
    value=st.decimals(-(10**9), 10**9, places=7, allow_nan=False),
    places=st.integers(0, 6),
    mode=st.sampled_from(RoundingMode),
)
def test_every_mode_agrees_with_the_decimal_module(
    value: Decimal, places: int, mode: RoundingMode
) -> None:
    step = Decimal(1).scaleb(-places)
    rounded = round_fraction(Fraction(value), places, mode)
    assert rounded == value.quantize(step, rounding=DECIMAL_MODES[mode])
    assert rounded.as_tuple().exponent == -places


def test_the_ceiling_sees_what_lies_beyond_28_digits() -> None:
    just_above = Fraction(1, 2) + Fraction(1, 10**60)
    assert round_fraction(just_above, 1, RoundingMode.UP) == Decimal("0.6")
    assert round_fraction(just_above, 0, RoundingMode.HALF_EVEN) == 1
    assert not is_tie(just_above, 0)


def test_a_tie_lies_exactly_between_two_neighbours() -> None:
    assert is_tie(Fraction("9.915"), 2)
    assert is_tie(Fraction("-9.915"), 2)
    assert not is_tie(Fraction("9.9151"), 2)
    assert not is_tie(Fraction("9.91"), 2)


def test_exact_means_that_no_digit_is_lost() -> None:
    assert is_exact(Fraction("81.48"), 2)
    assert not is_exact(Fraction(1, 3), 2)


def test_a_sum_keeps_all_digits_whatever_the_context() -> None:
    large = Decimal("9" * 36 + ".99")
    with localcontext() as context:
        context.prec = 5
        assert str(exact_sum([large, Decimal("0.01")])) == "1" + "0" * 36 + ".00"
    assert str(exact_sum([Decimal(10), Decimal("9.5")], places=2)) == "19.50"
    assert str(exact_sum([], places=2)) == "0.00"
    assert exact_sum([Decimal("1E+3"), Decimal(1)]) == 1001


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("10.00", "10"),
        ("9.50", "9.5"),
        ("100", "100"),
        ("1E+2", "100"),
        ("-0.00", "0"),
        ("0.1", "0.1"),
    ],
)
def test_needless_zeros_are_trimmed(number: str, expected: str) -> None:
    assert trimmed(Decimal(number)) == expected


@pytest.mark.parametrize(
    ("number", "expected"),
    [("9.9", "9.90"), ("9.915", "9.915"), ("10", "10.00"), ("-0", "0.00"), ("9.90000", "9.90")],
)
def test_decimals_are_padded_and_never_cut(number: str, expected: str) -> None:
    assert padded(Decimal(number)) == expected


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("980710", "980,710.00"),
        ("1721494.3", "1,721,494.30"),
        ("-1234567.891", "-1,234,567.891"),
        ("0", "0.00"),
        ("123456789012345678901234567890.12", "123,456,789,012,345,678,901,234,567,890.12"),
    ],
)
def test_amounts_have_thousands_separators(number: str, expected: str) -> None:
    assert grouped(Decimal(number)) == expected


def test_whole_amounts_can_stand_without_decimals() -> None:
    assert grouped(Decimal("1500.00"), 0) == "1,500"


def test_a_rate_has_two_decimals_and_its_sign() -> None:
    assert percent(Decimal("90.13")) == "90.13%"
    assert percent(Decimal(100)) == "100.00%"


@untimed
@given(st.decimals(allow_nan=False, allow_infinity=False, places=4))
def test_printing_never_changes_a_number(number: Decimal) -> None:
    for text in (trimmed(number), padded(number), grouped(number).replace(",", "")):
        assert Decimal(text) == number
