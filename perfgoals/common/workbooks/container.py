"""What an upload is, told from its content, and whether it can be unpacked safely.

Neither the name of a file nor the sizes that its archive declares are believed: every member is
unpacked once as a bounded stream before any reader of workbooks sees it.
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from io import BytesIO

SAVE_AS = "请用 Excel 或 WPS 打开，另存为「Excel 工作簿（*.xlsx）」后再上传"
_DAMAGED = "文件不完整或已损坏，请重新下载，或用 Excel、WPS 打开后另存再上传"
_TOO_LARGE = "工作簿展开后过大，请删去图片、空行和不用的工作表后再上传"
PROTECTED = "工作簿设了打开密码。请用 Excel 或 WPS 打开，取消密码并保存后再上传"
_MACRO = f"工作簿含有宏，不能上传。{SAVE_AS}（不要选「启用宏的工作簿」）"
_OLD_OFFICE = b"\xd0\xcf\x11\xe0"
_CHUNK = 1 << 16
_SMALL = 1 << 20  # a member below this size may be packed as tightly as it likes
_HEAD = 4096
_LOCAL_HEADER = 30


ARCHIVE_ERRORS = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    OSError,
    ValueError,
    RuntimeError,
)
"""What ``zipfile`` raises for an archive that is damaged, locked, or packed in a way it does not know."""


class UnreadableWorkbook(Exception):
    """The upload is no workbook that can be read. The text is a Chinese sentence that says what to do;
    the code tells the reasons apart."""

    def __init__(self, code: str, message: str) -> None:
        self.code, self.message = code, message
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class Limits:
    """What a workbook may ask of the machine. Sizes in bytes, times in seconds.

    unpacked: of all members together. ratio: unpacked to packed, of a large member. cells: that hold
    something, in the whole workbook. rows, columns: of a sheet, up to the last cell that holds
    something. characters: in all cells together. area: of all merged ranges together, in cells.
    memory: address space of the reading process.
    """

    size: int = 5 << 20
    unpacked: int = 64 << 20
    ratio: int = 250
    members: int = 1_000
    sheets: int = 50
    cells: int = 50_000
    rows: int = 5_000
    columns: int = 256
    characters: int = 8_000_000
    area: int = 200_000
    memory: int = 1 << 30
    cpu_seconds: int = 20
    seconds: int = 40


class Container(StrEnum):
    """The kinds of workbook that are read."""

    XLSX = "xlsx"
    XLSB = "xlsb"
    ODS = "ods"
    XLS = "xls"


def check_container(data: bytes, limits: Limits) -> Container:
    """Which kind of workbook it is; only those of bearable size. Raises UnreadableWorkbook."""
    if not data.strip(b"\0 \r\n\t"):
        raise UnreadableWorkbook("empty", "文件是空的，请选择从本系统下载、填好的工作簿")
    if len(data) > limits.size:
        limit = limits.size >> 20
        raise UnreadableWorkbook("size", f"文件超过 {limit} MB，请删去图片和不用的工作表后再上传")
    if data.startswith(_OLD_OFFICE):
        return _old_office(data)
    if not data.startswith(b"PK"):
        raise _other_kind(data)
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            members = archive.infolist()
    except ARCHIVE_ERRORS as error:
        raise UnreadableWorkbook("truncated", _DAMAGED) from error
    _check_members(members, limits)
    kind = _kind(data, {member.filename.lower() for member in members})
    total = 0
    for member in members:
        total += _unpacked_size(data, member, limits)
        if total > limits.unpacked:
            raise UnreadableWorkbook("bomb", _TOO_LARGE)
    return kind


def _other_kind(data: bytes) -> UnreadableWorkbook:
    head = data[:_HEAD].lstrip(b"\xef\xbb\xbf\xff\xfe \r\n\t\0").lower()
    if head.startswith(b"<"):
        kind = "另一种 XML 表格" if b"<workbook" in head.replace(b"\0", b"") else "网页（HTML）"
        message = f"这个文件其实是{kind}，只是名字像 Excel 工作簿。{SAVE_AS}"
        return UnreadableWorkbook("html", message)
    for start, kind in ((b"%pdf", " PDF 文件"), (b"\x89png", "图片"), (b"\xff\xd8\xff", "图片")):
        if head.startswith(start) or data.startswith(start):
            return UnreadableWorkbook("other", f"这是{kind}，不是 Excel 工作簿。{SAVE_AS}")
    if _is_text(data):
        message = f"这个文件其实是文本（如 CSV），不是 Excel 工作簿。{SAVE_AS}"
        return UnreadableWorkbook("text", message)
    return UnreadableWorkbook("other", f"这不是 Excel 工作簿。{SAVE_AS}")


def _old_office(data: bytes) -> Container:
    if "EncryptedPackage".encode("utf-16-le") in data:
        raise UnreadableWorkbook("password", PROTECTED)
    if not any(name.encode("utf-16-le") in data for name in ("Workbook", "Book")):
        raise UnreadableWorkbook("other", f"这是旧版 Office 文件，不是 Excel 工作簿。{SAVE_AS}")
    if "_VBA_PROJECT_CUR".encode("utf-16-le") in data:
        raise UnreadableWorkbook("macro", _MACRO)
    return Container.XLS


def _is_text(data: bytes) -> bool:
    head = data[:_HEAD]
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True
    # The last character may be cut in two.
    return b"\0" not in head and any(_decodes(head, name) for name in ("utf-8", "gb18030"))


def _decodes(head: bytes, encoding: str) -> bool:
    try:
        head.decode(encoding)
    except UnicodeDecodeError as error:
        return error.start >= len(head) - 4
    return True


def _check_members(members: list[zipfile.ZipInfo], limits: Limits) -> None:
    if not members:
        raise UnreadableWorkbook("truncated", f"这是空的压缩包，不是 Excel 工作簿。{SAVE_AS}")
    if len(members) > limits.members:
        raise UnreadableWorkbook("bomb", _TOO_LARGE)
    names = [member.filename for member in members]
    # Of two members of one name each reader takes another.
    if len(set(names)) < len(names):
        raise UnreadableWorkbook("truncated", _DAMAGED)
    if any(member.flag_bits & 1 for member in members):
        raise UnreadableWorkbook("password", f"这是加了密码的压缩包。{SAVE_AS}")


def _kind(data: bytes, names: set[str]) -> Container:
    if any(name.endswith("vbaproject.bin") for name in names):
        raise UnreadableWorkbook("macro", _MACRO)
    if "xl/workbook.bin" in names:
        return Container.XLSB
    if "xl/workbook.xml" in names:
        return Container.XLSX
    if "content.xml" in names:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            manifest = _member_head(archive, "META-INF/manifest.xml")
            stated = _member_head(archive, "mimetype") + manifest
        if b"opendocument.spreadsheet" in stated:
            if any(name.startswith(("basic/", "scripts/")) for name in names):
                raise UnreadableWorkbook("macro", _MACRO)
            # An encrypted one keeps its members as noise; its manifest alone says so.
            if b"encryption-data" in manifest:
                raise UnreadableWorkbook("password", PROTECTED)
            return Container.ODS
    message = f"这不是 Excel 工作簿（可能是 Word 文档或压缩包）。{SAVE_AS}"
    raise UnreadableWorkbook("other", message)


def _member_head(archive: zipfile.ZipFile, name: str) -> bytes:
    try:
        with archive.open(name) as member:
            return member.read(_SMALL)
    except (KeyError, *ARCHIVE_ERRORS):
        return b""


def _unpacked_size(data: bytes, member: zipfile.ZipInfo, limits: Limits) -> int:
    """The true size of a member, whatever it declares."""
    size = 0
    head = b""
    for chunk in _unpacked(data, member):
        if len(head) < _HEAD:
            head += chunk[:_HEAD]
        size += len(chunk)
        tight = size > _SMALL and size > limits.ratio * max(1, member.compress_size)
        if size > limits.unpacked or tight:
            raise UnreadableWorkbook("bomb", _TOO_LARGE)
    if size != member.file_size:
        raise UnreadableWorkbook("truncated", _DAMAGED)
    # No writer of workbooks defines entities; whoever does wants to make the reader run out of memory.
    plain = head.replace(b"\0", b"").upper()
    if member.filename.lower().endswith((".xml", ".rels")) and b"<!DOCTYPE" in plain:
        raise UnreadableWorkbook("entities", f"工作簿的内部格式不合规范，不能读取。{SAVE_AS}")
    return size


def _unpacked(data: bytes, member: zipfile.ZipInfo) -> Iterator[bytes]:
    start = member.header_offset
    lengths = data[start + 26 : start + _LOCAL_HEADER]
    if data[start : start + 4] != b"PK\3\4" or len(lengths) < 4:
        raise UnreadableWorkbook("truncated", _DAMAGED)
    begin = start + _LOCAL_HEADER + int.from_bytes(lengths[:2], "little")
    begin += int.from_bytes(lengths[2:], "little")
    packed = memoryview(data)[begin : begin + member.compress_size]
    if len(packed) < member.compress_size:
        raise UnreadableWorkbook("truncated", _DAMAGED)
    if member.compress_type == zipfile.ZIP_STORED:
        yield bytes(packed)
        return
    if member.compress_type != zipfile.ZIP_DEFLATED:
        raise UnreadableWorkbook("truncated", _DAMAGED)
    stream = zlib.decompressobj(-zlib.MAX_WBITS)
    left: bytes | memoryview = packed
    try:
        while not stream.eof:
            chunk = stream.decompress(left, _CHUNK)
            left = stream.unconsumed_tail
            if not chunk and not left:
                break
            yield chunk
    except zlib.error as error:
        raise UnreadableWorkbook("truncated", _DAMAGED) from error
