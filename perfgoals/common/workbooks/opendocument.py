"""The cells of an .ods workbook. Runs in the reading process only.

The XML is streamed once, with DTDs and entities forbidden. Repeated rows and cells, of which a few bytes
can stand for millions, are counted before they are made.
"""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from xml.etree.ElementTree import Element

from defusedxml.ElementTree import iterparse  # type: ignore[import-untyped]

from perfgoals.common.workbooks.cells import FORMULA, Span
from perfgoals.common.workbooks.extent import Counter, PlainCell, SheetExtent
from perfgoals.common.workbooks.formats import GENERAL

_TIME = re.compile(r"P(?:\d+D)?T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:[.,]\d+)?S)?")
_CELLS = frozenset({"table-cell", "covered-table-cell"})


def sheet_names(archive: zipfile.ZipFile) -> list[str]:
    """The names of the sheets, in their order."""
    with archive.open("content.xml") as stream:
        names = []
        for event, element in iterparse(stream, events=("start", "end"), forbid_dtd=True):
            if event == "end" and _local(element.tag) in (*_CELLS, "table-row"):
                element.clear()
            elif event == "start" and _local(element.tag) == "table":
                names.append(_get(element, "name"))
    return names


def read_sheets(archive: zipfile.ZipFile, counter: Counter) -> list[dict[str, Any]]:
    """The sheets as the reading process sends them. Raises UnreadableWorkbook."""
    styles = _Styles()
    with archive.open("styles.xml") as stream:
        styles.take(stream)
    sheets: list[dict[str, Any]] = []
    with archive.open("content.xml") as stream:
        stack: list[Element] = []
        table: _Table | None = None
        for event, element in iterparse(stream, events=("start", "end"), forbid_dtd=True):
            name = _local(element.tag)
            if event == "start":
                stack.append(element)
                if name == "table" and table is None:
                    hidden = styles.hidden(_get(element, "style-name"))
                    table = _Table(counter.begin(_get(element, "name"), hidden), styles, counter)
                continue
            stack.pop()
            if table is None:
                styles.note(element)
            elif name == "table-column":
                table.column(element)
            elif name == "table-row":
                table.row(element)
            elif name == "table":
                counter.end(table.extent)
                sheets.append(table.extent.as_plain(table.cells))
                table = None
            if stack and (table is None or name not in _CELLS) and _is_done(stack, name):
                element.clear()
                stack[-1].remove(element)
    counter.finish()
    return sheets


def _is_done(stack: list[Element], name: str) -> bool:
    """Whether nothing above still wants to look into the element: cells wait for their row, and what
    is in a cell or a style for that."""
    return not any(
        _local(above.tag) in (*_CELLS, "table-row", "automatic-styles") for above in stack
    )


class _Styles:
    """Formats of numbers by the name of a cell style, and which tables are not shown."""

    def __init__(self) -> None:
        self.codes: dict[str, str] = {}
        self.of_cells: dict[str, str] = {}
        self.not_shown: set[str] = set()

    def take(self, stream: Any) -> None:
        for _, element in iterparse(stream, events=("end",), forbid_dtd=True):
            self.note(element)

    def note(self, element: Element) -> None:
        name = _local(element.tag)
        if name.endswith("-style") and _get(element, "name"):
            self.codes[_get(element, "name")] = _code(element, name)
        elif name == "style":
            data = _get(element, "data-style-name")
            parent = _get(element, "parent-style-name")
            own = _get(element, "name")
            if _get(element, "family") == "table-cell":
                self.of_cells[own] = data or self.of_cells.get(parent, "")
            properties = next((e for e in element if _local(e.tag) == "table-properties"), None)
            if properties is not None and _get(properties, "display") == "false":
                self.not_shown.add(own)

    def code(self, style: str) -> str:
        return self.codes.get(self.of_cells.get(style, ""), GENERAL)

    def hidden(self, style: str) -> bool:
        return style in self.not_shown


def _code(element: Element, name: str) -> str:
    """The format as spreadsheets of the other family write it: 0.00%, yyyy"年"m"月"."""
    written = []
    for part in element:
        kind, text = _local(part.tag), "".join(part.itertext())
        long = _get(part, "style") == "long"
        if kind == "number":
            written.append(_digits(part))
        elif kind in ("text", "currency-symbol") and text:
            written.append(text if text == "%" else f'"{text}"')
        elif kind in ("year", "month", "day", "hours", "minutes", "seconds"):
            written.append(kind[0] * (4 if kind == "year" and long else 2 if long else 1))
    return "".join(written) or GENERAL


def _digits(part: Element) -> str:
    places = _count(part, "decimal-places", 0, 30)
    least = _count(part, "min-integer-digits", 1, 30)
    whole = "#,##0" if _get(part, "grouping") == "true" else "0" * max(1, least)
    return f"{whole}.{'0' * places}" if places else whole


