"""Writing the audit log: by the services, in the transaction of the change itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from django.db import models

from perfgoals.common.bulk import insert_values
from perfgoals.common.copying import Intake
from perfgoals.common.models import AuditAction, AuditEntry, Channel
from perfgoals.common.patches import Difference

MOST_CHANGES = 2_000
"""An entry names no more changed cells than this; ``details`` then says how many there were."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where an act comes from: the address of the caller, "" within the machine, and the way in."""

    address: str = ""
    channel: Channel = Channel.COMMAND


_ORIGIN: ContextVar[Origin] = ContextVar("origin", default=Origin())  # noqa: B039 - frozen


@contextmanager
def coming_from(address: str, channel: Channel) -> Iterator[None]:
    """Whatever is recorded inside is recorded as coming from there."""
    token = _ORIGIN.set(Origin(address, channel))
    try:
        yield
    finally:
        _ORIGIN.reset(token)


_SUBJECTS: dict[str, str] = {}


def name_subjects(routes: Mapping[str, str]) -> None:
    """Say what the objects of some addresses are: beginnings of routes → label of the model. Attempts on
    them are then found with everything else that was done to the object."""
    _SUBJECTS.update(routes)


def subject_of_route(route: str) -> str:
    """The label of the model that a route is about, "" where nobody has said."""
    return next((label for start, label in _SUBJECTS.items() if route.startswith(start)), "")


@dataclass(frozen=True, slots=True)
class AuditChange:
    """A cell or field with its old and new value, as JSON knows them."""

    path: str
    before: Any
    after: Any
    label: str = ""

    def as_json(self) -> dict[str, Any]:
        return {
            "path": self.path,
            "label": self.label,
            "before": self.before,
            "after": self.after,
        }


@dataclass(frozen=True, slots=True)
class Act:
    """What is to be recorded. by: who did it, None where nobody signed in did. summary: one Chinese
    phrase. subject: what it was done to; ``subject_name``, ``subject_type`` and ``subject_id`` where
    that is no stored thing, or not one any more."""

    action: AuditAction
    summary: str
    by: Any = None
    subject: models.Model | None = None
    subject_name: str = ""
    subject_type: str = ""
    subject_id: str = ""
    reason: str = ""
    changes: Iterable[AuditChange] = ()
    details: Mapping[str, Any] = field(default_factory=dict)


def record(action: AuditAction, summary: str, **told: Any) -> None:
    """Write one entry. The keywords are those of ``Act``.

    To be called inside the transaction of the change: then both are there or neither.
    """
    record_all([Act(action, summary, **told)])


def record_all(acts: Iterable[Act]) -> None:
    """Write many entries at once, for bulk work."""
    entries = (AuditEntry(**_columns(act)) for act in acts)
    AuditEntry.objects.bulk_create(entries, batch_size=1_000)


def copy_all(acts: Iterable[Act], *, intake: Intake) -> None:
    """The same for thousands of entries, beside rows that are written by ``perfgoals.common.bulk``."""
    insert_values(AuditEntry, _COLUMNS, map(_columns, acts), intake=intake)


def record_export(
    what: str, *, by: Any, subject: models.Model | None = None, count: int = 1, **details: Any
) -> None:
    """Note that something leaves the system. what: 「PDF」, 「用户表（xlsx）」; count: of the things in it.

    This is the one thing that a GET may write.
    """
    record(
        AuditAction.EXPORTED,
        f"导出 {what}",
        by=by,
        subject=subject,
        details={"数量": count, **details},
    )


def changes_between(differences: Iterable[Difference]) -> list[AuditChange]:
    """The differences of two documents as the log takes them."""
    return [AuditChange(d.path, d.before, d.after) for d in differences]


_COLUMNS = (
    *("action", "summary", "user_id", "user_name", "address", "channel"),
    *("subject_type", "subject_id", "subject", "reason", "changes", "details"),
)


def _columns(act: Act) -> dict[str, Any]:
    origin = _ORIGIN.get()
    subject = act.subject
    changes = [change.as_json() for change in act.changes]
    details = dict(act.details)
    if len(changes) > MOST_CHANGES:
        details["变动总数"] = len(changes)
    return {
        "action": act.action.value,
        "summary": act.summary,
        "user_id": getattr(act.by, "pk", None),
        "user_name": f"{act.by}（{act.by.get_username()}）" if getattr(act.by, "pk", None) else "",
        "address": origin.address,
        "channel": origin.channel.value,
        "subject_type": subject._meta.label_lower if subject is not None else act.subject_type,
        "subject_id": str(subject.pk) if subject is not None else act.subject_id,
        "subject": act.subject_name or (str(subject) if subject is not None else ""),
        "reason": act.reason,
        "changes": changes[:MOST_CHANGES],
        "details": details,
    }
