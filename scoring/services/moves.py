"""The steps of a form from the preparer to the public: submit, return, approve, publish, and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from perfgoals.accounts.models import Unit
from perfgoals.common.findings import Finding, Level
from projects.models import Adjustment, Form, FormVersion, Stage
from projects.services import (
    claim_version,
    due_day,
    is_past,
    open_comments,
    record_version,
    stated_reason,
    without_controls,
)
from projects.workflow import Action, FormKind, Status, WrongStatus, next_status
from scoring.access import form_document
from scoring.documents import FormDocument, read_form
from scoring.models import Review
from scoring.services.cross import forget_cross_findings, refresh_neighbours
from scoring.services.editing import Judged, judge, replace_form, with_row_codes
from scoring.services.reviewing import decide, open_review

if TYPE_CHECKING:
    from perfgoals.accounts.models import User

Reason = FormVersion.Reason


class NotSound(Exception):
    """A form with open errors was to go on. Nothing was changed."""

    def __init__(self, findings: list[Finding], action: Action = Action.SUBMIT) -> None:
        self.findings = findings
        way = (
            "改正后才能送审"
            if action is Action.SUBMIT
            else "请退回修改，或写明理由豁免后再审核通过"
        )
        super().__init__(f"还有 {len(findings)} 处错误，{way}")


@transaction.atomic
def submit_form(form: Form, *, by: User, expected_version: int) -> None:
    """Hand the form in for review: to the unit's own reviewer where the department wants that, else to
    the auditor. Late is who submits for the first time after the last day.

    Raises StaleVersion, WrongStatus, and NotSound with the errors.
    """
    judged = _sound(form, Action.SUBMIT)
    coded = with_row_codes(judged.document)
    if coded is not judged.document:
        # A form that was loaded has rows without codes; comments and scores keep to their row by them.
        judged = replace_form(
            form, coded, by=by, expected_version=expected_version, reason=Reason.SAVED
        )
        expected_version = form.version
    unit_first = Unit.objects.reviewing_first(form.project.unit_id)
    stage = Stage.DECLARATION if form.kind == FormKind.DECLARATION else Stage.SELF_EVALUATION
    late = form.is_late
    if not form.reviews.exists():
        late = is_past(due_day(year=form.year_id, stage=stage, unit=form.project.unit))
    _move(
        form,
        Action.SUBMIT,
        Reason.SUBMITTED,
        judged.document,
        by=by,
        expected_version=expected_version,
        awaits_unit_review=unit_first,
        values={"submitted_at": timezone.now(), "submitted_by": by, "is_late": late},
    )
    open_review(
        form,
        judged,
        stage=Review.Stage.UNIT if unit_first else Review.Stage.DEPARTMENT,
        by=by,
    )
    refresh_neighbours(form)


@transaction.atomic
def withdraw_form(form: Form, *, by: User, expected_version: int) -> None:
    """Take a submitted form back to go on writing. Raises StaleVersion and WrongStatus."""
    _move(
        form,
        Action.WITHDRAW,
        Reason.WITHDRAWN,
        form_document(form),
        by=by,
        expected_version=expected_version,
        values={"submitted_at": None, "submitted_by": None},
    )
    decide(form, Review.Outcome.WITHDRAWN, by=by)
    forget_cross_findings(form)


@transaction.atomic
def endorse_form(form: Form, *, by: User, expected_version: int, opinion: str = "") -> None:
    """The unit's own reviewer lets it go on to the auditor. Raises StaleVersion, WrongStatus, and
    NotSound with the errors that have come up since."""
    judged = _sound(form, Action.ENDORSE)
    _move(
        form,
        Action.ENDORSE,
        Reason.ENDORSED,
        judged.document,
        by=by,
        expected_version=expected_version,
        note=without_controls(opinion),
    )
    decide(form, Review.Outcome.APPROVED, by=by, judged=judged, opinion=opinion)
    open_review(form, judged, stage=Review.Stage.DEPARTMENT, by=form.submitted_by or by)


@transaction.atomic
def return_form(form: Form, *, by: User, expected_version: int, reason: str = "") -> None:
    """Send the form back to be mended. reason: may be blank where a comment is open.

    Raises StaleVersion, WrongStatus, and ValidationError where nothing says what to mend.
    """
    next_status(Status(form.status), Action.RETURN)
    if not open_comments(form).exists():
        reason = stated_reason(reason, what="退回理由（或至少留一条未处理的批注）")
    _move(
        form,
        Action.RETURN,
        Reason.RETURNED,
        form_document(form),
        by=by,
        expected_version=expected_version,
        note=without_controls(reason),
    )
    decide(form, Review.Outcome.RETURNED, by=by, reason=reason)


@transaction.atomic
def approve_form(form: Form, *, by: User, expected_version: int, opinion: str = "") -> None:
    """Approve the form, with the scores that the reviewer gave. Raises StaleVersion, WrongStatus, and
    NotSound with the errors that are neither mended nor waived."""
    judged = _sound(form, Action.APPROVE)
    _move(
        form,
        Action.APPROVE,
        Reason.APPROVED,
        judged.document,
        by=by,
        expected_version=expected_version,
        note=without_controls(opinion),
        values={"adjusts_version": None},
    )
    decide(form, Review.Outcome.APPROVED, by=by, judged=judged, opinion=opinion)
    _close_adjustment(form, by=by, after=form.version)


@transaction.atomic
def publish_form(form: Form, *, by: User, expected_version: int) -> None:
    """Mark an approved form as open to the public. Raises StaleVersion and WrongStatus."""
    _move(
        form,
        Action.PUBLISH,
        Reason.PUBLISHED,
        form_document(form),
        by=by,
        expected_version=expected_version,
    )


@transaction.atomic
def unpublish_form(form: Form, *, by: User, expected_version: int, reason: str) -> None:
    """Take a form back from the public. Raises StaleVersion, WrongStatus, and ValidationError for a blank
    reason."""
    next_status(Status(form.status), Action.UNPUBLISH)
    _move(
        form,
        Action.UNPUBLISH,
        Reason.UNPUBLISHED,
        form_document(form),
        by=by,
        expected_version=expected_version,
        note=stated_reason(reason, what="撤回公开的理由"),
    )


@transaction.atomic
def reopen_form(form: Form, *, by: User, expected_version: int, reason: str) -> None:
    """Send an approved form back to be mended; what was approved stays on record.

    Raises StaleVersion, WrongStatus, and ValidationError for a blank reason.
    """
    next_status(Status(form.status), Action.REOPEN)
    reason = stated_reason(reason, what="重新打开的理由")
    _move(
        form,
        Action.REOPEN,
        Reason.REOPENED,
        form_document(form),
        by=by,
        expected_version=expected_version,
        note=reason,
    )
    latest = form.reviews.filter(outcome=Review.Outcome.APPROVED).order_by("-decided_at").first()
    if latest is not None:
        latest.reopened_by, latest.reopened_at = by, timezone.now()
        latest.reopened_reason = reason
        latest.save(update_fields=["reopened_by", "reopened_at", "reopened_reason"])


@transaction.atomic
def adjust_form(form: Form, *, by: User, expected_version: int, reason: str) -> None:
    """目标调整: open an approved declaration to change its goals. The approved version stays on record and
    stands until the new one is approved.

    Raises StaleVersion, WrongStatus (also for a self-evaluation), and ValidationError for a blank reason.
    """
    next_status(Status(form.status), Action.ADJUST)
    if form.kind != FormKind.DECLARATION:
        raise WrongStatus(Action.ADJUST, Status(form.status), "自评表没有目标调整")
    reason = stated_reason(reason, what="调整理由")
    approved = form.version
    _move(
        form,
        Action.ADJUST,
        Reason.ADJUSTED,
        form_document(form),
        by=by,
        expected_version=expected_version,
        note=reason,
        values={"adjusts_version": approved},
    )
    Adjustment.objects.create(form=form, before=approved, reason=reason, by=by)


@transaction.atomic
def cancel_adjustment(form: Form, *, by: User, expected_version: int) -> None:
    """Give an adjustment up: the form says again what was approved.

    Raises StaleVersion, and WrongStatus where none is under way.
    """
    next_status(Status(form.status), Action.CANCEL_ADJUSTMENT)
    before = form.adjusts_version
    if before is None:
        raise WrongStatus(
            Action.CANCEL_ADJUSTMENT, Status(form.status), "这份表没有正在进行的目标调整"
        )
    approved = form.versions.get(first_number__lte=before, number__gte=before)
    document = read_form(approved.document)
    if document != form_document(form):
        replace_form(
            form,
            document,
            by=by,
            expected_version=expected_version,
            reason=Reason.RESTORED,
            note=f"恢复到第 {before} 版",
        )
        expected_version = form.version
    _move(
        form,
        Action.CANCEL_ADJUSTMENT,
        Reason.ADJUSTMENT_CANCELLED,
        document,
        by=by,
        expected_version=expected_version,
        values={"adjusts_version": None},
    )
    _close_adjustment(form, by=by, after=None)


def _close_adjustment(form: Form, *, by: User, after: int | None) -> None:
    form.adjustments.filter(closed_at=None).update(
        closed_by=by, closed_at=timezone.now(), after=after
    )


def _sound(form: Form, action: Action) -> Judged:
    """The form judged. Raises WrongStatus, and NotSound with the open errors."""
    next_status(Status(form.status), action)
    judged = judge(form_document(form), form)
    errors = [finding for finding in judged.findings if finding.level is Level.ERROR]
    if errors:
        raise NotSound(errors, action)
    return judged


def _move(
    form: Form,
    action: Action,
    reason: FormVersion.Reason,
    document: FormDocument,
    *,
    by: User,
    expected_version: int,
    awaits_unit_review: bool = False,
    note: str = "",
    values: Mapping[str, Any] | None = None,
) -> None:
    """The one place where a form's status is written."""
    after = next_status(Status(form.status), action, awaits_unit_review=awaits_unit_review)
    claim_version(form, expected=expected_version, values={**(values or {}), "status": after.value})
    record_version(form, document, by=by, reason=reason, note=note)
