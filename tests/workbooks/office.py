"""What people do with a workbook, as a test does it: open, change cells, put in and take out rows, save."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Mapping
from copy import copy
from io import BytesIO
from pathlib import Path
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.cell_range import CellRange
from openpyxl.worksheet.worksheet import Worksheet

from perfgoals.common.documents import read_json
from perfgoals.common.workbooks.official import OfficialForm
from perfgoals.common.workbooks.official_writer import official_workbook
from scoring.documents import FormDocument, read_form
from scoring.workbooks import find_all, official_sheet

PUBLISHED = Path(__file__).parents[2] / "fixtures" / "published"


def published() -> list[FormDocument]:
    """All published forms."""
    files = sorted(PUBLISHED.glob("*.json"))
    return [read_form(data) for file in files for data in read_json(file.read_bytes())]


def published_form(name: str, year: int) -> Any:
    """A published form, of whichever kind it is."""
    return next(f for f in published() if f.project.name == name and f.year == year)


def written(*documents: FormDocument, **more: Any) -> bytes:
    """The official workbook of the documents."""
    return official_workbook([official_sheet(one, **more) for one in documents], title="测试")


def opened(data: bytes) -> Worksheet:
    """The first sheet."""
    return load_workbook(BytesIO(data)).worksheets[0]


def saved(sheet: Worksheet | Workbook) -> bytes:
    workbook = sheet if isinstance(sheet, Workbook) else sheet.parent
    buffer = BytesIO()
    workbook.save(buffer)
    return buffer.getvalue()


def coordinate(sheet: Worksheet, text: str) -> tuple[int, int]:
    """Row and column of the first cell that says exactly this."""
    for row in sheet.iter_rows():
        for cell in row:
            if cell.value == text:
                return cell.row, cell.column
    raise AssertionError(f"没有「{text}」")


def put_in_row(sheet: Worksheet, at: int, values: Mapping[int, Any]) -> None:
    """A row put in above row ``at`` as Excel does it: what is below moves, merged cells around it
    grow."""
    ranges = _unmerged(sheet)
    sheet.insert_rows(at)
    for one in ranges:
        if one.min_row >= at:
            one.shift(row_shift=1)
        elif one.max_row >= at:
            one.expand(down=1)
        sheet.merge_cells(one.coord)
    for column, value in values.items():
        sheet.cell(at, column).value = value


def take_out_row(sheet: Worksheet, at: int) -> None:
    """A row deleted as Excel does it."""
    ranges = _unmerged(sheet)
    # Of a merged cell that loses its first row the content stays.
    kept = {
        (one.min_row, one.min_col): sheet.cell(at, one.min_col).value
        for one in ranges
        if one.min_row == at < one.max_row
    }
    sheet.delete_rows(at)
    for one in ranges:
        if one.min_row > at:
            one.shift(row_shift=-1)
        elif one.max_row >= at:
            one.shrink(bottom=1)
        if one.max_row >= one.min_row and one.size["rows"] * one.size["columns"] > 1:
            sheet.merge_cells(one.coord)
    for (row, column), value in kept.items():
        sheet.cell(row, column).value = value


def move_column(sheet: Worksheet, rows: Iterable[int], columns: tuple[int, int]) -> None:
    """Two single columns change places in the given rows."""
    one, other = columns
    for row in rows:
        first, second = sheet.cell(row, one), sheet.cell(row, other)
        first.value, second.value = second.value, first.value
        first.number_format, second.number_format = second.number_format, first.number_format


def _unmerged(sheet: Worksheet) -> list[CellRange]:
    ranges = [copy(one) for one in sheet.merged_cells.ranges]
    for one in list(sheet.merged_cells.ranges):
        sheet.unmerge_cells(one.coord)
    return ranges


def the_document(data: bytes) -> Any:
    """The one form of a workbook, which reads without a problem."""
    ((_, filled),) = find_all(data)
    assert [problem.message for problem in filled.problems] == []
    assert filled.document is not None
    return filled.document


def all_read(data: bytes) -> list[tuple[OfficialForm, Any]]:
    """Each form of a workbook, and what was read of it."""
    return list(find_all(data))


def problems(data: bytes) -> list[str]:
    """What cannot be taken, in words."""
    ((_, filled),) = find_all(data)
    assert filled.document is None
    return [problem.message for problem in filled.problems]


def rezipped(data: bytes, changes: Mapping[str, bytes]) -> bytes:
    """The workbook with other members in place of its own, or beside them."""
    buffer = BytesIO()
    with (
        zipfile.ZipFile(BytesIO(data)) as old,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            new.writestr(name, changes.get(name, old.read(name)))
        for name in changes.keys() - set(old.namelist()):
            new.writestr(name, changes[name])
    return buffer.getvalue()


def member(data: bytes, name: str) -> str:
    with zipfile.ZipFile(BytesIO(data)) as archive:
        return archive.read(name).decode()
