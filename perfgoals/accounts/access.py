"""What a person's roles open up, apart from forms."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from perfgoals.accounts.models import Membership, Role
from perfgoals.accounts.querysets import in_force

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


def note_rights(sender: Any, request: HttpRequest, user: Any, **kwargs: Any) -> None:
    """Keep in a new session whether its menu shows the log and the desk of a reviewer, so that no page has
    to ask. This is for the menu only; the pages ask themselves."""
    request.session["reads_log"] = may_read_log(user)
    request.session["reviews"] = may_review(user)
