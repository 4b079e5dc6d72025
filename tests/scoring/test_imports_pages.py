"""批量导入: the pages, as an administrator and others see them."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from perfgoals.accounts.models import Membership, Role, Unit, User
from perfgoals.common.models import Job
from projects.models import Form
from scoring.models import ImportBatch
from scoring.tasks import apply_import, read_import, undo_import
from tests.cast import BUREAU, INFORMATION, Cast
from tests.drafts import change, put
from tests.imports import (
    flat_file,
    imported,
    json_file,
    json_of,
    named,
    official_file,
    sound,
    uploaded,
)
from tests.reading import nothing_written, texts
from tests.workbooks.office import saved as workbook_saved

pytestmark = pytest.mark.django_db
ClientOf = Callable[[str], Client]

PAGES = ["", "apply/", "undo/", "discard/", "read/", "file/", "marked/", "forms/1/"]


def administrator(user: User, unit: str = BUREAU) -> User:
    Membership.objects.create(user=user, unit=Unit.objects.get(name=unit), role=Role.ADMIN.value)
    return user


def send(client: Client, content: bytes, name: str = "项目.json") -> ImportBatch:
    answer = client.post("/imports/", {"files": SimpleUploadedFile(name, content)})
    assert answer.status_code == 302
    return ImportBatch.objects.latest("at")


def work(batch: ImportBatch) -> Job:
    """Do what a worker would: run the job that works on the batch."""
    batch.refresh_from_db()
    assert batch.job is not None
    tasks = {"import-read": read_import, "import-apply": apply_import, "import-undo": undo_import}
    tasks[batch.job.kind].call(str(batch.job.pk))
    batch.refresh_from_db()
    assert batch.job is not None
    return batch.job


@pytest.mark.parametrize("name", ["preparer", "auditor", "viewer", "newcomer"])
def test_only_administrators_import(cast: Cast, client_of: ClientOf, name: str) -> None:
    batch = uploaded(json_file([named("甲")]), cast.admin)
    client = client_of(name)
    assert client.get("/imports/").status_code == 403
    for page in PAGES:
        address = f"/imports/{batch.pk}/{page}"
        ask = client.post if page in ("apply/", "undo/", "discard/", "read/") else client.get
        assert ask(address).status_code == 403, page
    assert "批量导入" not in client.get("/").content.decode()


def test_anonymous_is_sent_to_sign_in(client_of: ClientOf) -> None:
    assert client_of("anonymous").get("/imports/")["Location"].startswith("/sign-in/")


def test_a_batch_is_its_owners(cast: Cast, client_of: ClientOf) -> None:
    administrator(cast.stranger)
    administrator(cast.colleague)
    batch = send(client_of("stranger"), json_file([named("甲")]))
    for page in PAGES:
        address = f"/imports/{batch.pk}/{page}"
        client = client_of("colleague")
        ask = client.post if page in ("apply/", "undo/", "discard/", "read/") else client.get
        assert ask(address).status_code == 404, page
    assert client_of("admin").get(f"/imports/{batch.pk}/").status_code == 200
    assert "批量导入" in client_of("stranger").get("/").content.decode()


def test_the_whole_way(cast: Cast, client_of: ClientOf) -> None:
    client = client_of("admin")
    batch = send(client, json_file([named("甲"), named("乙", annual_goal="")]))
    page = f"/imports/{batch.pk}/"
    assert "正在读取" in client.get(page).content.decode()
    assert work(batch).state == "done"
    with nothing_written():
        shown = client.get(page).content.decode()
    assert "读到 <strong>2</strong> 份表" in shown
    assert "现有 1 份有错误或不能改" in shown
    assert client.get(f"{page}forms/2/").status_code == 200
    assert client.get(f"{page}marked/").status_code == 200
    client.post(f"{page}apply/", {"mode": "all"})
    job = work(batch)
    assert (job.state, batch.standing) == ("failed", "ready")
    assert "没有导入任何内容" in client.get(page).content.decode()
    client.post(f"{page}apply/", {"mode": "sound"})
    ImportBatch.objects.filter(pk=batch.pk).update(marked="")  # given up for the import
    assert work(batch).state == "done"
    assert client.get(f"{page}marked/").status_code == 200
    form = Form.objects.get(project_name="甲")
    assert not Form.objects.filter(project_name="乙").exists()
    assert client.post(f"{page}apply/", {"mode": "sound"}).status_code == 409
    client.post(f"{page}undo/")
    assert work(batch).state == "done"
    assert not Form.objects.filter(pk=form.pk).exists()
    assert "已撤销" in client.get(page).content.decode()


def test_while_errors_are_being_marked_the_page_says_so(cast: Cast, client_of: ClientOf) -> None:
    client = client_of("admin")
    batch = send(client, json_file([named("甲", annual_goal="")]))
    page = f"/imports/{batch.pk}/"
    job = work(batch)
    assert "下载标注错误的工作簿</a>，改正后再上传" in client.get(page).content.decode()
    ImportBatch.objects.filter(pk=batch.pk).update(marked="")
    Job.objects.filter(pk=job.pk).update(state="running")
    shown = client.get(page).content.decode()
    assert "这本工作簿正在生成，做好后可以在这里下载" in shown
    assert "下载标注错误的工作簿" not in shown


@pytest.mark.parametrize("state", ["failed", "cancelled"])
def test_a_preview_stands_where_only_the_marking_was_not_done(
    cast: Cast, client_of: ClientOf, state: str
) -> None:
    client = client_of("admin")
    batch = send(client, json_file([named("甲", annual_goal=""), named("乙")]))
    job = work(batch)
    ImportBatch.objects.filter(pk=batch.pk).update(marked="")
    Job.objects.filter(pk=job.pk).update(state=state)
    shown = client.get(f"/imports/{batch.pk}/").content.decode()
    assert "没有改动任何内容" not in shown
    assert "错误和警告" in shown
    assert "将会怎样" in shown
    assert "正在生成" not in shown


def test_what_was_left_by_an_undo_is_listed(cast: Cast, client_of: ClientOf) -> None:
    client = client_of("admin")
    batch = send(client, json_file([named("甲")]))
    work(batch)
    client.post(f"/imports/{batch.pk}/apply/", {"mode": "all"})
    work(batch)
    form = Form.objects.get(project_name="甲")
    change(form, cast.preparer, put("annual_goal", "举办五场培训，考核合格，按期完成。"))
    client.post(f"/imports/{batch.pk}/undo/")
    work(batch)
    shown = client.get(f"/imports/{batch.pk}/?outcome=kept").content.decode()
    assert "有 1 份表在导入以后又有修改，没有动" in shown
    assert "现在是第 2 版" in shown


def test_the_same_content_again_says_so(cast: Cast, client_of: ClientOf) -> None:
    client = client_of("admin")
    first = send(client, json_file([named("甲")]), "一.json")
    second = send(client, json_file([named("甲")]), "二.json")
    shown = client.get(f"/imports/{second.pk}/")
    assert "内容完全相同的文件" in shown.content.decode()
    assert f"/imports/{first.pk}/" in shown.content.decode()


def test_a_long_text_is_shown_from_where_it_differs(
    cast: Cast, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the list; the page of the form shows all of it, and the amounts as the sheet prints them."""
    stages = "".join(f"第 {n} 期参训人员考核合格，" for n in range(1, 13))
    goal = f"全年举办十二期培训，{stages}群众知晓率达到{{}}。"
    funds = sound()["funds"] | {"annual_request": "1234567.00", "appropriation": "1234567.00"}
    funds |= {"project_total": "1234567.00", "project_fiscal": "1234567.00"}
    imported(json_file([named("甲", annual_goal=goal.format("要求"))]), cast.admin)
    new = named("甲", annual_goal=goal.format("九成"), funds=funds)
    batch = uploaded(json_file([new]), cast.admin)
    client = client_of("admin")
    monkeypatch.setattr("scoring.views.imports._CHANGES", 9)
    changes = texts(client.get(f"/imports/{batch.pk}/"), ".import-change")
    assert "改动 年度总体目标 …，群众知晓率达到要求。 → …，群众知晓率达到九成。" in changes
    assert "改动 年度资金申请总额 200,000.00 → 1,234,567.00" in changes
    page = client.get(f"/imports/{batch.pk}/forms/1/")
    assert goal.format("九成") in " ".join(texts(page, "td"))
    assert texts(page, ".sheet .is-changed ins").count("1,234,567.00") == 4


