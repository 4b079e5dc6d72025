"""佐证材料: what is taken, how it is kept, and who gets it."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from projects.models import Attachment, Form
from scoring.services.attachments import MAX_BYTES
from tests.admin.workbooks import workbook
from tests.cast import Cast
from tests.drafts import change, copied_declaration, said
from tests.reading import links, nothing_written, text, texts

pytestmark = pytest.mark.django_db

PDF = b"%PDF-1.7\n1 0 obj <</Type /Catalog>> endobj\n%%EOF"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)
JPEG = b"\xff\xd8\xff\xe0" + bytes(20)


def office(*parts: str, types: str = "<Types/>") -> bytes:
    """A package of Office with these parts."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("[Content_Types].xml", types)
        for part in parts:
            archive.writestr(part, "<x/>")
    return buffer.getvalue()


def zipped(*names: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return buffer.getvalue()


@pytest.fixture
def draft(cast: Cast) -> Form:
    return copied_declaration(cast.preparer, cast.form("固定源管理技术支持", 2026))


@pytest.fixture
def preparer(client_of: Callable[[str], Client], draft: Form) -> Client:
    return client_of("preparer")


def url(form: Form, *rest: object) -> str:
    return "/".join(["", "forms", str(form.pk), "attachments", *map(str, rest), ""])


def send(client: Client, form: Form, content: bytes, name: str = "证明.pdf", row: str = "") -> Any:
    data = {"file": SimpleUploadedFile(name, content), "row": row}
    return client.post(url(form), data)


def upload(client: Client, form: Form, content: bytes = PDF, **more: str) -> Attachment:
    assert send(client, form, content, **more).status_code == 302
    return Attachment.objects.order_by("-pk")[0]


def refusal(client: Client, form: Form, content: bytes, **more: str) -> str:
    response = send(client, form, content, **more)
    assert response.status_code == 422
    return text(response, ".notice-error")


@pytest.mark.parametrize(
    ("content", "name", "kept"),
    [
        (PDF, "验收报告.pdf", "验收报告.pdf"),
        (PNG, "照片.PNG", "照片.png"),
        (JPEG, "照片.jpeg", "照片.jpeg"),
        (office("word/document.xml"), "总结.docx", "总结.docx"),
        (workbook(("甲", 1)), "清单.xlsx", "清单.xlsx"),
        (PNG, "照片.pdf", "照片.pdf.png"),
        (PDF, "没有后缀", "没有后缀.pdf"),
        (PDF, "..\\..\\系统\\报告.pdf", "报告.pdf"),
        (PDF, "a\u202efdp.exe", "afdp.exe.pdf"),
        (PDF, "." * 300, "附件.pdf"),
    ],
)
def test_the_type_is_told_by_content_and_the_name_is_cleaned(
    preparer: Client, draft: Form, content: bytes, name: str, kept: str
) -> None:
    assert upload(preparer, draft, content, name=name).name == kept


@pytest.mark.parametrize(
    ("content", "name", "message"),
    [
        (b"MZ\x90\x00" + bytes(60), "报告.pdf", "文件内容不是可以上传的类型"),
        (b"#!/bin/sh\nrm -rf /", "报告.docx", "文件内容不是可以上传的类型"),
        (b"<html><script>alert(1)</script>", "报告.pdf", "文件内容不是可以上传的类型"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "图.png", "文件内容不是可以上传的类型"),
        (office("xl/workbook.xml", "xl/vbaProject.bin"), "表.xlsx", "含有宏或可执行的内容"),
        (
            office("word/document.xml", types="application/vnd.ms-word.document.macroEnabled"),
            "文.docx",
            "含有宏或可执行的内容",
        ),
        (office("word/document.xml", "word/embeddings/a.exe"), "文.docx", "可执行的内容"),
        (zipped("a.pdf"), "材料.zip", "压缩包不能上传，请解开后逐个上传"),
        (zipped("a.pdf"), "材料.docx", "压缩包不能上传"),
        (office("ppt/presentation.xml"), "讲.docx", "文件内容不是可以上传的类型"),
        (b"PK\x03\x04" + bytes(50), "坏.xlsx", "文件已损坏或加了密码"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(50), "旧.xls", "旧格式"),
        (PDF + b"<</S /JavaScript /JS (app.alert(1))>>", "脚本.pdf", "PDF 中含有脚本"),
        (b"", "空.pdf", "文件是空的"),
        (PDF + bytes(MAX_BYTES), "大.pdf", "文件超过 20 MB 的上限"),
    ],
)
def test_what_is_not_taken(
    preparer: Client, draft: Form, content: bytes, name: str, message: str
) -> None:
    assert message in refusal(preparer, draft, content, name=name)
    assert not Attachment.objects.exists()
    assert stored_files() == []


def stored_files() -> list[Path]:
    folder = Path(settings.DATA_DIR, "uploads")
    return [file for file in folder.rglob("*") if file.is_file()]


def test_a_file_must_be_chosen(preparer: Client, draft: Form) -> None:
    response = preparer.post(url(draft), {"row": ""})
    assert text(response, ".notice-error") == "请选择文件"


def test_the_same_file_is_taken_once_for_a_row(preparer: Client, draft: Form) -> None:
    upload(preparer, draft)
    assert "这一行已有同样的文件" in refusal(preparer, draft, PDF, name="别名.pdf")
    code = said(draft).indicators[0].code
    upload(preparer, draft, row=code)
    assert len(stored_files()) == 2


def test_it_belongs_to_a_row_even_when_the_row_moves(
    cast: Cast, preparer: Client, draft: Form
) -> None:
    row = said(draft).indicators[16]
    upload(preparer, draft, row=row.code)
    change(draft, cast.preparer, {"op": "move", "path": "indicators", "at": 16, "to": 0})
    assert texts(preparer.get(url(draft)), ".evidence-place") == [f"第 1 行 {row.name}"]
    change(draft, cast.preparer, {"op": "remove", "path": "indicators", "at": 0, "count": 1})
    assert texts(preparer.get(url(draft)), ".evidence-place") == ["所属的指标行已被删除"]
    assert "没有这一行指标" in refusal(preparer, draft, PNG, row=row.code)


def test_it_is_kept_under_a_name_that_tells_nothing(preparer: Client, draft: Form) -> None:
    attachment = upload(preparer, draft, name="某人工资.pdf")
    (file,) = stored_files()
    assert file.read_bytes() == PDF
    assert file.stem.isalnum()
    assert len(file.name) == 32
    for address in (f"/static/{attachment.file.name}", f"/media/{attachment.file.name}"):
        assert preparer.get(address).status_code == 404


def test_it_comes_as_a_download_that_runs_nothing(preparer: Client, draft: Form) -> None:
    attachment = upload(preparer, draft, name='验收"报告".pdf')
    with nothing_written():
        response = preparer.get(url(draft, attachment.pk))
    assert b"".join(response.streaming_content) == PDF  # type: ignore[attr-defined]
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"] == (
        "attachment; filename*=utf-8''%E9%AA%8C%E6%94%B6%E6%8A%A5%E5%91%8A.pdf"
    )
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response["Content-Security-Policy"]
    assert "no-store" in response["Cache-Control"]


