"""Requests without the token of a page, and tokens of the interface."""

from __future__ import annotations

import json
from typing import Any

from django.test import Client
from django.urls import reverse

from perfgoals.accounts.models import Membership, User
from perfgoals.accounts.services import create_api_token
from projects.workflow import Status
from tests.deadlines import in_days
from tests.drafts import put
from tests.rights.stage import Stage
from tests.rights.table import LINES
from tests.stranger.foul import refused


def test_no_change_without_the_pages_own_token(stage: Stage) -> None:
    """Whatever changes something, from a page of somebody else's."""
    tried = 0
    for line in LINES:
        if line.method == "GET" or line.name in {"accounts:session-state", "accounts:sign-in-code"}:
            continue
        with stage.standing(line.about, Status.SUBMITTED if line.about else None):
            for forged in ({}, {"HTTP_X_CSRFTOKEN": "x" * 64}):
                address = reverse(line.name, args=line.arguments(stage))
                stage.client("preparer")
                client = Client(enforce_csrf_checks=True)
                client.cookies = stage.browser.cookies
                refused(
                    stage,
                    lambda client=client, line=line, address=address, forged=forged: client.generic(
                        line.method,
                        address,
                        "{}",
                        content_type="application/json" if line.is_api else "text/plain",
                        **forged,
                    ),
                    403,
                    # The same attempt is written down once a minute.
                    logged=not forged,
                )
                tried += 1
    assert tried > 80


def test_a_token_opens_what_its_owner_sees_today(stage: Stage) -> None:
    user = User.objects.create_user("former", full_name="前同事")
    unit = stage.evaluation.project.unit
    held = Membership.objects.create(user=user, unit=unit, role="preparer")
    token, text = create_api_token(user=user, name="取数")
    bearer: dict[str, Any] = {"HTTP_AUTHORIZATION": f"Bearer {text}"}
    address = f"/api/forms/{stage.evaluation.pk}"
    client = Client()
    stage.person = "lapsed"
    assert client.get(address, **bearer).status_code == 200

    held.valid_until = in_days(-1)
    held.save()
    refused(stage, lambda: client.get(address, **bearer), 404)
    change = {"version": stage.evaluation.version, "changes": [put("actual_outcome", "已完成")]}
    refused(
        stage,
        lambda: client.generic("PATCH", address, json.dumps(change), **bearer),
        404,
    )
    assert client.get("/api/forms", **bearer).json()["count"] == 0
    # It opens the interface, and no page.
    assert client.get(f"/forms/{stage.evaluation.pk}/", **bearer).status_code == 302

    User.objects.filter(pk=user.pk).update(is_active=False)
    refused(stage, lambda: client.get(address, **bearer), 401)
    User.objects.filter(pk=user.pk).update(is_active=True)
    token.delete()
    refused(stage, lambda: client.get(address, **bearer), 401, logged=False)
    for forged in ("", "x", "Bearer", f"Bearer {text}x", f"bearer  {text[:-1]}", "Basic eDp4"):
        answer = client.get(address, HTTP_AUTHORIZATION=forged)
        assert answer.status_code == 401, forged
