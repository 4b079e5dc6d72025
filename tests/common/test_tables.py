"""Flat tables without any form in them: separated values, headings, cells as people type them."""

from __future__ import annotations

import csv
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO, StringIO
from zipfile import ZipFile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from perfgoals.common.workbooks.container import UnreadableWorkbook
from perfgoals.common.workbooks.tables import Faulty, Formatted, Table
from perfgoals.common.workbooks.tables.delimited import (
    csv_bytes,
    csv_table,
    zip_bytes,
    zip_tables,
)
from perfgoals.common.workbooks.tables.reading import Wrong, find_table, reader_of
from perfgoals.common.workbooks.tables.spec import Column, ColumnKind, TableSpec
from perfgoals.common.workbooks.tables.writing import Offer, TablesWriter
from perfgoals.common.workbooks.writer import CellRefused

SPEC = TableSpec(
    "清单",
    (
        Column("code", "编码", ColumnKind.NAME, required=True),
        Column("name", "名称", ColumnKind.TEXT, ("项目名称",), 30, required=True),
        Column("amount", "金额", ColumnKind.AMOUNT),
        Column("rate", "比率（%）", ColumnKind.RATE),
        Column("day", "日期", ColumnKind.DAY),
        Column("kind", "种类", ColumnKind.CHOICE, choices={"甲": "a", "甲种": "a", "乙": "b"}),
    ),
)
COLUMNS = {column.key: column for column in SPEC.columns}


def read(key: str, cell: object) -> object:
    return reader_of(COLUMNS[key])(cell)  # type: ignore[arg-type]


# -- separated values ------------------------------------------------------------------------------


def written_cells(*values: object) -> list[str]:
    data = csv_bytes(["列"] * len(values), [values])
    return list(csv.reader(StringIO(data.decode("utf-8-sig"), newline="")))[1]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_a_text_that_a_spreadsheet_would_run_gets_an_apostrophe(start: str) -> None:
    assert written_cells(f"{start}1+1") == [f"'{start}1+1"]


def test_a_negative_number_stays_a_number() -> None:
    assert written_cells(Decimal("-12.50"), date(2026, 1, 31), None) == ["-12.50", "2026-01-31", ""]


def test_the_file_begins_with_a_byte_order_mark() -> None:
    assert csv_bytes(["项目"], []).startswith(b"\xef\xbb\xbf")


@given(st.lists(st.text(st.characters(codec="utf-8"), min_size=1), min_size=1, max_size=4))
def test_any_text_comes_back(texts: list[str]) -> None:
    table = csv_table(csv_bytes(["列"] * len(texts), [texts]), "表")
    assert table.rows[1] == (2, texts)


def test_a_file_of_a_chinese_spreadsheet_is_read() -> None:
    assert csv_table("编码,名称\r\n1,甲\r\n".encode("gb18030"), "表").rows[1] == (2, ["1", "甲"])


def test_an_archive_gives_a_table_for_each_file() -> None:
    tables = zip_tables(zip_bytes({"甲.csv": csv_bytes(["一"], [["1"]]), "说明.txt": b"-"}))
    assert [(table.name, table.rows) for table in tables] == [("甲", [(1, ["一"]), (2, ["1"])])]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"PK\3\4 broken", "truncated"),
        (zip_bytes({"a.txt": b"x"}), "other"),
        (zip_bytes({"a.csv": b'"never closed'}), "csv"),
        (zip_bytes({"a.csv": b"\xff\xff\xff"}), "encoding"),
    ],
)
def test_an_archive_that_cannot_be_read_says_why(data: bytes, code: str) -> None:
    with pytest.raises(UnreadableWorkbook) as caught:
        zip_tables(data)
    assert caught.value.code == code


def test_an_archive_is_unpacked_no_further_than_allowed() -> None:
    bomb = zip_bytes({"a.csv": b"0" * 5_000_000})
    assert len(bomb) < 10_000
    with pytest.raises(UnreadableWorkbook) as caught:
        zip_tables(bomb, limit=1_000_000)
    assert caught.value.code == "bomb"


