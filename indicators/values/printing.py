"""A value in the spelling of the forms."""

from __future__ import annotations

from decimal import Decimal

from indicators.values.model import Comparison


def print_value(comparison: Comparison | None, number: Decimal, measure: str) -> str:
    """「≥85.00(%)」, as the declarations of 2024 and 2026 print it: the number in the digits
    given, the measure in half-width brackets. What read_value found is read back unchanged."""
    sign = "" if comparison is None else comparison.value
    return f"{sign}{number:f}({measure})" if measure else f"{sign}{number:f}"
