"""Units and people as the pages need them."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import Q
from django.db.models.expressions import RawSQL

# The units that a user's memberships reach: a preparer's own unit, and for the other roles the units
# below as well. A recursive query keeps it at one round trip whatever the depth of the tree.
_REACH = """
WITH RECURSIVE reach (unit_id, descends) AS (
    SELECT unit_id, role <> 'preparer' FROM accounts_membership WHERE user_id = %s
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


def reach_of(user_id: int) -> RawSQL:
    """A subquery of the ids of the units that the user's memberships reach."""
    return RawSQL(_REACH, [user_id])


class UnitQuerySet(models.QuerySet):
    def reached_by(self, user_id: int) -> Self:
        """The units whose forms the user may see."""
        return self.filter(pk__in=reach_of(user_id))

    def prepared_by(self, user_id: int) -> Self:
        """The units that the user prepares forms for, by name."""
        held = Q(memberships__user=user_id, memberships__role="preparer", is_active=True)
        return self.filter(held).order_by("name").distinct()

    def above(self, unit_id: int) -> Self:
        """The units above the unit, up to the top of the tree."""
        return self.filter(pk__in=RawSQL(_ABOVE, [unit_id]))
