"""The way through a workbook in a browser: download, fill offline, upload, look, apply."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from projects.models import Form
from scoring.access import form_document
from tests.cast import Cast
from tests.workbooks.office import coordinate, opened, put_in_row

OpenPage = Callable[[str | None], Page]


def faultless(page: Page) -> None:
    """axe-core finds nothing."""
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def test_a_form_filled_offline(cast: Cast, page_as: OpenPage, tmp_path: Path) -> None:
    form = cast.planning
    Form.objects.filter(pk=form.pk).update(status="draft")
    page = page_as("preparer")
    page.goto(f"/forms/{form.pk}/workbook/upload/")
    faultless(page)

    with page.expect_download() as download:
        page.get_by_role("link", name="下载工作簿").click()
    assert download.value.suggested_filename == "综合规划、区域协作及资金管理 2020年自评表.xlsx"
    file = tmp_path / "填好.xlsx"
    download.value.save_as(file)

    sheet = opened(file.read_bytes())
    row, column = coordinate(sheet, "偏差原因分析及改进措施")
    sheet.cell(row + 1, column - 1).value = "满分"
    put_in_row(sheet, row + 2, {4: "新增的指标", 5: "≥3次", 6: "3次", 7: 6, 8: 6})
    sheet.parent.save(file)
    page.get_by_label("填好的工作簿").set_input_files(file)
    page.get_by_role("button", name="上传并查看改动").click()
    expect(page.get_by_role("heading", name="有 1 处不能读入")).to_be_visible()
    expect(page.get_by_role("row", name="H13 年报审计数量 · 得分 满分 应为数字")).to_be_visible()
    faultless(page)

    sheet.cell(row + 1, column - 1).value = 1.5
    sheet.parent.save(file)
    page.get_by_label("填好的工作簿").set_input_files(file)
    page.get_by_role("button", name="上传并查看改动").click()
    expect(page.get_by_role("heading", name="将改动 2 处，尚未采用")).to_be_visible()
    expect(page.get_by_text("新增一行")).to_be_visible()
    faultless(page)
    assert Form.objects.get(pk=form.pk).version == form.version

    page.get_by_role("button", name="采用这 2 处改动").click()
    expect(page.get_by_text(f"已按工作簿更新，成为第 {form.version + 1} 版。")).to_be_visible()
    expect(page.locator("#cell-indicators-1-name")).to_contain_text("新增的指标")
    document: Any = form_document(Form.objects.get(pk=form.pk))
    assert document.indicators[0].score == Decimal("1.5")
    assert len(document.indicators) == 15
