"""A workbook of openpyxl's as .xlsb ([MS-XLSB]), with as little as a reader needs."""

from __future__ import annotations

import struct
import zipfile
from datetime import date, datetime
from io import BytesIO
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils.datetime import to_excel
from openpyxl.worksheet.worksheet import Worksheet

_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def record(number: int, body: bytes = b"") -> bytes:
    """One record: number and length in bytes of seven bits, then the body."""
    head = bytes([number]) if number < 128 else bytes([number & 0x7F | 0x80, number >> 7])
    length = len(body)
    sizes = bytearray()
    while True:
        sizes.append(length & 0x7F | (0x80 if length > 0x7F else 0))
        length >>= 7
        if not length:
            return head + bytes(sizes) + body


def wide(text: str) -> bytes:
    """A text with its length before it."""
    coded = text.encode("utf-16-le")
    return struct.pack("<I", len(coded) // 2) + coded


def as_xlsb(data: bytes) -> bytes:
    """The workbook (.xlsx) with its values, formats, merged cells and what is hidden."""
    book = load_workbook(BytesIO(data))
    codes = ["General"]
    strings: list[str] = []
    sheets = [_sheet(sheet, codes, strings) for sheet in book.worksheets]
    names = record(131) + record(143)
    relations = ""
    for number, sheet in enumerate(book.worksheets, 1):
        state = {"visible": 0, "hidden": 1, "veryHidden": 2}[sheet.sheet_state]
        names += record(
            156, struct.pack("<II", state, number) + wide(f"r{number}") + wide(sheet.title)
        )
        relations += (
            f'<Relationship Id="r{number}" Type="{_OFFICE}/worksheet"'
            f' Target="worksheets/sheet{number}.bin"/>'
        )
    parts = {
        "[Content_Types].xml": b"<Types/>",
        "xl/workbook.bin": names + record(144) + record(132),
        "xl/_rels/workbook.bin.rels": (
            f'<Relationships xmlns="{_RELATIONS}">{relations}</Relationships>'.encode()
        ),
        "xl/styles.bin": _styles(codes),
        "xl/sharedStrings.bin": b"".join(record(19, b"\0" + wide(text)) for text in strings),
    }
    parts |= {f"xl/worksheets/sheet{n}.bin": part for n, part in enumerate(sheets, 1)}
    return zipped(parts)


def zipped(parts: dict[str, bytes]) -> bytes:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return buffer.getvalue()


def _styles(codes: list[str]) -> bytes:
    formats = b"".join(
        record(44, struct.pack("<H", 164 + n) + wide(code)) for n, code in enumerate(codes)
    )
    styles = b"".join(
        record(47, struct.pack("<HH", 0, 164 + n) + bytes(12)) for n, _ in enumerate(codes)
    )
    return formats + record(617) + styles + record(618)


def _sheet(sheet: Worksheet, codes: list[str], strings: list[str]) -> bytes:
    made = record(129)
    for letters, dimension in sheet.column_dimensions.items():
        if dimension.hidden:
            column = sheet[f"{letters}1"].column - 1
            made += record(60, struct.pack("<IIIIH", column, column, 0, 0, 1))
    made += record(145)
    for row in sheet.iter_rows():
        number = row[0].row
        hidden = 0x10 if sheet.row_dimensions[number].hidden else 0
        made += record(0, struct.pack("<IIHBB", number - 1, 0, 0, 0, hidden) + bytes(5))
        for cell in row:
            if cell.value is not None:
                made += _cell(cell, codes, strings)
    made += record(146)
    for span in sheet.merged_cells.ranges:
        top, bottom, left, right = (
            n - 1 for n in (span.min_row, span.max_row, span.min_col, span.max_col)
        )
        made += record(176, struct.pack("<IIII", top, bottom, left, right))
    return made + record(130)


def _cell(cell: Any, codes: list[str], strings: list[str]) -> bytes:
    code = cell.number_format
    if code not in codes:
        codes.append(code)
    head = struct.pack("<II", cell.column - 1, codes.index(code))
    value = cell.value
    if isinstance(value, bool):
        return record(4, head + bytes([value]))
    if isinstance(value, date | datetime):
        value = to_excel(value)
    if isinstance(value, int) and abs(value) < 1 << 28:
        return record(2, head + struct.pack("<i", value << 2 | 2))
    if isinstance(value, int | float):
        return record(5, head + struct.pack("<d", value))
    if len(value) % 2:
        return record(6, head + wide(value))
    strings.append(value)
    return record(7, head + struct.pack("<I", len(strings) - 1))
