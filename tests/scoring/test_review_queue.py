"""The auditor's queue: what waits for whom, and in which order."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.http import QueryDict
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from perfgoals.accounts.models import Membership, Role, Unit
from perfgoals.common.models import AuditEntry
from projects.models import Form
from scoring.models import Review
from scoring.querysets import QUEUE_SORTS
from scoring.views.queue import Neighbours, neighbours
from tests.cast import BUREAU, CENTRE, INFORMATION, Cast
from tests.reading import links, nothing_written, text, texts
from tests.waiting import URL, names, waiting

# session, user, years that wait, units of the filter, numbers of the page, its rows; who compares forms
QUERIES = 7


def test_the_riskiest_first(three: list[Form], client_of: Callable[[str], Client]) -> None:
    client = client_of("auditor")
    assert names(client) == ["高风险项目", "中风险项目", "低风险项目"]
    assert text(client.get(URL), ".results-count") == "共 3 份待审核"


def test_a_row_says_how_the_form_stands(
    three: list[Form], client_of: Callable[[str], Client]
) -> None:
    response = client_of("auditor").get(URL)
    row = texts(response, "tbody tr")[0]
    assert row.startswith("高 72")
    assert "试验，计 72 分" in row
    assert f"高风险项目 {INFORMATION} 自评表 2027" in row
    assert "1 处错误 2 处警告 3 处提示 29" in row  # 20 + 2 × 3 + 3 × 1
    assert "93.54% 95.35 89.35 +6.00 -9.65 9 天 逾期 第 1 次" in row
    assert texts(response, "tbody tr")[2].endswith("无 0 — — — — — 0 天 按期 第 1 次")


def test_the_row_leads_to_the_review_with_the_queue(
    three: list[Form], client_of: Callable[[str], Client]
) -> None:
    found = links(client_of("auditor").get(f"{URL}?risk=high&sort=unit"), "tbody th a")
    assert found == [f"/forms/{three[0].pk}/review/?risk=high&sort=unit"]


@pytest.mark.parametrize("name", ["preparer", "colleague", "stranger", "viewer", "newcomer"])
def test_nothing_waits_for_who_does_not_judge(
    three: list[Form], client_of: Callable[[str], Client], name: str
) -> None:
    response = client_of(name).get(URL)
    assert text(response, ".empty h2") == "您没有审核岗位"
    assert texts(response, "tbody tr") == []


def test_the_queue_is_for_who_is_signed_in(client_of: Callable[[str], Client]) -> None:
    response = client_of("anonymous").get(URL)
    assert (response.status_code, response["Location"]) == (302, f"/sign-in/?next={URL}")


def test_an_auditor_without_work_is_told_so(client_of: Callable[[str], Client]) -> None:
    assert text(client_of("auditor").get(URL), ".empty h2") == "没有等待您审核的表"


def test_an_auditor_below_sees_the_units_below_only(
    cast: Cast, three: list[Form], client_of: Callable[[str], Client]
) -> None:
    unit = Unit.objects.get(name=INFORMATION)
    Membership.objects.create(user=cast.newcomer, unit=unit, role=Role.AUDITOR.value)
    assert names(client_of("newcomer")) == ["高风险项目"]


def test_each_stage_has_its_own_reviewer(
    cast: Cast, three: list[Form], client_of: Callable[[str], Client]
) -> None:
    unit = Unit.objects.get(name=INFORMATION)
    Membership.objects.create(user=cast.newcomer, unit=unit, role=Role.UNIT_REVIEWER.value)
    waiting(cast, "先由单位审核", unit=INFORMATION, stage="unit", by=cast.stranger)
    assert names(client_of("newcomer")) == ["先由单位审核"]
    assert "先由单位审核" not in names(client_of("auditor"))


def test_a_role_that_has_run_out_brings_nothing(
    cast: Cast, three: list[Form], client_of: Callable[[str], Client]
) -> None:
    yesterday = timezone.localdate() - timedelta(days=1)
    Membership.objects.filter(user=cast.auditor).update(valid_until=yesterday)
    assert texts(client_of("auditor").get(URL), "tbody tr") == []


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?year=2026", ["中风险项目"]),
        ("?kind=declaration", []),
        ("?kind=self_evaluation", ["高风险项目", "中风险项目", "低风险项目"]),
        ("?risk=high", ["高风险项目"]),
        ("?risk=low", ["低风险项目"]),
        ("?check=errors", ["高风险项目"]),
        ("?check=warnings", ["高风险项目", "中风险项目"]),
        ("?check=clean", ["低风险项目"]),
        ("?check=differs", ["高风险项目"]),
        ("?late=yes", ["高风险项目"]),
        ("?late=no", ["中风险项目", "低风险项目"]),
        ("?q=信息中心", ["高风险项目"]),
        ("?q=项目 低风险", ["低风险项目"]),
        ("?sort=-since", ["低风险项目", "中风险项目", "高风险项目"]),
        ("?sort=since", ["高风险项目", "中风险项目", "低风险项目"]),
        ("?sort=weight", ["低风险项目", "中风险项目", "高风险项目"]),
        ("?sort=-computed", ["中风险项目", "高风险项目", "低风险项目"]),
        ("?sort=computed", ["高风险项目", "中风险项目", "低风险项目"]),
        ("?sort=-difference", ["高风险项目", "中风险项目", "低风险项目"]),
        ("?sort=nonsense&page=99&year=x", ["高风险项目", "中风险项目", "低风险项目"]),
    ],
)
def test_filters_and_order(
    three: list[Form], client_of: Callable[[str], Client], query: str, found: list[str]
) -> None:
    response = client_of("auditor").get(f"{URL}{query}")
    assert texts(response, "tbody th a") == found


@pytest.mark.parametrize(
    "sort",
    list(QUEUE_SORTS),
)
def test_every_column_sorts(
    three: list[Form], client_of: Callable[[str], Client], sort: str
) -> None:
    for order in (sort, f"-{sort}"):
        response = client_of("auditor").get(f"{URL}?sort={order}")
        assert len(texts(response, "tbody tr")) == 3
        (heading,) = texts(response, "thead th[aria-sort]")
        assert heading


def test_a_unit_brings_the_units_below_it(
    three: list[Form], client_of: Callable[[str], Client]
) -> None:
    client = client_of("auditor")
    bureau, centre = (Unit.objects.get(name=name).pk for name in (BUREAU, CENTRE))
    assert len(names(client, f"?unit={bureau}")) == 3
    assert names(client, f"?unit={centre}") == ["中风险项目"]
    response = client.get(URL)
    offered = texts(response, "#id_unit option")
    assert offered[:2] == ["全部单位", BUREAU]
    assert {CENTRE, INFORMATION} < set(offered)


def test_by_who_decided_before(
    cast: Cast, three: list[Form], client_of: Callable[[str], Client]
) -> None:
    for form, who in ((three[0], cast.auditor), (three[1], cast.admin)):
        Review.objects.create(
            form=form,
            stage="department",
            version=1,
            opened_by=cast.preparer,
            outcome="returned",
            decided_by=who,
        )
    client = client_of("auditor")
    assert names(client, "?earlier=mine") == ["高风险项目"]
    assert names(client, "?earlier=others") == ["中风险项目"]
    assert names(client, "?earlier=nobody") == ["低风险项目"]
    assert texts(client.get(URL), "tbody tr")[0].endswith("第 2 次")


def test_filters_stay_in_the_address(three: list[Form], client_of: Callable[[str], Client]) -> None:
    response = client_of("auditor").get(f"{URL}?risk=high&q=项目")
    assert text(response, "#id_risk option[selected]") == "高风险"
    assert links(response, ".results-head a") == [URL]
    assert all("risk=high" in link for link in links(response, "thead a"))


def test_without_a_match_the_page_says_what_to_do(
    three: list[Form], client_of: Callable[[str], Client]
) -> None:
    response = client_of("auditor").get(f"{URL}?q=没有这样的项目")
    assert text(response, ".empty h2") == "没有符合这些条件的表"


def test_what_is_next_to_what(cast: Cast, three: list[Form]) -> None:
    high, middle, low = (form.pk for form in three)
    everything = QueryDict("")
    assert neighbours(cast.auditor, everything, high) == Neighbours(None, middle, 1, 3)
    assert neighbours(cast.auditor, everything, middle) == Neighbours(high, low, 2, 3)
    assert neighbours(cast.auditor, QueryDict("sort=risk"), middle) == Neighbours(low, high, 2, 3)
    assert neighbours(cast.auditor, QueryDict("risk=high"), high) == Neighbours(None, None, 1, 1)
    assert neighbours(cast.auditor, QueryDict("risk=high"), low) == Neighbours()
    assert neighbours(cast.viewer, everything, high) == Neighbours()


def test_fifty_a_page_in_few_queries(
    cast: Cast,
    client_of: Callable[[str], Client],
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for number in range(60):
        waiting(cast, f"项目{number:02}", risk=number, year=2027)
    client = client_of("auditor")
    client.get(URL)
    with django_assert_num_queries(QUERIES), nothing_written():
        response = client.get(URL)
    assert len(texts(response, "tbody tr")) == 50
    assert text(response, ".results-count") == "共 60 份待审核，第 1 页，共 2 页"
    assert names(client, "?page=2")[-1] == "项目00"
    with django_assert_num_queries(QUERIES):
        client.get(f"{URL}?year=2027&sort=-times&q=项目")


# The risk of what waits, reckoned anew


def test_reassessing_what_waits(
    sound_and_not: tuple[Form, Form], capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("reassess_reviews")
    assert capsys.readouterr().out == "待审核 2 份，风险有变化 2 份\n"
    review = sound_and_not[1].reviews.get()
    assert review.risk >= 40
    assert any("自评总分 95.35，按各项得分核算为 89.35" in told for told in review.risk_reasons)
    entry = AuditEntry.objects.get(summary="重新计算风险", subject_id=str(review.form_id))
    assert entry.changes[0]["before"] == 0
    call_command("reassess_reviews", year=2020)
    assert "风险有变化 0 份" in capsys.readouterr().out
