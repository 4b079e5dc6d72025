"""Roles that an administrator hands out and takes back."""

from __future__ import annotations

from typing import Any

import pytest

from perfgoals.accounts.models import Membership, User
from perfgoals.common.models import AuditEntry
from tests.accounts.keeping import GIVEN, Office, changes, office, roles_of, unseen
from tests.accounts.people import signed_in
from tests.reading import text, texts

__all__ = ["office"]

LIST = "/people/"
EXISTING = "/people/existing/"
NOBODY = "没有可以加岗位的这个用户名"


def page_of(person: User) -> str:
    return f"{LIST}{person.pk}/"


def carried(office: Office, person: User, action: str) -> dict[str, str]:
    return unseen(office.client, page_of(person), action)


def add(office: Office, person: User, unit: str, role: str, until: str = "", **more: Any) -> Any:
    action = f"{page_of(person)}roles/"
    body = {"unit": office[unit].pk, "role": role, "valid_until": until, **more}
    return office.client.post(action, {**carried(office, person, action), **body}, follow=True)


def held(person: User, role: str = "") -> Membership:
    roles = person.memberships.filter(role=role) if role else person.memberships
    return roles.get()


def on_role(office: Office, person: User, one: Membership, ending: str = "", **body: Any) -> Any:
    """Send a form of the row of a role."""
    action = f"{page_of(person)}roles/{one.pk}/{ending}"
    return office.client.post(action, {**carried(office, person, action), **body}, follow=True)


def test_a_role_is_added_changed_and_removed(office: Office) -> None:
    answer = add(office, office.wang, "一科", "viewer", "2099-12-31")
    assert "已加上岗位：一科 查阅人。" in text(answer, ".messages")
    assert roles_of(office.wang) == [
        ("中心", "preparer", ""),
        ("一科", "viewer", "2099-12-31"),
    ]
    assert changes("rights") == [
        (
            "变更「王填报」的权限",
            "权限",
            "中心 填报人",
            "中心 填报人；一科 查阅人（至 2099-12-31）",
        )
    ]
    one = held(office.wang, "viewer")
    answer = on_role(office, office.wang, one, valid_until="2030-06-30")
    assert "一科 查阅人：有效期至 2030-06-30。" in text(answer, ".messages")
    answer = on_role(office, office.wang, one, valid_until="")
    assert "一科 查阅人：长期有效。" in text(answer, ".messages")
    answer = on_role(office, office.wang, one, "remove/")
    assert "已移除岗位：一科 查阅人。" in text(answer, ".messages")
    assert roles_of(office.wang) == [("中心", "preparer", "")]
    assert changes("rights")[0][2:] == ("中心 填报人；一科 查阅人", "中心 填报人")


def test_the_same_day_once_more_is_no_change(office: Office) -> None:
    before = AuditEntry.objects.filter(action="rights").count()
    assert on_role(office, office.wang, held(office.wang), valid_until="").status_code == 200
    assert AuditEntry.objects.filter(action="rights").count() == before


def test_the_same_role_is_not_given_twice(office: Office) -> None:
    answer = add(office, office.wang, "中心", "preparer")
    assert texts(answer, ".field-error") == ["此人在这个单位已有同一岗位，可以直接修改它的有效期"]


def test_a_day_that_is_none(office: Office) -> None:
    answer = on_role(office, office.wang, held(office.wang), valid_until="随便")
    assert answer.status_code == 422
    assert texts(answer, ".field-error") == ["请填写 2026-12-31 这样的日期"]


def test_the_last_role_stays(office: Office) -> None:
    answer = on_role(office, office.wang, held(office.wang), "remove/")
    assert answer.status_code == 422
    said = "这是此人的最后一个岗位，不能移除；请先加别的岗位，或填有效期，或停用此人"
    assert said in text(answer, ".notice-error")
    assert roles_of(office.wang) == [("中心", "preparer", "")]


