"""Workbooks changed at random, 200 in each run: a document that says what the sheet shows with everything
else named, or problems, or a refusal. Never anything else."""

from __future__ import annotations

import random
import re
import unicodedata
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from io import BytesIO
from unittest.mock import patch

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from perfgoals.common.workbooks.cells import ReadSheet, SheetCell, sheet_from_plain
from perfgoals.common.workbooks.child import parse
from perfgoals.common.workbooks.container import Limits, UnreadableWorkbook
from perfgoals.common.workbooks.labels import Wording, fold, is_sign, wording
from perfgoals.common.workbooks.tables import Table
from scoring.workbooks import reading
from scoring.workbooks.files import FileKind, ReadFile, ReadForm
from scoring.workbooks.reading import OfficialRead, read_file
from scoring.workbooks.telling import found_at
from tests.workbooks.binary_writer import as_xlsb
from tests.workbooks.office import published_form, put_in_row, saved, take_out_row, written
from tests.workbooks.test_department_sheets import EVALUATION, SICHUAN, sheet_of

EXAMPLES = 200
IN_CHILD = 20  # one of so many goes through the true reading process

BASES = [
    written(published_form("交通工具购置及更新", 2024), form=3, version=2),
    written(published_form("三江路监测大楼业务网络通讯费", 2020)),
    saved(sheet_of(EVALUATION)),
    saved(
        sheet_of(
            [
                *SICHUAN,
                ["产出指标", "数量指标", "份数", "≥", 3, "份", 3, 50, 50],
                ["产出指标", "质量指标", "合格率", "≥", 95, "%", 96, 40, 40],
            ]
        )
    ),
]

VALUES = [
    None, "", "  ", 0, -1, 1.5, 0.85, 1e300, 123456789012345678, True, date(2024, 2, 29),
    datetime.fromisoformat("2024-01-01T12:30"), "≥85%", "１２３", "1,234.50", "abc", "……", "-", "—", "无",
    "指标3", "=1/0", "=A1", "#N/A", "项目名称", "三级指标", "总分", "合计", "单位：元", "单位：万元",
    "2019年度",
    "年初预算数", "x" * 40_000, "表", "其中：", "perfgoals:1;kind=declaration", "perfgoals:7;kind=x",
    "\u200b", "甲\n乙", "注：无", "项目名称：丙", "（）",
]  # fmt: skip
FORMATS = [
    "General",
    "0%",
    "0.00",
    '0"份"',
    "yyyy-mm-dd",
    "@",
    ";;;",
    "#,##0,",
    "[红色]0.0_);(0.0)",
]

Change = Callable[[Worksheet, random.Random], None]


def place(sheet: Worksheet, chance: random.Random) -> tuple[int, int]:
    return chance.randint(1, sheet.max_row + 1), chance.randint(1, sheet.max_column + 1)


def put(sheet: Worksheet, chance: random.Random) -> None:
    cell = sheet.cell(*place(sheet, chance))
    with suppress(AttributeError):  # covered by a merged cell
        cell.value = chance.choice(VALUES)


def reformat(sheet: Worksheet, chance: random.Random) -> None:
    sheet.cell(*place(sheet, chance)).number_format = chance.choice(FORMATS)


def retype(sheet: Worksheet, chance: random.Random) -> None:
    """A number becomes a text, a text with a number a number."""
    cell = sheet.cell(*place(sheet, chance))
    with suppress(AttributeError, TypeError, ValueError):
        cell.value = str(cell.value) if isinstance(cell.value, int | float) else float(cell.value)


def swap(sheet: Worksheet, chance: random.Random) -> None:
    one, other = (sheet.cell(*place(sheet, chance)) for _ in range(2))
    with suppress(AttributeError):
        one.value, other.value = other.value, one.value


def swap_rows(sheet: Worksheet, chance: random.Random) -> None:
    one, other = (chance.randint(1, sheet.max_row) for _ in range(2))
    for column in range(1, sheet.max_column + 1):
        with suppress(AttributeError):
            first, second = sheet.cell(one, column), sheet.cell(other, column)
            first.value, second.value = second.value, first.value


