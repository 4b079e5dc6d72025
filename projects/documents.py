"""What both forms share: the year, and the unit in which money is printed."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

from perfgoals.common.documents import unpadded

MoneyUnit = Literal["元", "万元"]

YUAN_PER_UNIT: dict[MoneyUnit, Decimal] = {"元": Decimal(1), "万元": Decimal(10_000)}


def _read_year(value: object) -> object:
    if isinstance(value, str) and value.strip().isdecimal():
        return int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise PydanticCustomError("year", "应为四位年份，读到「{found}」", {"found": str(value)})
    return value


Year = Annotated[int, BeforeValidator(_read_year), Field(ge=1990, le=2100)]


def to_yuan(amount: Decimal | None, unit: MoneyUnit) -> Decimal | None:
    """An amount printed in ``unit``, in 元 (exact; None stays None)."""
    return None if amount is None else amount * YUAN_PER_UNIT[unit]


def from_yuan(amount: Decimal | None, unit: MoneyUnit) -> Decimal | None:
    """An amount in 元, in ``unit``, with at least two decimals (exact; None stays None)."""
    if amount is None:
        return None
    return unpadded(amount / YUAN_PER_UNIT[unit])
