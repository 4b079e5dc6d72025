"""The classes of indicators as a table for import and export."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet

from indicators.models import IndicatorCategory
from perfgoals.common.exchange.resources import TreeResource


def misplaced(category: IndicatorCategory) -> str | None:
    """Why a class cannot stand below its parent: there are two levels. None where it can."""
    if category.parent_id and category.pk and category.children.exists():
        return f"「{category.name}」下面有二级指标，不能再归入别的一级指标"
    return None


class IndicatorCategoryResource(TreeResource):
    class Meta:
        model = IndicatorCategory
        fields = ("code", "name", "parent", "order", "first_year", "last_year", "source")

    def get_queryset(self) -> QuerySet[IndicatorCategory]:
        return IndicatorCategory.objects.select_related("parent")

    def faults(
        self, instance: Any, row: dict[str, Any], errors: dict[str, Any], **kwargs: Any
    ) -> Iterator[tuple[str, str]]:
        if "parent" not in errors and (message := misplaced(instance)):
            yield "parent", message
