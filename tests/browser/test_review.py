"""The review page in a browser: scores, comments, waivers, the return, and nothing lost on the way."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal

import pytest
from playwright.sync_api import Locator, Page, expect

from projects.models import Comment, Form, Waiver
from scoring.models import Review
from scoring.services import RowChange, patch_review
from tests.browser.test_accessibility import faults
from tests.cast import Cast
from tests.drafts import put, said
from tests.submitted import (
    handed_in_again,
    returned,
    submitted_declaration,
    submitted_evaluation,
    unit_reviewer_of,
)

OpenPage = Callable[[str | None], Page]


@pytest.fixture
def form(cast: Cast) -> Form:
    """Of the stranger's unit: 5 rows, 99.01 points, one warning."""
    return submitted_evaluation(cast.stranger, cast.maintenance)


def open_review(page: Page, form: Form, query: str = "") -> None:
    page.goto(f"/forms/{form.pk}/review/{query}")
    expect(page.locator("html.review-ready")).to_be_attached()


def score(page: Page, number: int) -> Locator:
    return page.locator(f'tr[data-number="{number}"] .review-score')


def remark(page: Page, number: int) -> Locator:
    return page.locator(f'tr[data-number="{number}"] .review-remark')


def saved(page: Page) -> None:
    page.keyboard.press("Control+s")
    expect(page.locator("#editor-saved")).to_have_text(re.compile(r"^已保存 \d\d:\d\d:\d\d$"))


def stored(form: Form) -> list[tuple[Decimal | None, str]]:
    """Score and remark of each row that has any, in the order of the form."""
    rows = {
        row.row_code: row for row in Review.objects.get(form=form, outcome="pending").rows.all()
    }
    found = [rows[row.code] for row in said(form).indicators if row.code in rows]
    return [(row.score, row.remark) for row in found]


def test_from_the_first_score_to_the_return(cast: Cast, form: Form, page_as: OpenPage) -> None:
    following = submitted_evaluation(cast.preparer, cast.form("海洋生态环境保护", 2024))
    rows = said(form).indicators
    page = page_as("auditor")
    open_review(page, form, "?sort=risk")
    total = page.locator("#total-review strong")
    expect(page.locator("#total-self strong")).to_have_text("99.01")
    expect(total).to_have_text("99.01")

    # Three rows, from one to the next by the keyboard alone.
    score(page, 1).click()
    page.keyboard.type(str(rows[0].weight - 2))
    page.keyboard.press("Enter")
    expect(score(page, 2)).to_be_focused()
    page.keyboard.type(str(rows[1].weight - 1))
    page.keyboard.press("ArrowDown")
    page.keyboard.type(str(rows[2].weight - Decimal("0.5")))
    expect(total).to_have_text("95.51")
    expect(page.locator("#total-difference")).to_have_text("−3.50")
    wrong = page.locator('tr[data-number="2"] .review-wrong')
    expect(wrong).to_contain_text("减 1 分，未写复核意见")
    remark(page, 2).fill("缺一份验收报告")
    expect(wrong).to_be_hidden()
    saved(page)
    assert stored(form) == [
        (rows[0].weight - 2, ""),
        (rows[1].weight - 1, "缺一份验收报告"),
        (rows[2].weight - Decimal("0.5"), ""),
    ]

    # Two comments: on a cell that was clicked, and on the row at hand by a key.
    page.locator("#cell-indicators-1-actual").click()
    page.keyboard.type("请附验收报告")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#cell-indicators-1-actual .comment-sign")).to_have_text("批注")
    score(page, 3).focus()
    page.keyboard.press("c")
    expect(page.get_by_role("dialog", name="写批注")).to_be_visible()
    page.keyboard.type("扣分原因请写明")
    page.get_by_role("button", name="保存批注").click()
    expect(page.locator("#count-comments")).to_have_text("2")
    expect(score(page, 3)).to_be_focused()
    assert score(page, 3).input_value() == str(rows[2].weight - Decimal("0.5"))
    code = rows[2].code
    assert [(one.place, one.text) for one in Comment.objects.order_by("id")] == [
        (f"row:{rows[1].code}.actual", "请附验收报告"),
        (f"row:{code}.score", "扣分原因请写明"),
    ]

    # A warning is let pass, with the reason.
    page.get_by_role("tab", name="检查").click()
    warning = (
        page.locator("#findings-list .finding-warning").filter(has_not_text="未写复核意见").first
    )
    message = warning.locator(".finding-words").inner_text()
    warning.get_by_role("button", name="豁免").click()
    dialog = page.get_by_role("dialog", name="豁免这条检查结果")
    dialog.get_by_role("button", name="豁免").click()
    expect(dialog.get_by_role("alert")).to_have_text("请写明豁免理由")
    dialog.get_by_label("豁免理由").fill("已电话核实")
    dialog.get_by_role("button", name="豁免").click()
    expect(page.locator("#findings-list")).to_contain_text("理由：已电话核实")
    assert Waiver.objects.get().message == message

    # Returned; on to the next.
    page.get_by_role("button", name="退回修改").click()
    dialog = page.get_by_role("dialog", name="退回修改")
    expect(dialog).to_contain_text("未处理的批注 2 条")
    expect(dialog).to_contain_text("请附验收报告")
    dialog.get_by_label("退回理由").fill("见批注")
    dialog.get_by_role("button", name="退回修改").click()
    expect(page).to_have_url(re.compile(rf"/forms/{following.pk}/review/\?sort=risk$"))
    expect(page.locator("#editor-said")).to_contain_text("已退回修改：")
    form.refresh_from_db()
    review = Review.objects.get(form=form)
    assert (form.status, review.reason, review.review_total) == (
        "returned",
        "见批注",
        Decimal("95.51"),
    )