def test_nothing_to_import_says_so(cast: Cast, client_of: ClientOf) -> None:
    client = client_of("admin")
    imported(json_file([named("甲")]), cast.admin)
    same = uploaded(json_file([named("甲")]), cast.admin)
    page = client.get(f"/imports/{same.pk}/")
    assert texts(page, ".import-nothing") == ["没有可以导入的表。文件和系统里的内容一致。"]
    assert texts(page, "#apply") == []
    wrong = uploaded(json_file([named("乙", unit="某某局")]), cast.admin)
    page = client.get(f"/imports/{wrong.pk}/")
    assert texts(page, ".import-nothing") == ["没有可以导入的表。请在工作簿里改正后再上传。"]


def test_only_projects_of_forms_that_are_taken_count_as_new(
    cast: Cast, client_of: ClientOf
) -> None:
    batch = uploaded(json_file([named("甲"), named("乙", annual_goal="")]), cast.admin)
    assert batch.summary["projects"] == 1


def test_a_file_that_is_no_workbook(cast: Cast, client_of: ClientOf) -> None:
    client = client_of("admin")
    batch = send(client, b"<html><table></table></html>", "表.xls")
    work(batch)
    assert batch.state == "refused"
    assert "网页" in client.get(f"/imports/{batch.pk}/").content.decode()


