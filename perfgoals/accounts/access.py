"""What a person's roles open up, apart from forms."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from perfgoals.accounts.models import Membership, Role
from perfgoals.accounts.querysets import in_force

_LOG_READERS = (Role.ADMIN.value, Role.LOG_AUDITOR.value)


def may_read_log(user: Any) -> bool:
    """Whether the person reads the audit log: administrators and log auditors."""
    if not user.is_authenticated or not user.is_active:
        return False
    if user.is_superuser:
        return True
    return Membership.objects.filter(in_force(), user=user, role__in=_LOG_READERS).exists()


def note_rights(sender: Any, request: HttpRequest, user: Any, **kwargs: Any) -> None:
    """Keep in a new session whether its menu shows the log, so that no page has to ask. This is for the
    menu only; the pages of the log ask themselves."""
    request.session["reads_log"] = may_read_log(user)
