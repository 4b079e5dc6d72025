"""Jobs and the audit log as the pages and the workers need them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from functools import reduce
from itertools import pairwise
from operator import and_, or_
from typing import Any, Self

from django.contrib.auth import get_user_model
from django.db import connection, models
from django.db.models import Q
from django.db.models.expressions import RawSQL
from django.utils import timezone

LEASE = timedelta(seconds=60)


class JobQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> Self:
        """A person's own jobs."""
        return self.filter(owner=user)

    def orphaned(self) -> Self:
        """Running jobs whose worker has not been heard of for the length of a lease."""
        silent_since = timezone.now() - LEASE
        return self.filter(
            Q(heartbeat_at__lt=silent_since) | Q(heartbeat_at__isnull=True), state="running"
        )

    def waiting_long(self) -> Self:
        """Jobs that were ordered longer than a lease ago and that no worker has begun."""
        return self.filter(created_at__lt=timezone.now() - LEASE, state="queued")


# Written as in the index, which is used for nothing else.
_PAIRS = """
common_pairs(left(summary || ' ' || subject || ' ' || user_name || ' ' || reason, 1000))
@> %s::text[]
"""
_MOST_PEOPLE = 1_000

# One look at the index for each kind that there is, however many entries it has.
_KINDS = """
WITH RECURSIVE kinds (kind) AS (
    (SELECT subject_type FROM common_auditentry ORDER BY subject_type LIMIT 1)
    UNION ALL
    SELECT (
        SELECT later.subject_type FROM common_auditentry AS later
        WHERE later.subject_type > kinds.kind ORDER BY later.subject_type LIMIT 1
    ) FROM kinds WHERE kinds.kind IS NOT NULL
)
SELECT kind FROM kinds WHERE kind <> ''
"""


class AuditQuerySet(models.QuerySet):
    def newest_first(self) -> Self:
        return self.order_by("-at", "-id")

    def older_than(self, entry: Any) -> Self:
        """Those that come after an entry, the newest first."""
        return self.filter(at__lte=entry.at).exclude(at=entry.at, id__gte=entry.pk).newest_first()

    def newer_than(self, entry: Any) -> Self:
        """Those that come before an entry when the newest come first; the nearest first."""
        newer = self.filter(at__gte=entry.at).exclude(at=entry.at, id__lte=entry.pk)
        return newer.order_by("at", "id")

    def narrowed(self, chosen: Mapping[str, Any]) -> Self:
        """The entries that fit all filters. Keys: q (words that all occur in what was done, to what, why
        or by whom, in the first 1,000 characters of these), user (a part of the sign-in name or of the
        name that a person has now), action, channel, address, subject_type, subject (number,
        「projects.form:12」, or a part of the name), since and until (days, both included)."""
        found = self
        for name, value in chosen.items():
            found = found.filter(_condition(name, value))
        return found

    def kinds_of_subjects(self) -> list[str]:
        """The kinds of things that entries are about, as labels of models."""
        with connection.cursor() as cursor:
            cursor.execute(_KINDS)
            return [kind for (kind,) in cursor.fetchall()]


def _condition(name: str, value: Any) -> Q:
    if name == "q":
        everywhere = ("summary", "subject", "reason", "user_name")
        words = [
            reduce(or_, (Q(**{f"{field}__contains": word}) for field in everywhere))
            & _has_pairs_of(word)
            for word in value.split()
        ]
        return reduce(and_, words, Q())
    if name == "user":
        return _of_people_named(value)
    if name == "subject":
        kind, named, number = value.partition(":")
        if named and "." in kind:
            return Q(subject_type=kind, subject_id=number)
        return Q(subject_id=value) if value.isdecimal() else Q(subject__contains=value)
    if name == "since":
        return Q(at__gte=_start_of(value))
    if name == "until":
        return Q(at__lt=_start_of(value + timedelta(days=1)))
    return Q(**{name: value})


def _has_pairs_of(word: str) -> Q:
    """What the index can tell of a word: which entries have all its pairs of characters. A single
    character has none, and is looked for in every entry."""
    if len(word) == 1:
        return Q()
    pairs = sorted({first + second for first, second in pairwise(word)})
    return Q(RawSQL(_PAIRS, [pairs], output_field=models.BooleanField()))


def _of_people_named(part: str) -> Q:
    """By number, for which there is an index; by what the entries say only where there is no such person
    any more."""
    users = get_user_model()._default_manager
    named = users.filter(Q(username__contains=part) | Q(full_name__contains=part))
    numbers = list(named.values_list("pk", flat=True)[:_MOST_PEOPLE])
    return Q(user_id__in=numbers) if numbers else Q(user_name__contains=part)


def _start_of(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))