def test_what_is_not_taken(
    cast: Cast, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = client_of("admin")
    answer = client.post("/imports/", {"files": SimpleUploadedFile("空.xlsx", b"")})
    assert answer.status_code == 422
    assert "请选择要导入的文件" in client.post("/imports/").content.decode()
    monkeypatch.setattr("scoring.services.importing.uploading.MAX_BYTES", 10)
    answer = client.post("/imports/", {"files": SimpleUploadedFile("大.xlsx", b"x" * 11)})
    assert "超过" in answer.content.decode()
    assert not ImportBatch.objects.exists()


def test_names_are_made_safe(cast: Cast, client_of: ClientOf) -> None:
    batch = send(client_of("admin"), b"{}", "..\\..\\a/表\x00<b>.xlsx")
    assert batch.name == "表b.xlsx"
    assert "表" not in (batch.file.name or "")


def test_another_units_forms_are_forbidden(cast: Cast, client_of: ClientOf) -> None:
    administrator(cast.stranger, INFORMATION)
    batch = send(client_of("stranger"), json_file([named("甲")]))
    work(batch)
    assert batch.items.get().plan == "forbidden"


def test_a_batch_given_up(
    cast: Cast, client_of: ClientOf, django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    client = client_of("admin")
    batch = send(client, json_file([named("甲")]))
    assert client.post(f"/imports/{batch.pk}/discard/").status_code == 409
    work(batch)
    name = batch.file.name
    assert name
    with django_capture_on_commit_callbacks(execute=True):
        client.post(f"/imports/{batch.pk}/discard/")
    batch.refresh_from_db()
    assert batch.state == "discarded"
    assert not batch.file.storage.exists(name)
    assert client.get(f"/imports/{batch.pk}/").status_code == 200
    assert client.get(f"/imports/{batch.pk}/file/").status_code == 404


def test_a_cancelled_reading_can_be_begun_anew(cast: Cast, client_of: ClientOf) -> None:
    client = client_of("admin")
    batch = send(client, json_file([named("甲")]))
    batch.refresh_from_db()
    client.post(f"/jobs/{batch.job_id}/cancel/")
    assert "还没有读取" in client.get(f"/imports/{batch.pk}/").content.decode()
    client.post(f"/imports/{batch.pk}/read/")
    work(batch)
    assert batch.state == "ready"


def test_the_list(cast: Cast, client_of: ClientOf) -> None:
    client = client_of("admin")
    assert "还没有导入过文件" in client.get("/imports/").content.decode()
    work(send(client, json_file([named("甲"), named("乙")])))
    assert texts(client.get("/imports/"), "tbody td.number")[0] == "2"


def test_the_web_process_opens_no_workbook(
    cast: Cast, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*args: Any, **options: Any) -> Any:
        raise AssertionError("a workbook was opened")

    client = client_of("admin")
    content = flat_file(Form.objects.select_related("project")[:2])
    for name in ("subprocess.run", "zipfile.ZipFile", "openpyxl.load_workbook"):
        monkeypatch.setattr(name, refuse)
    batch = send(client, content, "表.xlsx")
    assert batch.state == "reading"
    assert not batch.items.exists()
    assert client.get(f"/imports/{batch.pk}/").status_code == 200


@pytest.mark.parametrize("page", ["/imports/", "/imports/{}/", "/imports/{}/forms/1/"])
def test_more_forms_cost_no_more_queries(
    cast: Cast, client_of: ClientOf, django_assert_num_queries: Any, page: str
) -> None:
    client = client_of("admin")
    few = uploaded(json_file([named("甲")]), cast.admin)
    client.get(page.format(few.pk))
    with CaptureQueriesContext(connection) as asked:
        client.get(page.format(few.pk))
    many = uploaded(json_file([named(f"项目{n}") for n in range(30)]), cast.admin)
    with django_assert_num_queries(len(asked)):
        client.get(page.format(many.pk))


@pytest.mark.parametrize("write", [flat_file, official_file, json_of])
def test_a_form_that_cannot_be_taken_is_named(
    cast: Cast, client_of: ClientOf, write: Callable[..., bytes]
) -> None:
    """By the project that the file says, so that people know where to look."""
    imported(json_file([named("甲项目")]), cast.admin)
    content = write(Form.objects.filter(project_name="甲项目").select_related("project"))
    if write is json_of:
        content = content.replace(b'"200000.00"', '"二十万"'.encode())
    else:
        book = load_workbook(BytesIO(content))
        for sheet in book.worksheets:
            for row in sheet.iter_rows():
                for cell in row:
                    if cell.value == 200000:
                        cell.value = "二十万"
        content = workbook_saved(book)
    batch = uploaded(content, cast.admin)
    form = batch.items.get()
    assert (form.plan, form.document, form.project_name) == ("error", None, "甲项目")
    assert texts(client_of("admin").get(f"/imports/{batch.pk}/"), "tbody th a") == ["甲项目"]
