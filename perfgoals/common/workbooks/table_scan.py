"""Large flat sheets, read fast: values by calamine, and of the markup only what changes a value.

Runs in the reading process only. A million cells go through regular expressions over the bytes of a
sheet in the time in which an XML parser would look at a tenth of them; so it is used for .xlsx files whose
sheets bear the names of tables. What it looks for are the cells that calamine alone would read wrong:
formulas without a value, errors, and numbers that are shown as something else (0.85 as 85%).
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from io import BytesIO
from typing import Any

from python_calamine import CalamineSheet, CalamineWorkbook

from perfgoals.common.workbooks import binary, legacy, opendocument
from perfgoals.common.workbooks.cells import FORMULA, column_letters
from perfgoals.common.workbooks.container import Container, Limits, UnreadableWorkbook
from perfgoals.common.workbooks.extent import Counter, SheetExtent
from perfgoals.common.workbooks.formats import shown_places, shows_date, shows_percent
from perfgoals.common.workbooks.markup import place_of, read_formats, sheet_members

PlainTable = dict[str, Any]
"""at (its place among the sheets), whole (false where further rows follow), name, hidden and rows: [number,
[cells from column A on]]. A cell is a text, a number, true or false, null for nothing, or a list: ["d",
iso] a day, ["m", iso] a moment, ["t", iso] a time of day, ["f", number,
format] a number shown as something else, ["x", text, sentence] no value that can be used."""

ROWS_AT_ONCE = 2_000

Part = tuple[PlainTable, int]
"""A table, or further rows of the one before; and how much of all the work is done now, per cent. An empty
one tells of the work alone."""

# As every writer of spreadsheets known to us writes a cell: its place, then its style, then its type.
_HELD = rb'<c r="(%s)\d{1,7}"[^>/]*>'
# A few columns at a time, for a sheet has hundreds of thousands of cells in the first ones.
_FROM_THE_RIGHT = [
    re.compile(_HELD % letters)
    for letters in (rb"[A-Z]{2,3}", rb"[S-Z]", rb"[N-R]", rb"[J-M]", rb"[F-I]", rb"[A-E]")
]
_NUMBER = rb'<c r="([A-Z]{1,3}\d{1,7})" s="(?:%s)'
_STYLED = rb'(%d)"(?: t="n")?><v>%s'
# A number with so many decimals or more, or with an exponent.
_LONG = rb"[^<.]*(?:\.\d{%d}|[eE])"
_UNCOMPUTED = re.compile(
    rb'<c r="([A-Z]{1,3}\d{1,7})"[^>/]*><f\b[^>]*?(?:/>|>[^<]*</f>)(?:<v\s*/>|<v></v>)?</c>'
)
_ERROR = re.compile(
    rb'<c r="([A-Z]{1,3}\d{1,7})"[^>/]* t="e"[^>]*>'
    rb"(?:(?:<f\b[^>]*?(?:/>|>[^<]*</f>))?<v>([^<]*)</v>)?"
)
_ROW = re.compile(rb'<row\b[^>]*?\br="(\d{1,7})"')
_LOOKING = 40  # per cent of the time that goes into looking at the markup
_SMALL = 1 << 16  # bytes of markup
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


def parse_tables(data: bytes, kind: Container, limits: Limits) -> Iterator[Part]:
    """The sheets one after another, small ones first and large ones in parts; the container was checked.
    Raises UnreadableWorkbook, and whatever a parser raises for a broken file."""
    counter = Counter(limits)
    if kind is Container.XLS:
        yield from _from_cells(legacy.read_sheets(data, counter))
        return
    with zipfile.ZipFile(BytesIO(data)) as archive:
        if kind is not Container.XLSX:
            read = opendocument if kind is Container.ODS else binary
            yield from _from_cells(read.read_sheets(archive, counter))
            return
        # The parser needs no Python while it works: it takes a sheet in while the next is looked at.
        with ThreadPoolExecutor(1) as parser:
            yield from _parse_large(archive, _Parser(data, parser), counter)


@dataclass(frozen=True, slots=True)
class _Scanned:
    """A sheet that was looked at, and may be parsed. at: its place among the sheets; size: of its markup,
    in bytes."""

    at: int
    extent: SheetExtent
    odd: Odd
    size: int
    sheet: Future[CalamineSheet] | None


class _Parser:
    """Parses sheets one after another in a thread of its own."""

    def __init__(self, data: bytes, thread: ThreadPoolExecutor) -> None:
        self.data, self.thread = data, thread
        self.workbook: CalamineWorkbook | None = None

    def begin(self, extent: SheetExtent) -> Future[CalamineSheet] | None:
        return self.thread.submit(self._parse, extent.name) if extent.rows else None

    def _parse(self, name: str) -> CalamineSheet:
        if self.workbook is None:
            self.workbook = CalamineWorkbook.from_filelike(BytesIO(self.data))
        return self.workbook.get_sheet_by_name(name)


def _parse_large(archive: zipfile.ZipFile, parser: _Parser, counter: Counter) -> Iterator[Part]:
    """Each sheet is sent when the next was looked at: whoever takes them is at work early."""
    formats = read_formats(archive)
    special = {number: code for number, code in enumerate(formats) if _changes(code)}
    members = [
        (archive.getinfo(member).file_size, at, name, hidden, member)
        for at, (name, hidden, member) in enumerate(sheet_members(archive))
    ]
    whole = sum(size for size, *_ in members) or 1
    done = 0.0
    ahead: _Scanned | None = None
    # What a small sheet says (what the workbook is, for one) helps to understand the large ones.
    for size, at, name, hidden, member in sorted(members, key=lambda one: one[0] > _SMALL):
        extent = counter.begin(name, hidden)
        markup = archive.read(member)
        odd = _scan(markup, extent, counter, special)
        del markup
        if odd is None:
            message = f"工作表「{name}」写法特殊，请用 Excel 或 WPS 打开并重新保存后再上传"
            raise UnreadableWorkbook("unplaced", message)
        scanned = _Scanned(at, extent, odd, size, parser.begin(extent))
        done += _LOOKING * size / whole
        yield {}, int(done)
        if ahead is not None:
            done += (100 - _LOOKING) * ahead.size / whole
            yield from _parts(ahead, counter, int(done))
        ahead = scanned
    counter.finish()
    if ahead is not None:
        yield from _parts(ahead, counter, 100)


def _parts(scanned: _Scanned, counter: Counter, done: int) -> Iterator[Part]:
    """The table, a number of rows at a time. done: per cent, when it is sent."""
    extent = scanned.extent
    rows = _rows(scanned, counter)
    for start in range(0, max(len(rows), 1), ROWS_AT_ONCE):
        some = rows[start : start + ROWS_AT_ONCE]
        whole = start + len(some) == len(rows)
        yield _table(scanned.at, extent.name, extent.hidden, some, whole), done


def _table(at: int, name: str, hidden: bool, rows: list[Any], whole: bool = True) -> PlainTable:
    return {"at": at, "whole": whole, "name": name, "hidden": hidden, "rows": rows}


Odd = dict[tuple[int, int], tuple[str, str]]
"""By place: "f" and a format, "x" and a sentence, or "e" and an error value."""


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
    extent.columns = _last_column(markup)
    if extent.columns > limits.columns:
        counter.note(extent, _first_row(markup, extent.columns), extent.columns)
    extent.rows = max(map(int, _ROW.findall(markup)), default=0)
    odd: Odd = {}
    if special:
        wanted = b"|".join(_styled(number, code) for number, code in special.items())
        for match in re.finditer(_NUMBER % wanted, markup):
            odd[_placed(match[1])] = ("f", special[int(match[match.lastindex or 0])])
    if b"<f>" in markup or b"<f " in markup or b"<f/" in markup:
        odd |= {_placed(match[1]): ("x", FORMULA) for match in _UNCOMPUTED.finditer(markup)}
    if b't="e"' in markup:
        found = _ERROR.finditer(markup)
        odd |= {_placed(match[1]): ("e", (match[2] or b"").decode()) for match in found}
    return odd


def _styled(number: int, code: str) -> bytes:
    """Finds the values of that style that people see as something else. Most numbers are shown with all of
    their digits, and thousands of cells need no second look."""
    shown = b"" if _is_worded(code) else _LONG % ((shown_places(code) or 0) + 1)
    return _STYLED % (number, shown)


def _last_column(markup: bytes) -> int:
    """The last column with a cell that holds something; 0 where there is none."""
    for letters in _FROM_THE_RIGHT:
        if found := {*letters.findall(markup)}:
            return max(map(_column, found))
    return 0


def _first_row(markup: bytes, column: int) -> int:
    """The first row with a cell in the column."""
    found = re.search(rb'<c r="%s(\d{1,7})"' % column_letters(column).encode(), markup)
    return int(found[1]) if found else 1


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
    return _is_worded(code) or shown_places(code) is not None


def _is_worded(code: str) -> bool:
    """Whether it is more than decimals that the format adds or leaves out."""
    return shows_percent(code) or bool(_LITERAL.search(code))


def _rows(scanned: _Scanned, counter: Counter) -> list[list[Any]]:
    rows: list[list[Any]] = []
    limits, extent = counter.limits, scanned.extent
    if scanned.sheet is not None:
        sheet = scanned.sheet.result()
        first = sheet.start
        top, left = (first[0] + 1, first[1]) if first else (1, 0)
        if top + sheet.height - 1 > limits.rows:
            counter.note(extent, top + sheet.height - 1, 1)
        padding: list[Any] = [None] * left
        for number, values in enumerate(sheet.to_python(skip_empty_area=True), top):
            cells = [(v or None) if type(v) is str else _plain(v) for v in values]
            text = "".join([v for v in cells if type(v) is str])
            counter.note_characters(len(text))
            if "\r" in text:
                # Line ends are one character in a cell, two in what some programs write.
                cells = [_one_line_end(v) for v in cells]
            rows.append([number, padding + cells if left else cells])
    if scanned.odd:
        _put_odd(rows, scanned.odd)
    return [row for row in rows if row[1].count(None) < len(row[1])]


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
            cells[column - 1] = ["x", "" if value is None else str(value), what]
        elif kind == "e":
            cells[column - 1] = ["x", what, f"是错误值 {what}".rstrip()]
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


def _from_cells(sheets: Iterable[dict[str, Any]]) -> Iterator[Part]:
    """Tables out of cells that were read one by one."""
    for at, sheet in enumerate(sheets):
        rows: dict[int, list[Any]] = {}
        for row, column, kind, text, code, problem in sheet["cells"]:
            cells = rows.setdefault(row, [])
            cells.extend([None] * (column - len(cells)))
            cells[column - 1] = _of_cell(kind, text, code, problem)
        numbered = [[number, rows[number]] for number in sorted(rows)]
        yield _table(at, sheet["name"], sheet["hidden"], numbered), 100


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
