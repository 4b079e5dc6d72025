"""The main menu: what each role finds in it, and which entry a page belongs to."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from perfgoals.accounts.models import Membership, Role, Unit
from projects.models import Form
from tests.cast import BUREAU, Cast
from tests.deadlines import in_days
from tests.reading import texts

pytestmark = pytest.mark.django_db
ClientOf = Callable[[str], Client]


@pytest.mark.parametrize(
    ("person", "reviews"),
    [("preparer", False), ("viewer", False), ("newcomer", False), ("auditor", True)],
)
def test_review_is_offered_to_those_who_review(
    client_of: ClientOf, person: str, reviews: bool
) -> None:
    menu = texts(client_of(person).get("/notices/"), ".bar-nav a")
    assert ("审核" in menu) is reviews
    assert menu[:2] == ["首页", "绩效表"]


def test_unit_reviewer_finds_the_reviews(cast: Cast, client_of: ClientOf) -> None:
    bureau = Unit.objects.get(name=BUREAU)
    Membership.objects.create(user=cast.newcomer, unit=bureau, role=Role.UNIT_REVIEWER.value)
    assert "审核" in texts(client_of("newcomer").get("/notices/"), ".bar-nav a")


def test_menu_follows_the_roles_at_once(cast: Cast, client_of: ClientOf) -> None:
    """Given and taken while the person is signed in; and one that ran out yesterday."""
    client = client_of("newcomer")
    everybody = texts(client.get("/notices/"), ".bar-nav a")
    assert everybody == ["首页", "绩效表", "汇总表", "后台任务"]
    bureau = Unit.objects.get(name=BUREAU)
    for role, entries in (
        ("auditor", ["审核"]),
        ("unit_reviewer", ["审核"]),
        ("log_auditor", ["审计日志"]),
        ("admin", ["抽查", "跨表检查", "批量导入", "审计日志", "单位和人员"]),
        ("viewer", []),
    ):
        held = Membership.objects.create(user=cast.newcomer, unit=bureau, role=role)
        menu = texts(client.get("/notices/"), ".bar-nav a")
        assert [one for one in menu if one not in everybody] == entries, role
        held.valid_until = in_days(-1)
        held.save()
        assert texts(client.get("/notices/"), ".bar-nav a") == everybody, role


@pytest.mark.parametrize(
    ("address", "entry"), [("/samples/", "抽查"), ("/cross-findings/", "跨表检查")]
)
def test_an_administrator_without_a_desk_is_led_to_samples_and_cross_form_checks(
    cast: Cast, client_of: ClientOf, address: str, entry: str
) -> None:
    bureau = Unit.objects.get(name=BUREAU)
    Membership.objects.create(user=cast.newcomer, unit=bureau, role=Role.ADMIN.value)
    answer = client_of("newcomer").get(address)
    assert answer.status_code == 200
    assert texts(answer, ".bar-nav [aria-current]") == [entry]


@pytest.mark.parametrize(
    ("address", "entry"),
    [
        ("/notices/", "首页"),
        ("/rights/", "首页"),
        ("/forms/", "绩效表"),
        ("/forms/1/adjustment/", "绩效表"),
        ("/exports/", "绩效表"),
        ("/review/", "审核"),
        ("/samples/", "审核"),
        ("/cross-findings/", "审核"),
        ("/booklets/", "汇总表"),
        ("/imports/", "批量导入"),
        ("/jobs/", "后台任务"),
        ("/log/", "审计日志"),
    ],
)
def test_every_page_belongs_to_one_entry(client_of: ClientOf, address: str, entry: str) -> None:
    answer = client_of("admin").get(address.replace("/1/", f"/{_declaration()}/"))
    assert texts(answer, ".bar-nav [aria-current]") == [entry]


def test_a_page_that_is_not_there_belongs_to_none(client_of: ClientOf) -> None:
    answer = client_of("admin").get("/nothing-here/")
    assert answer.status_code == 404
    assert texts(answer, ".bar-nav [aria-current]") == []


def _declaration() -> int:
    return Form.objects.filter(kind="declaration").values_list("pk", flat=True)[0]
