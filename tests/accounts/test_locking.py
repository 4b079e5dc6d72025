"""Too many failures lock a name at an address, for a while."""

from __future__ import annotations

from datetime import timedelta

import pytest
from axes.models import AccessAttempt
from django.db.models import F
from django.test import Client, RequestFactory
from pytest_django import Settings

from perfgoals.accounts.models import User
from perfgoals.common.addresses import address_of
from perfgoals.common.models import AuditEntry
from tests.accounts.people import PASSWORD, logged, person, try_sign_in
from tests.reading import text

pytestmark = pytest.mark.django_db

HEADING = "多次输入错误，暂时不能登录"


@pytest.fixture
def zhang() -> User:
    return person()


def fail(times: int, username: str = "zhang", address: str = "10.0.0.1") -> list[int]:
    return [try_sign_in("错", username, address).status_code for _ in range(times)]


def test_the_fifth_failure_locks_and_says_for_how_long(zhang: User) -> None:
    assert fail(4) == [200] * 4
    response = try_sign_in("错")
    assert response.status_code == 429
    assert text(response, "h1") == HEADING
    assert "约 30 分钟" in text(response)
    assert 1790 <= int(response["Retry-After"]) <= 1800


def test_while_locked_the_right_password_does_not_help(zhang: User) -> None:
    fail(5)
    client = Client()
    assert try_sign_in(PASSWORD, client=client).status_code == 429
    assert client.get("/").status_code == 302


def test_a_name_that_does_not_exist_is_locked_alike(zhang: User) -> None:
    assert fail(5, "nobody") == fail(5, "zhang") == [200, 200, 200, 200, 429]
    one, other = (text(try_sign_in("错", name), ".problem") for name in ("nobody", "zhang"))
    assert one == other


def test_a_colleague_at_the_same_address_signs_in(zhang: User) -> None:
    person("li")
    fail(5)
    assert try_sign_in(PASSWORD, "li").status_code == 302


def test_the_person_signs_in_from_elsewhere(zhang: User) -> None:
    fail(5, address="10.9.9.9")
    assert try_sign_in(PASSWORD, address="10.0.0.1").status_code == 302


def test_attempts_from_everywhere_lock_the_name(zhang: User, settings: Settings) -> None:
    settings.SIGN_IN_LIMIT_ANYWHERE = 12
    for number in range(3):
        assert fail(4, address=f"10.1.0.{number}") == [200] * (3 if number == 2 else 4) + (
            [429] if number == 2 else []
        )
    assert try_sign_in(PASSWORD, address="10.2.0.1").status_code == 429


def test_a_browser_that_calls_itself_otherwise_is_counted_alike(zhang: User) -> None:
    data = {"username": "zhang", "password": "错"}
    answers = [
        Client().post("/sign-in/", data, REMOTE_ADDR="10.0.0.1", HTTP_USER_AGENT=f"b{number}")
        for number in range(5)
    ]
    assert answers[-1].status_code == 429


def test_after_the_time_is_up_it_may_be_tried_again(zhang: User) -> None:
    fail(5)
    AccessAttempt.objects.update(attempt_time=F("attempt_time") - timedelta(minutes=31))
    assert try_sign_in(PASSWORD).status_code == 302


def test_tries_during_the_lock_do_not_make_it_longer(zhang: User) -> None:
    fail(5)
    AccessAttempt.objects.update(attempt_time=F("attempt_time") - timedelta(minutes=20))
    assert int(try_sign_in("错")["Retry-After"]) <= 600


def test_a_success_begins_the_count_anew(zhang: User) -> None:
    fail(4)
    assert try_sign_in(PASSWORD).status_code == 302
    assert fail(4) == [200] * 4


def test_everything_is_in_the_log(zhang: User) -> None:
    fail(5)
    try_sign_in(PASSWORD)
    fail(1, "x" * 150)
    failed = logged("sign_in_failed")
    assert failed[0] == ("", "登录失败", "zhang")
    assert failed[5] == ("", "登录失败（已锁定）", "zhang")
    assert failed[6][2] == "x" * 150
    assert len(failed) == 7
    assert logged("locked") == [("", "多次登录失败，暂停登录", "zhang")]
    entry = AuditEntry.objects.filter(action="locked").get()
    assert (entry.address, entry.subject_id) == ("10.0.0.1", str(zhang.pk))


def test_no_password_is_kept(zhang: User) -> None:
    try_sign_in("Geheim-4711-wort")
    kept = [*AccessAttempt.objects.values(), *AuditEntry.objects.values()]
    assert "Geheim-4711-wort" not in str(kept)


def test_an_administrator_lifts_the_lock(zhang: User, admin_client: Client) -> None:
    fail(5)
    page = f"/admin/accounts/user/{zhang.pk}/change/"
    assert "在 10.0.0.1 已锁定" in text(admin_client.get(page))
    data = {"action": "lift_lock", "_selected_action": zhang.pk}
    response = admin_client.post("/admin/accounts/user/", data, follow=True)
    assert "已解除 1 个用户的登录锁定" in text(response)
    assert try_sign_in(PASSWORD).status_code == 302
    assert logged("locked")[-1] == ("admin（admin）", "解除登录锁定", "张三")


def test_the_admin_is_not_cluttered(admin_client: Client) -> None:
    page = text(admin_client.get("/admin/"))
    assert "Access" not in page
    assert "TOTP" not in page


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, "6.6.6.6", "10.0.0.7"),
        (1, "6.6.6.6, 192.168.1.5", "192.168.1.5"),
        (2, "6.6.6.6, 192.168.1.5, 10.0.0.9", "192.168.1.5"),
        (2, "192.168.1.5", "192.168.1.5"),
        (1, "", "10.0.0.7"),
        (1, "nonsense", "10.0.0.7"),
        (1, "192.168.1.5:4711", "192.168.1.5"),
        (1, "[2001:db8::1]:443", "2001:db8::1"),
        (1, "::ffff:192.168.1.5", "192.168.1.5"),
    ],
)
def test_only_our_own_proxies_tell_the_address(
    settings: Settings, proxies: int, forwarded: str, address: str
) -> None:
    settings.TRUSTED_PROXIES = proxies
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    request = RequestFactory().get("/", headers=headers, REMOTE_ADDR="10.0.0.7")
    assert address_of(request) == address


def test_a_forged_header_does_not_escape_the_lock(zhang: User) -> None:
    data = {"username": "zhang", "password": "错"}
    answers = [
        Client().post("/sign-in/", data, headers={"X-Forwarded-For": f"1.2.3.{number}"})
        for number in range(5)
    ]
    assert answers[-1].status_code == 429
