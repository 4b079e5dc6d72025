"""The sheet editor: blocks of cells from and to Excel and WPS."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from scoring.documents import read_form
from tests.browser.editor import (
    FIELDS,
    HEADINGS,
    ROWS,
    cell,
    copied,
    declared,
    excel_html,
    fill,
    new_declaration,
    office,
    open_editor,
    paste,
    published,
    rows_of,
    saved,
    stored,
    tab_text,
)

__all__ = ["office"]
OpenPage = Callable[[str | None], Page]
pytestmark = pytest.mark.usefixtures("office")

HEAD = {
    "project.name": ("project", "name"),
    "project.nature": ("project", "nature"),
    "project.category": ("project", "category"),
    "project.start": ("project", "start"),
    "project.end": ("project", "end"),
    "funds.annual_request": ("funds", "annual_request"),
    "funds.appropriation": ("funds", "appropriation"),
    "funds.carryover": ("funds", "carryover"),
    "funds.other": ("funds", "other"),
    "annual_goal": ("annual_goal",),
}


def _told(document: dict[str, Any]) -> Any:
    """What a form says, without what is no content of it: codes, and where it was published."""
    dropped = {"source": None, "summary_title": ""}
    rows = [{k: v for k, v in row.items() if k != "code"} for row in document["indicators"]]
    return read_form(document | dropped | {"indicators": rows})


def test_the_62_rows_of_2026_pasted_as_one_block(page_as: OpenPage) -> None:
    wanted = published("移动源管理技术支持", 2026)
    form = new_declaration()
    page = page_as("preparer")
    open_editor(page, form)

    page.locator(".empty-hint").click()
    block = [tuple(row[field] for field in FIELDS) for row in wanted["indicators"]]
    paste(page, text=tab_text(block), markup=excel_html(block, headings=HEADINGS))
    expect(page.locator("tr[data-code]")).to_have_count(62)
    expect(page.locator("#editor-said")).to_contain_text("已粘贴 62 行 4 列，识别并跳过了标题行")
    for path, keys in HEAD.items():
        value = wanted
        for key in keys:
            value = value[key]
        fill(page, path, str(value).replace("\n", ""))
    saved(page)

    assert _told(stored(form)) == _told(wanted)
    # Merged cells as on the official sheet: one for each run of equal classes.
    groups = page.locator("tr[data-code] > th.group")
    runs = sum(
        row[field] != before.get(field) or row["level1"] != before.get("level1")
        for before, row in zip([{}, *wanted["indicators"]], wanted["indicators"], strict=False)
        for field in ("level1", "level2")
    )
    expect(groups).to_have_count(runs)


def test_pasting_text_fills_merged_cells_down_and_starts_at_the_current_cell(
    page_as: OpenPage,
) -> None:
    form = declared(ROWS[:1])
    page = page_as("preparer")
    open_editor(page, form)
    cell(page, "indicators.0.name").click()
    paste(page, text='改过的名称\t"≥5\n（家）"\r\n第二行\t每周1次\r\n')
    saved(page)
    assert rows_of(stored(form)) == [
        ("产出指标", "数量指标", "改过的名称", "≥5\n（家）"),
        ("", "", "第二行", "每周1次"),
    ]

    cell(page, "indicators.1.level1").click()
    paste(page, text="效益指标\t社会效益指标\t甲\t≥1\n\t\t乙\t≥2\n\t生态效益指标\t丙\t≥3\n")
    saved(page)
    assert rows_of(stored(form))[1:] == [
        ("效益指标", "社会效益指标", "甲", "≥1"),
        ("效益指标", "社会效益指标", "乙", "≥2"),
        ("效益指标", "生态效益指标", "丙", "≥3"),
    ]


def test_undo_and_redo_of_a_paste_after_it_was_saved(page_as: OpenPage) -> None:
    form = declared(ROWS[:2])
    page = page_as("preparer")
    open_editor(page, form)
    cell(page, "indicators.0.level1").click()
    paste(page, markup=excel_html(ROWS))
    saved(page)
    assert rows_of(stored(form)) == list(ROWS)

    page.keyboard.press("Control+z")
    expect(page.locator("tr[data-code]")).to_have_count(2)
    saved(page)
    assert rows_of(stored(form)) == list(ROWS[:2])

    page.keyboard.press("Control+y")
    saved(page)
    assert rows_of(stored(form)) == list(ROWS)


def test_a_selection_is_copied_as_text_and_as_a_table(page_as: OpenPage) -> None:
    form = declared(ROWS)
    page = page_as("preparer")
    open_editor(page, form)
    cell(page, "indicators.0.level2").click()
    for key in ("ArrowRight", "ArrowRight", "ArrowUp"):
        page.keyboard.press(f"Shift+{key}")
    found = copied(page)
    assert found["text"] == "\n".join("\t".join(row[1:]) for row in ROWS[:1])
    page.keyboard.press("Shift+ArrowDown")
    found = copied(page)
    assert found["text"] == "\n".join("\t".join(row[1:]) for row in ROWS[:2])
    assert found["html"].count("<td") == 5
    assert 'rowspan="2"' in found["html"]

    # Drawn over with the mouse, and cleared at once.
    cell(page, "indicators.2.name").hover()
    page.mouse.down()
    cell(page, "indicators.3.target").hover()
    page.mouse.up()
    page.keyboard.press("Delete")
    saved(page)
    assert [row[2:] for row in rows_of(stored(form))[2:]] == [("", ""), ("", "")]
