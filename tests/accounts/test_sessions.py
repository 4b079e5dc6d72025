"""Sessions end when nobody is there, and wherever their person wants them to."""

from __future__ import annotations

import re
import time
from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from perfgoals.accounts.models import User, UserSession
from perfgoals.accounts.services import create_api_token, sessions
from perfgoals.accounts.services.sessions import browser_name
from tests.accounts.people import PASSWORD, logged, person, signed_in, try_sign_in
from tests.reading import links, nothing_written, text, texts

pytestmark = pytest.mark.django_db


@pytest.fixture
def zhang() -> User:
    return person()


def later(client: Client, *, idle: int = 0, hours: int = 0) -> None:
    """So many minutes without use; so many hours since the sign-in."""
    session = client.session
    session["seen"] -= idle * 60
    session["started"] -= idle * 60 + hours * 3600
    session.save()


def test_half_an_hour_without_use_ends_it(zhang: User) -> None:
    client = signed_in(zhang)
    later(client, idle=31)
    response = client.get("/forms/?year=2020")
    assert response["Location"] == "/sign-in/?next=/forms/%3Fyear%3D2020"
    assert "已有 30 分钟没有操作" in text(client.get(response["Location"]), ".messages")
    assert not UserSession.objects.filter(user=zhang).exists()
    assert logged("signed_out") == [("", "闲置过久，会话结束", "张三")]


def test_use_puts_the_end_off(zhang: User) -> None:
    client = signed_in(zhang)
    for _ in range(4):
        later(client, idle=20)
        assert client.get("/").status_code == 200


def test_twelve_hours_end_it_whatever_was_done(zhang: User) -> None:
    client = signed_in(zhang)
    later(client, hours=12)
    response = client.get("/", follow=True)
    assert "登录已满 12 小时" in text(response, ".messages")


@pytest.mark.parametrize(
    ("method", "address"),
    [
        ("get", "/session/"),
        ("get", "/api/forms"),
        ("post", "/api/forms/1/presence"),
    ],
)
def test_what_a_page_asks_by_itself_keeps_no_session(
    zhang: User, method: str, address: str
) -> None:
    client = signed_in(zhang)
    later(client, idle=20)
    getattr(client, method)(address, content_type="application/json")
    later(client, idle=11)
    assert client.get("/").status_code == 302


@pytest.mark.parametrize("address", ["/jobs/{}/", "/imports/{}/"])
@pytest.mark.parametrize("by_itself", [True, False])
def test_progress_that_asks_for_itself_keeps_no_session(
    zhang: User, address: str, by_itself: bool
) -> None:
    client = signed_in(zhang)
    later(client, idle=20)
    client.get(address.format(uuid4()), headers={"HX-Request": "true"} if by_itself else {})
    later(client, idle=11)
    assert client.get("/").status_code == (302 if by_itself else 200)


def test_saying_that_one_is_there_does(zhang: User, monkeypatch: pytest.MonkeyPatch) -> None:
    now = int(time.time())
    monkeypatch.setattr(sessions, "time", SimpleNamespace(time=lambda: now))
    client = signed_in(zhang)
    later(client, idle=20)
    told = {"extendable": True, "user": zhang.pk}
    with nothing_written():
        assert client.get("/session/").json() == {"left": 600, **told}
    assert client.post("/session/").json() == {"left": 1800, **told}
    later(client, hours=11)
    later(client, idle=20)
    client.post("/session/")
    later(client, hours=0)
    assert client.get("/session/").json()["left"] <= 1800


def test_who_is_not_signed_in_has_nothing_left() -> None:
    assert Client().get("/session/").json() == {"left": 0, "extendable": False, "user": None}


def test_the_interface_answers_401(zhang: User) -> None:
    client = signed_in(zhang)
    later(client, idle=31)
    response = client.get("/api/forms")
    assert response.status_code == 401
    assert response.json()["message"] == "尚未登录或登录已过期，请重新登录"


def test_a_fragment_reloads_the_page(zhang: User) -> None:
    client = signed_in(zhang)
    later(client, idle=31)
    response = client.get("/forms/", headers={"HX-Request": "true"}, follow=True)
    assert response["HX-Refresh"] == "true"


def test_what_was_sent_leads_back_to_where_it_was_sent_from(zhang: User) -> None:
    client = signed_in(zhang)
    later(client, idle=31)
    response = client.post(
        "/account/sessions/end/", headers={"Referer": "http://testserver/account/"}
    )
    assert response["Location"] == "/sign-in/?next=%2Faccount%2F"


