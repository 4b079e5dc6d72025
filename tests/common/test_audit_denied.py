"""What was attempted and turned down is in the log."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import DatabaseError
from django.test import Client

from perfgoals.common import middleware
from perfgoals.common.models import AuditAction, AuditEntry
from tests.cast import Cast

ClientOf = Callable[[str], Client]


def attempts() -> list[AuditEntry]:
    return list(AuditEntry.objects.filter(action=AuditAction.DENIED.value).order_by("id"))


def test_another_units_form(cast: Cast, client_of: ClientOf) -> None:
    number = cast.maintenance.pk
    client = client_of("preparer")
    assert client.get(f"/forms/{number}/", REMOTE_ADDR="10.1.2.3").status_code == 404
    (entry,) = attempts()
    assert entry.summary == f"GET /forms/{number}/：没有，或无权查看"
    assert entry.user_id == cast.preparer.pk
    assert (entry.address, entry.channel) == ("10.1.2.3", "page")
    assert (entry.subject_type, entry.subject_id) == ("projects.form", str(number))
    assert entry.details == {
        "方法": "GET",
        "地址": f"/forms/{number}/",
        "应答": 404,
        "页面": "scoring:form-detail",
    }


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("post", "/forms/{}/approve/", 403),
        ("post", "/forms/{}/pdf/", 405),
        ("delete", "/forms/{}/", 405),
        ("get", "/forms/{}/attachments/77/", 404),
        ("post", "/forms/{}/submit/", 409),
        ("get", "/admin/accounts/user/{}/change/", 302),
        ("get", "/log/", 403),
    ],
)
def test_what_is_not_offered_or_not_allowed(
    cast: Cast, client_of: ClientOf, method: str, path: str, status: int
) -> None:
    path = path.format(cast.planning.pk)
    data = {"version": "1", "reason": "理由"} if method == "post" else {}
    response = getattr(client_of("preparer"), method)(path, data)
    assert response.status_code == status
    told = [(entry.details["地址"], entry.details["应答"]) for entry in attempts()]
    assert told == ([(path, status)] if status != 302 else [])


def test_the_admin_turned_away_is_told(cast: Cast, client_of: ClientOf) -> None:
    client_of("preparer").get("/admin/projects/form/3/change/", follow=True)
    (entry,) = attempts()
    assert entry.channel == "admin"
    assert entry.details["地址"] == "/admin/login/?next=%2Fadmin%2Fprojects%2Fform%2F3%2Fchange%2F"


def test_an_attempt_through_the_interface(cast: Cast, client_of: ClientOf) -> None:
    number = cast.planning.pk
    client_of("preparer").patch(
        f"/api/forms/{number}", {"version": 1, "changes": []}, content_type="application/json"
    )
    (entry,) = attempts()
    assert (entry.channel, entry.details["应答"]) == ("api", 409)
    assert entry.subject_id == str(number)


def test_a_bad_token(cast: Cast, db: None) -> None:
    response = Client().get(
        f"/api/forms/{cast.planning.pk}", headers={"Authorization": "Bearer pg_forged"}
    )
    assert response.status_code == 401
    (entry,) = attempts()
    assert entry.user_id is None
    assert entry.user_name == ""
    assert entry.summary.endswith("：未登录，或令牌无效")
    assert "pg_forged" not in str(entry.__dict__)


def test_a_failed_csrf_check(cast: Cast, db: None) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.preparer)
    assert client.post(f"/forms/{cast.planning.pk}/submit/").status_code == 403
    (entry,) = attempts()
    assert entry.user_id == cast.preparer.pk


@pytest.mark.parametrize("path", ["/forms/", "/nowhere/", "/", "/forms/?year=x"])
def test_ordinary_requests_leave_nothing(client_of: ClientOf, path: str) -> None:
    client_of("preparer").get(path)
    client_of("anonymous").get("/api/forms/1")
    assert attempts() == []


def test_the_same_again_is_counted_not_written(cast: Cast, client_of: ClientOf) -> None:
    client, path = client_of("preparer"), f"/forms/{cast.maintenance.pk}/"
    for _ in range(5):
        client.get(path)
    client_of("colleague").get(path)
    assert [entry.user_id for entry in attempts()] == [cast.preparer.pk, cast.colleague.pk]


def test_the_entry_after_a_flood_says_how_many(
    cast: Cast, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, path = client_of("preparer"), f"/forms/{cast.maintenance.pk}/"
    middleware._repeats.clear()
    for _ in range(3):
        client.get(path)
    monkeypatch.setattr(middleware, "QUIET", -middleware.QUIET)
    client.get(path)
    assert attempts()[-1].details["上一条之后又有"] == "2 次相同的访问"


def test_an_answer_does_not_wait_for_the_log(
    cast: Cast, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*args: object, **kwargs: object) -> None:
        raise DatabaseError("磁盘已满")

    monkeypatch.setattr(middleware, "record", fails)
    assert client_of("preparer").get(f"/forms/{cast.maintenance.pk}/").status_code == 404
    assert attempts() == []
