"""Finds what is written and leaves no trace in the audit log.

``leaves_a_trace()`` watches the statements of what runs inside it, transaction by transaction, as they
would be committed by the application: the transaction that a test itself runs in does not count.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any

import pytest
from django.core.management.base import BaseCommand
from django.db import connection, transaction
from django.test import Client

LOG = "common_auditentry"

EXEMPT = {
    "accounts_usersession": "sessions; signing in, out and the end of one are recorded themselves",
    "django_session": "sessions, as Django keeps them",
    "axes_accessattempt": "counts failed sign-ins, each of which is recorded",
    "axes_accessfailurelog": "as above",
    "axes_accesslog": "as above",
    "django_admin_log": "the admin's own history, beside the log",
    "django_content_type": "kept by Django when tables are made",
    "auth_permission": "kept by Django when tables are made",
    "django_migrations": "which migrations have run",
    "django_tasks_database_dbtaskresult": "the queue; what was ordered is recorded with the job",
    "otp_totp_totpdevice": "notes each use of a code; sign-ins, failures, set-up and removal are recorded",
    "otp_static_staticdevice": "as above",
    "projects_visit": "which news somebody has read, and when a notice was last tried",
    "scoring_crossfinding": "found again from the forms; the submit or the year's run is recorded",
    "scoring_targetmark": "as above",
    "scoring_textmark": "as above",
    "projects_formpresence": "who has a form open just now; nothing that lasts",
}
"""Tables that are written without an entry, and why."""

EXEMPT_COLUMNS = {
    "scoring_review": {"compared_at"},
    "accounts_user": {"last_login"},
    "accounts_apitoken": {"last_used_at"},
    "common_job": {
        "attempts",
        "done",
        "finished_at",
        "heartbeat_at",
        "message",
        "result_name",
        "result_path",
        "state",
        "total",
    },
}
"""Columns that are stamps of use, or the progress that a worker reports: an UPDATE of nothing else needs no
entry."""

_WRITE = re.compile(
    r"^\s*(?:/\*.*?\*/\s*)?(INSERT INTO|UPDATE|DELETE FROM|MERGE INTO|TRUNCATE(?: TABLE)?|COPY)"
    r'\s+(?:ONLY\s+)?"?([a-z_0-9]+)"?',
    re.IGNORECASE,
)
_SET = re.compile(r'(?:SET\s+|,\s*)"([a-z_0-9]+)"\s*=', re.IGNORECASE)


@dataclass
class Watch:
    """What was seen. untraced: for each transaction without an entry the tables it wrote."""

    entries: int = 0
    written: set[str] = field(default_factory=set)
    untraced: list[set[str]] = field(default_factory=list)


@dataclass
class _Unit:
    """A transaction, or the part of one back to which it can be rolled."""

    written: set[str] = field(default_factory=set)
    entries: int = 0


class _Watcher:
    def __init__(self) -> None:
        self.watch = Watch()
        self.open: list[_Unit] = []

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        result = execute(sql, params, many, context)
        unit = self.open[-1] if self.open else _Unit()
        if context["cursor"].rowcount != 0:  # an UPDATE may have found nothing to change
            _note(unit, sql)
        if not self.open:
            self.finish(unit)
        return result

    def begin(self) -> None:
        self.open.append(_Unit())

    def end(self, *, kept: bool) -> None:
        unit = self.open.pop()
        if not kept:
            return
        if self.open:
            self.open[-1].written |= unit.written
            self.open[-1].entries += unit.entries
        else:
            self.finish(unit)

    def finish(self, unit: _Unit) -> None:
        self.watch.entries += unit.entries
        self.watch.written |= unit.written
        if unit.written and not unit.entries:
            self.watch.untraced.append(unit.written)


def _note(unit: _Unit, sql: str) -> None:
    for statement in str(sql).split(";"):
        found = _WRITE.match(statement)
        if found is None:
            continue
        verb, table = found[1].upper(), found[2]
        if table == LOG:
            unit.entries += 1
        elif table not in EXEMPT and not _only_stamps(verb, table, statement):
            unit.written.add(table)


def _only_stamps(verb: str, table: str, statement: str) -> bool:
    columns = EXEMPT_COLUMNS.get(table)
    if verb != "UPDATE" or columns is None:
        return False
    assigned = set(_SET.findall(statement.partition(" WHERE ")[0]))
    return bool(assigned) and assigned <= columns


@contextmanager
def watching() -> Iterator[Watch]:
    """Watch what is written in this thread, and judge nothing."""
    watcher = _Watcher()
    enter, leave = transaction.Atomic.__enter__, transaction.Atomic.__exit__

    def entering(self: transaction.Atomic) -> None:
        enter(self)
        watcher.begin()

    def leaving(
        self: transaction.Atomic,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        doomed = kind is not None or connection.needs_rollback
        try:
            leave(self, kind, error, trace)
        finally:
            if watcher.open:
                watcher.end(kept=not doomed)

    transaction.Atomic.__enter__ = entering  # type: ignore[method-assign]
    transaction.Atomic.__exit__ = leaving  # type: ignore[method-assign]
    try:
        with connection.execute_wrapper(watcher):
            yield watcher.watch
    finally:
        transaction.Atomic.__enter__ = enter  # type: ignore[method-assign]
        transaction.Atomic.__exit__ = leave  # type: ignore[method-assign]


@contextmanager
def leaves_a_trace(*, writes: bool | None = None) -> Iterator[Watch]:
    """Fails when a transaction inside changes data without an entry in the log.

    writes: whether anything is expected to be changed at all, so that a walk cannot pass by doing
    nothing; None where that does not matter.
    """
    with watching() as watch:
        yield watch
    assert watch.untraced == [], f"写了数据而没有审计日志：{watch.untraced}"
    if writes is not None:
        assert bool(watch.written) is writes, f"写了：{sorted(watch.written)}"


def traced(act: Callable[[], Any]) -> Any:
    """Run something, which has to change data and to leave a trace. Returns what it returns."""
    with leaves_a_trace(writes=True):
        return act()


@pytest.fixture(autouse=True)
def every_request_leaves_a_trace(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever any test asks of the application by a client or a command has to leave a trace. In force
    where a conftest imports it."""
    request, execute = Client.request, BaseCommand.execute

    def watched_request(self: Client, **environ: Any) -> Any:
        with leaves_a_trace():
            return request(self, **environ)

    def watched_command(self: BaseCommand, *args: Any, **options: Any) -> Any:
        if type(self).__module__.startswith("django."):
            return execute(self, *args, **options)
        with leaves_a_trace():
            return execute(self, *args, **options)

    monkeypatch.setattr(Client, "request", watched_request)
    monkeypatch.setattr(BaseCommand, "execute", watched_command)
