"""The tables of a flat workbook as somebody might have changed them."""

from __future__ import annotations

from typing import Any

from perfgoals.common.workbooks.tables import CellValue, Table
from scoring.documents import FormDocument
from scoring.workbooks.flat import FlatForm, read_flat
from scoring.workbooks.flat.writing import form_rows, tables_of


class Book:
    """The tables of a flat workbook, with cells to be changed before they are read."""

    def __init__(self, *forms: FlatForm) -> None:
        specs = tables_of(None)
        self.tables = {
            spec.name: Table(spec.name, False, [(1, [c.heading for c in spec.columns])])
            for spec in specs
        }
        for number, form in enumerate(forms, 1):
            for spec, row in form_rows(form, number, specs):
                rows = self.tables[spec.name].rows
                rows.append((len(rows) + 1, [None if cell == "" else cell for cell in row]))

    def column(self, sheet: str, heading: str) -> int:
        return self.tables[sheet].rows[0][1].index(heading)

    def put(self, sheet: str, row: int, heading: str, value: CellValue) -> None:
        self.tables[sheet].rows[row - 1][1][self.column(sheet, heading)] = value

    def get(self, sheet: str, row: int, heading: str) -> CellValue:
        return self.tables[sheet].rows[row - 1][1][self.column(sheet, heading)]

    def copy_row(self, sheet: str, row: int) -> int:
        rows = self.tables[sheet].rows
        rows.append((len(rows) + 1, rows[row - 1][1].copy()))
        return len(rows)

    def take_out(self, sheet: str, heading: str) -> None:
        at = self.column(sheet, heading)
        for _, cells in self.tables[sheet].rows:
            del cells[at]

    def read(self) -> Any:
        return read_flat(list(self.tables.values()))

    def messages(self) -> list[str]:
        read = self.read()
        return [
            one.message for one in [*read.problems, *(p for f in read.forms for p in f.problems)]
        ]


def coded(form: FormDocument, start: str = "c") -> Any:
    rows = [
        row.model_copy(update={"code": f"{start}{number}"})
        for number, row in enumerate(form.indicators)
    ]
    return form.model_copy(update={"indicators": rows})


def named(form: FormDocument, name: str) -> Any:
    project = form.project.model_copy(update={"name": name})
    return form.model_copy(update={"project": project})


def mark(**says: str) -> Table:
    words = {"文件类型": "perfgoals 平铺工作簿", "格式版本": "1", "表种": "", "年度": ""} | says
    return Table("系统标记", True, [(n, list(pair)) for n, pair in enumerate(words.items(), 1)])
