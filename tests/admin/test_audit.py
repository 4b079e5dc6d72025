"""What administrators change in the admin is in the log, field by field."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import pytest
from django.test import Client

from perfgoals.accounts.models import Membership, Role, Unit, User
from perfgoals.common.models import AuditEntry
from tests.admin.workbooks import UNITS, confirm, exported, upload, workbook
from tests.cast import BUREAU, Cast

ClientOf = Callable[[str], Client]


@pytest.fixture
def admin(client_of: ClientOf) -> Client:
    return client_of("admin")


def said(entry: AuditEntry) -> list[tuple[str, object, object]]:
    return [(one["label"], one["before"], one["after"]) for one in entry.changes]


def last() -> AuditEntry:
    return AuditEntry.objects.latest("id")


def unit_fields(unit: Unit, **others: str) -> dict[str, str]:
    fields = {"code": unit.code, "name": unit.name, "parent": str(unit.parent_id or "")}
    return {**fields, "is_active": "on", **others}


def test_a_new_unit(cast: Cast, admin: Client) -> None:
    admin.post(
        "/admin/accounts/unit/add/",
        {"code": "99", "name": "某局", "parent": "", "is_active": "on"},
        REMOTE_ADDR="10.1.2.3",
    )
    entry = last()
    assert (entry.action, entry.summary, entry.subject) == ("created", "新增单位", "某局")
    assert (entry.channel, entry.address) == ("admin", "10.1.2.3")
    assert entry.user_id == cast.admin.pk
    assert ("单位名称", None, "某局") in said(entry)


def test_a_changed_unit_with_old_and_new(cast: Cast, admin: Client) -> None:
    unit = Unit.objects.get(name=BUREAU)
    admin.post(f"/admin/accounts/unit/{unit.pk}/change/", unit_fields(unit, name="某局"))
    entry = last()
    assert entry.summary == "修改单位"
    assert said(entry) == [("单位名称", BUREAU, "某局")]


def test_a_deleted_unit(cast: Cast, admin: Client) -> None:
    unit = Unit.objects.create(code="99", name="某局")
    admin.post(f"/admin/accounts/unit/{unit.pk}/delete/", {"post": "yes"})
    entry = last()
    assert (entry.action, entry.summary) == ("deleted", "删除单位")
    assert (entry.subject, entry.subject_id) == ("某局", str(unit.pk))
    assert ("单位名称", "某局", None) in said(entry)


def test_many_deleted_at_once(cast: Cast, admin: Client) -> None:
    units = [Unit.objects.create(code=f"9{n}", name=f"某局{n}") for n in range(3)]
    Membership.objects.create(user=cast.newcomer, unit=units[0], role="viewer")
    admin.post(
        "/admin/accounts/unit/",
        {
            "action": "delete_selected",
            "_selected_action": [unit.pk for unit in units],
            "post": "yes",
        },
    )
    entries = list(AuditEntry.objects.filter(action="deleted").order_by("subject"))
    assert [entry.subject for entry in entries] == ["某局0", "某局1", "某局2"]
    assert [entry.details for entry in entries] == [{"一并删除": {"岗位": 1}}, {}, {}]


def user_fields(user: User, memberships: list[dict[str, str]], initial: int) -> dict[str, str]:
    fields = {
        "username": user.username,
        "full_name": user.full_name,
        "email": user.email,
        "is_active": "on",
        "memberships-TOTAL_FORMS": str(len(memberships)),
        "memberships-INITIAL_FORMS": str(initial),
    }
    for number, membership in enumerate(memberships):
        fields |= {f"memberships-{number}-{name}": value for name, value in membership.items()}
    return fields


def test_roles_given_changed_and_taken(cast: Cast, admin: Client) -> None:
    bureau = Unit.objects.get(name=BUREAU)
    other = Unit.objects.create(code="99", name="某局")
    held = cast.viewer.memberships.get()
    taken = Membership.objects.create(user=cast.viewer, unit=other, role="auditor")
    rows = [
        {
            "id": str(held.pk),
            "user": str(cast.viewer.pk),
            "unit": str(bureau.pk),
            "role": "auditor",
        },
        {
            "id": str(taken.pk),
            "user": str(cast.viewer.pk),
            "unit": str(other.pk),
            "role": "auditor",
            "DELETE": "on",
        },
        {"id": "", "user": str(cast.viewer.pk), "unit": str(other.pk), "role": "preparer"},
    ]
    rows.sort(key=lambda row: (row["id"] == "", row["unit"], row["role"]))
    response = admin.post(
        f"/admin/accounts/user/{cast.viewer.pk}/change/", user_fields(cast.viewer, rows, 2)
    )
    assert response.status_code == 302
    entry = last()
    assert (entry.action, entry.summary) == ("rights", "修改用户")
    changes = said(entry)
    assert (f"岗位「钱查阅 · {BUREAU} · 审核人」岗位", "查阅人", "审核人") in changes
    assert ("删除岗位「钱查阅 · 某局 · 审核人」岗位", "审核人", None) in changes
    assert ("新增岗位「钱查阅 · 某局 · 填报人」岗位", None, "填报人") in changes


def test_a_password_is_never_in_it(cast: Cast, admin: Client) -> None:
    admin.post(
        "/admin/accounts/user/add/",
        {
            "username": "neu",
            "full_name": "新人",
            "password1": "一个够长的密码 2026",
            "password2": "一个够长的密码 2026",
            "usable_password": "true",
            "memberships-TOTAL_FORMS": "0",
            "memberships-INITIAL_FORMS": "0",
        },
    )
    user = User.objects.get(username="neu")
    entry = AuditEntry.objects.filter(subject_id=user.pk, subject_type="accounts.user").first()
    assert entry is not None
    assert entry.action == "rights"
    told = str([one.changes for one in AuditEntry.objects.all()])
    assert user.password not in told
    assert "Wk29-fhwq-7" not in told
    assert ("密码", "", "（有，不记录）") in said(entry)


def test_what_is_refused_leaves_no_entry(cast: Cast, admin: Client) -> None:
    before = AuditEntry.objects.count()
    unit = Unit.objects.get(name=BUREAU)
    admin.post(f"/admin/accounts/unit/{unit.pk}/change/", unit_fields(unit, name=""))
    assert AuditEntry.objects.count() == before


def test_an_import_names_the_file_and_every_row(cast: Cast, admin: Client) -> None:
    Unit.objects.create(code="98", name="旧名")
    content = workbook(["单位编码", "单位名称"], ["98", "新名"], ["99", "某局"])
    confirm(admin, UNITS, upload(admin, UNITS, content))
    imported, *rows = list(AuditEntry.objects.filter(details__has_key="SHA-256").order_by("id"))
    assert (imported.action, imported.summary) == (
        "imported",
        "导入单位：新增 1 行，修改 1 行，未变 0 行",
    )
    assert imported.details["SHA-256"] == hashlib.sha256(content).hexdigest()
    assert imported.details["文件"].endswith(".xlsx")
    assert [(row.summary, row.details["行"]) for row in rows] == [
        ("由导入修改单位", 2),
        ("由导入新增单位", 3),
    ]
    assert said(rows[0]) == [("单位名称", "旧名", "新名")]


def test_an_export_is_recorded(cast: Cast, admin: Client) -> None:
    units = Unit.objects.count()
    exported(admin, UNITS)
    entry = last()
    assert (entry.action, entry.summary) == ("exported", "导出 单位（xlsx）")
    assert entry.details["数量"] == units


def test_looking_leaves_no_entry(cast: Cast, admin: Client) -> None:
    before = AuditEntry.objects.count()
    admin.get("/admin/accounts/unit/")
    admin.get(f"/admin/accounts/user/{cast.viewer.pk}/change/")
    assert AuditEntry.objects.count() == before
    assert Role.VIEWER.label == "查阅人"
