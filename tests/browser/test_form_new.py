"""Beginning a form, as a preparer does it."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from projects.models import Form
from tests.browser.test_accessibility import faults
from tests.cast import Cast
from tests.drafts import prepares, said

OpenPage = Callable[[str | None], Page]


def writer(cast: Cast, page_as: OpenPage) -> Page:
    prepares(cast.newcomer, cast.declaration)
    return page_as("newcomer")


def test_last_years_declaration_is_copied(cast: Cast, page_as: OpenPage) -> None:
    page = writer(cast, page_as)
    page.goto("/")
    page.get_by_role("link", name="新建").click()
    # Filled in before its script is there, the field would find nothing by itself.
    page.wait_for_url("**/forms/new/**")
    page.get_by_label("年度").select_option("2027")
    page.get_by_label("按名称查找").fill("移动源")
    expect(page.locator("#projects .choice")).to_have_count(1)
    page.get_by_label("移动源管理技术支持").check()
    expect(page.get_by_label("复制本项目 2026 年的表")).to_be_checked()
    assert faults(page) == []
    page.get_by_role("button", name="新建并填写").click()
    page.wait_for_url("**/edit/")
    form = Form.objects.get(year=2027)
    assert len(said(form).indicators) == 62
    assert form.unconfirmed


def test_indicators_are_ticked_from_the_library(cast: Cast, page_as: OpenPage) -> None:
    page = writer(cast, page_as)
    page.goto("/forms/new/?kind=declaration&year=2027")
    page.get_by_label("新项目").check()
    page.get_by_label("项目名称", exact=True).fill("系统运维")
    page.get_by_label("取用指标库").check()
    page.get_by_label("主题", exact=True).select_option("信息化运维")
    ticks = page.locator(".tick input")
    expect(ticks.first).to_be_checked()
    page.get_by_label("系统维护各方面").uncheck()
    assert faults(page) == []
    chosen = page.locator(".tick input:checked").count()
    page.get_by_role("button", name="新建并填写").click()
    page.wait_for_url("**/edit/")
    document = said(Form.objects.get(year=2027))
    assert document.project.name == "系统运维"
    assert len(document.indicators) == chosen > 3
    assert "系统维护各方面" not in [row.name for row in document.indicators]


def test_every_problem_stands_at_the_top_and_what_was_chosen_stays(
    cast: Cast, page_as: OpenPage
) -> None:
    page = writer(cast, page_as)
    page.goto("/forms/new/?kind=declaration&year=2027")
    page.get_by_label("新项目").check()
    page.get_by_label("项目性质").fill("其他一次性项目")
    page.get_by_label("复制本单位的另一份表").check()
    page.get_by_role("button", name="新建并填写").click()
    expect(page.locator("#problems li")).to_have_text(["请填写项目名称", "请选择要复制的表"])
    expect(page.get_by_label("项目性质")).to_have_value("其他一次性项目")
    expect(page.get_by_label("复制本单位的另一份表")).to_be_checked()
    assert faults(page) == []


def test_it_can_be_done_without_a_mouse_on_a_phone(cast: Cast, page_as: OpenPage) -> None:
    page = writer(cast, page_as)
    page.set_viewport_size({"width": 400, "height": 800})
    project = cast.declaration.project_id
    page.goto(f"/forms/new/?kind=self_evaluation&year=2026&project={project}")
    assert page.evaluate("document.documentElement.scrollWidth") == 400
    assert faults(page) == []
    page.get_by_label("依据已批准的 2026 年申报表「移动源管理技术支持」").focus()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_label("不依据申报表")).to_be_checked()
    page.keyboard.press("Enter")
    page.wait_for_url("**/edit/")
    form = Form.objects.get(year=2026, kind="self_evaluation")
    assert form.self_evaluation.declaration is None
