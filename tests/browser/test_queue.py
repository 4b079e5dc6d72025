"""The queue by keyboard, a batch, and the samples, in a real browser."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from perfgoals.accounts.models import Unit
from projects.models import Form
from projects.workflow import FormKind
from scoring.models import Review, Sample
from scoring.services.assessing import reassess
from scoring.services.sampling import Draw, draw_sample
from tests.browser.test_accessibility import faults
from tests.cast import BUREAU, Cast

OpenPage = Callable[[str | None], Page]


@pytest.fixture
def queue(cast: Cast) -> list[str]:
    """The forms of 2020 wait again; their names in the order of the queue."""
    for form in Form.objects.filter(year=2020):
        Form.objects.filter(pk=form.pk).update(
            status="submitted", submitted_by=cast.preparer, submitted_at=timezone.now()
        )
        form.refresh_from_db()
        review = Review.objects.create(
            form=form, stage="department", version=form.version, opened_by=cast.preparer
        )
        reassess(review)
    waiting = Review.objects.waiting().order_by("-risk", "opened_at", "pk")
    return list(waiting.values_list("form__project_name", flat=True))


def focused(page: Page) -> str:
    """The project whose row has the focus."""
    return page.evaluate(
        "document.activeElement.closest('tr')?.querySelector('th a').innerText ?? ''"
    )


def picked(page: Page) -> int:
    return page.locator(".table-queue tbody input:checked").count()


def test_moving_picking_and_opening_by_keys(
    cast: Cast, queue: list[str], page_as: OpenPage
) -> None:
    page = page_as("auditor")
    page.goto("/review/")
    expect(page.get_by_role("button", name="批量退回")).to_be_disabled()
    page.keyboard.press("j")
    assert focused(page) == queue[0]
    page.keyboard.press("ArrowDown")
    page.keyboard.press("j")
    page.keyboard.press("k")
    assert focused(page) == queue[1]
    page.keyboard.press("x")
    assert picked(page) == 1
    expect(page.locator("[data-picked]")).to_have_text("已选 1 份")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("Shift+X")
    assert picked(page) == 3
    page.keyboard.press("x")
    assert picked(page) == 2
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_contain_text("下一行")
    page.keyboard.press("Escape")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    page.wait_for_url("**/forms/*/review/")


def test_typing_in_a_filter_is_no_key(cast: Cast, queue: list[str], page_as: OpenPage) -> None:
    page = page_as("auditor")
    page.goto("/review/")
    page.get_by_label("搜索").press_sequentially("jx?")
    assert picked(page) == 0
    expect(page.get_by_role("dialog")).to_be_hidden()


def test_a_range_with_the_mouse_and_a_batch(
    cast: Cast, queue: list[str], page_as: OpenPage
) -> None:
    page = page_as("auditor")
    page.goto("/review/?year=2020")
    boxes = page.locator(".table-queue tbody input[type=checkbox]")
    boxes.nth(1).click()
    boxes.nth(4).click(modifiers=["Shift"])
    assert picked(page) == 4
    page.get_by_role("button", name="批量退回").click()
    expect(page.locator("#ready")).to_have_text("将退回 4 份")
    assert faults(page) == []
    page.get_by_label("退回理由").fill("请补充佐证材料")
    page.get_by_role("button", name="退回这 4 份").click()
    expect(page.get_by_role("status")).to_have_text("已退回 4 份。")
    assert faults(page) == []
    page.get_by_role("link", name="回到待审核列表").click()
    expect(page.locator(".results-count")).to_have_text("共 5 份待审核")
    assert page.url.endswith("/review/?year=2020")


def test_filters_change_the_list_and_the_address(
    cast: Cast, queue: list[str], page_as: OpenPage
) -> None:
    page = page_as("auditor")
    page.goto("/review/")
    page.get_by_label("检查").select_option("differs")
    expect(page.locator(".results-count")).to_have_text("共 1 份待审核")
    assert page.url.endswith("/review/?check=differs")
    expect(page.get_by_role("button", name="批量通过")).to_be_disabled()
    page.keyboard.press("Escape")
    page.locator("tbody tr").click(position={"x": 400, "y": 12})
    page.wait_for_url("**/forms/*/review/?check=differs")


def test_the_reasons_of_a_risk(cast: Cast, queue: list[str], page_as: OpenPage) -> None:
    page = page_as("auditor")
    page.goto("/review/")
    summaries = page.locator(".risk summary")
    summaries.nth(0).click()
    expect(page.get_by_text("自评总分 95.35，按各项得分核算为 89.35").last).to_be_visible()
    assert page.url.endswith("/review/")
    assert faults(page) == []
    page.keyboard.press("Escape")
    expect(page.locator(".risk[open]")).to_have_count(0)


@pytest.mark.parametrize("width", [1920, 1280, 400])
def test_the_pages_have_no_faults(
    cast: Cast, queue: list[str], page_as: OpenPage, width: int
) -> None:
    sample = draw(cast)
    page = page_as("auditor")
    page.set_viewport_size({"width": width, "height": 900})
    for address in (
        "/review/",
        "/review/?q=没有这样的项目",
        "/samples/",
        "/samples/new/",
        f"/samples/{sample.pk}/",
        f"/samples/{sample.pk}/items/1/",
    ):
        page.goto(address)
        assert faults(page) == [], address


def draw(cast: Cast) -> Sample:
    return draw_sample(
        Draw(
            name="2024 年自评抽查",
            year=2024,
            kind=FormKind.SELF_EVALUATION,
            unit=Unit.objects.get(name=BUREAU),
            method=Sample.Method.SHARE,
            amount=20,
        ),
        by=cast.auditor,
    )


def test_a_second_review(cast: Cast, page_as: OpenPage) -> None:
    Form.objects.filter(year=2024).update(status="approved")
    sample = draw(cast)
    page = page_as("auditor")
    page.goto(f"/samples/{sample.pk}/items/1/")
    page.get_by_label("与原审核不一致").check()
    page.get_by_label("复查得分").fill("88.5")
    page.get_by_role("button", name="记录").click()
    expect(page.get_by_role("alert")).to_contain_text("请写明复查意见")
    page.get_by_label("复查意见").fill("产出数量未核实")
    page.get_by_role("button", name="记录").click()
    expect(page.get_by_label("理由")).to_have_value(
        "抽查「2024 年自评抽查」复查与原审核不一致：产出数量未核实"
    )
    assert faults(page) == []
    item = sample.items.get(place=1)
    assert (item.outcome, item.score) == ("disputed", Decimal("88.5"))
