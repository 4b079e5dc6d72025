"""Forms that have come before a reviewer, and who looks at them."""

from __future__ import annotations

from typing import Any

from perfgoals.accounts.models import Membership, Role, Unit, User
from projects.models import Form, FormVersion
from scoring.access import form_document
from scoring.services import replace_form, return_form, start_self_evaluation, submit_form
from tests.drafts import change, copied_declaration, prepares


def submitted_evaluation(user: User, published: Form, *changes: dict[str, Any]) -> Form:
    """The person's self-evaluation of the year after a published one, saying the same, submitted."""
    prepares(user, published)
    form = start_self_evaluation(
        project=published.project, year=published.year_id + 1, by=user, with_declaration=False
    )
    replace_form(
        form,
        form_document(published),
        by=user,
        expected_version=form.version,
        reason=FormVersion.Reason.RESTORED,
    )
    return _submitted(user, form, changes)


def submitted_declaration(user: User, published: Form, *changes: dict[str, Any]) -> Form:
    """The person's declaration copied from a published one, with every cell confirmed, submitted."""
    form = copied_declaration(user, published)
    Form.objects.filter(pk=form.pk).update(unconfirmed=[])
    form.refresh_from_db()
    return _submitted(user, form, changes)


def _submitted(user: User, form: Form, changes: tuple[dict[str, Any], ...]) -> Form:
    if changes:
        change(form, user, *changes)
    submit_form(form, by=user, expected_version=form.version)
    return Form.objects.get(pk=form.pk)


def unit_reviewer_of(form: Form, *, reviews_first: bool = True) -> User:
    """A unit reviewer of the form's unit, which from now on looks first."""
    unit = form.project.unit
    Unit.objects.filter(pk=unit.pk).update(reviews_first=reviews_first)
    user = User.objects.create_user("unit_reviewer", full_name="吴单位审")
    Membership.objects.create(user=user, unit=unit, role=Role.UNIT_REVIEWER.value)
    return user


def returned(form: Form, by: User, *, reason: str = "请修改") -> Form:
    """The form, sent back."""
    return_form(form, by=by, expected_version=form.version, reason=reason)
    return Form.objects.get(pk=form.pk)


def handed_in_again(form: Form, user: User, *changes: dict[str, Any]) -> Form:
    """The form, changed and submitted anew."""
    return _submitted(user, form, changes)
