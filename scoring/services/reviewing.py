"""复核: opening a review, the reviewer's scores and remarks, and its outcome."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from perfgoals.common.audit import AuditChange, record
from perfgoals.common.documents import plain
from perfgoals.common.findings import Level
from perfgoals.common.models import AuditAction
from perfgoals.common.numbers import trimmed
from projects.models import Form
from projects.services import LONGEST, without_controls
from projects.workflow import BEFORE_SUBMIT, Action, Status, WrongStatus, next_status
from scoring.access import form_document
from scoring.checks.review import RowReview, check_review
from scoring.documents import SelfEvaluationDocument
from scoring.evaluation import Evaluation, evaluate
from scoring.models import Review, ReviewRow
from scoring.services.assessing import assess, reassess
from scoring.services.cross import refresh_cross_findings, refresh_stored
from scoring.services.editing import Judged, judge

if TYPE_CHECKING:
    from perfgoals.accounts.models import User


class StaleReview(Exception):
    """The review was saved in another tab or by somebody else since it was read. Nothing was written."""

    def __init__(self, review: Review, expected: int) -> None:
        self.review, self.expected = review, expected
        super().__init__("复核已在别处保存过，未覆盖；请核对最新的内容后再改")


@dataclass(frozen=True, slots=True)
class RowChange:
    """What a reviewer says of a row: score (points; None for the unit's own) and remark. ``opinion`` of
    the whole is no row."""

    row_code: str
    score: Decimal | None
    remark: str


def open_review(form: Form, judged: Judged, *, stage: Review.Stage, by: User) -> Review:
    """A submitted form comes before a reviewer. What an earlier reviewer of the same stage said of rows
    is carried over, for they would otherwise have to say it again."""
    refresh_cross_findings(form, judged)
    assessment = assess(form, judged)
    earlier = (
        form.reviews.filter(stage=stage).exclude(outcome=Review.Outcome.PENDING).order_by("-id")
    ).first()
    review = Review.objects.create(
        form=form,
        stage=stage.value,
        version=form.version,
        opened_by=by,
        risk=assessment.points,
        risk_reasons=list(assessment.reasons),
        last_total=assessment.last_total,
        compared_at=timezone.now(),
        opinion=earlier.opinion if earlier else "",
    )
    if earlier is not None:
        codes = {row.code for row in judged.document.indicators}
        ReviewRow.objects.bulk_create(
            ReviewRow(review=review, row_code=row.row_code, score=row.score, remark=row.remark)
            for row in earlier.rows.all()
            if row.row_code in codes
        )
    return review


@transaction.atomic
def compare_again(form: Form, *, by: User) -> int:
    """Hold the form against the others as they now are, because somebody wants to know, and reckon its risk
    anew where it waits. Returns how much was found. Raises WrongStatus for a form that was not submitted."""
    status = Status(form.status)
    if status in BEFORE_SUBMIT:
        why = f"这份表现在是「{status.label}」，送审以后才与其他表比较"
        raise WrongStatus(Action.REVIEW, status, why)
    found = refresh_stored(form)
    record(AuditAction.REVIEWED, f"重新与其他表比较，发现 {found} 处", by=by, subject=form)
    review = pending_review(form)
    if review is not None:
        reassess(review)
    return found


def pending_review(form: Form) -> Review | None:
    """The review that the form waits in; None where it waits for none."""
    return form.reviews.filter(outcome=Review.Outcome.PENDING).first()


@transaction.atomic
def patch_review(
    form: Form,
    rows: list[RowChange],
    *,
    opinion: str | None = None,
    by: User,
    expected_edits: int,
) -> Review:
    """Save what the reviewer says of rows, and of the whole where ``opinion`` is given.

    expected_edits: ``Review.edits`` as it was read. Raises WrongStatus, StaleReview, and ValidationError
    for a row that is not there and a score below 0, above the row's weight or with more than two decimals.
    """
    next_status(Status(form.status), Action.REVIEW)
    # A form that was submitted before reviews were kept has none yet.
    review = pending_review(form) or open_review(
        form,
        judge(form_document(form), form),
        stage=Review.Stage.DEPARTMENT,
        by=form.submitted_by or by,
    )
    if review.edits != expected_edits:
        raise StaleReview(review, expected_edits)
    document = form_document(form)
    known = {row.code: row for row in document.indicators if row.code}
    kept = {row.row_code: row for row in review.rows.all()}
    changes: list[AuditChange] = []
    touched: dict[str, ReviewRow] = {}
    for change in rows:
        row = known.get(change.row_code)
        if row is None:
            raise ValidationError("没有这一行指标，请刷新后重试")
        _check_score(change.score, weight=getattr(row, "weight", None), name=row.name)
        stored = kept.setdefault(
            change.row_code, ReviewRow(review=review, row_code=change.row_code)
        )
        found = _say(stored, change, name=row.name)
        if found:
            touched[change.row_code] = stored
            changes += found
    opinion = None if opinion is None else without_controls(opinion)
    if opinion is not None and opinion != review.opinion:
        if len(opinion) > LONGEST:
            raise ValidationError(f"审核意见超过 {LONGEST} 字")
        changes.append(AuditChange("opinion", review.opinion, opinion, "审核意见"))
        review.opinion = opinion
    if changes:
        review.edits = expected_edits + 1
        taken = Review.objects.waiting().filter(pk=review.pk, edits=expected_edits)
        if not taken.update(edits=review.edits, opinion=review.opinion):
            raise StaleReview(review, expected_edits)
        for one in touched.values():
            one.save()
        record(AuditAction.REVIEWED, "复核", by=by, subject=form, changes=changes)
    return review


def _say(stored: ReviewRow, change: RowChange, *, name: str) -> list[AuditChange]:
    """Make the row say what is wanted, without saving it. Returns what that changes. Raises
    ValidationError for a remark that is too long."""
    remark = without_controls(change.remark)
    if len(remark) > LONGEST:
        raise ValidationError(f"「{name}」的复核意见超过 {LONGEST} 字")
    changes = []
    for field, title, value in (
        ("score", "复核分", change.score),
        ("remark", "复核意见", remark),
    ):
        old = getattr(stored, field)
        if old != value:
            path = f"row:{change.row_code}.review_{field}"
            label = f"{name}：{title}"
            changes.append(AuditChange(path, _as_json(old), _as_json(value), label))
            setattr(stored, field, value)
    return changes


def _as_json(value: Decimal | str | None) -> str | None:
    return plain(value) if isinstance(value, Decimal) else value


def _check_score(score: Decimal | None, *, weight: Decimal | None, name: str) -> None:
    if score is None:
        return
    if weight is None:
        raise ValidationError(f"「{name}」没有分值，不能打复核分")
    if not score.is_finite() or score < 0 or score > weight:
        raise ValidationError(f"「{name}」的复核分应在 0 至 {trimmed(weight)} 之间")
    if score != round(score, 2):
        raise ValidationError(f"「{name}」的复核分最多两位小数")


def reviewed_document(
    document: SelfEvaluationDocument, scores: Mapping[str, Decimal | None]
) -> SelfEvaluationDocument:
    """The document with the reviewer's scores; a row without one keeps the unit's own."""
    return document.model_copy(
        update={
            "indicators": [
                row
                if scores.get(row.code) is None
                else row.model_copy(update={"score": scores[row.code]})
                for row in document.indicators
            ]
        }
    )


def reviewed_evaluation(form: Form, document: SelfEvaluationDocument, review: Review) -> Evaluation:
    """Total and rating by the reviewer's scores, by the form's own scheme; the execution recomputed."""
    scores = {row.row_code: row.score for row in review.rows.all()}
    return evaluate(reviewed_document(document, scores), form.self_evaluation.scheme.as_scheme())


def review_rows(review: Review) -> dict[str, RowReview]:
    """What the reviewer says of each row, by its code; one query unless prefetched."""
    return {row.row_code: RowReview(row.score, row.remark) for row in review.rows.all()}


def _refuse_errors(document: SelfEvaluationDocument, review: Review) -> None:
    """A score that was carried over may be above a weight that was lowered since."""
    found = check_review(document, review_rows(review))
    errors = [finding.message for finding in found if finding.level is Level.ERROR]
    if errors:
        raise ValidationError(errors)


def decide(
    form: Form,
    outcome: Review.Outcome,
    *,
    by: User,
    judged: Judged | None = None,
    reason: str = "",
    opinion: str = "",
) -> None:
    """Close the review that the form waits in, with its points as they now are.

    A form that was never submitted here (loaded as published) has none; then there is nothing to close.
    Raises ValidationError where it is to be approved with a score above the weight.
    """
    review = pending_review(form)
    if review is None:
        return
    review.outcome, review.reason = outcome.value, without_controls(reason)
    review.opinion = without_controls(opinion) or review.opinion
    review.decided_by, review.decided_at = by, timezone.now()
    document = judged.document if judged else form_document(form)
    if isinstance(document, SelfEvaluationDocument):
        if outcome is Review.Outcome.APPROVED:
            _refuse_errors(document, review)
        stored = form.self_evaluation
        result = reviewed_evaluation(form, document, review)
        review.self_total, review.self_rating = stored.computed_total, stored.computed_rating
        review.review_total, review.review_rating = result.total_score, result.rating or ""
    review.save()


@transaction.atomic
def number_opinion(review: Review, number: str, *, by: User) -> None:
    """发文字号: give the printed opinion a number, another one, or none ("").

    Raises ValidationError for one that is too long or of several lines, and for a review that was not
    decided.
    """
    kept = Review.objects.select_for_update().get(pk=review.pk)
    number = without_controls(number)
    longest = Review._meta.get_field("opinion_number").max_length or 0
    if kept.decided_at is None:
        raise ValidationError("还没有审核决定，没有意见书")
    if len(number) > longest:
        raise ValidationError(f"发文字号最多 {longest} 字（现 {len(number)} 字）")
    if len(number.splitlines()) > 1:
        raise ValidationError("发文字号只有一行")
    if number == kept.opinion_number:
        return
    change = AuditChange("opinion_number", kept.opinion_number, number, "发文字号")
    review.opinion_number = number
    review.save(update_fields=["opinion_number"])
    record(
        AuditAction.CHANGED,
        "填写意见书发文字号",
        by=by,
        subject=review.form,
        changes=[change],
        details={"系统编号": review.pk},
    )
