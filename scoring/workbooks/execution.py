"""Lists of executed budgets as accounting systems export them: a row for each project, or for each source
of its money, with 年初预算, 全年预算 and 执行数."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from perfgoals.common.workbooks.cells import ReadSheet, SheetCell
from perfgoals.common.workbooks.container import Limits, UnreadableWorkbook
from perfgoals.common.workbooks.filling import CellProblem
from perfgoals.common.workbooks.formats import GENERAL
from perfgoals.common.workbooks.labels import fold
from perfgoals.common.workbooks.reading import LIMITS, read_workbook
from perfgoals.common.workbooks.tables import Formatted, Table
from perfgoals.common.workbooks.tables.delimited import csv_table
from perfgoals.common.workbooks.tables.reading import (
    FoundTable,
    Read,
    Wrong,
    find_table,
    reader_of,
    text_of,
)
from perfgoals.common.workbooks.tables.spec import Column, ColumnKind, TableSpec
from perfgoals.common.workbooks.tables.table import CellValue, Faulty
from projects.documents import MoneyUnit
from projects.models import FundingSource
from scoring.services.execution_lists import ExecutionRow, folded_name
from scoring.workbooks.files import Ignored, Skipped
from scoring.workbooks.flat.columns import FUNDS

AMOUNTS = ("initial_budget", "annual_budget", "executed")

MOST_ROWS = 5_000

_N = ColumnKind.NAME
_SOURCES = dict(next(column for column in FUNDS.columns if column.key == "source").choices)
_UNIT_NAMES = (
    "实施单位",
    "预算单位",
    "预算单位名称",
    "单位名称",
    "项目单位",
    "填报单位",
    "部门单位",
)
EXECUTION = TableSpec(
    "预算执行",
    (
        Column("name", "项目名称", _N, ("项目", "预算项目", "预算项目名称", "项目支出"), required=True),
        Column("code", "项目编码", _N, ("项目代码", "项目编号", "预算项目编码", "预算项目代码")),
        Column("unit", "单位", _N, _UNIT_NAMES),
        Column(
            "source", "资金来源", ColumnKind.CHOICE, ("资金性质", "经费来源", "来源"),
            choices=_SOURCES | {
                "一般公共预算": FundingSource.APPROPRIATION.value,
                "一般公共预算资金": FundingSource.APPROPRIATION.value,
                "一般公共预算拨款": FundingSource.APPROPRIATION.value,
                "政府性基金": FundingSource.APPROPRIATION.value,
                "政府性基金预算": FundingSource.APPROPRIATION.value,
            },
        ),
        Column(
            "initial_budget", "年初预算数", ColumnKind.AMOUNT,
            ("年初预算", "年初数", "年初批复数", "年初批复预算", "年初预算批复数"),
        ),
        Column(
            "annual_budget", "全年预算数", ColumnKind.AMOUNT,
            ("全年预算", "调整后预算", "调整后预算数", "调整预算数", "预算数", "预算指标", "年度预算"),
        ),
        Column(
            "executed", "全年执行数", ColumnKind.AMOUNT,
            (
                "执行数", "累计执行数", "累计支出", "累计支出数", "实际支出", "支出数",
                "本年支出", "全年支出", "累计执行", "实际执行",
            ),
            required=True,
        ),
    ),
    ("预算执行表", "预算执行情况表"),
)  # fmt: skip

_TOTAL = re.compile(r"(合计|小计|总计|累计|汇总)$")
_MONEY = re.compile(r"单位:?\s*(?:人民币)?\s*(万元|元)")
_SOURCE_ENDINGS = re.compile(r"(资金|拨款|预算)$")


@dataclass(slots=True)
class ExecutionList:
    """What a file says of executed budgets, in its order. problems: cells that cannot be taken. ignored:
    rows passed over (totals, subtotals) and columns, with the reason. money_unit: what the amounts are
    in; stated: whether the file says so. rows_read: rows below the headings that hold something."""

    rows: list[ExecutionRow] = field(default_factory=list)
    problems: list[CellProblem] = field(default_factory=list)
    ignored: list[Ignored] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    money_unit: MoneyUnit = "元"
    stated: bool = False
    rows_read: int = 0
    blank_rows: int = 0


def read_execution_file(
    data: bytes, *, units: Collection[str] = (), limits: Limits = LIMITS
) -> ExecutionList:
    """The list in a workbook or a CSV file; a workbook is opened by a process of its own. units: names of
    units, whose rows are sums of the projects below them. Raises UnreadableWorkbook; its codes besides
    those of ``read_workbook``: ``csv``, ``template`` (no list in it), ``heavy`` (too many rows)."""
    try:
        tables = [_filled(sheet) for sheet in read_workbook(data, limits)]
    except UnreadableWorkbook as refused:
        if refused.code != "text":
            raise
        tables = [csv_table(data, "CSV")]
    found = read_execution(tables, units=units)
    if not found.rows and not found.problems:
        raise UnreadableWorkbook(
            "template",
            "没有找到预算执行表：要有一行标题，含「项目名称」和「执行数」，以及「年初预算」「全年预算」中的一列",
        )
    if len(found.rows) > MOST_ROWS:
        raise UnreadableWorkbook(
            "heavy", f"有 {len(found.rows)} 行，一次最多 {MOST_ROWS} 行，请分开上传"
        )
    return found


def read_execution(tables: Iterable[Table], *, units: Collection[str] = ()) -> ExecutionList:
    """The lists on all visible sheets. Never raises."""
    answer = ExecutionList()
    known = frozenset(folded_name(unit) for unit in units)
    units_of_money: set[MoneyUnit] = set()
    for table in tables:
        if not table.rows:
            continue
        if table.hidden:
            answer.skipped.append(Skipped(table.name, "是隐藏的工作表"))
            continue
        found = find_table(table, EXECUTION)
        if found is None or not {"name", "executed"} <= found.places.keys():
            answer.skipped.append(Skipped(table.name, "没有「项目名称」和「执行数」的标题行"))
            continue
        _Reader(table, found, known, answer).read()
        units_of_money |= {row.money_unit for row in answer.rows if row.money_unit}
    if len(units_of_money) == 1:
        answer.money_unit, answer.stated = units_of_money.pop(), True
    elif units_of_money:  # each row says its own
        answer.stated = all(row.money_unit for row in answer.rows)
    return answer


class _Reader:
    def __init__(
        self, table: Table, found: FoundTable, units: frozenset[str], answer: ExecutionList
    ) -> None:
        self.table, self.found, self.units, self.answer = table, found, units, answer
        self.readers: dict[str, Read] = {
            column.key: reader_of(column)
            for column in EXECUTION.columns
            if column.key in found.places
        }
        self.money = _money_of(table, found)
        self.below = ""  # the unit whose row stands above

    def read(self) -> None:
        found, answer = self.found, self.answer
        answer.rows_read += len(found.rows)
        answer.blank_rows += found.blank_rows
        for letters, heading, reason in found.ignored:
            answer.ignored.append(Ignored(found.name, "columns", f"{letters}（{heading}）", reason))
        for number, cells in found.rows:
            self.read_row(number, cells)

    def read_row(self, number: int, cells: Sequence[CellValue]) -> None:
        name, code, unit = (self.text(cells, key) for key in ("name", "code", "unit"))
        if why := self.is_sum(name, code, unit):
            self.answer.ignored.append(Ignored(self.found.name, "rows", str(number), why))
            return
        if not name and not code:
            if any(self.read_cell(cells, key) is not None for key in AMOUNTS):
                self.complain(number, "name", "", "有金额，没有项目名称")
            return
        taken = self.values(number, cells)
        if taken is None:
            return
        amounts, source = taken
        if not amounts:
            self.answer.ignored.append(
                Ignored(self.found.name, "rows", str(number), f"「{name or code}」没有金额")
            )
            return
        self.answer.rows.append(
            ExecutionRow(
                number=len(self.answer.rows) + 1,
                sheet=self.found.name,
                row=number,
                name=name,
                code=code,
                unit=unit or self.below,
                source=source,
                amounts=amounts,
                cells={
                    key: self.found.address(number, key)
                    for key in ("name", *AMOUNTS)
                    if key in self.found.places
                },
                money_unit=self.money,
            )
        )

    def values(
        self, number: int, cells: Sequence[CellValue]
    ) -> tuple[dict[str, Decimal], str] | None:
        """The amounts of a row and their source; None where a cell of them cannot be taken."""
        amounts: dict[str, Decimal] = {}
        source, sound = "", True
        for key in (*AMOUNTS, "source"):
            value = self.read_cell(cells, key)
            if isinstance(value, Decimal) and value < 0 and key != "executed":
                value = Wrong(str(value), "预算不能是负数")
            if isinstance(value, Wrong):
                self.complain(number, key, value.found, value.expected)
                sound = False
            elif isinstance(value, Decimal):
                amounts[key] = value
            elif isinstance(value, str):
                source = value
        return (amounts, source) if sound else None

    def is_sum(self, name: str, code: str, unit: str) -> str:
        """Why the row is none of a project, "" where it is one."""
        first = name or unit or code
        if _TOTAL.search(folded_name(first)):
            return f"「{first}」是合计或小计行"
        if not name and unit and not code:
            self.below = unit
            return f"「{unit}」是单位的汇总行"
        if folded_name(name) in self.units and not code:
            self.below = name
            return f"「{name}」是单位的汇总行"
        if name and EXECUTION.headings.get(fold(name)) is EXECUTION.columns[0]:
            return "是重复的标题行"
        return ""

    def text(self, cells: Sequence[CellValue], key: str) -> str:
        place = self.found.places.get(key)
        if place is None:
            return ""
        value = text_of(cells[place])
        return " ".join(value.split()) if isinstance(value, str) else value.found

    def read_cell(self, cells: Sequence[CellValue], key: str) -> object:
        place = self.found.places.get(key)
        if place is None or cells[place] is None:
            return None
        value = self.readers[key](cells[place])
        if key == "source" and isinstance(value, Wrong):
            return _SOURCES.get(_SOURCE_ENDINGS.sub("", fold(value.found)), value)
        return value

    def complain(self, row: int, key: str, found: str, expected: str) -> None:
        label = next(column.heading for column in EXECUTION.columns if column.key == key)
        address = self.found.address(row, key)
        self.answer.problems.append(
            CellProblem(self.found.name, address, label, found, expected, key)
        )


def _money_of(table: Table, found: FoundTable) -> MoneyUnit | None:
    """What the amounts are in: told by the headings, or above them; None where nothing tells."""
    stated = {found.money_units.get(key) for key in AMOUNTS} - {None}
    if len(stated) == 1:
        return "万元" if stated.pop() == "万元" else "元"
    for number, cells in table.rows:
        if number > found.heading_row:
            break
        for cell in cells:
            if isinstance(cell, str) and (
                told := _MONEY.search(unicodedata.normalize("NFKC", cell))
            ):
                return "万元" if told[1] == "万元" else "元"
    return None


def with_money_unit(found: ExecutionList, unit: MoneyUnit) -> ExecutionList:
    """The same with the amounts taken for amounts in that unit, where the file does not say."""
    rows = [replace(row, money_unit=row.money_unit or unit) for row in found.rows]
    return replace(found, rows=rows)


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
            for row in range(span.top + 1, span.bottom + 1):
                if row in rows:
                    put(row, span.left, _plain(first))
    return Table(sheet.name, sheet.hidden, sorted(rows.items()))


def _plain(cell: SheetCell) -> CellValue:
    if cell.problem:
        return Faulty(cell.text, cell.problem)
    if cell.format != GENERAL and isinstance(cell.value, Decimal):
        return Formatted(cell.value, cell.format)
    return cell.value
