"""Long lists, and lists of units, to choose from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django import forms
from django.forms.utils import flatatt
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from perfgoals.accounts.models import Unit
from perfgoals.accounts.querysets import reach_of

if TYPE_CHECKING:
    from perfgoals.accounts.models import User

_STEP = "\u3000"  # a full-width blank for each step down the tree


class LongSelect(forms.Select):
    """A list of hundreds of choices, written at once: Django's own renders a template for each."""

    def render(
        self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None
    ) -> SafeString:
        chosen = "" if value is None else str(value)
        options = format_html_join(
            "",
            '<option value="{}"{}>{}</option>',
            (
                (key, SafeString(" selected") if str(key) == chosen else "", label)
                for key, label in self.choices
            ),
        )
        attributes = self.build_attrs(self.attrs, {**(attrs or {}), "name": name})
        return format_html("<select{}>{}</select>", flatatt(attributes), options)


def unit_choices(user: User, roles: Iterable[str]) -> list[tuple[int, str]]:
    """The units that those roles of the user reach, in the order of the tree, each set in by its depth.
    All units for a superuser. One query."""
    units = Unit.objects.order_by("name")
    if not user.is_superuser:
        units = units.filter(pk__in=reach_of(user.pk, roles))
    return in_tree_order(units.values_list("pk", "parent_id", "name"))


def in_tree_order(units: Iterable[tuple[int, int | None, str]]) -> list[tuple[int, str]]:
    """Units (number, that of the one above, name) with those below right under each, set in by depth. One
    whose superior is not among them stands at the top."""
    given = list(units)
    known = {pk for pk, _, _ in given}
    below: dict[int | None, list[tuple[int, str]]] = defaultdict(list)
    for pk, parent, name in given:
        below[parent if parent in known else None].append((pk, name))
    ordered: list[tuple[int, str]] = []
    waiting = [(pk, name, 0) for pk, name in reversed(below[None])]
    while waiting:
        pk, name, depth = waiting.pop()
        ordered.append((pk, f"{_STEP * depth}{name}"))
        waiting += [(child, label, depth + 1) for child, label in reversed(below[pk])]
    return ordered
