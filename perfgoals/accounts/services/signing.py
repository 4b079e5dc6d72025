"""Signing in and out, and what the log says about it."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import authenticate, login
from django.contrib.auth.backends import ModelBackend
from django.db import transaction
from django.http import HttpRequest

from perfgoals.accounts.models import User
from perfgoals.accounts.querysets import roles_of_each
from perfgoals.accounts.services.sessions import browser_name, end_session, sweep_sessions
from perfgoals.common.audit import record
from perfgoals.common.models import AuditAction

_BACKEND = "perfgoals.accounts.services.signing.PeopleBackend"
_NAME_CUT = 150


class PeopleBackend(ModelBackend):
    """Django's own, which reads a person's roles together with the person, so that the menu follows them at
    once and no page has to ask for them."""

    def get_user(self, user_id: Any) -> User | None:
        found = User.objects.filter(pk=user_id).annotate(roles_read=roles_of_each()).first()
        return found if found is not None and self.user_can_authenticate(found) else None


@transaction.atomic
def sign_in_as(request: HttpRequest, user: User, *, by_code: bool = False) -> None:
    """The person is who they say: begin a session. by_code: a one-time code was asked for as well."""
    login(request, user, backend=_BACKEND)
    means = "用密码和动态验证码登录" if by_code else "用密码登录"
    browser = browser_name(request.headers.get("User-Agent", ""))
    record(AuditAction.SIGNED_IN, means, by=user, subject=user, details={"浏览器": browser})
    sweep_sessions()


def sign_out_of(request: HttpRequest) -> None:
    """End the session because the person says so."""
    end_session(request, summary="退出登录", by=request.user)  # type: ignore[arg-type]


@transaction.atomic
def record_failure(request: HttpRequest, username: str, *, summary: str = "登录失败") -> None:
    """Write down a refused attempt, and the lock that it brought on. The person is looked for whether
    there is one or not, so that the answer takes as long."""
    name = username[:_NAME_CUT]
    person = User.objects.filter(username=name).first()
    locked = getattr(request, "axes_locked_out", False)
    counted = getattr(request, "axes_failures_since_start", None)
    if locked and counted is None:
        summary = f"{summary}（已锁定）"
    record(AuditAction.SIGN_IN_FAILED, summary, subject=person, subject_name=name)
    if locked and counted is not None:
        record(
            AuditAction.LOCKED,
            "多次登录失败，暂停登录",
            subject=person,
            subject_name=name,
            details={"失败次数": counted},
        )


def confirm_password(request: HttpRequest, password: str) -> bool:
    """Whether that is the password of who is signed in. Wrong ones count as failed sign-ins do, so
    that a page left open is no place to try passwords."""
    user = request.user
    if authenticate(request, username=user.get_username(), password=password) is not None:
        return True
    record_failure(request, user.get_username(), summary="核对密码失败")
    return False
