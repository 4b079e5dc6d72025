"""A person's own tokens for the interface."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from perfgoals.accounts.models import ApiToken
from perfgoals.accounts.services import create_api_token
from tests.cast import Cast
from tests.reading import links, nothing_written, text, texts

pytestmark = pytest.mark.django_db

URL = "/tokens/"


def test_who_has_none_is_told_what_to_do(client_of: Callable[[str], Client]) -> None:
    client = client_of("preparer")
    with nothing_written():
        response = client.get(URL)
    assert "还没有令牌" in text(response, ".empty")
    assert URL in links(client.get("/account/"), ".panel a")


def test_a_token_is_shown_once_and_works(cast: Cast, client_of: Callable[[str], Client]) -> None:
    client = client_of("preparer")
    response = client.post(URL, {"name": "每月取数"})
    token = text(response, "#token")
    assert token.startswith("pg_")
    assert response["Cache-Control"] == "no-store"
    program = Client(headers={"Authorization": f"Bearer {token}"})
    assert program.get("/api/forms").status_code == 200
    again = client.get(URL)
    assert token not in again.content.decode()
    (row,) = texts(again, "tbody tr")
    assert row.startswith("每月取数")
    stored = ApiToken.objects.get()
    assert stored.user == cast.preparer
    assert token not in stored.digest


@pytest.mark.parametrize(
    ("name", "message"),
    [("", "请写明令牌的用途"), ("   ", "请写明令牌的用途"), ("长" * 101, "用途最多 100 个字")],
)
def test_what_it_is_for_must_be_said(
    client_of: Callable[[str], Client], name: str, message: str
) -> None:
    response = client_of("preparer").post(URL, {"name": name})
    assert (response.status_code, text(response, ".field-error")) == (422, message)
    assert not ApiToken.objects.exists()


def test_a_revoked_token_works_no_more(cast: Cast, client_of: Callable[[str], Client]) -> None:
    token, secret = create_api_token(user=cast.preparer, name="旧程序")
    response = client_of("preparer").post(f"{URL}{token.pk}/revoke/", follow=True)
    assert "已撤销令牌「旧程序」" in text(response, ".messages")
    program = Client(headers={"Authorization": f"Bearer {secret}"})
    assert program.get("/api/forms").status_code == 401


def test_tokens_of_others_are_not_there(cast: Cast, client_of: Callable[[str], Client]) -> None:
    token, _ = create_api_token(user=cast.preparer, name="别人的")
    for person in ("colleague", "admin"):
        client = client_of(person)
        assert "别人的" not in text(client.get(URL))
        assert client.post(f"{URL}{token.pk}/revoke/").status_code == 404
    assert ApiToken.objects.filter(pk=token.pk).exists()


def test_a_visit_revokes_nothing(cast: Cast, client_of: Callable[[str], Client]) -> None:
    token, _ = create_api_token(user=cast.preparer, name="程序")
    assert client_of("preparer").get(f"{URL}{token.pk}/revoke/").status_code == 405


def test_anonymous_is_sent_to_sign_in(client: Client) -> None:
    assert client.get(URL)["Location"] == f"/sign-in/?next={URL}"
    assert client.post(f"{URL}1/revoke/")["Location"].startswith("/sign-in/")
