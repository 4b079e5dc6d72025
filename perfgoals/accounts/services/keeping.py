"""People, as an administrator keeps those within reach: who they are and how they sign in.

Each service asks anew, with the person locked, whether the administrator may; the page may be an old one.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from perfgoals.accounts.access import reach_of_admin, standing_of
from perfgoals.accounts.models import Role, Unit, User
from perfgoals.accounts.services.codes import remove_codes
from perfgoals.accounts.services.holding import give_role
from perfgoals.accounts.services.locking import unlock
from perfgoals.accounts.services.passwords import password_given
from perfgoals.accounts.services.people import ensure_user, record_rights, rights_of
from perfgoals.accounts.services.sessions import end_sessions, live_sessions
from perfgoals.accounts.services.stamps import (
    password_stamp,
    person_stamp,
    require_stamp,
    sign_in_stamp,
)
from perfgoals.common.audit import record
from perfgoals.common.models import AuditAction
from perfgoals.common.snapshots import changes_of, snapshot

_OWN = "自己的密码、动态验证码和登录，请在「我的账号」里处理"


@transaction.atomic
def add_person(
    *,
    username: str,
    full_name: str,
    email: str,
    password: str,
    unit: Unit,
    role: Role,
    valid_until: date | None,
    by: User,
) -> User:
    """A new person with a role within reach. The password is to be replaced at the first sign-in.

    Raises ValidationError where the sign-in name is taken, PermissionDenied for a role that is not the
    administrator's to give.
    """
    person, created = ensure_user(
        username=username,
        full_name=full_name,
        email=email,
        password=password,
        memberships=[],
        by=by,
    )
    if not created:
        raise ValidationError("这个用户名已被使用，请换一个")
    give_role(person=person, unit=unit, role=role, valid_until=valid_until, by=by)
    return person


@transaction.atomic
def change_person(*, person: User, values: Mapping[str, Any], seen: str, by: User) -> User:
    """Another name or e-mail address, and whether the person may sign in at all (``is_active``).

    Raises StaleStamp, and PermissionDenied where that is not the administrator's to change.
    """
    stored = _account(person, by)
    require_stamp(person_stamp(stored), seen)
    if stored.pk == by.pk and not values["is_active"]:
        raise PermissionDenied("不能停用自己")
    told = ("full_name", "email", "is_active")
    differing = [name for name in told if getattr(stored, name) != values[name]]
    if not differing:
        return stored
    before, rights = snapshot(stored), rights_of(stored)
    for name in differing:
        setattr(stored, name, values[name])
    stored.save(update_fields=differing)
    after = changes_of(User, before, snapshot(stored))
    changes = [change for change in after if change.path != "is_active"]
    if changes:
        record(AuditAction.CHANGED, f"修改人员「{stored}」", by=by, subject=stored, changes=changes)
    record_rights(user=stored, before=rights, by=by)
    if not stored.is_active:
        sessions = live_sessions(stored).select_related("user")
        end_sessions(sessions, by=by, reason="管理员停用")
    return stored


@transaction.atomic
def give_password(*, person: User, password: str, seen: str, by: User) -> None:
    """A password of the administrator's choice, which the person replaces at the next sign-in."""
    stored = _account(person, by, other=True)
    require_stamp(password_stamp(stored), seen)
    stored.set_password(password)
    stored.save(update_fields=["password"])
    password_given(user=stored, by=by)


@transaction.atomic
def lift_lock(*, person: User, seen: str, by: User) -> int:
    """Let the person try to sign in again at once. Returns whether that was not so already."""
    stored = _account(person, by, other=True)
    require_stamp(sign_in_stamp(stored), seen)
    return unlock([stored], by=by)


@transaction.atomic
def sign_out_everywhere(*, person: User, seen: str, by: User) -> int:
    """End all sessions of the person. Returns how many there were."""
    stored = _account(person, by, other=True)
    require_stamp(sign_in_stamp(stored), seen)
    sessions = live_sessions(stored).select_related("user")
    return end_sessions(sessions, by=by, reason="管理员结束会话")


@transaction.atomic
def remove_device(*, person: User, seen: str, by: User) -> int:
    """Switch the person's one-time codes off, when the device is lost. Returns whether they were on."""
    stored = _account(person, by, other=True)
    require_stamp(sign_in_stamp(stored), seen)
    return remove_codes(stored, by=by, reason="管理员移除")


def _account(person: User, by: User, *, other: bool = False) -> User:
    """The person, locked. Raises PermissionDenied where the account is not the administrator's to
    change, and with ``other`` where it is the administrator's own."""
    reach = reach_of_admin(by)
    stored = reach.person(person.pk, lock=True)
    standing = standing_of(reach, stored)
    if standing.why_not:
        raise PermissionDenied(standing.why_not)
    if other and standing.own:
        raise PermissionDenied(_OWN)
    return stored
