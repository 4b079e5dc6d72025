"""Years that are open, and their last days."""

from __future__ import annotations

from datetime import date, timedelta

from django.utils import timezone

from projects.models import Deadline, FiscalYear, Stage


def in_days(days: int) -> date:
    return timezone.localdate() + timedelta(days=days)


def only_open(year: int, **stages: int) -> FiscalYear:
    """Close every other year. stages: the last day of each, in days from today."""
    FiscalYear.objects.update(is_open=False)
    opened, _ = FiscalYear.objects.update_or_create(year=year, defaults={"is_open": True})
    for stage, days in stages.items():
        Deadline.objects.create(year=opened, stage=Stage(stage).value, due=in_days(days))
    return opened
