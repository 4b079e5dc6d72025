"""The units that somebody administers."""

from __future__ import annotations

from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from perfgoals.accounts.models import Membership, Unit, User
from perfgoals.common.models import AuditEntry
from tests.accounts.keeping import Office, changes, office, stamp_in, unseen
from tests.accounts.people import logged, signed_in
from tests.reading import links, nothing_written, text, texts

__all__ = ["office"]

LIST = "/units/"
NEW = "/units/new/"
QUERIES = 6


def unit_body(office: Office, name_now: str, /, **more: Any) -> dict[str, Any]:
    """What the page of the unit sends when nothing was changed on it."""
    unit = Unit.objects.get(name=name_now)
    body = {"code": unit.code, "name": unit.name, "parent": unit.parent_id or ""}
    ticked = {"is_active": "on"} if unit.is_active else {}
    return {**body, **ticked, **more}


def test_the_tree_with_people_and_forms(office: Office) -> None:
    office.person("gone", "何离任", ("中心", "preparer", "2020-01-31"))
    office.person("root", "系统员", ("中心", "viewer"), is_staff=True)
    with nothing_written():
        page = office.client.get(LIST)
    assert texts(page, "tbody tr") == [
        "市局 10 1 0 否 使用中 下级单位 人员",
        "中心 11 2 0 否 使用中 下级单位 人员",
        "一科 111 0 0 否 使用中 下级单位 人员",
        "监测站 12 0 0 否 使用中 下级单位 人员",
    ]
    assert texts(page, "tbody .depth-1") == ["中心", "监测站"]
    assert texts(page, "tbody .depth-2") == ["一科"]
    assert "共 4 个单位" in text(page, ".results-count")
    assert "水务局" not in page.content.decode()


def test_what_is_kept_elsewhere_is_said(office: Office) -> None:
    said = "年度、计分办法、指标分类和指标库是全系统共用的，由系统管理员在管理后台维护"
    assert said in text(office.client.get(LIST))
    User.objects.filter(pk=office.boss.pk).update(is_staff=True)
    assert said not in text(office.client.get(LIST))


def test_the_menu_leads_there(office: Office) -> None:
    assert LIST in links(office.client.get("/account/"), ".bar-nav a")
    page = office.client.get(LIST)
    assert texts(page, ".bar-nav [aria-current]") == ["单位和人员"]
    assert texts(page, ".bar-user [aria-current]") == []
    assert LIST not in links(signed_in(office.wang).get("/account/"), ".bar-nav a")


