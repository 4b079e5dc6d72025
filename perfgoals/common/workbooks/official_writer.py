"""An official form as a worksheet: the same grid as page and PDF, ready to be filled, printed and read
back.

Beside the form stands one hidden column: in its first row the mark that says which form this is and in
which version, beside the indicators the codes of their rows. So both move with the rows, and with the
sheet when it is copied into another workbook.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import accumulate
from math import ceil
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, Side
from openpyxl.utils import get_column_letter
from openpyxl.utils.indexed_list import IndexedList
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from perfgoals.common.sheets import LOST, Cell, Row, Sheet
from perfgoals.common.workbooks.marks import CODES, Mark
from perfgoals.common.workbooks.writer import (
    TEXT_FORMAT,
    CellRefused,
    put_text,
    put_value,
    sheet_title,
    workbook_bytes,
)

FONT = "宋体"
SIZE = 10
_WIDTH = 92.0  # of the whole form, in half-width characters: A4 upright between its margins
_LINE = 13.5  # height of a line of text, in points
_PADDING = 5.0
_TALLEST = 400.0  # no row of a spreadsheet may be higher than 409.5 points
_PART = 120.0  # a higher one is made of rows so high, between which a page may end
_FIRST_ROW = 3  # below title and year
_MARGIN = 15 / 25.4  # inches
_MAX_LIST = 255  # characters that a list of choices may have
_THIN = Side(style="thin")
_BORDER = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)
_PERCENT = Decimal(100)


@dataclass(frozen=True, slots=True)
class OfficialSheet:
    """A form to be written. percents: paths whose value is in per cent. codes: of its rows, in their
    order. choices: for a column of the tree (its field) what is offered to choose from."""

    sheet: Sheet
    mark: Mark
    percents: frozenset[str] = frozenset()
    codes: Sequence[str] = ()
    choices: Mapping[str, Sequence[str]] = field(default_factory=dict)


def official_workbook(forms: Iterable[OfficialSheet], *, title: str) -> bytes:
    """One worksheet for each form. Raises CellRefused, which names the form."""
    workbook = Workbook()
    workbook.remove(workbook.worksheets[0])
    _set_default_font(workbook)
    workbook.properties.title = title
    workbook.properties.creator = "绩效目标管理"
    for form in forms:
        name = sheet_title(form.sheet.name, workbook.sheetnames)
        worksheet = workbook.create_sheet(name)
        try:
            _Writer(worksheet, form).write()
        except CellRefused as error:
            raise CellRefused(f"「{form.sheet.name}」{error}") from error
    return workbook_bytes(workbook)


def _set_default_font(workbook: Workbook) -> None:
    """Widths of columns are counted in digits of the default font, the first one of the workbook."""
    font = Font(name=FONT, size=SIZE)
    workbook._fonts = IndexedList([font])
    workbook._named_styles["Normal"].font = font


class _Writer:
    def __init__(self, worksheet: Worksheet, form: OfficialSheet) -> None:
        self.worksheet = worksheet
        self.form = form
        self.sheet = form.sheet
        self.columns = len(form.sheet.columns)
        self.hidden = self.columns + 1
        self.widths = [width * _WIDTH / 100 for width in form.sheet.columns]
        self.rows: list[Row] = list(form.sheet.rows())
        self.heights = self.row_heights()
        # A row that is too high for a spreadsheet becomes several that are merged.
        self.parts = [ceil(h / _PART) if h > _TALLEST else 1 for h in self.heights]
        self.tops = list(accumulate(self.parts, initial=_FIRST_ROW))
        self.fonts = {
            True: Font(name=FONT, size=SIZE, bold=True),
            False: Font(name=FONT, size=SIZE),
        }

    def write(self) -> None:
        self.write_title()
        for row in self.rows:
            for cell in row.cells:
                self.write_cell(cell)
        for number, (height, parts) in enumerate(zip(self.heights, self.parts, strict=True)):
            for part in range(parts):
                self.worksheet.row_dimensions[self.tops[number] + part].height = height / parts
        for column, width in enumerate(self.widths, 1):
            self.worksheet.column_dimensions[get_column_letter(column)].width = round(width, 2)
        self.write_hidden()
        self.offer_choices()
        self.set_up_page()

    # -- cells -------------------------------------------------------------------------------------

    def write_title(self) -> None:
        for row, text, size, height in (
            (1, self.sheet.title, 16, 30),
            (2, self.sheet.subtitle, 11, 18),
        ):
            cell = self.worksheet.cell(row, 1)
            put_text(cell, text)
            cell.font = Font(name=FONT, size=size, bold=row == 1)
            cell.alignment = Alignment(horizontal="center", vertical="center")
            self.worksheet.merge_cells(
                start_row=row, end_row=row, start_column=1, end_column=self.columns
            )
            self.worksheet.row_dimensions[row].height = height

    def write_cell(self, cell: Cell) -> None:
        top, left = self.tops[cell.row], cell.column + 1
        bottom = self.tops[cell.row + cell.rowspan] - 1
        right = cell.column + cell.colspan
        for row in range(top, bottom + 1):
            for column in range(left, right + 1):
                self.worksheet.cell(row, column).border = _BORDER
        target: Any = self.worksheet.cell(top, left)
        number_format = self.number_format(cell)
        try:
            put_value(target, self.value(cell), number_format)
        except CellRefused as error:
            raise CellRefused(f"{target.coordinate}：{error}") from error
        if target.value is None and cell.path:
            target.number_format = number_format
        target.font = self.fonts[cell.kind in ("label", "column", "side")]
        number = cell.kind == "number"
        target.alignment = Alignment(
            horizontal=cell.align,
            vertical="top" if self.is_long(cell) else "center",
            wrap_text=not number,
            shrink_to_fit=number,
            indent=cell.indent if cell.align == "left" else 0,
        )
        if bottom > top or right > left:
            self.worksheet.merge_cells(
                start_row=top, end_row=bottom, start_column=left, end_column=right
            )

    def value(self, cell: Cell) -> Any:
        """What the document holds, so that nothing is lost; what the layout prints elsewhere."""
        if not cell.path:
            return cell.text or None
        if cell.value in (None, ""):
            return LOST if cell.text == LOST else None
        if cell.path in self.form.percents:
            return cell.value / _PERCENT
        return cell.value

    def number_format(self, cell: Cell) -> str:
        """A format with as many decimals as the layout prints."""
        if cell.kind != "number":
            return TEXT_FORMAT
        amount = cell.align == "right"
        places = len(cell.text.rstrip("%").partition(".")[2])
        if cell.path in self.form.percents:
            return f"0.{'0' * max(2, places)}%"
        if not places and not amount:
            return "General"
        # An amount in whole 元 may become one with 分 and must not look rounded then.
        plain = amount and "," not in cell.text and len(cell.text.partition(".")[0]) > 3
        return f"{'0' if plain else '#,##0'}.{'0' * max(2, places)}"

    # -- heights -----------------------------------------------------------------------------------

    def row_heights(self) -> list[float]:
        heights = [19.0] * len(self.rows)
        spanning = []
        for row in self.rows:
            for cell in row.cells:
                if cell.rowspan == 1:
                    heights[cell.row] = max(heights[cell.row], self.cell_height(cell))
                else:
                    spanning.append(cell)
        for cell in sorted(spanning, key=lambda cell: cell.rowspan):
            last = cell.row + cell.rowspan
            missing = self.cell_height(cell) - sum(heights[cell.row : last])
            if missing > 0:
                for number in range(cell.row, last):
                    heights[number] += missing / cell.rowspan
        return heights

    def cell_height(self, cell: Cell) -> float:
        if cell.kind == "number":
            return 0.0
        room = sum(self.widths[cell.column : cell.column + cell.colspan]) - 1.0 - 1.2 * cell.indent
        # Words and numbers are not broken, so a line is rarely full.
        lines = sum(
            max(1, ceil(_units(line) * 1.02 / max(2.0, room))) for line in cell.text.split("\n")
        )
        return lines * _LINE + _PADDING

    def is_long(self, cell: Cell) -> bool:
        """Whether the text is one that is read from the top, beside others of its kind."""
        return cell.align == "left" and self.heights[cell.row] > _PART and cell.kind == "text"

    # -- what surrounds the form -------------------------------------------------------------------

    def write_hidden(self) -> None:
        letter = get_column_letter(self.hidden)
        self.worksheet.column_dimensions[letter].hidden = True
        put_text(self.worksheet.cell(1, self.hidden), str(self.form.mark))
        header = self.tree_header()
        put_text(self.worksheet.cell(self.tops[header], self.hidden), CODES)
        for number, code in enumerate(self.form.codes):
            if code:
                put_text(self.worksheet.cell(self.tops[header + 1 + number], self.hidden), code)

    def tree_header(self) -> int:
        """The number of the header row of the indicator tree."""
        return self.sheet.blocks[-1].header[-1].cells[0].row

    def tree_rows(self) -> tuple[int, int]:
        """First and last row of the indicators in the worksheet."""
        first = self.tree_header() + 1
        count = len(self.sheet.blocks[-1].rows)
        return self.tops[first], self.tops[first + count] - 1

    def offer_choices(self) -> None:
        """Level 1 and 2 may be chosen from a list; other words are allowed, for forms have them."""
        first, last = self.tree_rows()
        for cell in self.rows[self.tree_header() + 1].cells:
            names = self.form.choices.get(cell.path.rpartition(".")[2], ())
            # A list cannot hold names with commas or quotes, nor be long; then people just type.
            names = [name for name in names if "," not in name and '"' not in name]
            if not names or len(",".join(names)) > _MAX_LIST:
                continue
            validation = DataValidation(
                type="list",
                formula1=f'"{",".join(names)}"',
                allow_blank=True,
                showErrorMessage=False,
            )
            letter = get_column_letter(cell.column + 1)
            validation.add(f"{letter}{first}:{letter}{last}")
            self.worksheet.add_data_validation(validation)

    def set_up_page(self) -> None:
        worksheet = self.worksheet
        last = self.tops[-1] - 1
        worksheet.print_area = f"A1:{get_column_letter(self.columns)}{last}"
        header = self.tops[self.tree_header()]
        worksheet.print_title_rows = f"{header}:{header}"
        worksheet.freeze_panes = f"A{_FIRST_ROW + 1}"
        worksheet.page_setup.paperSize = 9
        worksheet.page_setup.orientation = "portrait"
        worksheet.page_setup.fitToWidth = 1
        worksheet.page_setup.fitToHeight = 0
        worksheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
        worksheet.print_options.horizontalCentered = True
        margins = worksheet.page_margins
        margins.left = margins.right = _MARGIN
        margins.top = margins.bottom = 17 / 25.4
        margins.header = margins.footer = 8 / 25.4
        worksheet.oddFooter.center.text = "第 &P 页 共 &N 页"
        worksheet.oddFooter.center.size = 8
        worksheet.sheet_view.showGridLines = False


def _units(text: str) -> float:
    """The width of a text in half-width characters, told generously."""
    return sum(2.0 if character > "\u02ff" else 1.1 for character in text)
