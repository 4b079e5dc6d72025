"""The people that somebody administers: the list, a new one, and one who is there."""

from __future__ import annotations

from typing import Any

import pytest
from axes.models import AccessAttempt
from django.test import Client
from django_otp.plugins.otp_totp.models import TOTPDevice
from pytest_django import DjangoAssertNumQueries, Settings

from perfgoals.accounts.models import User
from perfgoals.accounts.services import device_of, live_sessions
from perfgoals.common.models import AuditEntry
from tests.accounts.keeping import GIVEN, Office, changes, office, roles_of, unseen
from tests.accounts.people import ANOTHER, PASSWORD, logged, signed_in, try_sign_in
from tests.reading import nothing_written, text, texts

__all__ = ["office"]

LIST = "/people/"
NEW = "/people/new/"
QUERIES = 7


def new_body(office: Office, **more: Any) -> dict[str, Any]:
    return {
        "username": "zhou",
        "full_name": "周新人",
        "email": "zhou@example.org",
        "unit": office["一科"].pk,
        "role": "preparer",
        "valid_until": "",
        "password": GIVEN,
        "password_again": GIVEN,
        **more,
    }


def rows(page: Any) -> list[str]:
    return texts(page, "tbody tr")


def test_who_has_or_had_a_role_there(office: Office) -> None:
    office.person("gone", "何离任", ("中心", "preparer", "2020-01-31"))
    office.person("both", "钱两边", ("监测站", "viewer"), ("水务局", "auditor"))
    office.person("off", "停用者", ("市局", "viewer"), is_active=False)
    office.person("alien", "水局人", ("水务局", "preparer"))
    office.person("root", "系统员", ("市局", "viewer"), is_superuser=True)
    office.person("desk", "后台员", ("市局", "viewer"), is_staff=True)
    with nothing_written():
        page = office.client.get(LIST)
    assert rows(page)[0].startswith("刘局管 boss 市局 管理员 使用中 20")
    assert rows(page)[1:] == [
        "钱两边 both 监测站 查阅人 另有 1 个岗位在您管理的范围以外 使用中 从未登录",
        "何离任 gone 中心 填报人 已于 2020-01-31 到期 使用中 从未登录",
        "停用者 off 市局 查阅人 已停用 从未登录",
        "王填报 wang 中心 填报人 使用中 从未登录",
    ]
    for hidden in ("水局人", "系统员", "后台员", "水务局"):
        assert hidden not in page.content.decode()


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("q=填报", ["王填报"]),
        ("q=WANG", ["王填报"]),
        ("q=没有这个人", []),
        ("role=preparer", ["李一科", "王填报"]),
        ("unit={中心}", ["王填报"]),
        ("unit={一科}&role=preparer", ["李一科"]),
        ("unit={一科}&role=viewer", []),
        ("unit={中心}&q=李", []),
    ],
)
def test_finding_people(office: Office, query: str, names: list[str]) -> None:
    office.person("li", "李一科", ("一科", "preparer"), ("监测站", "viewer"))
    numbers = {name: unit.pk for name, unit in office.units.items()}
    page = office.client.get(f"{LIST}?{query.format(**numbers)}")
    assert texts(page, "tbody th") == names
    if not names:
        assert "没有符合这些条件的人员" in text(page, ".empty")


def test_a_unit_of_somebody_else_narrows_nothing(office: Office) -> None:
    page = office.client.get(f"{LIST}?unit={office['水务局'].pk}&role=boss")
    assert texts(page, "tbody th") == ["刘局管", "王填报"]
    assert texts(page, ".field-error") == ["没有这一选项，未按它筛选"] * 2


def test_pages_and_the_number_of_queries(
    office: Office, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    office.client.get(LIST)
    with django_assert_num_queries(QUERIES):
        office.client.get(LIST)
    for number in range(60):
        roles = [("一科", "viewer"), ("中心", "viewer"), ("水文站", "viewer")]
        office.person(f"many{number:02}", f"众人{number}", *roles)
    with django_assert_num_queries(QUERIES):
        page = office.client.get(LIST)
    assert len(rows(page)) == 50
    assert text(page, ".results-count") == "共 62 人，第 1 页，共 2 页"
    second = office.client.get(f"{LIST}?role=viewer&page=2")
    assert len(rows(second)) == 10
    assert "role=viewer&amp;page=1" in second.content.decode()


def test_a_person_is_added_and_changes_the_password_first(office: Office) -> None:
    page = office.send(NEW, new_body(office, valid_until="2099-12-31"))
    said = "已新增「周新人」。请把用户名和初始密码告诉本人，第一次登录须先改密码。"
    assert said in text(page, ".messages")
    person = User.objects.get(username="zhou")
    assert roles_of(person) == [("一科", "preparer", "2099-12-31")]
    assert (person.full_name, person.email) == ("周新人", "zhou@example.org")
    assert person.must_change_password
    assert (person.is_staff, person.is_superuser) == (False, False)
    assert logged("created") == [("刘局管（boss）", "新增用户「周新人」", "周新人")]
    assert changes("rights") == [
        ("变更「周新人」的权限", "权限", "", "一科 填报人（至 2099-12-31）")
    ]
    client = Client()
    assert try_sign_in(GIVEN, "zhou", client=client).status_code == 302
    assert client.get("/forms/")["Location"] == "/account/password/"


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"username": ""}, "请填写用户名"),
        ({"username": "a b"}, "用户名只能有字母、数字和 @ . + - _"),
        ({"full_name": ""}, "请填写姓名"),
        ({"email": "x@"}, "邮箱地址的格式不对"),
        ({"unit": ""}, "请选择单位"),
        ({"unit": "987654"}, "不在您管理的范围内，请选择列出的单位"),
        ({"role": ""}, "请选择岗位"),
        ({"role": "log_auditor"}, "没有可以给的这个岗位"),
        ({"valid_until": "明天"}, "请填写 2026-12-31 这样的日期"),
        ({"password": "", "password_again": ""}, "请填写密码"),
        ({"password_again": "别的"}, "两次输入的密码不一致"),
    ],
)
def test_what_is_wrong_is_said(office: Office, wrong: dict[str, str], message: str) -> None:
    page = office.send(NEW, new_body(office, **wrong))
    assert page.status_code == 422
    assert message in texts(page, ".field-error")
    assert GIVEN not in page.content.decode()
    assert not User.objects.filter(username="zhou").exists()


