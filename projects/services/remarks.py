"""Comments on cells, and findings that were let pass."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from perfgoals.common.audit import record
from perfgoals.common.findings import Finding
from perfgoals.common.models import AuditAction
from projects.documents import Rows, stable_path
from projects.models import Comment, Form, Waiver
from projects.workflow import Action, Status, next_status

if TYPE_CHECKING:
    from perfgoals.accounts.models import User

LONGEST = 2_000
"""Characters of a comment or a reason."""


_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


def without_controls(text: str) -> str:
    """The text without blanks around it and without characters that no database, page or workbook
    takes; line breaks and tabs stay."""
    return _CONTROLS.sub("", text.replace("\r\n", "\n")).strip()


def stated_reason(text: str, *, what: str) -> str:
    """The text without blanks around it. Raises ValidationError where it is blank or too long.

    what: what the reason is for, in Chinese.
    """
    text = without_controls(text)
    if not text:
        raise ValidationError(f"请写明{what}")
    if len(text) > LONGEST:
        raise ValidationError(f"{what}超过 {LONGEST} 字（现 {len(text)} 字），请精简")
    return text


@transaction.atomic
def add_comment(
    form: Form, *, by: User, text: str, place: str = "", label: str = "", quote: str = ""
) -> Comment:
    """Pin a comment to a cell. place, label and quote: see ``Comment``.

    Raises WrongStatus, and ValidationError for a blank text.
    """
    next_status(Status(form.status), Action.COMMENT)
    text = stated_reason(text, what="批注内容")
    comment = Comment.objects.create(
        form=form, place=place, label=label, quote=quote, text=text, number=form.version, by=by
    )
    record(
        AuditAction.COMMENTED,
        "批注",
        by=by,
        subject=form,
        reason=text,
        details={"批注": comment.pk, "位置": label or "整张表"},
    )
    return comment


@transaction.atomic
def answer_comment(comment: Comment, *, by: User, text: str) -> Comment:
    """Answer a comment. Raises WrongStatus, and ValidationError for a blank text or an answer to an
    answer."""
    form = comment.form
    next_status(Status(form.status), Action.ANSWER)
    if comment.parent_id is not None:
        raise ValidationError("请答复原批注")
    text = stated_reason(text, what="答复内容")
    answer = Comment.objects.create(
        form=form,
        parent=comment,
        place=comment.place,
        label=comment.label,
        text=text,
        number=form.version,
        by=by,
    )
    record(
        AuditAction.COMMENTED,
        "答复批注",
        by=by,
        subject=form,
        reason=text,
        details={"批注": comment.pk, "位置": comment.label or "整张表"},
    )
    return answer


@transaction.atomic
def resolve_comment(comment: Comment, *, by: User, resolved: bool = True) -> None:
    """Mark a comment as dealt with, or as open again. Raises WrongStatus."""
    next_status(Status(comment.form.status), Action.ANSWER)
    if (comment.resolved_at is not None) == resolved:
        return
    comment.resolved_by = by if resolved else None
    comment.resolved_at = timezone.now() if resolved else None
    comment.save(update_fields=["resolved_by", "resolved_at"])
    record(
        AuditAction.COMMENTED,
        "批注已处理" if resolved else "批注改为未处理",
        by=by,
        subject=comment.form,
        reason=comment.text,
        details={"批注": comment.pk, "位置": comment.label or "整张表"},
    )


@dataclass(frozen=True, slots=True)
class WaivedFinding:
    """A finding that was let pass, and the record of it."""

    finding: Finding
    waiver: Waiver


def without_waived(
    form: Form, document: Rows, findings: Sequence[Finding]
) -> tuple[list[Finding], list[WaivedFinding]]:
    """The findings that are open, and those that were waived as they stand."""
    if not findings:
        return [], []
    waivers = {
        (waiver.code, waiver.place, waiver.message): waiver
        for waiver in form.waivers.in_force().select_related("by")
    }
    still_open: list[Finding] = []
    waived: list[WaivedFinding] = []
    for finding in findings:
        waiver = waivers.get((finding.code, stable_path(document, finding.path), finding.message))
        if waiver is None:
            still_open.append(finding)
        else:
            waived.append(WaivedFinding(finding, waiver))
    return still_open, waived


@transaction.atomic
def waive_finding(form: Form, document: Rows, finding: Finding, *, by: User, reason: str) -> Waiver:
    """Let a finding pass, with the reason. Raises WrongStatus, and ValidationError for a blank reason
    or a finding that was waived already."""
    next_status(Status(form.status), Action.WAIVE)
    reason = stated_reason(reason, what="豁免理由")
    try:
        with transaction.atomic():
            waiver = Waiver.objects.create(
                form=form,
                code=finding.code,
                place=stable_path(document, finding.path),
                message=finding.message,
                reason=reason,
                by=by,
            )
    except IntegrityError:
        raise ValidationError("这条检查结果已豁免") from None
    record(
        AuditAction.WAIVED,
        "豁免检查结果",
        by=by,
        subject=form,
        reason=reason,
        details={"检查": finding.code, "检查结果": finding.message},
    )
    return waiver


@transaction.atomic
def revoke_waiver(waiver: Waiver, *, by: User) -> None:
    """Take a waiver back: the finding is open again. Raises WrongStatus, and ValidationError for one
    that was taken back already."""
    next_status(Status(waiver.form.status), Action.WAIVE)
    taken = Waiver.objects.in_force().filter(pk=waiver.pk)
    if not taken.update(revoked_by=by, revoked_at=timezone.now()):
        raise ValidationError("这条豁免已经撤销")
    record(
        AuditAction.WAIVED,
        "撤销豁免",
        by=by,
        subject=waiver.form,
        details={"检查": waiver.code, "检查结果": waiver.message},
    )


def open_comments(form: Form) -> QuerySet[Comment]:
    """The comments that nobody has dealt with, in the order they were made."""
    return form.comments.filter(parent=None, resolved_at=None)
