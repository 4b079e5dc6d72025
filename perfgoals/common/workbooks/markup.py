"""What the values of an .xlsx workbook do not tell: formats, formulas without a value, what is hidden.

Runs in the reading process only. The XML is streamed once, with DTDs and entities forbidden, and
nothing in it is believed: not the range that a sheet declares, not that a formula kept its value.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from xml.etree.ElementTree import Element

from defusedxml.ElementTree import iterparse  # type: ignore[import-untyped]

from perfgoals.common.workbooks.cells import FORMULA, Span, address, column_letters
from perfgoals.common.workbooks.container import SAVE_AS, Limits, UnreadableWorkbook
from perfgoals.common.workbooks.formats import BUILTIN, GENERAL

_REFERENCE = re.compile(r"\$?([A-Z]{1,3})\$?(\d{1,7})")
_MAX_HIDDEN = 16_384


@dataclass(slots=True)
class SheetMarkup:
    """rows, columns: the last ones that hold anything. formats: of numbers, by place, but General.
    problems: a sentence by place."""

    name: str
    hidden: bool
    rows: int = 0
    columns: int = 0
    formats: dict[tuple[int, int], str] = field(default_factory=dict)
    problems: dict[tuple[int, int], str] = field(default_factory=dict)
    merges: list[Span] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)


def read_markup(archive: zipfile.ZipFile, limits: Limits) -> list[SheetMarkup]:
    """The markup of each worksheet, in the order of the workbook. Raises UnreadableWorkbook."""
    targets = _targets(archive)
    formats = _formats(archive)
    sheets: list[SheetMarkup] = []
    held = area = 0
    for sheet in _elements(archive, "xl/workbook.xml", "sheet"):
        relation = next((v for k, v in sheet.attrib.items() if k.endswith("}id")), "")
        kind, path = targets.get(relation, ("", ""))
        if kind != "worksheet":
            continue
        hidden = sheet.get("state", "visible") != "visible"
        if len(sheets) == limits.sheets:
            message = f"工作表超过 {limits.sheets} 张，请只留下要上传的表"
            raise UnreadableWorkbook("sheets", message)
        reader = _SheetReader(
            SheetMarkup(sheet.get("name", ""), hidden), formats, limits, held, area
        )
        for element in _elements(archive, path, "row", "c", "col", "mergeCell"):
            getattr(reader, f"read_{element.tag.rpartition('}')[2]}")(element)
        reader.clip_merges()
        held, area = reader.held, reader.area
        sheets.append(reader.sheet)
    if not sheets:
        raise UnreadableWorkbook("sheets", f"工作簿里没有工作表。{SAVE_AS}")
    return sheets


def _elements(archive: zipfile.ZipFile, path: str, *names: str) -> Iterator[Element]:
    """The elements of those names, whatever their namespace, each freed after use."""
    with archive.open(path) as stream:
        stack: list[Element] = []
        for event, element in iterparse(stream, events=("start", "end"), forbid_dtd=True):
            if event == "start":
                stack.append(element)
                continue
            stack.pop()
            name = element.tag.rpartition("}")[2]
            if name in names:
                yield element
            if name not in ("f", "v", "is", "t", "r", "numFmt", "xf") and stack:
                # What was looked at is not needed again; "c" and "row" free what they hold.
                element.clear()
                stack[-1].remove(element)


def _targets(archive: zipfile.ZipFile) -> dict[str, tuple[str, str]]:
    """By relation id: its kind, and the member of the archive."""
    targets = {}
    for element in _elements(archive, "xl/_rels/workbook.xml.rels", "Relationship"):
        kind = element.get("Type", "").rpartition("/")[2]
        target = element.get("Target", "")
        path = target.lstrip("/") if target.startswith("/") else posixpath.join("xl", target)
        targets[element.get("Id", "")] = (kind, posixpath.normpath(path))
    return targets


def _formats(archive: zipfile.ZipFile) -> list[str]:
    """The number format of each cell style. Fills, fonts and borders are not looked at: WPS and others
    write some that strict readers refuse."""
    if "xl/styles.xml" not in archive.namelist():
        return []
    own: dict[int, str] = {}
    codes: list[str] = []
    for element in _elements(archive, "xl/styles.xml", "numFmts", "cellXfs"):
        for child in element:
            number = _whole(child.get("numFmtId"))
            if child.tag.endswith("}numFmt"):
                own[number] = child.get("formatCode", GENERAL)
            elif child.tag.endswith("}xf"):
                codes.append(own.get(number) or BUILTIN.get(number, GENERAL))
    return codes


class _SheetReader:
    """Takes the elements of a sheet as they come; a row's own element comes after its cells."""

    def __init__(
        self, sheet: SheetMarkup, formats: list[str], limits: Limits, held: int, area: int
    ) -> None:
        """held, area: how many cells hold something, and are merged, on the sheets before."""
        self.sheet, self.formats, self.limits = sheet, formats, limits
        self.row = 0  # the last finished one; a row need not give its number, nor a cell its place
        self.column = 0
        self.held = held
        self.area = area

    def read_row(self, element: Element) -> None:
        self.row = _whole(element.get("r")) or self.row + 1
        self.column = 0
        if element.get("hidden") in ("1", "true") and len(self.sheet.hidden_rows) < _MAX_HIDDEN:
            self.sheet.hidden_rows.add(self.row)

    def read_col(self, element: Element) -> None:
        if element.get("hidden") in ("1", "true"):
            first = max(1, _whole(element.get("min")))
            last = min(_whole(element.get("max")), self.limits.columns)
            self.sheet.hidden_columns.update(range(first, last + 1))

    def read_c(self, element: Element) -> None:
        place = _place(element.get("r", ""))
        row, column = place or (self.row + 1, self.column + 1)
        self.column = column
        value = formula = None
        for child in element:
            name = child.tag.rpartition("}")[2]
            if name in ("v", "is"):
                value = child
            elif name == "f":
                formula = child
        kind = element.get("t", "n")
        if value is None or (kind != "inlineStr" and not value.text):
            if formula is None or kind == "str":
                return  # formatted, but blank; or a formula that gives an empty text
            self.sheet.problems[row, column] = FORMULA
        self.note_extent(row, column)
        if kind == "e" and value is not None:
            self.sheet.problems[row, column] = f"是错误值 {value.text}"
        code = self.code(element)
        if kind == "n" and code.lower() != "general":
            self.sheet.formats[row, column] = code

    def note_extent(self, row: int, column: int) -> None:
        limits = self.limits
        self.held += 1
        if row > limits.rows or column > limits.columns:
            message = (
                f"工作表「{self.sheet.name}」的 {address(row, column)} 有内容，离表太远（最多读到第 "
                f"{limits.rows} 行、{column_letters(limits.columns)} 列）。请删去表以外的内容后再上传"
            )
            raise UnreadableWorkbook("far_cell", message)
        if self.held > limits.cells:
            message = f"工作簿的内容超过 {limits.cells} 格，请分开上传"
            raise UnreadableWorkbook("cells", message)
        self.sheet.rows = max(self.sheet.rows, row)
        self.sheet.columns = max(self.sheet.columns, column)

    def code(self, element: Element) -> str:
        number = _whole(element.get("s"))
        return self.formats[number] if number < len(self.formats) else GENERAL

    def read_mergeCell(self, element: Element) -> None:  # noqa: N802 (the element's own name)
        first, _, last = element.get("ref", "").partition(":")
        begin, end = _place(first), _place(last or first)
        if begin and end and begin <= end and begin[1] <= end[1]:
            self.sheet.merges.append(Span(*begin, *end))

    def clip_merges(self) -> None:
        """Cut merged ranges to what the sheet holds, so that one over a whole column costs nothing."""
        sheet = self.sheet
        kept = [
            Span(m.top, m.left, min(m.bottom, sheet.rows), min(m.right, sheet.columns))
            for m in sheet.merges
            if m.top <= sheet.rows and m.left <= sheet.columns
        ]
        self.area += sum(span.area for span in kept)
        if self.area > self.limits.area:
            message = f"工作表「{sheet.name}」的合并单元格过多或互相重叠，请重新下载工作簿填写"
            raise UnreadableWorkbook("merges", message)
        sheet.merges = kept


def _whole(text: Any) -> int:
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 10 else 0


def _place(reference: str) -> tuple[int, int] | None:
    match = _REFERENCE.fullmatch(reference)
    if match is None:
        return None
    column = 0
    for letter in match[1]:
        column = column * 26 + ord(letter) - ord("A") + 1
    return int(match[2]), column
