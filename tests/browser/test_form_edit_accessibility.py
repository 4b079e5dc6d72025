"""The sheet editor for everybody: nothing for axe to find, no lag while typing, narrow windows."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.editor import (
    FIELDS,
    ROWS,
    cell,
    change,
    declared,
    fill,
    new_declaration,
    office,
    open_editor,
    published,
    saved,
    stored,
)
from tests.browser.test_accessibility import faults
from tests.browser.test_form_edit_evaluation import begun, taken_over

__all__ = ["office"]
OpenPage = Callable[[str | None], Page]
pytestmark = pytest.mark.usefixtures("office")


def test_empty_filled_and_with_everything_open(page_as: OpenPage) -> None:
    page = page_as("preparer")
    open_editor(page, new_declaration("空表"))
    assert faults(page) == []

    open_editor(page, declared(ROWS, funds__appropriation="100"))
    assert faults(page) == []
    cell(page, "indicators.1.target").click()
    expect(page.locator("#reading")).to_be_visible()
    assert faults(page) == []
    page.get_by_role("button", name="改正").click()
    assert faults(page) == []
    cell(page, "indicators.1.name").click()
    page.keyboard.type("机动车")
    expect(page.get_by_role("option").first).to_be_visible()
    assert faults(page) == []
    page.keyboard.press("Escape")
    page.keyboard.press("Shift+F10")
    expect(page.get_by_role("menu")).to_be_visible()
    assert faults(page) == []
    page.keyboard.press("Escape")
    page.locator("#editor-counts").click()
    expect(page.locator("#findings")).to_be_visible()
    assert faults(page) == []
    page.keyboard.press("Escape")
    page.get_by_role("button", name="送审").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    assert faults(page) == []
    page.get_by_role("dialog").get_by_role("button", name="关闭").click()
    page.get_by_role("button", name="按键").click()
    assert faults(page) == []


def test_conflict_failure_and_read_only(page_as: OpenPage) -> None:
    form = declared(ROWS)
    page = page_as("preparer")
    open_editor(page, form)
    change(form, "colleague", annual_goal="对方的", overall_goal="对方的总目标")
    fill(page, "annual_goal", "我的")
    expect(page.get_by_role("dialog", name="这份表已有更新的版本")).to_be_visible()
    assert faults(page) == []
    page.get_by_role("button", name="稍后再定").click()
    expect(page.get_by_role("alert")).to_contain_text("这份表已有更新的版本")
    assert faults(page) == []


def test_self_evaluations(page_as: OpenPage) -> None:
    page = page_as("preparer")
    for form in (begun(), taken_over()):
        open_editor(page, form)
        assert faults(page) == []


def test_narrow_and_wide_windows(page_as: OpenPage) -> None:
    form = declared(ROWS)
    page = page_as("preparer")
    for width in (400, 1920):
        page.set_viewport_size({"width": width, "height": 800})
        open_editor(page, form)
        fill(page, "indicators.1.target", "≥3000辆次")
        expect(page.locator("#reading")).to_contain_text("≥ · 3000 · 辆次 · 定量")
        expect(page.locator("#editor-saved")).to_be_in_viewport()
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert faults(page) == []


def test_typing_in_one_of_62_rows_writes_no_other_anew(page_as: OpenPage) -> None:
    wanted = published("移动源管理技术支持", 2026)
    form = declared([tuple(row[field] for field in FIELDS) for row in wanted["indicators"]])
    page = page_as("preparer")
    open_editor(page, form)
    cell(page, "indicators.30.name").click()
    page.evaluate(
        """() => {
          window.rewritten = new Set();
          const note = (records) => {
            for (const { target } of records) {
              const place = target.nodeType === Node.TEXT_NODE ? target.parentElement : target;
              const row = place?.closest("#editor-sheet tr");
              if (row) window.rewritten.add(row.rowIndex);
            }
          };
          const sheet = document.getElementById("editor-sheet");
          new MutationObserver(note).observe(sheet, { childList: true, characterData: true, subtree: true });
        }"""
    )
    # What is left open is told beside its own row.
    text = "重型车实际道路污染物排放因子库建设及年度特征分析XXX"
    page.keyboard.press("F2")
    page.keyboard.type(text)
    saved(page)
    assert stored(form)["indicators"][30]["name"].endswith(text)
    own = page.evaluate("() => document.activeElement.closest('tr').rowIndex")
    assert page.evaluate("() => [...window.rewritten]") == [own]
