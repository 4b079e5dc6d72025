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

from perfgoals.common.workbooks.cells import FORMULA, Span
from perfgoals.common.workbooks.extent import Counter, SheetExtent
from perfgoals.common.workbooks.formats import BUILTIN, GENERAL

_REFERENCE = re.compile(r"\$?([A-Z]{1,3})\$?(\d{1,7})")


@dataclass(slots=True)
class SheetMarkup:
    """formats: of numbers, by place, but General. problems: a sentence by place."""

    extent: SheetExtent
    formats: dict[tuple[int, int], str] = field(default_factory=dict)
    problems: dict[tuple[int, int], str] = field(default_factory=dict)


def read_markup(archive: zipfile.ZipFile, counter: Counter) -> list[SheetMarkup]:
    """The markup of each worksheet, in the order of the workbook. Raises UnreadableWorkbook."""
    formats = read_formats(archive)
    sheets: list[SheetMarkup] = []
    for name, hidden, path in sheet_members(archive):
        markup = SheetMarkup(counter.begin(name, hidden))
        reader = _SheetReader(markup, formats, counter)
        for element in _elements(archive, path, "row", "c", "col", "mergeCell"):
            getattr(reader, f"read_{element.tag.rpartition('}')[2]}")(element)
        counter.end(markup.extent)
        sheets.append(markup)
    counter.finish()
    return sheets


def sheet_members(archive: zipfile.ZipFile) -> Iterator[tuple[str, bool, str]]:
    """Name, whether hidden, and member of the archive of each worksheet, in their order."""
    targets = _targets(archive)
    for sheet in _elements(archive, "xl/workbook.xml", "sheet"):
        relation = next((v for k, v in sheet.attrib.items() if k.endswith("}id")), "")
        kind, path = targets.get(relation, ("", ""))
        if kind == "worksheet":
            yield sheet.get("name", ""), sheet.get("state", "visible") != "visible", path


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


def read_formats(archive: zipfile.ZipFile) -> list[str]:
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

    def __init__(self, sheet: SheetMarkup, formats: list[str], counter: Counter) -> None:
        self.sheet, self.formats, self.counter = sheet, formats, counter
        self.row = 0  # the last finished one; a row need not give its number, nor a cell its place
        self.column = 0

    def read_row(self, element: Element) -> None:
        self.row = _whole(element.get("r")) or self.row + 1
        self.column = 0
        if element.get("hidden") in ("1", "true"):
            self.sheet.extent.hide_row(self.row)

    def read_col(self, element: Element) -> None:
        if element.get("hidden") in ("1", "true"):
            first, last = _whole(element.get("min")), _whole(element.get("max"))
            self.sheet.extent.hide_columns(first, last, self.counter.limits)

    def read_c(self, element: Element) -> None:
        place = place_of(element.get("r", ""))
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
        self.counter.note(self.sheet.extent, row, column)
        if kind == "e" and value is not None:
            self.sheet.problems[row, column] = f"是错误值 {value.text}"
        code = self.code(element)
        if kind == "n" and code.lower() != "general":
            self.sheet.formats[row, column] = code

    def code(self, element: Element) -> str:
        number = _whole(element.get("s"))
        return self.formats[number] if number < len(self.formats) else GENERAL

    def read_mergeCell(self, element: Element) -> None:  # noqa: N802 (the element's own name)
        first, _, last = element.get("ref", "").partition(":")
        begin, end = place_of(first), place_of(last or first)
        if begin and end and begin <= end and begin[1] <= end[1]:
            self.sheet.extent.merges.append(Span(*begin, *end))


def _whole(text: Any) -> int:
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 10 else 0


def place_of(reference: str) -> tuple[int, int] | None:
    """Row and column of "B12"; None for what is no address."""
    match = _REFERENCE.fullmatch(reference)
    if match is None:
        return None
    column = 0
    for letter in match[1]:
        column = column * 26 + ord(letter) - ord("A") + 1
    return int(match[2]), column
