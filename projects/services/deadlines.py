"""The last days of the stages of a year."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.utils import timezone

from perfgoals.accounts.models import Unit
from projects.models import Deadline, DeadlineExtension, Form, Stage
from projects.workflow import FormKind, Status

_SUBMITTING = {
    FormKind.DECLARATION: Stage.DECLARATION,
    FormKind.SELF_EVALUATION: Stage.SELF_EVALUATION,
}
_REVIEWING = {
    FormKind.DECLARATION: Stage.DECLARATION_REVIEW,
    FormKind.SELF_EVALUATION: Stage.SELF_EVALUATION_REVIEW,
}


@dataclass(frozen=True, slots=True)
class Due:
    """The last day of a stage, seen from ``today``. is_extended: it is later than the year's own."""

    year: int
    stage: Stage
    day: date
    warning_days: int
    is_extended: bool
    today: date

    @property
    def left(self) -> int:
        """Days left; 0 on the last day, negative after it."""
        return (self.day - self.today).days

    @property
    def is_past(self) -> bool:
        return self.left < 0

    @property
    def is_near(self) -> bool:
        return 0 <= self.left <= self.warning_days

    @property
    def label(self) -> str:
        return f"{self.year} 年{self.stage.label}"

    @property
    def words(self) -> str:
        """「还有 12 天」, 「今天截止」 or 「已逾期 3 天」."""
        if self.left == 0:
            return "今天截止"
        return f"还有 {self.left} 天" if self.left > 0 else f"已逾期 {-self.left} 天"


def submitting_stage(kind: FormKind) -> Stage:
    """The stage by whose last day a form of the kind is to be submitted."""
    return _SUBMITTING[kind]


def due_of(*, year: int, stage: Stage, unit: int) -> Due | None:
    """The last day of the stage for the unit (its id); None where none is set."""
    deadline = Deadline.objects.filter(year=year, stage=stage.value).first()
    if deadline is None:
        return None
    day = due_days([deadline], [unit])[deadline.pk, unit]
    return due_on(deadline, day)


def due_for(form: Form) -> Due | None:
    """The last day of the stage that the form is in: to be submitted, to be reviewed, to be published;
    None for a published form and where none is set."""
    kind, status = FormKind(form.kind), Status(form.status)
    if status is Status.PUBLISHED:
        return None
    stage = {Status.SUBMITTED: _REVIEWING[kind], Status.APPROVED: Stage.DISCLOSURE}.get(
        status, _SUBMITTING[kind]
    )
    return due_of(year=form.year_id, stage=stage, unit=form.project.unit_id)


def due_on(deadline: Deadline, day: date) -> Due:
    """The deadline where it falls on that day."""
    return Due(
        year=deadline.year_id,
        stage=Stage(deadline.stage),
        day=day,
        warning_days=deadline.warning_days,
        is_extended=day > deadline.due,
        today=timezone.localdate(),
    )


def due_day(*, year: int, stage: Stage, unit: Unit) -> date | None:
    """The last day of the stage for the unit: the latest of what was extended for it or a unit above,
    else the year's; None where none is set."""
    due = due_of(year=year, stage=stage, unit=unit.pk)
    return None if due is None else due.day


def due_days(deadlines: Iterable[Deadline], units: Iterable[int]) -> dict[tuple[int, int], date]:
    """The last day of each deadline for each unit, by the ids of both; two queries however many."""
    deadlines, units = list(deadlines), list(units)
    days = {(deadline.pk, unit): deadline.due for deadline in deadlines for unit in units}
    extended = list(
        DeadlineExtension.objects.filter(deadline__in=deadlines).values_list(
            "deadline_id", "unit_id", "due"
        )
    )
    if not extended:
        return days
    above = dict(Unit.objects.values_list("pk", "parent_id"))
    for unit in units:
        line = set(_line(unit, above))
        for deadline, granted_to, day in extended:
            if granted_to in line:
                days[deadline, unit] = max(days[deadline, unit], day)
    return days


def _line(unit: int | None, above: Mapping[int, int | None]) -> Iterable[int]:
    """The unit and those above it, each once, even where units form a circle."""
    seen: list[int] = []
    while unit is not None and unit not in seen:
        seen.append(unit)
        unit = above.get(unit)
    return seen


def is_past(day: date | None) -> bool:
    """Whether the last day is over."""
    return day is not None and timezone.localdate() > day
