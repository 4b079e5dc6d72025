"""佐证材料: the files that prove what a form says."""

from __future__ import annotations

import hashlib
import io
import re
import secrets
import unicodedata
import zipfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile, File
from django.core.files.storage import Storage
from django.db import IntegrityError, transaction

from perfgoals.common.audit import record
from perfgoals.common.models import AuditAction
from perfgoals.common.workbooks.container import ARCHIVE_ERRORS
from projects.models import Attachment, Form
from projects.workflow import Action, Status, next_status
from scoring.access import form_document

if TYPE_CHECKING:
    from perfgoals.accounts.models import User

MAX_BYTES = 20 * 2**20
MAX_FILES = 100
MAX_NAME = 150
_MAX_PARTS = 10_000
_OOXML = "application/vnd.openxmlformats-officedocument"


@dataclass(frozen=True, slots=True)
class FileType:
    """A kind of file that is taken; ``endings`` are those a name of it may have, the usual one first."""

    content_type: str
    endings: tuple[str, ...]


PDF = FileType("application/pdf", (".pdf",))
PNG = FileType("image/png", (".png",))
JPEG = FileType("image/jpeg", (".jpg", ".jpeg"))
DOCX = FileType(f"{_OOXML}.wordprocessingml.document", (".docx",))
XLSX = FileType(f"{_OOXML}.spreadsheetml.sheet", (".xlsx",))
TYPES = (PDF, PNG, JPEG, DOCX, XLSX)
ACCEPTED = "PDF、PNG、JPG、DOCX、XLSX"

# A document of Office is told by its main part.
_MAIN_PARTS = {"word/document.xml": DOCX, "xl/workbook.xml": XLSX}
_ACTIVE_PART = re.compile(
    r"vbaproject|vbadata|/activex/|/macrosheets/|\.(exe|dll|js|vbs|scr)$", re.I
)
_ACTIVE_PDF = re.compile(rb"/(JavaScript|Launch)\b")
_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_UNSAFE_IN_NAME = re.compile(r'[\x00-\x1f\x7f<>:"|?*\u200e\u200f\u202a-\u202e\u2066-\u2069]')


def file_type_of(content: bytes) -> FileType:
    """What a file is, told by its content and not by its name.

    Raises ValidationError for what is not taken: other types, and documents with macros or scripts.
    """
    if content.startswith(b"%PDF-"):
        if _ACTIVE_PDF.search(content):
            raise ValidationError("PDF 中含有脚本或启动程序的动作，请打印成普通 PDF 后再上传")
        return PDF
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if content.startswith(b"\xff\xd8\xff"):
        return JPEG
    if content.startswith(b"PK\x03\x04"):
        return _office_type_of(content)
    if content.startswith(_OLD_OFFICE):
        raise ValidationError(
            "这是旧格式（.doc、.xls）或加了密码的文件，请另存为不加密的 DOCX、XLSX 或 PDF"
        )
    raise ValidationError(f"文件内容不是可以上传的类型，请上传 {ACCEPTED} 文件")


def _office_type_of(content: bytes) -> FileType:
    """Only the list of parts and the small part with their types are read, so a bomb stays packed."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
            names = {part.filename for part in parts[:_MAX_PARTS]}
            types = archive.getinfo("[Content_Types].xml")
            with archive.open(types) as file:
                declared = file.read(2**20).lower()
    except KeyError:
        raise ValidationError(f"压缩包不能上传，请解开后逐个上传 {ACCEPTED} 文件") from None
    except ARCHIVE_ERRORS:
        raise ValidationError("文件已损坏或加了密码，无法识别") from None
    if b"macroenabled" in declared or any(_ACTIVE_PART.search(name) for name in names):
        raise ValidationError("文件中含有宏或可执行的内容，请另存为不含宏的 DOCX 或 XLSX")
    for part, found in _MAIN_PARTS.items():
        if part in names and len(parts) <= _MAX_PARTS:
            return found
    raise ValidationError(f"文件内容不是可以上传的类型，请上传 {ACCEPTED} 文件")


def clean_name(name: str, kind: FileType) -> str:
    """A name that any system can keep: without folders, control and direction characters, not too
    long, and with an ending that is true."""
    name = unicodedata.normalize("NFC", name.replace("\\", "/"))
    name = PurePosixPath(name).name
    name = " ".join(_UNSAFE_IN_NAME.sub("", name).split()).strip(". ")
    stem, dot, ending = name.rpartition(".")
    if dot and f".{ending.lower()}" in kind.endings:
        return f"{stem[:MAX_NAME].strip() or '附件'}.{ending.lower()}"
    return f"{name[:MAX_NAME].strip() or '附件'}{kind.endings[0]}"


def add_attachment(
    form: Form, *, file: File, name: str, row_code: str = "", by: User
) -> Attachment:
    """Keep a file as evidence for the row of that code, or for the form as a whole.

    Raises WrongStatus, and ValidationError for a file that is not taken, a row that the form does not
    have, and a file that the row has already.
    """
    next_status(Status(form.status), Action.EDIT)
    content = file.read(MAX_BYTES + 1)
    if not content:
        raise ValidationError("文件是空的")
    if len(content) > MAX_BYTES:
        raise ValidationError(f"文件超过 {MAX_BYTES // 2**20} MB 的上限")
    kind = file_type_of(content)
    if row_code and row_code not in {row.code for row in form_document(form).indicators}:
        raise ValidationError("没有这一行指标，可能已被删除，请刷新后重试")
    if form.attachments.count() >= MAX_FILES:
        raise ValidationError(f"一份表最多 {MAX_FILES} 个佐证材料")
    attachment = Attachment(
        form=form,
        row_code=row_code,
        name=clean_name(name, kind),
        content_type=kind.content_type,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        by=by,
    )
    attachment.full_clean(exclude=["file"])
    # The name in the store tells nothing, and nothing in it comes from outside.
    attachment.file.save(secrets.token_hex(16), ContentFile(content), save=False)
    try:
        with transaction.atomic():
            attachment.save()
            record(
                AuditAction.CREATED,
                f"上传佐证材料「{attachment.name}」",
                by=by,
                subject=form,
                details=_facts(attachment),
            )
    except IntegrityError:
        attachment.file.delete(save=False)
        raise ValidationError("这一行已有同样的文件") from None
    except BaseException:
        attachment.file.delete(save=False)
        raise
    return attachment


@transaction.atomic
def remove_attachment(attachment: Attachment, *, by: User) -> None:
    """Take a file away again. Raises WrongStatus once the form has been handed in."""
    next_status(Status(attachment.form.status), Action.EDIT)
    file = attachment.file
    record(
        AuditAction.DELETED,
        f"删除佐证材料「{attachment.name}」",
        by=by,
        subject=attachment.form,
        details=_facts(attachment),
    )
    attachment.delete()
    transaction.on_commit(lambda: _discard(file.storage, file.name or ""))


def _facts(attachment: Attachment) -> dict[str, Any]:
    return {
        "文件": attachment.name,
        "字节": attachment.size,
        "SHA-256": attachment.sha256,
        "指标行": attachment.row_code,
    }


def _discard(storage: Storage, name: str) -> None:
    with suppress(FileNotFoundError):
        storage.delete(name)
