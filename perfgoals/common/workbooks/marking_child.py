"""The marking process: takes the bytes of a workbook and what is wrong with its cells, gives it back with
the cells marked, and ends. It knows neither Django nor the application.

Standard input: eight bytes with the length of the JSON list of marks, that list, the workbook. Marks that an
earlier round left (our colour with our comment, our column, our sheet) are taken away first. A workbook of
another format (.xls, .xlsb, .ods) comes back as .xlsx, with its values and merged cells.
"""

from __future__ import annotations

import json
import re
import sys
import zipfile
from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime, time
from io import BytesIO
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.utils.cell import column_index_from_string, coordinate_from_string
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.properties import PageSetupProperties

from perfgoals.common.workbooks.child import parse
from perfgoals.common.workbooks.container import Limits
from perfgoals.common.workbooks.wrapping import height_of, lines_in, widest_line

SHEET = "错误说明"
HEADINGS = ("工作表", "单元格", "项目", "读到", "说明", "级别")
WIDTHS = (20, 12, 24, 24, 60, 8)
AUTHOR = "错误说明"
_COLOURS = {"错误": "FFFFC7CE", "警告": "FFFFEB9C"}
_CELL = re.compile(r"[A-Z]{1,3}[1-9][0-9]{0,6}")
_RANGE = re.compile(rf"[A-Z]{{1,3}}([1-9][0-9]{{0,6}}):{_CELL.pattern}")
_AREA = re.compile(r"(?:.*!)?\$?([A-Z]+)\$?(\d+):\$?([A-Z]+)\$?(\d+)")
_ROW = re.compile(r"第 (\d+) 行")
_LONGEST = 2_000
_MOST_ROWS = 1_048_576
_MAIN, _STYLES = "xl/workbook.xml", "xl/styles.xml"
_EMPTY_FILL = re.compile(rb"<((?:\w+:)?)fill\s*/>")  # as WPS writes it
_WIDEST, _NARROWEST = 30, 9
_NOTES = 48  # width of the column of the texts
_FRAME = Border(*[Side(style="thin", color="FF999999")] * 4)
_READ: dict[str, Callable[[str], Any]] = {
    "n": float,
    "d": date.fromisoformat,
    "m": datetime.fromisoformat,
    "t": time.fromisoformat,
}

Mark = dict[str, str]


def main() -> None:
    limits = json.loads(sys.argv[1])
    _limit(limits)
    data = sys.stdin.buffer.read()
    length = int.from_bytes(data[:8], "big")
    marks = json.loads(data[8 : 8 + length])
    book = opened(data[8 + length :], Limits(**limits["reading"]))
    sys.stdout.buffer.write(marked(book, marks))


