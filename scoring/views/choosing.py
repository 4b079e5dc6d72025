"""Units to choose from."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from perfgoals.accounts.access import in_tree_order
from perfgoals.accounts.models import Unit
from perfgoals.accounts.querysets import reach_of

if TYPE_CHECKING:
    from perfgoals.accounts.models import User

_STEP = "\u3000"  # a full-width blank for each step down the tree


def unit_choices(user: User, roles: Iterable[str]) -> list[tuple[int, str]]:
    """The units that those roles of the user reach, in the order of the tree, each set in by its depth.
    All units for a superuser. One query."""
    units = Unit.objects.order_by("name")
    if not user.is_superuser:
        units = units.filter(pk__in=reach_of(user.pk, roles))
    lines = in_tree_order(units.values_list("pk", "parent_id", "name"))
    return [(pk, f"{_STEP * depth}{name}") for pk, name, depth in lines]