def test_another_site_is_no_place_to_return_to(zhang: User) -> None:
    client = signed_in(zhang)
    later(client, idle=31)
    response = client.post("/account/sessions/end/", headers={"Referer": "http://evil.example/x"})
    assert response["Location"] == "/sign-in/?next=%2F"


def test_the_list_tells_where_from(zhang: User) -> None:
    client = Client(
        headers={
            "User-Agent": "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 "
            "(KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36"
        }
    )
    try_sign_in(PASSWORD, address="10.0.0.8", client=client)
    with nothing_written():
        response = client.get("/account/")
    (row,) = texts(response, "tbody tr")
    assert row.startswith("Chrome 131 · Windows （本次登录） 10.0.0.8")
    assert logged("signed_in") == [("张三（zhang）", "用密码登录", "张三")]


def test_others_are_ended_one_by_one_or_all(zhang: User) -> None:
    client, *others = (signed_in(zhang) for _ in range(4))
    rows = texts(client.get("/account/"), "tbody tr")
    assert len(rows) == 4
    _, action, *_ = _actions(client.get("/account/"))
    assert client.post(action).status_code == 302
    assert [other.get("/").status_code for other in others].count(302) == 1
    response = client.post("/account/sessions/end/", follow=True)
    assert "已退出其他 2 个登录" in text(response, ".messages")
    assert [other.get("/").status_code for other in others] == [302, 302, 302]
    assert client.get("/").status_code == 200
    assert len(logged("signed_out")) == 3


def test_sessions_of_others_are_not_there(zhang: User) -> None:
    client, stranger = signed_in(zhang), signed_in(person("li"))
    signed_in(zhang)
    action = _actions(client.get("/account/"))[-1]
    assert stranger.post(action).status_code == 404
    assert UserSession.objects.filter(user=zhang).count() == 2


def test_the_page_does_not_give_the_key_away(zhang: User) -> None:
    client = signed_in(zhang)
    other = signed_in(zhang)
    key = str(other.session.session_key)
    assert key not in client.get("/account/").content.decode()


def test_an_administrator_ends_them(zhang: User, admin_client: Client) -> None:
    client = signed_in(zhang)
    data = {"action": "sign_out_everywhere", "_selected_action": zhang.pk}
    response = admin_client.post("/admin/accounts/user/", data, follow=True)
    assert "已退出 1 个登录" in text(response)
    assert client.get("/").status_code == 302
    assert logged("signed_out") == [("admin（admin）", "会话被结束", "张三")]


def test_forgotten_sessions_are_swept_and_recorded(zhang: User) -> None:
    signed_in(zhang)
    long_ago = timezone.now() - timedelta(hours=2)
    UserSession.objects.update(seen_at=long_ago)
    try_sign_in(PASSWORD)
    assert UserSession.objects.filter(user=zhang).count() == 1
    assert logged("signed_out") == [("", "会话被结束", "张三")]


def test_signing_out_is_recorded(zhang: User) -> None:
    signed_in(zhang).post("/sign-out/")
    assert logged("signed_out") == [("张三（zhang）", "退出登录", "张三")]


def test_the_admin_has_no_door_of_its_own(admin_client: Client) -> None:
    assert admin_client.get("/admin/logout/").status_code == 405
    assert admin_client.post("/admin/logout/")["Location"] == "/sign-in/"
    assert logged("signed_out") == [("admin（admin）", "退出登录", "admin")]


def test_a_token_knows_no_session(zhang: User, settings: Settings) -> None:
    _, token = create_api_token(user=zhang, name="程序")
    program = Client(headers={"Authorization": f"Bearer {token}"})
    assert program.get("/api/forms").status_code == 200
    assert not UserSession.objects.exists()
    assert logged("rights") == [("张三（zhang）", "建立接口令牌「程序」", "张三 · 程序")]


def test_the_menu_leads_to_the_account(zhang: User) -> None:
    assert links(signed_in(zhang).get("/"), ".bar-user a") == ["/account/"]


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        ("", ""),
        (
            "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
            "Firefox 128 · Linux",
        ),
        (
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15) AppleWebKit/605 Version/17.4 Safari/605",
            "Safari 17 · macOS",
        ),
        (
            "Mozilla/5.0 (Windows NT 10.0) AppleWebKit Chrome/130.0 Safari/537 Edg/130.0",
            "Edge 130 · Windows",
        ),
        ("curl/8.5", ""),
    ],
)
def test_browsers_by_name(agent: str, name: str) -> None:
    assert browser_name(agent) == name


def _actions(response: Any) -> list[str]:
    return re.findall(r'action="(/account/sessions/[^"]+)"', response.content.decode())
