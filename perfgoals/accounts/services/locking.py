"""Who tries too often is locked out for a while.

People of one office share an address, so what is locked is a name at an address: a colleague is not.
A far higher number of failures locks the name whatever the address, against attempts from many. Names
that do not exist are locked alike, so that a lock tells nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from axes.attempts import get_cool_off_threshold
from axes.handlers.database import AxesDatabaseHandler
from axes.helpers import get_client_username, get_failure_limit
from axes.models import AccessAttempt
from django.conf import settings
from django.db import transaction
from django.db.models import Max, QuerySet, Sum
from django.http import HttpRequest
from django.utils import timezone

from perfgoals.accounts.models import User
from perfgoals.common.addresses import address_of
from perfgoals.common.audit import Act, record_all
from perfgoals.common.models import AuditAction


class LockingHandler(AxesDatabaseHandler):
    """Counts the failures of a name at an address, and those of a name anywhere."""

    def get_failures(self, request: HttpRequest, credentials: dict[str, Any] | None = None) -> int:
        here: int = super().get_failures(request, credentials)
        name = get_client_username(request, credentials)
        since = get_cool_off_threshold(request)
        anywhere = _sum(AccessAttempt.objects.filter(username=name, attempt_time__gte=since))
        if anywhere >= settings.SIGN_IN_LIMIT_ANYWHERE:
            return max(here, get_failure_limit(request, credentials))
        return here


def client_address(request: HttpRequest) -> str | None:
    """The address as the table of attempts takes it."""
    return address_of(request) or None


def lock_end(request: HttpRequest, username: str) -> datetime:
    """When the name can be tried again from where the request comes from."""
    attempts = AccessAttempt.objects.filter(username=username)
    here = attempts.filter(ip_address=client_address(request))
    if _sum(here) < settings.AXES_FAILURE_LIMIT:
        here = attempts
    last = here.aggregate(last=Max("attempt_time"))["last"] or timezone.now()
    return last + settings.AXES_COOLOFF_TIME


def locks_of(usernames: Iterable[str]) -> dict[str, list[str]]:
    """For each of the names that is locked: the addresses it is locked at, "" for everywhere."""
    since = timezone.now() - settings.AXES_COOLOFF_TIME
    attempts = AccessAttempt.objects.filter(username__in=list(usernames), attempt_time__gte=since)
    counted = attempts.order_by().values_list("username", "ip_address")
    found: dict[str, list[str]] = {}
    anywhere: dict[str, int] = {}
    for name, address, failures in counted.annotate(Sum("failures_since_start")):
        anywhere[name] = anywhere.get(name, 0) + failures
        if failures >= settings.AXES_FAILURE_LIMIT:
            found.setdefault(name, []).append(address or "地址不明")
    for name, failures in anywhere.items():
        if failures >= settings.SIGN_IN_LIMIT_ANYWHERE:
            found.setdefault(name, []).append("")
    return found


@transaction.atomic
def unlock(users: Iterable[User], *, by: User) -> int:
    """Let the people try again at once. Returns how many had failed attempts against them."""
    people = list(users)
    attempts = AccessAttempt.objects.filter(username__in=[one.get_username() for one in people])
    tried = set(attempts.values_list("username", flat=True))
    attempts.delete()
    freed = [one for one in people if one.get_username() in tried]
    record_all(Act(AuditAction.LOCKED, "解除登录锁定", by=by, subject=one) for one in freed)
    return len(freed)


def _sum(attempts: QuerySet[AccessAttempt]) -> int:
    return attempts.aggregate(total=Sum("failures_since_start"))["total"] or 0
