"""People, and what they may do."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db import transaction

from perfgoals.accounts.models import Membership, Role, Unit, User
from perfgoals.common.audit import AuditChange, record
from perfgoals.common.models import AuditAction


@transaction.atomic
def ensure_user(
    *,
    username: str,
    full_name: str,
    password: str,
    memberships: Iterable[tuple[Unit, Role]],
    email: str = "",
    is_admin: bool = False,
    must_change: bool = True,
    by: User | None = None,
) -> tuple[User, bool]:
    """The person of that sign-in name; made where there is none. An existing one keeps the password.

    must_change: the password is somebody else's choice, to be replaced at the first sign-in.
    Returns the person and whether it was made now.
    """
    user, created = User.objects.get_or_create(
        username=username,
        defaults={
            "full_name": full_name,
            "email": email,
            "is_staff": is_admin,
            "is_superuser": is_admin,
        },
    )
    before = [] if created else rights_of(user)
    if created:
        user.set_password(password)
        user.must_change_password = must_change
        user.save(update_fields=["password", "must_change_password"])
    for unit, role in memberships:
        Membership.objects.get_or_create(user=user, unit=unit, role=role.value)
    if created:
        record_made(user=user, by=by)
    else:
        record_rights(user=user, before=before, by=by)
    return user, created


def record_made(*, user: User, by: User | None) -> None:
    """Write down that there is a new person, and what the person may do."""
    record(AuditAction.CREATED, f"新增用户「{user}」", by=by, subject=user)
    record_rights(user=user, before=[], by=by)


def rights_of(user: User) -> list[str]:
    """What the person may do, as the log says it: one line for each role and each right."""
    if user.pk is None:
        return []
    flags = [
        (not user.is_active, "已停用"),
        (user.is_superuser, "系统管理员"),
        (user.is_staff, "可进后台"),
    ]
    held = Membership.objects.filter(user=user).select_related("unit")
    rights = user.user_permissions.order_by("codename").values_list("codename", flat=True)
    return [
        *(label for holds, label in flags if holds),
        *(membership_line(one) for one in held.order_by("unit__code", "role")),
        *(f"后台权限 {codename}" for codename in rights),
    ]


def membership_line(held: Membership) -> str:
    until = f"（至 {held.valid_until:%Y-%m-%d}）" if held.valid_until else ""
    return f"{held.unit} {held.get_role_display()}{until}"


def record_rights(*, user: User, before: Sequence[str], by: User | None) -> None:
    """Write down what the person may do now and could do before, where that differs."""
    after = rights_of(user)
    if after == list(before):
        return
    change = AuditChange("rights", "；".join(before), "；".join(after), label="权限")
    record(AuditAction.RIGHTS, f"变更「{user}」的权限", by=by, subject=user, changes=[change])
