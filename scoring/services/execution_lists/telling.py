"""What a list is answerable for among the problems of the forms that it would fill."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone

from perfgoals.common.bulk import update_rows
from perfgoals.common.findings import Level
from projects.models import FormPresence
from projects.services import PRESENT
from scoring.models import ImportBatch, ImportItem
from scoring.services.importing.grouping import grouped

Plan = ImportItem.Plan
Places = set[tuple[str, str]]
"""Of findings the check and the cell."""


@transaction.atomic
def tell_own_only(
    batch: ImportBatch, how: Mapping[int, str], before: Mapping[int, Places], *, figures: int
) -> None:
    """Of a batch that was just planned tell no more than what has to do with the funds. For the transaction
    in which it was planned, which writes the log.

    A list brings funds to forms that are half written. What was wrong with such a form before, and has
    nothing to do with its funds, is not told again, and does not stand in the way. how: by number of the
    form by what it was told to be meant; before: the errors and warnings that it had already; figures: of
    how many projects budget execution figures would be kept.
    """
    items = list(batch.items.order_by("number"))
    people = _present([item.form_id for item in items if item.form_id])
    for item in items:
        number = item.form_id or 0
        _tell(item, before.get(number, set()), people.get(number, []))
        if item.plan in (Plan.CHANGED, Plan.UNCHANGED):
            item.why = how.get(number, item.why)
    update_rows(ImportItem, items, ["remarks", "problems", "plan", "why", "takeable"])
    plans = Counter(item.plan for item in items)
    batch.summary = batch.summary | {
        "groups": grouped(batch.summary["problems"], (item.problems for item in items)),
        "plans": {plan.value: plans[plan.value] for plan in Plan if plans[plan.value]},
        "takeable": sum(item.takeable for item in items),
        "figures": figures,
    }
    batch.save(update_fields=["summary"])


def _tell(item: ImportItem, before: Places, people: Sequence[str]) -> None:
    told = [one for one in item.problems if _is_own(one, before)]
    if rest := len(item.problems) - len(told):
        item.remarks = [*item.remarks, f"表上原有的 {rest} 处问题与资金无关，没有列出"]
    item.problems = told
    if item.plan == Plan.ERROR and item.written and not _brings(told, before):
        item.plan = (Plan.CONFLICT if people else Plan.CHANGED).value
        item.why = f"{'、'.join(people)}正打开着这份表" if people else ""
        item.takeable = bool(people)


def _is_own(problem: Mapping[str, Any], before: Places) -> bool:
    path = problem["path"]
    return path.startswith("funds.") or (problem["code"], path) not in before


def _brings(problems: Sequence[Mapping[str, Any]], before: Places) -> bool:
    """Whether there is an error that the form did not have before."""
    return any(
        one["level"] == Level.ERROR.value and (one["code"], one["path"]) not in before
        for one in problems
    )


def _present(forms: Sequence[int]) -> dict[int, list[str]]:
    """Who has which of the forms open now."""
    people: dict[int, list[str]] = defaultdict(list)
    seen = FormPresence.objects.filter(form__in=forms, seen_at__gte=timezone.now() - PRESENT)
    for tab in seen.select_related("user").order_by("form_id", "user_id"):
        if str(tab.user) not in people[tab.form_id]:
            people[tab.form_id].append(str(tab.user))
    return people
