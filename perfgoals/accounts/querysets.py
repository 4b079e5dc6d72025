"""Units and people as the pages need them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any, Self

from django.apps import apps
from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import Count, Exists, OuterRef, Prefetch, Q, Subquery
from django.db.models.expressions import RawSQL
from django.db.models.functions import Coalesce
from django.utils import timezone

# The units that a user's memberships in some roles reach today: for some roles the unit itself, for
# others the units below as well. A recursive query keeps it at one round trip whatever the depth.
_REACH = """
WITH RECURSIVE reach (unit_id, descends) AS (
    SELECT unit_id, NOT role = ANY(%s) FROM accounts_membership
    WHERE user_id = %s AND role = ANY(%s) AND (valid_until IS NULL OR valid_until >= %s)
    UNION
    SELECT child.id, true FROM accounts_unit AS child
    JOIN reach ON child.parent_id = reach.unit_id WHERE reach.descends
)
SELECT unit_id FROM reach
"""

_ABOVE = """
WITH RECURSIVE line (unit_id) AS (
    SELECT parent_id FROM accounts_unit WHERE id = %s AND parent_id IS NOT NULL
    UNION
    SELECT unit.parent_id FROM accounts_unit AS unit
    JOIN line ON unit.id = line.unit_id WHERE unit.parent_id IS NOT NULL
)
SELECT unit_id FROM line
"""


OWN_UNIT_ONLY = ("preparer", "unit_reviewer")
"""Roles that do not reach the units below."""

WRITING = ("preparer", "unit_reviewer", "admin")
"""Roles that see a form from its first line on."""

READING = ("auditor", "viewer")
"""Roles that see a form once it was submitted."""


def reach_of(user_id: int, roles: Iterable[str] = (*WRITING, *READING)) -> RawSQL:
    """A subquery of the ids of the units that the user's memberships in those roles reach today."""
    today = timezone.localdate()
    return RawSQL(_REACH, [list(OWN_UNIT_ONLY), user_id, list(roles), today])


def in_force() -> Q:
    """The memberships that have not run out."""
    return Q(valid_until__isnull=True) | Q(valid_until__gte=timezone.localdate())


def roles_of_each() -> ArraySubquery:
    """For a query of people: the roles that each of them has today, in whatever units."""
    memberships = apps.get_model("accounts", "Membership")._default_manager
    held = memberships.filter(in_force(), user=OuterRef("pk")).order_by()
    return ArraySubquery(held.values("role").distinct())


def people_in(units: Collection[int], *, everybody: bool = False) -> models.QuerySet:
    """The people who have, or had, a role in one of the units (by number); ``everybody`` also those who
    have none anywhere. Never who administers the system or enters the admin: those are kept there."""
    people = apps.get_model("accounts", "User")._default_manager
    ordinary = people.filter(is_superuser=False, is_staff=False).order_by("username")
    return ordinary if everybody else ordinary.filter(_held(unit__in=list(units)))


def listed_people(units: Collection[int], chosen: Mapping[str, Any], **options: Any) -> Any:
    """The people of ``people_in`` for a list, with their roles in the units (``held``) and the number of
    those in force elsewhere (``elsewhere``). chosen: q (words that all occur in the name or the sign-in
    name), unit, role (held, or once held, together where both are given)."""
    people = people_in(units, **options)
    for word in chosen.get("q", "").split():
        people = people.filter(Q(username__icontains=word) | Q(full_name__icontains=word))
    held = {name: chosen[name] for name in ("unit", "role") if name in chosen}
    if held:
        people = people.filter(_held(unit__in=list(units)), _held(**held))
    memberships = apps.get_model("accounts", "Membership")._default_manager
    within = memberships.filter(unit__in=list(units)).select_related("unit")
    others = memberships.filter(in_force(), user=OuterRef("pk")).exclude(unit__in=list(units))
    counted = others.order_by().values("user").annotate(total=Count("pk")).values("total")
    return people.prefetch_related(
        Prefetch("memberships", within.order_by("unit__code", "role"), to_attr="held")
    ).annotate(elsewhere=Coalesce(Subquery(counted), 0))


def people_per_unit(units: Collection[int]) -> dict[int, int]:
    """For each of the units how many of ``people_in`` have, or had, a role there."""
    memberships = apps.get_model("accounts", "Membership")._default_manager
    ordinary = memberships.filter(user__is_superuser=False, user__is_staff=False)
    counted = ordinary.filter(unit__in=list(units)).order_by().values("unit")
    return dict(counted.annotate(total=Count("user", distinct=True)).values_list("unit", "total"))


def _held(**what: Any) -> Exists:
    memberships = apps.get_model("accounts", "Membership")._default_manager
    return Exists(memberships.filter(user=OuterRef("pk"), **what))


class UnitQuerySet(models.QuerySet):
    def administered_by(self, user: Any) -> Self:
        """The units whose administrator the user is today; all for a superuser."""
        if user.is_superuser:
            return self
        return self.filter(pk__in=reach_of(user.pk, ["admin"]))

    def reached_by(self, user_id: int) -> Self:
        """The units whose forms the user may see."""
        return self.filter(pk__in=reach_of(user_id))

    def prepared_by(self, user_id: int) -> Self:
        """The units that the user prepares forms for, by name."""
        memberships = apps.get_model("accounts", "Membership")._default_manager
        held = memberships.filter(in_force(), user=user_id, role="preparer")
        return self.filter(pk__in=held.values("unit"), is_active=True).order_by("name")

    def reviewing_first(self, unit_id: int) -> bool:
        """Whether what the unit submits goes to its own reviewer first: it says so, or one above."""
        line = Q(pk=unit_id) | Q(pk__in=RawSQL(_ABOVE, [unit_id]))
        return self.filter(line, reviews_first=True).exists()

    def above(self, unit_id: int) -> Self:
        """The units above the unit, up to the top of the tree."""
        return self.filter(pk__in=RawSQL(_ABOVE, [unit_id]))
