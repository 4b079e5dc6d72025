"""Workbooks that are broken, disguised or made to do harm: always a Chinese sentence, in bounded time."""

from __future__ import annotations

import io
import random
import re
import zipfile
from contextlib import suppress

import pytest
from openpyxl import Workbook

from perfgoals.common.workbooks.container import Limits, UnreadableWorkbook
from perfgoals.common.workbooks.reading import read_workbook
from tests.workbooks.office import all_read, member, published_form, rezipped, saved, written

VEHICLES = written(published_form("交通工具购置及更新", 2024))
SHEET = "xl/worksheets/sheet1.xml"
CELL = re.compile(r"<c r=\"B3\"[^>]*>.*?</c>")


def refusal(data: bytes, limits: Limits | None = None) -> tuple[str, str]:
    """Why it is refused: a code, and the sentence."""
    with pytest.raises(UnreadableWorkbook) as caught:
        read_workbook(data, limits or Limits())
    assert "一" <= caught.value.message[0] <= "龥"
    return caught.value.code, caught.value.message


def with_sheet(markup: str) -> bytes:
    return rezipped(VEHICLES, {SHEET: markup.encode()})


def zipped(**members: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in members.items():
            archive.writestr(name.replace("__", "/").replace("_", "."), text)
    return buffer.getvalue()


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)


@pytest.mark.parametrize(
    ("data", "code", "words"),
    [
        (b"", "empty", "文件是空的"),
        (b"\0" * 2000, "empty", "文件是空的"),
        (OLE + "EncryptedPackage".encode("utf-16-le"), "password", "取消密码"),
        (OLE + "Workbook".encode("utf-16-le"), "broken", "另存为「Excel 工作簿（*.xlsx）」"),
        (OLE + "Workbook _VBA_PROJECT_CUR".encode("utf-16-le"), "macro", "含有宏"),
        (OLE + "WordDocument".encode("utf-16-le"), "other", "不是 Excel 工作簿"),
        ("\ufeff<html><table>".encode(), "html", "网页（HTML）"),
        (b'<?xml version="1.0"?><Workbook xmlns="urn">', "html", "另一种 XML 表格"),
        ("项目名称,金额\n甲,1\n".encode("gb18030"), "text", "文本（如 CSV）"),
        ("项目名称,金额\n甲,1\n".encode(), "text", "文本（如 CSV）"),
        (b"%PDF-1.7 ...", "other", "这是 PDF 文件"),
        (b"\x89PNG\r\n\x1a\n", "other", "这是图片"),
        (b"\x01\x02\x03\0\xff", "other", "这不是 Excel 工作簿"),
        (zipped(), "truncated", "空的压缩包"),
        (zipped(word__document_xml="<a/>"), "other", "Word 文档或压缩包"),
        (zipped(content_xml="<a/>"), "other", "Word 文档或压缩包"),
        (zipped(xl__workbook_bin="x"), "broken", "已损坏或不合规范"),
        (zipped(xl__workbook_xml="<a/>", xl__vbaProject_bin="x"), "macro", "含有宏"),
        (zipped(xl__workbook_xml="<a/>"), "broken", "已损坏或不合规范"),
        (zipped(xl__workbook_xml="no xml"), "broken", "已损坏或不合规范"),
    ],
    ids=lambda value: value if isinstance(value, str) and value.isascii() else "",
)
def test_what_is_no_workbook_is_called_by_its_name(data: bytes, code: str, words: str) -> None:
    found, message = refusal(data)
    assert found == code
    assert words in message


