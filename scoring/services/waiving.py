"""Letting a finding of a form pass, and taking that back; the counts on the form follow."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import transaction

from perfgoals.common.findings import Finding, Level
from projects.models import Form, Waiver
from projects.services import revoke_waiver, waive_finding, write_columns
from scoring.access import form_document
from scoring.services.assessing import reassess
from scoring.services.cross_notes import TITLES
from scoring.services.editing import UNCONFIRMED, judge
from scoring.services.reviewing import pending_review

if TYPE_CHECKING:
    from perfgoals.accounts.models import User


@transaction.atomic
def waive_of_form(
    form: Form, *, path: str, code: str, message: str, reason: str, by: User
) -> Waiver:
    """Waive the very finding that the person saw, by its path, code and message; of what the comparison with
    other forms found, by its place and key.

    Raises WrongStatus, and ValidationError where the form has it no longer or the reason is blank.
    """
    if code in TITLES:
        return _waive_across(form, place=path, code=code, key=message, reason=reason, by=by)
    judged = judge(form_document(form), form)
    for finding in judged.findings:
        if (finding.path, finding.code, finding.message) == (path, code, message):
            break
    else:
        raise ValidationError("这条检查结果已经不在，请刷新后再看")
    waiver = waive_finding(form, judged.document, finding, by=by, reason=reason)
    _recount(form, [one for one in judged.findings if one != finding])
    return waiver


def _waive_across(form: Form, *, place: str, code: str, key: str, reason: str, by: User) -> Waiver:
    found = form.cross_findings.named(code=code, place=place, key=key).first()
    if found is None:
        raise ValidationError("这条检查结果已经不在，请刷新后再看")
    finding = Finding(found.path, Level(found.level), found.code, found.key, found.basis)
    waiver = waive_finding(form, form_document(form), finding, by=by, reason=reason)
    _weigh(form)
    return waiver


def _weigh(form: Form) -> None:
    """What was let pass, or no longer is, counts for the risk of a form that waits."""
    review = pending_review(form)
    if review is not None:
        reassess(review)


@transaction.atomic
def revoke_of_form(waiver: Waiver, *, by: User) -> None:
    """Take a waiver back. Raises WrongStatus, and ValidationError for one that was taken back already."""
    revoke_waiver(waiver, by=by)
    if waiver.code in TITLES:
        return _weigh(waiver.form)
    _recount(waiver.form, judge(form_document(waiver.form), waiver.form).findings)


def _recount(form: Form, findings: list[Finding]) -> None:
    levels = Counter(one.level for one in findings if one.code != UNCONFIRMED)
    write_columns(form, {f"{level.value}_count": levels[level] for level in Level})
