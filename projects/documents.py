"""What both forms share: the year, the unit in which money is printed, and paths that hold."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Annotated, Any, Literal, Protocol

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


class Rows(Protocol):
    """A document with rows that carry a code."""

    @property
    def indicators(self) -> Sequence[Any]: ...


def with_every_code(codes: Sequence[str], fresh: Iterator[str]) -> list[str]:
    """A code for every row: its own, or a fresh one where it has none. A code that stands twice (a row was
    copied) stays with the first."""
    taken: set[str] = set()
    given = []
    for code in codes:
        if not code or code in taken:
            code = next(fresh)
        taken.add(code)
        given.append(code)
    return given


def stable_path(document: Rows, path: str) -> str:
    """``indicators.3.target`` as ``row:CODE.target``, which holds when rows move; others as they are."""
    parts = path.split(".")
    if len(parts) == 3 and parts[0] == "indicators" and parts[1].isdecimal():
        number = int(parts[1])
        rows = document.indicators
        if number < len(rows) and rows[number].code:
            return f"row:{rows[number].code}.{parts[2]}"
    return path


def current_path(document: Rows, stable: str) -> str | None:
    """Where the cell of a stable path stands now; None when its row is gone."""
    if not stable.startswith("row:"):
        return stable
    code, _, field = stable.removeprefix("row:").partition(".")
    for number, row in enumerate(document.indicators):
        if row.code == code:
            return f"indicators.{number}.{field}"
    return None
