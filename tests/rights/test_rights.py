"""Every address × person × status against the table; what is not in the table fails."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from django.urls import URLPattern, URLResolver, get_resolver

from perfgoals.common.models import AuditAction, AuditEntry
from projects.workflow import Status
from tests.reading import nothing_written
from tests.rights.asking import ask, content
from tests.rights.line import Line
from tests.rights.stage import PEOPLE, Stage
from tests.rights.table import LINES
from tests.tracing import watching

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
NAMES = sorted({line.name for line in LINES})


def routes(patterns: list[Any], before: str = "", space: str = "") -> Iterator[tuple[str, str]]:
    """Name and route of every address there is."""
    for one in patterns:
        route = before + str(one.pattern)
        if isinstance(one, URLResolver):
            inner = f"{space}{one.namespace}:" if one.namespace else space
            yield from routes(one.url_patterns, route, inner)
        elif isinstance(one, URLPattern):
            yield f"{space}{one.name}", route


def test_no_address_is_missing() -> None:
    """The admin's addresses have a table of their own."""
    there = {name for name, _ in routes(get_resolver().url_patterns)}
    outside = {name for name in there if not name.startswith("admin:")}
    assert sorted(outside - set(NAMES)) == [], "不在权限表里的地址"
    assert sorted(set(NAMES) - outside) == [], "权限表里有、系统里没有的地址"


@pytest.mark.parametrize("name", NAMES)
def test_who_gets_which_answer(stage: Stage, name: str) -> None:
    wrong: list[str] = []
    for line in LINES:
        if line.name == name:
            for status in Status if line.about else [None]:
                with stage.standing(line.about, status):
                    for person in PEOPLE:
                        wrong += [
                            f"{line.method} {line.arguments(stage)} {person} {status}: {fault}"
                            for fault in faults(stage, line, person, status)
                        ]
    assert not wrong, "\n".join(wrong)


def faults(stage: Stage, line: Line, person: str, status: Status | None) -> Iterator[str]:
    """What is not as the table has it."""
    expected, changes = line.answer(person, status)
    before = AuditEntry.objects.latest("id").pk
    with transaction.atomic():
        if line.method == "GET":
            with nothing_written():
                response = ask(stage, line, person)
        with watching() as watch:
            if line.method != "GET":
                response = ask(stage, line, person)
        told = content(response)
        denied = AuditEntry.objects.filter(pk__gt=before, action=AuditAction.DENIED.value)
        logged = person == "anonymous" or denied.filter(user_id=stage.user.pk).exists()
        transaction.set_rollback(True)
    if response.status_code != expected:
        yield f"应答 {response.status_code}，应为 {expected}：{told[:300] if line.is_api else ''}"
    if watch.untraced:
        yield f"没有审计日志 {watch.untraced}"
    if bool(watch.written) is not changes:
        yield f"写了 {sorted(watch.written)}" if watch.written else "什么也没有写"
    attempt = line.method != "GET" or line.arguments(stage) or expected == 403
    if expected in {403, 404, 409} and attempt and not logged:
        yield "被拒绝而没有记入日志"
    if expected == 404 and stage.form(line.about).project_name in told:
        yield "泄露了项目名称"
    if expected == 409 and status is not None and f"「{status.label}」" not in told:
        yield f"没有说明现在是「{status.label}」"
    if person == "anonymous" and expected == 302 and "/sign-in/" not in response["Location"]:
        yield f"没有转到登录页，而是 {response['Location']}"


def offered(name: str) -> set[str]:
    """The methods of the lines with the same address."""
    route = dict(routes(get_resolver().url_patterns))
    return {line.method for line in LINES if route[line.name] == route[name]}


def test_methods_not_offered_change_nothing(stage: Stage) -> None:
    wrong: list[str] = []
    for name in NAMES:
        line = next(line for line in LINES if line.name == name)
        status = Status.SUBMITTED if line.about else None
        with stage.standing(line.about, status):
            for method in METHODS:
                if method not in offered(name):
                    for person in ("preparer", "auditor", "superuser"):
                        found = unheard(stage, line, person, method)
                        wrong += [f"{method} {name} {person}：{fault}" for fault in found]
    assert not wrong, "\n".join(wrong)


def unheard(stage: Stage, line: Line, person: str, method: str) -> Iterator[str]:
    """What is wrong with the answer to a method that is not offered."""
    before = AuditEntry.objects.latest("id").pk
    with watching() as watch:
        response = ask(stage, line, person, method)
    if response.status_code != 405:
        yield f"应答 {response.status_code}"
    if watch.written:
        yield f"写了 {sorted(watch.written)}"
    denied = AuditEntry.objects.filter(pk__gt=before, action=AuditAction.DENIED.value)
    attempt = method != "GET" or line.arguments(stage)
    if attempt and not denied.filter(user_id=stage.user.pk).exists():
        yield "没有记入日志"
