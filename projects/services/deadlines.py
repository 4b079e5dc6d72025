"""The last days of the stages of a year."""

from __future__ import annotations

from datetime import date

from django.utils import timezone

from perfgoals.accounts.models import Unit
from projects.models import Deadline, DeadlineExtension, Stage


def due_day(*, year: int, stage: Stage, unit: Unit) -> date | None:
    """The last day of the stage for the unit: the latest of what was extended for it or a unit above,
    else the year's; None where none is set."""
    deadline = Deadline.objects.filter(year=year, stage=stage.value).first()
    if deadline is None:
        return None
    line = [unit.pk, *Unit.objects.above(unit.pk).values_list("pk", flat=True)]
    extended = DeadlineExtension.objects.filter(deadline=deadline, unit__in=line)
    return max([deadline.due, *extended.values_list("due", flat=True)])


def is_past(day: date | None) -> bool:
    """Whether the last day is over."""
    return day is not None and timezone.localdate() > day