def test_a_waiver_is_taken_back(form: Form, page_as: OpenPage) -> None:
    page = page_as("auditor")
    open_review(page, form)
    page.get_by_role("tab", name="检查").click()
    warning = page.locator("#findings-list .finding-warning .finding-words").first
    message = warning.inner_text()
    page.locator("#findings-list .finding-warning").first.get_by_role("button", name="豁免").click()
    page.get_by_role("dialog").get_by_label("豁免理由").fill("已核实")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#findings-list .finding-warning")).to_have_count(0)
    page.get_by_role("button", name="撤销豁免").click()
    expect(warning).to_have_text(message)
    expect(page.locator("#findings-list details")).to_contain_text("不再有效的豁免 1")


def test_a_score_that_cannot_be_stays_on_the_page_and_is_not_sent(
    form: Form, page_as: OpenPage
) -> None:
    page = page_as("auditor")
    open_review(page, form)
    score(page, 1).fill("1000")
    remark(page, 1).fill("见附件")
    expect(page.locator("#editor-saved")).to_contain_text("1 格未能保存")
    expect(page.locator('tr[data-number="1"] .review-wrong')).to_contain_text(
        "未保存：复核分应在 0 至 "
    )
    assert stored(form) == [(None, "见附件")]
    page.get_by_role("button", name="审核通过").click()
    page.get_by_role("dialog").get_by_role("button", name="审核通过").click()
    expect(page.get_by_role("dialog").get_by_role("alert")).to_contain_text("有复核分未能保存")
    page.get_by_role("button", name="取消").click()
    score(page, 1).fill("１.５")
    saved(page)
    assert stored(form) == [(Decimal("1.5"), "见附件")]
    score(page, 1).focus()
    page.keyboard.press("Control+z")
    expect(score(page, 1)).to_have_value("1000")


def test_the_suggested_score_is_taken_by_a_key(cast: Cast, form: Form, page_as: OpenPage) -> None:
    first = said(form).indicators[0]
    patch_review(form, [RowChange(first.code, Decimal(1), "少")], by=cast.auditor, expected_edits=0)
    page = page_as("auditor")
    open_review(page, form)
    score(page, 1).focus()
    expect(page.locator("#panel-row")).to_contain_text(first.name)
    page.keyboard.press("Alt+a")
    expect(score(page, 1)).to_have_value(str(first.weight.normalize().__format__("f")))
    saved(page)
    assert stored(form)[0][0] == first.weight