def swap_columns(sheet: Worksheet, chance: random.Random) -> None:
    one, other = (chance.randint(1, sheet.max_column) for _ in range(2))
    for row in range(1, sheet.max_row + 1):
        with suppress(AttributeError):
            first, second = sheet.cell(row, one), sheet.cell(row, other)
            first.value, second.value = second.value, first.value


def merge(sheet: Worksheet, chance: random.Random) -> None:
    row, column = place(sheet, chance)
    sheet.merge_cells(
        start_row=row, start_column=column,
        end_row=row + chance.randint(0, 3), end_column=column + chance.randint(0, 3),
    )  # fmt: skip


def unmerge(sheet: Worksheet, chance: random.Random) -> None:
    if spans := sorted(span.coord for span in sheet.merged_cells.ranges):
        with suppress(KeyError):
            sheet.unmerge_cells(chance.choice(spans))


def insert(sheet: Worksheet, chance: random.Random) -> None:
    with suppress(AttributeError, KeyError, ValueError):
        put_in_row(
            sheet, chance.randint(1, sheet.max_row), {chance.randint(1, 8): chance.choice(VALUES)}
        )


def remove(sheet: Worksheet, chance: random.Random) -> None:
    with suppress(AttributeError, KeyError, ValueError):
        take_out_row(sheet, chance.randint(1, sheet.max_row))


def hide(sheet: Worksheet, chance: random.Random) -> None:
    sheet.row_dimensions[chance.randint(1, sheet.max_row)].hidden = True
    sheet.column_dimensions[chance.choice("ABCDEFG")].hidden = True


CHANGES: list[Change] = [
    *[put] * 4, reformat, retype, swap, swap_rows, swap_columns, merge, unmerge, insert, remove, hide,
]  # fmt: skip


def changed(seed: int) -> bytes:
    chance = random.Random(seed)
    workbook = load_workbook(BytesIO(chance.choice(BASES)))
    sheet = workbook.worksheets[0]
    for _ in range(chance.randint(1, 6)):
        chance.choice(CHANGES)(sheet, chance)
    return saved(workbook)


# -- what must hold ----------------------------------------------------------------------------------


def in_process(
    data: bytes, limits: Limits, names: frozenset[str], heard: object = None, took: object = None
) -> tuple[list[ReadSheet], list[Table]]:
    """The reading without its process, which costs most of the time."""
    del names, heard, took
    return [sheet_from_plain(sheet) for sheet in parse(data, limits)], []


def read(data: bytes, *, in_child: bool) -> ReadFile | None:
    """None where the workbook is refused, with a Chinese sentence."""
    refused = ""
    try:
        if in_child:
            return read_file(data, name="改过的.xlsx")
        with patch.object(reading, "read_sheets_or_tables", in_process):
            return read_file(data, name="改过的.xlsx")
    except UnreadableWorkbook as error:
        refused = error.message
    assert "一" <= refused[0] <= "龥", refused
    return None


@settings(
    max_examples=EXAMPLES, deadline=None, derandomize=True, database=None,
    phases=[Phase.generate], suppress_health_check=list(HealthCheck),
)  # fmt: skip
@given(st.integers(0, 10**9))
def test_a_changed_workbook_is_read_as_it_shows_or_something_is_said(seed: int) -> None:
    check(seed)


def check(seed: int) -> None:
    data = changed(seed)
    if seed % 7 == 0:
        with suppress(TypeError, ValueError):  # what that small writer does not know
            data = as_xlsb(data)
    in_child = seed % IN_CHILD == 0
    file = read(data, in_child=in_child)
    if file is None:
        return
    for form in file.forms:
        for problem in form.problems:
            assert re.search("[一-龥]", problem.message)
        assert form.document is not None or form.problems
    if file.kind is FileKind.OFFICIAL:
        sheets = {sheet["name"]: sheet_from_plain(sheet) for sheet in parse(data, Limits())}
        for form in file.forms:
            if form.document is not None:
                says_what_is_shown(form, sheets[form.sheet])
                names_all_else(form, sheets[form.sheet], file)


