"""What waits for a person: forms in their hands, forms not begun yet, and the last days."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from perfgoals.accounts.models import Role, Unit
from perfgoals.accounts.querysets import in_force, reach_of
from projects.models import Deadline, FiscalYear, Form, Project, Stage
from projects.services.deadlines import Due, due_days, due_on, submitting_stage
from projects.workflow import FormKind, Status

if TYPE_CHECKING:
    from perfgoals.accounts.models import User

Pair = tuple[int, FormKind]
"""A form that the projects of a unit are to have: its year and kind."""

AT_WORK = (Role.PREPARER, Role.UNIT_REVIEWER, Role.AUDITOR, Role.ADMIN)
"""The roles in which something waits for a person, or that count what waits for others."""

_Handling = dict[Role, tuple[Status, ...]]
_TO_SUBMIT: _Handling = {
    Role.PREPARER: (Status.DRAFT, Status.RETURNED),
    Role.UNIT_REVIEWER: (Status.UNIT_REVIEW,),
    Role.ADMIN: (Status.DRAFT, Status.RETURNED, Status.UNIT_REVIEW),
}
_TO_REVIEW: _Handling = {Role.AUDITOR: (Status.SUBMITTED,), Role.ADMIN: (Status.SUBMITTED,)}
_TO_PUBLISH: _Handling = {Role.AUDITOR: (Status.APPROVED,), Role.ADMIN: (Status.APPROVED,)}
_CONCERNS: dict[Stage, tuple[tuple[FormKind, ...], _Handling]] = {
    Stage.DECLARATION: ((FormKind.DECLARATION,), _TO_SUBMIT),
    Stage.DECLARATION_REVIEW: ((FormKind.DECLARATION,), _TO_REVIEW),
    Stage.SELF_EVALUATION: ((FormKind.SELF_EVALUATION,), _TO_SUBMIT),
    Stage.SELF_EVALUATION_REVIEW: ((FormKind.SELF_EVALUATION,), _TO_REVIEW),
    Stage.DISCLOSURE: (tuple(FormKind), _TO_PUBLISH),
}
"""For each stage the kinds of forms in it, and in which statuses they wait for whom."""


@dataclass(frozen=True, slots=True)
class DeadlineLine:
    """A last day that concerns a person. left_over: how many forms have not passed the stage; units: for
    whom the day was extended, by name, where that is not all of them."""

    due: Due
    left_over: int
    units: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class UnitProgress:
    """How many forms of a unit are in which status."""

    unit: int
    name: str
    counts: Mapping[Status, int]

    @property
    def total(self) -> int:
        return sum(self.counts.values())


@dataclass(slots=True)
class Waiting:
    """What waits for a person.

    units: for each role at work the units it reaches, names by id. counts: for each of these roles but
    the administrator's what ``counts_for_home`` tells of its forms. missing: how many projects of the
    prepared units have no form yet, by unit, year and kind.
    """

    units: dict[Role, dict[int, str]]
    counts: dict[Role, dict[str, int]]
    missing: Mapping[tuple[int, int, FormKind], int]
    deadlines: list[DeadlineLine]
    standing: list[tuple[int, int, FormKind, Status, int]] = field(default_factory=list)

    @property
    def to_begin(self) -> int:
        return sum(self.missing.values())

    def progress(self, year: int, kind: FormKind) -> list[UnitProgress]:
        """How the forms of the year and kind stand in the units that the person looks after, by the
        name of the unit; units without any are left out."""
        names = self.units.get(Role.AUDITOR, {}) | self.units.get(Role.ADMIN, {})
        counts: dict[int, Counter[Status]] = defaultdict(Counter)
        for unit, of_year, of_kind, status, number in self.standing:
            if unit in names and (of_year, of_kind) == (year, kind):
                counts[unit][status] += number
        found = [UnitProgress(unit, names[unit], held) for unit, held in counts.items()]
        return sorted(found, key=lambda one: one.name)

    @property
    def progress_choices(self) -> list[Pair]:
        """The years and kinds that ``progress`` knows of, the newest first."""
        names = self.units.get(Role.AUDITOR, {}) | self.units.get(Role.ADMIN, {})
        pairs = {(year, kind) for unit, year, kind, *_ in self.standing if unit in names}
        return sorted(pairs, key=lambda pair: (-pair[0], list(FormKind).index(pair[1])))

    def under_way(self, pair: Pair) -> int:
        """How many forms of the year and kind have not come to publication."""
        return sum(
            number
            for _, year, kind, status, number in self.standing
            if (year, kind) == pair and status is not Status.PUBLISHED
        )


def waiting_for(user: User, roles: Iterable[Role]) -> Waiting:
    """What waits for the person, in the roles that they hold today (see ``roles_of``)."""
    held = [role for role in AT_WORK if role in set(roles)]
    units = {role: _units(user, role) for role in held}
    open_years = list(FiscalYear.objects.filter(is_open=True).prefetch_related("deadlines"))
    everywhere = {unit for names in units.values() for unit in names}
    rows = Form.objects.standing_for_home([year.pk for year in open_years], everywhere)
    standing = [
        (unit, year, FormKind(kind), Status(status), number)
        for unit, year, kind, status, number in (rows if everywhere and open_years else ())
    ]
    missing: dict[tuple[int, int, FormKind], int] = {}
    if Role.PREPARER in held:
        missing = _missing(user, expected_forms(open_years))
    forms = Form.objects.visible_to(user)
    return Waiting(
        units=units,
        counts={
            role: forms.in_role(user.pk, role.value).counts_for_home()
            for role in held
            if role is not Role.ADMIN
        },
        missing=missing,
        deadlines=_deadlines(open_years, units, standing, missing),
        standing=standing,
    )


def roles_of(user: User) -> list[Role]:
    """The roles that the person holds today; a superuser is an administrator everywhere."""
    held = set(user.memberships.filter(in_force()).values_list("role", flat=True))
    if user.is_superuser:
        held.add(Role.ADMIN.value)
    return [role for role in Role if role.value in held]


def _units(user: User, role: Role) -> dict[int, str]:
    units = Unit.objects.order_by()
    if not (role is Role.ADMIN and user.is_superuser):
        units = units.filter(pk__in=reach_of(user.pk, (role.value,)))
    return dict(units.values_list("pk", "name"))


def expected_forms(years: Sequence[FiscalYear]) -> list[Pair]:
    """The forms that each project is to have in the open years: those for whose submission a last day
    is set. Where a year has none set the calendar decides: declarations for this year and later ones,
    self-evaluations for the year that has just ended."""
    this = timezone.localdate().year
    pairs: list[Pair] = []
    for year in years:
        stages = {deadline.stage for deadline in year.deadlines.all()}
        by_kind = {kind: submitting_stage(kind).value in stages for kind in FormKind}
        if not any(by_kind.values()):
            by_kind = {
                FormKind.DECLARATION: year.pk >= this,
                FormKind.SELF_EVALUATION: year.pk == this - 1,
            }
        pairs += [(year.pk, kind) for kind in FormKind if by_kind[kind]]
    return pairs


def projects_without(user: User, year: int, kind: FormKind) -> QuerySet[Project]:
    """The projects of the units that the person prepares forms for, running in that year, that have no
    form of the kind for it; by unit and name."""
    prepared = Project.objects.filter(unit__in=Unit.objects.prepared_by(user.pk).values("pk"))
    lacking = prepared.filter(_lacks(year, kind)).select_related("unit")
    return lacking.order_by("unit__name", "name", "pk")


def to_begin(user: User) -> list[tuple[int, FormKind, QuerySet[Project]]]:
    """For each form that the open years call for the projects that have none yet."""
    years = FiscalYear.objects.filter(is_open=True).prefetch_related("deadlines")
    return [
        (year, kind, projects_without(user, year, kind))
        for year, kind in expected_forms(list(years))
    ]


def _lacks(year: int, kind: FormKind) -> Q:
    forms = Form.objects.filter(project=OuterRef("pk"), year=year, kind=kind.value).order_by()
    begun = Q(start__isnull=True) | Q(start__year__lte=year)
    going_on = Q(end__isnull=True) | Q(end__year__gte=year)
    return begun & going_on & ~Q(Exists(forms))


def _missing(user: User, expected: Sequence[Pair]) -> dict[tuple[int, int, FormKind], int]:
    """How many projects lack which form, in one query."""
    if not expected:
        return {}
    prepared = Unit.objects.prepared_by(user.pk).order_by().values("pk")
    rows: Any = (
        Project.objects.filter(unit__in=prepared)
        .order_by()
        .values("unit_id")
        .annotate(
            **{
                f"lacking_{place}": Count("pk", filter=_lacks(year, kind))
                for place, (year, kind) in enumerate(expected)
            }
        )
    )
    return {
        (row["unit_id"], year, kind): row[f"lacking_{place}"]
        for row in rows
        for place, (year, kind) in enumerate(expected)
        if row[f"lacking_{place}"]
    }


def _deadlines(
    years: Iterable[FiscalYear],
    units: Mapping[Role, Mapping[int, str]],
    standing: Iterable[tuple[int, int, FormKind, Status, int]],
    missing: Mapping[tuple[int, int, FormKind], int],
) -> list[DeadlineLine]:
    """The last days to come, and those gone by which something is still left over; the nearest first.
    Where some units have more time, they have a line of their own."""
    deadlines = [
        deadline
        for year in years
        for deadline in year.deadlines.all()
        if not units.keys().isdisjoint(_CONCERNS[Stage(deadline.stage)][1])
    ]
    names = {unit: name for held in units.values() for unit, name in held.items()}
    if not deadlines or not names:
        return []
    counts = Counter(
        {(unit, year, kind, status): number for unit, year, kind, status, number in standing}
    )
    days = due_days(deadlines, names)
    lines: list[DeadlineLine] = []
    for deadline in deadlines:
        groups: dict[Due, list[int]] = defaultdict(list)
        for unit in _concerned(deadline, units):
            groups[due_on(deadline, days[deadline.pk, unit])].append(unit)
        for due, members in groups.items():
            left_over = sum(_left_over(deadline, unit, units, counts, missing) for unit in members)
            if left_over or not due.is_past:
                some = due.is_extended and len(groups) > 1
                named = sorted(names[unit] for unit in members) if some else []
                lines.append(DeadlineLine(due, left_over, tuple(named)))
    return sorted(lines, key=lambda line: (line.due.day, line.due.label))


def _concerned(deadline: Deadline, units: Mapping[Role, Mapping[int, str]]) -> Iterator[int]:
    """The units for which the stage is a matter of the person's, each once."""
    roles = _CONCERNS[Stage(deadline.stage)][1]
    yield from {unit: None for role in roles for unit in units.get(role, {})}


def _left_over(
    deadline: Deadline,
    unit: int,
    units: Mapping[Role, Mapping[int, str]],
    counts: Mapping[tuple[int, int, FormKind, Status], int],
    missing: Mapping[tuple[int, int, FormKind], int],
) -> int:
    """How many forms of the unit have not passed the stage, as far as the person has to do with them."""
    kinds, roles = _CONCERNS[Stage(deadline.stage)]
    year = deadline.year_id
    statuses = {status for role in roles if unit in units.get(role, {}) for status in roles[role]}
    number = sum(counts[unit, year, kind, status] for kind in kinds for status in statuses)
    if Role.PREPARER in roles and unit in units.get(Role.PREPARER, {}):
        number += sum(missing.get((unit, year, kind), 0) for kind in kinds)
    return number
