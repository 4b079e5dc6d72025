"""People out of a workbook: roles in a cell, passwords only for the new."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from perfgoals.accounts.models import Membership, Unit, User
from perfgoals.accounts.resources import MAX_PASSWORDS
from perfgoals.common.models import AuditEntry
from tests.admin.workbooks import (
    USERS,
    bring_in,
    confirm,
    exported,
    previewed,
    problems,
    upload,
    workbook,
)
from tests.cast import BUREAU, CENTRE, Cast
from tests.reading import text

PASSWORD = "Wk29-fhwq-7"


@pytest.fixture
def admin(client_of: Callable[[str], Client]) -> Client:
    return client_of("admin")


@pytest.fixture
def codes(cast: Cast, db: None) -> tuple[str, str]:
    """Of the bureau and of the centre."""
    return Unit.objects.get(name=BUREAU).code, Unit.objects.get(name=CENTRE).code


def roles_of(username: str) -> set[tuple[str, str]]:
    held = Membership.objects.filter(user__username=username)
    return {(one.unit.name, one.get_role_display()) for one in held}


def test_a_new_person_with_roles_and_password(admin: Client, codes: tuple[str, str]) -> None:
    bureau, centre = codes
    preview = upload(
        admin,
        USERS,
        workbook(
            ("用户名", "姓名", "岗位", "初始密码"),
            ("chen", "陈新", f"{bureau} 审核人；{centre} 填报人", PASSWORD),
        ),
    )
    (row,) = previewed(preview)
    assert row[:4] == ["2", "新增", "chen", "陈新"]
    assert PASSWORD not in preview.content.decode()
    confirm(admin, USERS, preview)
    assert roles_of("chen") == {(BUREAU, "审核人"), (CENTRE, "填报人")}
    assert User.objects.get(username="chen").check_password(PASSWORD)


def test_without_a_password_nobody_signs_in(admin: Client) -> None:
    bring_in(admin, USERS, ("用户名",), ("mute",))
    user = User.objects.get(username="mute")
    assert not user.has_usable_password()
    assert "未设置，不能登录" in text(admin.get(f"{USERS}{user.pk}/change/"))


def test_roles_are_those_of_the_cell(cast: Cast, admin: Client, codes: tuple[str, str]) -> None:
    header = ("用户名", "岗位")
    preview = upload(admin, USERS, workbook(header, ("auditor", f"{codes[1]} 查阅人")))
    (row,) = previewed(preview)
    assert row[-1] == f"{codes[0]} 审核人 {codes[1]} 查阅人"
    confirm(admin, USERS, preview)
    assert roles_of("auditor") == {(CENTRE, "查阅人")}
    bring_in(admin, USERS, header, ("auditor", None))
    assert roles_of("auditor") == set()
    bring_in(admin, USERS, ("用户名", "姓名"), ("preparer", "改名"))
    assert roles_of("preparer") == {(BUREAU, "填报人")}


def test_every_fault(admin: Client, codes: tuple[str, str]) -> None:
    response = upload(
        admin,
        USERS,
        workbook(
            ("用户名", "岗位", "电子邮件地址", "初始密码"),
            ("a b", None, None, None),
            ("one", f"{codes[0]} 主任", "没有", None),
            ("two", "填报人", None, 12345678),
            ("three", "999 填报人", None, "three3"),
            ("preparer", None, None, PASSWORD),
            ("ＯＮＥ", None, None, None),
            ("ONE", None, None, None),
        ),
    )
    assert problems(response) == [
        (
            "第 2 行",
            "用户名",
            "请输入合法的用户名。只能包含英文字母、数字、特殊字符“@”、“.”、“-”和“_”。",
        ),
        ("第 3 行", "电子邮件地址", "请输入有效的电子邮件地址。"),
        (
            "第 3 行",
            "岗位",
            "没有「主任」这个岗位（可填：填报人、审核人、管理员、查阅人、单位审核人、日志审计员）",
        ),
        ("第 4 行", "岗位", "应写成「单位编码 岗位」，几个之间用分号隔开，读到「填报人」"),
        ("第 4 行", "初始密码", "密码太短，至少要有 10 个字符。"),
        ("第 4 行", "初始密码", "这个密码太常见了。"),
        ("第 4 行", "初始密码", "密码只包含数字。"),
        ("第 5 行", "岗位", "没有编码为「999」的单位"),
        ("第 5 行", "初始密码", "密码跟 用户名 太相似了。"),
        ("第 5 行", "初始密码", "密码太短，至少要有 10 个字符。"),
        ("第 5 行", "初始密码", "这个密码太常见了。"),
        ("第 6 行", "初始密码", "用户已存在，导入不能改密码，请清空此格（改密码在用户页面）"),
        ("第 8 行", "用户名", "与第 7 行重复"),
    ]
    assert "12345678" not in response.content.decode()


def test_a_role_for_a_limited_time(cast: Cast, admin: Client, codes: tuple[str, str]) -> None:
    header = ("用户名", "岗位")
    cell = "；".join(sorted([f"{codes[0]} 审核人", f"{codes[1]} 查阅人 至2026-12-31"]))
    bring_in(admin, USERS, header, ("auditor", cell))
    held = Membership.objects.filter(user=cast.auditor, role="viewer").get()
    assert held.valid_until == date(2026, 12, 31)
    assert ("auditor", cell) in [(row[0], row[-1]) for row in exported(admin, USERS)]
    entry = AuditEntry.objects.filter(action="rights", subject_id=cast.auditor.pk).get()
    (change,) = entry.changes
    assert (change["label"], change["before"]) == ("岗位", f"{codes[0]} 审核人")
    assert change["after"] == cell
    bring_in(admin, USERS, header, ("auditor", f"{codes[1]} 查阅人"))
    assert Membership.objects.get(user=cast.auditor).valid_until is None
    problem = problems(
        upload(admin, USERS, workbook(header, ("auditor", f"{codes[0]} 审核人 至明年")))
    )
    assert problem[0][2].startswith("有效期至应写成 2026-12-31 这样的日期")


def test_a_given_password_has_to_be_changed(admin: Client) -> None:
    bring_in(admin, USERS, ("用户名", "初始密码"), ("chen", PASSWORD))
    assert User.objects.get(username="chen").must_change_password


def test_passwords_are_costly(admin: Client) -> None:
    people = [(f"u{number}", PASSWORD) for number in range(MAX_PASSWORDS + 1)]
    response = upload(admin, USERS, workbook(("用户名", "初始密码"), *people))
    assert problems(response) == [
        (
            "标题行",
            "",
            f"初始密码填了 {MAX_PASSWORDS + 1} 行；计算密码费时，"
            f"一个文件最多 {MAX_PASSWORDS} 行，请分批导入",
        )
    ]


def test_export_tells_no_password_and_changes_nothing(
    admin: Client, codes: tuple[str, str]
) -> None:
    rows = exported(admin, USERS)
    assert rows[0] == ("用户名", "姓名", "电子邮件地址", "有效", "岗位")
    assert ("auditor", "赵审核", None, "是", f"{codes[0]} 审核人") in rows
    assert {row[1] for row in previewed(upload(admin, USERS, workbook(*rows)))} == {"未变"}


def test_only_a_superuser_changes_a_superuser(
    cast: Cast, client_of: Callable[[str], Client]
) -> None:
    cast.colleague.is_staff = True
    cast.colleague.save()
    cast.colleague.user_permissions.set(
        Permission.objects.filter(content_type__app_label="accounts")
    )
    response = upload(
        client_of("colleague"), USERS, workbook(("用户名", "姓名"), ("admin", "冒名"))
    )
    assert problems(response) == [("第 2 行", "用户名", "系统管理员的资料只能由系统管理员修改")]
