"""佐证材料 of a form: list, add, fetch, remove."""

from __future__ import annotations

from typing import Any

from django.http import FileResponse
from ninja import File, Form, Router, Status, UploadedFile

from perfgoals.accounts.views import SignedInRequest
from projects.access import get_form, require
from projects.models import Attachment
from projects.workflow import Action
from scoring.services import add_attachment, remove_attachment
from scoring.views.attachments import file_answer, get_attachment

router = Router(tags=["佐证材料"])


@router.get("/forms/{int:pk}/attachments", summary="列出佐证材料")
def attachment_list(request: SignedInRequest, pk: int) -> list[dict[str, Any]]:
    form = get_form(request.user, pk)
    return [_listed(one) for one in form.attachments.select_related("by")]


@router.post("/forms/{int:pk}/attachments", summary="上传佐证材料", response={201: dict})
def attachment_create(
    request: SignedInRequest,
    pk: int,
    file: File[UploadedFile],
    row: Form[str] = "",
) -> Any:
    """``file``：PDF、PNG、JPG、DOCX 或 XLSX，不超过 20 MB；``row``：指标行的行码（codes），可空。"""
    form = get_form(request.user, pk)
    require(request.user, form, Action.EDIT)
    added = add_attachment(form, file=file, name=file.name or "", row_code=row, by=request.user)
    return Status(201, _listed(added))


@router.get("/forms/{int:pk}/attachments/{int:number}", summary="下载佐证材料")
def attachment_read(request: SignedInRequest, pk: int, number: int) -> FileResponse:
    return file_answer(get_attachment(get_form(request.user, pk), number), by=request.user)


@router.delete(
    "/forms/{int:pk}/attachments/{int:number}", summary="删除佐证材料", response={204: None}
)
def attachment_delete(request: SignedInRequest, pk: int, number: int) -> Any:
    form = get_form(request.user, pk)
    attachment = get_attachment(form, number)
    require(request.user, form, Action.EDIT)
    remove_attachment(attachment, by=request.user)
    return Status(204, None)


def _listed(attachment: Attachment) -> dict[str, Any]:
    return {
        "id": attachment.pk,
        "row": attachment.row_code,
        "name": attachment.name,
        "content_type": attachment.content_type,
        "size": attachment.size,
        "sha256": attachment.sha256,
        "by": str(attachment.by),
        "at": attachment.at,
    }
