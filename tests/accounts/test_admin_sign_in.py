"""The admin's own sign-in leads to the one of the house."""

from __future__ import annotations

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db


def test_who_is_not_signed_in_is_sent_to_the_one_sign_in(client: Client) -> None:
    answer = client.get("/admin/", follow=True)
    path, _, query = answer.redirect_chain[-1][0].partition("?")
    assert (path, query) == ("/sign-in/", "next=%2Fadmin%2F")


def test_who_is_no_administrator_is_refused(client: Client, django_user_model) -> None:
    client.force_login(django_user_model.objects.create_user("somebody"))
    answer = client.get("/admin/", follow=True)
    assert answer.status_code == 403
    assert "后台只对管理员开放" in answer.content.decode()
