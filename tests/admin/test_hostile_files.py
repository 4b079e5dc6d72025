"""Files that are no workbook, or worse: always a Chinese sentence, never an error page."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from io import BytesIO

import pytest
from django.test import Client
from openpyxl import Workbook, load_workbook

from perfgoals.common.exchange.reading import (
    MAX_BYTES,
    MAX_ROWS,
    BadCell,
    UnreadableFileError,
    read_table,
)
from tests.admin.workbooks import UNITS, problems, saved, upload, workbook
from tests.reading import text

ERROR = "section[aria-labelledby=upload] .errors li"
GOOD = workbook(("单位编码", "单位名称"), ("A", "甲"))


def remade(data: bytes, **changes: bytes | None) -> bytes:
    """The same archive with members replaced, left out (None) or added; "/" in a name is "__"."""
    members = {name.replace("__", "/"): content for name, content in changes.items()}
    buffer = BytesIO()
    with zipfile.ZipFile(BytesIO(data)) as old, zipfile.ZipFile(buffer, "w") as new:
        for name in old.namelist():
            if name not in members:
                new.writestr(name, old.read(name))
        for name, content in members.items():
            if content is not None:
                new.writestr(name, content)
    return buffer.getvalue()


def archive(**members: bytes) -> bytes:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as new:
        for name, content in members.items():
            new.writestr(name.replace("__", "/"), content)
    return buffer.getvalue()


def without_sheets() -> bytes:
    book = (
        b'<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        b"<sheets/></workbook>"
    )
    return remade(GOOD, xl__workbook=None, **{"xl__workbook.xml": book})


def bomb() -> bytes:
    buffer = BytesIO(GOOD)
    with zipfile.ZipFile(buffer, "a", zipfile.ZIP_DEFLATED) as new:
        new.writestr("xl/media/image1.png", b"0" * (40 * 2**20))
    return buffer.getvalue()


XML = b'<?xml version="1.0"?>'
REFUSED = {
    "一个字节也没有": (b"", "所提交的是空文件。"),
    "只有空白": (b" \r\n", "文件是空的"),
    "改名的文本": ("单位编码,单位名称\r\nA,甲".encode(), "这不是 Excel 工作簿"),
    "GBK 编码的 CSV": ("单位编码,单位名称\r\nA,甲".encode("gbk"), "这不是 Excel 工作簿"),
    "UTF-16 的文本": ("单位编码\t单位名称".encode("utf-16"), "这不是 Excel 工作簿"),
    "网页": ("<html><table>".encode("utf-8-sig"), "这是网页或 XML 文件"),
    "旧版 xls 或加密": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512), "这是旧版 xls 文件"),
    "PDF": (b"%PDF-1.7", "这是 PDF 文件"),
    "截断": (GOOD[: len(GOOD) // 2], "文件不完整或已损坏"),
    "只有开头": (b"PK\x03\x04", "文件不完整或已损坏"),
    "空压缩包": (archive(), "这是空的压缩包"),
    "别的压缩包": (archive(**{"a.txt": b"x"}), "这不是 Excel 工作簿"),
    "Word 文档": (archive(**{"word__document.xml": b"<x/>"}), "这不是 Excel 工作簿"),
    "宏": (remade(GOOD, **{"xl__vbaProject.bin": b"x"}), "工作簿含有宏"),
    "xlsb": (archive(**{"xl__workbook.bin": b"x"}), "这是 xlsb 文件"),
    "没有工作表": (without_sheets(), "工作簿里没有工作表"),
    "工作表丢失": (remade(GOOD, **{"xl__worksheets__sheet1.xml": None}), "工作簿"),
    "工作表不是 XML": (remade(GOOD, **{"xl__worksheets__sheet1.xml": b"\x00"}), "无法读取"),
    "清单丢失": (remade(GOOD, **{"[Content_Types].xml": None}), "无法读取"),
    "空工作表": (saved(Workbook()), "工作表「Sheet」是空的"),
    "炸弹": (bomb(), "工作簿展开后过大"),
    "太大": (b"PK" + bytes(MAX_BYTES), "文件超过 5 MB"),
    "行太多": (
        workbook(("单位编码",), *((str(number),) for number in range(MAX_ROWS + 1))),
        "超过 1000 行",
    ),
    "列没有标题": (workbook(("单位编码", None, "单位名称"), ("A", "x", "甲")), "第 2 列没有标题"),
    "重复的标题": (workbook(("单位编码", "单位编码")), "标题行有重复的列：单位编码"),
    "内容在标题之外": (
        workbook(("单位编码",), ("A", "甲")),
        "第 2 行的内容超出了标题行的最后一列",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused_with_a_reason(name: str, client_of: Callable[[str], Client]) -> None:
    data, reason = REFUSED[name]
    response = upload(client_of("admin"), UNITS, data)
    assert response.status_code == 200
    assert reason in text(response, ERROR)


def test_a_post_without_a_file(client_of: Callable[[str], Client]) -> None:
    response = client_of("admin").post(f"{UNITS}import/")
    assert text(response, ERROR) == "这个字段是必填项。"


def test_entities_do_not_blow_up() -> None:
    entities = b"".join(
        b'<!ENTITY e%d "%s">' % (n, b"&e%d;" % (n - 1) * 10 if n else b"ha" * 10) for n in range(10)
    )
    sheet = XML + b"<!DOCTYPE x [" + entities + b"]><worksheet>&e9;</worksheet>"
    with pytest.raises(UnreadableFileError, match="无法读取"):
        read_table(remade(GOOD, **{"xl__worksheets__sheet1.xml": sheet}))


def test_a_far_cell_costs_nothing() -> None:
    book = load_workbook(BytesIO(GOOD))
    book.active["XFD1048576"] = "x"
    assert read_table(saved(book)).rows[0].cells == ("A", "甲")


def test_a_range_declared_too_small_loses_no_row() -> None:
    with zipfile.ZipFile(BytesIO(GOOD)) as parts:
        sheet = parts.read("xl/worksheets/sheet1.xml")
    assert b'ref="A1:B2"' in sheet
    wrong = sheet.replace(b'ref="A1:B2"', b'ref="A1"')
    table = read_table(remade(GOOD, **{"xl__worksheets__sheet1.xml": wrong}))
    assert [row.cells for row in table.rows] == [("A", "甲")]


def test_styles_that_only_wps_understands() -> None:
    styles = (
        XML + b'<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        b'<fills count="1"><fill/></fills></styleSheet>'
    )
    table = read_table(remade(GOOD, **{"xl__styles.xml": styles}))
    assert [row.cells for row in table.rows] == [("A", "甲")]


def test_rows_keep_their_numbers_across_blank_ones() -> None:
    table = read_table(workbook(("编码",), (None,), ("A",), ("  ",), ("B",)))
    assert [(row.number, row.cells) for row in table.rows] == [(3, ("A",)), (5, ("B",))]


def test_a_formula_counts_as_its_value_and_without_one_is_an_error() -> None:
    book = load_workbook(BytesIO(GOOD))
    book.active["B2"] = '="甲"&"乙"'
    data = saved(book)
    (cell,) = read_table(data).rows[0].cells[1:]
    assert isinstance(cell, BadCell)
    assert cell.message.startswith("公式没有存下算出的值")
    with zipfile.ZipFile(BytesIO(data)) as parts:
        sheet = parts.read("xl/worksheets/sheet1.xml").decode()
    kept = sheet.replace('<c r="B2"', '<c r="B2" t="str"').replace("<v/>", "<v>甲乙</v>")
    kept = kept.replace("<v />", "<v>甲乙</v>")
    table = read_table(remade(data, **{"xl__worksheets__sheet1.xml": kept.encode()}))
    assert table.rows[0].cells == ("A", "甲乙")


def test_an_error_value_is_named(client_of: Callable[[str], Client]) -> None:
    book = load_workbook(BytesIO(GOOD))
    cell = book.active["B2"]
    cell.value, cell.data_type = "#REF!", "e"
    response = upload(client_of("admin"), UNITS, saved(book))
    assert problems(response) == [("第 2 行", "单位名称", "是错误值 #REF!")]


def test_control_characters_are_refused(client_of: Callable[[str], Client]) -> None:
    with zipfile.ZipFile(BytesIO(GOOD)) as parts:
        sheet = parts.read("xl/worksheets/sheet1.xml").decode()
    dirty = remade(GOOD, **{"xl__worksheets__sheet1.xml": sheet.replace("甲", "甲\x7f").encode()})
    response = upload(client_of("admin"), UNITS, dirty)
    assert problems(response) == [
        ("第 2 行", "单位名称", "含有不能打印的控制字符，请删去后重新粘贴")
    ]
