"""Bodies and texts that are none."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from django.urls import reverse

from projects.models import Form
from projects.workflow import Status
from tests.drafts import put, send
from tests.rights.asking import ask
from tests.rights.stage import Stage
from tests.rights.table import LINES
from tests.stranger.foul import who_may


def _spoilt(body: Any) -> Iterator[bytes]:
    """What may be sent instead."""
    yield from (b"", b"{", b"null", b"[]", b'"x"', b"1e999999", b"\xff\xfe", b"\x00")
    yield b"[" * 2_000 + b"]" * 2_000
    yield b'{"version":' + b"9" * 5_000 + b"}"
    yield b'{"version": NaN, "edits": Infinity}'
    if not isinstance(body, dict):
        return
    for text in ("\x00", "a\x00b", "\ud800", "\u202e" * 50, "字" * 200_000):
        spoilt = {name: text if isinstance(value, str) else value for name, value in body.items()}
        yield json.dumps(spoilt).encode()
    instead: tuple[Any, ...] = (None, [], {}, "x", -1, 10**40, 1.5, True)
    for value in instead:
        for name in body:
            yield json.dumps({**body, name: value}, default=str).encode()


def test_bodies_that_are_none(stage: Stage) -> None:
    """Every operation of the interface, by who may: whatever comes, it is never taken for a fault of the
    server's."""
    tried = 0
    for line in LINES:
        if not line.is_api or line.method == "GET" or line.name == "api:attachment_create":
            continue
        for person, status in who_may(line):
            with stage.standing(line.about, status):
                stage.person = person
                body = line.body(stage) if line.body else {}
                body = body if len(json.dumps(body, default=str)) < 3_000 else {}
                address = reverse(line.name, args=line.arguments(stage))
                for raw in _spoilt(body):
                    client = stage.client(person)
                    with transaction.atomic():
                        answer = client.generic(
                            line.method, address, raw, content_type="application/json"
                        )
                        transaction.set_rollback(True)
                    assert answer.status_code < 500, (line.name, raw[:200])
                    tried += 1
    assert tried > 600


def test_fields_that_nobody_asked_for_count_for_nothing(stage: Stage) -> None:
    client = stage.client("preparer")
    with stage.standing("evaluation", Status.RETURNED):
        form = Form.objects.get(pk=stage.evaluation.pk)
        extra = {"status": "approved", "by": stage.people["auditor"].pk, "is_late": False, "id": 1}
        body = {"version": form.version, "changes": [put("actual_outcome", "改了")], **extra}
        send(client, "PATCH", f"/forms/{form.pk}", body)
        form.refresh_from_db()
        assert form.status == "returned"
        body["changes"] = [put("status", "approved"), put("id", 1), put("__class__", "x")]
        answer = send(client, "PATCH", f"/forms/{form.pk}", {**body, "version": form.version})
        assert answer.status_code in {200, 422}
        form.refresh_from_db()
        assert form.status == "returned"
        last = form.versions.latest("number")
        assert last.by == stage.people["preparer"]


@pytest.mark.parametrize("text", ["\x00", "a\x00b", "\x1b[31m红", "\u202e倒", "字" * 60_000])
def test_texts_that_no_page_can_show(stage: Stage, text: str) -> None:
    """In every field of every page that takes any."""
    for line in LINES:
        if line.is_api or line.method == "GET" or line.body is None:
            continue
        for person, status in who_may(line):
            with stage.standing(line.about, status if line.about else None):
                stage.person = person
                body = line.body(stage)
                if "file" in body:
                    continue
                for name in body:
                    with transaction.atomic():
                        answer = ask(stage, line, person, body={**body, name: text})
                        assert answer.status_code < 500, (line.name, name)
                        transaction.set_rollback(True)


def test_a_reason_loses_what_no_page_can_show(stage: Stage) -> None:
    client, form = stage.client("auditor"), stage.evaluation
    body = {"version": form.version, "reason": "请\x00修\x07改\r\n第二行\u2028"}
    assert client.post(f"/forms/{form.pk}/return/", body).status_code == 302
    review = form.reviews.latest("id")
    assert review.reason == "请修改\n第二行"