def test_nothing_is_lost_without_a_connection(form: Form, page_as: OpenPage) -> None:
    page = page_as("auditor")
    open_review(page, form)
    page.context.set_offline(True)
    score(page, 1).fill("3")
    expect(page.get_by_role("alert").filter(has_text="没有保存")).to_be_visible()
    page.context.set_offline(False)
    expect(page.locator("#editor-saved")).to_have_text(re.compile(r"^已保存"))
    assert stored(form) == [(Decimal(3), "")]

    # A page that is gone before it could save leaves its content to the next one.
    page.route("**/api/forms/*/review", lambda route: route.abort())
    remark(page, 1).fill("只在这台电脑上")
    expect(page.get_by_role("alert").filter(has_text="没有保存")).to_be_visible()
    page.on("dialog", lambda dialog: dialog.accept())
    other = page.context.new_page()
    page.close()
    open_review(other, form)
    expect(other.locator("#editor-restore")).to_contain_text("第 1 行 复核意见")
    other.get_by_role("button", name="恢复").click()
    expect(remark(other, 1)).to_have_value("只在这台电脑上")
    saved(other)
    assert stored(form) == [(Decimal(3), "只在这台电脑上")]


def test_two_tabs_show_both_values_and_let_choose(
    cast: Cast, form: Form, page_as: OpenPage
) -> None:
    first, second, *_ = said(form).indicators
    page = page_as("auditor")
    open_review(page, form)
    patch_review(
        form,
        [RowChange(first.code, Decimal(2), "对方的"), RowChange(second.code, None, "也是对方的")],
        by=cast.auditor,
        expected_edits=0,
    )
    remark(page, 1).fill("我的")
    dialog = page.get_by_role("dialog", name="这份表已有更新的版本")
    expect(dialog).to_contain_text("对方的")
    dialog.get_by_role("radio", name="第 1 行 复核意见：用我的").check()
    dialog.get_by_role("button", name="按以上选择保存").click()
    saved(page)
    expect(score(page, 1)).to_have_value(re.compile(r"^2(\.00)?$"))
    assert stored(form) == [(Decimal(2), "我的"), (None, "也是对方的")]


def test_a_form_taken_back_meanwhile_is_not_reviewed(
    cast: Cast, form: Form, page_as: OpenPage
) -> None:
    page = page_as("auditor")
    open_review(page, form)
    returned(form, cast.auditor)
    remark(page, 1).fill("太晚")
    expect(page.get_by_role("alert").filter(has_text="没有保存")).to_contain_text("退回修改")
    expect(remark(page, 2)).not_to_be_editable()


def test_errors_stand_in_the_way_of_an_approval(cast: Cast, form: Form, page_as: OpenPage) -> None:
    rows = said(form).indicators
    patch_review(
        form, [RowChange(rows[0].code, rows[0].weight, "")], by=cast.auditor, expected_edits=0
    )
    form = returned(form, cast.auditor)
    form = handed_in_again(
        form,
        cast.stranger,
        put("indicators.0.weight", str(rows[0].weight - 1)),
        put("indicators.0.score", str(rows[0].weight - 1)),
        put("indicators.1.weight", str(rows[1].weight + 1)),
        put("indicators.1.score", str(rows[1].weight + 1)),
    )
    page = page_as("auditor")
    open_review(page, form)
    page.get_by_role("button", name="审核通过").click()
    dialog = page.get_by_role("dialog", name="审核通过")
    expect(dialog).to_contain_text("还有 1 处错误")
    expect(dialog.get_by_role("button", name="审核通过")).to_be_disabled()
    page.keyboard.press("Escape")
    score(page, 1).fill("")
    saved(page)
    page.get_by_role("button", name="审核通过").click()
    page.get_by_role("dialog").get_by_label("审核意见（可不写）").fill("同意")
    page.get_by_role("dialog").get_by_role("button", name="审核通过").click()
    expect(page).to_have_url("/review/")
    form.refresh_from_db()
    assert (form.status, form.reviews.latest("id").opinion) == ("approved", "同意")


