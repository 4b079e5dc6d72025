"""What the admins of all apps are built on.

Forms are written by services only, so their admins show and never change: ``ReadOnlyAdmin``.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from unfold.admin import ModelAdmin, TabularInline

from perfgoals.common.admin_records import RecordedAdmin
from perfgoals.common.numbers import padded


class MasterAdmin(RecordedAdmin, ModelAdmin):
    """Master data: kept by administrators. What they change is in the log, field by field."""

    def get_deleted_objects(
        self, objs: Any, request: HttpRequest
    ) -> tuple[list[Any], dict[str, int], set[str], list[Any]]:
        """Of what is in use it says what uses it. That those cannot be deleted in the admin is not the
        reason, and would be shown first."""
        deleted, counts, rights, protected = super().get_deleted_objects(objs, request)
        return deleted, counts, set() if protected else rights, protected


class ReadOnly:
    """Mixed into an admin or inline: to be looked at."""

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class ReadOnlyAdmin(ReadOnly, ModelAdmin):
    """Shows and never changes."""

    actions = None


class ReadOnlyInline(ReadOnly, TabularInline):
    """Rows of what is shown."""

    extra = 0
    hide_title = True
    can_delete = False


def number_column(
    model: type[Model], name: str, printed: Callable[[Decimal], str] = padded
) -> Callable[[Model], str | None]:
    """A column of decimals without the zeros that only its scale adds."""
    field = model._meta.get_field(name)

    @admin.display(description=field.verbose_name, ordering=name)  # type: ignore[union-attr]
    def show(instance: Model) -> str | None:
        number = getattr(instance, name)
        return None if number is None else printed(number)

    return show
