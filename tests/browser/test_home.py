"""The home page and the pages that hang on it, for every role: no accessibility fault, and reading."""

from __future__ import annotations

from collections.abc import Callable

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from perfgoals.accounts.models import Membership, Role, Unit
from projects.models import Comment, DeadlineExtension, Form, FormVersion, Project
from projects.services import claim_version, record_version
from scoring.access import form_document
from tests.cast import BUREAU, Cast
from tests.deadlines import in_days, only_open

OpenPage = Callable[[str | None], Page]


def busy(cast: Cast) -> None:
    """A year at work: forms in every status, last days gone, near and far, and news."""
    year = only_open(2024, declaration=-4, self_evaluation=3, self_evaluation_review=25)
    unit = Unit.objects.get(name=BUREAU)
    Membership.objects.create(user=cast.newcomer, unit=unit, role=Role.UNIT_REVIEWER.value)
    statuses = ["draft", "draft", "unit_review", "submitted", "submitted", "returned", "approved"]
    forms = Form.objects.filter(year=2024, kind="self_evaluation").order_by("pk")
    for place, (form, status) in enumerate(zip(forms, statuses, strict=False)):
        Form.objects.filter(pk=form.pk).update(
            status=status, is_late=place == 3, error_count=int(place == 0)
        )
    Project.objects.filter(forms__year=2020).update(end="2021-12-31")
    DeadlineExtension.objects.create(
        deadline=year.deadlines.get(stage="self_evaluation_review"),
        unit=unit,
        due=in_days(32),
        reason="系统停机",
    )
    returned = Form.objects.get(pk=forms[5].pk)
    claim_version(returned, expected=returned.version)
    record_version(
        returned,
        form_document(returned),
        by=cast.auditor,
        reason=FormVersion.Reason.RETURNED,
        note="全年预算数与决算不一致，请核对后再送审",
    )
    Comment.objects.create(
        form=returned, by=cast.auditor, text="请补充依据", label="全年预算数", number=1
    )


def faults(page: Page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [f"{one['id']}: {node['html'][:120]}" for one in found for node in one["nodes"]]


def test_no_page_has_a_fault(cast: Cast, page_as: OpenPage) -> None:
    busy(cast)
    for name, addresses in {
        "preparer": ("/", "/to-fill/", "/notices/"),
        "auditor": ("/", "/forms/?role=auditor&check=late"),
        "newcomer": ("/",),
        "admin": ("/", "/rights/"),
    }.items():
        page = page_as(name)
        for width in (1280, 400):
            page.set_viewport_size({"width": width, "height": 900})
            for address in addresses:
                page.goto(address)
                assert faults(page) == [], (name, width, address)


def test_news_are_read_with_one_click(cast: Cast, page_as: OpenPage) -> None:
    busy(cast)
    page = page_as("preparer")
    page.goto("/")
    expect(page.get_by_text("全年预算数与决算不一致")).to_be_visible()
    page.get_by_role("button", name="全部标为已读").click()
    expect(page.get_by_text("没有新的变动。")).to_be_visible()
    page.get_by_role("link", name="提醒设置").click()
    page.get_by_label("每日提醒邮件").check()
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_text("已设置：有变动或临近截止时发送邮件。")).to_be_visible()
    expect(page.get_by_label("每日提醒邮件")).to_be_checked()
