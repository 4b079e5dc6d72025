"""The sheet editor: filling, rows, undo, keys."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.editor import (
    FIELDS,
    ROWS,
    cell,
    declared,
    fill,
    new_declaration,
    office,
    open_editor,
    published,
    rows_of,
    saved,
    says,
    stored,
)

__all__ = ["office"]
OpenPage = Callable[[str | None], Page]
pytestmark = pytest.mark.usefixtures("office")


def test_rows_are_moved_duplicated_deleted_and_all_of_it_undone(page_as: OpenPage) -> None:
    form = declared(ROWS)
    page = page_as("preparer")
    open_editor(page, form)
    first, second, third, fourth = ROWS

    cell(page, "indicators.0.name").click()
    page.keyboard.press("Alt+ArrowDown")
    says(page, "indicators.1.name", first[2])
    expect(cell(page, "indicators.1.name")).to_be_focused()
    saved(page)
    assert rows_of(stored(form)) == [second, first, third, fourth]

    page.keyboard.press("Shift+F10")
    page.get_by_role("menuitem", name="复制这一行").click()
    saved(page)
    assert rows_of(stored(form)) == [second, first, first, third, fourth]
    codes = [row["code"] for row in stored(form)["indicators"]]
    assert len(set(codes)) == 5

    page.locator("tr[data-code]").nth(3).hover()
    page.get_by_role("button", name="第 4 行的操作").click()
    page.get_by_role("menuitem", name="删除这一行").click()
    saved(page)
    assert rows_of(stored(form)) == [second, first, first, fourth]

    handle = page.locator("tr[data-code]").nth(3)
    handle.hover()
    handle.locator(".row-handle").drag_to(
        cell(page, "indicators.0.name"), target_position={"x": 30, "y": 2}
    )
    saved(page)
    assert rows_of(stored(form)) == [fourth, second, first, first]

    for _ in range(4):
        page.locator("#editor-undo").click()
    saved(page)
    assert rows_of(stored(form)) == list(ROWS)
    assert [row["code"] for row in stored(form)["indicators"]] == [
        codes[1],
        codes[0],
        codes[3],
        codes[4],
    ]


def test_merged_cells_regroup_and_can_be_split(page_as: OpenPage) -> None:
    form = declared(ROWS)
    page = page_as("preparer")
    open_editor(page, form)
    expect(page.locator("#cell-indicators-0-level1")).to_have_attribute("rowspan", "3")

    # Another class for the whole run, chosen from those of the year.
    cell(page, "indicators.0.level2").click()
    page.keyboard.press("Enter")
    options = page.get_by_role("option")
    expect(options.filter(has_text="时效指标")).to_be_visible()
    expect(options.filter(has_text="社会效益指标")).to_have_count(0)
    options.filter(has_text="时效指标").click()
    saved(page)
    assert [row[1] for row in rows_of(stored(form))] == [
        "时效指标",
        "时效指标",
        "质量指标",
        "服务对象满意度指标",
    ]

    # One row only.
    cell(page, "indicators.1.name").click()
    page.keyboard.press("Shift+F10")
    page.get_by_role("menuitem", name="拆分：只改这一行的二级指标").click()
    expect(cell(page, "indicators.1.level2")).to_be_focused()
    page.keyboard.type("质量")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    saved(page)
    assert [row[1] for row in rows_of(stored(form))] == [
        "时效指标",
        "质量指标",
        "质量指标",
        "服务对象满意度指标",
    ]
    expect(page.locator("#cell-indicators-1-level2")).to_have_attribute("rowspan", "2")

    page.keyboard.press("Control+z")
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+z")
    saved(page)
    assert rows_of(stored(form)) == list(ROWS)


def test_a_small_form_by_keyboard_only(page_as: OpenPage) -> None:
    form = new_declaration()
    page = page_as("preparer")
    open_editor(page, form)
    cell(page, "project.name").focus()
    page.keyboard.press("Tab")
    page.keyboard.type("其他一次性项目")
    page.keyboard.press("Tab")
    page.keyboard.type("特定目标类")
    page.keyboard.press("Enter")  # the row below, whose cell was settled when the form was begun
    page.keyboard.press("ArrowDown")
    page.keyboard.type("2026-12-31")
    page.keyboard.press("Shift+Tab")
    page.keyboard.type("2026/1/1")
    page.keyboard.press("ArrowDown")
    expect(cell(page, "funds.project_total")).to_be_focused()
    page.keyboard.press("ArrowRight")
    page.keyboard.type("1,000")
    page.keyboard.press("Enter")
    expect(cell(page, "funds.appropriation")).to_be_focused()
    page.keyboard.type("1000")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(cell(page, "annual_goal")).to_be_focused()
    page.keyboard.type("完成全年测试")
    page.keyboard.press("Alt+Enter")
    page.keyboard.type("按时提交报告")
    page.keyboard.press("Tab")
    expect(page.locator(".empty-hint")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # 添加一行
    expect(cell(page, "indicators.0.level1")).to_be_focused()
    page.keyboard.type("产出")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("数量")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("报告数")
    page.keyboard.press("Tab")
    page.keyboard.type("≥3份")
    page.keyboard.press("Enter")  # 添加一行
    page.keyboard.press("Enter")
    expect(cell(page, "indicators.1.target")).to_be_focused()
    page.keyboard.type("=1份")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Home")
    page.keyboard.press("ArrowLeft")
    expect(cell(page, "indicators.1.name")).to_be_focused()
    page.keyboard.type("总报告数")
    page.keyboard.press("Escape")
    page.keyboard.type("年报数")
    saved(page)

    document = stored(form)
    assert document["project"] == {
        "name": "新建项目",
        "nature": "其他一次性项目",
        "category": "特定目标类",
        "start": "2026-01-01",
        "end": "2026-12-31",
    }
    assert document["funds"]["annual_request"] == document["funds"]["appropriation"] == "1000.00"
    assert document["annual_goal"] == "完成全年测试\n按时提交报告"
    assert rows_of(document) == [
        ("产出指标", "数量指标", "报告数", "≥3份"),
        ("产出指标", "数量指标", "年报数", "=1份"),
    ]
    says(page, "funds.annual_request", "1,000.00")
    says(page, "project.start", "2026-01-01")


def test_escape_gives_back_and_typing_is_one_step(page_as: OpenPage) -> None:
    form = declared(ROWS)
    page = page_as("preparer")
    open_editor(page, form)
    cell(page, "indicators.0.name").click()
    page.keyboard.type("别的")
    says(page, "indicators.0.name", "别的")
    page.keyboard.press("Escape")
    says(page, "indicators.0.name", ROWS[0][2])
    page.keyboard.press("F2")
    page.keyboard.type("（新）")
    page.keyboard.press("Enter")
    saved(page)
    assert stored(form)["indicators"][0]["name"] == f"{ROWS[0][2]}（新）"
    page.keyboard.press("Control+z")
    saved(page)
    assert stored(form)["indicators"][0]["name"] == ROWS[0][2]


def test_a_value_is_shown_as_read_and_can_be_corrected(page_as: OpenPage) -> None:
    form = declared(ROWS)
    page = page_as("preparer")
    open_editor(page, form)
    cell(page, "indicators.1.target").click()
    page.keyboard.type("≥3000辆次")
    expect(page.locator("#reading")).to_contain_text("≥ · 3000 · 辆次 · 定量")
    expect(cell(page, "indicators.1.target")).to_have_attribute("aria-describedby", "reading")
    page.get_by_role("button", name="改正").click()
    page.get_by_label("计量单位").fill("辆")
    page.get_by_label("比较符号").select_option("=")
    page.get_by_role("button", name="用这个读法").click()
    saved(page)
    assert stored(form)["indicators"][1]["target"] == "=3000(辆)"
    expect(page.locator("#reading")).to_contain_text("= · 3000 · 辆 · 定量")


def test_the_library_is_offered_while_a_name_is_typed(page_as: OpenPage) -> None:
    form = declared([("", "", "", "")])
    page = page_as("preparer")
    open_editor(page, form)
    cell(page, "indicators.0.name").click()
    page.keyboard.type("机动车")
    options = page.get_by_role("listbox", name="指标库").get_by_role("option")
    expect(options).to_have_count(2)
    # Never in the way: without a choice Enter goes on as ever.
    page.keyboard.type("年检")
    says(page, "indicators.0.name", "机动车年检")
    expect(options).to_have_count(0)
    for _ in range(2):
        page.keyboard.press("Backspace")
    expect(options).to_have_count(2)
    page.keyboard.press("ArrowDown")
    expect(options.first).to_have_attribute("aria-selected", "true")
    chosen = options.first.locator(".suggestion-main").inner_text()
    page.keyboard.press("Enter")
    saved(page)
    (row,) = rows_of(stored(form))
    assert row[:3] == ("产出指标", "数量指标", chosen)
    assert row[3] in {"≥3000(辆次)", "=4(套)"}
    page.keyboard.press("Control+z")
    says(page, "indicators.0.target", "")


def test_copied_amounts_are_confirmed_one_by_one(page_as: OpenPage) -> None:
    earlier = declared(ROWS, funds__annual_request="500", funds__appropriation="500")
    form = new_declaration("明年项目", year=2027, copy_of=earlier)
    page = page_as("preparer")
    open_editor(page, form)
    expect(page.locator(".chip", has_text="待确认")).to_have_count(2)
    page.get_by_role("button", name="确认", exact=True).first.click()
    expect(page.locator(".chip", has_text="待确认")).to_have_count(1)
    cell(page, "funds.appropriation").click()
    page.keyboard.press("Alt+q")
    expect(page.locator(".chip", has_text="待确认")).to_have_count(0)
    saved(page)
    assert stored(form)["funds"]["appropriation"] == "500.00"


def test_sums_are_offered_and_findings_lead_to_their_cells(page_as: OpenPage) -> None:
    form = declared(ROWS)
    page = page_as("preparer")
    open_editor(page, form)
    fill(page, "funds.appropriation", "900")
    page.keyboard.press("Enter")
    page.keyboard.type("100.5")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="填入合计：年度资金申请总额 1,000.50").click()
    says(page, "funds.annual_request", "1,000.50")
    saved(page)
    assert stored(form)["funds"]["annual_request"] == "1000.50"

    page.locator("#editor-counts").click()
    page.locator("#findings").get_by_role("link", name="年度总体目标未填写").click()
    expect(cell(page, "annual_goal")).to_be_focused()
    expect(page.locator("#cell-annual_goal")).to_have_class(re.compile("has-error"))
    page.keyboard.type("完成测试")
    saved(page)
    expect(page.locator("#cell-annual_goal")).not_to_have_class(re.compile("has-error"))


def test_an_input_method_replaces_the_selected_cell(page_as: OpenPage) -> None:
    form = declared(ROWS)
    page = page_as("preparer")
    open_editor(page, form)
    cell(page, "indicators.1.name").click()
    keyboard = page.context.new_cdp_session(page)
    composing = {"selectionStart": 4, "selectionEnd": 4}
    keyboard.send("Input.imeSetComposition", {"text": "bao", **composing})
    keyboard.send("Input.imeSetComposition", {"text": "baogao", **composing})
    keyboard.send("Input.insertText", {"text": "报告"})
    says(page, "indicators.1.name", "报告")
    page.keyboard.press("Enter")
    saved(page)
    assert stored(form)["indicators"][1]["name"] == "报告"
    page.keyboard.press("Control+z")
    says(page, "indicators.1.name", ROWS[1][2])


def test_a_finger_writes_where_it_taps(page_as: OpenPage, browser: Browser) -> None:
    form = declared(ROWS)
    page = page_as("preparer")
    open_editor(page, form)
    phone = browser.new_context(
        storage_state=page.context.storage_state(),
        base_url=page.url,
        has_touch=True,
        viewport={"width": 400, "height": 800},
    )
    small = phone.new_page()
    open_editor(small, form)
    cell(small, "annual_goal").tap()
    small.keyboard.type("在手机上写的目标")
    saved(small)
    phone.close()
    assert stored(form)["annual_goal"] == "在手机上写的目标"


def test_the_page_prints_the_sheet_alone(page_as: OpenPage) -> None:
    form = declared(ROWS)
    page = page_as("preparer")
    open_editor(page, form)
    page.emulate_media(media="print")
    expect(page.locator(".editor-bar")).to_be_hidden()
    expect(page.locator("td.note").first).to_be_hidden()
    expect(cell(page, "indicators.0.name")).to_be_visible()


def test_what_the_editor_shows_is_what_the_sheet_shows(page_as: OpenPage) -> None:
    wanted = published("移动源管理技术支持", 2026)
    form = declared([tuple(row[field] for field in FIELDS) for row in wanted["indicators"]])
    page = page_as("preparer")
    shape = """(root) => [...document.querySelectorAll(`${root} .sheet-table tr`)].map((tr) =>
      [...tr.cells].filter((td) => !td.classList.contains("note")).map((td) => [
        td.rowSpan, td.colSpan,
        (td.querySelector("textarea")?.value ?? td.textContent).replace(/\\s+/g, "")]))"""
    open_editor(page, form)
    edited = page.evaluate(shape, "#editor-sheet")
    page.goto(f"/forms/{form.pk}/")
    assert edited == page.evaluate(shape, ".paper")
