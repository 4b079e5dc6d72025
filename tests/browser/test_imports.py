"""批量导入 in a browser: drag a file in, read the errors, download the marked workbook, correct it, import,
undo."""

from __future__ import annotations

import base64
from collections.abc import Callable
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from django.core.files.base import ContentFile
from django.utils import timezone
from playwright.sync_api import FilePayload, Page, expect

from perfgoals.common.models import Job
from projects.models import Form
from scoring.models import ImportBatch
from scoring.services.importing import apply_batch, keep_upload, order_reading, silent
from scoring.tasks import IMPORT_READ, TASKS, read_import
from scoring.workbooks.batches import read_batch
from tests.cast import Cast
from tests.drafts import said
from tests.imports import ALL, flat_file, json_file, named, saved, sheet_of

OpenPage = Callable[[str | None], Page]

DROP = """([target, files]) => {
  const data = new DataTransfer();
  for (const [name, content] of files) {
    const bytes = Uint8Array.from(atob(content), (c) => c.charCodeAt(0));
    data.items.add(new File([bytes], name));
  }
  const dropped = new DragEvent("drop", {bubbles: true, cancelable: true, dataTransfer: data});
  document.querySelector(target).dispatchEvent(dropped);
}"""


def faultless(page: Page) -> None:
    """axe-core finds nothing."""
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def drop(page: Page, **files: bytes) -> None:
    """Drop the files on the panel, as if dragged from a folder. Each is named with its ending after two
    underscores."""
    named = [
        [name.replace("__", "."), base64.b64encode(content).decode()]
        for name, content in files.items()
    ]
    expect(page.get_by_text("把文件拖到这里")).to_be_visible()
    page.evaluate(DROP, ["#upload", named])


def work() -> None:
    """Do what a worker would."""
    for job in Job.objects.filter(state="queued"):
        TASKS[job.kind].call(str(job.pk))


def test_the_way_of_a_file(cast: Cast, page_as: OpenPage, tmp_path: Path) -> None:
    goal = "全年举办六场培训，参训人员考核合格，按期完成，群众知晓率和满意度达到要求。"
    kept = json_file([named("甲项目"), named("乙项目")])
    first = read_batch(keep_upload(ContentFile(kept), "原有.json", by=cast.admin), report=silent)
    apply_batch(first, mode=ALL, by=cast.admin, report=silent)
    forms = Form.objects.filter(project_name__in=["甲项目", "乙项目"]).order_by("pk")
    sheet = sheet_of(flat_file(forms), "项目")
    heads = {cell.value: cell.column for cell in sheet[1]}
    sheet.cell(2, heads["年度总体目标"]).value = goal
    wrong = sheet.cell(3, heads["计划完成日期"])
    wrong.value = "年底"

    page = page_as("admin")
    page.goto("/")
    page.get_by_role("link", name="批量导入").click()
    faultless(page)
    drop(page, 年度项目__xlsx=saved(sheet))
    expect(page.get_by_role("heading", name="年度项目.xlsx")).to_be_visible()
    expect(page.get_by_role("region", name="进展")).to_contain_text("正在读取")
    faultless(page)
    work()
    expect(page.get_by_role("heading", name="错误和警告")).to_be_visible()
    row = page.get_by_role("region", name="错误和警告清单").get_by_role("row").nth(1)
    expect(row).to_contain_text(wrong.coordinate)
    expect(row).to_contain_text("年底")
    faultless(page)
    with page.expect_download() as download:
        page.get_by_role("link", name="下载标注错误的工作簿").first.click()
    assert download.value.suggested_filename == "年度项目（错误说明）.xlsx"
    file = tmp_path / "改正.xlsx"
    download.value.save_as(file)

    back = sheet_of(file.read_bytes(), "项目")
    assert back[wrong.coordinate].comment is not None
    back[wrong.coordinate].value = "2026-12-31"
    file.write_bytes(saved(back))
    page.get_by_role("link", name="批量导入").first.click()
    drop(page, 改正__xlsx=file.read_bytes())
    expect(page.get_by_role("heading", name="改正.xlsx")).to_be_visible()
    work()
    expect(page.get_by_role("heading", name="将会怎样")).to_be_visible()
    expect(page.get_by_role("region", name="各份表清单")).to_contain_text("年度总体目标")
    faultless(page)
    assert said(forms[0]).annual_goal != goal
    page.get_by_role("button", name="导入", exact=True).click()
    expect(page.get_by_role("region", name="进展")).to_contain_text("正在导入")
    work()
    expect(page.get_by_role("heading", name="已导入")).to_be_visible()
    assert said(forms[0]).annual_goal == goal
    faultless(page)
    page.goto(f"/forms/{forms[0].pk}/")
    expect(page.get_by_text(goal).first).to_be_visible()
    page.go_back()
    page.get_by_text("撤销这批导入…").click()
    expect(page.get_by_text("将 1 份表恢复为导入前的内容")).to_be_visible()
    faultless(page)
    page.get_by_role("button", name="确认撤销").click()
    work()
    expect(page.get_by_role("heading", name="已撤销")).to_be_visible()
    assert said(forms[0]).annual_goal != goal
    assert ImportBatch.objects.count() == 3

    page.get_by_role("link", name="甲项目").click()
    expect(page.get_by_role("heading", name="改动 1 处")).to_be_visible()
    changed = page.get_by_role("region", name="财政项目支出绩效目标申报表").locator(".is-changed")
    expect(changed.locator("del")).to_contain_text("四场")
    expect(changed.locator("ins")).to_contain_text("六场")
    faultless(page)


