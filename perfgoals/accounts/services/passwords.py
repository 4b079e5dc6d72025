"""Passwords: one's own, and those that an administrator gives."""

from __future__ import annotations

from django.contrib.auth import update_session_auth_hash
from django.db import transaction
from django.http import HttpRequest

from perfgoals.accounts.models import User
from perfgoals.accounts.services.sessions import end_sessions, live_sessions
from perfgoals.common.audit import record
from perfgoals.common.models import AuditAction


@transaction.atomic
def change_password(request: HttpRequest, *, user: User, password: str) -> int:
    """The person's own choice. It ends all other sessions; returns how many there were."""
    user.set_password(password)
    user.must_change_password = False
    user.save(update_fields=["password", "must_change_password"])
    update_session_auth_hash(request, user)
    record(AuditAction.PASSWORD, "修改密码", by=user, subject=user)
    others = live_sessions(user).exclude(pk=request.session.session_key)
    return end_sessions(others.select_related("user"), by=user, reason="修改密码")


@transaction.atomic
def password_given(*, user: User, by: User | None, keep: str | None = None) -> None:
    """What follows when an administrator has set or taken away a password: the person chooses another
    at the next sign-in, and all sessions end but the administrator's own (``keep``, its key)."""
    user.must_change_password = user.has_usable_password() and user != by
    user.save(update_fields=["must_change_password"])
    summary = "设置密码" if user.has_usable_password() else "停用密码"
    record(AuditAction.PASSWORD, f"{summary}：{user}", by=by, subject=user)
    others = live_sessions(user).exclude(pk=keep).select_related("user")
    end_sessions(others, by=by, reason=f"管理员{summary}")
