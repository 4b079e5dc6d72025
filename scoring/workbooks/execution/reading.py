"""A list of executed budgets out of a workbook or a CSV file."""

from __future__ import annotations

import calendar
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from perfgoals.common.workbooks.cells import ReadSheet, SheetCell
from perfgoals.common.workbooks.container import Limits, UnreadableWorkbook
from perfgoals.common.workbooks.filling import CellProblem
from perfgoals.common.workbooks.formats import GENERAL
from perfgoals.common.workbooks.reading import IMPORT_LIMITS, read_workbook
from perfgoals.common.workbooks.tables import Formatted, Table
from perfgoals.common.workbooks.tables.delimited import csv_table
from perfgoals.common.workbooks.tables.table import CellValue, Faulty
from projects.documents import MoneyUnit
from scoring.services.execution_lists import ExecutionRow, folded_name
from scoring.workbooks.execution.headings import UnusableSheet, headed
from scoring.workbooks.execution.rows import RowReader
from scoring.workbooks.files import Ignored, Skipped

MOST_ROWS = 20_000
_NAMED = 3
_UNTIL = re.compile(
    r"[至止到]\s*:?\s*(\d{4})\s*[-./年]\s*(\d{1,2})\s*(?:[-./月]\s*(\d{1,2})?\s*日?)?"
)
_NOTHING = "没有找到预算执行表：要有一行标题，含「项目名称」和「执行数」"


@dataclass(slots=True)
class ReadList:
    """What a file says of executed budgets, in its order. problems: cells that cannot be taken. ignored:
    rows passed over (totals, subtotals) and columns, with the reason. money_unit: what all amounts are in;
    None where the file does not say so of each sheet, or says different things. rows_read: rows below the
    headings that hold something. as_of: the day until which the accounts were kept, None where none is
    told.
    """

    rows: list[ExecutionRow] = field(default_factory=list)
    problems: list[CellProblem] = field(default_factory=list)
    ignored: list[Ignored] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    rows_read: int = 0
    blank_rows: int = 0
    as_of: date | None = None

    @property
    def money_unit(self) -> MoneyUnit | None:
        units = {row.money_unit for row in self.rows}
        return units.pop() if len(units) == 1 else None

    @property
    def is_stated(self) -> bool:
        """Whether the unit of every amount is known."""
        return all(row.money_unit for row in self.rows)


def read_execution_file(
    data: bytes, *, units: Collection[str] = (), limits: Limits = IMPORT_LIMITS
) -> ReadList:
    """The list in a workbook or a CSV file; a workbook is opened by a process of its own. For a worker.

    units: names of units, whose rows are sums of the projects below them. Raises UnreadableWorkbook; its
    codes besides those of ``read_workbook``: ``csv``, ``template`` (no list in it), ``heavy`` (too many
    rows).
    """
    try:
        tables = [_filled(sheet) for sheet in read_workbook(data, limits)]
    except UnreadableWorkbook as refused:
        if refused.code != "text":
            raise
        tables = [csv_table(data, "")]
    found = read_execution(tables, units=units)
    if not found.rows and not found.problems:
        raise UnreadableWorkbook("template", _nothing(found))
    if len(found.rows) > MOST_ROWS:
        message = f"有 {len(found.rows)} 行，一次最多 {MOST_ROWS} 行，请分开上传"
        raise UnreadableWorkbook("heavy", message)
    return found


def read_execution(tables: Iterable[Table], *, units: Collection[str] = ()) -> ReadList:
    """The lists on all visible sheets. Never raises."""
    answer = ReadList()
    known = frozenset(folded_name(unit) for unit in units)
    for table in tables:
        if not table.rows:
            continue
        if table.hidden:
            answer.skipped.append(Skipped(table.name, "是隐藏的工作表"))
            continue
        try:
            found = headed(table)
        except UnusableSheet as refused:
            answer.skipped.append(Skipped(table.name, str(refused)))
            continue
        reader = RowReader(found, known)
        reader.read()
        answer.rows += reader.sound_rows()
        answer.problems += reader.problems
        answer.ignored += [
            Ignored(table.name, "columns", f"{letters}（{heading}）", why)
            for letters, heading, why in found.ignored
        ]
        answer.ignored += reader.ignored
        answer.rows_read += len(found.rows)
        answer.blank_rows += found.blank_rows
        answer.as_of = answer.as_of or _as_of([table.name, *found.above])
    answer.rows = [replace(row, number=number) for number, row in enumerate(answer.rows, 1)]
    return answer


def _nothing(found: ReadList) -> str:
    """Why there is nothing; of sheets that are almost lists what keeps them from being one."""
    told = [
        f"工作表「{one.sheet}」{one.reason}" if one.sheet else one.reason
        for one in found.skipped
        if "标题行" not in one.reason
    ]
    return "；".join([_NOTHING, *told[:_NAMED]])


def _as_of(texts: Iterable[str]) -> date | None:
    for text in texts:
        match = _UNTIL.search(text)
        if match is None:
            continue
        year, month = int(match[1]), int(match[2])
        if not (1990 <= year <= 2100 and 1 <= month <= 12):
            continue
        last = calendar.monthrange(year, month)[1]
        day = int(match[3]) if match[3] else last
        if 1 <= day <= last:
            return date(year, month, day)
    return None


# -- sheets ----------------------------------------------------------------------------------------


def _filled(sheet: ReadSheet) -> Table:
    """The sheet as rows of plain values. What is merged downwards (the unit beside its projects) stands in
    each of its rows; what is merged to the right (titles) in its first cell."""
    rows: dict[int, list[CellValue]] = {}

    def put(row: int, column: int, value: CellValue) -> None:
        cells = rows.setdefault(row, [])
        cells.extend([None] * (column - len(cells)))
        cells[column - 1] = value

    for (row, column), cell in sorted(sheet.cells.items()):
        put(row, column, _plain(cell))
    for span in sheet.merges:
        first = sheet.cells.get((span.top, span.left))
        if span.left == span.right and span.bottom > span.top and first is not None:
            value = _plain(first)
            if isinstance(value, Decimal | Formatted):
                continue  # one amount is not several
            for row in range(span.top + 1, span.bottom + 1):
                if row in rows:
                    put(row, span.left, value)
    return Table(sheet.name, sheet.hidden, sorted(rows.items()))


def _plain(cell: SheetCell) -> CellValue:
    if cell.problem:
        return Faulty(cell.text, cell.problem)
    if cell.format != GENERAL and isinstance(cell.value, Decimal):
        return Formatted(cell.value, cell.format)
    return cell.value
