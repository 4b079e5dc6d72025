"""Forms that say what others say, and what is found of them."""

from __future__ import annotations

from collections import Counter
from typing import Any

from perfgoals.accounts.models import Membership, Role, Unit, User
from projects.models import Form, Project
from scoring.services import start_declaration, submit_form
from tests.drafts import change

COPIED = "across.copied_text"


def submitted_copy(
    user: User, published: Form, *, name: str, unit: str, changes: tuple[dict[str, Any], ...] = ()
) -> Form:
    """A declaration of another project that says what a published one says, submitted."""
    owner = Unit.objects.get(name=unit)
    Membership.objects.get_or_create(user=user, unit=owner, role=Role.PREPARER.value)
    project = Project.objects.create(code=name, name=name, unit=owner)
    form = start_declaration(project=project, year=published.year_id, by=user, copy_of=published)
    Form.objects.filter(pk=form.pk).update(unconfirmed=[])
    form.refresh_from_db()
    if changes:
        change(form, user, *changes)
    submit_form(form, by=user, expected_version=form.version)
    return Form.objects.get(pk=form.pk)


def codes(form: Form) -> Counter[str]:
    return Counter(form.cross_findings.values_list("code", flat=True))
