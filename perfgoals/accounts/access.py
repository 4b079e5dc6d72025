"""What a person's roles open up, apart from forms; and which units and people somebody administers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404

from perfgoals.accounts.models import Membership, Role, Unit, User
from perfgoals.accounts.querysets import in_force, people_in

_LOG_READERS = (Role.ADMIN.value, Role.LOG_AUDITOR.value)
_REVIEWERS = (Role.AUDITOR.value, Role.UNIT_REVIEWER.value)


def may_read_log(user: Any) -> bool:
    """Whether the person reads the audit log: administrators and log auditors."""
    return _holds(user, _LOG_READERS)


def may_review(user: Any) -> bool:
    """Whether forms come before the person: auditors and the units' own reviewers."""
    return _holds(user, _REVIEWERS)


def _holds(user: Any, roles: tuple[str, ...]) -> bool:
    if not user.is_authenticated or not user.is_active:
        return False
    if user.is_superuser:
        return True
    return Membership.objects.filter(in_force(), user=user, role__in=roles).exists()


class Menu(NamedTuple):
    """What the main menu shows beside what everybody finds there. This is for the menu only; the pages ask
    themselves.

    reviews: the desk of a reviewer. oversees: samples and cross-form checks, without a desk. imports: forms
    from workbooks. reads_log: the audit log. keeps: units and people.
    """

    reviews: bool = False
    oversees: bool = False
    imports: bool = False
    reads_log: bool = False
    keeps: bool = False


def menu_of(user: Any) -> Menu:
    """The menu of who is signed in, by the roles of today."""
    if not user.is_authenticated:
        return Menu()
    if user.is_superuser:
        return Menu(reviews=True, imports=True, reads_log=True, keeps=True)
    roles = user.roles
    reviews = not roles.isdisjoint(_REVIEWERS)
    return Menu(
        reviews=reviews,
        oversees=Role.ADMIN.value in roles and not reviews,
        imports=Role.ADMIN.value in roles,
        reads_log=not roles.isdisjoint(_LOG_READERS),
        keeps=Role.ADMIN.value in roles,
    )


class Line(NamedTuple):
    """A unit in the tree, and how far below the top of what is shown."""

    unit: Unit
    depth: int

    @property
    def pk(self) -> int:
        return self.unit.pk


@dataclass(frozen=True)
class Reach:
    """The units that somebody administers: those of the ADMIN memberships of today and all below them;
    every unit for a superuser (``is_whole``)."""

    user: User
    units: Mapping[int, Unit]

    @property
    def is_whole(self) -> bool:
        return self.user.is_superuser

    @property
    def roles(self) -> list[Role]:
        """The roles that can be handed out. Who reads the log of the whole system is not decided by who
        administers a part of it."""
        return [role for role in Role if self.is_whole or role is not Role.LOG_AUDITOR]

    @cached_property
    def tree(self) -> list[Line]:
        """The units with those below right under each."""
        named = ((one.pk, one.parent_id, one.code) for one in self.units.values())
        ordered = in_tree_order(sorted(named, key=lambda one: one[2]))
        return [Line(self.units[pk], depth) for pk, _, depth in ordered]

    def is_top(self, unit: Unit) -> bool:
        """Whether the person's reach ends with this unit, upwards."""
        known = unit.pk in self.units
        return known and not self.is_whole and unit.parent_id not in self.units

    def unit(self, pk: int) -> Unit:
        """Raises Http404 for one out of reach, so that a number tells nothing."""
        if pk not in self.units:
            raise Http404
        return self.units[pk]

    def person(self, pk: int, *, lock: bool = False) -> User:
        """Somebody whom the person keeps. Raises Http404 for anybody else."""
        people = people_in(self.units, everybody=self.is_whole)
        return get_object_or_404(people.select_for_update(of=("self",)) if lock else people, pk=pk)

    def keeps(self, pk: int) -> bool:
        """Whether that is somebody whom the person keeps."""
        return people_in(self.units, everybody=self.is_whole).filter(pk=pk).exists()

    def may_set(self, held: Membership) -> bool:
        """Whether that role is the person's to change or take away: within reach, one that can be handed
        out, and not what one administers by oneself."""
        own = held.user_id == self.user.pk and held.role == Role.ADMIN.value
        return held.unit_id in self.units and held.role in self.roles and not own


def reach_of_admin(user: Any) -> Reach:
    """Raises PermissionDenied for who administers nothing today."""
    if not _holds(user, (Role.ADMIN.value,)):
        raise PermissionDenied("单位和人员只对管理员开放")
    return Reach(user, {one.pk: one for one in Unit.objects.administered_by(user)})


class Standing(NamedTuple):
    """How a person stands to who looks at them. own: it is they themselves. elsewhere: how many roles in
    force lie out of reach. overseer: whether they read the log of the whole system. reads: whether they
    have leave to read projects out of reach."""

    own: bool
    elsewhere: int
    overseer: bool
    reads: bool

    @property
    def why_not(self) -> str:
        """Why the account (name, e-mail, password, device, whether it is in use) is not the
        administrator's to change; "" where it is. Whoever sets a password can sign in with it, and then
        does what its owner may do."""
        if self.elsewhere:
            return (
                f"此人在您管理的范围以外还有 {self.elsewhere} 个岗位，"
                "姓名、邮箱、密码、动态验证码和停用不由您修改，请联系系统管理员"
            )
        if self.overseer:
            return (
                "此人是日志审计员，姓名、邮箱、密码、动态验证码和停用不由您修改，请联系系统管理员"
            )
        if self.reads:
            return (
                "此人获准查阅您管理的范围以外的项目，"
                "姓名、邮箱、密码、动态验证码和停用不由您修改，请联系系统管理员"
            )
        return ""


def standing_of(reach: Reach, person: User) -> Standing:
    own = person.pk == reach.user.pk
    if reach.is_whole:
        return Standing(own, elsewhere=0, overseer=False, reads=False)
    held = person.memberships.filter(in_force())
    return Standing(
        own,
        elsewhere=held.exclude(unit__in=list(reach.units)).count(),
        overseer=held.filter(role=Role.LOG_AUDITOR.value).exists(),
        reads=any(reads(person, reach.units) for reads in _READERS),
    )


_READERS: list[Callable[[User, Collection[int]], bool]] = []


def also_read_by(reads: Callable[[User, Collection[int]], bool]) -> None:
    """Say what opens something to people besides their roles: a function that tells whether it opens
    anything of other units than those (by number) to the person."""
    if reads not in _READERS:
        _READERS.append(reads)


def in_tree_order(
    units: Iterable[tuple[int, int | None, str]],
) -> list[tuple[int, str, int]]:
    """Units (number, that of the one above, name) with those below right under each, and the depth. One
    whose superior is not among them stands at the top."""
    given = list(units)
    known = {pk for pk, _, _ in given}
    below: dict[int | None, list[tuple[int, str]]] = defaultdict(list)
    for pk, parent, name in given:
        below[parent if parent in known else None].append((pk, name))
    ordered: list[tuple[int, str, int]] = []
    waiting = [(pk, name, 0) for pk, name in reversed(below[None])]
    while waiting:
        pk, name, depth = waiting.pop()
        ordered.append((pk, name, depth))
        waiting += [(child, label, depth + 1) for child, label in reversed(below[pk])]
    return ordered
