"""提醒设置: whether a person wants the daily digest."""

from __future__ import annotations

from collections.abc import Callable

from django.test import Client
from pytest_django import Settings

from perfgoals.common.models import AuditEntry
from projects.models import Visit
from tests.cast import Cast
from tests.reading import nothing_written, text, texts

URL = "/notices/"


def test_the_choice_is_kept_and_on_record(cast: Cast, client_of: Callable[[str], Client]) -> None:
    client = client_of("preparer")
    with nothing_written():
        response = client.get(URL)
    assert texts(response, "input[name=digest][checked]") == []
    assert "请联系系统管理员填写您的邮件地址" in text(response, ".notices")
    for wanted in (True, True, False):
        data = {"digest": "on"} if wanted else {}
        response = client.post(URL, data, follow=True)
        assert texts(response, "input[name=digest][checked]") == ([""] if wanted else [])
    assert not Visit.objects.get(user=cast.preparer).wants_digest
    entries = AuditEntry.objects.filter(summary="设置每日提醒邮件").order_by("pk")
    assert [entry.changes[0]["after"] for entry in entries] == [True, False]
    assert {entry.user_id for entry in entries} == {cast.preparer.pk}


def test_an_installation_without_mail_says_so(
    cast: Cast, client_of: Callable[[str], Client], settings: Settings
) -> None:
    cast.preparer.email = "zhang@example.gov.cn"
    cast.preparer.save()
    client = client_of("preparer")
    assert "还没有设置发信服务器" in text(client.get(URL), ".notices")
    settings.EMAIL_HOST = "mail.example.gov.cn"
    shown = text(client.get(URL), ".notices")
    assert "收件地址：zhang@example.gov.cn" in shown
    assert "发信服务器" not in shown


def test_anonymous_and_other_methods(client_of: Callable[[str], Client]) -> None:
    assert client_of("anonymous").get(URL)["Location"] == f"/sign-in/?next={URL}"
    assert client_of("preparer").delete(URL).status_code == 405
