"""A review, its comments and its waivers as the interface answers them."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from perfgoals.common.documents import plain, unpadded
from projects.access import roles_for
from projects.documents import current_path
from projects.models import Comment, Form, Waiver
from projects.services import WaivedFinding
from projects.workflow import Action, Status, allowed
from scoring.access import form_document
from scoring.checks.review import check_review
from scoring.documents import FormDocument, SelfEvaluationDocument
from scoring.evaluation import Evaluation
from scoring.models import Review
from scoring.services import Judged, pending_review, review_rows, reviewed_evaluation
from scoring.views.cell_names import cell_name, row_name

if TYPE_CHECKING:
    from perfgoals.accounts.models import User

WHOLE_FORM = "整张表"


def reviews_now(user: User, form: Form, roles: set[str] | None = None) -> bool:
    """Whether the form waits for a review that this person may give: what a reviewer is at is nobody
    else's to see before it is decided."""
    status = Status(form.status)
    held = roles_for(user, form) if roles is None else roles
    return allowed(held, status, Action.REVIEW) or (
        status is Status.UNIT_REVIEW and allowed(held, status, Action.COMMENT)
    )


def review_for(user: User, form: Form, roles: set[str] | None = None) -> Review | None:
    """The review that the person may read: the one under way for who gives it, else the last one that
    was decided; None where there is none."""
    if reviews_now(user, form, roles):
        return pending_review(form)
    decided = form.reviews.filter(outcome__in=[Review.Outcome.RETURNED, Review.Outcome.APPROVED])
    return decided.select_related("opened_by", "decided_by").order_by("-id").first()


def review_state(
    form: Form, review: Review | None, judged: Judged, *, reviewing: bool
) -> dict[str, Any]:
    """What the reviewer said, what it comes to, and what is doubtful in it.

    reviewing: for who gives the review, to whom alone its risk is told. ``evaluation`` is by the
    reviewer's scores, where none is given by the unit's own; of a decided review it is what was
    decided then. Points are texts.
    """
    document = judged.document
    rows = review_rows(review) if review else {}
    state: dict[str, Any] = {
        "review": None if review is None else _review(review, reviewing=reviewing),
        "rows": {
            code: {"score": _text(row.score), "remark": row.remark} for code, row in rows.items()
        },
        "evaluation": None,
        "self": None,
        "difference": None,
        "findings": [],
    }
    if not isinstance(document, SelfEvaluationDocument) or judged.evaluation is None:
        return state
    own = judged.evaluation
    state["self"] = {"total_score": _text(own.total_score), "rating": own.rating}
    result = reviewed_evaluation(form, document, review) if review else own
    state["evaluation"] = _evaluation(result)
    state["difference"] = _text(result.total_score - own.total_score)
    if reviewing:
        state["findings"] = [found.as_json() for found in check_review(document, rows)]
    elif review is not None and review.review_total is not None:
        state["evaluation"] |= {
            "total_score": _text(review.review_total),
            "rating": review.review_rating or None,
        }
        state["self"] = {
            "total_score": _text(review.self_total),
            "rating": review.self_rating or None,
        }
        if review.self_total is not None:
            state["difference"] = _text(review.review_total - review.self_total)
    return state


def _review(review: Review, *, reviewing: bool) -> dict[str, Any]:
    return {
        "id": review.pk,
        "stage": review.stage,
        "stage_label": review.get_stage_display(),
        "version": review.version,
        "edits": review.edits,
        "opinion": review.opinion,
        "outcome": review.outcome,
        "outcome_label": review.get_outcome_display(),
        "reason": review.reason,
        "risk": review.risk if reviewing else None,
        "risk_reasons": review.risk_reasons if reviewing else [],
        "last_total": _text(review.last_total),
        "opened_at": review.opened_at,
        "opened_by": str(review.opened_by),
        "decided_at": review.decided_at,
        "decided_by": str(review.decided_by) if review.decided_by else None,
    }


def _evaluation(result: Evaluation) -> dict[str, Any]:
    return {
        "execution_rate": _text(result.execution.rate),
        "execution_score": _text(result.execution.score),
        "execution_explanation": result.execution.explanation,
        "total_score": _text(result.total_score),
        "total_explanation": result.total_explanation,
        "rating": result.rating,
        "rating_explanation": result.rating_explanation,
    }


def comment_states(form: Form, document: FormDocument | None = None) -> list[dict[str, Any]]:
    """The comments on the form with their answers, in the order they were made; two queries."""
    said = form_document(form) if document is None else document
    comments = form.comments.filter(parent=None).select_related("by", "resolved_by")
    return [comment_state(one, said) for one in comments.prefetch_related("answers__by")]


def comment_state(comment: Comment, document: FormDocument) -> dict[str, Any]:
    """``path``: where the cell stands now; None when its row is gone."""
    path = current_path(document, comment.place)
    return {
        "id": comment.pk,
        "place": comment.place,
        "path": path,
        "label": (cell_label(document, path) if path else comment.label) or WHOLE_FORM,
        "quote": comment.quote,
        "text": comment.text,
        "by": str(comment.by),
        "at": comment.at,
        "number": comment.number,
        "resolved_at": comment.resolved_at,
        "resolved_by": str(comment.resolved_by) if comment.resolved_by else None,
        "answers": [answer_state(one) for one in comment.answers.all()],
    }


def answer_state(answer: Comment) -> dict[str, Any]:
    return {"id": answer.pk, "text": answer.text, "by": str(answer.by), "at": answer.at}


def cell_label(document: FormDocument, path: str) -> str:
    """「第 4 行「数据准确率」年度指标值」; "" for what is no cell of the form."""
    label = cell_name(path) or ""
    name = row_name(document, path) if label else ""
    place, blank, field = label.partition(" 行 ")
    return f"{place} 行「{name}」{field}" if name and blank else label


def waiver_states(
    form: Form, document: FormDocument, waived: Iterable[WaivedFinding], across: Iterable[int] = ()
) -> list[dict[str, Any]]:
    """All waivers, the latest first. ``stands``: in force, and the form still has what it let pass. across:
    the numbers of those that let pass what the comparison with other forms found."""
    standing = {*(one.waiver.pk for one in waived), *across}
    waivers = form.waivers.select_related("by", "revoked_by").order_by("-id")
    return [waiver_state(one, document, stands=one.pk in standing) for one in waivers]


def waiver_state(waiver: Waiver, document: FormDocument, *, stands: bool) -> dict[str, Any]:
    path = current_path(document, waiver.place)
    return {
        "id": waiver.pk,
        "path": path,
        "label": (cell_label(document, path) if path else "") or WHOLE_FORM,
        "code": waiver.code,
        "message": waiver.words,
        "reason": waiver.reason,
        "by": str(waiver.by),
        "at": waiver.at,
        "stands": stands,
        "revoked_at": waiver.revoked_at,
        "revoked_by": str(waiver.revoked_by) if waiver.revoked_by else None,
    }


def _text(number: Decimal | None) -> str | None:
    kept = unpadded(number)
    return None if kept is None else plain(kept)
