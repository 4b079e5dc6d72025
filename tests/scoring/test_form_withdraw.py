"""Taking a submitted form back."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from projects.models import Form
from tests.cast import Cast
from tests.drafts import copied_declaration
from tests.reading import nothing_written

pytestmark = pytest.mark.django_db


@pytest.fixture
def submitted(cast: Cast) -> Form:
    form = copied_declaration(cast.preparer, cast.form("信息化运维项目", 2026))
    form.status = "submitted"
    form.save(update_fields=["status"])
    return form


def test_the_preparer_takes_it_back_and_goes_on_writing(
    client_of: Callable[[str], Client], submitted: Form
) -> None:
    client = client_of("preparer")
    page = client.get(f"/forms/{submitted.pk}/").content.decode()
    assert ">撤回</button>" in page
    answer = client.post(f"/forms/{submitted.pk}/withdraw/", follow=True)
    assert answer.redirect_chain[-1][0] == f"/forms/{submitted.pk}/edit/"
    submitted.refresh_from_db()
    assert submitted.status == "draft"
    assert submitted.versions.get(number=submitted.version).get_reason_display() == "撤回"


def test_a_published_form_stays_published(cast: Cast, client_of: Callable[[str], Client]) -> None:
    client = client_of("preparer")
    answer = client.post(f"/forms/{cast.planning.pk}/withdraw/", follow=True)
    assert "这份表现在是「已公开」，不能撤回" in answer.content.decode()
    cast.planning.refresh_from_db()
    assert cast.planning.status == "published"


@pytest.mark.parametrize(("who", "status"), [("auditor", 403), ("viewer", 403), ("stranger", 404)])
def test_nobody_else_takes_it_back(
    client_of: Callable[[str], Client], submitted: Form, who: str, status: int
) -> None:
    client = client_of(who)
    with nothing_written():
        assert client.post(f"/forms/{submitted.pk}/withdraw/").status_code == status
    submitted.refresh_from_db()
    assert submitted.status == "submitted"


def test_asking_is_not_doing(client_of: Callable[[str], Client], submitted: Form) -> None:
    assert client_of("preparer").get(f"/forms/{submitted.pk}/withdraw/").status_code == 405