@pytest.mark.parametrize("part", [4, 10, 50, 90, 99])
def test_a_truncated_file(part: int) -> None:
    assert refusal(VEHICLES[: len(VEHICLES) * part // 100])[0] == "truncated"


def test_a_file_that_is_too_large_is_not_even_looked_at() -> None:
    code, message = refusal(bytes(5 * 2**20 + 1))
    assert code == "size"
    assert "超过 5 MB" in message


def test_a_far_cell_is_named() -> None:
    workbook = Workbook()
    sheet = workbook.worksheets[0]
    sheet["A1"] = "项目名称"
    sheet["XFD1048576"] = "x"
    code, message = refusal(saved(workbook))
    assert code == "far_cell"
    assert "XFD1048576" in message


def test_a_far_cell_that_is_only_formatted_does_no_harm() -> None:
    markup = member(VEHICLES, SHEET)
    far = '<row r="1048576"><c r="XFD1048576" s="1"/></row></sheetData>'
    ((_, filled),) = all_read(with_sheet(markup.replace("</sheetData>", far)))
    assert len(filled.document.indicators) == 6


def test_a_hundred_thousand_formatted_empty_rows() -> None:
    markup = member(VEHICLES, SHEET)
    blank = "".join(
        f'<row r="{row}"><c r="A{row}" s="1"/><c r="B{row}" s="1"/></row>'
        for row in range(500, 100_500)
    )
    ((_, filled),) = all_read(with_sheet(markup.replace("</sheetData>", f"{blank}</sheetData>")))
    assert len(filled.document.indicators) == 6


def test_merged_ranges_over_everything() -> None:
    markup = member(VEHICLES, SHEET)
    huge = '<mergeCell ref="A1:XFD1048576"/>' * 20_000
    data = with_sheet(markup.replace("</mergeCells>", f"{huge}</mergeCells>"))
    assert refusal(data)[0] == "merges"


def test_one_cell_that_unpacks_to_a_hundred_megabytes() -> None:
    markup = member(VEHICLES, SHEET)
    bomb = f'<row r="999"><c r="A999" t="inlineStr"><is><t>{"x" * 100_000_000}</t></is></c></row>'
    data = with_sheet(markup.replace("</sheetData>", f"{bomb}</sheetData>"))
    assert len(data) < 300_000
    assert refusal(data)[0] == "bomb"


def test_sizes_that_the_archive_declares_are_not_believed() -> None:
    data = bytearray(rezipped(VEHICLES, {"xl/big.xml": b"0" * 30_000_000}))
    true = (30_000_000).to_bytes(4, "little")
    while (place := data.find(true)) >= 0:
        data[place : place + 4] = (1000).to_bytes(4, "little")
    assert refusal(bytes(data))[0] in ("bomb", "truncated")


def test_very_many_members() -> None:
    assert refusal(rezipped(VEHICLES, {f"xl/m{n}.xml": b"" for n in range(2000)}))[0] == "bomb"


def test_two_members_of_one_name() -> None:
    buffer = io.BytesIO(VEHICLES)
    with zipfile.ZipFile(buffer, "a") as archive, pytest.warns(UserWarning, match="Duplicate name"):
        archive.writestr(SHEET, "<worksheet/>")
    assert refusal(buffer.getvalue())[0] == "truncated"


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
BOMB = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY l0 "ha">{LAUGHS}]>'


@pytest.mark.parametrize("name", [SHEET, "xl/workbook.xml", "xl/styles.xml"])
def test_an_entity_bomb(name: str) -> None:
    markup = member(VEHICLES, name)
    code, message = refusal(rezipped(VEHICLES, {name: f"{BOMB}{markup}".encode()}))
    assert code == "entities"
    assert "另存为" in message


def test_an_entity_bomb_far_down_or_in_another_encoding() -> None:
    markup = member(VEHICLES, SHEET)
    late = f"<!--{'x' * 5000}-->{BOMB.partition('?>')[2]}{markup}"
    other = f"{BOMB}{markup}".encode("utf-16")
    for data in (late.encode(), other):
        assert refusal(rezipped(VEHICLES, {SHEET: data}))[0] in ("entities", "broken")


def echoing() -> bytes:
    """A text of 30,000 characters in 19,600 cells, which would be 1.7 GB."""
    text = f"<si><t>{'字' * 30_000}</t></si>"
    rows = "".join(
        f'<row r="{n}">{"".join(f"""<c r="{c}{n}" t="s"><v>0</v></c>""" for c in "ABCD")}</row>'
        for n in range(1, 4_900)
    )
    namespace = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    return rezipped(
        VEHICLES,
        {
            "xl/sharedStrings.xml": f"<sst {namespace}>{text}</sst>".encode(),
            SHEET: f"<worksheet {namespace}><sheetData>{rows}</sheetData></worksheet>".encode(),
        },
    )


def test_shared_strings_used_again_and_again() -> None:
    assert refusal(echoing())[0] in ("heavy", "characters")


@pytest.mark.parametrize("word", ["项目名称", "其他资金", "三级指标", "年初预算数", "总分"])
def test_a_label_again_and_again(word: str) -> None:
    """Finding a form takes no longer than reading the cells does."""
    workbook = Workbook()
    sheet = workbook.worksheets[0]
    for _ in range(190):
        sheet.append([word] * 250)
    assert all_read(saved(workbook)) == []


def test_more_cells_than_allowed() -> None:
    workbook = Workbook(write_only=True)
    sheet = workbook.create_sheet()
    for _ in range(60):
        sheet.append([1] * 100)
    buffer = io.BytesIO()
    workbook.save(buffer)
    assert refusal(buffer.getvalue(), Limits(cells=5_000))[0] == "cells"


def test_a_reading_that_takes_too_long_is_ended() -> None:
    code, message = refusal(VEHICLES, Limits(seconds=0))
    assert code == "heavy"
    assert "超出了时间或内存上限" in message


def test_a_reading_that_needs_too_much_memory_is_ended() -> None:
    limits = Limits(memory=256 << 20, characters=10**12)
    assert refusal(echoing(), limits)[0] == "heavy"


@pytest.mark.parametrize(
    "odd",
    [
        '<row r="x"><c r="??" t="s"><v>99999</v></c></row>',
        '<row r="900"><c r="A900" t="n"><v>1e999</v></c></row>',
        '<row r="900"><c r="A900" t="n" s="3"><v>1e300</v></c></row>',
        '<row r="900"><c r="A900" t="n"><v>1e-300</v></c></row>',
        '<row r="900"><c r="A900" t="n"><v>nan</v></c></row>',
        '<row r="900"><c r="A900" t="d"><v>no date</v></c></row>',
        '<row r="900"><c r="A900" s="99999"><v>1</v></c></row>',
        '<row r="900"><c r="A900" t="e"><v>#DIV/0!</v></c></row>',
    ],
)
def test_strange_references_and_numbers_do_no_harm(odd: str) -> None:
    markup = member(VEHICLES, SHEET)
    with suppress(UnreadableWorkbook):
        all_read(with_sheet(markup.replace("</sheetData>", f"{odd}</sheetData>")))


@pytest.mark.parametrize("seed", range(20))
def test_bytes_changed_at_random(seed: int) -> None:
    chance = random.Random(seed)
    data = bytearray(VEHICLES)
    for _ in range(chance.randint(1, 8)):
        data[chance.randrange(len(data))] = chance.randrange(256)
    with suppress(UnreadableWorkbook):
        all_read(bytes(data))
