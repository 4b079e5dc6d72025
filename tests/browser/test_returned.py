"""A form that came back: why, the comments in the editor, answering, handing in again; and its steps as
dialogs."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from projects.models import Form
from projects.services import add_comment
from scoring.services import return_form, submit_form
from tests.browser.editor import (
    cell,
    fill,
    office,
    open_editor,
    person,
    saved,
    sound_declaration,
    stored,
)
from tests.browser.test_accessibility import faults

__all__ = ["office"]
OpenPage = Callable[[str | None], Page]
pytestmark = pytest.mark.usefixtures("office")


def commented(form: Form, number: int, field: str, text: str) -> None:
    row = form.declaration.indicators.all()[number]
    labels = {"target": "年度指标值", "name": "三级指标"}
    add_comment(
        form,
        by=person("auditor"),
        text=text,
        place=f"row:{row.code}.{field}",
        label=f"第 {number + 1} 行「{row.name}」{labels[field]}",
        quote=getattr(row, field),
    )


def submitted() -> Form:
    form = Form.objects.get(pk=sound_declaration().pk)
    submit_form(form, by=person("preparer"), expected_version=form.version)
    return Form.objects.get(pk=form.pk)


def came_back() -> Form:
    """Returned with two comments on cells and one on the whole form."""
    form = submitted()
    commented(form, 0, "target", "目标偏低，请说明依据")
    commented(form, 2, "name", "名称要写明是哪项数据")
    add_comment(form, by=person("auditor"), text="整体再核一遍")
    return_form(
        form, by=person("auditor"), expected_version=form.version, reason="请按批注逐条修改"
    )
    return Form.objects.get(pk=form.pk)


def test_from_the_comment_to_the_cell_and_back_by_keys(page_as: OpenPage) -> None:
    form = came_back()
    page = page_as("preparer")
    open_editor(page, form)
    expect(page.locator(".sent-back")).to_contain_text("请按批注逐条修改")
    expect(page.locator(".sent-back")).to_contain_text("未处理的批注 3 条")
    expect(page.locator("#editor-comments")).to_have_text("批注 3")
    assert faults(page) == []

    page.locator("#editor-comments").click()
    expect(page.locator(".comment")).to_have_count(3)
    assert faults(page) == []
    page.locator(".comment-head a").first.click()
    expect(cell(page, "indicators.0.target")).to_be_focused()

    page.keyboard.press("Alt+m")
    answer = page.get_by_role("textbox", name=re.compile("^答复：第 1 行"))
    expect(answer).to_be_focused()
    page.keyboard.type("依据三年平均数")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".comment-answer")).to_contain_text("依据三年平均数")
    expect(page.locator(".comment-answer")).to_contain_text("张填报")
    answers = form.comments.exclude(parent=None)
    assert [one.text for one in answers] == ["依据三年平均数"]
    assert faults(page) == []

    page.get_by_role("button", name="标为已处理").first.click()
    expect(page.locator("#editor-comments")).to_have_text("批注 2")
    expect(page.locator(".comment-done summary")).to_have_text("已处理 1 条")
    expect(page.locator(".comment-badge")).to_have_count(1)
    assert faults(page) == []


def test_a_comment_keeps_to_its_row(page_as: OpenPage) -> None:
    form = came_back()
    page = page_as("preparer")
    open_editor(page, form)
    cell(page, "indicators.0.target").click()
    page.keyboard.press("Alt+ArrowDown")
    saved(page)
    assert stored(form)["indicators"][1]["name"] == "重型车跟车测试数次"
    expect(page.locator("#cell-indicators-1-target .comment-badge")).to_have_count(1)
    expect(page.locator("#cell-indicators-0-target .comment-badge")).to_have_count(0)
    page.locator("#editor-comments").click()
    page.locator(".comment-head a").first.click()
    expect(cell(page, "indicators.1.target")).to_be_focused()


def test_handing_in_names_what_was_neither_changed_nor_answered(page_as: OpenPage) -> None:
    form = came_back()
    page = page_as("preparer")
    open_editor(page, form)
    fill(page, "indicators.0.target", "≥4000(辆次)")
    saved(page)
    page.get_by_role("button", name="送审").click()
    asked = page.locator("#submit-asked")
    expect(asked).to_contain_text("要求修改但未改，也没有答复（2 条）")
    expect(asked).to_contain_text("名称要写明是哪项数据")
    expect(asked).to_contain_text("整体再核一遍")
    expect(asked).not_to_contain_text("目标偏低")
    assert faults(page) == []
    asked.get_by_role("link").click()
    expect(cell(page, "indicators.2.name")).to_be_focused()

    page.get_by_role("button", name="送审").click()
    page.get_by_role("button", name="确定送审").click()
    page.wait_for_url(f"**/forms/{form.pk}/")
    expect(page.locator(".since")).to_contain_text("退回以来改动 1 处")
    expect(page.locator(".sheet-table .is-changed")).to_have_text("≥3000(辆次) ≥4000(辆次)")
    assert faults(page) == []


def test_an_answer_that_was_refused_stays_in_its_place(page_as: OpenPage) -> None:
    form = came_back()
    page = page_as("preparer")
    open_editor(page, form)
    page.locator("#editor-comments").click()
    first = page.locator(".comment").first
    first.get_by_role("button", name="答复").click()
    expect(first.get_by_role("alert")).to_have_text("请写明答复内容")
    page.route("**/answers", lambda route: route.abort())
    first.get_by_role("textbox").fill("写好的答复")
    first.get_by_role("button", name="答复").click()
    expect(first.get_by_role("alert")).to_contain_text("您写的还在这里")
    expect(first.get_by_role("textbox")).to_have_value("写好的答复")
    assert faults(page) == []


def test_a_comment_is_answered_on_the_form_page_while_it_waits(page_as: OpenPage) -> None:
    form = submitted()
    commented(form, 0, "target", "目标偏低，请说明依据")
    page = page_as("preparer")
    page.goto(f"/forms/{form.pk}/")
    page.get_by_role("textbox", name=re.compile("^答复：")).fill("依据三年平均数")
    page.get_by_role("button", name="答复", exact=True).click()
    expect(page.locator(".comment-answer")).to_contain_text("依据三年平均数")
    page.locator(".comment-head a").click()
    expect(page.locator("#cell-indicators-0-target")).to_be_focused()
    assert faults(page) == []


def test_steps_are_dialogs_and_keep_what_was_typed(page_as: OpenPage) -> None:
    form = submitted()
    page = page_as("auditor")
    page.goto(f"/forms/{form.pk}/")
    page.get_by_role("button", name="退回修改").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    assert faults(page) == []
    reason = dialog.get_by_label("退回理由")
    reason.fill("写了一半")
    dialog.get_by_role("button", name="取消").click()
    expect(dialog).to_be_hidden()
    page.get_by_role("button", name="退回修改").click()
    expect(reason).to_have_value("写了一半")

    # Somebody else is faster: nothing is done, and nothing typed is lost.
    Form.objects.filter(pk=form.pk).update(version=form.version + 1)
    dialog.get_by_role("button", name="确定退回修改").click()
    expect(page.get_by_role("alert")).to_contain_text("已有更新的版本")
    expect(page.get_by_label("退回理由")).to_have_value("写了一半")
    assert faults(page) == []
    assert Form.objects.get(pk=form.pk).status == "submitted"


def test_without_a_script_a_step_opens_below_its_button(page_as: OpenPage) -> None:
    form = submitted()
    page = page_as("auditor")
    page.route("**/*.js", lambda route: route.abort())
    page.goto(f"/forms/{form.pk}/")
    page.locator("#step-return summary").click()
    page.get_by_label("退回理由").fill("请补充依据")
    page.get_by_role("button", name="确定退回修改").click()
    expect(page.locator(".messages")).to_contain_text("已退回修改")
    assert Form.objects.get(pk=form.pk).status == "returned"


def test_narrow_windows(page_as: OpenPage) -> None:
    form = came_back()
    page = page_as("preparer")
    page.set_viewport_size({"width": 400, "height": 800})
    for address in (f"/forms/{form.pk}/", f"/forms/{form.pk}/edit/"):
        page.goto(address)
        expect(page.locator(".sent-back")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert faults(page) == []
