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
from scoring.services.editing import UNCONFIRMED, judge

if TYPE_CHECKING:
    from perfgoals.accounts.models import User


@transaction.atomic
def waive_of_form(
    form: Form, *, path: str, code: str, message: str, reason: str, by: User
) -> Waiver:
    """Waive the very finding that the person saw, by its path, code and message.

    Raises WrongStatus, and ValidationError where the form has it no longer or the reason is blank.
    """
    judged = judge(form_document(form), form)
    for finding in judged.findings:
        if (finding.path, finding.code, finding.message) == (path, code, message):
            break
    else:
        raise ValidationError("这条检查结果已经不在，请刷新后再看")
    waiver = waive_finding(form, judged.document, finding, by=by, reason=reason)
    _recount(form, [one for one in judged.findings if one != finding])
    return waiver


@transaction.atomic
def revoke_of_form(waiver: Waiver, *, by: User) -> None:
    """Take a waiver back. Raises WrongStatus, and ValidationError for one that was taken back already."""
    revoke_waiver(waiver, by=by)
    _recount(waiver.form, judge(form_document(waiver.form), waiver.form).findings)


def _recount(form: Form, findings: list[Finding]) -> None:
    levels = Counter(one.level for one in findings if one.code != UNCONFIRMED)
    write_columns(form, {f"{level.value}_count": levels[level] for level in Level})