@pytest.mark.parametrize(
    ("person", "page", "file", "write"),
    [
        ("preparer", 200, 200, 302),
        ("colleague", 404, 404, 404),  # of the bureau, not of the centre
        ("auditor", 200, 200, 403),
        ("viewer", 200, 200, 403),
        ("stranger", 404, 404, 404),
        ("newcomer", 404, 404, 404),
    ],
)
def test_who_sees_and_who_changes(
    client_of: Callable[[str], Client],
    preparer: Client,
    draft: Form,
    person: str,
    page: int,
    file: int,
    write: int,
) -> None:
    attachment = upload(preparer, draft)
    Form.objects.filter(pk=draft.pk).update(
        status="returned"
    )  # before that, the auditor sees nothing
    client = client_of(person)
    assert client.get(url(draft)).status_code == page
    assert client.get(url(draft, attachment.pk)).status_code == file
    assert send(client, draft, PNG).status_code == write
    assert client.post(url(draft, attachment.pk, "remove")).status_code == write


def test_anonymous_is_sent_to_sign_in(client: Client, draft: Form) -> None:
    assert client.get(url(draft))["Location"].startswith("/sign-in/")


def test_a_file_of_another_form_is_not_there(cast: Cast, preparer: Client, draft: Form) -> None:
    attachment = upload(preparer, draft)
    other = copied_declaration(cast.preparer, cast.declaration)
    assert preparer.get(url(other, attachment.pk)).status_code == 404
    assert preparer.post(url(other, attachment.pk, "remove")).status_code == 404


