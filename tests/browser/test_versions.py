"""The history of a form, evidence and tokens, as people use them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from projects.models import Form
from tests.browser.test_accessibility import faults
from tests.cast import Cast
from tests.drafts import change, copied_declaration, put, said

OpenPage = Callable[[str | None], Page]


def written(cast: Cast) -> Form:
    """A copy that two people went on writing: versions 1, 2 and 3."""
    form = copied_declaration(cast.preparer, cast.form("固定源管理技术支持", 2026))
    change(form, cast.preparer, put("annual_goal", "张写的目标"))
    change(
        form,
        cast.colleague,
        put("indicators.3.target", "≥52000.00(家)"),
        {"op": "remove", "path": "indicators", "at": 1, "count": 1},
    )
    return form


def test_two_versions_are_compared_and_one_restored(cast: Cast, page_as: OpenPage) -> None:
    form = written(cast)
    original = said(cast.form("固定源管理技术支持", 2026))
    page = page_as("preparer")
    page.goto(f"/forms/{form.pk}/")
    page.get_by_role("link", name="第 3 版").click()
    expect(page.locator("tbody tr")).to_have_count(3)
    assert faults(page) == []
    page.get_by_label("原：第 1 版").check()
    page.get_by_role("button", name="比较所选的两版").click()
    expect(page.locator(".differences li")).to_have_count(3)
    assert faults(page) == []
    page.get_by_role("link", name="第 4 行 年度指标值").or_(
        page.get_by_role("link", name="第 3 行 年度指标值")
    ).click()
    expect(page.locator(":target ins")).to_have_text("≥52000.00(家)")

    page.get_by_role("link", name="第 1 版", exact=True).click()
    expect(page.get_by_text("这是过去的内容，只能查看")).to_be_visible()
    assert faults(page) == []
    page.get_by_role("link", name="恢复到这一版…").click()
    assert faults(page) == []
    page.get_by_role("button", name="恢复这 3 处").click()
    expect(page.get_by_text("已恢复到第 1 版的内容，成为第 4 版。")).to_be_visible()
    restored = said(form)
    assert [row.name for row in restored.indicators] == [row.name for row in original.indicators]
    assert restored.annual_goal == original.annual_goal


def test_a_restore_that_came_too_late_asks_again(cast: Cast, page_as: OpenPage) -> None:
    form = written(cast)
    page = page_as("preparer")
    page.goto(f"/forms/{form.pk}/versions/1/restore/")
    change(form, cast.colleague, put("annual_goal", "李刚刚写的"))
    page.get_by_role("button", name="恢复这 3 处").click()
    expect(page.get_by_role("alert")).to_contain_text("没有恢复")
    expect(page.locator(".differences")).to_contain_text("李刚刚写的")
    assert said(form).annual_goal == "李刚刚写的"


def test_evidence_is_added_fetched_and_removed(
    cast: Cast, page_as: OpenPage, tmp_path: Path
) -> None:
    form = written(cast)
    proof = tmp_path / "验收报告.pdf"
    proof.write_bytes(b"%PDF-1.7\n%%EOF")
    page = page_as("preparer")
    page.goto(f"/forms/{form.pk}/attachments/")
    page.get_by_label("证明哪一行").select_option(index=2)
    page.get_by_label("文件", exact=True).set_input_files(proof)
    page.get_by_role("button", name="上传").click()
    expect(page.locator(".evidence a")).to_have_text("验收报告.pdf")
    assert faults(page) == []
    with page.expect_download() as download:
        page.get_by_role("link", name="验收报告.pdf").click()
    assert download.value.suggested_filename == "验收报告.pdf"
    page.get_by_label("删除：验收报告.pdf").click()
    assert faults(page) == []
    page.get_by_role("button", name="删除文件").click()
    expect(page.get_by_text("已删除「验收报告.pdf」。")).to_be_visible()
    assert not form.attachments.exists()


def test_a_token_is_made_and_revoked(cast: Cast, page_as: OpenPage) -> None:
    page = page_as("preparer")
    page.goto("/account/")
    page.get_by_role("link", name="管理令牌").click()
    page.get_by_label("新令牌的用途").fill("每月取数")
    page.get_by_role("button", name="建立令牌").click()
    expect(page.locator("#token")).to_contain_text("pg_")
    assert faults(page) == []
    page.get_by_text("撤销…").click()
    assert faults(page) == []
    page.get_by_role("button", name="撤销令牌").click()
    expect(page.get_by_text("还没有令牌")).to_be_visible()


def test_the_description_of_the_interface_loads_without_other_sites(
    cast: Cast, page_as: OpenPage
) -> None:
    page = page_as("preparer")
    page.goto("/api/docs")
    expect(page.get_by_text("绩效目标接口")).to_be_visible()
    expect(page.get_by_text("按路径修改一份表")).to_be_visible()


def test_on_a_phone(cast: Cast, page_as: OpenPage) -> None:
    form = written(cast)
    page = page_as("preparer")
    page.set_viewport_size({"width": 400, "height": 800})
    versions = f"/forms/{form.pk}/versions/"
    for address in (
        versions,
        f"{versions}1/",
        f"{versions}compare/?before=1",
        f"{versions}1/restore/",
        f"/forms/{form.pk}/attachments/",
        "/tokens/",
    ):
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth") == 400, address
        assert faults(page) == [], address
