"""The whole way of a self-evaluation, by the people and pages that it goes through: filled in, submitted,
returned with comments, mended, submitted again, scored, approved, published; and what the log tells."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

from perfgoals.accounts.models import Membership, Role, Unit, User
from projects.models import Comment, Form, FormVersion
from scoring.access import form_document
from scoring.services import replace_form, start_self_evaluation
from tests.browser.editor import cell, fill, open_editor
from tests.browser.editor import saved as editor_saved
from tests.browser.test_review import open_review, remark, saved, score
from tests.cast import BUREAU, Cast

OpenPage = Callable[[str | None], Page]

OUTCOME = "完成信息化能力建设项目的运维工作并通过验收，平台全年正常运行。"


def begun(cast: Cast) -> Form:
    """A draft of the stranger's unit, filled in but for a row and the outcome."""
    published = cast.maintenance
    form = start_self_evaluation(
        project=published.project, year=2021, by=cast.stranger, with_declaration=False
    )
    document = form_document(published)
    first, *others = document.indicators
    rows = [first.model_copy(update={"actual": "", "score": None}), *others]
    replace_form(
        form,
        document.model_copy(update={"actual_outcome": "", "indicators": rows}),
        by=cast.stranger,
        expected_version=form.version,
        reason=FormVersion.Reason.SAVED,
    )
    return Form.objects.get(pk=form.pk)


def pin(page: Page, path: str, text: str) -> None:
    """Comment on a cell, by pressing it and typing."""
    place = page.locator(f"#cell-{path.replace('.', '-')}")
    place.click()
    page.keyboard.type(text)
    page.keyboard.press("Control+Enter")
    expect(place.locator(".comment-sign")).to_have_text("批注")


def step(page: Page, name: str) -> Locator:
    """The dialog of a step."""
    page.get_by_role("button", name=name, exact=True).click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    return dialog


