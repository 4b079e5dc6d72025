"""Passwords: one's own, and those that somebody else has set."""

from __future__ import annotations

from unittest.mock import patch

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django.core.management import call_command
from django.test import Client

from perfgoals.accounts.models import ApiToken, User
from perfgoals.accounts.services import create_api_token, ensure_user
from tests.accounts.people import ANOTHER, PASSWORD, logged, person, signed_in, try_sign_in
from tests.reading import nothing_written, text, texts

pytestmark = pytest.mark.django_db

URL = "/account/password/"


@pytest.fixture
def zhang() -> User:
    return person()


@pytest.fixture
def newly(zhang: User) -> User:
    """Somebody whose password was given."""
    zhang.must_change_password = True
    zhang.save()
    return zhang


def change(client: Client, new: str, old: str = PASSWORD, again: str = ""):
    data = {"old_password": old, "new_password1": new, "new_password2": again or new}
    return client.post(URL, data)


def test_another_password(zhang: User) -> None:
    client, elsewhere = signed_in(zhang), signed_in(zhang)
    with nothing_written():
        assert client.get(URL).status_code == 200
    assert change(client, ANOTHER)["Location"] == "/account/"
    assert "其他 1 个登录已退出" in text(client.get("/account/"), ".messages")
    assert elsewhere.get("/").status_code == 302
    assert try_sign_in(ANOTHER).status_code == 302
    assert logged("password") == [("张三（zhang）", "修改密码", "张三")]


@pytest.mark.parametrize(
    ("new", "message"),
    [
        ("kurz-4711", "密码太短，至少要有 10 个字符。"),
        ("password123", "这个密码太常见了。"),
        ("947261053847", "密码只包含数字。"),
        ("zhang-zhang", "密码跟 用户名 太相似了。"),
        (PASSWORD, "新密码不能与现在的密码相同"),
    ],
)
def test_weak_passwords_are_refused(zhang: User, new: str, message: str) -> None:
    zhang.username = "zhangzhang"
    zhang.save()
    if new == PASSWORD:
        zhang.set_password("一个够长的密码十个字以上")
        zhang.save()
        response = change(signed_in(zhang), "一个够长的密码十个字以上", "一个够长的密码十个字以上")
    else:
        response = change(signed_in(zhang), new)
    assert response.status_code == 422
    assert any(message in said for said in texts(response, ".field-error"))


def test_the_old_password_is_asked_for_and_wrong_ones_lock(zhang: User) -> None:
    client = signed_in(zhang)
    assert "现在的密码不正确" in text(change(client, ANOTHER, "错"), ".field-error")
    answers = [change(client, ANOTHER, "错").status_code for _ in range(4)]
    assert answers == [422, 422, 422, 429]
    assert logged("sign_in_failed")[0] == ("", "核对密码失败", "zhang")
    zhang.refresh_from_db()
    assert zhang.check_password(PASSWORD)


def test_two_that_differ(zhang: User) -> None:
    response = change(signed_in(zhang), ANOTHER, again="又一个别的密码")
    assert "两次输入的新密码不一致" in text(response, ".field-error")


def test_a_given_password_leads_every_page_to_its_change(newly: User) -> None:
    client = signed_in(newly)
    for page in ("/", "/forms/", "/account/", "/tokens/", "/admin/", "/jobs/"):
        assert client.get(page)["Location"] == URL, page
    assert client.get("/jobs/", headers={"HX-Request": "true"})["HX-Redirect"] == URL
    assert "先换成只有您自己知道的" in text(client.get(URL))
    response = client.get("/api/forms")
    assert response.status_code == 403
    assert response.json()["message"] == "请先修改密码：现在的密码由管理员设置"
    assert client.post("/tokens/", {"name": "程序"})["Location"] == URL
    assert not ApiToken.objects.exists()


def test_afterwards_everything_opens(newly: User) -> None:
    client = signed_in(newly)
    assert change(client, ANOTHER)["Location"] == "/"
    assert client.get("/").status_code == 200


def test_who_must_change_can_leave(newly: User) -> None:
    client = signed_in(newly)
    assert client.post("/sign-out/")["Location"] == "/sign-in/"


def test_a_program_goes_on(newly: User) -> None:
    _, token = create_api_token(user=newly, name="程序")
    program = Client(headers={"Authorization": f"Bearer {token}"})
    assert program.get("/api/forms").status_code == 200


def test_an_administrator_sets_a_password(zhang: User, admin_client: Client) -> None:
    client = signed_in(zhang)
    page = f"/admin/accounts/user/{zhang.pk}/password/"
    admin_client.post(page, {"password1": ANOTHER + "abc", "password2": ANOTHER + "abc"})
    zhang.refresh_from_db()
    assert zhang.must_change_password
    assert client.get("/").status_code == 302
    assert admin_client.get("/admin/").status_code == 200
    assert logged("password") == [("admin（admin）", "设置密码：张三", "张三")]


def test_an_administrators_own_is_nobody_elses(admin_user: User, admin_client: Client) -> None:
    page = f"/admin/accounts/user/{admin_user.pk}/password/"
    admin_client.post(page, {"password1": ANOTHER + "abc", "password2": ANOTHER + "abc"})
    admin_user.refresh_from_db()
    assert admin_user.check_password(ANOTHER + "abc")
    assert not admin_user.must_change_password
    assert admin_client.get("/admin/").status_code == 200


def test_new_people_change_theirs_and_demo_users_do_not() -> None:
    user, _ = ensure_user(username="he", full_name="何新", password=PASSWORD, memberships=[])
    assert user.must_change_password
    call_command("create_demo_users", verbosity=0)
    assert not User.objects.get(username="preparer").must_change_password
    assert try_sign_in("perfgoals-demo", "preparer")["Location"] == "/"


@pytest.mark.parametrize("name", ["zhang", "nobody", "gone", "mute"])
def test_every_refusal_costs_the_same(zhang: User, name: str) -> None:
    """One hash is computed whether the person is there, has left, has no password or does not exist."""
    person("gone", is_active=False)
    User.objects.create_user("mute")
    with patch.object(
        MD5PasswordHasher, "encode", autospec=True, side_effect=MD5PasswordHasher.encode
    ) as encode:
        response = try_sign_in("错", name)
    assert encode.call_count == 1
    assert texts(response, "[role=alert]") == [
        "用户名或密码不正确，请核对后重试（密码区分大小写）。"
    ]
