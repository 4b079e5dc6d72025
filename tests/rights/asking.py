"""Sending what a line of the table says, and reading the answer."""

from __future__ import annotations

import json
from typing import Any

from django.urls import reverse

from tests.rights.line import Line
from tests.rights.stage import Stage


def ask(
    stage: Stage,
    line: Line,
    person: str,
    method: str = "",
    body: Any = None,
    arguments: list[Any] | None = None,
) -> Any:
    """Send what the line says; or the same with another method, another body, other arguments."""
    client = stage.client(person)
    address = reverse(line.name, args=line.arguments(stage) if arguments is None else arguments)
    if line.query:
        address += f"?{line.query}"
    if body is None and line.body is not None:
        body = line.body(stage)
    method = method or line.method
    if method == "GET":
        return client.get(address)
    files = any(hasattr(value, "read") for value in body.values()) if body else False
    if method == "POST" and (files or not line.is_api):
        return client.post(address, body)
    if not line.is_api:
        return client.generic(method, address)
    text = json.dumps(body, default=str, ensure_ascii=False) if body is not None else ""
    return client.generic(method, address, text, content_type="application/json")


def content(response: Any) -> str:
    """The answer as text, with its characters written out where it is JSON."""
    raw = b"".join(response) if response.streaming else response.content
    if raw and response.get("Content-Type", "").startswith("application/json"):
        return json.dumps(json.loads(raw), ensure_ascii=False)
    return raw.decode(errors="replace")
