"""What a form would say with the amounts of a list."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from perfgoals.common.sheets import shipped_layout
from projects.documents import from_yuan, to_yuan
from projects.models import FundingSource
from scoring.documents import SelfEvaluationDocument
from scoring.evaluation import Evaluation, evaluate
from scoring.rules.scheme import Scheme
from scoring.services.execution_lists.rows import ExecutionRow

AMOUNTS = ("initial_budget", "annual_budget", "executed")
_PARTS = (
    FundingSource.APPROPRIATION.value,
    FundingSource.CARRYOVER.value,
    FundingSource.OTHER.value,
)


@dataclass(slots=True)
class Filling:
    """The amounts of one form, in 元, by source and column; cells: the sheet and address of each path.
    remarks: how they came about, in Chinese."""

    amounts: dict[tuple[str, str], Decimal] = field(default_factory=dict)
    cells: dict[str, tuple[str, str]] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)


def filling_of(rows: Sequence[ExecutionRow]) -> Filling:
    """What the rows of one project say together. Rows of one source are added up; where only sources are
    given, the total is their sum."""
    filling = Filling()
    by_source: dict[str, list[ExecutionRow]] = defaultdict(list)
    for row in rows:
        by_source[row.source or FundingSource.TOTAL.value].append(row)
    for source, same in by_source.items():
        if len(same) > 1:
            places = "、".join(f"第 {row.row} 行" for row in same)
            label = FundingSource(source).label
            filling.remarks.append(f"{places}都是它的「{label}」，金额已相加")
        for row in same:
            _add(filling, source, row)
    total = FundingSource.TOTAL.value
    if total not in by_source:
        for (source, column), amount in list(filling.amounts.items()):
            key = (total, column)
            filling.amounts[key] = filling.amounts.get(key, Decimal(0)) + amount
            filling.cells.setdefault(
                f"funds.{total}.{column}", filling.cells[f"funds.{source}.{column}"]
            )
        filling.remarks.append("清单只列各项资金来源，资金总额为它们之和")
    return filling


def _add(filling: Filling, source: str, row: ExecutionRow) -> None:
    for column, amount in row.amounts.items():
        yuan = to_yuan(amount, row.money_unit or "元")
        assert yuan is not None  # the amount is none
        filling.amounts[source, column] = filling.amounts.get((source, column), Decimal(0)) + yuan
        place = (row.sheet, row.cells.get(column, ""))
        filling.cells.setdefault(f"funds.{source}.{column}", place)


def filled_document(
    before: SelfEvaluationDocument, filling: Filling, scheme: Scheme
) -> SelfEvaluationDocument:
    """The form with these amounts.

    Where the list gives the total alone and the form has money of one source only, that source follows.
    What the form states beside the amounts (rates, scores, total, rating) follows where it is what the
    rules gave before, which is nothing where amounts were missing; where it was not, it stays, and the
    checks say so.
    """
    amounts = dict(filling.amounts)
    total = FundingSource.TOTAL.value
    if {source for source, _ in amounts} == {total}:
        only = _only_source(before)
        for (_, column), amount in list(amounts.items()):
            if only and _follows(before, only, column):
                amounts[only, column] = amount
    data = before.as_json()
    for (source, column), amount in amounts.items():
        kept = getattr(getattr(before.funds, source), column)
        new = from_yuan(amount, before.money_unit)
        if kept is None or kept != new:
            data["funds"][source][column] = f"{new:f}"
    after = SelfEvaluationDocument.read(data)
    return _restated(before, after, evaluate(before, scheme), evaluate(after, scheme))


def _only_source(document: SelfEvaluationDocument) -> str:
    """The one source with money, where its amounts are those of the total as far as they are stated; else
    ""."""
    total = document.funds.total
    used = [
        source
        for source in _PARTS
        if any(getattr(getattr(document.funds, source), column) for column in AMOUNTS)
    ]
    if len(used) != 1:
        return ""
    one = getattr(document.funds, used[0])
    same = all(getattr(one, column) in (None, getattr(total, column)) for column in AMOUNTS)
    return used[0] if same else ""


def _follows(document: SelfEvaluationDocument, source: str, column: str) -> bool:
    """Whether the amount of the source is that of the total; a blank under an amount stays blank."""
    total = getattr(document.funds.total, column)
    return bool(getattr(getattr(document.funds, source), column) == total)


def _restated(
    before: SelfEvaluationDocument,
    after: SelfEvaluationDocument,
    earlier: Evaluation,
    later: Evaluation,
) -> SelfEvaluationDocument:
    data = after.as_json()
    funds, old = data["funds"], before.funds
    printed = _printed_rates(before)
    for source in _PARTS:
        stated = getattr(old, source).execution_rate
        if source in printed and stated == earlier.sources[source].rate:
            funds[source]["execution_rate"] = _text(later.sources[source].rate)
    if old.total.execution_rate == earlier.execution.rate:
        funds["total"]["execution_rate"] = _text(later.execution.rate)
    if old.total.score == earlier.execution.score:
        funds["total"]["score"] = _text(later.execution.score)
    if before.total_score is not None and before.total_score == earlier.total_score:
        data["total_score"] = _text(later.total_score)
    if before.rating and before.rating == earlier.rating:
        data["rating"] = later.rating or ""
    return SelfEvaluationDocument.read(data)


def _printed_rates(document: SelfEvaluationDocument) -> set[str]:
    """The sources whose rate the form has a cell for, or states all the same."""
    layout = shipped_layout(document.form, document.year)
    fields = {cell.field for row in layout.head for cell in row}
    return {
        source
        for source in _PARTS
        if f"funds.{source}.execution_rate" in fields
        or getattr(document.funds, source).execution_rate is not None
    }


def _text(number: Decimal | None) -> str | None:
    return None if number is None else f"{number:f}"
