"""A form of a file over the one that is kept: what it would say, what would change, and who is at it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any, TypeVar, cast

from django.utils import timezone

from perfgoals.common.patches import Difference, Happened, differences
from projects.documents import MoneyUnit, from_yuan, to_yuan
from projects.models import Form, FormPresence
from projects.services import PRESENT
from projects.workflow import FormKind
from scoring.documents import FormDocument, SelfEvaluationDocument
from scoring.services.editing import IDENTITY, TAKEN_OVER

_NO_MONEY = frozenset({"execution_rate", "weight", "score", "deviation_reason"})
_POINTS = frozenset({"weight", "score", "total_weight", "total_score"})

D = TypeVar("D", bound=FormDocument)


def as_kept_form(form: Form, before: D, read: D) -> tuple[D, list[str]]:
    """What the kept form would say: it stays what it is (year, units, money unit), and of indicators that
    came from an approved declaration only the results are taken. With a sentence for what was not taken.
    """
    after: D = in_money_unit(read, before.money_unit)
    kept = {name: getattr(before, name) for name in IDENTITY if name in before.model_fields_set}
    after = cast(D, after.model_copy(update=kept))
    if (
        form.kind == FormKind.SELF_EVALUATION
        and form.self_evaluation.declaration_id is not None
        and isinstance(before, SelfEvaluationDocument)
        and isinstance(after, SelfEvaluationDocument)
    ):
        taken, remarks = with_rows_taken_over(before, after)
        return cast(D, taken), remarks
    return after, []


def in_money_unit(document: D, unit: MoneyUnit) -> D:
    """The document with its amounts in that unit; they stay the same amounts."""
    if document.money_unit == unit:
        return document
    data = document.as_json()
    for part in _parts(data.get("funds", {})):
        for name, value in part.items():
            if name not in _NO_MONEY and value is not None and not isinstance(value, dict):
                amount = from_yuan(to_yuan(Decimal(value), document.money_unit), unit)
                part[name] = None if amount is None else f"{amount:f}"
    return cast(D, type(document).read(data | {"money_unit": unit}))


def _parts(funds: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield funds
    yield from (part for part in funds.values() if isinstance(part, dict))


def with_rows_taken_over(
    before: SelfEvaluationDocument, after: SelfEvaluationDocument
) -> tuple[SelfEvaluationDocument, list[str]]:
    """Rows, their order, names and targets stay as the approved declaration has them."""
    uploaded = {row.code: row for row in after.indicators if row.code}
    remarks: list[str] = []
    rows = []
    for number, row in enumerate(before.indicators, 1):
        place = f"第 {number} 行「{row.name}」"
        new = uploaded.pop(row.code, None) if row.code else None
        if new is None:
            remarks.append(f"{place}取自已批准的申报表，不能删去，保持不变")
            rows.append(row)
            continue
        locked = {name: getattr(row, name) for name in TAKEN_OVER}
        if any(getattr(new, name) != value for name, value in locked.items()):
            remarks.append(f"{place}的指标和指标值取自已批准的申报表，其改动不采用")
        rows.append(new.model_copy(update=locked))
    known = {row.code for row in before.indicators}
    remarks += [
        f"新增的「{row.name}」不采用：指标取自已批准的申报表，不能增加"
        for row in after.indicators
        if not row.code or row.code not in known
    ]
    return after.model_copy(update={"indicators": rows}), remarks


def changed_cells(before: FormDocument, after: FormDocument) -> list[Difference]:
    """What differs, but for the zeros at the end of a number and the codes of rows."""
    return [
        one
        for one in differences(before, after)
        if not (
            one.happened is Happened.CHANGED and (one.path.endswith(".code") or _same_number(one))
        )
    ]


def _same_number(one: Difference) -> bool:
    if not one.path.startswith("funds.") and one.path.rpartition(".")[2] not in _POINTS:
        return False
    try:
        return Decimal(str(one.before)) == Decimal(str(one.after))
    except InvalidOperation:
        return False


def people_at(numbers: Sequence[int]) -> dict[int, list[str]]:
    """Who has which of the forms open now."""
    found: dict[int, list[str]] = defaultdict(list)
    seen: datetime = timezone.now() - PRESENT
    tabs = FormPresence.objects.filter(form__in=numbers, seen_at__gte=seen).select_related("user")
    for tab in tabs.order_by("form_id", "user_id"):
        name = str(tab.user)
        if name not in found[tab.form_id]:
            found[tab.form_id].append(name)
    return found