def test_an_old_page_gives_no_role_back(office: Office) -> None:
    action = f"{page_of(office.wang)}roles/"
    body = {
        **carried(office, office.wang, action),
        "unit": office["一科"].pk,
        "role": "admin",
        "valid_until": "",
    }
    assert office.client.post(action, body).status_code == 302
    one = held(office.wang, "admin")
    removal = f"{action}{one.pk}/remove/"
    seen = carried(office, office.wang, removal)
    change = {**seen, "valid_until": "2099-01-01"}
    assert office.client.post(removal, seen).status_code == 302
    answer = office.client.post(action, body)
    assert answer.status_code == 409
    assert "没有保存：打开本页以后，内容已有变化" in text(answer, ".notice-error")
    assert texts(answer, "#role_unit option[selected]") == ["一科"]
    assert office.client.post(removal, seen).status_code == 404
    assert office.client.post(f"{action}{one.pk}/", change).status_code == 404
    assert roles_of(office.wang) == [("中心", "preparer", "")]


def test_a_stale_last_day_and_a_stale_removal(office: Office) -> None:
    add(office, office.wang, "一科", "viewer")
    one = held(office.wang, "viewer")
    action = f"{page_of(office.wang)}roles/{one.pk}/"
    seen = carried(office, office.wang, action)
    Membership.objects.filter(pk=one.pk).update(valid_until="2031-01-01")
    answer = office.client.post(action, {**seen, "valid_until": "2040-01-01"})
    assert answer.status_code == 409
    assert 'value="2040-01-01"' in answer.content.decode()
    assert office.client.post(f"{action}remove/", seen).status_code == 409
    assert ("一科", "viewer", "2031-01-01") in roles_of(office.wang)


@pytest.mark.parametrize("role", ["log_auditor", "superuser", "", "ADMIN"])
def test_roles_that_are_not_to_be_given(office: Office, role: str) -> None:
    answer = add(office, office.wang, "一科", role)
    assert answer.status_code == 422
    (message,) = texts(answer, ".field-error")
    assert message == ("没有可以给的这个岗位" if role else "请选择岗位")
    assert roles_of(office.wang) == [("中心", "preparer", "")]
    assert "日志审计员" not in texts(answer, "#role_role option")


def test_only_a_superuser_gives_the_log(office: Office) -> None:
    office.client = signed_in(User.objects.create_superuser("root", full_name="系统员"))
    add(office, office.wang, "一科", "log_auditor")
    assert ("一科", "log_auditor", "") in roles_of(office.wang)


def test_ones_own_administration_is_not_ones_own_to_change(office: Office) -> None:
    one = held(office.boss)
    page = office.client.get(page_of(office.boss))
    assert "自己的管理员岗位由别人修改" in text(page, ".person-roles")
    for ending in ("", "remove/"):
        action = f"{page_of(office.boss)}roles/{one.pk}/{ending}"
        answer = office.client.post(action, {"seen": "x", "valid_until": "2020-01-01"})
        assert answer.status_code == 403
        assert "自己的管理员岗位不能由自己修改或移除" in text(answer)
    answer = add(office, office.boss, "一科", "admin")
    assert texts(answer, ".field-error") == ["没有可以给的这个岗位"]
    assert "管理员" not in texts(answer, "#role_role option")
    answer = join(office, "boss", role="admin")
    assert answer.status_code == 403
    assert "不能给自己加管理员岗位，请由另一位管理员办理" in text(answer)
    assert roles_of(office.boss) == [("市局", "admin", "")]


def test_another_administrator_takes_it(office: Office) -> None:
    other = office.person("other", "副局管", ("市局", "admin"), ("中心", "viewer"))
    answer = on_role(office, other, held(other, "admin"), "remove/")
    assert "已移除岗位：市局 管理员。" in text(answer, ".messages")
    assert signed_in(other).get(LIST).status_code == 403


def test_who_has_a_role_elsewhere_keeps_the_account(office: Office) -> None:
    """Whoever sets a password can sign in with it, and does elsewhere what its owner may do."""
    both = office.person("both", "钱两边", ("监测站", "viewer"), ("水务局", "auditor"))
    page = office.client.get(page_of(both))
    said = "此人在您管理的范围以外还有 1 个岗位，姓名、邮箱、密码、动态验证码和停用不由您修改"
    assert said in text(page, ".notice-warning")
    assert texts(page, ".person-parts") == []
    assert "水务局" not in page.content.decode()
    body = {"seen": "x", "full_name": "钱", "email": "", "password": GIVEN, "password_again": GIVEN}
    for ending in ("", "password/", "unlock/", "sign-out/", "device/"):
        answer = office.client.post(f"{page_of(both)}{ending}", body)
        assert answer.status_code == 403
        assert said in text(answer)
    both.refresh_from_db()
    assert (both.full_name, both.is_active) == ("钱两边", True)
    assert not both.check_password(GIVEN)
    # The role within reach is the administrator's all the same.
    on_role(office, both, held(both, "viewer"), valid_until="2030-01-01")
    foreign = held(both, "auditor")
    for ending in ("", "remove/"):
        action = f"{page_of(both)}roles/{foreign.pk}/{ending}"
        assert office.client.post(action, {"seen": "x"}).status_code == 404
    assert roles_of(both) == [("监测站", "viewer", "2030-01-01"), ("水务局", "auditor", "")]
    on_role(office, both, held(both, "viewer"), "remove/")
    assert roles_of(both) == [("水务局", "auditor", "")]
    assert office.client.get(page_of(both)).status_code == 404