@pytest.mark.parametrize("password", ["短密码", "1234567890123", "password1234", "zhou@example"])
def test_a_given_password_is_no_weaker_than_others(office: Office, password: str) -> None:
    body = new_body(office, password=password, password_again=password)
    assert office.send(NEW, body).status_code == 422
    assert not User.objects.filter(username="zhou").exists()


def test_a_taken_name_is_taken_and_nobody_says_by_whom(office: Office) -> None:
    office.person("alien", "水局人", ("水务局", "preparer"))
    office.person("root", "系统员", is_superuser=True)
    for name in ("alien", "root", "wang"):
        page = office.send(NEW, new_body(office, username=name))
        assert texts(page, ".field-error") == ["这个用户名已被使用，请换一个"]
        assert "水局人" not in page.content.decode()
    assert "系统员" not in page.content.decode()


def test_name_and_address_are_changed(office: Office) -> None:
    address = f"{LIST}{office.wang.pk}/"
    body = {"full_name": "王小填", "email": "wang@example.org", "is_active": "on"}
    page = office.send(address, body)
    assert "已保存「王小填」。" in text(page, ".messages")
    office.wang.refresh_from_db()
    assert (office.wang.full_name, office.wang.email) == ("王小填", "wang@example.org")
    assert changes("changed") == [
        ("修改人员「王小填」", "电子邮件地址", "", "wang@example.org"),
        ("修改人员「王小填」", "姓名", "王填报", "王小填"),
    ]


def test_who_is_put_out_of_use_is_out_at_once(office: Office) -> None:
    client = signed_in(office.wang)
    assert client.get("/").status_code == 200
    address = f"{LIST}{office.wang.pk}/"
    page = office.send(address, {"full_name": "王填报", "email": ""})
    assert text(page, ".page-head p") == "用户名 wang，已停用"
    assert client.get("/").status_code == 302
    assert not live_sessions(office.wang).exists()
    assert changes("rights") == [
        ("变更「王填报」的权限", "权限", "中心 填报人", "已停用；中心 填报人")
    ]
    office.send(address, {"full_name": "王填报", "email": "", "is_active": "on"})
    assert User.objects.get(username="wang").is_active


def test_what_somebody_else_changed_meanwhile_is_said(office: Office) -> None:
    address = f"{LIST}{office.wang.pk}/"
    seen = unseen(office.client, address)
    User.objects.filter(pk=office.wang.pk).update(email="new@example.org")
    body = {**seen, "full_name": "王二", "email": "old@example.org", "is_active": "on"}
    page = office.client.post(address, body)
    assert page.status_code == 409
    assert texts(page, ".stale li") == [
        "姓名：现在是「王填报」",
        "邮箱：现在是「new@example.org」",
    ]
    assert 'value="王二"' in page.content.decode()
    office.wang.refresh_from_db()
    assert (office.wang.full_name, office.wang.email) == ("王填报", "new@example.org")


def test_a_new_password_is_given(office: Office) -> None:
    client = signed_in(office.wang)
    client.get("/")
    page = f"{LIST}{office.wang.pk}/"
    action = f"{page}password/"
    body = {**unseen(office.client, page, action), "password": GIVEN, "password_again": GIVEN}
    answer = office.client.post(action, body, follow=True)
    said = "已设置「王填报」的密码，其登录已全部退出；下次登录须先改密码。"
    assert said in text(answer, ".messages")
    office.wang.refresh_from_db()
    assert office.wang.check_password(GIVEN)
    assert office.wang.must_change_password
    assert client.get("/").status_code == 302
    assert logged("password") == [("刘局管（boss）", "设置密码：王填报", "王填报")]
    assert GIVEN not in str(list(AuditEntry.objects.values()))
    # The person has chosen another since: what was sent before does nothing any more.
    office.wang.set_password(ANOTHER)
    office.wang.must_change_password = False
    office.wang.save()
    assert office.client.post(action, body).status_code == 409
    office.wang.refresh_from_db()
    assert office.wang.check_password(ANOTHER)


