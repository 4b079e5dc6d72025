"""The sheet editor: nothing that was typed is lost, and nobody overwrites anybody unseen."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.test import Client
from playwright.sync_api import Dialog, Page, Route, expect
from pytest_django.live_server_helper import LiveServer

from perfgoals.accounts.models import UserSession
from projects.models import Form
from scoring.services import submit_form
from tests.browser.editor import (
    PASSWORD,
    ROWS,
    cell,
    change,
    declared,
    fill,
    office,
    open_editor,
    paste,
    person,
    rows_of,
    saved,
    says,
    sound_declaration,
    stored,
)

__all__ = ["office"]
OpenPage = Callable[[str | None], Page]
pytestmark = pytest.mark.usefixtures("office")


def offline(page: Page) -> None:
    page.context.set_offline(True)


def online(page: Page) -> None:
    page.context.set_offline(False)


def test_typing_on_without_network_and_coming_back(page_as: OpenPage) -> None:
    form = declared(ROWS)
    page = page_as("preparer")
    open_editor(page, form)
    offline(page)
    fill(page, "annual_goal", "断网时写的目标")
    banner = page.get_by_role("alert")
    expect(banner).to_contain_text("没有保存：没有网络")
    expect(page.locator("#editor-saved")).to_contain_text("未保存")
    fill(page, "indicators.0.name", "断网后接着写的名称")
    page.keyboard.press("Alt+Insert")
    page.keyboard.type("断网时添加的行")
    assert stored(form)["annual_goal"] == ""

    online(page)
    expect(banner).to_be_hidden()
    saved(page)
    document = stored(form)
    assert document["annual_goal"] == "断网时写的目标"
    assert [row[2] for row in rows_of(document)][:2] == ["断网后接着写的名称", "断网时添加的行"]


def test_a_server_that_is_down_is_tried_again(page_as: OpenPage) -> None:
    form = declared(ROWS)
    page = page_as("preparer")
    open_editor(page, form)
    page.context.route("**/api/**", lambda route: route.abort("connectionrefused"))
    fill(page, "annual_goal", "服务器停着")
    expect(page.get_by_role("alert")).to_contain_text("没有保存：服务器没有响应")
    page.context.unroute("**/api/**")
    expect(page.get_by_role("alert")).to_be_hidden()
    saved(page)
    assert stored(form)["annual_goal"] == "服务器停着"


def test_a_page_closed_while_unsaved_offers_its_content_again(page_as: OpenPage) -> None:
    form = declared(ROWS)
    page = page_as("preparer")
    page.on("dialog", lambda dialog: dialog.accept())
    open_editor(page, form)
    page.context.route("**/api/**", lambda route: route.abort("connectionrefused"))
    fill(page, "annual_goal", "没来得及保存的目标")
    fill(page, "indicators.1.target", "=2(份)")
    expect(page.get_by_role("alert")).to_be_visible()
    page.reload()
    expect(page.locator("html.editor-ready")).to_be_attached()

    offer = page.get_by_role("region", name="未保存的内容", exact=True).first
    expect(offer).to_contain_text("发现未保存的内容")
    expect(offer.get_by_role("row", name=re.compile("年度总体目标"))).to_contain_text(
        "没来得及保存的目标"
    )
    expect(offer.get_by_role("row", name=re.compile("第 2 行"))).to_contain_text("=2(份)")
    says(page, "annual_goal", "")
    page.context.unroute("**/api/**")
    offer.get_by_role("button", name="恢复").click()
    says(page, "annual_goal", "没来得及保存的目标")
    saved(page)
    document = stored(form)
    assert (document["annual_goal"], document["indicators"][1]["target"]) == (
        "没来得及保存的目标",
        "=2(份)",
    )
    page.reload()
    expect(page.locator("html.editor-ready")).to_be_attached()
    expect(page.locator("#editor-restore")).to_be_hidden()


def test_what_was_left_unsaved_can_be_abandoned(page_as: OpenPage) -> None:
    form = declared(ROWS)
    page = page_as("preparer")
    page.on("dialog", lambda dialog: dialog.accept())
    open_editor(page, form)
    page.context.route("**/api/**", lambda route: route.abort("connectionrefused"))
    fill(page, "annual_goal", "不要了")
    expect(page.get_by_role("alert")).to_be_visible()
    page.context.unroute("**/api/**")
    page.context.route("**/api/**", lambda route: route.abort("connectionrefused"))
    page.reload()
    page.get_by_role("button", name="放弃").click()
    expect(page.locator("#editor-restore")).to_be_hidden()
    page.reload()
    expect(page.locator("html.editor-ready")).to_be_attached()
    expect(page.locator("#editor-restore")).to_be_hidden()
    assert stored(form)["annual_goal"] == ""


def test_the_session_ends_while_typing(page_as: OpenPage, live_server: LiveServer) -> None:
    form = declared(ROWS)
    page = page_as("preparer")
    open_editor(page, form)
    UserSession.objects.all().delete()
    fill(page, "annual_goal", "登录过期时写的目标")
    banner = page.get_by_role("alert")
    expect(banner).to_contain_text("没有保存：登录已过期")
    with page.context.expect_page() as opened:
        banner.get_by_role("link", name="在新标签页登录").click()
    other = opened.value
    other.get_by_label("用户名").fill("preparer")
    other.get_by_label("密码").fill(PASSWORD)
    other.get_by_role("button", name="登录").click()
    expect(other.get_by_role("heading", level=1)).to_have_text("新建项目")

    page.bring_to_front()
    expect(banner).to_be_hidden()
    saved(page)
    assert stored(form)["annual_goal"] == "登录过期时写的目标"


def test_an_amount_in_letters_keeps_its_text_and_stops_nothing_else(page_as: OpenPage) -> None:
    form = declared(ROWS)
    page = page_as("preparer")
    open_editor(page, form)
    fill(page, "funds.annual_request", "一百万元")
    fill(page, "funds.appropriation", "1000000")
    fill(page, "annual_goal", "目标照样保存")
    expect(page.locator("#editor-saved")).to_contain_text("1 格未能保存")
    document = stored(form)
    assert document["funds"]["annual_request"] is None
    assert document["funds"]["appropriation"] == "1000000.00"
    assert document["annual_goal"] == "目标照样保存"
    says(page, "funds.annual_request", "一百万元")
    chip = page.locator(".chip", has_text="应为数字，读到 「一百万元」")
    expect(chip).to_be_visible()

    # It is there again after a reload, still marked, until it is right.
    page.reload()
    expect(page.locator("html.editor-ready")).to_be_attached()
    says(page, "funds.annual_request", "一百万元")
    expect(chip).to_be_visible()
    expect(page.locator("#editor-restore")).to_be_hidden()
    fill(page, "funds.annual_request", "1000000")
    saved(page)
    expect(chip).to_have_count(0)
    assert stored(form)["funds"]["annual_request"] == "1000000.00"
    page.reload()
    says(page, "funds.annual_request", "1,000,000.00")


def test_two_people_on_one_form_choose_cell_by_cell(page_as: OpenPage) -> None:
    form = declared(ROWS)
    page = page_as("preparer")
    open_editor(page, form)
    change(
        form,
        "colleague",
        annual_goal="李同事的目标",
        indicators__0__target="≥4000(辆次)",
        indicators__2__target="≥99(%)",
        overall_goal="李同事的总目标",
    )
    offline(page)
    fill(page, "annual_goal", "我的目标")
    fill(page, "indicators.0.target", "≥5000(辆次)")
    fill(page, "indicators.1.name", "我改的名称")
    page.keyboard.press("Enter")
    online(page)

    dialog = page.get_by_role("dialog", name="这份表已有更新的版本")
    expect(dialog).to_contain_text("您和对方都改动了下列 2 处")
    both = dialog.get_by_role("row", name=re.compile("第 1 行 年度"))
    expect(both).to_contain_text("≥5000(辆次)")
    expect(both).to_contain_text("≥4000(辆次)")
    expect(dialog.get_by_role("table", name="我的改动（将保留）")).to_contain_text("我改的名称")
    others = dialog.get_by_role("table", name="对方的改动（将保留）")
    expect(others).to_contain_text("≥99(%)")
    expect(others).to_contain_text("李同事的总目标")
    save = dialog.get_by_role("button", name="按以上选择保存")
    expect(save).to_be_disabled()
    dialog.get_by_role("radio", name="年度总体目标：用对方的").check()
    dialog.get_by_role("radio", name="第 1 行 年度(/项目)指标值：用我的").check()
    # Nothing of mine is stored before the choice, nothing of theirs is gone after it.
    assert stored(form)["indicators"][0]["target"] == "≥4000(辆次)"
    save.click()
    saved(page)
    document = stored(form)
    assert document["annual_goal"] == "李同事的目标"
    assert document["overall_goal"] == "李同事的总目标"
    assert [row[2:] for row in rows_of(document)] == [
        (ROWS[0][2], "≥5000(辆次)"),
        ("我改的名称", "=1(份)"),
        (ROWS[2][2], "≥99(%)"),
        ROWS[3][2:],
    ]
    says(page, "overall_goal", "李同事的总目标")


def test_two_tabs_with_rows_added_and_removed(page_as: OpenPage) -> None:
    form = declared(ROWS)
    one = page_as("preparer")
    open_editor(one, form)
    other = one.context.new_page()
    open_editor(other, form)
    expect(other.locator("#editor-others")).to_contain_text("您的另一个标签页也打开着这份表")

    cell(other, "indicators.3.name").click()
    other.keyboard.press("Alt+Delete")
    saved(other)
    offline(one)
    cell(one, "indicators.0.name").click()
    paste(one, text="改名\t≥1\n")
    fill(one, "indicators.3.target", "≥90(%)")
    one.keyboard.press("Alt+Insert")
    one.keyboard.type("我加的行")
    online(one)
    dialog = one.get_by_role("dialog", name="这份表已有更新的版本")
    expect(dialog).to_contain_text("下列 1 处")
    expect(dialog.get_by_role("row", name=re.compile("第 4 行"))).to_contain_text("删除这一行")
    dialog.get_by_role("button", name="全部用对方的").click()
    dialog.get_by_role("button", name="按以上选择保存").click()
    saved(one)
    assert [row[2] for row in rows_of(stored(form))] == ["改名", ROWS[1][2], ROWS[2][2], "我加的行"]

    # Undoing after that takes back my own steps only.
    for _ in range(4):
        one.locator("#editor-undo").click()
    saved(one)
    assert [row[2] for row in rows_of(stored(form))] == [row[2] for row in ROWS[:3]]


def test_a_colleague_is_named_and_what_they_save_comes_over(page_as: OpenPage) -> None:
    form = declared(ROWS)
    page = page_as("preparer")
    page.clock.install()
    open_editor(page, form)
    expect(page.locator("#editor-others")).to_be_hidden()
    colleague = page_as("colleague")
    open_editor(colleague, form)
    expect(colleague.locator("#editor-others")).to_contain_text("张填报也打开着这份表")
    fill(colleague, "annual_goal", "李同事写的")
    saved(colleague)
    page.clock.run_for(16_000)
    expect(page.locator("#editor-others")).to_contain_text("李同事也打开着这份表")
    says(page, "annual_goal", "李同事写的")
    colleague.close(run_before_unload=True)


def test_a_form_that_was_submitted_elsewhere_becomes_read_only(page_as: OpenPage) -> None:
    form = sound_declaration()
    page = page_as("preparer")
    open_editor(page, form)
    now = Form.objects.get(pk=form.pk)
    submit_form(now, by=person("colleague"), expected_version=now.version)
    fill(page, "annual_goal", "来晚了")
    banner = page.get_by_role("alert")
    expect(banner).to_contain_text("待审核")
    expect(cell(page, "annual_goal")).to_have_attribute("readonly", "")
    says(page, "annual_goal", "来晚了")
    assert stored(form)["annual_goal"] != "来晚了"
    banner.get_by_role("link", name="查看这份表").click()
    expect(page).to_have_url(re.compile(rf"/forms/{form.pk}/$"))


def test_one_request_at_a_time_and_within_two_seconds(page_as: OpenPage) -> None:
    form = declared(ROWS)
    page = page_as("preparer")
    open_editor(page, form)
    open_now, most = 0, 0
    address = f"**/api/forms/{form.pk}"

    def watch(route: Route) -> None:
        nonlocal open_now, most
        open_now += 1
        most = max(most, open_now)
        response = route.fetch()
        open_now -= 1
        route.fulfill(response=response)

    page.context.route(address, watch)
    page.clock.install()
    page.clock.pause_at(page.evaluate("Date.now() + 1000"))
    cell(page, "annual_goal").click()
    # Typing on and on: a save is sent all the same, by the page's clock, which stands still now.
    with page.expect_request(address):
        for _ in range(4):
            page.keyboard.type("字")
            page.clock.run_for(500)
    page.keyboard.type("字")
    page.clock.resume()
    saved(page)
    assert most == 1
    assert stored(form)["annual_goal"] == "字" * 5


def test_leaving_with_everything_saved_asks_nothing(page_as: OpenPage) -> None:
    form = declared(ROWS)
    page = page_as("preparer")
    asked: list[str] = []

    def note(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    page.on("dialog", note)
    open_editor(page, form)
    fill(page, "annual_goal", "已存")
    saved(page)
    page.goto("/forms/")
    assert asked == []
    open_editor(page, form)
    offline(page)
    fill(page, "annual_goal", "未存")
    online(page)
    page.context.route("**/api/**", lambda route: route.abort("connectionrefused"))
    page.goto("/forms/")
    assert asked == ["beforeunload"]


def test_a_page_that_is_left_at_once_saves_what_was_just_typed(page_as: OpenPage) -> None:
    form = declared(ROWS)
    page = page_as("preparer")
    page.on("dialog", lambda dialog: dialog.accept())
    open_editor(page, form)
    fill(page, "annual_goal", "刚写完就离开")
    page.context.unroute_all()  # a request in the hands of the test would die with the page
    page.goto("/forms/")
    # Sent when the page was left, and dealt with in the server's own time.
    for _ in range(100):
        if stored(form)["annual_goal"] == "刚写完就离开":
            break
        page.wait_for_timeout(100)
    open_editor(page, form)
    says(page, "annual_goal", "刚写完就离开")
    expect(page.locator("#editor-restore")).to_be_hidden()


def test_anonymous_clients_of_the_interface_are_told_so(live_server: LiveServer) -> None:
    form = declared(ROWS)
    answer = Client().patch(
        f"/api/forms/{form.pk}", {"version": 1, "changes": []}, content_type="application/json"
    )
    assert (answer.status_code, answer.json()["message"]) == (
        401,
        "尚未登录或登录已过期，请重新登录",
    )
