"""A session about to end: the page warns, saves first, and after the sign-in it is there again."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from perfgoals.accounts.models import User, UserSession
from perfgoals.accounts.services.sessions import SessionStore
from tests.browser.editor import PASSWORD, ROWS, declared, fill, office, open_editor, stored
from tests.browser.test_accessibility import faults

__all__ = ["office"]

OpenPage = Callable[[str | None], Page]
HEADING = "登录即将结束"

pytestmark = pytest.mark.usefixtures("office")


def let_time_go_by(page: Page, minutes: int) -> None:
    """On the server and in the browser. Browsers' own clocks stand still in between."""
    row = UserSession.objects.get(user__username="preparer")
    session = SessionStore(row.pk)
    session["seen"] -= minutes * 60
    session.save()
    page.clock.fast_forward(minutes * 60_000)
    page.clock.run_for(6_000)


def open_page(page_as: OpenPage, address: str) -> Page:
    page = page_as("preparer")
    page.clock.install()
    page.goto(address)
    return page


def test_who_is_there_stays(page_as: OpenPage) -> None:
    page = open_page(page_as, "/forms/")
    let_time_go_by(page, 28)
    dialog = page.get_by_role("dialog", name=HEADING)
    expect(dialog).to_contain_text("后自动退出")
    expect(dialog).to_contain_text("本页的内容都已保存")
    expect(page).to_have_title(re.compile("^（(2 分 00|1 分 5.) 秒后退出）绩效表 · "))
    assert faults(page) == []
    dialog.get_by_role("button", name="继续使用").click()
    expect(dialog).to_be_hidden()
    expect(page).to_have_title("绩效表 · 绩效目标管理")
    let_time_go_by(page, 20)
    page.goto("/")
    expect(page.get_by_role("heading", level=1)).not_to_have_text("登录")


def test_who_is_away_finds_the_page_again(page_as: OpenPage) -> None:
    page = open_page(page_as, "/forms/?year=2026")
    let_time_go_by(page, 31)
    expect(page.get_by_role("heading", level=1)).to_have_text("登录")
    expect(page.get_by_role("status")).to_contain_text("已有 30 分钟没有操作")
    page.get_by_label("用户名").fill("preparer")
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    expect(page).to_have_url("/forms/?year=2026")


def test_the_editor_saves_when_the_warning_comes(page_as: OpenPage) -> None:
    form = declared(ROWS)
    page = page_as("preparer")
    page.clock.install()
    open_editor(page, form)
    # From here on no timer runs: what is saved is saved because the warning says so.
    page.clock.pause_at(page.evaluate("Date.now() + 1000"))
    fill(page, "annual_goal", "离开前写的目标")
    assert stored(form)["annual_goal"] != "离开前写的目标"
    saved = page.evaluate(
        """async () => {
            const detail = { saving: [] };
            document.dispatchEvent(new CustomEvent("session:save", { detail }));
            return Promise.all(detail.saving);
        }"""
    )
    assert saved == [True]
    assert stored(form)["annual_goal"] == "离开前写的目标"


def test_what_could_not_be_saved_stays_in_the_page(page_as: OpenPage) -> None:
    form = declared(ROWS)
    page = page_as("preparer")
    page.clock.install()
    open_editor(page, form)
    page.context.route("**/api/**", lambda route: route.abort("connectionrefused"))
    fill(page, "annual_goal", "没有保存成功的目标")
    let_time_go_by(page, 31)
    dialog = page.get_by_role("dialog", name="登录已结束")
    expect(dialog).to_contain_text("本页还有没保存的内容")
    dialog.get_by_role("button", name="留在本页").click()
    expect(page.locator("[data-path='annual_goal'], #editor-sheet").first).to_be_visible()
    assert stored(form)["annual_goal"] != "没有保存成功的目标"
    assert User.objects.filter(username="preparer", sessions__isnull=True).exists()
