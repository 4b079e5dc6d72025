"""Reading a table out of an uploaded workbook: what is in it, or a Chinese sentence why not.

An upload is judged by its content, never by its name, and nothing in it is trusted: not the size it
declares, not the range it says it fills, not that a formula kept its value.
"""

from __future__ import annotations

import logging
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import openpyxl

from perfgoals.common.workbooks.container import ARCHIVE_ERRORS

log = logging.getLogger(__name__)

MAX_BYTES = 5 * 2**20
MAX_UNPACKED = 32 * 2**20
MAX_MEMBERS = 1000
MAX_ROWS = 1000
MAX_COLUMNS = 60
SEEN_COLUMNS = 256
# Formatting alone makes a workbook a million rows long; whoever leaves this many rows empty is done.
BLANK_RUN = 1000

_OTHER_KINDS = (
    (b"\xd0\xcf\x11\xe0", "这是旧版 xls 文件，或是设了打开密码的文件"),
    (b"%PDF", "这是 PDF 文件"),
    (b"{\\rtf", "这是 RTF 文件"),
    (b"<", "这是网页或 XML 文件"),
    (b"\x89PNG", "这是图片"),
    (b"\xff\xd8\xff", "这是图片"),
    (b"PK\x05\x06", "这是空的压缩包"),
)
_SAVE_AS = "请用 Excel 或 WPS 另存为「Excel 工作簿（*.xlsx）」后再上传"


class UnreadableFileError(Exception):
    """The upload is no table that can be read. The text is a Chinese sentence for the person."""


@dataclass(frozen=True, slots=True)
class BadCell:
    """A cell that holds no value; the message says why."""

    message: str


@dataclass(frozen=True, slots=True)
class Row:
    """number: of the row in the sheet, as its margin shows it."""

    number: int
    cells: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """The first sheet. Blank rows are left out; a blank cell is None."""

    sheet: str
    headers: tuple[str, ...]
    rows: tuple[Row, ...]


def read_table(data: bytes) -> Table:
    """The table in a workbook (.xlsx). Raises UnreadableFileError."""
    _refuse_other_kinds(data)
    _refuse_bombs(data)
    try:
        return _first_sheet(data)
    except UnreadableFileError:
        raise
    except Exception as error:  # whatever a parser of a broken file may raise
        log.info("上传的工作簿无法读取：%r", error)
        raise UnreadableFileError(f"工作簿已损坏或不合规范，无法读取。{_SAVE_AS}") from error


def _refuse_other_kinds(data: bytes) -> None:
    if not data.strip():
        raise UnreadableFileError("文件是空的")
    if len(data) > MAX_BYTES:
        raise UnreadableFileError(f"文件超过 {MAX_BYTES // 2**20} MB，请拆分后分批上传")
    for start, kind in _OTHER_KINDS:
        if data.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(start):
            raise UnreadableFileError(f"{kind}，不能读取。{_SAVE_AS}")
    if not data.startswith(b"PK"):
        raise UnreadableFileError(f"这不是 Excel 工作簿（可能是 CSV 等文本文件改了名）。{_SAVE_AS}")


def _refuse_bombs(data: bytes) -> None:
    # zipfile never gives more of a member than the archive declares, so the declared sizes do bound it.
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            members = archive.infolist()
    except ARCHIVE_ERRORS as error:
        raise UnreadableFileError("文件不完整或已损坏，请重新下载或另存后再上传") from error
    names = {member.filename for member in members}
    if len(members) > MAX_MEMBERS or sum(member.file_size for member in members) > MAX_UNPACKED:
        raise UnreadableFileError("工作簿展开后过大，请删去图片、空行和不用的工作表后再上传")
    if "xl/vbaProject.bin" in names:
        raise UnreadableFileError(f"工作簿含有宏。{_SAVE_AS}")
    if "xl/workbook.bin" in names:
        raise UnreadableFileError(f"这是 xlsb 文件，不能读取。{_SAVE_AS}")
    if not any(name.endswith("workbook.xml") for name in names):
        raise UnreadableFileError(
            f"这不是 Excel 工作簿（可能是 Word 文档、WPS 表格或压缩包）。{_SAVE_AS}"
        )


