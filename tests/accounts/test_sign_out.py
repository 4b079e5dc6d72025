"""Signing out."""

from __future__ import annotations

from collections.abc import Callable

from django.test import Client

URL = "/sign-out/"


def test_signing_out_leads_to_the_sign_in_page_and_ends_the_session(
    client_of: Callable[[str], Client],
) -> None:
    client = client_of("preparer")
    response = client.post(URL)
    assert response.status_code == 302
    assert response["Location"] == "/sign-in/"
    assert client.get("/")["Location"] == "/sign-in/?next=/"


def test_a_link_does_not_sign_out(client_of: Callable[[str], Client]) -> None:
    client = client_of("preparer")
    assert client.get(URL).status_code == 405
    assert client.get("/").status_code == 200


def test_anonymous_is_sent_to_sign_in(client_of: Callable[[str], Client]) -> None:
    response = client_of("anonymous").post(URL)
    assert response["Location"].startswith("/sign-in/")
