"""What a person's roles open up, apart from forms."""

from __future__ import annotations

from typing import Any, NamedTuple

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


class Menu(NamedTuple):
    """What the main menu shows beside what everybody finds there. This is for the menu only; the pages ask
    themselves.

    reviews: the desk of a reviewer. oversees: samples and cross-form checks, without a desk. imports: forms
    from workbooks. reads_log: the audit log.
    """

    reviews: bool = False
    oversees: bool = False
    imports: bool = False
    reads_log: bool = False


def menu_of(user: Any) -> Menu:
    """The menu of who is signed in, by the roles of today."""
    if not user.is_authenticated:
        return Menu()
    if user.is_superuser:
        return Menu(reviews=True, imports=True, reads_log=True)
    roles = user.roles
    reviews = not roles.isdisjoint(_REVIEWERS)
    return Menu(
        reviews=reviews,
        oversees=Role.ADMIN.value in roles and not reviews,
        imports=Role.ADMIN.value in roles,
        reads_log=not roles.isdisjoint(_LOG_READERS),
    )
