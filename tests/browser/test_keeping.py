"""An administrator of a part of the tree adds a unit and a person, who signs in and sees that unit."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from perfgoals.accounts.models import Membership, Role, Unit, User
from tests.browser.test_accessibility import faults
from tests.cast import BUREAU, Cast

OpenPage = Callable[[str | None], Page]
GIVEN = "请本人马上换掉的密码"
OWN = "只有我自己知道的密码"


def test_a_unit_a_person_and_the_first_sign_in(cast: Cast, page_as: OpenPage) -> None:
    boss = User.objects.create_user("boss", full_name="刘局管")
    bureau = Unit.objects.get(name=BUREAU)
    Membership.objects.create(user=boss, unit=bureau, role=Role.ADMIN.value)
    page = page_as("boss")
    page.goto("/")
    page.get_by_role("link", name="单位和人员").click()
    assert faults(page) == []

    page.get_by_role("link", name="新增单位", exact=True).click()
    page.get_by_label("单位编码").fill("310199")
    page.get_by_label("单位名称").fill("上海市新设监测站")
    assert faults(page) == []
    page.get_by_role("button", name="新增单位").click()
    expect(page.get_by_role("status").first).to_contain_text("已新增单位「上海市新设监测站」。")
    expect(page.get_by_role("row", name="上海市新设监测站")).to_contain_text("310199")

    page.get_by_role("link", name="在上海市新设监测站新增人员").click()
    page.get_by_label("用户名").fill("zhou")
    page.get_by_label("姓名").fill("周新人")
    page.get_by_label("岗位").select_option("填报人")
    page.get_by_label("初始密码").fill(GIVEN)
    page.get_by_label("再输一次密码").fill(OWN)
    page.get_by_role("button", name="新增人员").click()
    expect(page.get_by_text("两次输入的密码不一致")).to_be_visible()
    assert faults(page) == []
    expect(page.get_by_label("姓名")).to_have_value("周新人")
    page.get_by_label("初始密码").fill(GIVEN)
    page.get_by_label("再输一次密码").fill(GIVEN)
    page.get_by_role("button", name="新增人员").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("周新人")
    assert faults(page) == []
    page.get_by_label("移除上海市新设监测站填报人…").click()
    expect(page.get_by_text("周新人不再是「上海市新设监测站」的填报人")).to_be_visible()
    assert faults(page) == []
    page.goto("/people/?role=preparer&q=周")
    expect(page.locator("tbody tr")).to_have_count(1)
    for width in (1280, 400):
        page.set_viewport_size({"width": width, "height": 800})
        assert faults(page) == []

    own = page_as(None)
    own.goto("/sign-in/")
    own.get_by_label("用户名").fill("zhou")
    own.get_by_label("密码").fill(GIVEN)
    own.get_by_role("button", name="登录").click()
    expect(own.get_by_role("heading", level=1)).to_have_text("修改密码")
    own.goto("/forms/")
    expect(own.get_by_role("heading", level=1)).to_have_text("修改密码")
    own.get_by_label("现在的密码").fill(GIVEN)
    own.get_by_label("新密码", exact=True).fill(OWN)
    own.get_by_label("再输一次新密码").fill(OWN)
    own.get_by_role("button", name="修改密码").click()
    expect(own.get_by_role("status").first).to_contain_text("密码已修改。")
    own.goto("/account/")
    expect(own.get_by_role("region", name="岗位")).to_contain_text("上海市新设监测站 填报人")
    own.goto("/forms/new/")
    own.get_by_label("新项目").check()
    expect(own.get_by_label("实施单位")).to_contain_text("上海市新设监测站")
    own.goto("/units/")
    expect(own.get_by_text("单位和人员只对管理员开放")).to_be_visible()
