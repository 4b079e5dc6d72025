"""The home page: what there is to do, and how the years stand."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from projects.models import Form
from tests.cast import Cast
from tests.reading import links, nothing_written, text, texts

URL = "/"


def cards(client: Client) -> dict[str, tuple[str, str]]:
    """For each card its number and where it leads."""
    response = client.get(URL)
    assert response.status_code == 200
    labels, counts = texts(response, ".card-label"), texts(response, ".card-count")
    return dict(zip(labels, zip(counts, links(response, ".card"), strict=True), strict=True))


def set_status(status: str, *projects: str) -> None:
    changed = Form.objects.filter(year=2024, project_name__in=projects).update(status=status)
    assert changed == len(projects)


def test_the_preparer_sees_what_waits_for_him(
    cast: Cast, client_of: Callable[[str], Client]
) -> None:
    set_status("draft", "海洋生态环境保护", "水生态环境综合管理")
    set_status("returned", "党建、群建工作")
    set_status("submitted", "大气生态环境保护")
    assert cards(client_of("preparer")) == {
        "待填报": ("2", "/forms/?status=draft"),
        "被退回": ("1", "/forms/?status=returned"),
        "待审核": ("1", "/forms/?status=submitted"),
        "有错误": ("3", "/forms/?check=errors"),
    }


def test_every_card_leads_to_as_many_forms_as_it_says(
    cast: Cast, client_of: Callable[[str], Client]
) -> None:
    set_status("submitted", "大气生态环境保护", "生态环境执法和应急")
    for name in ("preparer", "auditor", "viewer"):
        client = client_of(name)
        for label, (count, address) in cards(client).items():
            assert text(client.get(address), ".results-count") == f"共 {count} 张表", label


def test_without_anything_to_do_the_page_says_so(client_of: Callable[[str], Client]) -> None:
    response = client_of("preparer").get(URL)
    assert text(response, ".desk-clear") == "没有待填报或被退回的表。"
    response = client_of("auditor").get(URL)
    assert text(response, ".desk-clear") == "没有等待审核的表。"


def test_the_auditor_sees_what_waits_and_which_totals_differ(
    cast: Cast, client_of: Callable[[str], Client]
) -> None:
    set_status("submitted", "大气生态环境保护")
    found = cards(client_of("auditor"))
    assert found["待审核"] == ("1", "/forms/?status=submitted&sort=-findings")
    assert found["总分不一致"] == ("1", "/forms/?check=differs")
    assert found["已公开"] == ("35", "/forms/?status=published")


def test_the_viewer_sees_what_is_published(client_of: Callable[[str], Client]) -> None:
    assert cards(client_of("viewer"))["已公开"] == ("36", "/forms/?status=published")


def test_the_admin_sees_the_master_data(client_of: Callable[[str], Client]) -> None:
    found = cards(client_of("admin"))
    assert found["单位"] == ("3", "/admin/accounts/unit/")
    assert found["用户"] == ("7", "/admin/accounts/user/")
    assert found["项目"] == ("32", "/admin/projects/project/")
    assert found["年度"] == ("3", "/admin/projects/fiscalyear/")
    assert found["计分办法"] == ("3", "/admin/scoring/scoringscheme/")


def test_the_years_with_their_ratings(client_of: Callable[[str], Client]) -> None:
    response = client_of("auditor").get(URL)
    rows = texts(response, "[aria-labelledby=years] tbody tr")
    assert [row.split()[:3] for row in rows] == [
        ["2026", "申报表", "7"],
        ["2024", "申报表", "2"],
        ["2024", "自评表", "18"],
        ["2020", "自评表", "9"],
    ]
    # 8 forms between 90.95 and 99.99, and 综合规划 whose rows add up to 89.35.
    assert texts(response, "[aria-labelledby=years] tbody tr:last-child .rating") == [
        "优 8 张，平均 97.30 分",
        "良 1 张，平均 89.35 分",
    ]


def test_the_forms_that_need_a_look_the_worst_first(client_of: Callable[[str], Client]) -> None:
    response = client_of("auditor").get(URL)
    rows = texts(response, "[aria-labelledby=to-look-at] tbody tr")
    assert "综合规划、区域协作及资金管理" in rows[0]
    assert "核算 89.35，差 6.00" in rows[0]


def test_a_stranger_sees_the_forms_of_his_unit_only(client_of: Callable[[str], Client]) -> None:
    response = client_of("stranger").get(URL)
    rows = texts(response, "[aria-labelledby=years] tbody tr")
    assert [row.split()[:3] for row in rows] == [["2020", "自评表", "5"]]


def test_the_roles_stand_below_the_name(client_of: Callable[[str], Client]) -> None:
    assert text(client_of("preparer").get(URL), ".page-head p") == (
        "张填报 · 填报人：上海市生态环境局"
    )


def test_without_a_role_the_page_says_whom_to_ask(client_of: Callable[[str], Client]) -> None:
    response = client_of("newcomer").get(URL)
    assert text(response, ".empty h2") == "还没有表"
    assert "请联系系统管理员为您设置单位和岗位" in text(response, ".empty")


@pytest.mark.parametrize(("name", "queries"), [("preparer", 6), ("auditor", 6), ("admin", 11)])
def test_the_page_writes_nothing_and_takes_the_same_few_queries(
    client_of: Callable[[str], Client],
    django_assert_num_queries: DjangoAssertNumQueries,
    name: str,
    queries: int,
) -> None:
    client = client_of(name)
    with nothing_written(), django_assert_num_queries(queries):
        client.get(URL)


def test_anonymous_is_sent_to_sign_in(client_of: Callable[[str], Client]) -> None:
    assert client_of("anonymous").get(URL)["Location"] == "/sign-in/?next=/"


def test_other_methods_are_refused(client_of: Callable[[str], Client]) -> None:
    assert client_of("preparer").post(URL).status_code == 405
