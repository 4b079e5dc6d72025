"""What the comparison of a year's forms showed, as a page and as a part of other pages."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.template.loader import render_to_string
from django.test import Client
from django_tasks_db.models import DBTaskResult
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks

from perfgoals.common.models import AuditEntry, Job
from projects.models import Form
from scoring.models import CrossFinding
from scoring.services import check_year, cross_findings
from tests.cast import CENTRE, Cast
from tests.reading import links, nothing_written, sendings, text, texts, words
from tests.submitted import submitted_evaluation

URL = "/cross-findings/"
GOAL = "目标没有对应指标"

pytestmark = pytest.mark.django_db

ClientOf = Callable[[str], Client]


@pytest.fixture
def checked(cast: Cast, db: None) -> Cast:
    """All published forms, compared; and a finding that names a form of another unit."""
    for year in (2020, 2024, 2026):
        check_year(year)
    CrossFinding.objects.create(
        form=cast.maintenance,
        code="across.copied_text",
        level="warning",
        path="expected_goal",
        message="预期目标有 95% 的文字与〖另表〗相同，请核对是不是照抄",
        basis="本系统",
        other=cast.planning,
    )
    return cast


def test_the_newest_year_is_shown_first(checked: Cast, client_of: ClientOf) -> None:
    response = client_of("auditor").get(URL)
    assert text(response, ".results-count") == "共 1 处"
    [row] = texts(response, "[aria-label='跨表检查结果'] tbody tr")
    assert row.startswith(f"提示 {GOAL} 信息化运维项目 {CENTRE} · 申报表")
    assert "「制定完善应急响应预案" in row


def test_counts_and_filters(checked: Cast, client_of: ClientOf) -> None:
    client = client_of("auditor")
    response = client.get(f"{URL}?year=2020")
    assert text(response, ".results-count") == "共 6 处"
    assert texts(response, "[aria-label='各项检查的数量'] tbody tr") == [
        "文字与其他项目的表雷同 1 1",
        f"{GOAL} 5 5",
    ]
    [copied, _] = links(response, "[aria-label='各项检查的数量'] a")
    response = client.get(URL + copied)
    assert text(response, ".results-count") == "共 1 处"
    [row] = texts(response, "[aria-label='跨表检查结果'] tbody tr")
    assert "上海市生态环境局 2020 年度自评表「综合规划、区域协作及资金管理」相同" in row
    assert f"/forms/{checked.planning.pk}/" in links(response, "td a")
    response = client.get(f"{URL}?year=2024")
    assert text(response, ".empty h2") == "没有跨表检查结果"


def test_a_filter_that_is_not_offered_is_named(checked: Cast, client_of: ClientOf) -> None:
    response = client_of("auditor").get(f"{URL}?year=1999&check=x&page=99")
    assert texts(response, ".field-error") == ["没有这一选项，未按它筛选"] * 2


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("auditor", 200),
        ("admin", 200),
        ("preparer", 403),
        ("stranger", 403),
        ("viewer", 403),
        ("newcomer", 403),
        ("anonymous", 302),
    ],
)
def test_who_may_look(checked: Cast, client_of: ClientOf, who: str, status: int) -> None:
    assert client_of(who).get(URL).status_code == status
    assert client_of(who).post(URL, {"year": "2020"}).status_code in (status, 302)
    assert Job.objects.exists() == (status == 200)


def test_looking_writes_nothing_and_takes_few_queries(
    checked: Cast, client_of: ClientOf, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client = client_of("auditor")
    client.get(URL)
    # session, user, role, choices, counts by check, number, findings
    with nothing_written(), django_assert_num_queries(7):
        client.get(f"{URL}?year=2020")


def test_a_year_is_compared_anew_in_the_background(
    checked: Cast,
    client_of: ClientOf,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        response = client_of("auditor").post(URL, {"year": "2020"})
    job = Job.objects.get()
    assert response.headers["Location"] == f"/jobs/{job.pk}/"
    assert (job.title, job.parameters) == ("2020 年度跨表检查", {"year": 2020})
    assert DBTaskResult.objects.count() == 1
    entry = AuditEntry.objects.get(summary="开始全年跨表检查")
    assert (entry.user_id, entry.subject) == (checked.auditor.pk, "2020 年")


@pytest.mark.parametrize("year", ["", "1999", "abc"])
def test_a_year_that_is_not_there(checked: Cast, client_of: ClientOf, year: str) -> None:
    response = client_of("auditor").post(URL, {"year": year}, follow=True)
    assert "没有找到要检查的年度" in text(response, ".messages")
    assert not Job.objects.exists()


def shown(cast: Cast, reader: str) -> str:
    form = cast.maintenance
    notes = cross_findings(form, getattr(cast, reader))
    return render_to_string("scoring/_cross_findings.html", {"cross": notes, "form": form})


def test_the_part_for_other_pages(checked: Cast) -> None:
    page = words(shown(checked, "auditor"))
    assert "综合规划、区域协作及资金管理」相同" in page
    assert f'href="/forms/{checked.planning.pk}/"' in page
    page = words(shown(checked, "stranger"))
    assert "与另一单位的一份表相同" in page
    assert "综合规划" not in page
    assert "href=" not in page.replace("<use href=", "")


def test_the_part_where_nothing_was_found(cast: Cast) -> None:
    assert "没有发现需要提示之处" in shown(cast, "auditor")


@pytest.fixture
def waiting(checked: Cast) -> Form:
    """A self-evaluation that waits for the auditor, found to be like another."""
    form = submitted_evaluation(checked.stranger, checked.maintenance)
    CrossFinding.objects.filter(form=form).delete()
    CrossFinding.objects.create(
        form=form,
        code="across.copied_text",
        level="warning",
        path="expected_goal",
        message="预期目标有 95% 的文字与〖另表〗相同，请核对是不是照抄",
        basis="本系统",
        other=checked.planning,
    )
    return form


def test_waived_on_the_page_of_the_review_and_taken_back(
    waiting: Form, client_of: ClientOf
) -> None:
    client = client_of("auditor")
    page = f"/forms/{waiting.pk}/review/"
    shown = client.get(page)
    [(address, fields)] = sendings(shown, "/waive/")
    answer = client.post(address, {**fields, "reason": "统一文本"})
    assert answer["Location"] == f"{page}#panel-findings"
    shown = client.get(page)
    told = text(shown, "#panel-findings")
    assert "警告（已豁免）" in told
    assert "豁免：统一文本" in told
    listed = client.get(f"/api/forms/{waiting.pk}/waivers").json()
    assert [(one["stands"], one["message"]) for one in listed] == [
        (True, "预期目标有 95% 的文字与另一份表相同，请核对是不是照抄")
    ]
    assert "已豁免（赵审核" in text(client.get(f"{URL}?year=2021"), ".cross-list")
    [(address, fields)] = sendings(shown, "/revoke/")
    client.post(address, fields)
    assert "已豁免" not in text(client.get(page), "#panel-findings")


def test_compared_again_from_the_page_of_the_review(waiting: Form, client_of: ClientOf) -> None:
    client = client_of("auditor")
    page = f"/forms/{waiting.pk}/review/"
    shown = client.get(page)
    [(address, fields)] = sendings(shown, "/compare/")
    answer = client.post(address, fields, follow=True)
    assert answer.redirect_chain[0][0] == f"{page}#panel-findings"
    assert "已与其他表重新比较" in text(answer, ".messages")
    assert not CrossFinding.objects.filter(form=waiting, code="across.copied_text").exists()
