"""The hostile set for .xls, .xlsb and .ods, and for flat tables: always a Chinese sentence, in bounded
time and memory."""

from __future__ import annotations

import random
import struct
import zipfile
from contextlib import suppress
from io import BytesIO

import pytest
from openpyxl import Workbook

from perfgoals.common.workbooks.container import Limits, UnreadableWorkbook
from perfgoals.common.workbooks.reading import read_sheets_or_tables, read_workbook
from perfgoals.common.workbooks.tables.table import Faulty
from scoring.workbooks.reading import read_file
from tests.workbooks.binary_writer import as_xlsb, record, zipped
from tests.workbooks.office import member, published_form, rezipped, saved, written
from tests.workbooks.test_other_formats import sample

XLSX = written(published_form("交通工具购置及更新", 2024))
XLSB = as_xlsb(XLSX)
ODS, XLS = sample("three_forms.ods"), sample("three_forms.xls")
PART = "xl/worksheets/sheet1.bin"


def refusal(data: bytes, limits: Limits | None = None) -> str:
    with pytest.raises(UnreadableWorkbook) as caught:
        read_workbook(data, limits or Limits())
    assert "一" <= caught.value.message[0] <= "龥"
    return caught.value.code


def parts(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def ods_with(old: str, new: str) -> bytes:
    content = member(ODS, "content.xml")
    assert old in content
    return rezipped(ODS, {"content.xml": content.replace(old, new, 1).encode()})


def ods_rows(rows: str) -> bytes:
    """Rows put in at the beginning of the first sheet."""
    return ods_with("<table:table-row", f"{rows}<table:table-row")


@pytest.mark.parametrize("part", [1, 7, 30, 60, 95, 99])
@pytest.mark.parametrize("data", [XLSB, ODS, XLS], ids=["xlsb", "ods", "xls"])
def test_a_truncated_file(data: bytes, part: int) -> None:
    with suppress(UnreadableWorkbook):  # of an .xls nothing but room at its end may be lost
        read_workbook(data[: len(data) * part // 100])
        assert data is XLS


# -- .ods --------------------------------------------------------------------------------------------

VALUE = '<table:table-cell office:value-type="float" office:value="1"'


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        (
            f'<table:table-row table:number-rows-repeated="1048576">{VALUE}/></table:table-row>',
            "far_cell",
        ),
        (
            f'<table:table-row>{VALUE} table:number-columns-repeated="16384"/></table:table-row>',
            "far_cell",
        ),
        (
            f'<table:table-row table:number-rows-repeated="4000">'
            f'{VALUE} table:number-columns-repeated="200"/></table:table-row>',
            "cells",
        ),
        (
            f'<table:table-row table:number-rows-repeated="4000">'
            f'{VALUE} table:number-rows-spanned="999999" table:number-columns-spanned="250"/>'
            "</table:table-row>",
            "merges",
        ),
    ],
)
def test_a_few_bytes_that_stand_for_millions_of_cells(rows: str, code: str) -> None:
    assert refusal(ods_rows(rows)) == code


def test_a_million_blank_rows_that_are_only_formatted_do_no_harm() -> None:
    blank = (
        '<table:table-row table:number-rows-repeated="900000"><table:table-cell/></table:table-row>'
    )
    end = ods_with("</table:table>", f"{blank}</table:table>")
    assert len(read_file(end).forms) == 3


def test_an_entity_bomb_in_an_ods() -> None:
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    bomb = f'<!DOCTYPE x [<!ENTITY l0 "ha">{laughs}]>'
    content = member(ODS, "content.xml")
    head, _, rest = content.partition("?>")
    data = rezipped(ODS, {"content.xml": f"{head}?>{bomb}{rest}".encode()})
    assert refusal(data) in ("entities", "other")


def test_an_ods_with_a_password_or_a_macro() -> None:
    manifest = member(ODS, "META-INF/manifest.xml")
    locked = manifest.replace(
        "</manifest:manifest>", "<manifest:encryption-data/></manifest:manifest>"
    )
    assert refusal(rezipped(ODS, {"META-INF/manifest.xml": locked.encode()})) == "password"
    assert refusal(rezipped(ODS, {"Basic/Standard/Module1.xml": b"<x/>"})) == "macro"


@pytest.mark.parametrize(
    "odd",
    [
        VALUE.replace('"1"', '"1e999"') + "/>",
        VALUE.replace('"1"', '"nan"') + "/>",
        VALUE.replace('"1"', '"zwei"') + "/>",
        '<table:table-cell office:value-type="date" office:date-value="9999-99-99"/>',
        '<table:table-cell office:value-type="time" office:time-value="PT"/>',
        VALUE + ' table:number-columns-repeated="-5"/>',
        VALUE + ' table:style-name="none"/>',
    ],
)
def test_strange_values_in_an_ods_do_no_harm(odd: str) -> None:
    with suppress(UnreadableWorkbook):
        read_file(ods_rows(f"<table:table-row>{odd}</table:table-row>"))


# -- .xlsb -------------------------------------------------------------------------------------------


def xlsb_with(records: bytes) -> bytes:
    """Records put in before the end of the sheet's cells."""
    own = parts(XLSB)
    end = record(146)
    place = own[PART].rindex(end)
    return zipped({**own, PART: own[PART][:place] + records + own[PART][place:]})


def test_a_far_cell_in_an_xlsb() -> None:
    row = record(0, struct.pack("<IIHBB", 1_048_575, 0, 0, 0, 0) + bytes(5))
    cell = record(2, struct.pack("<IIi", 16_383, 0, 6))
    assert refusal(xlsb_with(row + cell)) == "far_cell"


def test_an_xlsb_that_unpacks_to_a_hundred_megabytes() -> None:
    assert refusal(zipped({**parts(XLSB), PART: bytes(100_000_000)})) == "bomb"


@pytest.mark.parametrize(
    "records",
    [
        record(7, struct.pack("<III", 0, 0, 4_000_000_000)),  # a shared text that is not there
        record(6, struct.pack("<II", 0, 0) + struct.pack("<I", 4_000_000_000) + b"x"),
        record(5, struct.pack("<II", 0, 0)),  # a number without its bytes
        b"\x05\xff\xff\xff\x7f",  # a record longer than its part
        record(0, b""),
        record(176, b"\0" * 3),
    ],
)
def test_broken_records(records: bytes) -> None:
    assert refusal(xlsb_with(records)) == "broken"


@pytest.mark.parametrize(
    "records",
    [
        record(5, struct.pack("<IId", 0, 0, float("nan"))),
        record(5, struct.pack("<IId", 0, 0, float("inf"))),
        record(2, struct.pack("<III", 0, 0xFFFFFF, 3)),
        record(3, struct.pack("<IIB", 0, 0, 0x2A)),
        record(6, bytes(8) + struct.pack("<IH", 1, 0xD800)),  # half a character
        record(60, struct.pack("<IIIIH", 0, 0xFFFFFFFF, 0, 0, 1)),
    ],
)
def test_strange_records_do_no_harm(records: bytes) -> None:
    with suppress(UnreadableWorkbook):
        read_file(xlsb_with(records))


def test_merged_ranges_over_everything_in_an_xlsb() -> None:
    huge = record(176, struct.pack("<IIII", 0, 1_048_575, 0, 16_383))
    assert refusal(xlsb_with(huge * 20_000)) == "merges"


def test_an_xlsb_with_a_macro() -> None:
    assert refusal(zipped({**parts(XLSB), "xl/vbaProject.bin": b"x"})) == "macro"


# -- .xls --------------------------------------------------------------------------------------------


def test_an_xls_with_a_password() -> None:
    # The record of who wrote it becomes one that says the rest is encrypted.
    locked = XLS.replace(b"\x5c\x00\x70\x00", b"\x2f\x00\x70\x00", 1)
    assert locked != XLS
    assert refusal(locked) == "password"


@pytest.mark.parametrize("seed", range(12))
def test_bytes_changed_at_random(seed: int) -> None:
    chance = random.Random(seed)
    data = bytearray((XLS, XLSB, ODS)[seed % 3])
    for _ in range(chance.randint(1, 8)):
        data[chance.randrange(len(data))] = chance.randrange(256)
    with suppress(UnreadableWorkbook):
        read_file(bytes(data))


# -- flat tables -------------------------------------------------------------------------------------

SHEET = "xl/worksheets/sheet1.xml"
NAMES = frozenset({"项目", "资金"})


def tables_with(rows: str) -> bytes:
    """A workbook of two tables with other rows in the first."""
    workbook = Workbook()
    workbook.worksheets[0].title = "项目"
    workbook.worksheets[0].append(["年度", 2024])
    workbook.create_sheet("资金").append([1])
    data = saved(workbook)
    markup = member(data, SHEET).replace("</sheetData>", f"{rows}</sheetData>")
    return rezipped(data, {SHEET: markup.encode()})


def tables_refused(rows: str, limits: Limits | None = None) -> str:
    with pytest.raises(UnreadableWorkbook) as caught:
        read_sheets_or_tables(tables_with(rows), limits or Limits(), NAMES)
    return caught.value.code


def test_a_far_cell_in_a_flat_table() -> None:
    far = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    assert tables_refused(far) == "far_cell"
    with pytest.raises(UnreadableWorkbook, match="XFD1048576 有内容"):
        read_sheets_or_tables(tables_with(far), Limits(), NAMES)


def test_an_error_value_in_a_flat_table_is_told_as_it_stands() -> None:
    rows = '<row r="2"><c r="A2" t="e"><f>VLOOKUP(1,B:B,1)</f><v>#N/A</v></c></row>'
    _, tables = read_sheets_or_tables(tables_with(rows), Limits(), NAMES)
    cells = dict(tables[0].rows)[2]
    assert cells[0] == Faulty("#N/A", "是错误值 #N/A")


def test_cells_without_their_place_in_a_flat_table() -> None:
    assert tables_refused("<row><c><v>1</v></c></row>") == "unplaced"


def test_more_cells_than_allowed_in_a_flat_table() -> None:
    rows = "".join(f'<row r="{n}"><c r="A{n}"><v>1</v></c></row>' for n in range(2, 400))
    assert tables_refused(rows, Limits(cells=300)) == "cells"
    assert tables_refused(rows, Limits(rows=300)) == "far_cell"


@pytest.mark.parametrize(
    "cell",
    [
        '<c r="A2"><v>1e999</v></c>',
        '<c r="A2"><v>nan</v></c>',
        '<c r="A2" t="d"><v>no day</v></c>',
        '<c r="A2" t="s"><v>99999</v></c>',
        '<c r="A2" t="e"><v>#N/A</v></c>',
        '<c r="A2" s="99"><v>1</v></c>',
        '<c r="A2"><f>1/0</f></c>',
    ],
)
def test_strange_cells_in_a_flat_table(cell: str) -> None:
    with suppress(UnreadableWorkbook):
        read_file(tables_with(f'<row r="2">{cell}</row>'))
