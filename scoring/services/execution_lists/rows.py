"""The rows of a list of executed budgets."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from perfgoals.common.documents import plain
from projects.documents import MoneyUnit


@dataclass(frozen=True, slots=True)
class ExecutionRow:
    """A row of a list. number: its place among the rows; row: of the sheet. source: a FundingSource, ""
    where none is named. amounts: by name of the column, in ``money_unit``; cells: where they stand."""

    number: int
    sheet: str
    row: int
    name: str
    code: str
    unit: str
    source: str
    amounts: Mapping[str, Decimal]
    cells: Mapping[str, str] = field(default_factory=dict)
    money_unit: MoneyUnit | None = None

    def as_json(self) -> dict[str, Any]:
        """The row as it is kept; ``stored_row`` reads it."""
        return {
            "number": self.number,
            "sheet": self.sheet,
            "row": self.row,
            "name": self.name,
            "code": self.code,
            "unit": self.unit,
            "source": self.source,
            "amounts": {column: plain(amount) for column, amount in self.amounts.items()},
            "cells": dict(self.cells),
            "money_unit": self.money_unit,
        }


def stored_row(data: Mapping[str, Any]) -> ExecutionRow:
    """What ``as_json`` gave."""
    amounts = {column: Decimal(amount) for column, amount in data["amounts"].items()}
    return ExecutionRow(**{**data, "amounts": amounts})


def folded_name(name: str) -> str:
    """A name without what is written differently from system to system: spaces, width of characters,
    brackets and other signs."""
    text = unicodedata.normalize("NFKC", name).casefold()
    return "".join(sign for sign in text if sign.isalnum())
