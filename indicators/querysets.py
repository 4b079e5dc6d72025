"""Indicators to choose from, as the editor needs them."""

from __future__ import annotations

from typing import Any, Self

from django.apps import apps
from django.db import models
from django.db.models import F, OuterRef, Q, Subquery


class LibraryQuerySet(models.QuerySet):
    def offered(self, words: str, *, level2: str = "") -> Self:
        """Indicators in use whose name, topic or class holds every word typed. First those whose name
        begins with what was typed, then those of the class at hand."""
        found = self.filter(is_active=True)
        for word in words.split():
            found = found.filter(
                Q(name__icontains=word) | Q(topic__icontains=word) | Q(level2__icontains=word)
            )
        return _ranked(found, words, level2).order_by("within", "elsewhere", "name", "level2", "pk")

    def in_tree_order(self) -> Self:
        """As the official tree has its classes, so that merged cells stand together; then by name."""
        categories = apps.get_model("indicators", "IndicatorCategory")._default_manager
        here = categories.filter(name=OuterRef("level2"), parent__name=OuterRef("level1"))
        return self.annotate(
            place1=Subquery(here.order_by().values("parent__order")[:1]),
            place2=Subquery(here.order_by().values("order")[:1]),
        ).order_by(
            F("place1").asc(nulls_last=True),
            F("place2").asc(nulls_last=True),
            "level2",
            "name",
            "pk",
        )

    def topics(self) -> Any:
        """For each topic of the indicators in use its ``name`` and how many ``indicators`` it has."""
        return (
            self.filter(is_active=True)
            .order_by("topic")
            .values("topic")
            .annotate(indicators=models.Count("pk"))
        )


class IndicatorRowQuerySet(models.QuerySet):
    """Rows of either form; ``form_path`` leads from a row to its form."""

    form_path = "declaration__form"

    def used_by(
        self, unit_id: int, words: str, *, level2: str = "", besides: int | None = None
    ) -> Any:
        """What the unit used in its forms: level1, level2, name, target and year of each row whose name
        holds every word typed. First those whose name begins with what was typed, then those of the
        class at hand, the latest year first. besides: a form that is left out."""
        path = self.form_path
        found = self.filter(**{f"{path}__project__unit_id": unit_id}).exclude(name="")
        found = found.exclude(damaged__has_key="name")
        if besides is not None:
            found = found.exclude(**{path: besides})
        for word in words.split():
            found = found.filter(name__icontains=word)
        return (
            _ranked(found, words, level2)
            .values("level1", "level2", "name", "target", "damaged", year=F(f"{path}__year_id"))
            .order_by("within", "elsewhere", "-year", "name")
        )


def _ranked(found: Any, words: str, level2: str) -> Any:
    """With ``within`` (0 where the name begins with the words) and ``elsewhere`` (0 in the class)."""
    begins = models.When(name__istartswith=words.strip(), then=0)
    here = models.When(level2=level2, then=0)
    return found.annotate(
        within=models.Case(begins, default=1), elsewhere=models.Case(here, default=1)
    )
