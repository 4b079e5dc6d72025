"""The way from signing in to a printed form, in a browser."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import ConsoleMessage, Page, Route, expect
from pypdf import PdfReader

from perfgoals.accounts.models import User
from perfgoals.common.models import Job
from scoring.tasks import make_booklet
from tests.cast import CENTRE, Cast

OpenPage = Callable[[str | None], Page]


def complaints(page: Page) -> list[str]:
    """Whatever the browser complains of from now on."""
    found: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            found.append(message.text)

    page.on("console", note)
    return found


def test_from_signing_in_to_a_printed_form(cast: Cast, page_as: OpenPage) -> None:
    auditor = User.objects.get(username="auditor")
    auditor.set_password("一个够长的密码")
    auditor.save()
    page = page_as(None)
    faults = complaints(page)

    page.goto("/forms/")
    page.get_by_label("用户名").fill("auditor")
    page.get_by_label("密码").fill("一个够长的密码")
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_role("heading", name="绩效表", exact=True)).to_be_visible()

    page.get_by_role("link", name="首页").click()
    page.get_by_role("link", name="总分不一致 1").click()
    expect(page.get_by_text("共 1 张表")).to_be_visible()

    # Anywhere in the row, not only on the name, as soon as the page has been loaded.
    page.wait_for_load_state()
    page.locator("tbody tr").get_by_text("上海市生态环境局").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("综合规划、区域协作及资金管理")
    page.wait_for_load_state()

    page.get_by_role("link", name="总分填 95.35，各项得分合计 89.35，多 6.00").click()
    cell = page.locator("#cell-total_score")
    expect(cell).to_be_in_viewport()
    expect(cell).to_be_focused()
    expect(cell).to_have_css("outline-style", "solid")

    address = page.get_by_role("link", name="打印 PDF").get_attribute("href")
    answer = page.request.get(address or "")
    assert answer.ok
    assert "95.35" in PdfReader(io.BytesIO(answer.body())).pages[-1].extract_text()
    assert faults == []


def test_filters_act_at_once_and_stay_in_the_address(cast: Cast, page_as: OpenPage) -> None:
    page = page_as("auditor")
    faults = complaints(page)
    page.goto("/forms/")
    page.get_by_label("年度").focus()
    page.get_by_label("年度").select_option("2020")
    expect(page.get_by_text("共 9 张表")).to_be_visible()
    assert page.url.endswith("/forms/?year=2020")
    expect(page.get_by_label("年度")).to_be_focused()

    page.get_by_label("搜索").fill("信息化")
    page.get_by_label("搜索").press("Enter")
    expect(page.get_by_text("共 2 张表")).to_be_visible()
    page.get_by_role("link", name="总分", exact=True).click()
    expect(page.get_by_label("搜索")).to_have_value("信息化")
    expect(page.locator("th[aria-sort]")).to_have_text("总分")

    page.go_back()
    expect(page.get_by_text("共 2 张表")).to_be_visible()
    page.get_by_role("link", name="清除条件").click()
    expect(page.get_by_text("共 36 张表")).to_be_visible()
    expect(page.get_by_label("年度")).to_have_value("")
    assert faults == []


def test_the_keyboard_alone_reaches_a_form(cast: Cast, page_as: OpenPage) -> None:
    page = page_as("stranger")
    page.goto("/forms/?q=信息化能力")
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="跳到正文")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    name = page.get_by_role("link", name="上海市环境保护局信息化能力建设项目(运维)").first
    for _ in range(40):
        page.keyboard.press("Tab")
        if name.evaluate("link => link === document.activeElement"):
            break
    expect(name).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("信息化能力建设项目")


def test_a_booklet_is_printed_while_one_watches(
    cast: Cast, page_as: OpenPage, tmp_path: Path
) -> None:
    page = page_as("auditor")
    faults = complaints(page)
    page.goto("/booklets/")
    page.get_by_role("button", name=f"打印{CENTRE} 2024 年度申报表汇总表").click()
    expect(page.get_by_text("等待", exact=True)).to_be_visible()

    # The worker's part; the page learns of it by asking.
    make_booklet.call(job_id=str(Job.objects.get().pk))
    link = page.get_by_role("link", name="下载")
    expect(link).to_be_visible()
    with page.expect_download() as download:
        link.click()
    target = tmp_path / "booklet.pdf"
    download.value.save_as(target)
    assert "汇总表" in download.value.suggested_filename
    assert PdfReader(target).pages[0].extract_text().startswith(CENTRE)

    polled: list[str] = []
    page.on("request", lambda request: polled.append(request.url))
    page.reload()
    page.wait_for_load_state("networkidle")
    assert [address for address in polled if "/jobs/" in address] == [page.url]
    assert faults == []


def test_a_page_about_a_job_does_not_swallow_the_sign_in_page(
    cast: Cast, page_as: OpenPage
) -> None:
    job = Job.objects.create(kind="booklet", title="汇总表", owner=cast.auditor)
    page = page_as("auditor")
    page.goto(f"/jobs/{job.pk}/")
    page.context.clear_cookies()
    page.wait_for_url("**/sign-in/?next=/jobs/**")
    expect(page.get_by_role("button", name="登录")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_have_text("登录")


@pytest.mark.parametrize("by_keyboard", [False, True], ids=["pointer", "keyboard"])
def test_a_button_is_not_taken_away_while_it_is_pressed(
    cast: Cast, page_as: OpenPage, by_keyboard: bool
) -> None:
    """The part of the page with the button is replaced every second."""
    job = Job.objects.create(kind="booklet", title="汇总表", owner=cast.auditor)
    page = page_as("auditor")
    page.goto(f"/jobs/{job.pk}/")
    button = page.get_by_role("button", name="取消任务")

    def another_part() -> None:
        with page.expect_response(lambda answer: "hx-request" in answer.request.headers):
            pass

    if by_keyboard:
        button.focus()
        another_part()
        another_part()
        expect(button).to_be_focused()
        page.keyboard.down(" ")
        another_part()
        another_part()
        page.keyboard.up(" ")
    else:
        button.hover()
        page.mouse.down()
        another_part()
        another_part()
        page.mouse.up()
    expect(page.get_by_text("已取消")).to_be_visible()
    assert Job.objects.get(pk=job.pk).state == "cancelled"


def test_printing_the_page_prints_the_sheet_only(cast: Cast, page_as: OpenPage) -> None:
    page = page_as("auditor")
    page.goto(f"/forms/{cast.planning.pk}/")
    page.emulate_media(media="print")
    expect(page.locator(".sheet")).to_be_visible()
    for part in (".bar", ".toolbar", ".form-side", ".note-list"):
        expect(page.locator(part)).to_be_hidden()
    expect(page.locator(".sheet-table .note").first).to_be_hidden()


def test_nothing_is_wider_than_a_phone(cast: Cast, page_as: OpenPage) -> None:
    page = page_as("auditor")
    page.set_viewport_size({"width": 400, "height": 800})
    for address in ("/", "/forms/", f"/forms/{cast.planning.pk}/", "/booklets/", "/jobs/"):
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth") == 400, address
    page.goto(f"/forms/{cast.planning.pk}/")
    expect(page.locator(".note-list")).to_contain_text(
        "总分 95.35，核算 89.35，不一致（相差 6.00）"
    )


def test_without_scripts_everything_is_there(cast: Cast, page_as: OpenPage) -> None:
    page = page_as("auditor")
    page.route("**/*.js", lambda route: route.abort())
    page.goto("/forms/")
    page.get_by_label("年度").select_option("2020")
    page.get_by_role("button", name="查找").click()
    expect(page.get_by_text("共 9 张表")).to_be_visible()
    page.get_by_role("link", name="综合规划、区域协作及资金管理", exact=True).click()
    page.get_by_role("link", name="总分填 95.35").click()
    expect(page.locator("#cell-total_score")).to_be_in_viewport()


def test_a_strict_content_security_policy_can_be_switched_on(cast: Cast, page_as: OpenPage) -> None:
    """No page needs a script or a style of its own inside the page."""
    job = Job.objects.create(kind="booklet", title="汇总表", owner=cast.auditor)
    page = page_as("auditor")
    faults = complaints(page)

    def strict(route: Route) -> None:
        answer = route.fetch()
        policy = {"content-security-policy": "default-src 'self'; frame-ancestors 'none'"}
        route.fulfill(response=answer, headers=answer.headers | policy)

    for address in ("/", "/booklets/", "/jobs/", f"/forms/{cast.planning.pk}/"):
        page.route(f"**{address}", strict)
        page.goto(address)
    page.route("**/forms/", strict)
    page.goto("/forms/")
    page.get_by_label("年度").select_option("2020")
    expect(page.get_by_text("共 9 张表")).to_be_visible()
    page.route(f"**/jobs/{job.pk}/", strict)
    page.goto(f"/jobs/{job.pk}/")
    Job.objects.update(state="done")
    expect(page.get_by_text("完成", exact=True)).to_be_visible()
    assert faults == []
