"""Large flat sheets, read fast: values by calamine, and of the markup only what changes a value.

Runs in the reading process only. A million cells go through regular expressions over the bytes of a
sheet in the time in which an XML parser would look at a tenth of them; so it is used for .xlsx files whose
sheets bear the names of tables. What it looks for are the cells that calamine alone would read wrong:
formulas without a value, errors, and numbers that are shown as something else (0.85 as 85%).
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from io import BytesIO
from typing import Any

from python_calamine import CalamineWorkbook

from perfgoals.common.workbooks import binary, legacy, opendocument
from perfgoals.common.workbooks.cells import FORMULA
from perfgoals.common.workbooks.container import Container, Limits, UnreadableWorkbook
from perfgoals.common.workbooks.extent import Counter, SheetExtent
from perfgoals.common.workbooks.formats import shown_places, shows_date, shows_percent
from perfgoals.common.workbooks.markup import place_of, read_formats, sheet_members

PlainTable = dict[str, Any]
"""name, hidden and rows: [number, [cells from column A on]]. A cell is a text, a number, true or false,
null for nothing, or a list: ["d", iso] a day, ["m", iso] a moment, ["t", iso] a time of day, ["f", number,
format] a number shown as something else, ["x", text, sentence] no value that can be used."""

# As every writer of spreadsheets known to us writes a cell: its place, then its style, then its type.
_HELD = re.compile(rb'<c r="([A-Z]{1,3})\d{1,7}"[^>/]*>')
_NUMBER = rb'<c r="([A-Z]{1,3}\d{1,7})" s="(%s)"(?: t="n")?><v>'
_UNCOMPUTED = re.compile(
    rb'<c r="([A-Z]{1,3}\d{1,7})"[^>/]*><f\b[^>]*?(?:/>|>[^<]*</f>)(?:<v\s*/>|<v></v>)?</c>'
)
_ERROR = re.compile(rb'<c r="([A-Z]{1,3}\d{1,7})"[^>/]* t="e"')
_ROW = re.compile(rb'<row\b[^>]*?\br="(\d{1,7})"')
_LITERAL = re.compile(r'"[^"]+"|\\.')


def is_of_tables(data: bytes, kind: Container, names: frozenset[str]) -> bool:
    """Whether two sheets or more of a workbook, whose container was checked, bear names of tables."""
    if kind is Container.XLS:
        found = legacy.sheet_names(data)
    else:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            if kind is Container.XLSX:
                found = [name for name, _, _ in sheet_members(archive)]
            else:
                read = opendocument if kind is Container.ODS else binary
                found = read.sheet_names(archive)
    return len({name.strip() for name in found} & names) >= 2


def parse_tables(data: bytes, kind: Container, limits: Limits) -> Iterator[PlainTable]:
    """The sheets one after another; the container was checked. Raises UnreadableWorkbook, and whatever
    a parser raises for a broken file."""
    counter = Counter(limits)
    if kind is Container.XLS:
        yield from map(_from_cells, legacy.read_sheets(data, counter))
        return
    with zipfile.ZipFile(BytesIO(data)) as archive:
        if kind is not Container.XLSX:
            read = opendocument if kind is Container.ODS else binary
            yield from map(_from_cells, read.read_sheets(archive, counter))
            return
        formats = read_formats(archive)
        special = {number: code for number, code in enumerate(formats) if _changes(code)}
        scans: list[tuple[SheetExtent, Odd]] = []
        for name, hidden, member in sheet_members(archive):
            extent = counter.begin(name, hidden)
            odd = _scan(archive.read(member), extent, counter, special)
            if odd is None:
                raise UnreadableWorkbook(
                    "unplaced",
                    f"工作表「{name}」写法特殊，请用 Excel 或 WPS 打开并重新保存后再上传",
                )
            scans.append((extent, odd))
        counter.finish()
    workbook = CalamineWorkbook.from_filelike(BytesIO(data))
    for extent, odd in scans:
        yield _table(workbook, extent, odd, counter)


Odd = dict[tuple[int, int], tuple[str, str]]
"""By place: "f" and a format, or "x" and a sentence."""


def _scan(
    markup: bytes, extent: SheetExtent, counter: Counter, special: dict[int, str]
) -> Odd | None:
    """How far the sheet reaches, and its cells that need more than their value; None for a sheet that
    is written in an unusual way."""
    if markup.count(b"<c ") != markup.count(b'<c r="') or markup.count(b"<c>"):
        return None
    limits = counter.limits
    counter.held += markup.count(b"<v>") + markup.count(b"<is>")
    if counter.held > limits.cells:
        counter.note(extent, 1, 1)  # says what is too much
    extent.columns = max((_column(found) for found in {*_HELD.findall(markup)}), default=0)
    if extent.columns > limits.columns:
        counter.note(extent, 1, extent.columns)
    extent.rows = max(map(int, _ROW.findall(markup)), default=0)
    odd: Odd = {}
    if special:
        wanted = b"|".join(str(number).encode() for number in special)
        for match in re.finditer(_NUMBER % wanted, markup):
            odd[_placed(match[1])] = ("f", special[int(match[2])])
    if b"<f" in markup:
        odd |= {_placed(match[1]): ("x", FORMULA) for match in _UNCOMPUTED.finditer(markup)}
    if b't="e"' in markup:
        odd |= {_placed(match[1]): ("x", "") for match in _ERROR.finditer(markup)}
    return odd


def _column(letters: bytes) -> int:
    return _placed(letters + b"1")[1]


def _placed(reference: bytes) -> tuple[int, int]:
    place = place_of(reference.decode())
    assert place is not None  # the pattern that found it is the stricter one
    return place


def _changes(code: str) -> bool:
    """Whether people see another number than the digits of the value; dates calamine knows."""
    if shows_date(code):
        return False
    return shows_percent(code) or bool(_LITERAL.search(code)) or shown_places(code) is not None


def _table(
    workbook: CalamineWorkbook, extent: SheetExtent, odd: Odd, counter: Counter
) -> PlainTable:
    rows: list[Any] = []
    limits = counter.limits
    if extent.rows:
        sheet = workbook.get_sheet_by_name(extent.name)
        first = sheet.start
        top, left = (first[0] + 1, first[1]) if first else (1, 0)
        if top + sheet.height - 1 > limits.rows:
            counter.note(extent, top + sheet.height - 1, 1)
        padding: list[Any] = [None] * left
        rows = [
            [
                number,
                padding + [None if v == "" else v if type(v) is str else _plain(v) for v in values],
            ]
            for number, values in enumerate(sheet.to_python(skip_empty_area=True), top)
        ]
        counter.note_characters(sum(len(v) for _, row in rows for v in row if type(v) is str))
    _put_odd(rows, odd)
    # Line ends are one character in a cell, two in what some programs write.
    for row in rows:
        if any(type(v) is str and "\r" in v for v in row[1]):
            row[1] = [_one_line_end(v) for v in row[1]]
    kept = [row for row in rows if any(value is not None for value in row[1])]
    return {"name": extent.name, "hidden": extent.hidden, "rows": kept}


def _put_odd(rows: list[Any], odd: Odd) -> None:
    by_number = {row[0]: row[1] for row in rows}
    for (number, column), (kind, what) in odd.items():
        cells = by_number.get(number)
        if cells is None:
            cells = by_number[number] = []
            rows.append([number, cells])
        cells.extend([None] * (column - len(cells)))
        value = cells[column - 1]
        if kind == "f" and type(value) in (int, float):
            cells[column - 1] = _shown(value, what)
        elif kind == "x":
            text = "" if value is None else str(value)
            cells[column - 1] = ["x", text, what or f"是错误值 {text}".rstrip()]
    rows.sort(key=lambda row: row[0])


def _shown(value: float, code: str) -> Any:
    """The number alone where its format shows all of its digits."""
    if not shows_percent(code) and not _LITERAL.search(code):
        places = shown_places(code)
        if places is None or round(value, places) == value:
            return value
    return ["f", value, code]


_MOMENTS: dict[type, str] = {datetime: "m", date: "d", time: "t"}


def _plain(value: Any) -> Any:
    kind = type(value)
    if kind is float:
        return int(value) if value.is_integer() and abs(value) < 1e15 else value
    if kind is timedelta:
        value = datetime(1899, 12, 30) + value  # noqa: DTZ001 (a spreadsheet knows no time zones)
        kind = datetime
    if kind is datetime and value.time() == time(0):
        value, kind = value.date(), date
    return [_MOMENTS[kind], value.isoformat()] if kind in _MOMENTS else value


def _one_line_end(value: Any) -> Any:
    return value.replace("\r\n", "\n").replace("\r", "\n") if type(value) is str else value


def _from_cells(sheet: dict[str, Any]) -> PlainTable:
    """A table out of cells that were read one by one."""
    rows: dict[int, list[Any]] = {}
    for row, column, kind, text, code, problem in sheet["cells"]:
        cells = rows.setdefault(row, [])
        cells.extend([None] * (column - len(cells)))
        cells[column - 1] = _of_cell(kind, text, code, problem)
    return {
        "name": sheet["name"],
        "hidden": sheet["hidden"],
        "rows": [[number, rows[number]] for number in sorted(rows)],
    }


def _of_cell(kind: str, text: str, code: str, problem: str) -> Any:
    if problem:
        return ["x", text, problem]
    if kind == "n":
        number = float(text)
        if shows_date(code):
            moment = datetime(1899, 12, 30) + timedelta(days=number)  # noqa: DTZ001
            return _plain(moment)
        value = int(number) if number.is_integer() and abs(number) < 1e15 else number
        return _shown(value, code) if _changes(code) else value
    if kind == "b":
        return text == "1"
    return [kind, text] if kind in ("d", "m", "t") else text