# -- headings --------------------------------------------------------------------------------------


def test_headings_are_found_below_a_title_in_any_order_and_spelling() -> None:
    table = Table(
        "清单",
        rows=[
            (1, ["2026 年清单"]),
            (4, ["备注", "项 目\n名 称", "金额（万元）", "编　码：", "金额"]),
            (5, ["x", "甲", Decimal(1), "A1"]),
            (7, ["  ", None, None, "A2"]),
        ],
    )
    found = find_table(table, SPEC)
    assert found is not None
    assert found.heading_row == 4
    assert found.places == {"name": 1, "amount": 2, "code": 3}
    assert found.money_units == {"amount": "万元"}
    assert found.ignored == [
        ("A", "备注", "不属于本表，未读取"),
        ("E", "金额", "与前面的列重复，未读取"),
    ]
    assert [number for number, _ in found.rows] == [5, 7]
    assert found.blank_rows == 1
    assert found.address(5, "amount") == "C5"
    assert [column.heading for column in found.missing] == ["比率（%）", "日期", "种类"]


def test_a_sheet_without_headings_is_no_table() -> None:
    assert find_table(Table("清单", rows=[(1, ["名称"]), (2, ["甲"])]), SPEC) is None


# -- cells -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "amount"),
    [
        (Decimal("3680000"), "3680000.00"),
        (Decimal("0.5"), "0.50"),
        ("1,234,567.80", "1234567.80"),
        ("１２３．４５", "123.45"),
        ("¥ 100", "100"),
        ("100", "100"),
        ("-3.5", "-3.5"),
        (Formatted(Decimal("9.946666666666667"), "0.00"), "9.95"),
    ],
)
def test_amounts_as_people_type_them(cell: object, amount: str) -> None:
    assert str(read("amount", cell)) == amount


@pytest.mark.parametrize("sign", ["—", "-", "/", "无", "   "])
def test_a_sign_for_nothing_is_nothing(sign: str) -> None:
    assert read("amount", sign) is None


@pytest.mark.parametrize(
    "cell",
    ["一百", "12abc", "1,23", True, date(2026, 1, 1), "1e5", Decimal("1e30"), Decimal("NaN")],
)
def test_what_is_no_amount_is_wrong(cell: object) -> None:
    assert isinstance(read("amount", cell), Wrong)


def test_a_rate_is_in_per_cent() -> None:
    assert str(read("rate", Formatted(Decimal("0.9354"), "0.00%"))) == "93.54"
    assert str(read("rate", "93.54%")) == "93.54"
    assert str(read("rate", Decimal("93.54"))) == "93.54"
    wrong = read("amount", Formatted(Decimal("0.5"), "0%"))
    assert wrong == Wrong("50%", "应为金额（数字），不是百分数")


@pytest.mark.parametrize(
    "cell",
    ["2026-01-31", "2026/1/31", "2026年1月31日", "2026.1.31", "２０２６－０１－３１", "20260131",
     date(2026, 1, 31), datetime.fromisoformat("2026-01-31T08:00"), Decimal("20260131")],
)  # fmt: skip
def test_days_in_several_spellings(cell: object) -> None:
    assert read("day", cell) == date(2026, 1, 31)


@pytest.mark.parametrize("cell", ["2026-02-30", "年底", Decimal(3)])
def test_what_is_no_day_is_wrong(cell: object) -> None:
    assert read("day", cell) == Wrong(str(cell), "应为日期（如 2026-01-31）")


def test_a_choice_is_one_of_the_words() -> None:
    assert (read("kind", "甲 种"), read("kind", "乙"), read("kind", " ")) == ("a", "b", None)
    assert read("kind", "丙") == Wrong("丙", "应为 甲、乙 之一")


def test_texts_are_kept_as_they_are_seen() -> None:
    assert read("name", " 甲\n乙 ") == " 甲\n乙 "
    assert read("name", Decimal("85.0")) == "85"
    assert read("name", Formatted(Decimal("0.85"), "0%")) == "85%"
    assert read("name", date(2026, 1, 31)) == "2026-01-31"
    assert read("code", " A1 ") == "A1"


