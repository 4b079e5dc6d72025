"""The rows of a list of executed budgets: projects, the sources of their money, and what is neither."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

from perfgoals.common.workbooks.cells import column_letters
from perfgoals.common.workbooks.filling import CellProblem
from perfgoals.common.workbooks.labels import fold
from perfgoals.common.workbooks.tables.reading import Read, Wrong, reader_of, text_of
from perfgoals.common.workbooks.tables.table import CellValue
from projects.models import FundingSource
from scoring.services.execution_lists import ExecutionRow, folded_name
from scoring.workbooks.execution.columns import EXECUTION, source_meant
from scoring.workbooks.execution.headings import Headed
from scoring.workbooks.files import Ignored

_TOTAL = re.compile(r"(合计|小计|总计)$")
_TOTALS = frozenset({"累计", "汇总", "本页", "本年"})
_OF_THESE = re.compile(r"^\s*其中\s*[:：]?\s*")
_COLUMNS = {column.key: column for column in EXECUTION.columns}


class RowReader:
    """Reads the rows of one sheet.

    units: folded names of known units, whose rows are sums of the projects below them. rows, problems,
    ignored: what was found.
    """

    def __init__(self, found: Headed, units: frozenset[str]) -> None:
        self.found, self.units = found, units
        self.readers: dict[str, Read] = {key: reader_of(one) for key, one in _COLUMNS.items()}
        self.rows: list[ExecutionRow] = []
        self.problems: list[CellProblem] = []
        self.ignored: list[Ignored] = []
        sheet = found.name if folded_name(found.name) in units else ""
        self.below = sheet  # the unit whose row stands above
        self.last: tuple[str, str, str] | None = None  # name, code and unit of the project above
        self.is_summed = False  # whether the row above is a sum, of which the next are parts
        self.broken: set[tuple[str, str, str]] = set()  # projects with a cell that cannot be taken

    def read(self) -> None:
        for number, cells in self.found.rows:
            self.read_row(number, cells)

    def sound_rows(self) -> list[ExecutionRow]:
        """The rows of projects of which every row could be taken: with a part of the money a form would be
        filled wrongly."""
        sound = []
        for row in self.rows:
            if (row.name, row.code, row.unit) in self.broken:
                self.pass_over(row.row, f"「{row.name or row.code}」另有不能读取的单元格")
            else:
                sound.append(row)
        return sound

    def read_row(self, number: int, cells: Sequence[CellValue]) -> None:
        shown = self.text(cells, "name")
        name = _OF_THESE.sub("", shown)
        code, unit = self.text(cells, "code"), self.text(cells, "unit")
        if why := self.is_sum(name, code, unit, cells):
            self.is_summed = True
            self.pass_over(number, why)
            return
        told = "" if code or "source" in self.found.places else source_meant(name)
        if told and self.last is not None:
            self.take(number, cells, *self.last, source=told)
        elif shown != name and self.last is not None and not self.is_summed and not code:
            self.pass_over(number, f"「{shown}」是「{self.last[0]}」的其中数")
        elif name or code:
            self.is_summed = False
            self.last = (name, code, unit or self.below)
            self.take(number, cells, *self.last)
        elif any(self.amounts_in(cells)):
            self.take_nameless(number, cells)

    def take_nameless(self, number: int, cells: Sequence[CellValue]) -> None:
        """A row with amounts alone: a further source of the project above, where it names one."""
        source = self.cell(cells, "source")
        if self.last is not None and isinstance(source, str) and source and not self.is_summed:
            self.take(number, cells, *self.last)
        else:
            self.complain(number, "name", self.found.places["name"], "", "有金额，没有项目名称")

    def take(
        self,
        number: int,
        cells: Sequence[CellValue],
        name: str,
        code: str,
        unit: str,
        source: str = "",
    ) -> None:
        said = source or self.source_of(number, cells)
        read = [
            (block, places, self.amounts(number, cells, places))
            for block, places in self.found.blocks.items()
        ]
        if said is None or any(amounts is None for *_, amounts in read):
            self.broken.add((name, code, unit))
            return
        for block, places, amounts in read:
            if not amounts:
                continue
            addresses = {"name": self.address(number, self.found.places["name"])}
            addresses |= {key: self.address(number, place) for key, place in places.items()}
            self.rows.append(
                ExecutionRow(
                    number=0,
                    sheet=self.found.name,
                    row=number,
                    name=name,
                    code=code,
                    unit=unit,
                    source=block or said,
                    amounts=amounts,
                    cells=addresses,
                    money_unit=self.found.money_unit,
                )
            )
        if not any(amounts for *_, amounts in read):
            self.pass_over(number, f"「{name or code}」没有金额")

    def source_of(self, number: int, cells: Sequence[CellValue]) -> str | None:
        """The source that the row names, "" for none or for the total; None where it cannot be told."""
        value = self.cell(cells, "source")
        if isinstance(value, Wrong):
            self.complain(
                number, "source", self.found.places["source"], value.found, value.expected
            )
            return None
        return value if isinstance(value, str) and value != FundingSource.TOTAL.value else ""

    def amounts(
        self, number: int, cells: Sequence[CellValue], places: dict[str, int]
    ) -> dict[str, Decimal] | None:
        """The amounts of a row; None where a cell of them cannot be taken."""
        amounts: dict[str, Decimal] = {}
        sound = True
        for key, place in places.items():
            value = self.at(cells, key, place)
            if isinstance(value, Decimal) and value < 0 and key != "executed":
                value = Wrong(str(value), "预算不能是负数")
            if isinstance(value, Wrong):
                self.complain(number, key, place, value.found, value.expected)
                sound = False
            elif isinstance(value, Decimal):
                amounts[key] = value
        return amounts if sound else None

    def amounts_in(self, cells: Sequence[CellValue]) -> list[bool]:
        return [
            self.at(cells, key, place) is not None
            for places in self.found.blocks.values()
            for key, place in places.items()
        ]

    def is_sum(self, name: str, code: str, unit: str, cells: Sequence[CellValue]) -> str:
        """Why the row is none of a project, "" where it is one."""
        if not code:
            for text in (name, unit, *([] if name else self.words_of(cells))):
                folded = folded_name(text)
                if _TOTAL.search(folded) or folded in _TOTALS:
                    return f"「{text}」是合计或小计行"
        if not name and unit and not code and "source" not in self.found.places:
            self.below = unit
            return f"「{unit}」是单位的汇总行"
        if folded_name(name) in self.units and not code:
            self.below = name
            return f"「{name}」是单位的汇总行"
        if name and EXECUTION.headings.get(fold(name)) is _COLUMNS["name"]:
            return "是重复的标题行"
        return ""

    def words_of(self, cells: Sequence[CellValue]) -> list[str]:
        """The texts before the first amount: 合计 may stand under any heading."""
        first = min(min(places.values()) for places in self.found.blocks.values())
        return [cell for cell in cells[:first] if isinstance(cell, str) and cell.strip()]

    # Cells

    def text(self, cells: Sequence[CellValue], key: str) -> str:
        place = self.found.places.get(key)
        if place is None or place >= len(cells):
            return ""
        value = text_of(cells[place])
        return " ".join(value.split()) if isinstance(value, str) else value.found

    def cell(self, cells: Sequence[CellValue], key: str) -> object:
        place = self.found.places.get(key)
        return None if place is None else self.at(cells, key, place)

    def at(self, cells: Sequence[CellValue], key: str, place: int) -> object:
        if place >= len(cells) or cells[place] is None:
            return None
        value = self.readers[key](cells[place])
        if key == "source" and isinstance(value, Wrong):
            return source_meant(value.found) or value
        return value

    def address(self, row: int, place: int) -> str:
        return f"{column_letters(place + 1)}{row}"

    def complain(self, row: int, key: str, place: int, found: str, expected: str) -> None:
        label = _COLUMNS[key].heading
        address = self.address(row, place)
        self.problems.append(CellProblem(self.found.name, address, label, found, expected, key))

    def pass_over(self, row: int, why: str) -> None:
        self.ignored.append(Ignored(self.found.name, "rows", str(row), why))
