"""批量导入 in a browser: drag a file in, read the errors, download the marked workbook, correct it, import,
undo."""

from __future__ import annotations

import base64
from collections.abc import Callable
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from django.core.files.base import ContentFile
from playwright.sync_api import Page, expect

from perfgoals.common.models import Job
from projects.models import Form
from scoring.models import ImportBatch
from scoring.services.importing import apply_batch, keep_upload, silent
from scoring.tasks import TASKS
from scoring.workbooks.batches import read_batch
from tests.cast import Cast
from tests.drafts import said
from tests.imports import ALL, flat_file, json_file, named, saved, sheet_of

OpenPage = Callable[[str | None], Page]

DROP = """([target, name, content]) => {
  const bytes = Uint8Array.from(atob(content), (c) => c.charCodeAt(0));
  const data = new DataTransfer();
  data.items.add(new File([bytes], name));
  const dropped = new DragEvent("drop", {bubbles: true, cancelable: true, dataTransfer: data});
  document.querySelector(target).dispatchEvent(dropped);
}"""


def faultless(page: Page) -> None:
    """axe-core finds nothing."""
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


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
    content = base64.b64encode(saved(sheet)).decode()
    page.evaluate(DROP, ["#upload", "年度项目.xlsx", content])
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
    page.get_by_label("申报表、自评表").set_input_files(file)
    page.get_by_role("button", name="上传并读取").click()
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
    page.get_by_role("button", name="撤销这批导入").click()
    work()
    expect(page.get_by_role("heading", name="已撤销")).to_be_visible()
    assert said(forms[0]).annual_goal != goal
    assert ImportBatch.objects.count() == 3

    page.get_by_role("link", name="甲项目").click()
    expect(page.get_by_role("heading", name="改动 1 处")).to_be_visible()
    faultless(page)


def test_a_cancel_is_heard_while_it_waits(cast: Cast, page_as: OpenPage) -> None:
    batch = keep_upload(ContentFile(json_file([named("甲项目")])), "甲.json", by=cast.admin)
    page = page_as("admin")
    page.goto(f"/imports/{batch.pk}/")
    page.get_by_role("button", name="读取这个文件").click()
    page.get_by_role("button", name="取消").click()
    page.goto(f"/imports/{batch.pk}/")
    expect(page.get_by_text("已取消，没有改动任何内容")).to_be_visible()
    page.get_by_role("button", name="读取这个文件").click()
    work()
    expect(page.get_by_role("heading", name="将会怎样")).to_be_visible()