def test_it_is_removed_with_its_file(
    preparer: Client,
    draft: Form,
    django_capture_on_commit_callbacks: Callable[..., object],
) -> None:
    attachment = upload(preparer, draft)
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[attr-defined]
        response = preparer.post(url(draft, attachment.pk, "remove"), follow=True)
    assert "已删除「证明.pdf」。" in text(response, ".messages")
    assert stored_files() == []
    assert not draft.attachments.exists()


def test_nothing_changes_once_the_form_was_handed_in(preparer: Client, draft: Form) -> None:
    attachment = upload(preparer, draft)
    Form.objects.filter(pk=draft.pk).update(status="submitted")
    assert "这份表现在是「待审核」，不能修改" in text(send(preparer, draft, PNG))
    preparer.post(url(draft, attachment.pk, "remove"))
    assert draft.attachments.count() == 1
    page = preparer.get(url(draft))
    assert texts(page, ".evidence-add") == []
    assert links(page, ".evidence a") == [url(draft, attachment.pk)]


def test_the_form_page_lists_it(
    client_of: Callable[[str], Client], preparer: Client, draft: Form
) -> None:
    attachment = upload(preparer, draft, row=said(draft).indicators[2].code)
    Form.objects.filter(pk=draft.pk).update(status="submitted")
    page = client_of("auditor").get(f"/forms/{draft.pk}/")
    assert links(page, ".evidence a") == [url(draft, attachment.pk)]
    assert texts(page, ".evidence-place") == ["第 3 行 排污许可证执行报告技术审核单位成本"]


def test_after_an_upload_one_is_back_where_one_was(preparer: Client, draft: Form) -> None:
    data = {"file": SimpleUploadedFile("a.pdf", PDF), "next": f"/forms/{draft.pk}/"}
    assert preparer.post(url(draft), data)["Location"] == f"/forms/{draft.pk}/"
    data = {"file": SimpleUploadedFile("b.png", PNG), "next": "//evil.example/"}
    assert preparer.post(url(draft), data)["Location"] == url(draft)


def test_through_the_interface(client_of: Callable[[str], Client], draft: Form) -> None:
    client, address = client_of("preparer"), f"/api/forms/{draft.pk}/attachments"
    code = said(draft).indicators[0].code
    made = client.post(address, {"file": SimpleUploadedFile("报告.pdf", PDF), "row": code})
    assert made.status_code == 201
    (listed,) = client.get(address).json()
    assert (listed["name"], listed["row"], listed["size"]) == ("报告.pdf", code, len(PDF))
    again = client.post(address, {"file": SimpleUploadedFile("报告.pdf", PDF), "row": code})
    assert (again.status_code, again.json()["message"]) == (422, "这一行已有同样的文件")
    assert client.post(address, {}).json()["errors"][0]["message"] == "缺少这一项"
    file = client.get(f"{address}/{listed['id']}")
    assert b"".join(file.streaming_content) == PDF  # type: ignore[attr-defined]
    Form.objects.filter(pk=draft.pk).update(status="returned")
    for person, status in (("auditor", 403), ("stranger", 404), ("anonymous", 401)):
        other = client_of(person)
        sent = other.post(address, {"file": SimpleUploadedFile("a.png", PNG)})
        assert sent.status_code == status
        assert other.delete(f"{address}/{listed['id']}").status_code == status
    assert client.delete(f"{address}/{listed['id']}").status_code == 204
    assert client.get(address).json() == []
