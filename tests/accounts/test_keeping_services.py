"""The services ask for themselves: whatever was checked before, another may have been quicker."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404

from perfgoals.accounts.models import Membership, Role, Unit, User
from perfgoals.accounts.services import (
    StaleStamp,
    add_existing,
    add_person,
    add_unit,
    change_person,
    change_role,
    change_unit,
    log_stamp,
    person_stamp,
    roles_stamp,
    unit_stamp,
)
from perfgoals.common.models import AuditEntry
from tests.accounts.keeping import GIVEN, Office, office

__all__ = ["office"]


def values_of(unit: Unit, **more: Any) -> dict[str, Any]:
    names = ("code", "name", "parent", "reviews_first", "is_active")
    return {**{name: getattr(unit, name) for name in names}, **more}


def change(office: Office, unit_name: str, /, **more: Any) -> Unit:
    unit = Unit.objects.get(name=unit_name)
    return change_unit(
        unit=unit, values=values_of(unit, **more), seen=unit_stamp(unit), by=office.boss
    )


def new_person(office: Office, username: str, **more: Any) -> User:
    told = {"full_name": "某人", "email": "", "password": GIVEN, "valid_until": None}
    where = {"unit": office["一科"], "role": Role.VIEWER}
    return add_person(**{"username": username, **told, **where, **more}, by=office.boss)


def test_two_moves_that_make_a_circle_together(office: Office) -> None:
    """Each was sound when its page was sent."""
    change(office, "监测站", parent=office["一科"])
    with pytest.raises(ValidationError, match="上级单位成环：「监测站」在「中心」之下"):
        change(office, "中心", parent=Unit.objects.get(name="监测站"))
    assert Unit.objects.get(name="中心").parent == office["市局"]


def test_nothing_leaves_the_reach(office: Office) -> None:
    for parent in (office["水务局"], None):
        with pytest.raises(PermissionDenied, match="上级单位不在您管理的范围内"):
            change(office, "中心", parent=parent)
        values = {"code": "9", "name": "九科", "parent": parent}
        with pytest.raises(PermissionDenied, match="上级单位不在您管理的范围内"):
            add_unit(values=values, seen=log_stamp(), by=office.boss)
    with pytest.raises(PermissionDenied, match="最上一级"):
        change(office, "市局", name="我的局")
    with pytest.raises(Http404):
        change(office, "水文站", name="我的站")


def test_a_code_that_was_taken_a_moment_ago(office: Office) -> None:
    said = "这个编码或名称刚刚被别的单位使用，请换一个"
    values = {"code": "21", "name": "二科", "parent": office["中心"]}
    with pytest.raises(ValidationError, match=said):
        add_unit(values=values, seen=log_stamp(), by=office.boss)
    with pytest.raises(ValidationError, match=said):
        change(office, "一科", name="水文站")


def test_a_name_that_was_taken_a_moment_ago_gets_no_role(office: Office) -> None:
    office.person("root", "系统员", is_superuser=True)
    for name in ("root", "wang"):
        with pytest.raises(ValidationError, match="这个用户名已被使用，请换一个"):
            new_person(office, name)
    assert not Membership.objects.filter(role="viewer").exists()
    assert not AuditEntry.objects.exclude(action="signed_in").exists()


def test_roles_and_units_that_are_not_theirs(office: Office) -> None:
    with pytest.raises(PermissionDenied, match="「日志审计员」只能由系统管理员给"):
        new_person(office, "zhou", role=Role.LOG_AUDITOR)
    with pytest.raises(Http404):
        new_person(office, "zhou", unit=office["水文站"])
    with pytest.raises(Http404):
        add_existing(
            username="wang",
            unit=office["水文站"],
            role=Role.VIEWER,
            valid_until=None,
            seen=log_stamp(),
            by=office.boss,
        )
    assert not User.objects.filter(username="zhou").exists()


def test_oneself_stays_in_use(office: Office) -> None:
    values = {"full_name": "刘局管", "email": "", "is_active": False}
    with pytest.raises(PermissionDenied, match="不能停用自己"):
        change_person(
            person=office.boss, values=values, seen=person_stamp(office.boss), by=office.boss
        )


def test_who_was_an_administrator_until_yesterday(office: Office) -> None:
    """The page was open when the role ran out."""
    seen, held = roles_stamp(office.wang), office.wang.memberships.get()
    office.boss.memberships.update(valid_until="2020-12-31")
    with pytest.raises(PermissionDenied, match="单位和人员只对管理员开放"):
        change_role(person=office.wang, number=held.pk, valid_until=None, seen=seen, by=office.boss)
    with pytest.raises(PermissionDenied, match="单位和人员只对管理员开放"):
        new_person(office, "zhou")


def test_what_was_not_shown(office: Office) -> None:
    held = office.wang.memberships.get()
    with pytest.raises(StaleStamp):
        change_role(person=office.wang, number=held.pk, valid_until=None, seen="", by=office.boss)