def test_the_number_of_queries_stays(
    office: Office, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    office.client.get(LIST)
    with django_assert_num_queries(QUERIES):
        office.client.get(LIST)
    for number in range(30):
        unit = Unit.objects.create(code=f"9{number}", name=f"新单位{number}", parent=office["中心"])
        user = User.objects.create_user(f"many{number}")
        Membership.objects.create(user=user, unit=unit, role="viewer")
    with django_assert_num_queries(QUERIES):
        assert len(texts(office.client.get(LIST), "tbody tr")) == 34


def test_a_unit_is_added_below(office: Office) -> None:
    body = {"code": " 112 ", "name": "二科", "parent": office["中心"].pk, "is_active": "on"}
    page = office.send(NEW, body)
    assert "已新增单位「二科」。" in text(page, ".messages")
    unit = Unit.objects.get(code="112")
    assert (unit.name, unit.parent, unit.is_active) == ("二科", office["中心"], True)
    assert logged("created")[-1] == ("刘局管（boss）", "新增单位「二科」", "二科")
    assert ("新增单位「二科」", "上级单位", None, "中心") in changes("created")


def test_the_unit_above_comes_from_the_address(office: Office) -> None:
    page = office.client.get(f"{NEW}?parent={office['中心'].pk}")
    assert texts(page, "select[name=parent] option[selected]") == ["中心"]
    assert texts(page, "select[name=parent] option") == ["请选择", "市局", "中心", "一科", "监测站"]


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"code": "12"}, "这个编码已经有单位使用"),
        ({"code": "21"}, "这个编码已经有单位使用"),
        ({"code": ""}, "请填写单位编码"),
        ({"name": "监测站"}, "这个名称已经有单位使用"),
        ({"name": "  "}, "请填写单位名称"),
        ({"parent": ""}, "请选择上级单位"),
        ({"parent": "987654"}, "不在您管理的范围内，请选择列出的单位"),
        ({"parent": "x"}, "不在您管理的范围内，请选择列出的单位"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(
    office: Office, wrong: dict[str, str], message: str
) -> None:
    body = {"code": "112", "name": "二科", "parent": str(office["中心"].pk), **wrong}
    page = office.send(NEW, body)
    assert page.status_code == 422
    assert texts(page, ".field-error") == [message]
    assert f'value="{body["code"]}"' in page.content.decode() or not body["code"]
    assert Unit.objects.count() == 6


def test_a_unit_of_somebody_else_is_no_choice(office: Office) -> None:
    """Not above a new one, not above one's own: nothing leaves the subtree."""
    foreign = str(office["水务局"].pk)
    body = {"code": "112", "name": "二科", "parent": foreign}
    page = office.send(NEW, body)
    assert texts(page, ".field-error") == ["不在您管理的范围内，请选择列出的单位"]
    address = f"{LIST}{office['中心'].pk}/"
    for parent in (foreign, ""):
        page = office.send(address, unit_body(office, "中心", parent=parent))
        assert page.status_code == 422
    assert Unit.objects.get(name="中心").parent == office["市局"]
    assert Unit.objects.count() == 6


def test_a_unit_is_changed_and_the_log_says_how(office: Office) -> None:
    address = f"{LIST}{office['监测站'].pk}/"
    body = unit_body(office, "监测站", name="监测中心站", reviews_first="on")
    body["parent"] = office["中心"].pk
    del body["is_active"]
    page = office.send(address, body)
    assert "已保存单位「监测中心站」。" in text(page, ".messages")
    assert texts(page, "tbody tr")[-1] == "监测中心站 12 0 0 是 已停用 下级单位 人员"
    unit = Unit.objects.get(pk=office["监测站"].pk)
    assert (unit.parent, unit.reviews_first, unit.is_active) == (office["中心"], True, False)
    summary = "修改单位「监测中心站」"
    assert changes("changed") == [
        (summary, "单位名称", "监测站", "监测中心站"),
        (summary, "上级单位", "市局", "中心"),
        (summary, "使用中", "是", "否"),
        (summary, "单位先审", "否", "是"),
    ]


def test_no_circle(office: Office) -> None:
    for name, message in (
        ("中心", "上级单位不能是单位自己"),
        ("一科", "上级单位成环：「一科」在「中心」之下"),
    ):
        page = office.send(
            f"{LIST}{office['中心'].pk}/", unit_body(office, "中心", parent=office[name].pk)
        )
        assert (page.status_code, texts(page, ".field-error")) == (422, [message])


def test_the_top_is_called_what_those_above_call_it(office: Office) -> None:
    address = f"{LIST}{office['市局'].pk}/"
    page = office.client.get(address)
    assert "这个单位是您管理范围的最上一级" in text(page, ".notice")
    body = {"code": "99", "name": "我的局", "parent": office["中心"].pk, "reviews_first": "on"}
    office.send(address, {**body, "is_active": "on"})
    top = Unit.objects.get(pk=office["市局"].pk)
    assert (top.code, top.name, top.parent) == ("10", "市局", None)
    assert top.reviews_first
    assert changes("changed") == [("修改单位「市局」", "单位先审", "否", "是")]


def test_the_top_below_another_unit_stays_there(office: Office) -> None:
    head = office.person("head", "中心管", ("中心", "admin"))
    office.client = signed_in(head)
    page = office.client.get(LIST)
    assert [row.partition(" ")[0] for row in texts(page, "tbody tr")] == ["中心", "一科"]
    address = f"{LIST}{office['中心'].pk}/"
    page = office.send(address, {"parent": office["一科"].pk, "is_active": "on"})
    assert page.status_code == 200
    assert Unit.objects.get(name="中心").parent == office["市局"]
    assert office.client.get(f"{LIST}{office['市局'].pk}/").status_code == 404


def test_what_somebody_else_changed_meanwhile_is_said(office: Office) -> None:
    address = f"{LIST}{office['监测站'].pk}/"
    seen = unseen(office.client, address)
    Unit.objects.filter(pk=office["监测站"].pk).update(name="监测总站")
    body = unit_body(office, "监测总站", name="环境监测站")
    page = office.client.post(address, {**seen, **body})
    assert page.status_code == 409
    assert "没有保存：打开本页以后，内容已有变化" in text(page, ".notice-error")
    assert texts(page, ".stale li") == ["单位名称：现在是「监测总站」"]
    assert 'value="环境监测站"' in page.content.decode()
    assert Unit.objects.get(pk=office["监测站"].pk).name == "监测总站"
    # Having seen it, the person sends it once more.
    assert office.client.post(address, {**body, "seen": stamp_in(page)}).status_code == 302
    assert Unit.objects.get(pk=office["监测站"].pk).name == "环境监测站"


def test_the_same_sent_twice_does_nothing(office: Office) -> None:
    address = f"{LIST}{office['监测站'].pk}/"
    body = {**unseen(office.client, address), **unit_body(office, "监测站", name="总站")}
    assert office.client.post(address, body).status_code == 302
    entries = AuditEntry.objects.filter(action="changed").count()
    assert office.client.post(address, body).status_code == 409
    assert AuditEntry.objects.filter(action="changed").count() == entries


def test_a_unit_that_was_added_and_renamed_is_not_added_again(office: Office) -> None:
    body = {"code": "112", "name": "二科", "parent": office["中心"].pk, "is_active": "on"}
    body = {**unseen(office.client, NEW), **body}
    assert office.client.post(NEW, body).status_code == 302
    Unit.objects.filter(code="112").update(code="113", name="三科")
    page = office.client.post(NEW, body)
    assert page.status_code == 409
    assert texts(page, ".stale li") == ["同名的单位在打开本页以后已经由您新增过"]
    assert not Unit.objects.filter(name="二科").exists()


def test_who_is_no_administrator_and_units_of_others(office: Office) -> None:
    for person in (office.wang, office.person("lapsed", "前管", ("市局", "admin", "2020-12-31"))):
        client = signed_in(person)
        for address in (LIST, NEW, f"{LIST}{office['中心'].pk}/"):
            assert client.get(address).status_code == 403
            assert "单位和人员只对管理员开放" in text(client.get(address))
    for number in (office["水务局"].pk, office["水文站"].pk, 987_654):
        assert office.client.get(f"{LIST}{number}/").status_code == 404
        assert office.client.post(f"{LIST}{number}/", {"name": "x"}).status_code == 404
    assert office.client.post(LIST).status_code == 405
    assert office.client.delete(f"{LIST}{office['中心'].pk}/").status_code == 405


def test_a_superuser_keeps_every_unit(office: Office) -> None:
    office.client = signed_in(User.objects.create_superuser("root", full_name="系统员"))
    assert len(texts(office.client.get(LIST), "tbody tr")) == 6
    page = office.send(NEW, {"code": "30", "name": "园林局", "parent": "", "is_active": "on"})
    assert page.status_code == 200
    assert Unit.objects.get(code="30").parent is None
    page = office.send(f"{LIST}{office['市局'].pk}/", unit_body(office, "市局", name="市生态局"))
    assert Unit.objects.filter(name="市生态局").exists()


def test_an_empty_installation_says_what_to_do(db: None) -> None:
    client = signed_in(User.objects.create_superuser("root"))
    assert "先新增最上级的单位" in text(client.get(LIST), ".empty")
