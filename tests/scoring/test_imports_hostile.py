"""Hostile files by the way that files come: uploaded on the page, read by the worker, looked at. Always a
Chinese sentence that says what to do; never a fault, and nothing written."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import Workbook

from perfgoals.common.models import Job
from perfgoals.common.workbooks import reading
from perfgoals.common.workbooks.container import Limits
from projects.models import Form, FormVersion, Project
from scoring.models import ImportBatch
from scoring.tasks import TASKS
from scoring.workbooks import reading as forms_reading
from tests.cast import Cast
from tests.imports import flat_file, json_file, named
from tests.reading import texts
from tests.workbooks.office import member, rezipped, saved
from tests.workbooks.test_hostile import BOMB, OLE, SHEET, VEHICLES, echoing, with_sheet, zipped
from tests.workbooks.test_hostile_formats import ODS, VALUE, XLS, XLSB, ods_rows, parts, tables_with
from tests.workbooks.test_hostile_formats import zipped as packed

pytestmark = pytest.mark.django_db
ClientOf = Callable[[str], Client]

_DEEDS = re.compile(r"请|不能|没有")


def before_end(row: str) -> bytes:
    """The official sheet with one more row."""
    return with_sheet(member(VEHICLES, SHEET).replace("</sheetData>", f"{row}</sheetData>"))


def far_cell() -> bytes:
    workbook = Workbook()
    workbook.worksheets[0]["XFD1048576"] = "x"
    return saved(workbook)


def many_rows() -> bytes:
    workbook = Workbook(write_only=True)
    sheet = workbook.create_sheet()
    for _ in range(400):
        sheet.append([1] * 250)
    return saved(workbook)


def newer() -> bytes:
    """As a later version of the system would write it."""
    text = member(VEHICLES, SHEET)
    assert "perfgoals:1" in text
    return with_sheet(text.replace("perfgoals:1", "perfgoals:9"))


REFUSED: dict[str, tuple[Callable[[], bytes], str]] = {
    "nothing but zeros": (lambda: bytes(2000), "文件是空的"),
    "a password": (lambda: OLE + "EncryptedPackage".encode("utf-16-le"), "取消密码"),
    "a password in an old file": (
        lambda: XLS.replace(b"\x5c\x00\x70\x00", b"\x2f\x00\x70\x00", 1),
        "取消密码",
    ),
    "a macro": (lambda: rezipped(VEHICLES, {"xl/vbaProject.bin": b"x"}), "含有宏"),
    "a macro in an old file": (
        lambda: OLE + "Workbook _VBA_PROJECT_CUR".encode("utf-16-le"),
        "含有宏",
    ),
    "a page named .xls": (lambda: b"<html><table><tr><td>1</td></tr></table></html>", "网页"),
    "a table in old XML": (
        lambda: b'<?xml version="1.0"?><Workbook xmlns="urn">',
        "另一种 XML 表格",
    ),
    "a PDF": (lambda: b"%PDF-1.7 ...", "PDF"),
    "a picture": (lambda: b"\x89PNG\r\n\x1a\n....", "图片"),
    "a document": (lambda: zipped(word__document_xml="<a/>"), "Word 文档或压缩包"),
    "an empty archive": (zipped, "空的压缩包"),
    "half a file": (lambda: VEHICLES[: len(VEHICLES) // 2], "不完整或已损坏"),
    "half an .ods": (lambda: ODS[: len(ODS) // 2], "不完整或已损坏"),
    "noise": (lambda: b"\x01\x02\x03\0\xff" * 50, "这不是 Excel 工作簿"),
    "a far cell": (far_cell, "XFD1048576"),
    "a far cell in a flat workbook": (
        lambda: tables_with('<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'),
        "离表太远",
    ),
    "a cell of a hundred megabytes": (
        lambda: before_end(
            f'<row r="999"><c r="A999" t="inlineStr"><is><t>{"x" * 100_000_000}</t></is></c></row>'
        ),
        "展开后过大",
    ),
    "an .xlsb of a hundred megabytes": (
        lambda: packed({**parts(XLSB), "xl/worksheets/sheet1.bin": bytes(100_000_000)}),
        "展开后过大",
    ),
    "an entity bomb": (
        lambda: rezipped(VEHICLES, {SHEET: f"{BOMB}{member(VEHICLES, SHEET)}".encode()}),
        "内部格式不合规范",
    ),
    "merged over everything": (
        lambda: with_sheet(
            member(VEHICLES, SHEET).replace(
                "</mergeCells>", '<mergeCell ref="A1:XFD1048576"/>' * 20_000 + "</mergeCells>"
            )
        ),
        "合并",
    ),
    "a few bytes for millions of cells": (
        lambda: ods_rows(
            f'<table:table-row table:number-rows-repeated="1048576">{VALUE}/></table:table-row>'
        ),
        "请",
    ),
    "another form": (lambda: saved(_other_form()), "没有找到可以导入的内容"),
    "nothing in it": (lambda: saved(Workbook()), "所有工作表都是空的"),
    "a newer version": (newer, "更新版本"),
    "another CSV": (lambda: "姓名,工资\n甲,1\n".encode("gb18030"), "没有找到可以导入的内容"),
    "no JSON": (lambda: b'{"form": "declaration", ', "文件内容有误"),
    "a number without end": (lambda: b'[{"year": 1e99999999999999999999}]', "文件内容有误"),
}


def _other_form() -> Workbook:
    workbook = Workbook()
    workbook.worksheets[0].append(["姓名", "部门", "工资"])
    workbook.worksheets[0].append(["甲", "财务处", 1])
    return workbook


def through(client: Client, content: bytes, name: str) -> ImportBatch:
    """Upload the file on the page and let the worker read it. Every page that shows it answers."""
    answer = client.post("/imports/", {"files": SimpleUploadedFile(name, content)})
    assert answer.status_code == 302, answer.content.decode()[:500]
    batch = ImportBatch.objects.latest("at")
    assert batch.job is not None
    TASKS[batch.job.kind].call(str(batch.job.pk))
    batch.refresh_from_db()
    assert batch.job is not None
    assert batch.job.state == "done"
    assert client.get("/imports/").status_code == 200
    return batch


def kept() -> tuple[int, int, int]:
    return Form.objects.count(), FormVersion.objects.count(), Project.objects.count()


@pytest.mark.parametrize("what", REFUSED)
def test_what_cannot_be_read_is_refused_with_what_to_do(
    cast: Cast, client_of: ClientOf, what: str
) -> None:
    make, words = REFUSED[what]
    before = kept()
    client = client_of("admin")
    batch = through(client, make(), "部门报送.xlsx")
    assert batch.state == "refused"
    assert words in batch.message
    assert _DEEDS.search(batch.message)
    shown = client.get(f"/imports/{batch.pk}/")
    assert shown.status_code == 200
    assert any(words in one for one in texts(shown, ".import-part p"))
    assert client.post(f"/imports/{batch.pk}/apply/", {"mode": "sound"}).status_code == 409
    assert client.post(f"/imports/{batch.pk}/undo/").status_code == 409
    assert client.get(f"/imports/{batch.pk}/marked/").status_code == 404
    assert kept() == before


@pytest.mark.parametrize(
    ("limits", "make"),
    [
        (Limits(seconds=0), lambda: VEHICLES),
        (Limits(memory=256 << 20, characters=10**12), echoing),
        (Limits(cells=50_000), many_rows),
        (Limits(size=1000), lambda: VEHICLES),
    ],
    ids=["too long", "too much memory", "too many cells", "too large"],
)
def test_what_asks_too_much_is_ended(
    cast: Cast,
    client_of: ClientOf,
    monkeypatch: pytest.MonkeyPatch,
    limits: Limits,
    make: Callable[[], bytes],
) -> None:
    def limited(data: bytes, **options: Any) -> object:
        return forms_reading.read_file(data, limits=limits, **options)

    monkeypatch.setattr("scoring.workbooks.batches.read_file", limited)
    before = kept()
    batch = through(client_of("admin"), make(), "大.xlsx")
    assert batch.state == "refused"
    assert "请" in batch.message
    assert kept() == before


HARMLESS: dict[str, Callable[[], bytes]] = {
    "a declared range that is wrong": lambda: with_sheet(
        re.sub(r'<dimension ref="[^"]*"/>', '<dimension ref="A1"/>', member(VEHICLES, SHEET))
    ),
    "empty fills as WPS writes them": lambda: rezipped(
        VEHICLES,
        {
            "xl/styles.xml": re.sub(
                r"<fills.*?</fills>",
                '<fills count="1"><fill/></fills>',
                member(VEHICLES, "xl/styles.xml"),
                flags=re.DOTALL,
            ).encode()
        },
    ),
    "rows that are only formatted": lambda: before_end(
        "".join(f'<row r="{n}"><c r="A{n}" s="1"/></row>' for n in range(500, 50_500))
    ),
    "a far cell that is only formatted": lambda: before_end(
        '<row r="1048576"><c r="XFD1048576" s="1"/></row>'
    ),
    "another name": lambda: VEHICLES,
}


@pytest.mark.parametrize("what", HARMLESS)
def test_what_looks_odd_only_is_read(cast: Cast, client_of: ClientOf, what: str) -> None:
    """Also a workbook that bears the name of a picture: what it is its content says."""
    client = client_of("admin")
    batch = through(client, HARMLESS[what](), "表.png")
    assert batch.state == "ready"
    assert batch.items.get().project_name == "交通工具购置及更新"
    assert batch.items.get().plan == "unchanged"
    assert client.get(f"/imports/{batch.pk}/").status_code == 200


def test_formulas_without_values_are_told_with_their_cells(cast: Cast, client_of: ClientOf) -> None:
    """As programs leave them that write a workbook and never reckon it."""
    markup = member(VEHICLES, SHEET)
    place = re.search(r'<c r="([A-Z]+\d+)"[^>]*t="n"[^>]*><v>[^<]+</v></c>', markup)
    assert place is not None
    formula = f'<c r="{place[1]}"><f>SUM(1,2)</f></c>'
    client = client_of("admin")
    before = kept()
    batch = through(client, with_sheet(markup.replace(place[0], formula)), "公式.xlsx")
    assert batch.state == "ready"
    form = batch.items.get()
    assert form.plan == "error"
    (problem,) = form.problems
    assert problem["cell"] == place[1]
    assert "公式" in problem["message"]
    assert "重新保存" in problem["message"] or "另存" in problem["message"]
    page = client.get(f"/imports/{batch.pk}/")
    assert place[1] in page.content.decode()
    client.post(f"/imports/{batch.pk}/apply/", {"mode": "sound"})
    batch.refresh_from_db()
    assert batch.job is not None
    TASKS[batch.job.kind].call(str(batch.job.pk))
    assert kept() == before


def test_several_files_of_which_some_are_nothing(cast: Cast, client_of: ClientOf) -> None:
    """Those that can be kept are; of the others it is said which and why."""
    client = client_of("admin")
    good = SimpleUploadedFile("好.json", json_file([named("甲")]))
    broken = SimpleUploadedFile("坏.xlsx", VEHICLES[:900])
    answer = client.post("/imports/", {"files": [good, SimpleUploadedFile("空.xlsx", b""), broken]})
    assert answer.status_code in (302, 422)
    for job in Job.objects.filter(state="queued"):
        TASKS[job.kind].call(str(job.pk))
    states = dict(ImportBatch.objects.values_list("name", "state"))
    assert states == {"好.json": "ready", "坏.xlsx": "refused"}


def test_the_web_process_has_no_way_to_read_a_workbook(
    cast: Cast, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither taking a file in nor showing what was read of it starts the reading."""
    client = client_of("admin")
    ready = through(client, flat_file([cast.declaration]), "表.xlsx")

    def refuse(*args: object, **options: object) -> None:
        raise AssertionError("a workbook was read")

    monkeypatch.setattr(reading, "read_sheets_or_tables", refuse)
    monkeypatch.setattr("scoring.workbooks.batches.read_file", refuse)
    client.post("/imports/", {"files": SimpleUploadedFile("甲.xlsx", VEHICLES)})
    for page in ("", f"{ready.pk}/", f"{ready.pk}/forms/1/", f"{ready.pk}/file/"):
        assert client.get(f"/imports/{page}").status_code == 200
