"""What a page has shown, in a few characters that its forms send back. Whoever changes something changes
what they saw: where it is another by then, or the same is sent once more, nothing is done."""

from __future__ import annotations

import json
from typing import Any

from django.db import models
from django.utils.crypto import constant_time_compare, salted_hmac

from perfgoals.accounts.models import Unit, User
from perfgoals.accounts.services.codes import device_of
from perfgoals.accounts.services.locking import locks_of
from perfgoals.accounts.services.sessions import live_sessions
from perfgoals.common.models import AuditAction, AuditEntry

_SALT = "accounts.stamps"


class StaleStamp(Exception):
    """What was to be changed is not what the person saw."""


def unit_stamp(unit: Unit) -> str:
    said = (unit.code, unit.name, unit.parent_id, unit.reviews_first, unit.is_active)
    return _stamp(unit, [AuditAction.CHANGED], *said)


def person_stamp(person: User) -> str:
    """What is told of the person."""
    said = (person.full_name, person.email, person.is_active)
    return _stamp(person, [AuditAction.CHANGED, AuditAction.RIGHTS], *said)


def roles_stamp(person: User) -> str:
    """Every role, so that none comes back by a page that is left open."""
    held = person.memberships.order_by("pk").values_list("pk", "unit", "role", "valid_until")
    return _stamp(person, [AuditAction.RIGHTS], *map(list, held))


def password_stamp(person: User) -> str:
    return _stamp(person, [AuditAction.PASSWORD], person.password, person.must_change_password)


def sign_in_stamp(person: User) -> str:
    """What guards the sign-in, and what stands in its way."""
    device = device_of(person)
    sessions = sorted(live_sessions(person).values_list("pk", flat=True))
    locks = locks_of([person.username])
    return _stamp(person, [AuditAction.LOCKED], device and device.pk, sessions, locks)


def log_stamp() -> str:
    """How far the log goes, for a page about what is not there yet."""
    last = AuditEntry.objects.order_by("-pk").values_list("pk", flat=True).first()
    return str(last or 0)


def require_none_since(seen: str, **what: Any) -> None:
    """Raises StaleStamp where the log has such an entry from after the page was shown: most likely the
    same was sent before. seen: ``log_stamp`` of that time."""
    if not seen.isascii() or not seen.isdecimal() or len(seen) > 18:
        raise StaleStamp
    if AuditEntry.objects.filter(pk__gt=int(seen), **what).exists():
        raise StaleStamp


def require_stamp(now: str, seen: str) -> None:
    """Raises StaleStamp where the page showed something else."""
    if not constant_time_compare(now, seen):
        raise StaleStamp


def _stamp(subject: models.Model, acts: list[AuditAction], *said: Any) -> str:
    """acts: what else makes it another, be it the same again by now, as where a role was given and taken
    back."""
    label, pk = subject._meta.label_lower, subject.pk
    about = AuditEntry.objects.filter(subject_type=label, subject_id=str(pk), action__in=acts)
    last = about.order_by("-pk").values_list("pk", flat=True).first()
    text = json.dumps([label, pk, acts, last, *said], default=str, ensure_ascii=False)
    return salted_hmac(_SALT, text, algorithm="sha256").hexdigest()[:32]
