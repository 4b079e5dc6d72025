"""Indicators to choose from, as the editor needs them."""

from __future__ import annotations

from typing import Any, Self

from django.db import models
from django.db.models import F, Q


class LibraryQuerySet(models.QuerySet):
    def offered(self, words: str, *, level2: str = "") -> Self:
        """Indicators in use whose name, topic or class holds every word typed; those of the class at
        hand first."""
        found = self.filter(is_active=True)
        for word in words.split():
            found = found.filter(
                Q(name__icontains=word) | Q(topic__icontains=word) | Q(level2__icontains=word)
            )
        return _of_class_first(found, level2).order_by("elsewhere", "level1", "level2", "name")


class IndicatorQuerySet(models.QuerySet):
    def used_by(self, unit_id: int, words: str, *, level2: str = "") -> Any:
        """What the unit declared before, the latest first: level1, level2, name, target and year of
        each indicator whose name holds every word typed."""
        found = self.filter(declaration__form__project__unit_id=unit_id).exclude(name="")
        for word in words.split():
            found = found.filter(name__icontains=word)
        return (
            _of_class_first(found, level2)
            .values("level1", "level2", "name", "target", year=F("declaration__form__year_id"))
            .order_by("elsewhere", "-year", "name")
            .distinct()
        )


def _of_class_first(found: Any, level2: str) -> Any:
    return found.annotate(elsewhere=models.Case(models.When(level2=level2, then=0), default=1))
