"""Drafts to write in, and ways of writing in them."""

from __future__ import annotations

import json
from typing import Any

from django.test import Client
from pydantic import TypeAdapter

from perfgoals.accounts.models import Membership, Role, User
from perfgoals.common.patches import Change
from projects.models import Form
from scoring.access import form_document
from scoring.services import Patched, patch_form, start_declaration, start_self_evaluation

CHANGES: TypeAdapter[list[Change]] = TypeAdapter(list[Change])


def prepares(user: User, form: Form) -> User:
    """The person, now a preparer of the unit whose form it is."""
    Membership.objects.get_or_create(user=user, unit=form.project.unit, role=Role.PREPARER.value)
    return user


def copied_declaration(user: User, published: Form, *, year: int = 2027) -> Form:
    """A draft of the person's, copied from a published declaration."""
    prepares(user, published)
    return start_declaration(project=published.project, year=year, by=user, copy_of=published)


def evaluation_of(user: User, published: Form, **options: Any) -> Form:
    """A self-evaluation of the person's for the project and year of a published declaration."""
    prepares(user, published)
    return start_self_evaluation(
        project=published.project, year=published.year_id, by=user, **options
    )


def put(path: str, value: Any) -> dict[str, Any]:
    return {"op": "set", "path": path, "value": value}


def change(form: Form, user: User, *changes: dict[str, Any]) -> Patched:
    """Change the form through the service, at the version it has."""
    read = CHANGES.validate_python(list(changes))
    return patch_form(form, read, by=user, expected_version=form.version)


def send(client: Client, method: str, address: str, data: Any = None) -> Any:
    """Call the interface."""
    body = "" if data is None else json.dumps(data, ensure_ascii=False)
    return client.generic(method, f"/api{address}", body, content_type="application/json")


def said(form: Form) -> Any:
    """What the form says now, read anew."""
    return form_document(Form.objects.get(pk=form.pk))
