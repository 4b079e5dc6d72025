"""The same again, and versions that are not the one that was seen."""

from __future__ import annotations

from typing import Any

import pytest

from tests.drafts import send
from tests.rights.asking import ask, content
from tests.rights.stage import Stage
from tests.rights.table import LINES
from tests.stranger.foul import FORGED, HUGE, refused, who_may

REPEATABLE = {"scoring:form-compare", "scoring:form-opinion-preview"}
"""No steps: done again they come to the same."""


def test_the_same_request_twice(stage: Stage) -> None:
    """Each step taken by who may; sent again, as a browser does after going back."""
    tried = 0
    for line in LINES:
        is_step = line.name.startswith("scoring:form-") and line.method == "POST" and line.about
        if line.name in REPEATABLE:
            continue
        if not is_step and line.name not in {"api:form_patch", "api:version_restore"}:
            continue
        for person, status in who_may(line):
            with stage.standing(line.about, status):
                body = line.body(stage) if line.body else None
                if body is None or "file" in body:
                    continue
                stage.person = person
                first = ask(stage, line, person)
                assert first.status_code == line.done, (line.name, content(first)[:300])
                again = refused(
                    stage, lambda line=line, person=person: ask(stage, line, person), 409
                )
                assert again.status_code == 409
                tried += 1
    assert tried >= 13


@pytest.mark.parametrize("version", FORGED, ids=repr)
def test_forged_versions(stage: Stage, version: Any) -> None:
    """On every step, as page and through the interface; and where none is given."""
    for line in LINES:
        body = line.body(stage) if line.body and line.about else None
        if not isinstance(body, dict) or "version" not in body:
            continue
        for person, status in who_may(line):
            with stage.standing(line.about, status):
                sent = {**body, "version": version}
                if version is None:
                    del sent["version"]
                elif not line.is_api:
                    sent["version"] = str(version)
                refused(
                    stage,
                    lambda line=line, person=person, sent=sent: ask(stage, line, person, body=sent),
                    *(404, 409, 422),
                    logged=False,
                )


@pytest.mark.parametrize("edits", FORGED[:2] + FORGED[3:12], ids=repr)
def test_forged_states_of_a_review(stage: Stage, edits: Any) -> None:
    client = stage.client("auditor")
    address = f"/forms/{stage.evaluation.pk}/review"
    first = send(client, "PATCH", address, {"edits": 0, "opinion": "较好"})
    assert first.status_code == 200
    body = {"edits": edits, "opinion": "很差"}
    refused(stage, lambda: send(client, "PATCH", address, body), 409, 422, logged=False)


@pytest.mark.parametrize("number", ["0", "-1", HUGE, "x", "1.5", "\x00"])
def test_versions_that_there_are_none_of(stage: Stage, number: str) -> None:
    client = stage.client("preparer")
    base = f"/forms/{stage.evaluation.pk}"
    for address in (
        f"{base}/versions/{number}/",
        f"{base}/versions/{number}/restore/",
        f"{base}/versions/compare/?before={number}",
        f"{base}/versions/compare/?before=1&after={number}",
        f"{base}/pdf/?version={number}",
        f"{base}/opinion/?review={number}",
        f"/forms/{number}/",
        f"/api/forms/{number}",
        f"/api{base}/versions/{number}",
        f"/api{base}/diff?before={number}",
        f"/samples/{number}/",
        f"/log/{number}/",
        f"/jobs/{number}/",
    ):
        answer = client.get(address)
        assert answer.status_code in {403, 404, 422}, (address, answer.status_code)
