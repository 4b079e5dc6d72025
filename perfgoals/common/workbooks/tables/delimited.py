"""Flat tables as files of separated values (CSV) that a spreadsheet opens without running anything.

A text that a spreadsheet would take for a formula gets an apostrophe before it, and so does one that
already looks as if it had got one; reading takes it away again, so that what was written comes back.
"""

from __future__ import annotations

import codecs
import csv
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from io import BytesIO, StringIO
from itertools import chain
from typing import Any

from perfgoals.common.documents import plain
from perfgoals.common.workbooks.container import ARCHIVE_ERRORS, UnreadableWorkbook
from perfgoals.common.workbooks.tables.table import CellValue, Table

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the beginning of a formula."""

_MARKED = (*FORMULA_STARTS, "'")
_MAX_BYTES = 256 << 20
_CHUNK = 1 << 20
_STAMP = (2020, 1, 1, 0, 0, 0)  # the same tables give the same bytes


def csv_bytes(headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """A table in UTF-8 with a byte order mark, without which Excel garbles Chinese. Texts, numbers,
    dates and None (blank); a negative number stays a number."""
    text = StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([_harmless(heading) for heading in headings])
    writer.writerows([_written(value) for value in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def csv_lines(headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[bytes]:
    """The same line by line, for a table that is too long to be kept in memory."""
    yield codecs.BOM_UTF8
    for row in chain([headings], rows):
        text = StringIO(newline="")
        csv.writer(text).writerow([_written(value) for value in row])
        yield text.getvalue().encode()


def zip_bytes(files: Mapping[str, bytes]) -> bytes:
    """Files by name in one archive."""
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name, _STAMP), data, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def csv_table(data: bytes, name: str) -> Table:
    """The table in a file of separated values, which may be UTF-8 or GB 18030 (as spreadsheets in
    China save it). Raises UnreadableWorkbook."""
    try:
        rows = list(csv.reader(StringIO(_decoded(data), newline=""), strict=True))
    except csv.Error as error:
        message = "CSV 文件不合规范（如引号不成对），请用 Excel 或 WPS 打开、重新保存后再上传"
        raise UnreadableWorkbook("csv", message) from error
    table = Table(name)
    for number, row in enumerate(rows, 1):
        cells: list[CellValue] = [_read(text) if text else None for text in row]
        table.rows.append((number, cells))
    return table


def zip_tables(data: bytes, limit: int = _MAX_BYTES) -> list[Table]:
    """The tables of the .csv files in an archive, named like the files. limit: bytes when unpacked,
    counted while unpacking. Raises UnreadableWorkbook."""
    tables = []
    left = limit
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            for member in archive.infolist():
                if not member.filename.lower().endswith(".csv"):
                    continue
                content = _bounded(archive, member, left)
                left -= len(content)
                name = member.filename.rpartition("/")[2][: -len(".csv")]
                tables.append(csv_table(content, name))
    except ARCHIVE_ERRORS as error:
        message = "压缩包不完整、已损坏或加了密码，请重新下载或重新压缩后再上传"
        raise UnreadableWorkbook("truncated", message) from error
    if not tables:
        raise UnreadableWorkbook("other", "压缩包里没有 CSV 文件")
    return tables


def _bounded(archive: zipfile.ZipFile, member: zipfile.ZipInfo, left: int) -> bytes:
    parts, size = [], 0
    with archive.open(member) as stream:
        while part := stream.read(_CHUNK):
            size += len(part)
            if size > left:
                raise UnreadableWorkbook("bomb", "压缩包展开后过大，请分开上传")
            parts.append(part)
    return b"".join(parts)


def _decoded(data: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise UnreadableWorkbook(
        "encoding", "CSV 文件既不是 UTF-8 也不是 GB 18030 编码，请另存后再上传"
    )


def _written(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return plain(value)
    if isinstance(value, date):
        return value.isoformat()
    return _harmless(value) if isinstance(value, str) else str(value)


def _harmless(text: str) -> str:
    if text.startswith(FORMULA_STARTS) or (text[:1] == "'" and text[1:].startswith(_MARKED)):
        return f"'{text}"
    return text


def _read(text: str) -> str:
    return text[1:] if text[0] == "'" and text[1:].startswith(_MARKED) else text
