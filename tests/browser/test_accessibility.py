"""No page has an accessibility fault that axe-core can find."""

from __future__ import annotations

from collections.abc import Callable

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from perfgoals.common.models import Job
from tests.cast import Cast

OpenPage = Callable[[str | None], Page]


def faults(page: Page) -> list[str]:
    """What axe finds, one line for each element."""
    found = Axe().run(page).response["violations"]
    return [
        f"{violation['id']}: {node['html'][:120]}"
        for violation in found
        for node in violation["nodes"]
    ]


def test_pages_of_who_is_signed_in(cast: Cast, page_as: OpenPage) -> None:
    running = Job.objects.create(
        kind="booklet", title="汇总表", owner=cast.auditor, state="running", total=4, done=1
    )
    Job.objects.create(
        kind="booklet", title="旧的汇总表", owner=cast.auditor, state="failed", message="打印失败"
    )
    page = page_as("auditor")
    for address in (
        "/",
        "/forms/",
        "/forms/?year=2020&sort=-score",
        "/forms/?q=没有这样的项目&kind=x",
        f"/forms/{cast.planning.pk}/",
        f"/forms/{cast.damaged.pk}/",
        f"/forms/{cast.declaration.pk}/",
        "/booklets/",
        "/jobs/",
        f"/jobs/{running.pk}/",
        "/no-such-page/",
        "/sign-out/",
    ):
        page.goto(address)
        assert faults(page) == [], address


def test_wide_screens_and_phones(cast: Cast, page_as: OpenPage) -> None:
    page = page_as("auditor")
    for width in (1920, 400):
        page.set_viewport_size({"width": width, "height": 900})
        for address in ("/", "/forms/", f"/forms/{cast.planning.pk}/"):
            page.goto(address)
            assert faults(page) == [], (width, address)


def test_the_page_with_all_provisions_open(cast: Cast, page_as: OpenPage) -> None:
    page = page_as("auditor")
    page.goto(f"/forms/{cast.planning.pk}/")
    page.get_by_text("各项规定及其出处").click()
    assert faults(page) == []


def test_home_pages_of_every_role(cast: Cast, page_as: OpenPage) -> None:
    for name in ("preparer", "viewer", "admin", "newcomer"):
        page = page_as(name)
        page.goto("/")
        assert faults(page) == [], name


def test_signing_in(cast: Cast, page_as: OpenPage) -> None:
    page = page_as(None)
    page.goto("/sign-in/")
    assert faults(page) == []
    page.get_by_label("用户名").fill("auditor")
    page.get_by_label("密码").fill("不对")
    page.get_by_role("button", name="登录").click()
    page.get_by_role("alert").wait_for()
    assert faults(page) == []
