"""Schemes as services and commands need them, and rows as the editor does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import F, Q

from indicators.querysets import IndicatorRowQuerySet

if TYPE_CHECKING:
    from scoring.models import ScoringScheme


class ResultQuerySet(IndicatorRowQuerySet):
    form_path = "self_evaluation__form"


class SchemeQuerySet(models.QuerySet["ScoringScheme"]):
    def in_force(self, year: int) -> ScoringScheme:
        """The scheme for forms of that year: of those whose years hold it the one that began last, so
        that a rule of the place goes before the Ministry's default, which has no years.

        Raises ScoringScheme.DoesNotExist where none is kept at all.
        """
        holding = self.filter(
            Q(first_year__isnull=True) | Q(first_year__lte=year),
            Q(last_year__isnull=True) | Q(last_year__gte=year),
        ).order_by(F("first_year").desc(nulls_last=True), "code")
        scheme = holding.first()
        if scheme is None:
            raise self.model.DoesNotExist(f"没有适用于 {year} 年度的计分办法")
        return scheme


class ReviewQuerySet(models.QuerySet):
    def waiting(self) -> Self:
        """Reviews that wait for a decision."""
        return self.filter(outcome="pending")
