"""One-time codes: switched on and off by who uses them, asked for at the sign-in."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db.models import F
from django.test import Client
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice
from pytest_django import Settings

from perfgoals.accounts.models import Membership, Unit, User
from perfgoals.accounts.services import create_api_token
from tests.accounts.people import PASSWORD, code_of, logged, person, signed_in, try_sign_in
from tests.reading import nothing_written, text, texts

pytestmark = pytest.mark.django_db

SET_UP = "/account/codes/set-up/"
STEP = "/sign-in/code/"


@pytest.fixture
def zhang() -> User:
    return person()


@pytest.fixture
def codes(zhang: User) -> list[str]:
    """The recovery codes of somebody who has just switched one-time codes on."""
    client = signed_in(zhang)
    client.post("/account/codes/begin/")
    response = client.post(SET_UP, {"code": code_of(TOTPDevice.objects.get(), ahead=-1)})
    return texts(response, "#recovery-codes code")


def half_way(client: Client | None = None) -> Client:
    client = client or Client()
    assert try_sign_in(PASSWORD, client=client)["Location"] == STEP
    return client


def rest() -> None:
    """The time that a wrong code has to be waited for goes by."""
    long_ago = timedelta(hours=1)
    for model in (TOTPDevice, StaticDevice):
        model.objects.filter(throttling_failure_timestamp__isnull=False).update(
            throttling_failure_timestamp=F("throttling_failure_timestamp") - long_ago
        )


def test_looking_switches_nothing_on(zhang: User) -> None:
    client = signed_in(zhang)
    with nothing_written():
        assert "开始设置" in text(client.get(SET_UP))
    assert not TOTPDevice.objects.exists()


def test_the_key_as_a_picture_and_as_text_and_a_code_to_confirm(zhang: User) -> None:
    client = signed_in(zhang)
    assert client.post("/account/codes/begin/")["Location"] == SET_UP
    response = client.get(SET_UP)
    page = response.content.decode()
    assert "<svg" in page
    assert "style=" not in page.partition("<main")[2]
    assert len(text(response, "#key").replace(" ", "")) == 32
    assert "no-store" in response["Cache-Control"]
    assert client.post(SET_UP, {"code": "000000"}).status_code == 422
    assert not TOTPDevice.objects.get().confirmed
    rest()
    done = client.post(SET_UP, {"code": code_of(TOTPDevice.objects.get())})
    shown = texts(done, "#recovery-codes code")
    assert len(set(shown)) == 10
    assert "no-store" in done["Cache-Control"]
    assert logged("password") == [
        ("张三（zhang）", "开始设置动态验证码", "张三"),
        ("张三（zhang）", "启用动态验证码", "张三"),
    ]
    for stored in StaticToken.objects.values_list("token", flat=True):
        assert stored not in "".join(shown).replace("-", "")
    assert "动态验证码已启用" in text(client.get(SET_UP))


def test_until_it_is_confirmed_nothing_is_asked(zhang: User) -> None:
    signed_in(zhang).post("/account/codes/begin/")
    assert try_sign_in(PASSWORD)["Location"] == "/"


def test_signing_in_takes_both(zhang: User, codes: list[str]) -> None:
    client = half_way()
    assert client.get("/").status_code == 302
    assert client.get("/api/forms").status_code == 401
    response = client.post(STEP, {"code": code_of(TOTPDevice.objects.get())})
    assert response["Location"] == "/"
    assert client.get("/").status_code == 200
    assert logged("signed_in")[-1] == ("张三（zhang）", "用密码和动态验证码登录", "张三")


def test_the_page_that_was_asked_for_follows_both(zhang: User, codes: list[str]) -> None:
    client = Client()
    client.post("/sign-in/?next=/forms/", {"username": "zhang", "password": PASSWORD})
    response = client.post(STEP, {"code": code_of(TOTPDevice.objects.get())})
    assert response["Location"] == "/forms/"


def test_a_code_works_once(zhang: User, codes: list[str]) -> None:
    code = code_of(TOTPDevice.objects.get())
    half_way().post(STEP, {"code": code})
    response = half_way().post(STEP, {"code": code})
    assert "验证码不正确，或已用过" in text(response, ".field-error")


def test_a_recovery_code_works_once(zhang: User, codes: list[str]) -> None:
    assert half_way().post(STEP, {"code": codes[0].upper()})["Location"] == "/"
    response = half_way().post(STEP, {"code": codes[0]})
    assert "验证码不正确" in text(response, ".field-error")
    rest()
    assert half_way().post(STEP, {"code": codes[1]})["Location"] == "/"
    assert ("张三（zhang）", "用掉一个恢复码", "张三") in logged("password")


def test_wrong_codes_have_to_wait(zhang: User, codes: list[str]) -> None:
    client = half_way()
    client.post(STEP, {"code": "000000"})
    response = client.post(STEP, {"code": code_of(TOTPDevice.objects.get())})
    assert response.status_code == 200, "even the right one, so soon"
    rest()
    assert client.post(STEP, {"code": code_of(TOTPDevice.objects.get())})["Location"] == "/"


def test_five_wrong_codes_and_one_begins_anew(zhang: User, codes: list[str]) -> None:
    client = half_way()
    answers = [client.post(STEP, {"code": "000000"}) for _ in range(5)]
    assert answers[-1]["Location"] == "/sign-in/"
    assert client.get(STEP)["Location"] == "/sign-in/"
    assert [one[1] for one in logged("sign_in_failed")] == ["动态验证码不正确"] * 5


def test_the_second_step_waits_five_minutes(zhang: User, codes: list[str]) -> None:
    client = half_way()
    session = client.session
    session["half_way"] = {**session["half_way"], "at": session["half_way"]["at"] - 301}
    session.save()
    response = client.post(STEP, {"code": code_of(TOTPDevice.objects.get())}, follow=True)
    assert "等待验证码的时间已过" in text(response, ".messages")
    assert client.get("/").status_code == 302


def test_a_password_changed_in_between_ends_it(zhang: User, codes: list[str]) -> None:
    client = half_way()
    zhang.set_password("又一个别的密码")
    zhang.save()
    response = client.post(STEP, {"code": code_of(TOTPDevice.objects.get())})
    assert response["Location"] == "/sign-in/"


def test_without_the_first_step_there_is_no_second() -> None:
    assert Client().get(STEP)["Location"] == "/sign-in/"


def test_switching_off_takes_password_and_code(zhang: User, codes: list[str]) -> None:
    client = signed_in(zhang)
    url = "/account/codes/off/"
    wrong = client.post(url, {"password": "错", "code": code_of(TOTPDevice.objects.get())})
    assert "密码不正确" in text(wrong, ".field-error")
    wrong = client.post(url, {"password": PASSWORD, "code": "000000"})
    assert "验证码不正确" in text(wrong, ".field-error")
    rest()
    client.post(url, {"password": PASSWORD, "code": code_of(TOTPDevice.objects.get())})
    assert not TOTPDevice.objects.exists()
    assert not StaticDevice.objects.exists()
    assert logged("password")[-1] == ("张三（zhang）", "停用动态验证码", "张三")


def test_new_recovery_codes_replace_the_old(zhang: User, codes: list[str]) -> None:
    response = signed_in(zhang).post(
        "/account/codes/recovery/", {"code": code_of(TOTPDevice.objects.get())}
    )
    assert len(texts(response, "#recovery-codes code")) == 10
    assert half_way().post(STEP, {"code": codes[0]}).status_code == 200


def test_an_administrator_removes_a_lost_device(
    zhang: User, codes: list[str], admin_client: Client
) -> None:
    page = admin_client.get(f"/admin/accounts/user/{zhang.pk}/change/")
    assert "动态验证码：已启用" in text(page)
    data = {"action": "remove_device", "_selected_action": zhang.pk}
    response = admin_client.post("/admin/accounts/user/", data, follow=True)
    assert "已移除 1 个用户的动态验证码" in text(response)
    assert try_sign_in(PASSWORD)["Location"] == "/"
    assert logged("password")[-1] == ("admin（admin）", "停用动态验证码", "张三")


def test_tokens_still_work(zhang: User, codes: list[str]) -> None:
    _, token = create_api_token(user=zhang, name="程序")
    program = Client(headers={"Authorization": f"Bearer {token}"})
    assert program.get("/api/forms").status_code == 200


def test_an_installation_may_require_them(zhang: User, settings: Settings) -> None:
    settings.REQUIRE_CODES_FOR = ["auditor"]
    unit = Unit.objects.create(code="1", name="局")
    client = signed_in(zhang)
    assert client.get("/").status_code == 200
    # From the moment on that the role is given, not from the next sign-in.
    Membership.objects.create(user=zhang, unit=unit, role="auditor")
    assert client.get("/forms/")["Location"] == SET_UP
    answer = client.get("/api/forms")
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (403, "codes")
    client.post("/account/codes/begin/")
    client.post(SET_UP, {"code": code_of(TOTPDevice.objects.get())})
    assert client.get("/forms/").status_code == 200
