"""预算执行表 in a browser: upload a list, choose for a row that fits no name, look at what would change,
import, look at the form, undo."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from projects.models import BudgetExecution
from tests.cast import Cast
from tests.drafts import prepares
from tests.execution import MAINTENANCE, draft, work, workbook

OpenPage = Callable[[str | None], Page]

LIST: list[Sequence[Any]] = [
    ["2020年部门预算执行情况表（截至2020年12月31日）"],
    ["编制单位：上海市生态环境局", None, None, None, None, None, "单位：元"],
    ["序号", "项目名称", "预算数", None, "执行情况", None, "备注"],
    [None, None, "年初预算", "全年预算", "执行数", "执行率", None],
    [1, MAINTENANCE, 1088156, 1000000, 950000, 0.95, None],
    [2, "综合规划区域协作和资金管理", 3680000, 3500000, 3400000, 0.9714, None],
    [3, "移动源管理技术支持", 2000000, 2000000, 1500000, 0.75, None],
    [4, "办公楼修缮", 500000, "待定", 400000, None, None],
    ["合计", None, 7268156, 6500000, 6250000, None, None],
]
MERGED = ("A1:G1", "A3:A4", "B3:B4", "C3:D3", "E3:F3", "G3:G4")


def faultless(page: Page) -> None:
    """axe-core finds nothing."""
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def test_the_way_of_a_list(cast: Cast, page_as: OpenPage) -> None:
    draft(cast.maintenance)
    draft(cast.planning)
    page = page_as("admin")
    page.goto("/imports/")
    page.get_by_role("link", name="导入预算执行表").click()
    faultless(page)
    page.get_by_label("年度").select_option("2020")
    content = workbook(*LIST, merged=MERGED)
    file = {"name": "决算.xlsx", "mimeType": "application/octet-stream", "buffer": content}
    page.get_by_label("文件（").set_input_files(file)  # type: ignore[arg-type]
    page.get_by_role("button", name="上传并读取").click()
    expect(page.get_by_role("region", name="进展")).to_contain_text("正在读取")
    faultless(page)
    work()

    expect(page.get_by_role("heading", name="核对项目")).to_be_visible()
    expect(page.get_by_role("region", name="读到的内容")).to_contain_text("读到 5 行")
    expect(page.get_by_role("region", name="不能读取的单元格")).to_contain_text("D8")
    faultless(page)
    row = page.get_by_role("row").filter(has_text="综合规划区域协作和资金管理").first
    row.get_by_role("combobox").select_option(index=1)
    page.get_by_role("button", name="预览改动").click()
    expect(page.get_by_role("region", name="进展")).to_be_visible()
    work()

    expect(page.get_by_role("heading", name="将会怎样")).to_be_visible()
    expect(page.get_by_role("region", name="各份表清单")).to_contain_text("950,000.00")
    faultless(page)
    page.get_by_label("只导入没有错误的表").check()
    page.get_by_role("button", name="导入", exact=True).click()
    expect(page.get_by_role("region", name="进展")).to_contain_text("正在导入")
    work()
    expect(page.get_by_role("heading", name="已导入")).to_be_visible()
    faultless(page)
    batch = page.url

    page.goto(f"/forms/{cast.maintenance.pk}/")
    expect(page.get_by_role("main")).to_contain_text("950,000")
    expect(page.get_by_role("main")).to_contain_text("95.00%")
    page.goto(batch)
    page.get_by_text("撤销这批导入").click()
    page.get_by_role("button", name="确认撤销").click()
    work()
    expect(page.get_by_role("heading", name="已撤销")).to_be_visible()
    page.goto(f"/forms/{cast.maintenance.pk}/")
    expect(page.get_by_role("main")).to_contain_text("980,710")
    assert not BudgetExecution.objects.exists()


def test_taking_the_figures(cast: Cast, page_as: OpenPage) -> None:
    form = draft(cast.maintenance)
    prepares(cast.preparer, form)
    BudgetExecution.objects.create(
        project=form.project, year_id=2020, executed=950000, annual_budget=1000000, file="决算.xlsx"
    )
    page = page_as("preparer")
    page.goto(f"/forms/{form.pk}/edit/")
    faultless(page)
    page.get_by_role("link", name="取用预算执行数").click()
    expect(page.get_by_role("heading", name="取用预算执行数")).to_be_visible()
    faultless(page)
    page.get_by_role("button", name="取用这").click()
    expect(page.get_by_text("资金与预算执行数一致：「决算.xlsx」。")).to_be_visible()


def test_the_export_page(cast: Cast, page_as: OpenPage) -> None:
    for name in ("admin", "auditor", "preparer"):
        page = page_as(name)
        page.goto("/exports/")
        faultless(page)