def test_a_lock_is_lifted(office: Office) -> None:
    for _ in range(5):
        try_sign_in("错", "wang")
    page = f"{LIST}{office.wang.pk}/"
    assert "在 10.0.0.1 已锁定" in text(office.client.get(page), ".safety")
    action = f"{page}unlock/"
    answer = office.client.post(action, unseen(office.client, page, action), follow=True)
    assert "已解除「王填报」的登录锁定。" in text(answer, ".messages")
    assert not AccessAttempt.objects.exists()
    assert try_sign_in(PASSWORD, "wang").status_code == 302
    assert logged("locked")[-1] == ("刘局管（boss）", "解除登录锁定", "王填报")


def test_signing_out_everywhere_ends_what_was_shown_and_no_more(office: Office) -> None:
    phone, computer = signed_in(office.wang), signed_in(office.wang)
    page = f"{LIST}{office.wang.pk}/"
    action = f"{page}sign-out/"
    assert "正在登录2 处" in text(office.client.get(page), ".safety")
    seen = unseen(office.client, page, action)
    answer = office.client.post(action, seen, follow=True)
    assert "已退出「王填报」的全部登录。" in text(answer, ".messages")
    assert phone.get("/").status_code == computer.get("/").status_code == 302
    later = signed_in(office.wang)
    assert office.client.post(action, seen).status_code == 409
    assert later.get("/").status_code == 200


def test_a_lost_device_is_removed(office: Office) -> None:
    TOTPDevice.objects.create(user=office.wang, name="手机", confirmed=True)
    page = f"{LIST}{office.wang.pk}/"
    action = f"{page}device/"
    answer = office.client.post(action, unseen(office.client, page, action), follow=True)
    assert "已移除「王填报」的动态验证码，登录只要密码。" in text(answer, ".messages")
    assert device_of(office.wang) is None
    assert logged("password") == [("刘局管（boss）", "停用动态验证码", "王填报")]


def test_oneself(office: Office) -> None:
    """Nobody locks themselves out, nor passes by the questions of their own account."""
    address = f"{LIST}{office.boss.pk}/"
    page = office.client.get(address)
    assert "不能停用自己" in text(page, ".person-parts")
    assert "密码、动态验证码和登录在「我的账号」里处理" in text(page, ".person-parts")
    seen = unseen(office.client, address)
    office.client.post(address, {**seen, "full_name": "刘局", "email": ""})
    office.boss.refresh_from_db()
    assert (office.boss.full_name, office.boss.is_active) == ("刘局", True)
    for action in ("password", "unlock", "sign-out", "device"):
        body = {"seen": "x", "password": GIVEN, "password_again": GIVEN}
        answer = office.client.post(f"{address}{action}/", body)
        assert answer.status_code == 403
        assert "自己的密码、动态验证码和登录，请在「我的账号」里处理" in text(answer)
    assert office.client.get("/").status_code == 200


def test_who_must_have_a_code_device_has_to_here_too(office: Office, settings: Settings) -> None:
    settings.REQUIRE_CODES_FOR = ["admin"]
    assert office.client.get(LIST)["Location"] == "/account/codes/set-up/"


def test_a_superuser_finds_those_without_a_role_too(office: Office) -> None:
    office.person("new", "新来的")
    office.client = signed_in(User.objects.create_superuser("root", full_name="系统员"))
    page = office.client.get(LIST)
    assert texts(page, "tbody th") == ["刘局管", "新来的", "王填报"]
    assert "没有岗位" in rows(page)[1]


def test_two_parts_of_the_tree(office: Office) -> None:
    """Who administers 中心 and 水务局 has both with what lies below, and the tops stay as they are."""
    two = office.person("two", "两处管", ("中心", "admin"), ("水务局", "admin"))
    office.person("alien", "水局人", ("水文站", "preparer"), ("监测站", "viewer"))
    office.client = signed_in(two)
    assert texts(office.client.get("/units/"), "tbody th") == ["中心", "一科", "水务局", "水文站"]
    assert rows(office.client.get(LIST))[0] == (
        "水局人 alien 水文站 填报人 另有 1 个岗位在您管理的范围以外 使用中 从未登录"
    )
    for name in ("中心", "水务局"):
        page = office.client.get(f"/units/{office[name].pk}/")
        assert "这个单位是您管理范围的最上一级" in text(page, ".notice")
    assert office.client.get(f"/units/{office['市局'].pk}/").status_code == 404


def test_with_nobody_else_there_the_page_says_what_to_do(office: Office) -> None:
    User.objects.exclude(pk=office.boss.pk).delete()
    User.objects.filter(pk=office.boss.pk).update(is_superuser=True)
    assert "已经有用户名的，用「为已有的人员加岗位」" in text(office.client.get(LIST), ".empty")
