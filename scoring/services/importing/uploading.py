"""Taking in files, and ordering what is to be done with them."""

from __future__ import annotations

import hashlib
import re
import secrets
import unicodedata
from collections.abc import Iterable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile, File
from django.db import transaction

from perfgoals.accounts.models import Membership, Role
from perfgoals.accounts.querysets import in_force
from perfgoals.common.audit import record
from perfgoals.common.jobs import start_job
from perfgoals.common.models import AuditAction, Job
from scoring.models import ExecutionFile, ImportBatch

if TYPE_CHECKING:
    from perfgoals.accounts.models import User

State = ImportBatch.State

MAX_BYTES = 50 << 20
MAX_NAME = 150
MOST_FILES = 20
_UNSAFE = re.compile(r'[\x00-\x1f\x7f<>:"|?*\u200e\u200f\u202a-\u202e\u2066-\u2069]')
_DOING = {
    State.READING: "正在读取",
    State.APPLYING: "正在导入",
    State.UNDOING: "正在撤销",
}


class WrongStanding(Exception):
    """What was asked is not possible where the batch stands. The text is a Chinese sentence."""


def may_import(user: Any) -> bool:
    """Whether the person imports: administrators."""
    if not user.is_authenticated or not user.is_active:
        return False
    if user.is_superuser:
        return True
    return Membership.objects.filter(in_force(), user=user, role=Role.ADMIN.value).exists()


def safe_name(name: str) -> str:
    """The name of an upload without folders, control and direction characters, and not too long."""
    name = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    name = " ".join(_UNSAFE.sub("", name).split()).strip(". ")
    stem, dot, ending = name.rpartition(".")
    if dot and len(ending) <= 8:
        return f"{stem[:MAX_NAME].strip() or '未命名'}.{ending}"
    return name[:MAX_NAME] or "未命名"


def keep_upload(file: File, name: str, *, by: User) -> ImportBatch:
    """Keep the bytes as they came; nothing in them is looked at. Raises ValidationError for a file that is
    empty or too large."""
    shown = safe_name(name)
    size = file.size
    if not size:
        raise ValidationError(f"「{shown}」是空的")
    if size > MAX_BYTES:
        raise ValidationError(f"「{shown}」超过 {MAX_BYTES >> 20} MB 的上限")
    digest = hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    batch = ImportBatch(name=shown, size=size, sha256=digest.hexdigest(), by=by)
    # The name in the store tells nothing, and nothing in it comes from outside.
    batch.file.save(secrets.token_hex(16), file, save=False)
    try:
        with transaction.atomic():
            batch.save(force_insert=True)
            record(
                AuditAction.CREATED,
                f"上传待导入的文件「{batch.name}」",
                by=by,
                subject=batch,
                details={"字节": batch.size, "SHA-256": batch.sha256},
            )
    except BaseException:
        batch.file.delete(save=False)
        raise
    return batch


def locked_batch(pk: Any) -> ImportBatch:
    """The batch, which nobody else can change before the transaction ends."""
    return (
        ImportBatch.objects.select_for_update(of=("self",)).select_related("job", "by").get(pk=pk)
    )


def _require(batch: ImportBatch, *allowed: ImportBatch.State) -> None:
    standing = batch.standing
    if standing in allowed:
        return
    doing = _DOING.get(standing)
    if doing:
        raise WrongStanding(f"「{batch.name}」{doing}，请等它结束")
    raise WrongStanding(f"「{batch.name}」现在是「{standing.label}」，不能这样做")


@transaction.atomic
def order_reading(batch: ImportBatch, task: Any, *, kind: str, by: User) -> Job:
    """Have the file read in the background. Raises WrongStanding."""
    batch = locked_batch(batch.pk)
    _require(batch, State.UPLOADED, State.READY, State.REFUSED)
    return _order(batch, task, State.READING, kind=kind, title=f"读取「{batch.name}」", by=by)


@transaction.atomic
def order_applying(
    batch: ImportBatch,
    task: Any,
    *,
    kind: str,
    mode: ImportBatch.Mode,
    chosen: Iterable[int] = (),
    by: User,
) -> Job:
    """Have the batch applied in the background. chosen: numbers of forms that are taken although they are
    no plain new or changed ones. Raises WrongStanding."""
    batch = locked_batch(batch.pk)
    _require(batch, State.READY)
    title = f"导入「{batch.name}」"
    asked = {"mode": mode.value, "chosen": sorted(set(chosen))}
    return _order(batch, task, State.APPLYING, kind=kind, title=title, by=by, **asked)


@transaction.atomic
def order_undoing(batch: ImportBatch, task: Any, *, kind: str, by: User) -> Job:
    """Have the batch undone in the background. Raises WrongStanding."""
    batch = locked_batch(batch.pk)
    _require(batch, State.APPLIED)
    return _order(batch, task, State.UNDOING, kind=kind, title=f"撤销导入「{batch.name}」", by=by)


def _order(
    batch: ImportBatch,
    task: Any,
    state: ImportBatch.State,
    *,
    kind: str,
    title: str,
    by: User,
    **asked: Any,
) -> Job:
    parameters = {"batch": str(batch.pk), **asked}
    job = start_job(task, kind=kind, title=title[:300], owner=by, parameters=parameters)
    batch.state, batch.job = state.value, job
    batch.save(update_fields=["state", "job"])
    return job


@transaction.atomic
def discard_batch(batch: ImportBatch, *, by: User) -> None:
    """Give up a batch that was not applied; its file is kept no longer. Raises WrongStanding."""
    batch = locked_batch(batch.pk)
    _require(batch, State.UPLOADED, State.READY, State.REFUSED)
    batch.state = State.DISCARDED.value
    batch.items.all().delete()
    ExecutionFile.objects.filter(pk=batch.pk).delete()
    files = [one for one in (batch.file, batch.marked) if one]
    names = [(one.storage, one.name or "") for one in files]
    batch.marked = ""
    batch.save(update_fields=["state", "marked"])
    record(AuditAction.DELETED, f"放弃待导入的文件「{batch.name}」", by=by, subject=batch)
    transaction.on_commit(lambda: _discard(names))


def _discard(names: Iterable[tuple[Any, str]]) -> None:
    for storage, name in names:
        with suppress(FileNotFoundError):
            storage.delete(name)


@transaction.atomic
def refuse_batch(batch: ImportBatch, message: str) -> None:
    """Note that the file cannot be read, and why."""
    batch = locked_batch(batch.pk)
    if batch.state not in (State.UPLOADED, State.READING):
        return
    batch.items.all().delete()
    batch.state, batch.message, batch.summary = State.REFUSED.value, message, {}
    batch.save(update_fields=["state", "message", "summary"])
    record(AuditAction.CHANGED, "待导入的文件不能读取", by=batch.by, subject=batch, reason=message)


@transaction.atomic
def keep_marked(batch: ImportBatch, content: bytes) -> None:
    """Keep the workbook with its errors marked, in place of an earlier one."""
    batch = locked_batch(batch.pk)
    forget_marked(batch)
    batch.marked.save(secrets.token_hex(16), ContentFile(content), save=False)
    batch.save(update_fields=["marked"])
    record(AuditAction.CREATED, "生成标注错误的工作簿", by=batch.by, subject=batch)


def forget_marked(batch: ImportBatch) -> None:
    """What was marked says nothing of what is read anew. The caller saves the batch."""
    if batch.marked:
        earlier = (batch.marked.storage, batch.marked.name or "")
        batch.marked = ""
        transaction.on_commit(lambda: _discard([earlier]))