def test_a_cell_without_a_value_says_what_to_do() -> None:
    cell = Faulty("=A1", "请重新保存")
    for key in COLUMNS:
        assert read(key, cell) == Wrong("=A1", "请重新保存")


def test_true_is_not_taken_for_one() -> None:
    reader = reader_of(COLUMNS["amount"])
    assert str(reader(Decimal(1))) == "1.00"
    assert isinstance(reader(True), Wrong)


# -- workbooks -------------------------------------------------------------------------------------


def test_a_workbook_keeps_texts_as_texts_and_numbers_as_numbers() -> None:
    book = TablesWriter("试")
    table = book.table(SPEC)
    texts = ["=1+1", "+1", "-1", "@A1", "#N/A", "007", " 边 ", "一\n二", "<&>", "_x000D_"]
    for number, text in enumerate(texts):
        table.add([f"A{number}", text, Decimal("-5.00"), Decimal("93.54"), date(2026, 1, 31), "甲"])
    sheet = load_workbook(BytesIO(book.finished()))["清单"]
    rows = list(sheet.iter_rows(min_row=2))
    assert [row[1].value for row in rows] == texts
    assert {row[1].data_type for row in rows} == {"s"}
    assert (rows[0][2].value, rows[0][3].value) == (-5, 93.54)
    assert rows[0][4].value == datetime.fromisoformat("2026-01-31")
    assert rows[0][1].number_format == "@"


def test_a_number_as_an_old_form_prints_it_or_too_long_for_a_spreadsheet_is_a_text() -> None:
    book = TablesWriter("试")
    table = book.table(SPEC)
    for amount in ("10", "10.00", "1234567890123456.78"):
        table.add(["A", "甲", Decimal(amount), None, None, None])
    sheet = load_workbook(BytesIO(book.finished()))["清单"]
    assert [row[0] for row in sheet.iter_rows(2, 4, 3, 3, values_only=True)] == [
        "10", 10, "1234567890123456.78",
    ]  # fmt: skip


def test_what_no_cell_can_hold_is_named_with_its_place() -> None:
    table = TablesWriter("试").table(SPEC)
    table.add(["A", "好", None, None, None, None])
    with pytest.raises(CellRefused, match="工作表「清单」B3：文字含有不能写入工作簿的控制字符"):
        table.add(["A", "坏\x01", None, None, None, None])


def test_the_sheet_is_ready_to_be_filled() -> None:
    book = TablesWriter("试")
    book.table(SPEC, {"name": Offer([f"单位{number}" for number in range(500)])})
    data = book.finished()
    workbook = load_workbook(BytesIO(data))
    sheet = workbook["清单"]
    assert [cell.value for cell in sheet[1]] == [
        "编码",
        "名称",
        "金额",
        "比率（%）",
        "日期",
        "种类",
    ]
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == "A1:F1"
    assert sheet.print_title_rows == "$1:$1"
    assert sheet["A1"].comment.text == "必填。"
    assert sheet.column_dimensions["A"].number_format == "@"
    offered = {str(one.sqref): one for one in sheet.data_validations.dataValidation}
    assert set(offered) == {"B2:B1048576", "F2:F1048576"}
    assert offered["F2:F1048576"].showErrorMessage
    assert not offered["B2:B1048576"].showErrorMessage
    options = workbook["选项"]
    assert options.sheet_state == "hidden"
    place = workbook.defined_names[offered["B2:B1048576"].formula1].attr_text
    column = place.split("$")[1]
    assert place == f"'选项'!${column}$1:${column}$500"
    assert options[f"{column}500"].value == "单位499"
    with ZipFile(BytesIO(data)) as archive:
        names = archive.namelist()
        # A range that names the headings alone would hide the rows from who believes it.
        assert b"<dimension" not in archive.read("xl/worksheets/sheet1.xml")
    assert len(names) == len(set(names))
