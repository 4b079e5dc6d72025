"""Letting a finding pass on the form page: what an administrator does for a draft that is held up by a
false alarm."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from perfgoals.accounts.models import Membership, Unit, User
from perfgoals.common.models import AuditEntry
from projects.models import Form, Waiver
from tests.cast import BUREAU, Cast
from tests.reading import text, texts

pytestmark = pytest.mark.django_db


@pytest.fixture
def form(cast: Cast) -> Form:
    """A draft of the bureau with errors."""
    Form.objects.filter(pk=cast.planning.pk).update(status="draft")
    return cast.planning


@pytest.fixture
def keeper(db: None) -> Client:
    """An administrator by role."""
    user = User.objects.create_user("keeper", full_name="吴管理")
    Membership.objects.create(user=user, unit=Unit.objects.get(name=BUREAU), role="admin")
    client = Client()
    client.force_login(user)
    return client


def shown(client: Client, form: Form) -> dict[str, str]:
    """The first error as the page offers it to be waived."""
    response = client.get(f"/forms/{form.pk}/")
    page = response.context
    finding = next(g for g in page["groups"] if g.level.value == "error").findings[0].finding
    assert finding.message in text(response, "#findings")
    return {"path": finding.path, "code": finding.code, "message": finding.message}


def test_an_administrator_lets_an_error_of_a_draft_pass(keeper: Client, form: Form) -> None:
    errors = form.error_count
    finding = shown(keeper, form)
    address = f"/forms/{form.pk}/waive/"
    assert keeper.post(address, finding | {"reason": "原件如此"}).status_code == 302
    waiver = Waiver.objects.get()
    assert (waiver.reason, str(waiver.by)) == ("原件如此", "吴管理")
    response = keeper.get(f"/forms/{form.pk}/")
    assert "吴管理 于" in text(response, ".finding-waived .basis")
    assert "豁免：原件如此" in text(response, ".finding-waived .basis")
    assert Form.objects.get(pk=form.pk).error_count == errors - 1
    assert AuditEntry.objects.filter(action="waived", reason="原件如此").count() == 1
    keeper.post(f"/forms/{form.pk}/waivers/{waiver.pk}/revoke/")
    assert texts(keeper.get(f"/forms/{form.pk}/"), ".finding-waived") == []
    assert Form.objects.get(pk=form.pk).error_count == errors


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"reason": " "}, "请写明豁免理由"),
        ({"reason": "原件如此", "message": "别的话"}, "这条检查结果已经不在"),
    ],
)
def test_what_cannot_be_waived_is_said(
    keeper: Client, form: Form, changed: dict[str, str], message: str
) -> None:
    finding = shown(keeper, form)
    response = keeper.post(f"/forms/{form.pk}/waive/", finding | changed, follow=True)
    assert message in text(response, ".notice-error")
    assert not Waiver.objects.exists()


def test_it_is_not_the_preparers_to_waive(
    client_of: Callable[[str], Client], keeper: Client, form: Form
) -> None:
    finding = shown(keeper, form) | {"reason": "试"}
    preparer = client_of("preparer")
    assert texts(preparer.get(f"/forms/{form.pk}/"), ".waive") == []
    assert preparer.post(f"/forms/{form.pk}/waive/", finding).status_code == 403
    assert client_of("stranger").post(f"/forms/{form.pk}/waive/", finding).status_code == 404
    assert keeper.get(f"/forms/{form.pk}/waive/").status_code == 405
