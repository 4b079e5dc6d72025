"""Units and people as the pages need them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Self

from django.apps import apps
from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import OuterRef, Q
from django.db.models.expressions import RawSQL
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


class UnitQuerySet(models.QuerySet):
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