def test_from_the_first_cell_to_the_public(cast: Cast, page_as: OpenPage) -> None:
    bureau = Unit.objects.get(name=BUREAU)
    keeper = User.objects.create_user("log_auditor", full_name="郑日志")
    Membership.objects.create(user=keeper, unit=bureau, role=Role.LOG_AUDITOR.value)
    form = begun(cast)
    name = form.project_name
    here = re.compile(rf"/forms/{form.pk}/$")

    # The preparer fills in what is missing, and submits.
    preparer = page_as("stranger")
    open_editor(preparer, form)
    fill(preparer, "indicators.0.actual", "完成")
    fill(preparer, "indicators.0.score", "20")
    fill(preparer, "actual_outcome", OUTCOME)
    preparer.keyboard.press("Tab")
    editor_saved(preparer)
    step(preparer, "送审").get_by_role("button", name="确定送审").click()
    expect(preparer).to_have_url(here)
    assert Form.objects.get(pk=form.pk).status == "submitted"

    # The auditor opens it from the queue, pins two comments, and returns it.
    auditor = page_as("auditor")
    auditor.goto("/review/")
    auditor.get_by_role("link", name=name).first.click()
    expect(auditor.locator("html.review-ready")).to_be_attached()
    pin(auditor, "indicators.1.actual", "请写明故障次数")
    pin(auditor, "indicators.2.actual", "请说明响应时限")
    dialog = step(auditor, "退回修改")
    expect(dialog).to_contain_text("未处理的批注 2 条")
    dialog.get_by_label("退回理由").fill("请按批注逐条修改")
    dialog.get_by_role("button", name="退回修改").click()
    expect(auditor).to_have_url("/review/")

    # The preparer sees why, at home and in the editor, mends one cell and answers the other comment.
    preparer.goto("/")
    expect(preparer.locator("main")).to_contain_text("请按批注逐条修改")
    preparer.get_by_role("link", name=re.compile("被退回")).first.click()
    preparer.get_by_role("link", name=name).first.click()
    expect(preparer.locator(".sent-back")).to_contain_text("请按批注逐条修改")
    open_editor(preparer, form)
    expect(preparer.locator(".sent-back")).to_contain_text("未处理的批注 2 条")
    cell(preparer, "indicators.1.actual").click()
    preparer.keyboard.type("完成，全年故障2次")
    preparer.keyboard.press("Tab")
    editor_saved(preparer)
    preparer.locator("#editor-comments").click()
    other = preparer.locator(".comment", has_text="请说明响应时限")
    other.get_by_role("textbox").fill("时限为2小时，见合同第5条")
    other.get_by_role("button", name="答复", exact=True).click()
    expect(preparer.locator(".comment-answer")).to_contain_text("时限为2小时")
    preparer.keyboard.press("Escape")
    step(preparer, "送审").get_by_role("button", name="确定送审").click()
    expect(preparer).to_have_url(here)

    # The auditor sees the changed cell and no other, and what was asked but not changed.
    open_review(auditor, form)
    changed = auditor.locator(".sheet-table .is-changed")
    expect(changed).to_have_count(1)
    expect(changed.locator("del")).to_have_text("完成")
    expect(changed.locator("ins")).to_have_text("完成，全年故障2次")
    auditor.get_by_role("tab", name="改动").click()
    asked = auditor.locator("#panel-changes")
    expect(asked).to_contain_text("要求修改但未改（1）")
    expect(asked).to_contain_text("请说明响应时限")
    expect(asked).to_contain_text("时限为2小时，见合同第5条")
    expect(asked).not_to_contain_text("请写明故障次数")

    # Other scores, with why; approved with an opinion.
    score(auditor, 2).fill("18")
    remark(auditor, 2).fill("全年故障2次，扣2分")
    saved(auditor)
    expect(auditor.locator("#total-self strong")).to_have_text("99.01")
    expect(auditor.locator("#total-review strong")).to_have_text("97.01")
    dialog = step(auditor, "审核通过")
    dialog.get_by_label("审核意见（可不写）").fill("同意，请加强运维管理")
    dialog.get_by_role("button", name="审核通过").click()
    expect(auditor).to_have_url("/review/")

    # Both totals and ratings on the form's page, and the paper.
    auditor.goto(f"/forms/{form.pk}/")
    scores = auditor.locator(".result-scores tbody tr")
    expect(scores.nth(0)).to_have_text(re.compile(r"自评\s*99\.01\s*优"))
    expect(scores.nth(1)).to_have_text(re.compile(r"复核\s*97\.01\s*优"))
    expect(auditor.locator(".result-opinion")).to_contain_text("同意，请加强运维管理")
    paper = auditor.get_by_role("link", name="意见书 PDF").first.get_attribute("href")
    printed = auditor.request.get(paper or "")
    assert printed.status == 200
    assert printed.headers["content-type"] == "application/pdf"
    assert printed.body().startswith(b"%PDF-")

    # Open to the public.
    step(auditor, "公开").get_by_role("button", name="确定公开").click()
    expect(auditor.locator(".messages")).to_contain_text("已标记为公开")
    assert Form.objects.get(pk=form.pk).status == "published"
    assert Comment.objects.filter(form=form, parent=None).count() == 2

    # The log tells it all, to who keeps it; the form itself is not that person's to see.
    log = page_as("log_auditor")
    log.goto("/log/")
    lines = log.locator(".log-table tbody tr")
    about = lines.filter(has_text=name)
    for who, what in (
        ("王外人", "送审"),
        ("赵审核", "批注"),
        ("赵审核", "退回"),
        ("王外人", "答复批注"),
        ("赵审核", "复核"),
        ("赵审核", "审核通过"),
        ("赵审核", "公开"),
        ("赵审核", "复核意见书"),
    ):
        expect(about.filter(has_text=who).filter(has_text=what).first).to_be_visible()
    expect(about.filter(has_text="请按批注逐条修改").first).to_be_visible()
    assert log.request.get(f"/forms/{form.pk}/").status == 404
