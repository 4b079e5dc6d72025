"""Rows of a sheet as the markup of a workbook, a hundred thousand of them in seconds.

Making an object for every cell takes fifteen times as long. Every value still goes through the one safe
writer (``put_value``): a text that says the same is written once, and its cells refer to it.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from io import BytesIO
from math import ceil
from tempfile import SpooledTemporaryFile
from typing import IO, Any
from xml.sax.saxutils import escape

from openpyxl.utils import get_column_letter
from openpyxl.utils.datetime import to_excel

from perfgoals.common.documents import plain, unpadded
from perfgoals.common.workbooks.writer import CellRefused, put_value

_TEXTS = "xl/sharedStrings.xml"
# A workbook of openpyxl has each text in its cell; these lines bring in the shared ones.
_OFFICE = "openxmlformats-officedocument"
_MENTIONS = {
    "[Content_Types].xml": (
        b"</Types>",
        f'<Override PartName="/{_TEXTS}" ContentType='
        f'"application/vnd.{_OFFICE}.spreadsheetml.sharedStrings+xml"/>',
    ),
    "xl/_rels/workbook.xml.rels": (
        b"</Relationships>",
        '<Relationship Id="rIdTexts" Target="sharedStrings.xml" Type='
        '"http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings"/>',
    ),
}
_CHUNK = 1 << 18
_LINE = 13.5  # height of a line of text, in points
_PADDING = 2.0
_MOST_LINES = 28  # no row of a spreadsheet may be higher than 409.5 points
_Written = tuple[str, int]
_SPOOLED = 4 << 20
_END = b"</sheetData>"
_RANGE = re.compile(rb"<dimension [^>]*/>")  # that of the headings alone would be believed
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


class SharedTexts:
    """The texts of a workbook, each once."""

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {}

    def number(self, text: str) -> int:
        return self.numbers.setdefault(text, len(self.numbers))

    def markup(self) -> Iterator[bytes]:
        yield f'{_HEAD}<sst xmlns="{_MAIN}" uniqueCount="{len(self.numbers)}">'.encode()
        for text in self.numbers:
            space = ' xml:space="preserve"' if text != text.strip() or "\n" in text else ""
            yield f"<si><t{space}>{escape(text)}</t></si>".encode()
        yield b"</sst>"


@dataclass(frozen=True, slots=True)
class RowColumn:
    """How the cells of a column are written. cell: one that is styled as they are to be; width: in
    half-width characters where lines are broken, else 0; printed: whether it holds numbers as a form
    prints them."""

    cell: Any
    format: str
    width: float = 0
    printed: bool = False


class SheetRows:
    """The rows of one sheet, from ``first`` on."""

    def __init__(self, columns: Sequence[RowColumn], texts: SharedTexts, first: int) -> None:
        self.columns, self.texts = columns, texts
        self.row = first - 1
        self.letters = [get_column_letter(place) for place in range(1, len(columns) + 1)]
        # What was written once is not worked out again: by column, texts and others apart.
        self.known: list[tuple[dict[str, _Written], dict[str, _Written]]]
        self.known = [({}, {}) for _ in columns]
        self.styles: dict[tuple[int, str], int] = {}
        # It lives as long as its rows are needed.
        self.file: IO[bytes] = SpooledTemporaryFile(_SPOOLED)  # noqa: SIM115

    def add(self, values: Sequence[Any]) -> None:
        """Write a row: texts, numbers, dates, None. Raises CellRefused, which names the cell."""
        self.row += 1
        row, lines = self.row, 1
        parts = [""]
        for place, value in enumerate(values):
            if value is None or value == "":
                continue
            is_text = type(value) is str
            known = self.known[place][0 if is_text else 1]
            key = value if is_text else repr(value)
            written = known.get(key)
            if written is None:
                written = known[key] = self._written(place, value)
            parts.append(f'<c r="{self.letters[place]}{row}"{written[0]}')
            lines = max(lines, written[1])
        # A height that nobody chose: a program may find a better one when the row is edited.
        height = f' ht="{lines * _LINE + _PADDING:g}"' if lines > 1 else ""
        parts[0] = f'<row r="{row}"{height}>'
        parts.append("</row>")
        self.file.write("".join(parts).encode())

    def _written(self, place: int, value: Any) -> _Written:
        """The cell without its address, and how many lines it needs."""
        column = self.columns[place]
        cell = column.cell
        if column.printed and isinstance(value, Decimal) and not _comes_back(value):
            value = plain(value)
        try:
            put_value(cell, value, column.format)
        except CellRefused as error:
            raise CellRefused(f"{self.letters[place]}{self.row}：{error}") from error
        style = self.style(place, cell)
        if cell.data_type == "s":
            lines = _lines(value, column.width) if column.width and isinstance(value, str) else 1
            return f' s="{style}" t="s"><v>{self.texts.number(cell.value)}</v></c>', lines
        content = cell.value
        number = to_excel(content) if isinstance(content, date) else plain(Decimal(content))
        return f' s="{style}"><v>{number}</v></c>', 1

    def style(self, place: int, cell: Any) -> int:
        key = (place, cell.number_format)
        if key not in self.styles:
            self.styles[key] = cell.style_id
        return self.styles[key]

    def markup(self) -> Iterator[bytes]:
        """What was written."""
        self.file.seek(0)
        while part := self.file.read(_CHUNK):
            yield part


def _lines(text: str, width: float) -> int:
    """How many lines the text takes in a column, told generously."""
    lines = 0
    for line in text.split("\n"):
        units = sum(2 if sign > "\u02ff" else 1 for sign in line[: _MOST_LINES * int(width)])
        lines += max(1, ceil(units * 1.05 / (width - 1)))
    return min(lines, _MOST_LINES)


def _comes_back(number: Decimal) -> bool:
    """Whether reading the number out of its cell, with two decimals, gives what was printed."""
    return str(unpadded(number)) == str(number)


def with_rows(workbook: bytes, rows: Mapping[str, SheetRows], texts: SharedTexts) -> bytes:
    """The workbook with the rows put at the end of its sheets, by the name of their member
    (``xl/worksheets/sheet2.xml``), and the texts that they refer to."""
    buffer = BytesIO()
    with (
        zipfile.ZipFile(BytesIO(workbook)) as source,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for member in source.infolist():
            with target.open(member.filename, "w", force_zip64=True) as stream:
                content = source.read(member)
                end, mention = _MENTIONS.get(member.filename, (_END, ""))
                before, end, after = content.partition(end)
                if member.filename in rows:
                    before = _RANGE.sub(b"", before)
                stream.write(before)
                stream.write(mention.encode())
                if member.filename in rows:
                    stream.writelines(rows[member.filename].markup())
                stream.write(end + after)
        with target.open(_TEXTS, "w", force_zip64=True) as stream:
            stream.writelines(texts.markup())
    return buffer.getvalue()
