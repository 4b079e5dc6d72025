"""The auditor's queue: what waits for whom, in which order, and what is done with many forms at once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from django.core.management import call_command
from django.http import QueryDict
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from perfgoals.accounts.models import Membership, Role, Unit, User
from perfgoals.common.models import AuditEntry, Job
from projects.models import FiscalYear, Form, FormVersion, Project
from scoring.models import Review, ScoringScheme, SelfEvaluation
from scoring.querysets import QUEUE_SORTS
from scoring.tasks import run_review_batch
from scoring.views import batches
from scoring.views.queue import Neighbours, neighbours
from tests.cast import BUREAU, CENTRE, INFORMATION, Cast
from tests.reading import links, nothing_written, text, texts

URL = "/review/"
# session, user, years that wait, units of the filter, numbers of the page, its rows; who compares forms
QUERIES = 7


def waiting(
    cast: Cast,
    name: str,
    *,
    unit: str = BUREAU,
    by: User | None = None,
    risk: int = 0,
    year: int = 2027,
    stage: str = "department",
    days: int = 0,
    late: bool = False,
    counts: tuple[int, int, int] = (0, 0, 0),
    **scores: Any,
) -> Form:
    """A self-evaluation that waits for review, as bare rows."""
    fiscal, _ = FiscalYear.objects.get_or_create(year=year)
    project = Project.objects.create(code=name, name=name, unit=Unit.objects.get(name=unit))
    who = by or cast.preparer
    at = timezone.now() - timedelta(days=days)
    form = Form.objects.create(
        kind="self_evaluation",
        project=project,
        year=fiscal,
        status="submitted" if stage == "department" else "unit_review",
        version=2,
        project_name=name,
        unit_name=unit,
        submitted_by=who,
        submitted_at=at,
        is_late=late,
        error_count=counts[0],
        warning_count=counts[1],
        hint_count=counts[2],
    )
    last = scores.pop("last", None)
    SelfEvaluation.objects.create(form=form, scheme=ScoringScheme.objects.in_force(year), **scores)
    Review.objects.create(
        form=form,
        stage=stage,
        version=2,
        opened_by=who,
        opened_at=at,
        risk=risk,
        risk_reasons=[f"试验，计 {risk} 分"] if risk else [],
        last_total=last,
    )
    return form


@pytest.fixture
def three(cast: Cast, db: None) -> list[Form]:
    """Three forms that wait for the auditor of the bureau, the riskiest first."""
    return [
        waiting(
            cast,
            "高风险项目",
            unit=INFORMATION,
            by=cast.stranger,
            risk=72,
            days=9,
            late=True,
            counts=(1, 2, 3),
            total_score=Decimal("95.35"),
            computed_total=Decimal("89.35"),
            computed_rate=Decimal("93.54"),
            last=Decimal("99"),
        ),
        waiting(
            cast,
            "中风险项目",
            unit=CENTRE,
            risk=30,
            days=2,
            counts=(0, 4, 0),
            year=2026,
            total_score=Decimal("98"),
            computed_total=Decimal("98"),
        ),
        waiting(cast, "低风险项目", risk=0),
    ]


def names(client: Client, query: str = "") -> list[str]:
    response = client.get(f"{URL}{query}")
    assert response.status_code == 200
    return texts(response, "tbody th a")


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


# Batches


def batch(client: Client, action: str, forms: list[Form], address: str = "", **more: Any) -> Any:
    chosen = [f"{form.pk}:{form.version}" for form in forms]
    return client.post(f"{URL}batch/{address}", {"action": action, "form": chosen, **more})


def status(form: Form) -> str:
    return Form.objects.get(pk=form.pk).status


def test_a_batch_says_first_what_it_will_do(
    three: list[Form], client_of: Callable[[str], Client]
) -> None:
    client = client_of("auditor")
    with nothing_written():
        response = batch(client, "return", three, query="risk=high")
    assert text(response, "#ready") == "将退回 3 份"
    assert links(response, ".actions a") == ["/review/?risk=high"]
    assert [status(form) for form in three] == ["submitted"] * 3


def test_a_batch_returns_with_a_reason(
    cast: Cast, three: list[Form], client_of: Callable[[str], Client]
) -> None:
    response = batch(client_of("auditor"), "return", three, "apply/", text="请补充佐证材料")
    assert text(response, "[role=status]") == "已退回 3 份。"
    assert [status(form) for form in three] == ["returned"] * 3
    for form in three:
        version = form.versions.get(number=3)
        assert (version.reason, version.note, version.by) == (
            "returned",
            "请补充佐证材料",
            cast.auditor,
        )
        assert form.reviews.get().reason == "请补充佐证材料"
    entries = AuditEntry.objects.filter(action="moved", reason="请补充佐证材料")
    assert entries.count() == 3


def test_a_return_needs_a_reason(three: list[Form], client_of: Callable[[str], Client]) -> None:
    response = batch(client_of("auditor"), "return", three, "apply/", text="  ")
    assert response.status_code == 422
    assert text(response, "[role=alert]") == "请写明退回理由"
    assert [status(form) for form in three] == ["submitted"] * 3


def test_one_that_was_changed_is_left_and_said_so(
    three: list[Form], client_of: Callable[[str], Client]
) -> None:
    Form.objects.filter(pk=three[1].pk).update(version=5)
    response = batch(client_of("auditor"), "return", three, "apply/", text="请修改")
    assert text(response, "#done") == "已退回 2 份"
    assert text(response, "#left") == "未处理 1 份"
    (why,) = texts(response, "section[aria-labelledby=left] tbody tr")
    assert "您看到的是第 2 版，此后已有改动" in why
    assert status(three[1]) == "submitted"


def test_a_batch_sent_twice_does_nothing_twice(
    three: list[Form], client_of: Callable[[str], Client]
) -> None:
    client = client_of("auditor")
    batch(client, "return", three, "apply/", text="请修改")
    versions = FormVersion.objects.count()
    again = batch(client, "return", three, "apply/", text="请修改")
    assert text(again, "[role=status]") == "已退回 3 份。"
    assert FormVersion.objects.count() == versions


@pytest.fixture
def sound_and_not(cast: Cast, db: None) -> tuple[Form, Form]:
    """Two published self-evaluations that wait again: one without an error, one with."""
    forms = []
    for form in (sound(cast), cast.planning):
        Form.objects.filter(pk=form.pk).update(
            status="submitted", submitted_by=cast.preparer, submitted_at=timezone.now()
        )
        Review.objects.create(
            form=form, stage="department", version=form.version, opened_by=cast.preparer
        )
        forms.append(Form.objects.get(pk=form.pk))
    return forms[0], forms[1]


def sound(cast: Cast) -> Form:
    found = Form.objects.filter(kind="self_evaluation", error_count=0).order_by("pk").first()
    assert found is not None
    return found


def test_only_forms_without_errors_are_approved(
    sound_and_not: tuple[Form, Form], client_of: Callable[[str], Client]
) -> None:
    client = client_of("auditor")
    foreseen = batch(client, "approve", list(sound_and_not))
    assert text(foreseen, "#ready") == "将通过 1 份"
    assert text(foreseen, "#left") == "1 份不能一并处理"
    assert "处错误，请打开表单独处理" in text(foreseen, "section[aria-labelledby=left] tbody tr")
    response = batch(client, "approve", list(sound_and_not), "apply/", text="同意")
    assert text(response, "#done") == "已通过 1 份"
    assert [status(form) for form in sound_and_not] == ["approved", "submitted"]
    review = sound_and_not[0].reviews.get()
    assert (review.outcome, review.opinion) == ("approved", "同意")


def test_nobody_approves_what_they_submitted(
    cast: Cast, sound_and_not: tuple[Form, Form], client_of: Callable[[str], Client]
) -> None:
    form = sound_and_not[0]
    Form.objects.filter(pk=form.pk).update(submitted_by=cast.auditor)
    response = batch(client_of("auditor"), "approve", [form], "apply/")
    assert "由您本人送审" in text(response, "section[aria-labelledby=left] tbody tr")
    assert status(form) == "submitted"
    assert sum("本人送审" in row for row in texts(client_of("auditor").get(URL), "tbody th")) == 1


def test_the_units_reviewer_passes_forms_on(
    cast: Cast, sound_and_not: tuple[Form, Form], client_of: Callable[[str], Client]
) -> None:
    form = sound_and_not[0]
    Form.objects.filter(pk=form.pk).update(status="unit_review")
    form.reviews.update(stage="unit")
    Membership.objects.create(
        user=cast.newcomer, unit=form.project.unit, role=Role.UNIT_REVIEWER.value
    )
    response = batch(client_of("newcomer"), "approve", [form], "apply/")
    assert text(response, "#done") == "已通过 1 份"
    assert status(form) == "submitted"
    assert list(form.reviews.values_list("stage", "outcome")) == [
        ("unit", "approved"),
        ("department", "pending"),
    ]


@pytest.mark.parametrize("name", ["preparer", "viewer", "stranger", "newcomer"])
@pytest.mark.parametrize("action", ["return", "approve"])
def test_others_do_nothing_with_a_batch(
    three: list[Form], client_of: Callable[[str], Client], name: str, action: str
) -> None:
    response = batch(client_of(name), action, three, "apply/", text="试一试")
    assert response.status_code == 200
    assert text(response, "#left") == "未处理 3 份"
    assert [status(form) for form in three] == ["submitted"] * 3


def test_a_number_out_of_reach_tells_nothing(
    cast: Cast, three: list[Form], client_of: Callable[[str], Client]
) -> None:
    response = batch(client_of("newcomer"), "return", [three[0]], "apply/", text="试一试")
    row = text(response, "section[aria-labelledby=left] tbody tr")
    assert row == f"第 {three[0].pk} 号表没有这份表，或不在您的范围内"


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"action": "return"},
        {"action": "explode", "form": "1:1"},
        {"action": "return", "form": "x"},
    ],
)
@pytest.mark.parametrize("address", ["", "apply/"])
def test_nothing_chosen(
    client_of: Callable[[str], Client], sent: dict[str, str], address: str
) -> None:
    client = client_of("auditor")
    response = client.post(f"{URL}batch/{address}", sent, follow=True)
    assert text(response, ".messages") == "请先在列表中选中要处理的表。"
    assert client.get(f"{URL}batch/{address}").status_code == 405


def test_many_are_done_in_the_background(
    cast: Cast,
    three: list[Form],
    client_of: Callable[[str], Client],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(batches, "AT_ONCE", 2)
    Form.objects.filter(pk=three[2].pk).update(version=9)
    client = client_of("auditor")
    response = batch(client, "return", three, "apply/", text="请修改")
    job = Job.objects.get(kind="review_batch")
    assert response["Location"] == f"/jobs/{job.pk}/"
    run_review_batch.func(str(job.pk))
    job.refresh_from_db()
    assert job.state == "done"
    assert job.result_name == "批量退回结果（已退回 2 份，未处理 1 份）.xlsx"
    assert [status(form) for form in three] == ["returned", "returned", "submitted"]
    result = b"".join(client.get(f"/jobs/{job.pk}/result/").streaming_content)  # type: ignore[attr-defined]
    rows = list(openpyxl.load_workbook(BytesIO(result)).active.values)
    assert rows[0] == ("项目", "单位", "年度", "结果", "说明")
    assert [row[3] for row in rows[1:]] == ["已退回", "已退回", "未处理"]
    assert AuditEntry.objects.filter(action="moved", channel="worker").count() == 2


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
