"""The cells of an .xlsb workbook. Runs in the reading process only.

The parts of such a workbook are runs of records ([MS-XLSB] 2.1.4): a number of one or two bytes, a length
of one to four, and so many bytes. Only the records that hold cells, formats and what is hidden are
looked at.
"""

from __future__ import annotations

import posixpath
import struct
import zipfile
from collections.abc import Iterator
from typing import Any

from defusedxml.ElementTree import iterparse  # type: ignore[import-untyped]

from perfgoals.common.workbooks.cells import Span
from perfgoals.common.workbooks.extent import Counter, PlainCell, SheetExtent
from perfgoals.common.workbooks.formats import BUILTIN, GENERAL

_ROW, _MERGE, _COLUMN, _SHEET = 0, 176, 60, 156
_STRING_ITEM, _FORMAT, _STYLE, _STYLES_BEGIN, _STYLES_END = 19, 44, 47, 617, 618
_RK, _ERROR, _BOOL, _REAL, _TEXT, _SHARED = 2, 3, 4, 5, 6, 7
_FORMULA = {8: _TEXT, 9: _REAL, 10: _BOOL, 11: _ERROR}
_ERRORS = {
    0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!",
    0x2A: "#N/A",
}  # fmt: skip


def sheet_names(archive: zipfile.ZipFile) -> list[str]:
    """The names of the worksheets, in their order."""
    return [name for name, _, _ in _members(archive)]


def read_sheets(archive: zipfile.ZipFile, counter: Counter) -> list[dict[str, Any]]:
    """The sheets as the reading process sends them. Raises UnreadableWorkbook, and struct.error or
    IndexError for broken records."""
    names = set(archive.namelist())
    codes = _codes(archive.read("xl/styles.bin")) if "xl/styles.bin" in names else []
    strings: list[str] = []
    if "xl/sharedStrings.bin" in names:
        for number, data in _records(archive.read("xl/sharedStrings.bin")):
            if number == _STRING_ITEM:
                strings.append(_wide(data, 1)[0])
    sheets: list[dict[str, Any]] = []
    for name, hidden, member in _members(archive):
        extent = counter.begin(name, hidden)
        cells = _cells(archive.read(member), extent, counter, codes, strings)
        counter.end(extent)
        sheets.append(extent.as_plain(cells))
    counter.finish()
    return sheets


def _members(archive: zipfile.ZipFile) -> Iterator[tuple[str, bool, str]]:
    targets = {}
    with archive.open("xl/_rels/workbook.bin.rels") as stream:
        for _, element in iterparse(stream, forbid_dtd=True):
            kind = element.get("Type", "").rpartition("/")[2]
            target = element.get("Target", "")
            path = target.lstrip("/") if target.startswith("/") else posixpath.join("xl", target)
            targets[element.get("Id", "")] = (kind, posixpath.normpath(path))
    for number, data in _records(archive.read("xl/workbook.bin")):
        if number == _SHEET:
            (state,) = struct.unpack_from("<I", data)
            relation, end = _wide(data, 8)
            kind, member = targets.get(relation, ("", ""))
            if kind == "worksheet":
                yield _wide(data, end)[0], state != 0, member


def _records(data: bytes) -> Iterator[tuple[int, memoryview]]:
    place, end, view = 0, len(data), memoryview(data)
    while place < end:
        number = data[place]
        place += 1
        if number & 0x80:
            number = (number & 0x7F) | (data[place] & 0x7F) << 7
            place += 1
        length = 0
        for shift in (0, 7, 14, 21):
            byte = data[place]
            place += 1
            length |= (byte & 0x7F) << shift
            if not byte & 0x80:
                break
        if place + length > end:
            raise IndexError("record beyond the end of its part")
        yield number, view[place : place + length]
        place += length


def _wide(data: memoryview, start: int) -> tuple[str, int]:
    """A text with its length before it, and where it ends."""
    (count,) = struct.unpack_from("<I", data, start)
    if count == 0xFFFFFFFF:
        return "", start + 4
    end = start + 4 + 2 * count
    if end > len(data):
        raise IndexError("text beyond the end of its record")
    return bytes(data[start + 4 : end]).decode("utf-16-le", "replace"), end


def _codes(data: bytes) -> list[str]:
    """The number format of each cell style."""
    own: dict[int, str] = {}
    codes: list[str] = []
    of_cells = False
    for number, record in _records(data):
        if number == _FORMAT:
            (key,) = struct.unpack_from("<H", record)
            own[key] = _wide(record, 2)[0]
        elif number in (_STYLES_BEGIN, _STYLES_END):
            of_cells = number == _STYLES_BEGIN
        elif number == _STYLE and of_cells:
            (key,) = struct.unpack_from("<H", record, 2)
            codes.append(own.get(key) or BUILTIN.get(key, GENERAL))
    return codes


def _cells(
    data: bytes, extent: SheetExtent, counter: Counter, codes: list[str], strings: list[str]
) -> list[PlainCell]:
    cells: list[PlainCell] = []
    row = 0
    for number, record in _records(data):
        if number == _ROW:
            (at,) = struct.unpack_from("<I", record)
            row = at + 1
            if record[11] & 0x10:
                extent.hide_row(row)
        elif number == _COLUMN:
            first, last = struct.unpack_from("<II", record)
            if struct.unpack_from("<H", record, 16)[0] & 1:
                extent.hide_columns(first + 1, last + 1, counter.limits)
        elif number == _MERGE:
            top, bottom, left, right = struct.unpack_from("<IIII", record)
            extent.merges.append(Span(top + 1, left + 1, bottom + 1, right + 1))
        elif _RK <= number <= 11:
            column, style = struct.unpack_from("<II", record)
            kind, text, problem = _value(_FORMULA.get(number, number), record, strings)
            if kind == "s" and not text and not problem:
                continue
            place = style & 0xFFFFFF
            code = codes[place] if place < len(codes) and kind == "n" else GENERAL
            counter.note(extent, row, column + 1, len(text))
            cells.append([row, column + 1, kind, text, code, problem])
    return cells


def _value(number: int, record: memoryview, strings: list[str]) -> tuple[str, str, str]:
    if number == _RK:
        return "n", f"{_packed(struct.unpack_from('<i', record, 8)[0]):.15g}", ""
    if number == _REAL:
        return "n", f"{struct.unpack_from('<d', record, 8)[0]:.15g}", ""
    if number == _BOOL:
        return "b", "1" if record[8] else "0", ""
    if number == _ERROR:
        text = _ERRORS.get(record[8], "#N/A")
        return "s", text, f"是错误值 {text}"
    if number == _SHARED:
        return "s", strings[struct.unpack_from("<I", record, 8)[0]], ""
    return "s", _wide(record, 8)[0], ""


def _packed(number: int) -> float:
    """An RK number ([MS-XLSB] 2.5.122): 30 bits of an integer or the front of a float, perhaps times
    a hundred."""
    value = (
        float(number >> 2)
        if number & 2
        else struct.unpack("<d", struct.pack("<Q", (number & 0xFFFFFFFC) << 32))[0]
    )
    return value / 100 if number & 1 else value
