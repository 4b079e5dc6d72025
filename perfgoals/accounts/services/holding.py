"""Roles (岗位), as an administrator hands them out and takes them back within reach."""

from __future__ import annotations

from datetime import date

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import Http404

from perfgoals.accounts.access import Reach, reach_of_admin
from perfgoals.accounts.models import Membership, Role, Unit, User
from perfgoals.accounts.services.people import record_rights, rights_of
from perfgoals.accounts.services.stamps import require_none_since, require_stamp, roles_stamp
from perfgoals.common.models import AuditAction

NOBODY = "没有可以加岗位的这个用户名"
"""The answer where there is no such person and where it is one not to be touched: which of these it is
remains unsaid."""


@transaction.atomic
def give_role(
    *, person: User, unit: Unit, role: Role, valid_until: date | None, by: User
) -> Membership:
    """One more role within reach, for somebody who is there.

    Raises PermissionDenied for one that is not the administrator's to give, ValidationError for one that
    the person has, if only until a day that is over.
    """
    reach = reach_of_admin(by)
    reach.unit(unit.pk)
    if role not in reach.roles:
        raise PermissionDenied(f"「{role.label}」只能由系统管理员给")
    if person.pk == by.pk and role is Role.ADMIN:
        raise PermissionDenied("不能给自己加管理员岗位，请由另一位管理员办理")
    before = rights_of(person)
    held, made = Membership.objects.get_or_create(
        user=person, unit=unit, role=role.value, defaults={"valid_until": valid_until}
    )
    if not made:
        raise ValidationError("此人在这个单位已有同一岗位，可以直接修改它的有效期")
    record_rights(user=person, before=before, by=by)
    return held


@transaction.atomic
def add_role(
    *, person: User, unit: Unit, role: Role, valid_until: date | None, seen: str, by: User
) -> Membership:
    """One more role for somebody whom the administrator keeps. Raises StaleStamp besides."""
    stored = reach_of_admin(by).person(person.pk, lock=True)
    require_stamp(roles_stamp(stored), seen)
    return give_role(person=stored, unit=unit, role=role, valid_until=valid_until, by=by)


@transaction.atomic
def add_existing(
    *, username: str, unit: Unit, role: Role, valid_until: date | None, seen: str, by: User
) -> User:
    """A role within reach for somebody known by nothing but the exact sign-in name. seen: the stamp of
    the log when the page was shown.

    Raises StaleStamp where the person's rights were changed since, and ValidationError, the same for an
    unknown name and for one that is not to be touched: of who administers the system, enters the admin,
    or was put out of use.
    """
    people = User.objects.filter(is_superuser=False, is_staff=False, is_active=True)
    name = User.normalize_username(username)
    person = people.select_for_update().filter(username=name).first()
    if person is None:
        raise ValidationError(NOBODY)
    about = {"subject_type": User._meta.label_lower, "subject_id": str(person.pk)}
    require_none_since(seen, action=AuditAction.RIGHTS.value, **about)
    give_role(person=person, unit=unit, role=role, valid_until=valid_until, by=by)
    return person


@transaction.atomic
def change_role(
    *, person: User, number: int, valid_until: date | None, seen: str, by: User
) -> Membership:
    """Another last day for a role within reach. Raises Http404, PermissionDenied, StaleStamp."""
    stored, held = _held(person, number, seen, by)
    before = rights_of(stored)
    if held.valid_until != valid_until:
        held.valid_until = valid_until
        held.save(update_fields=["valid_until"])
        record_rights(user=stored, before=before, by=by)
    return held


@transaction.atomic
def remove_role(*, person: User, number: int, seen: str, by: User) -> Membership:
    """Take a role back. Raises as ``change_role``, and ValidationError for the last one: nobody but a
    superuser would find the person again."""
    stored, held = _held(person, number, seen, by)
    if stored.memberships.count() == 1:
        raise ValidationError(
            "这是此人的最后一个岗位，不能移除；请先加别的岗位，或填有效期，或停用此人"
        )
    before = rights_of(stored)
    removed = Membership(user=stored, unit=held.unit, role=held.role, valid_until=held.valid_until)
    held.delete()
    record_rights(user=stored, before=before, by=by)
    return removed


def _held(person: User, number: int, seen: str, by: User) -> tuple[User, Membership]:
    reach = reach_of_admin(by)
    stored = reach.person(person.pk, lock=True)
    held = role_in(reach, stored, number)
    if not reach.may_set(held):
        own = held.user_id == by.pk
        raise PermissionDenied(
            "自己的管理员岗位不能由自己修改或移除" if own else "这个岗位只能由系统管理员修改或移除"
        )
    require_stamp(roles_stamp(stored), seen)
    return stored, held


def role_in(reach: Reach, person: User, number: int) -> Membership:
    """A role of the person within reach. Raises Http404 for any other."""
    held = person.memberships.select_related("unit").filter(pk=number).first()
    if held is None or held.unit_id not in reach.units:
        raise Http404
    return held
