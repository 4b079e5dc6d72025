"""Which forms a person takes away as a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from perfgoals.accounts.models import Role, Unit
from perfgoals.accounts.querysets import reach_of
from projects.models import Form
from projects.querysets import FormQuerySet

if TYPE_CHECKING:
    from perfgoals.accounts.models import User


@dataclass(frozen=True, slots=True)
class Wanted:
    """The forms of a list: filters as ``FormQuerySet.narrowed`` takes them, besides ``role``; sort: a key
    of SORTS, with a minus for descending. forms: those of the list that were chosen, () for all."""

    filters: Mapping[str, Any] = field(default_factory=dict)
    sort: str = "-year"
    forms: Sequence[int] = ()

    def as_json(self) -> dict[str, Any]:
        return {"filters": dict(self.filters), "sort": self.sort, "forms": list(self.forms)}


def wanted_forms(wanted: Wanted, *, by: User) -> FormQuerySet:
    """Those of the forms that the person may see now, in the order of the list."""
    forms: FormQuerySet = Form.objects.visible_to(by)
    if role := wanted.filters.get("role"):
        forms = forms.in_role(by.pk, role)
    forms = forms.narrowed(wanted.filters)
    if wanted.forms:
        forms = forms.filter(pk__in=wanted.forms)
    return forms.sorted_by(wanted.sort.removeprefix("-"), descending=wanted.sort.startswith("-"))


def units_written_for(user: User) -> list[Unit]:
    """The units in use whose forms the person fills in or imports, by name; all for a superuser."""
    units = Unit.objects.filter(is_active=True).select_related("parent").order_by("name")
    if not user.is_superuser:
        roles = (Role.PREPARER.value, Role.ADMIN.value)
        units = units.filter(pk__in=reach_of(user.pk, roles))
    return list(units)
