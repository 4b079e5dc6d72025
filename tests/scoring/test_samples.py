"""抽查: drawing again gives the same forms, who approved does not review again, and leave to read ends."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from perfgoals.accounts.models import Membership, Role, Unit, User
from perfgoals.common.models import AuditEntry
from projects.models import Form, ProjectGrant
from scoring.models import Review, Sample, SampleItem
from scoring.rules.sampling import drawn
from tests.cast import BUREAU, CENTRE, INFORMATION, Cast
from tests.reading import links, nothing_written, text, texts

URL = "/samples/"
QUERIES = 8  # session, user, sample, rows, items, leave, whether an auditor, who has no role


@pytest.fixture
def second(cast: Cast, db: None) -> User:
    """Another auditor of the bureau and all below it."""
    user = User.objects.create_user("second", full_name="吴复查")
    unit = Unit.objects.get(name=BUREAU)
    Membership.objects.create(user=user, unit=unit, role=Role.AUDITOR.value)
    return user


@pytest.fixture
def second_client(second: User) -> Client:
    client = Client()
    client.force_login(second)
    return client


def unit_id(name: str) -> int:
    return Unit.objects.get(name=name).pk


def asked(**changes: Any) -> dict[str, Any]:
    return {
        "name": "2024 年自评抽查",
        "year": 2024,
        "kind": "self_evaluation",
        "unit": unit_id(BUREAU),
        "method": "share",
        "amount": 20,
    } | changes


def draw(client: Client, **changes: Any) -> Sample:
    response = client.post(f"{URL}new/", asked(**changes))
    assert response.status_code == 302, text(response)
    return Sample.objects.latest("pk")


def approved_by(form: Form, user: User, *, risk: int = 0) -> Review:
    """The form, as if that person had approved it."""
    return Review.objects.create(
        form=form,
        stage="department",
        version=form.version,
        opened_by=user,
        outcome="approved",
        decided_by=user,
        decided_at=timezone.now(),
        risk=risk,
        review_total=90,
        opinion="同意",
    )


def record(client: Client, sample: Sample, place: int = 1, **told: Any) -> Any:
    given = {"outcome": "confirmed", "seen": "pending"} | told
    return client.post(f"{URL}{sample.pk}/items/{place}/", given)


def test_a_share_of_what_was_published(cast: Cast, client_of: Callable[[str], Client]) -> None:
    sample = draw(client_of("auditor"))
    population = sorted(
        Form.objects.filter(year=2024, kind="self_evaluation").values_list("pk", flat=True)
    )
    assert sample.population == population  # 18 forms, of which 20 per cent are 3.6
    items = list(sample.items.values_list("form_id", "version"))
    assert [form for form, _ in items] == drawn(population, seed=sample.seed, number=4)
    assert len(sample.seed) == 32
    assert {version for _, version in items} == {1}
    entry = AuditEntry.objects.get(action="sampled")
    assert (entry.user_id, entry.details["种子"]) == (cast.auditor.pk, sample.seed)


def test_the_page_says_how_it_was_drawn(client_of: Callable[[str], Client]) -> None:
    client = client_of("auditor")
    sample = draw(client, method="number", amount=5)
    response = client.get(f"{URL}{sample.pk}/")
    facts = text(response, ".facts-wide")
    assert "抽取 / 总体5 / 18 份" in facts.replace(" 5 / 18", "5 / 18")
    assert sample.seed in facts
    assert "按种子重新抽取，结果与清单一致" in facts
    assert "审核通过或已公开" in facts
    assert len(texts(response, "tbody tr")) == 5


def test_a_list_that_was_tampered_with_is_noticed(client_of: Callable[[str], Client]) -> None:
    client = client_of("auditor")
    sample = draw(client)
    others = set(sample.population) - set(sample.items.values_list("form_id", flat=True))
    sample.items.filter(place=1).update(form_id=others.pop())
    assert "结果与清单不一致" in text(client.get(f"{URL}{sample.pk}/"), ".facts-wide")


def test_units_below_belong_to_the_scope(client_of: Callable[[str], Client]) -> None:
    client = client_of("auditor")
    whole = draw(client, year=2020, amount=100)
    assert whole.items.count() == 9
    part = draw(client, year=2020, amount=100, unit=unit_id(INFORMATION))
    assert set(part.items.values_list("form__unit_name", flat=True)) == {INFORMATION}


def test_by_risk(cast: Cast, client_of: Callable[[str], Client]) -> None:
    approved_by(cast.planning, cast.auditor, risk=40)
    approved_by(cast.maintenance, cast.auditor, risk=63)
    sample = draw(client_of("auditor"), year=2020, method="risk", amount=40)
    assert list(sample.items.values_list("form_id", "risk")) == [
        (cast.maintenance.pk, 63),
        (cast.planning.pk, 40),
    ]
    assert sample.seed == ""


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"amount": 101}, "比例（%）应在 1 至 100 之间"),
        ({"amount": 0}, "应不小于 1"),
        ({"amount": ""}, "请填写"),
        ({"method": "risk", "amount": 90}, "18 份表中没有风险达到 90 分的"),
        ({"method": "other"}, "没有这一选项"),
        ({"year": 2026}, "这一范围内没有审核通过或已公开的表，无可抽取"),
        ({"year": 1999}, "没有这一选项"),
        ({"unit": 0}, "没有这一选项"),
        ({"name": " "}, "请填写"),
    ],
)
def test_what_cannot_be_drawn(
    client_of: Callable[[str], Client], changes: dict[str, Any], message: str
) -> None:
    response = client_of("auditor").post(f"{URL}new/", asked(**changes))
    assert response.status_code == 422
    assert message in texts(response, "[role=alert]")
    assert not Sample.objects.exists()


@pytest.mark.parametrize("name", ["preparer", "viewer", "stranger", "newcomer", "admin"])
def test_only_auditors_draw(client_of: Callable[[str], Client], name: str) -> None:
    client = client_of(name)
    assert client.get(f"{URL}new/").status_code == 403
    assert client.post(f"{URL}new/", asked()).status_code == 403


def test_an_auditor_draws_within_reach_only(cast: Cast, client_of: Callable[[str], Client]) -> None:
    unit = Unit.objects.get(name=CENTRE)
    Membership.objects.create(user=cast.newcomer, unit=unit, role=Role.AUDITOR.value)
    response = client_of("newcomer").post(f"{URL}new/", asked())
    assert response.status_code == 422
    assert texts(response, "[role=alert]") == ["没有这一选项"]


def test_others_do_not_find_a_sample(cast: Cast, client_of: Callable[[str], Client]) -> None:
    sample = draw(client_of("auditor"))
    for name in ("preparer", "viewer", "stranger", "newcomer"):
        client = client_of(name)
        for address in ("", "items/1/", "export/"):
            assert client.get(f"{URL}{sample.pk}/{address}").status_code == 404, name
        for address in ("items/1/", "close/", "leave/", "leave/1/end/"):
            assert client.post(f"{URL}{sample.pk}/{address}").status_code == 404, name
        assert texts(client.get(URL), "tbody tr") == []


def test_an_administrator_reads_and_does_nothing(
    cast: Cast, client_of: Callable[[str], Client]
) -> None:
    sample = draw(client_of("auditor"))
    unit = Unit.objects.get(name=BUREAU)
    Membership.objects.create(user=cast.newcomer, unit=unit, role=Role.ADMIN.value)
    client = client_of("newcomer")
    assert len(texts(client.get(URL), "tbody tr")) == 1
    assert client.get(f"{URL}{sample.pk}/items/1/").status_code == 200
    assert record(client, sample).status_code == 403
    assert client.post(f"{URL}{sample.pk}/close/", {"conclusion": "好"}).status_code == 403
    assert client.post(f"{URL}{sample.pk}/leave/", {}).status_code == 403


def test_looking_writes_nothing_in_few_queries(
    client_of: Callable[[str], Client], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client = client_of("auditor")
    sample = draw(client, amount=100)
    with django_assert_num_queries(QUERIES), nothing_written():
        assert len(texts(client.get(f"{URL}{sample.pk}/"), "tbody tr")) == 18
    with nothing_written():
        client.get(URL)
        client.get(f"{URL}new/")
        client.get(f"{URL}{sample.pk}/items/1/")


def test_a_second_review(
    cast: Cast, second: User, second_client: Client, client_of: Callable[[str], Client]
) -> None:
    sample = draw(client_of("auditor"), year=2020, amount=100)
    item = sample.items.get(form=cast.planning)
    approved_by(cast.planning, cast.auditor)
    response = record(
        second_client, sample, item.place, outcome="disputed", score="85.5", remark="产出数量未核实"
    )
    assert response.status_code == 302
    item.refresh_from_db()
    assert (item.outcome, str(item.score), item.by) == ("disputed", "85.5000", second)
    page = second_client.get(f"{URL}{sample.pk}/items/{item.place}/")
    assert "与原审核不一致，85.50 分（比审核得分 -4.50）" in text(
        page, "section[aria-labelledby=second]"
    )
    row = texts(second_client.get(f"{URL}{sample.pk}/"), "tbody tr")[item.place - 1]
    assert "90.00 与原审核不一致 85.50 -4.50 产出数量未核实 吴复查" in row
    entry = AuditEntry.objects.filter(action="sampled").order_by("pk").last()
    assert entry is not None
    assert (entry.reason, entry.subject_id) == ("产出数量未核实", str(cast.planning.pk))


def test_who_approved_does_not_review_again(cast: Cast, client_of: Callable[[str], Client]) -> None:
    client = client_of("auditor")
    sample = draw(client, year=2020, amount=100)
    item = sample.items.get(form=cast.planning)
    approved_by(cast.planning, cast.auditor)
    page = client.get(f"{URL}{sample.pk}/items/{item.place}/")
    assert "须由另一位审核人复查" in text(page, "section[aria-labelledby=second]")
    assert record(client, sample, item.place).status_code == 403
    item.refresh_from_db()
    assert item.outcome == "pending"


@pytest.mark.parametrize(
    ("told", "message"),
    [
        ({"outcome": ""}, "请选择复查结果"),
        ({"outcome": "pending"}, "没有这一选项"),
        ({"outcome": "disputed"}, "请写明复查意见（与原审核不一致之处）"),
        ({"score": "101"}, "应不大于 100"),
        ({"score": "-1"}, "应不小于 0"),
        ({"score": "9.999"}, "最多两位小数"),
        ({"score": "NaN"}, "请填数字"),
        ({"score": "九十"}, "请填数字"),
        ({"remark": "长" * 2001}, "最多 2000 字"),
    ],
)
def test_what_a_second_review_cannot_say(
    client_of: Callable[[str], Client], told: dict[str, Any], message: str
) -> None:
    client = client_of("auditor")
    sample = draw(client)
    response = record(client, sample, **told)
    assert response.status_code == 422
    assert message in texts(response, "[role=alert]")
    assert sample.items.get(place=1).outcome == "pending"


def test_declarations_have_no_score(client_of: Callable[[str], Client]) -> None:
    client = client_of("auditor")
    sample = draw(client, kind="declaration")
    assert texts(client.get(f"{URL}{sample.pk}/items/1/"), "#id_score") == []
    response = record(client, sample, score="90")
    assert texts(response, "[role=alert]") == ["申报表不打分"]


def test_two_reviewers_do_not_overwrite_each_other(
    second_client: Client, client_of: Callable[[str], Client]
) -> None:
    sample = draw(client_of("auditor"))
    record(second_client, sample, remark="已核")
    response = record(client_of("auditor"), sample, outcome="disputed", remark="不对")
    assert response.status_code == 409
    assert "刚由吴复查记录为「与原审核一致」" in text(response, ".problem")
    assert sample.items.get(place=1).remark == "已核"


def test_a_disputed_form_can_be_opened_again(
    cast: Cast, second_client: Client, client_of: Callable[[str], Client]
) -> None:
    Form.objects.filter(pk=cast.planning.pk).update(status="approved")
    sample = draw(client_of("auditor"), year=2020, amount=100)
    item = sample.items.get(form=cast.planning)
    address = f"{URL}{sample.pk}/items/{item.place}/"
    record(second_client, sample, item.place, outcome="disputed", remark="少报一行")
    page = second_client.get(address)
    reason = text(page, "#reopen-reason")
    assert reason == "抽查「2024 年自评抽查」复查与原审核不一致：少报一行"
    response = second_client.post(
        f"/forms/{cast.planning.pk}/reopen/", {"version": 1, "reason": reason}
    )
    assert response.status_code == 302
    assert cast.planning.status == "returned"
    page = second_client.get(address)
    assert "下面是抽取时的第 1 版；表现在是第 2 版（退回修改）" in text(page, ".notice-info")


def test_closing(cast: Cast, client_of: Callable[[str], Client]) -> None:
    client = client_of("auditor")
    sample = draw(client, method="number", amount=2)
    record(client, sample, 1)
    early = client.post(f"{URL}{sample.pk}/close/", {"conclusion": "总体真实"})
    assert early.status_code == 422
    record(client, sample, 2, remark="属实")
    blank = client.post(f"{URL}{sample.pk}/close/", {"conclusion": " "})
    assert texts(blank, "[role=alert]") == ["请写明结论"]
    assert client.post(f"{URL}{sample.pk}/close/", {"conclusion": "总体真实"}).status_code == 302
    sample.refresh_from_db()
    assert sample.closed_at is not None
    assert "总体真实" in text(client.get(f"{URL}{sample.pk}/"), ".facts-wide")
    for address, data in (
        ("items/1/", {"outcome": "disputed", "remark": "改", "seen": "confirmed"}),
        ("close/", {"conclusion": "再办结"}),
    ):
        late = client.post(f"{URL}{sample.pk}/{address}", data)
        assert late.status_code == 409
        assert "已于" in text(late, ".problem")
    assert SampleItem.objects.get(sample=sample, place=1).outcome == "confirmed"


def test_somebody_from_outside_reads_until_a_day(
    cast: Cast, client_of: Callable[[str], Client]
) -> None:
    client = client_of("auditor")
    sample = draw(client)
    form = sample.items.get(place=1).form
    reader = client_of("newcomer")
    assert reader.get(f"/forms/{form.pk}/").status_code == 404
    today = timezone.localdate()
    page = client.get(f"{URL}{sample.pk}/")
    assert texts(page, "#id_reader option") == ["请选择", "周新人"]
    response = client.post(
        f"{URL}{sample.pk}/leave/",
        {"reader": cast.newcomer.pk, "until": f"{today}", "reason": "外聘专家"},
    )
    assert response.status_code == 302
    assert reader.get(f"/forms/{form.pk}/").status_code == 200
    assert reader.get(f"{URL}{sample.pk}/").status_code == 404
    unsampled = set(sample.population) - set(sample.items.values_list("form_id", flat=True))
    other = Form.objects.filter(pk__in=unsampled).exclude(
        project__in=sample.items.values("form__project")
    )
    assert reader.get(f"/forms/{other[0].pk}/").status_code == 404
    grant = ProjectGrant.objects.get()
    assert grant.reason == f"抽查 {sample.pk} 号「2024 年自评抽查」：外聘专家"
    entry = AuditEntry.objects.get(action="rights")
    assert entry.summary == f"授权 周新人 查阅 4 个项目，至 {today}"
    assert client.post(f"{URL}{sample.pk}/leave/{grant.pk}/end/").status_code == 302
    assert reader.get(f"/forms/{form.pk}/").status_code == 404
    assert AuditEntry.objects.filter(action="rights").count() == 2


def test_leave_that_cannot_be_given(cast: Cast, client_of: Callable[[str], Client]) -> None:
    client = client_of("auditor")
    sample = draw(client)
    today = timezone.localdate()
    for reader, until, message in (
        (cast.newcomer, today - timedelta(days=1), "截止日期已经过去"),
        (cast.newcomer, today + timedelta(days=400), "截止日期最远到"),
        (cast.viewer, today, "没有这一选项"),
        (cast.newcomer, "明天", "日期应如 2026-12-31"),
    ):
        response = client.post(
            f"{URL}{sample.pk}/leave/", {"reader": reader.pk, "until": f"{until}"}
        )
        assert response.status_code == 422
        assert message in "".join(texts(response, "[role=alert]"))
    assert not ProjectGrant.objects.exists()


def test_leave_of_another_kind_is_not_touched(
    cast: Cast, client_of: Callable[[str], Client]
) -> None:
    client = client_of("auditor")
    sample = draw(client)
    other = ProjectGrant.objects.create(
        user=cast.newcomer, valid_until=timezone.localdate(), reason="领导查阅"
    )
    assert client.post(f"{URL}{sample.pk}/leave/{other.pk}/end/").status_code == 404


def test_the_exported_list(
    cast: Cast, second_client: Client, client_of: Callable[[str], Client]
) -> None:
    client = client_of("auditor")
    sample = draw(client, method="number", amount=2)
    record(second_client, sample, 1, score="88", remark="=1+1")
    response = client.get(f"{URL}{sample.pk}/export/")
    assert sample.seed in response["Content-Disposition"]
    workbook = openpyxl.load_workbook(BytesIO(response.content))
    assert workbook.sheetnames == ["抽查清单", "总体", "抽取办法"]
    sheet = workbook["抽查清单"]
    rows = list(sheet.values)
    assert rows[0][:3] == ("次序", "表编号", "项目")
    assert rows[1][9:11] == ("与原审核一致", 88)
    assert rows[1][12:14] == ("=1+1", "吴复查")
    assert sheet.cell(2, 13).data_type == "s"
    assert AuditEntry.objects.filter(action="exported", summary__contains="抽查清单").count() == 1


def test_the_draw_is_repeated_from_the_exported_list_alone(
    client_of: Callable[[str], Client],
) -> None:
    """As somebody would who has the workbook and knows SHA-256."""
    client = client_of("auditor")
    sample = draw(client, method="number", amount=3)
    workbook = openpyxl.load_workbook(
        BytesIO(client.get(f"{URL}{sample.pk}/export/").content), read_only=True
    )
    said = {row[0]: row[1] for row in workbook["抽取办法"].values}
    assert (said["总体"], said["抽取"], said["比例、数量或下限"]) == ("18 份", "3 份", "3 份")
    population = list(workbook["总体"].values)[1:]
    lots = sorted(
        (sha256(f"{said['种子']}:{number}".encode()).hexdigest(), number)
        for _, number, *_ in population
    )
    drawn = [number for _, number in lots[:3]]
    listed = [row[1] for row in list(workbook["抽查清单"].values)[1:]]
    assert drawn == listed
    assert [(row[0], row[3]) for row in population] == [
        *((1, 1), (2, 2), (3, 3)),
        *((order, None) for order in range(4, 19)),
    ]
    assert all(name and unit for *_, name, unit in population)


def test_the_list_leads_to_the_samples(client_of: Callable[[str], Client]) -> None:
    client = client_of("auditor")
    assert text(client.get(URL), ".empty h2") == "还没有抽查"
    sample = draw(client, method="number", amount=3)
    response = client.get(URL)
    assert links(response, "tbody th a") == [f"{URL}{sample.pk}/"]
    assert "按数量随机 3 0 0" in text(response, "tbody tr")
