"""财政项目支出绩效目标申报表 read from its official sheet."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, cast

from indicators.documents import DeclarationDocument
from perfgoals.common.workbooks.filling import CellKind, Convert, Filled, fill
from perfgoals.common.workbooks.official import OfficialForm
from projects.documents import YUAN_PER_UNIT, MoneyUnit


def declaration_cell(path: str) -> CellKind:
    """What the cell of a path holds."""
    if path.startswith("funds."):
        return CellKind.AMOUNT
    return CellKind.DAY if path in ("project.start", "project.end") else CellKind.TEXT


def declaration_from(
    found: OfficialForm, before: DeclarationDocument | None = None
) -> Filled[DeclarationDocument]:
    """The 申报表 on a sheet, over what the form says now; what the sheet does not show stays."""
    data = before.as_json() if before else new_form(found)
    return fill(
        found,
        DeclarationDocument,
        data,
        kind_of=declaration_cell,
        convert=amounts_between(found.money_unit, data["money_unit"]),
    )


def new_form(found: OfficialForm) -> dict[str, Any]:
    """What a form that is not kept yet begins with: what the sheet says it is."""
    data: dict[str, Any] = {"form": found.kind}
    if found.year is not None:
        data["year"] = found.year
    data["money_unit"] = found.money_unit or found.layout.money_unit
    return data


def amounts_between(source: str | None, target: str) -> Convert:
    """Takes amounts from the money unit that a sheet states to that of the document (exact)."""
    factor = Decimal(1)
    if source is not None:
        units = cast(MoneyUnit, source), cast(MoneyUnit, target)
        factor = YUAN_PER_UNIT[units[0]] / YUAN_PER_UNIT[units[1]]
    return lambda amount: amount * factor
