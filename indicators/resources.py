"""The classes of indicators, and the library, as tables for import and export."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet
from tablib import Dataset

from indicators.models import IndicatorCategory, LibraryIndicator
from perfgoals.common.exchange.resources import MasterResource, TreeResource


def misplaced(category: IndicatorCategory) -> str | None:
    """Why a class cannot stand below its parent: there are two levels. None where it can."""
    if category.parent_id and category.parent_id == category.pk:
        return "一级指标不能是自己"
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


class LibraryIndicatorResource(MasterResource):
    class Meta:
        model = LibraryIndicator
        fields = ("code", "level1", "level2", "topic", "name", "target", "source", "is_active")

    def get_queryset(self) -> QuerySet[LibraryIndicator]:
        return LibraryIndicator.objects.all()

    def prepare(self, dataset: Dataset) -> None:
        super().prepare(dataset)
        self._classes = set(
            IndicatorCategory.objects.filter(parent__isnull=False).values_list(
                "parent__name", "name"
            )
        )

    def faults(
        self, instance: Any, row: dict[str, Any], errors: dict[str, Any], **kwargs: Any
    ) -> Iterator[tuple[str, str]]:
        if errors.keys() & {"level1", "level2"}:
            return
        if (instance.level1, instance.level2) not in self._classes:
            yield "level2", f"指标分类中没有「{instance.level1} → {instance.level2}」"