def says_what_is_shown(form: ReadForm, sheet: ReadSheet) -> None:
    """Each cell of the document is the one of the sheet that it is said to be."""
    assert form.document is not None
    for path, where in form.places.items():
        if path.endswith((".target", ".actual")) and form.remarks is not None and is_joined(form):
            continue
        value = found_at(form.document, path)
        cell = sheet.at(*position(where.cell))
        shown = cell.text if cell is not None else ""
        if not value and (fold(shown) in wording_of(form).known or shown.startswith("perfgoals:")):
            continue  # the label, or the mark, that follows at once
        if not value and cell is not None and cell.address in " ".join(form.remarks):
            continue  # a number in a merged cell, which counts once
        if path.endswith((".level1", ".level2")) and cell and isinstance(cell.value, str):
            shown = re.sub(r"[（(]\d+分?[)）]$", "", "".join(shown.split()))
        assert same(value, shown, cell) or path.endswith(("_goal", "outcome")), (path, value, shown)


def wording_of(form: ReadForm) -> Wording:
    assert isinstance(form, OfficialRead)
    assert form.found is not None
    return wording(form.found.layout)


def is_joined(form: ReadForm) -> bool:
    assert isinstance(form, OfficialRead)
    assert form.found is not None
    return any(row.comparison or row.measure for row in form.found.rows)


def same(value: str, shown: str, cell: SheetCell | None) -> bool:
    text = unicodedata.normalize("NFKC", shown)
    if value == shown or value == shown[:80] + "…" or (not value and text.strip() in SIGNS):
        return True
    inline = text.partition(":")[2].strip()
    if inline and unicodedata.normalize("NFKC", value) == inline:
        return True
    with suppress(InvalidOperation):
        exact = cell.value if cell is not None and isinstance(cell.value, Decimal) else None
        if exact is not None and Decimal(value) in (exact, exact * 100):
            return True
        return Decimal(value) == Decimal(text.strip(" ¥%").replace(",", ""))
    return (
        cell is not None and isinstance(cell.value, date) and value == cell.value.isoformat()[:10]
    )


SIGNS = ("", "-", "—", "——", "–", "―", "/", "无", "…", "...")


def names_all_else(form: ReadForm, sheet: ReadSheet, file: ReadFile) -> None:
    """What stands below the title and went into no cell of the document is a label, or named."""
    assert isinstance(form, OfficialRead)
    found = form.found
    assert found is not None
    used = {place.cell for place in form.places.values()}
    words = wording(found.layout)
    known = words.known | words.head_words.keys() | words.closing_words.keys()
    told = " ".join([*(str(asdict(one)) for one in file.ignored), *form.remarks])
    columns = {
        n for one in file.ignored if one.what == "columns" for n in [one.where.partition("（")[0]]
    }
    rows = {
        n
        for one in file.ignored
        if one.what == "rows"
        for n in re.findall(r"\d+", one.where.partition("（")[0])
    }
    joined = {
        c.address for row in found.rows for c in (row.comparison, row.measure) if c is not None
    }
    codes = {row.code for row in found.rows}
    for cell in sheet.in_order():
        if not name_row(found.cells, found.first_row) <= cell.row <= found.last_row:
            continue
        if cell.address in used | joined or str(cell.row) in rows or cell.text in codes:
            continue
        letters = re.sub(r"\d", "", cell.address)
        if (
            letters in columns
            or cell.address in told
            or fold(cell.text) in known
            or is_sign(cell.text)
        ):
            continue
        assert is_heading(cell, form), (cell.address, cell.text[:50], told[:500])


def name_row(cells: object, first: int) -> int:
    assert isinstance(cells, dict)
    name = cells.get("project.name")
    return name.row if name is not None else first


def is_heading(cell: SheetCell, form: ReadForm) -> bool:
    """A heading of a column that is read, the mark, or a part of a goal that is told in several rows."""
    document = form.document
    goals = " ".join(
        str(getattr(document, name, ""))
        for name in ("overall_goal", "annual_goal", "expected_goal", "actual_outcome")
    )
    text = cell.text
    heads = ("指标性质", "度量单位", "行码")
    return text in goals or text.startswith("perfgoals:") or fold(text) in heads


def position(address: str) -> tuple[int, int]:
    letters = re.sub(r"\d", "", address)
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - 64
    return int(address[len(letters) :]), column
