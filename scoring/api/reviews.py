"""复核 through the interface: scores and remarks, comments on cells, findings let pass."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404
from ninja import Field, Router, Schema, Status

from perfgoals.accounts.views import SignedInRequest
from perfgoals.common.sheets import Anchors
from projects.access import get_form, require
from projects.documents import stable_path
from projects.models import Comment, Form, Waiver
from projects.services import (
    add_comment,
    answer_comment,
    resolve_comment,
)
from projects.workflow import Action
from scoring.access import form_document, read_once
from scoring.api.interface import Words
from scoring.api.review_states import (
    answer_state,
    cell_label,
    comment_state,
    comment_states,
    review_for,
    review_state,
    reviews_now,
    waiver_state,
    waiver_states,
)
from scoring.documents import FormDocument
from scoring.services import (
    RowChange,
    StaleReview,
    cell_value,
    judge,
    patch_review,
    revoke_of_form,
    waive_of_form,
)
from scoring.sheets import form_sheet

router = Router(tags=["审核"])


class ReviewedRow(Schema):
    row_code: str = Field(max_length=60, description="行码")
    score: Decimal | None = Field(None, description="复核分；空为不改自评得分")
    remark: Words = Field("", description="复核意见")


class ReviewPatch(Schema):
    edits: int = Field(description="所依据的 review.edits；别处已保存过时不保存，答 409")
    rows: list[ReviewedRow] = Field([], max_length=1_000)
    opinion: Words | None = Field(None, description="审核意见；不给出即不改")
    user: int | None = Field(
        None, description="写下这些内容的用户的编号；登录的已是他人时不保存，答 409"
    )


class NewComment(Schema):
    path: str = Field("", max_length=120, description="所批注的格；空为整张表")
    text: Words


class Answer(Schema):
    text: Words


class Resolved(Schema):
    resolved: bool = True


class NewWaiver(Schema):
    path: str = Field("", max_length=120)
    code: str
    message: str
    reason: Words


@router.get("/forms/{int:pk}/review", summary="读审核")
def review_read(request: SignedInRequest, pk: int) -> dict[str, Any]:
    """审核人读正在进行的审核，其他人读最近一次已办结的审核。"""
    return _review_state(request, get_form(request.user, pk))


@router.patch("/forms/{int:pk}/review", summary="保存复核分和意见", response={200: dict, 409: dict})
def review_patch(request: SignedInRequest, pk: int, patch: ReviewPatch) -> Any:
    if patch.user not in (None, request.user.pk):
        message = "现在登录的是另一位用户，复核没有以其名义保存，请换回原来的账号登录"
        return Status(409, _problem("other_user", message))
    form = get_form(request.user, pk)
    roles = require(request.user, form, Action.REVIEW)
    rows = [RowChange(row.row_code, row.score, row.remark) for row in patch.rows]
    with read_once(form):
        try:
            patch_review(
                form, rows, opinion=patch.opinion, by=request.user, expected_edits=patch.edits
            )
        except StaleReview as error:
            current = _review_state(request, form, roles)
            return Status(409, _problem("stale", str(error)) | {"current": current})
        return _review_state(request, form, roles)


@router.get("/forms/{int:pk}/comments", summary="列出批注")
def comment_list(request: SignedInRequest, pk: int) -> list[dict[str, Any]]:
    return comment_states(get_form(request.user, pk))


@router.post("/forms/{int:pk}/comments", summary="批注一格", response={201: dict})
def comment_create(request: SignedInRequest, pk: int, new: NewComment) -> Any:
    form = get_form(request.user, pk)
    require(request.user, form, Action.COMMENT)
    document = form_document(form)
    label = cell_label(document, _known(document, new.path)) if new.path else ""
    comment = add_comment(
        form,
        by=request.user,
        text=new.text,
        place=stable_path(document, new.path),
        label=label,
        quote=_quote(document, new.path) if new.path else "",
    )
    return Status(201, comment_state(_comment(form, comment.pk), document))


@router.post(
    "/forms/{int:pk}/comments/{int:number}/answers", summary="答复批注", response={201: dict}
)
def answer_create(request: SignedInRequest, pk: int, number: int, answer: Answer) -> Any:
    form = get_form(request.user, pk)
    comment = _comment(form, number)
    require(request.user, form, Action.ANSWER)
    return Status(201, answer_state(answer_comment(comment, by=request.user, text=answer.text)))


@router.post("/forms/{int:pk}/comments/{int:number}/resolve", summary="批注标为已处理或未处理")
def comment_resolve(
    request: SignedInRequest, pk: int, number: int, resolved: Resolved
) -> dict[str, Any]:
    form = get_form(request.user, pk)
    comment = _comment(form, number)
    require(request.user, form, Action.ANSWER)
    resolve_comment(comment, by=request.user, resolved=resolved.resolved)
    return comment_state(comment, form_document(form))


@router.get("/forms/{int:pk}/waivers", summary="列出豁免")
def waiver_list(request: SignedInRequest, pk: int) -> list[dict[str, Any]]:
    form = get_form(request.user, pk)
    judged = judge(form_document(form), form)
    across = [one.waiver["id"] for one in form.cross_findings.waived() if one.waiver]
    return waiver_states(form, judged.document, judged.waived, across)


@router.post("/forms/{int:pk}/waivers", summary="豁免一条检查结果", response={201: dict})
def waiver_create(request: SignedInRequest, pk: int, new: NewWaiver) -> Any:
    form = get_form(request.user, pk)
    require(request.user, form, Action.WAIVE)
    waiver = waive_of_form(
        form,
        path=new.path,
        code=new.code,
        message=new.message,
        reason=new.reason,
        by=request.user,
    )
    return Status(201, waiver_state(_waiver(form, waiver.pk), form_document(form), stands=True))


@router.post("/forms/{int:pk}/waivers/{int:number}/revoke", summary="撤销豁免")
def waiver_revoke(request: SignedInRequest, pk: int, number: int) -> dict[str, Any]:
    form = get_form(request.user, pk)
    waiver = _waiver(form, number)
    require(request.user, form, Action.WAIVE)
    revoke_of_form(waiver, by=request.user)
    return waiver_state(_waiver(form, number), form_document(form), stands=False)


def _review_state(
    request: SignedInRequest, form: Form, roles: set[str] | None = None
) -> dict[str, Any]:
    reviewing = reviews_now(request.user, form, roles)
    review = review_for(request.user, form, roles)
    judged = judge(form_document(form), form)
    return review_state(form, review, judged, reviewing=reviewing)


def _comment(form: Form, number: int) -> Comment:
    """A comment on the form, no answer. Raises Http404."""
    comments = form.comments.filter(parent=None).select_related("form", "by", "resolved_by")
    return get_object_or_404(comments, pk=number)


def _waiver(form: Form, number: int) -> Waiver:
    return get_object_or_404(form.waivers.select_related("form", "by", "revoked_by"), pk=number)


def _known(document: FormDocument, path: str) -> str:
    """The path, where the form has a cell there. Raises ValidationError."""
    try:
        found = cell_value(document, path)
    except LookupError:
        found = document
    if hasattr(found, "model_fields_set") or isinstance(found, list | dict):
        raise ValidationError("没有这一格，请刷新后重试")
    if not cell_label(document, path):
        raise ValidationError("这一格不能批注")
    return path


def _quote(document: FormDocument, path: str) -> str:
    """What the cell says, as printed where the sheet has the very cell."""
    cell = Anchors(form_sheet(document)).cell(path)
    if cell is not None and cell.path == path:
        return cell.text
    value = cell_value(document, path)
    return "" if value is None else str(value)


def _problem(code: str, message: str) -> dict[str, Any]:
    return {"message": message, "errors": [{"path": "", "code": code, "message": message}]}