@dataclass(slots=True)
class _Table:
    extent: SheetExtent
    styles: _Styles
    counter: Counter
    cells: list[PlainCell] = field(default_factory=list)
    columns: list[tuple[int, str]] = field(default_factory=list)  # last column and its style
    done: int = 0  # rows

    def column(self, element: Element) -> None:
        first = self.columns[-1][0] + 1 if self.columns else 1
        last = first + _count(element, "number-columns-repeated", 1) - 1
        self.columns.append((last, _get(element, "default-cell-style-name")))
        if _get(element, "visibility") in ("collapse", "filter"):
            self.extent.hide_columns(first, last, self.counter.limits)

    def row(self, element: Element) -> None:
        repeated = _count(element, "number-rows-repeated", 1)
        first = self.done + 1
        self.done += repeated
        held: list[tuple[int, int, Element]] = []
        column = 0
        for cell in element:
            if _local(cell.tag) not in _CELLS:
                continue
            times = _count(cell, "number-columns-repeated", 1)
            if _holds(cell) and _local(cell.tag) == "table-cell":
                held.append((column + 1, times, cell))
            column += times
        hidden = _get(element, "visibility") in ("collapse", "filter")
        # A row that holds nothing may be repeated a million times: it is passed over at once.
        for row in range(first, first + repeated) if held or (hidden and repeated < 10_000) else ():
            if hidden:
                self.extent.hide_row(row)
            for column, times, cell in held:
                self._put(row, column, times, cell)
        element.clear()

    def _put(self, row: int, column: int, times: int, cell: Element) -> None:
        kind, text, problem = _value(cell)
        style = _get(cell, "style-name") or self._column_style(column)
        code = self.styles.code(style)
        for place in range(column, column + times):
            self.counter.note(self.extent, row, place, len(text))
            self.cells.append([row, place, kind, text, code, problem])
        down = _count(cell, "number-rows-spanned", 1)
        across = _count(cell, "number-columns-spanned", 1)
        if down > 1 or across > 1:
            self.extent.merges.append(Span(row, column, row + down - 1, column + across - 1))

    def _column_style(self, column: int) -> str:
        return next((style for last, style in self.columns if column <= last), "")


def _holds(cell: Element) -> bool:
    return bool(_get(cell, "value-type") or _get(cell, "formula") or _text(cell).strip())


def _value(cell: Element) -> tuple[str, str, str]:
    """Kind, text and problem."""
    kind = _get(cell, "value-type")
    text = _text(cell)
    if cell.get(_CALC_TYPE) == "error" or (
        text.startswith(("#", "Err:")) and _get(cell, "formula")
    ):
        return "s", text, f"是错误值 {text}"
    if not kind and _get(cell, "formula") and not text:
        return "s", "", FORMULA
    if kind in ("float", "percentage", "currency"):
        return "n", f"{float(_get(cell, 'value')):.15g}", ""
    if kind == "boolean":
        return "b", "1" if _get(cell, "boolean-value") == "true" else "0", ""
    if kind == "date":
        day = _get(cell, "date-value").partition(".")[0]
        try:
            datetime.fromisoformat(day)
        except ValueError:
            return "s", text or day, "不是有效的日期"
        return ("m", day, "") if "T" in day else ("d", day, "")
    if kind == "time":
        match = _TIME.match(_get(cell, "time-value"))
        if match:
            hours, minutes, seconds = (int(part or 0) for part in match.groups())
            return "t", f"{hours % 24:02d}:{minutes % 60:02d}:{seconds % 60:02d}", ""
    return "s", text, ""


_CALC_TYPE = "{urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0}value-type"


def _text(cell: Element) -> str:
    """What is written in the cell; notes pinned to it are not."""
    return "\n".join(_words(part) for part in cell if _local(part.tag) == "p")


def _words(element: Element) -> str:
    written = [element.text or ""]
    for part in element:
        name = _local(part.tag)
        if name == "s":
            written.append(" " * _count(part, "c", 1, 1_000))
        elif name == "line-break":
            written.append("\n")
        elif name == "tab":
            written.append("\t")
        elif name != "annotation":
            written.append(_words(part))
        written.append(part.tail or "")
    return "".join(written)


def _local(tag: Any) -> str:
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def _get(element: Element, name: str) -> str:
    """The attribute of that name, whatever its namespace (of several, the first)."""
    for key, value in element.attrib.items():
        if key.rpartition("}")[2] == name:
            return value
    return ""


def _count(element: Element, name: str, otherwise: int, most: int = 2_000_000) -> int:
    text = _get(element, name)
    return min(int(text), most) if text.isascii() and text.isdecimal() else otherwise