def test_the_marked_workbook_is_offered_as_soon_as_it_is_made(
    cast: Cast, page_as: OpenPage
) -> None:
    """Nobody has to load the page again, and what was chosen on it stays."""
    batch = keep_upload(
        ContentFile(json_file([named("甲", annual_goal="")])), "甲.json", by=cast.admin
    )
    order_reading(batch, read_import, kind=IMPORT_READ, by=cast.admin)
    work()
    batch.refresh_from_db()
    marked = batch.marked.name
    ImportBatch.objects.filter(pk=batch.pk).update(marked="")
    Job.objects.update(state="running")
    page = page_as("admin")
    page.goto(f"/imports/{batch.pk}/")
    expect(page.get_by_text("这本工作簿正在生成")).to_be_visible()
    faultless(page)
    page.evaluate("window.stayed = true")
    ImportBatch.objects.filter(pk=batch.pk).update(marked=marked)
    Job.objects.update(state="done")
    expect(page.get_by_role("link", name="下载标注错误的工作簿")).to_be_visible(timeout=10_000)
    assert page.evaluate("window.stayed")


def test_several_files_at_once(cast: Cast, page_as: OpenPage) -> None:
    """Dragged in together: each goes its own way, and what cannot be kept is told at once."""
    page = page_as("admin")
    page.goto("/imports/")
    content = json_file([named("甲项目")])
    drop(page, 一__json=content, 二__json=content, 三__xls=b"<html></html>", 空__xlsx=b"")
    expect(page.get_by_role("alert")).to_contain_text("「空.xlsx」是空的")
    expect(page.get_by_text("已上传 3 个文件，正在逐个读取。")).to_be_visible()
    listed = page.get_by_role("region", name="以前的文件").get_by_role("row")
    expect(listed).to_have_count(4)
    faultless(page)
    work()
    page.reload()
    expect(listed.filter(has_text="三.xls")).to_contain_text("不能读取")
    page.get_by_role("link", name="三.xls").click()
    expect(page.get_by_role("heading", name="这个文件不能读取")).to_be_visible()
    expect(page.get_by_text("网页（HTML）")).to_be_visible()
    faultless(page)
    page.goto("/imports/")
    page.get_by_role("link", name="二.json").click()
    expect(page.get_by_text("内容完全相同的文件")).to_be_visible()
    expect(page.get_by_role("link", name="一.json（待确认）")).to_be_visible()
    page.get_by_text("放弃这个文件…").click()
    page.get_by_role("button", name="确认放弃").click()
    expect(page.get_by_role("heading", name="已放弃")).to_be_visible()
    faultless(page)
    assert not Form.objects.filter(project_name="甲项目").exists()


def test_what_was_chosen_is_named_before_it_is_sent(cast: Cast, page_as: OpenPage) -> None:
    page = page_as("admin")
    page.goto("/imports/")
    box = page.get_by_label("申报表、自评表")
    files = [FilePayload(name=f"{n}.xlsx", mimeType="", buffer=b"x") for n in range(7)]
    box.set_input_files(files)
    expect(page.get_by_text("4.xlsx")).to_be_visible()
    expect(page.get_by_text("等 7 个文件")).to_be_visible()
    faultless(page)


def test_the_estimated_time_is_told_while_it_works(cast: Cast, page_as: OpenPage) -> None:
    batch = keep_upload(ContentFile(json_file([named("甲项目")])), "甲.json", by=cast.admin)
    order_reading(batch, read_import, kind=IMPORT_READ, by=cast.admin)
    page = page_as("admin")
    page.goto(f"/imports/{batch.pk}/")
    progress = page.get_by_role("region", name="进展")
    message = "正在核对和检查，约还需 2 分 12 秒"
    now = timezone.now()
    Job.objects.update(state="running", done=1700, total=5000, message=message, heartbeat_at=now)
    expect(progress).to_contain_text(message)
    expect(progress).to_contain_text("1700 / 5000，34%")
    faultless(page)


def test_a_cancel_is_heard_while_it_waits(cast: Cast, page_as: OpenPage) -> None:
    batch = keep_upload(ContentFile(json_file([named("甲项目")])), "甲.json", by=cast.admin)
    page = page_as("admin")
    page.goto(f"/imports/{batch.pk}/")
    page.get_by_role("button", name="读取这个文件").click()
    page.get_by_role("button", name="取消").click()
    expect(page.get_by_text("已取消，没有改动任何内容")).to_be_visible()
    page.get_by_role("button", name="读取这个文件").click()
    work()
    expect(page.get_by_role("heading", name="将会怎样")).to_be_visible()