def test_the_units_reviewer_lets_it_go_on(cast: Cast, page_as: OpenPage) -> None:
    person = unit_reviewer_of(cast.maintenance)
    form = submitted_evaluation(cast.stranger, cast.maintenance)
    page = page_as(person.username)
    open_review(page, form)
    assert faults(page) == []
    page.get_by_role("button", name="单位审核通过").click()
    page.get_by_label("单位审核意见（可不写）").fill("情况属实")
    page.get_by_role("dialog").get_by_role("button", name="单位审核通过").click()
    expect(page).to_have_url("/review/")
    form.refresh_from_db()
    assert (form.status, form.reviews.get(stage="unit").opinion) == ("submitted", "情况属实")


def test_what_was_not_changed_leads_to_its_comment(
    cast: Cast, form: Form, page_as: OpenPage
) -> None:
    row = said(form).indicators[3]
    Comment.objects.create(
        form=form,
        place=f"row:{row.code}.actual",
        label="x",
        text="请改",
        number=form.version,
        by=cast.auditor,
    )
    form = returned(form, cast.auditor, reason="")
    form = handed_in_again(
        form, cast.stranger, put("actual_outcome", "全年完成运维任务5项，系统稳定运行。")
    )
    page = page_as("auditor")
    open_review(page, form)
    expect(page.locator("#cell-actual_outcome ins")).to_have_text(
        "全年完成运维任务5项，系统稳定运行。"
    )
    page.get_by_role("tab", name="改动").click()
    page.locator("#panel-changes [data-comment]").click()
    expect(page.get_by_role("tab", name="批注")).to_have_attribute("aria-selected", "true")
    expect(page.locator("#cell-indicators-3-actual")).to_be_focused()
    page.get_by_role("textbox", name="答复：请改").fill("已电话说明")
    page.get_by_role("button", name="答复", exact=True).click()
    page.get_by_role("button", name="标为已处理").click()
    expect(page.locator("#panel-comments details")).to_contain_text("已处理 1")


def test_everybody_can_use_it(cast: Cast, form: Form, page_as: OpenPage) -> None:
    page = page_as("auditor")
    for width in (1440, 1280, 400):
        page.set_viewport_size({"width": width, "height": 800})
        open_review(page, form)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert faults(page) == [], width
    page.set_viewport_size({"width": 1280, "height": 800})
    open_review(page, form)
    score(page, 2).click()
    for name in ("检查", "批注", "改动", "上年", "材料", "概况"):
        page.get_by_role("tab", name=name).click()
        assert faults(page) == [], name
    page.keyboard.press("Alt+1")
    expect(page.locator("#panel-row")).to_be_visible()
    page.locator("#cell-indicators-0-name").click()
    assert faults(page) == []
    page.keyboard.press("Escape")
    for button in ("退回修改", "审核通过", "按键"):
        page.get_by_role("button", name=button).click()
        assert faults(page) == [], button
        page.keyboard.press("Escape")


def test_62_rows_open_and_take_typing_without_a_lag(cast: Cast, page_as: OpenPage) -> None:
    form = submitted_declaration(
        cast.preparer, cast.declaration, put("indicators.28.target", "=100.00(%)")
    )
    page = page_as("auditor")
    open_review(page, form)
    assert faults(page) == []
    page.evaluate(
        """() => {
          window.longTasks = [];
          const note = (list) => window.longTasks.push(...list.getEntries().map((one) => one.duration));
          new PerformanceObserver(note).observe({ type: "longtask" });
        }"""
    )
    remark(page, 40).click()
    page.keyboard.type("目标值偏低，请参照上年实际完成情况调整")
    page.keyboard.press("Enter")
    expect(remark(page, 41)).to_be_focused()
    page.keyboard.type("同上一行")
    saved(page)
    assert [text for _, text in stored(form)] == [
        "目标值偏低，请参照上年实际完成情况调整",
        "同上一行",
    ]
    assert [task for task in page.evaluate("window.longTasks") if task > 200] == []
