"""The page of cross-form findings in a real browser."""

from __future__ import annotations

from collections.abc import Callable

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from scoring.models import CrossFinding
from scoring.services import check_year
from tests.cast import Cast

OpenPage = Callable[[str | None], Page]


def test_it_is_accessible_on_wide_and_narrow_screens(cast: Cast, page_as: OpenPage) -> None:
    check_year(2020)
    CrossFinding.objects.create(
        form=cast.maintenance,
        code="across.copied_text",
        level="warning",
        path="expected_goal",
        message="预期目标有 95% 的文字与〖另表〗相同，请核对是不是照抄",
        basis="本系统",
        other=cast.planning,
    )
    page = page_as("auditor")
    for width in (1280, 400):
        page.set_viewport_size({"width": width, "height": 900})
        for address in ("/cross-findings/?year=2020", "/cross-findings/?year=2024"):
            page.goto(address)
            assert Axe().run(page).response["violations"] == [], (width, address)
            assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_a_check_is_chosen_from_the_counts(cast: Cast, page_as: OpenPage) -> None:
    check_year(2020)
    page = page_as("auditor")
    page.goto("/cross-findings/?year=2020")
    page.get_by_role("link", name="目标没有对应指标").first.click()
    page.wait_for_url("**check=across.goal_uncovered**")
    assert page.get_by_label("检查", exact=True).input_value() == "across.goal_uncovered"
    page.get_by_role("link", name=cast.planning.project_name).click()
    page.wait_for_url(f"**/forms/{cast.planning.pk}/")