def _first_sheet(data: bytes) -> Table:
    values = _open(data, values=True)
    formulas = _open(data, values=False)
    if not values.worksheets:
        raise UnreadableFileError("工作簿里没有工作表")
    sheet = values.worksheets[0]
    rows = _rows(sheet, formulas.worksheets[0])
    first = next(rows, None)
    if first is None:
        raise UnreadableFileError(f"工作表「{sheet.title}」是空的")
    headers = _headers(first)
    body: list[Row] = []
    for row in rows:
        if len(body) == MAX_ROWS:
            raise UnreadableFileError(f"超过 {MAX_ROWS} 行，请拆分后分批上传")
        if any(cell is not None for cell in row.cells[len(headers) :]):
            raise UnreadableFileError(f"第 {row.number} 行的内容超出了标题行的最后一列")
        padding = (None,) * (len(headers) - len(row.cells))
        body.append(Row(row.number, row.cells[: len(headers)] + padding))
    return Table(sheet.title, headers, tuple(body))


def _open(data: bytes, *, values: bool) -> Any:
    try:
        return openpyxl.load_workbook(BytesIO(data), read_only=True, data_only=values)
    except (TypeError, ValueError, IndexError, AttributeError):
        # WPS writes styles that openpyxl refuses. Without them everything but the look of dates is there.
        return openpyxl.load_workbook(
            BytesIO(_without_styles(data)), read_only=True, data_only=values
        )


def _without_styles(data: bytes) -> bytes:
    bare = BytesIO()
    with zipfile.ZipFile(BytesIO(data)) as old, zipfile.ZipFile(bare, "w") as new:
        for member in old.infolist():
            if member.filename != "xl/styles.xml":
                new.writestr(member.filename, old.read(member))
    return bare.getvalue()


def _rows(values: Any, formulas: Any) -> Iterator[Row]:
    """The rows that hold anything, with their numbers in the sheet."""
    blank = 0
    pairs = zip(_all_rows(values), _all_rows(formulas), strict=True)
    for number, (shown, written) in enumerate(pairs, 1):
        cells = tuple(_value(one, other) for one, other in zip(shown, written, strict=True))
        if any(cell is not None for cell in cells):
            blank = 0
            yield Row(number, cells)
        else:
            blank += 1
            if blank == BLANK_RUN:
                return


def _all_rows(sheet: Any) -> Iterable[tuple[Any, ...]]:
    # Files of WPS and others declare a range smaller than the one they fill.
    sheet.reset_dimensions()
    return sheet.iter_rows(max_col=SEEN_COLUMNS)


def _value(shown: Any, written: Any) -> Any:
    value = shown.value
    if isinstance(value, str) and not value.strip():
        return None
    if value is None and written.data_type == "f":
        return BadCell("公式没有存下算出的值，请用 Excel 或 WPS 打开、重新保存后再上传")
    if shown.data_type == "e":
        return BadCell(f"是错误值 {value}")
    return value


def _headers(row: Row) -> tuple[str, ...]:
    width = max(index for index, cell in enumerate(row.cells, 1) if cell is not None)
    if width > MAX_COLUMNS:
        raise UnreadableFileError(f"标题行超过 {MAX_COLUMNS} 列")
    headers = tuple("" if cell is None else str(cell).strip() for cell in row.cells[:width])
    blank = [str(index) for index, header in enumerate(headers, 1) if not header]
    if blank:
        raise UnreadableFileError(f"标题行（第 {row.number} 行）的第 {'、'.join(blank)} 列没有标题")
    twice = sorted({header for header in headers if headers.count(header) > 1})
    if twice:
        raise UnreadableFileError(f"标题行有重复的列：{'、'.join(twice)}")
    return headers
