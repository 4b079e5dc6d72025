"""The list of forms as an address describes it: filters, order, and what is next to what."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.http import QueryDict

from projects.models import Form
from projects.querysets import SORTS, FormQuerySet
from scoring.forms import FormFilter

if TYPE_CHECKING:
    from perfgoals.accounts.models import User

DEFAULT_SORT = "-year"


@dataclass(frozen=True, slots=True)
class Listing:
    """``forms`` are those that fit the filters, in the order of ``sort`` (a key of SORTS, with a minus
    for descending)."""

    filter: FormFilter
    sort: str
    forms: FormQuerySet

    @property
    def query(self) -> str:
        """The part of the address that brings the same list again, its first page; "" for all."""
        sort = "" if self.sort == DEFAULT_SORT else urlencode({"sort": self.sort})
        return "&".join(filter(None, (self.filter.query, sort)))

    def with_sort(self, sort: str) -> str:
        """The address of the same forms in another order."""
        return "&".join(filter(None, (self.filter.query, urlencode({"sort": sort}))))

    def neighbours(self, pk: int) -> tuple[int | None, int | None]:
        """The forms before and after the form in the list; None, None for one that is not in it."""
        order = list(self.forms.values_list("pk", flat=True))
        if pk not in order:
            return None, None
        place = order.index(pk)
        before = order[place - 1] if place else None
        after = order[place + 1] if place + 1 < len(order) else None
        return before, after


def listing_for(user: User, address: QueryDict) -> Listing:
    """The list that the address asks for, of the forms that the user may see. What the address says
    wrongly is left out."""
    visible = Form.objects.visible_to(user)
    form_filter = FormFilter(address, choices=visible.list_choices())
    sort = address.get("sort", DEFAULT_SORT)
    if sort.removeprefix("-") not in SORTS:
        sort = DEFAULT_SORT
    if role := form_filter.chosen.get("role"):
        visible = visible.in_role(user.pk, role)
    forms = visible.narrowed(form_filter.chosen).sorted_by(
        sort.removeprefix("-"), descending=sort.startswith("-")
    )
    return Listing(form_filter, sort, forms)
