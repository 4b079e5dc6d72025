"""Flat tables as sheets of a workbook, row after row: made for a hundred thousand of them.

Rows are written as they come and not kept (``rows``). A number stands as a number where reading it back
with two decimals gives what was printed, else as text, which keeps what was printed ("10" of an old
form).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from openpyxl import Workbook
from openpyxl.cell.cell import Cell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.utils.indexed_list import IndexedList
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.properties import PageSetupProperties

from perfgoals.common.workbooks.tables.rows import RowColumn, SharedTexts, SheetRows, with_rows
from perfgoals.common.workbooks.tables.spec import NUMBERS, Column, ColumnKind, TableSpec
from perfgoals.common.workbooks.writer import (
    DAY_FORMAT,
    TEXT_FORMAT,
    CellRefused,
    put_text,
    put_value,
    sheet_title,
    workbook_bytes,
)

OPTIONS = "选项"
"""Name of the hidden sheet with the lists to choose from."""

_FONT, _SIZE = "宋体", 10
_A3, _A4 = 8, 9
_LAST_ROW = 1_048_576
_THIN = Side(style="thin", color="BFC5CF")
_BORDER = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)
_HEAD = PatternFill("solid", fgColor="DCE4F0")
_REQUIRED = PatternFill("solid", fgColor="B9CBE6")
_SYSTEM = PatternFill("solid", fgColor="E4E4E4")
_WRAPPED = 20  # a column at least so wide breaks its lines
_NAMEABLE = re.compile(r"[\w.]+")
_FORMATS = {
    ColumnKind.AMOUNT: "#,##0.00####",
    ColumnKind.RATE: "0.00##",
    ColumnKind.POINTS: "0.00##",
    ColumnKind.DAY: DAY_FORMAT,
    ColumnKind.YEAR: "0",
    ColumnKind.WHOLE: "0",
}
_HORIZONTAL = dict.fromkeys(NUMBERS, "right") | dict.fromkeys(
    (ColumnKind.DAY, ColumnKind.YEAR, ColumnKind.WHOLE), "center"
)


@dataclass(frozen=True, slots=True)
class Offer:
    """What is offered to choose from in a column. below: where that depends on the column ``parent``,
    the names under each name of it."""

    names: Sequence[str]
    parent: str = ""
    below: Mapping[str, Sequence[str]] = field(default_factory=dict)


class TablesWriter:
    """A workbook of flat tables. First the pages of words, then the tables, then ``finished``."""

    def __init__(self, title: str) -> None:
        self.workbook = Workbook()
        self.workbook.remove(self.workbook.worksheets[0])
        # Widths of columns are counted in digits of the default font, the first one of the workbook.
        self.font = Font(name=_FONT, size=_SIZE)
        self.workbook._fonts = IndexedList([self.font])
        self.workbook._named_styles["Normal"].font = self.font
        self.workbook.properties.title = title
        self.workbook.properties.creator = "绩效目标管理"
        self.tables: list[TableWriter] = []
        self.texts = SharedTexts()
        self.lists: dict[tuple[str, ...], str] = {}
        self.named: dict[str, tuple[str, ...]] = {}

    def table(self, spec: TableSpec, offers: Mapping[str, Offer] | None = None) -> TableWriter:
        """A sheet for the table, its headings written. offers: by key of the column; what the columns
        themselves offer needs not be named."""
        own = {c.key: Offer(list(c.offered.values())) for c in spec.columns if c.choices}
        writer = TableWriter(self, spec, own | dict(offers or {}))
        self.tables.append(writer)
        return writer

    def words(
        self,
        name: str,
        rows: Iterable[Sequence[str]],
        widths: Sequence[float],
        *,
        hidden: bool = False,
    ) -> None:
        """A sheet of texts. A row of one text is a heading."""
        sheet = self.workbook.create_sheet(sheet_title(name, self.workbook.sheetnames))
        for column, width in enumerate(widths, 1):
            sheet.column_dimensions[get_column_letter(column)].width = width
        if hidden:
            sheet.sheet_state = "hidden"
        else:
            sheet.sheet_view.showGridLines = False
            _set_up_page(sheet, portrait=True)
        for row in rows:
            cells = [self.cell(sheet, text, bold=len(row) == 1, wrap=len(row) > 1) for text in row]
            sheet.append(cells)

    def cell(self, sheet: Any, text: str, *, bold: bool = False, wrap: bool = False) -> Any:
        cell = Cell(sheet, 1, 1)
        put_text(cell, text)
        cell.font = Font(name=_FONT, size=_SIZE, bold=True) if bold else self.font
        cell.alignment = Alignment(vertical="top", wrap_text=wrap)
        return cell

    def list_of(self, names: Sequence[str], wanted: str = "") -> str:
        """The defined name under which the names are listed."""
        key = tuple(names)
        name = wanted or self.lists.get(key, "")
        if not name:
            name = f"选项_{len(self.named) + 1}"
            self.lists[key] = name
        self.named[name] = key
        return name

    def finished(self) -> bytes:
        """The workbook (.xlsx)."""
        for table in self.tables:
            table.finish()
        if self.named:
            self._write_lists()
        numbers = {name: place for place, name in enumerate(self.workbook.sheetnames, 1)}
        rows = {
            f"xl/worksheets/sheet{numbers[table.sheet.title]}.xml": table.body
            for table in self.tables
        }
        return with_rows(workbook_bytes(self.workbook), rows, self.texts)

    def _write_lists(self) -> None:
        sheet = self.workbook.create_sheet(OPTIONS)
        sheet.sheet_state = "hidden"
        columns = list(self.named.values())
        for row in range(max(len(column) for column in columns)):
            sheet.append([self._option(sheet, c[row]) if row < len(c) else None for c in columns])
        for number, (name, column) in enumerate(self.named.items(), 1):
            letter = get_column_letter(number)
            place = f"'{OPTIONS}'!${letter}$1:${letter}${len(column)}"
            self.workbook.defined_names[name] = DefinedName(name, attr_text=place)

    def _option(self, sheet: Any, name: str) -> Any:
        """A name to choose; a year is a number, as the cells are for which it is chosen."""
        if not name.isdecimal():
            return self.cell(sheet, name)
        cell = Cell(sheet, 1, 1)
        put_value(cell, Decimal(name), "0")
        return cell


class TableWriter:
    """A sheet of a ``TablesWriter``, written row after row."""

    def __init__(self, book: TablesWriter, spec: TableSpec, offers: Mapping[str, Offer]) -> None:
        self.book, self.spec, self.offers = book, spec, offers
        book_names = book.workbook.sheetnames
        self.sheet = book.workbook.create_sheet(sheet_title(spec.name, book_names))
        self.letters = {
            column.key: get_column_letter(number) for number, column in enumerate(spec.columns, 1)
        }
        self.sheet.freeze_panes = f"{get_column_letter(spec.frozen + 1)}2"
        _set_up_page(self.sheet, portrait=False)
        self.sheet.print_title_rows = "1:1"
        self.body = SheetRows([self._column(c) for c in spec.columns], book.texts, first=2)
        self._write_head()

    def _column(self, column: Column) -> RowColumn:
        code = _FORMATS.get(column.kind, TEXT_FORMAT)
        wraps = code == TEXT_FORMAT and column.width >= _WRAPPED
        alignment = Alignment(
            horizontal=_HORIZONTAL.get(column.kind), vertical="top", wrap_text=wraps
        )
        cell = Cell(self.sheet, 1, 1)
        # Cells that are still blank look like those that are not.
        dimension = self.sheet.column_dimensions[self.letters[column.key]]
        cell.font = dimension.font = self.book.font
        cell.alignment = dimension.alignment = alignment
        dimension.width = column.width
        dimension.number_format = code
        if column.system:
            cell.fill = dimension.fill = _SYSTEM
        return RowColumn(cell, code, column.width if wraps else 0, column.kind in NUMBERS)

    def _write_head(self) -> None:
        heads = []
        for column in self.spec.columns:
            cell = self.book.cell(self.sheet, column.heading, bold=True)
            cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
            cell.border = _BORDER
            cell.fill = _SYSTEM if column.system else _REQUIRED if column.required else _HEAD
            note = "必填。" * column.required + column.note
            if note:
                cell.comment = Comment(note, "绩效目标管理", height=90, width=260)
            heads.append(cell)
        self.sheet.row_dimensions[1].height = 30
        self.sheet.append(heads)

    def add(self, values: Sequence[Any]) -> None:
        """Write a row: texts, numbers, dates, None, in the order of the columns. Raises CellRefused,
        which names the cell."""
        try:
            self.body.add(values)
        except CellRefused as error:
            raise CellRefused(f"工作表「{self.spec.name}」{error}") from error

    def finish(self) -> None:
        last = get_column_letter(len(self.spec.columns))
        self.sheet.auto_filter.ref = f"A1:{last}{self.body.row}"
        for column in self.spec.columns:
            if column.key in self.offers:
                self._offer(column, self.offers[column.key])

    def _offer(self, column: Column, offer: Offer) -> None:
        if not offer.names:
            return
        formula = self.book.list_of(offer.names)
        if offer.parent in self.letters:
            for name, below in offer.below.items():
                if below and _NAMEABLE.fullmatch(name):
                    self.book.list_of(below, wanted=f"{column.key}_{name}")
            formula = f'INDIRECT("{column.key}_"&${self.letters[offer.parent]}2)'
        only = column.kind is ColumnKind.CHOICE
        validation = DataValidation(
            type="list", formula1=formula, allow_blank=True, showErrorMessage=only
        )
        if only:
            validation.errorTitle = column.heading
            validation.error = f"请从列表中选择：{'、'.join(offer.names)}"[:220]
        letter = self.letters[column.key]
        validation.add(f"{letter}2:{letter}{_LAST_ROW}")
        self.sheet.data_validations.append(validation)


def _set_up_page(sheet: Any, *, portrait: bool) -> None:
    sheet.page_setup.paperSize = _A4 if portrait else _A3
    sheet.print_options.gridLines = not portrait
    sheet.page_setup.orientation = "portrait" if portrait else "landscape"
    sheet.page_setup.fitToWidth = 1
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    margins = sheet.page_margins
    margins.left = margins.right = 10 / 25.4
    margins.top = margins.bottom = 15 / 25.4
    sheet.oddFooter.center.text = "&A  第 &P 页 共 &N 页"
    sheet.oddFooter.center.size = 8
