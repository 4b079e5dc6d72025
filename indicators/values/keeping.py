"""What is kept of a target beside its text, so that targets can be searched and compared in numbers."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from indicators.values.reading import read_value

# What numeric(30, 8) keeps; a longer number stays in the printed text only.
_LARGEST_NUMBER = Decimal(10) ** 22


class KeptTarget(NamedTuple):
    """comparison: "" where none is stated; number: in ``measure``, None where there is none."""

    kind: str
    comparison: str
    number: Decimal | None
    measure: str


def kept_target(text: str, *, year: int) -> KeptTarget:
    """What the text says. year: of the form it stands on."""
    value = read_value(text, year=year)
    number = value.number
    if number is not None and (abs(number) >= _LARGEST_NUMBER or number != round(number, 8)):
        number = None
    comparison = value.comparison.value if value.comparison else ""
    return KeptTarget(value.kind.value, comparison, number, value.measure)