def _limit(limits: dict[str, Any]) -> None:
    try:
        import resource
    except ImportError:  # Windows has no such limits; the time limit of the caller still holds
        return
    resource.setrlimit(resource.RLIMIT_AS, (limits["memory"], limits["memory"]))
    resource.setrlimit(resource.RLIMIT_CPU, (limits["seconds"], limits["seconds"] + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def opened(data: bytes, limits: Limits) -> Workbook:
    """The workbook with its formulas and styles; of one that cannot be had so its values alone. Raises
    whatever a reader raises for what is no workbook."""
    if not data.startswith(b"PK"):
        return _values_of(data, limits)
    with zipfile.ZipFile(BytesIO(data)) as archive:
        if _MAIN not in archive.namelist():
            return _values_of(data, limits)
    for content in (data, _with_full_fills(data)):
        with suppress(Exception):
            return load_workbook(BytesIO(content))
    return _values_of(data, limits)


def _with_full_fills(data: bytes) -> bytes:
    """The workbook with a pattern in each fill, without which it is not opened."""
    buffer = BytesIO()
    with (
        zipfile.ZipFile(BytesIO(data)) as archive,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as copy,
    ):
        for name in archive.namelist():
            content = archive.read(name)
            if name == _STYLES:
                content = _EMPTY_FILL.sub(rb"<\1fill><\1patternFill/></\1fill>", content)
            copy.writestr(name, content)
    return buffer.getvalue()


def _values_of(data: bytes, limits: Limits) -> Workbook:
    """A workbook with the values and the merged cells of one of any format."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for plain in parse(data, limits):
        sheet = book.create_sheet(plain["name"])
        sheet.sheet_state = "hidden" if plain["hidden"] else "visible"
        widths: dict[int, int] = defaultdict(lambda: _NARROWEST)
        merged = {(top, left) for top, left, *_ in plain["merges"]}
        for row, column, kind, text, code, _ in plain["cells"]:
            _write_plain(sheet.cell(row, column), kind, text, code)
            if (row, column) not in merged:
                widths[column] = max(widths[column], min(widest_line(text) + 2, _WIDEST))
        for column, width in widths.items():
            sheet.column_dimensions[get_column_letter(column)].width = width
        for top, left, bottom, right in plain["merges"]:
            sheet.merge_cells(None, top, left, bottom, right)
        _as_wide_as_paper(sheet)
    return book


def _as_wide_as_paper(sheet: Any) -> None:
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)


def _write_plain(cell: Any, kind: str, text: str, code: str) -> None:
    cell.alignment = Alignment(wrap_text=True, vertical="center")
    cell.border = _FRAME
    if kind in _READ:
        cell.value = _READ[kind](text)
        cell.number_format = code
    elif kind == "b":
        cell.value = text == "1"
    else:
        cell.value = ILLEGAL_CHARACTERS_RE.sub("", text)
        cell.data_type = "s"


def marked(book: Workbook, marks: list[Mark]) -> bytes:
    """The workbook with the marks in it."""
    if SHEET in book.sheetnames:
        del book[SHEET]
    by_sheet: dict[str, list[Mark]] = defaultdict(list)
    for mark in marks:
        by_sheet[mark["sheet"]].append(mark)
    for sheet in book.worksheets:
        column = _cleared(sheet)
        if sheet.title in by_sheet:
            _mark_sheet(sheet, by_sheet[sheet.title], column)
    _list(book, marks)
    buffer = BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _cleared(sheet: Any) -> int:
    """Take away what an earlier round left. Returns the column for the texts: the earlier one, or the
    first that is free."""
    column = 0
    for row in sheet.iter_rows():
        for cell in row:
            if cell.value == SHEET and not column:
                column = cell.column
            comment = cell.comment
            if comment is not None and comment.author == AUTHOR:
                cell.comment = None
                if cell.fill.fgColor.rgb in _COLOURS.values():
                    cell.fill = PatternFill()
    if not column:
        return int(sheet.max_column) + 1
    for (cell,) in sheet.iter_rows(min_col=column, max_col=column):
        if hasattr(cell, "value") and not _is_merged(cell):
            cell.value = None
    return column


def _is_merged(cell: Any) -> bool:
    return type(cell).__name__ == "MergedCell"


def _mark_sheet(sheet: Any, marks: list[Mark], column: int) -> None:
    texts: dict[int, list[str]] = defaultdict(list)
    comments: dict[str, list[str]] = defaultdict(list)
    levels: dict[str, str] = {}
    top = _top(sheet)
    for mark in marks:
        cell, row = _place(mark["cell"])
        message = f"{mark['label']}：{mark['message']}" if mark["label"] else mark["message"]
        texts[row or top + 1].append(message)
        if cell:
            comments[cell].append(f"【{mark['level']}】{mark['message']}")
            if levels.get(cell) != "错误":
                levels[cell] = mark["level"]
    for address, said in comments.items():
        cell = _anchor(sheet, address)
        cell.fill = PatternFill("solid", fgColor=_COLOURS.get(levels[address], "FFFFC7CE"))
        comment = Comment("\n".join(said)[:_LONGEST], AUTHOR)
        comment.width, comment.height = 320, 40 + 34 * min(len(said), 6)
        cell.comment = comment
    _put(sheet.cell(top, column), SHEET, bold=True)
    for row, said in texts.items():
        text = "；".join(said)[:_LONGEST]
        _put(sheet.cell(row, column), text, bold=False)
        _make_room(sheet, row, lines_in(text, _NOTES))
    sheet.column_dimensions[get_column_letter(column)].width = _NOTES
    _print_too(sheet, column)


def _make_room(sheet: Any, row: int, lines: int) -> None:
    """Make the row high enough for a text of so many lines."""
    if lines > 1:
        dimension = sheet.row_dimensions[row]
        dimension.height = max(dimension.height or 0, height_of(lines))


def _print_too(sheet: Any, column: int) -> None:
    """Where only a part of the sheet is printed, the column of the texts is printed with it."""
    found = _AREA.fullmatch(str(sheet.print_area or ""))
    if found and column_index_from_string(found[3]) < column:
        sheet.print_area = f"{found[1]}{found[2]}:{get_column_letter(column)}{found[4]}"


def _place(address: str) -> tuple[str, int]:
    """The cell and its row; "" and the (first) row for 「第 12 行」 and a range, "" and 0 for what is
    none of them."""
    found = _ROW.search(address) or _RANGE.fullmatch(address)
    if found:
        return "", min(int(found[1]), _MOST_ROWS)
    if not _CELL.fullmatch(address):
        return "", 0
    letters, row = coordinate_from_string(address)
    if row > _MOST_ROWS or column_index_from_string(letters) > 16_384:
        return "", 0
    return address, row


def _anchor(sheet: Any, address: str) -> Any:
    """The cell, or that which shows in its place where it is merged."""
    cell = sheet[address]
    if _is_merged(cell):
        for merged in sheet.merged_cells.ranges:
            if address in merged:
                return sheet.cell(merged.min_row, merged.min_col)
    return cell


def _top(sheet: Any) -> int:
    """The row of the headings: the first in which two cells or more hold something, else the first."""
    first = 0
    for number, row in enumerate(sheet.iter_rows(max_row=30, values_only=True), 1):
        filled = sum(value is not None for value in row)
        if filled and not first:
            first = number
        if filled >= 3:
            return number
    return first or 1


def _put(cell: Any, text: str, *, bold: bool) -> None:
    cell.value = text
    cell.data_type = "s"
    cell.number_format = "@"
    cell.font = Font(bold=bold, color="FF9C0006")
    cell.alignment = Alignment(wrap_text=True, vertical="top")


def _list(book: Any, marks: list[Mark]) -> None:
    sheet = book.create_sheet(SHEET)
    for number, heading in enumerate(HEADINGS, 1):
        cell = sheet.cell(1, number)
        _put(cell, heading, bold=True)
        cell.font = Font(bold=True)
        cell.fill = PatternFill("solid", fgColor="FFE7ECF3")
        sheet.column_dimensions[get_column_letter(number)].width = WIDTHS[number - 1]
    for row, mark in enumerate(marks, 2):
        said = [mark[name] for name in ("sheet", "cell", "label", "found", "message", "level")]
        for number, text in enumerate(said, 1):
            _put(sheet.cell(row, number), text[:_LONGEST], bold=False)
            sheet.cell(row, number).font = Font()
        rooms = zip(said, WIDTHS, strict=True)
        _make_room(sheet, row, max(lines_in(text[:_LONGEST], width) for text, width in rooms))
        address, line = _place(mark["cell"])
        if mark["sheet"] in book.sheetnames and (address or line):
            where = "'{}'!{}".format(mark["sheet"].replace("'", "''"), address or f"A{line}")
            link = sheet.cell(row, 2)
            link.hyperlink = Hyperlink(ref=link.coordinate, location=where)
            link.font = Font(color="FF1A56A8", underline="single")
    sheet.freeze_panes = "A2"
    _as_wide_as_paper(sheet)
    sheet.auto_filter.ref = f"A1:F{max(2, len(marks) + 1)}"


if __name__ == "__main__":
    main()
