"""Forms: list, read, create, change, hand in, look back."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404
from ninja import Body, Field, Query, Router, Schema, Status

from indicators.models import LibraryIndicator
from perfgoals.accounts.models import Unit
from perfgoals.accounts.views import SignedInRequest
from perfgoals.common.documents import Document, ShapeError, unpadded
from perfgoals.common.numbers import padded
from perfgoals.common.patches import Change, differences
from projects.access import get_form, get_version, require
from projects.models import Form, FormVersion, Project
from projects.services import StaleVersion, end_presence, note_presence
from projects.workflow import Action
from scoring.access import form_document, offered_indicators
from scoring.api.interface import Words
from scoring.api.states import form_state, judged_state, whole_form
from scoring.documents import SelfEvaluationDocument, read_form
from scoring.rules.weights import complete_weights
from scoring.services import (
    judge,
    patch_form,
    restore_version,
    start_declaration,
    start_self_evaluation,
)
from scoring.views.move_table import MOVES

router = Router(tags=["表"])

PAGE = 50

MoveName = Literal[
    "submit",
    "withdraw",
    "endorse",
    "return",
    "approve",
    "publish",
    "unpublish",
    "reopen",
    "adjust",
    "cancel_adjustment",
]


class Filters(Schema):
    year: int | None = None
    kind: Literal["declaration", "self_evaluation"] | None = None
    unit: int | None = Field(None, description="单位的编号")
    status: Words | None = None
    q: Words = Field("", description="项目、单位或指标名称中的词")
    page: int = Field(1, ge=1, le=100_000)


class NewForm(Schema):
    kind: Literal["declaration", "self_evaluation"]
    project: int = Field(description="项目的编号")
    year: int = Field(ge=1990, le=2100)
    copy_of: int | None = Field(None, description="照抄的申报表的编号")
    library: list[int] = Field([], max_length=500, description="从指标库取用的指标的编号")
    with_declaration: bool = Field(True, description="自评表：有已批准的申报表时取用其指标和指标值")


class Patch(Schema):
    version: int = Field(description="所依据的版本；已有更新的版本时不保存，答 409")
    changes: list[Change] = Field(max_length=5_000)
    user: int | None = Field(
        None, description="写下这些改动的用户的编号；登录的已是他人时不保存，答 409"
    )


class Sharing(Schema):
    keep: list[str] = Field([], max_length=1_000, description="保留分值的各行的行码")


class AtVersion(Schema):
    version: int


class Step(AtVersion):
    text: str = Field("", description="退回、重新打开、撤回公开、目标调整的理由，或审核意见")


class Restore(AtVersion):
    number: int = Field(description="要恢复的版本")


class Presence(Schema):
    tab: Words = Field(max_length=40)
    leaving: bool = False


@router.get("/forms", summary="列出表")
def form_list(request: SignedInRequest, filters: Query[Filters]) -> dict[str, Any]:
    chosen = {name: value for name, value in filters.dict().items() if name != "page" and value}
    forms = (
        Form.objects.visible_to(request.user).narrowed(chosen).for_list().order_by("-year_id", "id")
    )
    start = (filters.page - 1) * PAGE
    return {
        "count": forms.count(),
        "items": [_listed(form) for form in forms[start : start + PAGE]],
    }


@router.post("/forms", summary="新建一份表", response={201: dict})
def form_create(request: SignedInRequest, new: NewForm) -> Any:
    project = _own_project(request, new.project)
    if new.kind == "self_evaluation":
        form = start_self_evaluation(
            project=project,
            year=new.year,
            by=request.user,
            with_declaration=new.with_declaration,
        )
    else:
        form = start_declaration(
            project=project,
            year=new.year,
            by=request.user,
            copy_of=get_form(request.user, new.copy_of) if new.copy_of else None,
            library=_library(new.library),
        )
    return Status(201, whole_form(request.user, get_form(request.user, form.pk)))


@router.get("/forms/{int:pk}", summary="读一份表")
def form_read(request: SignedInRequest, pk: int) -> dict[str, Any]:
    return whole_form(request.user, get_form(request.user, pk))


@router.patch("/forms/{int:pk}", summary="按路径修改一份表", response={200: dict, 409: dict})
def form_patch(request: SignedInRequest, pk: int, patch: Patch) -> Any:
    if patch.user not in (None, request.user.pk):
        # A page left open by one person must not save under the name of the next who signs in.
        message = "现在登录的是另一位用户，改动没有以其名义保存，请换回原来的账号登录"
        return Status(409, {"message": message, "errors": [_problem("", "other_user", message)]})
    form = get_form(request.user, pk)
    roles = require(request.user, form, Action.EDIT)
    try:
        done = patch_form(form, patch.changes, by=request.user, expected_version=patch.version)
    except StaleVersion as error:
        return Status(409, _stale(request, pk, error))
    state = form_state(request.user, form, done.judged, roles=roles)
    return state | {"refused": [_shape(e) for e in done.refused]}


@router.post("/validate", summary="检查一份表，不保存")
def form_validate(request: SignedInRequest, document: Body[dict[str, Any]]) -> dict[str, Any]:
    return judged_state(judge(read_form(document)))


@router.post("/forms/{int:pk}/submit", summary="送审", response={200: dict, 409: dict})
def form_submit(request: SignedInRequest, pk: int, at: AtVersion) -> Any:
    return _act(request, pk, Action.SUBMIT, at.version)


@router.post("/forms/{int:pk}/withdraw", summary="撤回送审", response={200: dict, 409: dict})
def form_withdraw(request: SignedInRequest, pk: int, at: AtVersion) -> Any:
    return _act(request, pk, Action.WITHDRAW, at.version)


@router.post("/forms/{int:pk}/moves/{action}", summary="流转", response={200: dict, 409: dict})
def form_move(request: SignedInRequest, pk: int, action: MoveName, step: Step) -> Any:
    return _act(request, pk, Action(action), step.version, step.text)


@router.get("/forms/{int:pk}/weights", summary="按计分办法分配分值，不保存")
def form_weights(
    request: SignedInRequest, pk: int, sharing: Query[Sharing]
) -> list[dict[str, str]]:
    """A weight by its path for each row but those whose codes are kept; together they come to the
    full total."""
    form = get_form(request.user, pk)
    document = form_document(form)
    if not isinstance(document, SelfEvaluationDocument):
        raise ValidationError("申报表没有分值")
    kept = [row.weight if row.code in sharing.keep else None for row in document.indicators]
    scheme = form.self_evaluation.scheme.as_scheme()
    try:
        weights = complete_weights([row.level1 for row in document.indicators], kept, scheme)
    except ValueError as error:
        raise ValidationError(str(error)) from error
    return [
        {"path": f"indicators.{number}.weight", "weight": padded(weight)}
        for number, weight in enumerate(weights)
        if kept[number] is None
    ]


@router.get("/forms/{int:pk}/versions", summary="列出历史版本")
def version_list(request: SignedInRequest, pk: int) -> list[dict[str, Any]]:
    form = get_form(request.user, pk)
    return [_version(v) for v in form.versions.defer("written").select_related("by")]


@router.get("/forms/{int:pk}/versions/{int:number}", summary="读一个历史版本")
def version_read(request: SignedInRequest, pk: int, number: int) -> dict[str, Any]:
    version = get_version(get_form(request.user, pk), number)
    return _version(version) | {"document": version.document}


@router.get("/forms/{int:pk}/diff", summary="比较两个版本")
def version_diff(
    request: SignedInRequest, pk: int, before: int, after: int | None = None
) -> list[dict[str, Any]]:
    form = get_form(request.user, pk)
    return _differences(_document_at(form, before), _document_at(form, after))


@router.post("/forms/{int:pk}/restore", summary="恢复历史版本", response={200: dict, 409: dict})
def version_restore(request: SignedInRequest, pk: int, restore: Restore) -> Any:
    form = get_form(request.user, pk)
    require(request.user, form, Action.EDIT)
    version = get_version(form, restore.number)
    try:
        restore_version(form, version.number, by=request.user, expected_version=restore.version)
    except StaleVersion as error:
        return Status(409, _stale(request, pk, error))
    return whole_form(request.user, get_form(request.user, pk))


@router.post("/forms/{int:pk}/presence", summary="报告正在打开这份表")
def form_presence(request: SignedInRequest, pk: int, presence: Presence) -> dict[str, Any]:
    form = get_form(request.user, pk)
    if presence.leaving:
        end_presence(form, user=request.user, tab=presence.tab)
        return {"others": []}
    others = note_presence(form, user=request.user, tab=presence.tab)
    return {"others": others, "version": form.version}


@router.get("/library", summary="在指标库和本单位用过的指标中查找")
def library_list(
    request: SignedInRequest,
    q: Words = Query("", max_length=200),  # noqa: B008
    level2: Words = Query("", max_length=200),  # noqa: B008
    form: int | None = None,
) -> list[dict[str, Any]]:
    at = get_form(request.user, form) if form is not None else None
    return offered_indicators(q, level2=level2, form=at)


def _own_project(request: SignedInRequest, pk: int) -> Project:
    """The project, if the person prepares forms for its unit; 404 otherwise."""
    return get_object_or_404(
        Project.objects.filter(unit__in=Unit.objects.prepared_by(request.user.pk)).select_related(
            "unit", "department"
        ),
        pk=pk,
    )


def _library(chosen: list[int]) -> list[LibraryIndicator]:
    """The indicators chosen from the library; ValidationError where one is not there."""
    found = list(LibraryIndicator.objects.filter(pk__in=chosen))
    if len(found) < len(set(chosen)):
        raise ValidationError("所选指标有的已不在指标库中，请重新选择")
    return found


def _act(request: SignedInRequest, pk: int, action: Action, version: int, text: str = "") -> Any:
    form = get_form(request.user, pk)
    require(request.user, form, action)
    move = MOVES[action]
    told = {move.text: text} if move.text else {}
    try:
        move.service(form, by=request.user, expected_version=version, **told)
    except StaleVersion as error:
        return Status(409, _stale(request, pk, error))
    return whole_form(request.user, get_form(request.user, pk))


def _stale(request: SignedInRequest, pk: int, error: StaleVersion) -> dict[str, Any]:
    """What a writer who was overtaken needs: the form as it now is."""
    return {
        "message": str(error),
        "errors": [_problem("", "stale", str(error))],
        "current": whole_form(request.user, get_form(request.user, pk)),
    }


def _document_at(form: Form, number: int | None) -> Document:
    if number is None:
        return form_document(form)
    return read_form(get_version(form, number).document)


def _differences(before: Document, after: Document) -> list[dict[str, Any]]:
    return [
        {"path": d.path, "happened": d.happened.value, "before": d.before, "after": d.after}
        for d in differences(before, after)
    ]


def _shape(error: ShapeError) -> dict[str, str]:
    return _problem(error.path, error.code, error.message)


def _problem(path: str, code: str, message: str) -> dict[str, str]:
    return {"path": path, "code": code, "message": message}


def _listed(form: Form) -> dict[str, Any]:
    return {
        "id": form.pk,
        "kind": form.kind,
        "year": form.year_id,
        "project": form.shown_name,
        "unit": form.unit_name,
        "status": form.status,
        "version": form.version,
        "saved_at": form.updated_at,
        "total_score": unpadded(form.shown_total),  # type: ignore[attr-defined]
        "rating": form.shown_rating,  # type: ignore[attr-defined]
        "errors": form.error_count,
        "warnings": form.warning_count,
        "hints": form.hint_count,
    }


def _version(version: FormVersion) -> dict[str, Any]:
    at: datetime = version.at
    return {
        "number": version.number,
        "first_number": version.first_number,
        "reason": version.get_reason_display(),
        "note": version.note,
        "by": str(version.by) if version.by else None,
        "started_at": version.started_at,
        "at": at,
    }
