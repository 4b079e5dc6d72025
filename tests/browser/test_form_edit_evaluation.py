"""The sheet editor on a 自评表: numbers that come with each save, scores taken over, and the submit."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from projects.models import Form
from scoring.services import start_self_evaluation
from tests.browser.editor import (
    cell,
    fill,
    new_project,
    office,
    open_editor,
    paste,
    person,
    saved,
    says,
    sound_declaration,
    stored,
)

__all__ = ["office"]
OpenPage = Callable[[str | None], Page]
pytestmark = pytest.mark.usefixtures("office")


def begun() -> Form:
    """A self-evaluation of an older year, without a declaration."""
    return start_self_evaluation(project=new_project(), year=2024, by=person("preparer"))


def taken_over() -> Form:
    """A self-evaluation begun from an approved declaration."""
    declaration = sound_declaration()
    Form.objects.filter(pk=declaration.pk).update(status="approved")
    return start_self_evaluation(
        project=declaration.project, year=declaration.year_id, by=person("preparer")
    )


BLOCK = (
    "一级指标\t二级指标\t三级指标\t年度指标值\t实际完成值\t分值\t得分\t偏差原因分析及改进措施\n"
    "产出指标\t数量指标\t报告数\t≥4(份)\t4份\t30\t30\t\n"
    "\t质量指标\t数据准确率\t≥95(%)\t76%\t20\t\t\n"
    "效益指标\t社会效益指标\t提升监管效率\t提升\t有所提升\t30\t30\t\n"
    "满意度指标\t服务对象满意度指标\t车主满意度\t≥85(%)\t90%\t10\t10\t\n"
    "总分\t\t\t\t\t100\t\t\n"
)


def pasted(page_as: OpenPage, form: Form, block: str) -> Page:
    """The empty form in the editor, with the block pasted into it."""
    page = page_as("preparer")
    open_editor(page, form)
    page.locator(".empty-hint").click()
    paste(page, text=block)
    return page


def test_a_whole_self_evaluation_to_the_submit(page_as: OpenPage) -> None:
    form = begun()
    page = pasted(page_as, form, BLOCK)
    expect(page.locator("tr[data-code]")).to_have_count(4)
    for path, amount in (
        ("funds.total.initial_budget", "100"),
        ("funds.total.annual_budget", "100"),
        ("funds.total.executed", "90"),
        ("funds.appropriation.initial_budget", "100"),
        ("funds.appropriation.annual_budget", "100"),
        ("funds.appropriation.executed", "90"),
    ):
        fill(page, path, amount)
    page.keyboard.press("Enter")

    # 90 ÷ 100, and 10 points of it; told, and taken over with a press.
    sheet = page.locator("#editor-sheet")
    expect(sheet).to_contain_text("执行率 90.00 ÷ 100.00 = 90.00%")
    total = page.locator("tr", has=page.locator("#cell-funds-total-executed"))
    expect(total.locator(".note")).to_have_attribute("rowspan", "4")
    total.get_by_role("button", name="采用核算执行率 90.00", exact=True).click()
    total.get_by_role("button", name="采用核算得分 9.00").click()
    says(page, "funds.total.score", "9.00")
    total.get_by_role("button", name="当年财政拨款：采用核算执行率 90.00").click()
    says(page, "funds.appropriation.execution_rate", "90.00")

    # 76 of 95 per cent: four fifths of 20 points.
    row = page.locator("tr[data-code]").nth(1)
    row.get_by_role("button", name="采用建议分 16.00").click()
    says(page, "indicators.1.score", "16.00")
    expect(row).to_contain_text("偏差原因")
    fill(
        page,
        "indicators.1.deviation_reason",
        "部分设备老化，数据缺测较多，下一年更换设备并加强质控。",
    )

    # A qualitative row offers its three levels with their intervals.
    words = page.locator("tr[data-code]").nth(2)
    level = words.get_by_role("button", name=re.compile("部分达成.*18—24"))
    level.click()
    expect(level).to_have_attribute("aria-pressed", "true")
    expect(words).to_contain_text("采用建议分 21.00")
    fill(page, "indicators.2.score", "22")
    fill(page, "indicators.2.deviation_reason", "监管平台上线较晚，效率提升不明显，今后提前部署。")
    for path, text in (
        ("expected_goal", "提交4份报告，数据准确率95%以上。"),
        ("actual_outcome", "提交4份报告，数据准确率76%。"),
    ):
        fill(page, path, text)
    page.keyboard.press("Enter")
    saved(page)
    # 9 + 30 + 16 + 22 + 10
    expect(page.locator("#editor-numbers")).to_contain_text("总分87.00")
    expect(page.locator("#editor-numbers")).to_contain_text("分值合计100")

    fill(page, "total_score", "90")
    page.get_by_role("button", name="送审").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("还有 1 处错误，改正后才能送审")
    dialog.get_by_role("link", name=re.compile("总分填 90.00")).click()
    expect(dialog).to_be_hidden()
    expect(cell(page, "total_score")).to_be_focused()
    assert Form.objects.get(pk=form.pk).status == "draft"

    page.get_by_role("button", name="采用核算得分 87.00").click()
    page.get_by_role("button", name=re.compile("采用核算等级")).click()
    saved(page)
    page.get_by_role("button", name="送审").click()
    dialog.get_by_role("button", name="确定送审").click()
    expect(page).to_have_url(re.compile(rf"/forms/{form.pk}/$"))
    assert Form.objects.get(pk=form.pk).status == "submitted"
    document = stored(form)
    assert document["total_score"] == "87.00"
    assert document["indicators"][2]["attainment"] == "partial"


def test_all_suggested_scores_at_once_and_back(page_as: OpenPage) -> None:
    unscored = BLOCK.replace("\t30\t30\t", "\t30\t\t").replace("\t10\t10\t", "\t10\t\t")
    form = begun()
    page = pasted(page_as, form, unscored)
    saved(page)
    page.get_by_role("button", name="全部采用建议分").click()
    says(page, "indicators.0.score", "30.00")
    says(page, "indicators.1.score", "16.00")
    says(page, "indicators.3.score", "10.00")
    saved(page)
    assert stored(form)["indicators"][1]["score"] == "16.00"
    page.keyboard.press("Control+z")
    for number in (0, 1, 3):
        says(page, f"indicators.{number}.score", "")


def test_what_is_being_pressed_stays_until_it_is_let_go(page_as: OpenPage) -> None:
    form = begun()
    page = pasted(page_as, form, BLOCK)
    saved(page)
    row = page.locator("tr[data-code]").nth(1)
    offer = row.get_by_role("button", name="采用建议分 16.00")
    # The press leaves the cell, which is saved; the answer finds fault with it and would move the button.
    fill(page, "indicators.1.score", "20000")
    offer.hover()
    with page.expect_response(re.compile("/api/")):
        page.mouse.down()
    expect(page.locator("#editor-saved")).to_contain_text("已保存")
    page.mouse.up()
    says(page, "indicators.1.score", "16.00")
    # Held down by the space bar as well.
    fill(page, "indicators.1.score", "20000")
    page.keyboard.press("Enter")
    offer.focus()
    with page.expect_response(re.compile("/api/")):
        page.keyboard.down(" ")
        page.keyboard.press("Control+s")
    expect(page.locator("#editor-saved")).to_contain_text("已保存")
    page.keyboard.up(" ")
    says(page, "indicators.1.score", "16.00")
    saved(page)
    assert stored(form)["indicators"][1]["score"] == "16.00"


def test_what_was_declared_is_locked(page_as: OpenPage) -> None:
    form = taken_over()
    page = page_as("preparer")
    open_editor(page, form)
    expect(page.locator("tr[data-code]")).to_have_count(5)
    for field in ("level1", "level2", "name", "target"):
        expect(cell(page, f"indicators.0.{field}")).to_have_attribute("readonly", "")
    expect(page.locator(".row-tools")).to_have_count(0)
    expect(page.get_by_role("button", name="添加一行")).to_have_count(0)
    cell(page, "indicators.0.name").click()
    page.keyboard.type("改不了")
    page.keyboard.press("Alt+Delete")
    expect(page.locator("#editor-said")).to_contain_text("不能增删或移动")

    cell(page, "indicators.0.actual").click()
    paste(page, text="3100辆次\t10\n1份\t10\n96%\t10\n90%\t10\n2次\t10\n多余\t1\n")
    expect(page.locator("#editor-said")).to_contain_text("多出的 1 行没有粘贴")
    saved(page)
    rows = stored(form)["indicators"]
    assert [row["actual"] for row in rows] == ["3100辆次", "1份", "96%", "90%", "2次"]
    assert rows[0]["name"] == "重型车跟车测试数次"
    assert len(rows) == 5


def test_the_reason_for_a_low_rate_stands_beside_the_funds(page_as: OpenPage) -> None:
    form = begun()
    page = page_as("preparer")
    open_editor(page, form)
    fill(page, "funds.total.executed", "50")
    page.get_by_label("执行率偏差原因").fill("项目招标延期，尾款下年支付。")
    saved(page)
    assert stored(form)["funds"]["total"]["deviation_reason"] == "项目招标延期，尾款下年支付。"
    page.reload()
    expect(page.get_by_label("执行率偏差原因")).to_have_value("项目招标延期，尾款下年支付。")


def test_weights_are_shared_out_and_completed(page_as: OpenPage) -> None:
    page = pasted(page_as, begun(), BLOCK)
    expect(page.locator("tr[data-code]")).to_have_count(4)
    # The execution rate has 10 points; two rows of output share 50, benefit has 30, satisfaction 10.
    page.get_by_role("button", name="按计分办法分配分值").click()
    for number, weight in enumerate(["25.00", "25.00", "30.00", "10.00"]):
        says(page, f"indicators.{number}.weight", weight)
    complete = page.get_by_role("button", name="保留已改的分值，补足其余")
    expect(complete).to_be_hidden()
    fill(page, "indicators.0.weight", "40")
    page.keyboard.press("Enter")
    # With the answer come new notes, and the page below them moves.
    saved(page)
    complete.click()
    for number, weight in enumerate(["40.00", "10.00", "30.00", "10.00"]):
        says(page, f"indicators.{number}.weight", weight)
    page.get_by_role("button", name="撤销").click()
    says(page, "indicators.1.weight", "25.00")
    saved(page)


def test_from_the_declaration_to_the_submit(page_as: OpenPage) -> None:
    form = taken_over()
    page = page_as("preparer")
    open_editor(page, form)
    # What was declared stands there; what it came to is filled in, the request being 1 in 万元.
    says(page, "funds.total.initial_budget", "1.00")
    for path, amount in (
        ("funds.total.annual_budget", "1"),
        ("funds.total.executed", "0.95"),
        ("funds.appropriation.annual_budget", "1"),
        ("funds.appropriation.executed", "0.95"),
        ("actual_outcome", "完成3100辆次重型车跟车测试，提交1份评估总报告。"),
    ):
        fill(page, path, amount)
    page.keyboard.press("Enter")
    saved(page)
    funds = page.locator("tr", has=page.locator("#cell-funds-total-executed"))
    funds.get_by_role("button", name="采用核算执行率 95.00").first.click()
    funds.get_by_role("button", name="采用核算得分 9.50").click()
    funds.get_by_role("button", name="当年财政拨款：采用核算执行率 95.00").click()
    cell(page, "indicators.0.actual").click()
    paste(page, text="3100辆次\n1份\n96%\n90%\n2次\n")
    saved(page)
    page.get_by_role("button", name="全部采用建议分").click()
    saved(page)
    # The weights were proposed to come to 100, all targets are met: 90 + 10 × 95%.
    expect(page.locator("#editor-numbers")).to_contain_text("总分99.50")
    expect(page.locator("#editor-numbers")).to_contain_text("分值合计100")
    page.get_by_role("button", name="采用核算得分 99.50").click()
    page.get_by_role("button", name=re.compile("采用核算等级")).click()
    saved(page)
    page.get_by_role("button", name="送审").click()
    page.get_by_role("dialog").get_by_role("button", name="确定送审").click()
    expect(page).to_have_url(re.compile(rf"/forms/{form.pk}/$"))
    assert Form.objects.get(pk=form.pk).status == "submitted"
    document = stored(form)
    assert document["total_score"] == "99.50"
    assert document["rating"] == "优"
    assert document["indicators"][0]["name"] == "重型车跟车测试数次"
