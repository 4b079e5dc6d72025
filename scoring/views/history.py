"""The life of a form: its steps (who did what, when, with what words, at which version), what its reviewers
decided, why it came back, and what changed since."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from projects.access import get_version
from projects.models import Comment, Form, FormVersion
from projects.services import open_comments
from projects.workflow import Status
from scoring.documents import FormDocument, read_form
from scoring.models import Review
from scoring.services import Judged, Round, round_of
from scoring.views.results import Result, decided_reviews, results_of, scores_told, standing_result

Reason = FormVersion.Reason
_WRITING = (Reason.SAVED, Reason.UPLOADED, Reason.RESTORED)
_SENT_BACK = (Reason.RETURNED, Reason.REOPENED)


@dataclass(frozen=True, slots=True)
class Milestone:
    """A step that was taken. outcome: what the reviewer gave, in words."""

    version: FormVersion
    outcome: str = ""


@dataclass(frozen=True, slots=True)
class SentBack:
    """Why a form came back to its preparers. result: the review that sent it back, or the one that had
    approved it where it was reopened; None where none is on record."""

    version: FormVersion
    open_comments: int
    result: Result | None


@dataclass(frozen=True, slots=True)
class Life:
    """milestones: the latest first. standing: the review by which the form stands approved; earlier: the
    other decided ones, the latest first. sent_back: set while the form is to be mended. since: the words
    for what ``before``, the form as a reviewer last had it, is the beginning of; "" and None where there
    is none. unanswered: comments whose cell was neither changed nor answered."""

    milestones: tuple[Milestone, ...]
    standing: Result | None
    earlier: tuple[Result, ...]
    sent_back: SentBack | None
    round: Round
    since: str
    before: FormDocument | None
    unanswered: tuple[Comment, ...]

    @property
    def was_adjusted(self) -> bool:
        return any(one.version.reason == Reason.ADJUSTED for one in self.milestones)


def life_of(form: Form, judged: Judged) -> Life:
    """The life of the form, which says what is judged. Two queries for a form that never came before a
    reviewer; four and more for one that did."""
    decided = decided_reviews(form)
    steps = _milestones(form, decided)
    results = results_of(form, decided)
    standing = standing_result(form, results)
    current = round_of(form, judged.document)
    since = _since(current)
    return Life(
        milestones=tuple(steps),
        standing=standing,
        earlier=tuple(one for one in results if one is not standing),
        sent_back=_sent_back(form, steps, results),
        round=current,
        since=since,
        before=_before(form, current) if since else None,
        unanswered=unanswered(current),
    )


def unanswered(current: Round) -> tuple[Comment, ...]:
    """What was asked of a cell that was neither changed, nor answered, nor marked as dealt with."""
    return tuple(
        comment
        for comment in current.asked_not_changed
        if comment.resolved_at is None and not comment.answers.all()
    )


def why_sent_back(form: Form) -> SentBack | None:
    """Why the form is with its preparers again; None, without a query, where it is not."""
    if form.status != Status.RETURNED:
        return None
    return _sent_back(form, _milestones(form, ()), results_of(form, decided_reviews(form)))


def _sent_back(
    form: Form, steps: Sequence[Milestone], results: Sequence[Result]
) -> SentBack | None:
    if form.status != Status.RETURNED:
        return None
    last = next((one.version for one in steps if one.version.reason in _SENT_BACK), None)
    if last is None:
        return None
    still_open = open_comments(form).count()
    return SentBack(last, still_open, results[0] if results else None)


def _milestones(form: Form, decided: Sequence[Review]) -> list[Milestone]:
    # A review is decided by the step that follows the version it was opened at.
    outcomes: Mapping[int, str] = {
        review.version + 1: scores_told(review)
        for review in decided
        if review.outcome == Review.Outcome.APPROVED
    }
    steps = form.versions.exclude(reason__in=[one.value for one in _WRITING])
    return [
        Milestone(version, outcomes.get(version.number, ""))
        for version in steps.defer("written").select_related("by")
    ]


def _since(current: Round) -> str:
    if current.last_version is None or not current.changes:
        return ""
    review = current.review
    if review is None:
        return "目标调整以来"
    if review.outcome == Review.Outcome.RETURNED:
        return "退回以来"
    if review.outcome != Review.Outcome.APPROVED:
        return ""
    return "重新打开以来" if review.reopened_at else "目标调整以来"


def _before(form: Form, current: Round) -> FormDocument | None:
    if current.last_version is None:
        return None
    return read_form(get_version(form, current.last_version).document)