def test_a_role_elsewhere_that_has_run_out_stands_in_no_way(office: Office) -> None:
    moved = office.person(
        "moved", "调来的", ("监测站", "viewer"), ("水务局", "auditor", "2020-12-31")
    )
    page = office.client.get(page_of(moved))
    assert texts(page, ".notice-warning") == []
    assert "水务局" not in page.content.decode()


def test_a_log_auditor_keeps_the_account_and_the_role(office: Office) -> None:
    reader = office.person("reader", "日志员", ("中心", "log_auditor"), ("一科", "viewer"))
    page = office.client.get(page_of(reader))
    assert "此人是日志审计员" in text(page, ".notice-warning")
    assert "由系统管理员修改" in text(page, ".person-roles")
    one = held(reader, "log_auditor")
    for ending in ("", "remove/"):
        action = f"{page_of(reader)}roles/{one.pk}/{ending}"
        answer = office.client.post(action, {"seen": "x", "valid_until": "2099-01-01"})
        assert answer.status_code == 403
        assert "这个岗位只能由系统管理员修改或移除" in text(answer)
    body = {"seen": "x", "password": GIVEN, "password_again": GIVEN}
    assert office.client.post(f"{page_of(reader)}password/", body).status_code == 403


def join(office: Office, username: str, unit: str = "一科", role: str = "viewer") -> Any:
    body = {"username": username, "unit": office[unit].pk, "role": role, "valid_until": ""}
    return office.send(EXISTING, body)


def test_a_role_for_somebody_who_is_there(office: Office) -> None:
    alien = office.person("alien", "水局人", ("水务局", "preparer"))
    answer = join(office, "alien")
    assert "已给「水局人」加上查阅人岗位。" in text(answer, ".messages")
    assert roles_of(alien) == [("一科", "viewer", ""), ("水务局", "preparer", "")]
    assert changes("rights")[0][0] == "变更「水局人」的权限"
    assert "另有 1 个岗位在您管理的范围以外" in text(answer, ".person-roles")
    answer = join(office, "alien")
    assert texts(answer, ".field-error") == ["此人在这个单位已有同一岗位，可以直接修改它的有效期"]


@pytest.mark.parametrize("name", ["nobody", "root", "desk", "off", "ALIEN", "alie", "水局人"])
def test_whom_no_role_can_be_given_is_not_told_apart(office: Office, name: str) -> None:
    office.person("alien", "水局人", ("水务局", "preparer"))
    office.person("root", "系统员", is_superuser=True)
    office.person("desk", "后台员", is_staff=True)
    office.person("off", "停用者", ("水务局", "viewer"), is_active=False)
    answer = join(office, name)
    assert answer.status_code == 422
    assert texts(answer, ".field-error") == [NOBODY]
    assert not Membership.objects.filter(role="viewer", unit=office["一科"]).exists()


def test_what_was_given_to_somebody_once_is_not_given_again_by_an_old_page(office: Office) -> None:
    alien = office.person("alien", "水局人", ("水务局", "preparer"))
    body = {
        **unseen(office.client, EXISTING),
        "username": "alien",
        "unit": office["一科"].pk,
        "role": "admin",
        "valid_until": "",
    }
    assert office.client.post(EXISTING, body).status_code == 302
    on_role(office, alien, held(alien, "admin"), "remove/")
    answer = office.client.post(EXISTING, body)
    assert answer.status_code == 409
    assert "此人的岗位已有变化，或同一次操作已经做过" in text(answer, ".notice-error")
    for forged in ("", "x", "-1", "9" * 30):
        assert office.client.post(EXISTING, {**body, "seen": forged}).status_code == 409
    assert roles_of(alien) == [("水务局", "preparer", "")]
