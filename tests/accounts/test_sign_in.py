"""Signing in, and where one goes from there."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from perfgoals.accounts.models import User
from tests.reading import nothing_written, text, texts

URL = "/sign-in/"
PASSWORD = "一个够长的密码"
REFUSAL = "用户名或密码不正确，请核对后重试（密码区分大小写）。"


@pytest.fixture
def person(db: None) -> User:
    return User.objects.create_user("zhang", password=PASSWORD, full_name="张三")


def sign_in(username: str, password: str, query: str = "", **more: str):
    data = {"username": username, "password": password, **more}
    return Client().post(f"{URL}{query}", data)


def test_anonymous_sees_the_form(db: None) -> None:
    with nothing_written():
        response = Client().get(URL)
    assert response.status_code == 200
    assert text(response, "h1") == "登录"
    assert texts(response, "label") == ["用户名", "密码"]


def test_the_right_password_leads_home(person: User) -> None:
    response = sign_in("zhang", PASSWORD)
    assert response.status_code == 302
    assert response["Location"] == reverse("scoring:home")


@pytest.mark.parametrize(("name", "password"), [("zhang", "错"), ("nobody", PASSWORD)])
def test_a_wrong_password_and_an_unknown_name_are_refused_alike(
    person: User, name: str, password: str
) -> None:
    response = sign_in(name, password)
    assert response.status_code == 200
    assert texts(response, "[role=alert]") == [REFUSAL]
    assert password not in response.content.decode()


def test_a_person_who_left_is_refused_alike(person: User) -> None:
    person.is_active = False
    person.save(update_fields=["is_active"])
    assert texts(sign_in("zhang", PASSWORD), "[role=alert]") == [REFUSAL]


def test_blank_fields_are_named(db: None) -> None:
    response = sign_in("", "")
    assert texts(response, ".field-error") == ["请填写用户名。", "请填写密码。"]


def test_the_page_that_was_asked_for_follows(person: User) -> None:
    asked = Client().get("/forms/?year=2020")
    assert asked.status_code == 302
    response = Client().post(asked["Location"], {"username": "zhang", "password": PASSWORD})
    assert response["Location"] == "/forms/?year=2020"


@pytest.mark.parametrize(
    "next_page", ["https://example.com/", "//example.com", "/sign-in/", "/sign-out/?a=1"]
)
def test_foreign_and_pointless_pages_do_not_follow(person: User, next_page: str) -> None:
    response = sign_in("zhang", PASSWORD, next=next_page)
    assert response["Location"] == reverse("scoring:home")


@pytest.mark.parametrize("query", ["", "?next=/sign-in/", "?next=/sign-in/%3Fnext=/sign-in/"])
def test_who_is_signed_in_goes_home(person: User, query: str) -> None:
    client = Client()
    client.force_login(person)
    response = client.get(f"{URL}{query}")
    assert response.status_code == 302
    assert response["Location"] == reverse("scoring:home")


def test_a_fragment_asked_for_without_session_reloads_the_whole_page(db: None) -> None:
    response = Client().get(URL, headers={"HX-Request": "true"})
    assert response["HX-Refresh"] == "true"
    assert response.content == b""


def test_other_methods_are_refused(db: None) -> None:
    response = Client().put(URL)
    assert response.status_code == 405
    assert response["Allow"] == "GET, HEAD, POST"
    assert text(response, "h1") == "这个地址不能这样打开"


def test_a_stale_page_is_explained(person: User) -> None:
    response = Client(enforce_csrf_checks=True).post(
        URL, {"username": "zhang", "password": PASSWORD}
    )
    assert response.status_code == 403
    assert text(response, "h1") == "页面已过期，请求没有执行"
