"""A session about to end: the page warns, saves first, and after the sign-in it is there again."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from perfgoals.accounts.models import ApiToken, Unit, User, UserSession
from perfgoals.accounts.services.sessions import SessionStore
from tests.browser.editor import PASSWORD, ROWS, declared, fill, office, open_editor, stored
from tests.browser.test_accessibility import faults

__all__ = ["office"]

OpenPage = Callable[[str | None], Page]
HEADING = "登录即将结束"

pytestmark = pytest.mark.usefixtures("office")


def let_time_go_by(page: Page, minutes: int, username: str = "preparer") -> None:
    """On the server and in the browser. Browsers' own clocks stand still in between."""
    row = UserSession.objects.get(user__username=username)
    session = SessionStore(row.pk)
    session["seen"] -= minutes * 60
    session.save()
    page.clock.fast_forward(minutes * 60_000)
    page.clock.run_for(6_000)


def open_page(page_as: OpenPage, address: str, username: str = "preparer") -> Page:
    page = page_as(username)
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


def sign_in_beside(page: Page, username: str) -> None:
    """In another tab, as the dialog offers it."""
    with page.context.expect_page() as opened:
        page.get_by_role("dialog").get_by_role("link", name="在新标签页登录").click()
    other = opened.value
    other.get_by_label("用户名").fill(username)
    other.get_by_label("密码").fill(PASSWORD)
    other.get_by_role("button", name="登录").click()
    expect(other.get_by_role("heading", level=1)).not_to_have_text("登录")
    other.close()


def test_what_is_sent_by_hand_stays_in_the_page_and_can_be_sent_afterwards(
    page_as: OpenPage,
) -> None:
    page = open_page(page_as, "/tokens/")
    page.get_by_label("新令牌的用途").fill("财务系统取数")
    let_time_go_by(page, 28)
    dialog = page.get_by_role("dialog", name=HEADING)
    expect(dialog).to_contain_text("本页有填写了还没提交的内容，仍留在本页")
    let_time_go_by(page, 3)
    dialog = page.get_by_role("dialog", name="登录已结束")
    expect(dialog).to_contain_text("登录后回到这里再提交")
    sign_in_beside(page, "preparer")
    page.get_by_role("button", name="建立令牌").click()
    expect(page.get_by_text("财务系统取数").first).to_be_visible()


def test_what_one_typed_is_not_sent_in_the_name_of_another(page_as: OpenPage) -> None:
    User.objects.create_user("zhang", password=PASSWORD)
    page = open_page(page_as, "/tokens/")
    page.get_by_label("新令牌的用途").fill("财务系统取数")
    let_time_go_by(page, 31)
    sign_in_beside(page, "zhang")
    page.get_by_role("button", name="建立令牌").click()
    dialog = page.get_by_role("dialog", name="现在登录的是另一位用户")
    expect(dialog).to_contain_text("没有以其名义提交")
    dialog.get_by_role("button", name="留在本页").click()
    expect(page.get_by_label("新令牌的用途")).to_have_value("财务系统取数")
    assert not ApiToken.objects.exists()


def test_the_admin_warns_as_well_and_keeps_what_was_typed(page_as: OpenPage) -> None:
    user = User.objects.create_superuser("keeper", full_name="孙管理")
    user.set_password(PASSWORD)
    user.save()
    page = open_page(page_as, "/admin/accounts/unit/add/", "keeper")
    page.get_by_label("单位编码").fill("310099")
    page.get_by_label("单位名称").fill("上海市测试局")
    let_time_go_by(page, 28, "keeper")
    dialog = page.get_by_role("dialog", name=HEADING)
    expect(dialog).to_contain_text("本页有填写了还没提交的内容")
    box = dialog.bounding_box()
    assert box is not None
    assert box["x"] > 100, "对话框不在页面中间"
    dialog.get_by_role("button", name="继续使用").click()
    expect(dialog).to_be_hidden()
    let_time_go_by(page, 31, "keeper")
    expect(page.get_by_role("dialog", name="登录已结束")).to_contain_text("再提交")
    sign_in_beside(page, "keeper")
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.get_by_text("上海市测试局").first).to_be_visible()
    assert Unit.objects.filter(code="310099").exists()
