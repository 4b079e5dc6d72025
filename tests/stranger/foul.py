"""Foul play, and what must come of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from perfgoals.common.models import AuditAction, AuditEntry
from projects.workflow import Status
from tests.rights.asking import content
from tests.rights.line import Line
from tests.rights.rules import DONE
from tests.rights.stage import Stage
from tests.tracing import watching

HUGE = "9" * 20
FORGED: tuple[Any, ...] = (0, -1, 1, HUGE, 10**30, "x", "", None, "1.5", 1.5, [], {}, True, "１")


def secrets(stage: Stage) -> tuple[str, ...]:
    """What only the other unit and those above it know."""
    return (
        stage.evaluation.project_name,
        stage.declaration.project_name,
        stage.comment.text,
        stage.answer.text,
        stage.waiver.reason,
        stage.sample.name,
    )


def refused(stage: Stage, act: Any, *statuses: int, logged: bool = True) -> Any:
    """Do something that must come to nothing. Returns the answer."""
    before = AuditEntry.objects.latest("id").pk
    with watching() as watch:
        response = act()
    told = content(response)
    assert response.status_code in statuses, (response.status_code, told[:500])
    assert watch.written == set()
    if stage.person in {"stranger", "newcomer", "lapsed"}:
        assert [one for one in secrets(stage) if one in told] == []
    if logged:
        denied = AuditEntry.objects.filter(pk__gt=before, action=AuditAction.DENIED.value)
        assert denied.exists(), "没有记入日志"
    return response


def who_may(line: Line) -> Iterator[tuple[str, Status]]:
    """The first who may, in the first status in which they may."""
    for status in Status:
        for person in ("preparer", "unit_reviewer", "auditor"):
            if line.rule(person, status) is DONE:
                yield person, status
                return
