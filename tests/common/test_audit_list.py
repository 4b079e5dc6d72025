"""The pages of the audit log: who reads them, what they find, and what is taken away from them."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import timedelta

import openpyxl
import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from perfgoals.accounts.models import Membership, Role, Unit, User
from perfgoals.common.audit import Act, AuditChange, coming_from, record, record_all
from perfgoals.common.log import views
from perfgoals.common.models import AuditAction, AuditEntry, Channel
from tests.cast import BUREAU, Cast
from tests.reading import links, nothing_written, text, texts

ClientOf = Callable[[str], Client]


@pytest.fixture
def entries(cast: Cast, db: None) -> None:
    """Three acts of three people, on top of what loading the forms has recorded."""
    with coming_from("10.1.2.3", Channel.PAGE):
        record(
            AuditAction.CHANGED,
            "填写",
            by=cast.preparer,
            subject=cast.planning,
            changes=[AuditChange("indicators.3.target", "≥85%", "≥90%")],
            details={"版本": 2},
        )
    with coming_from("10.1.2.4", Channel.API):
        record(AuditAction.MOVED, "退回", by=cast.auditor, subject=cast.planning, reason="数字不符")
    with coming_from("10.9.9.9", Channel.ADMIN):
        record(AuditAction.RIGHTS, "修改用户", by=cast.admin, subject=cast.viewer)


def person(role: Role) -> Client:
    user = User.objects.create_user(f"a-{role.value}", full_name="吴新人")
    unit = Unit.objects.get(name=BUREAU)
    Membership.objects.create(user=user, unit=unit, role=role.value)
    client = Client()
    client.force_login(user)
    return client


def found(response: object) -> list[str]:
    return texts(response, ".log-table th a")  # type: ignore[arg-type]


# Who reads it


@pytest.mark.parametrize("name", ["preparer", "colleague", "auditor", "viewer", "newcomer"])
@pytest.mark.parametrize("page", ["", "1/", "export.csv", "export.xlsx"])
def test_others_are_turned_away(client_of: ClientOf, entries: None, name: str, page: str) -> None:
    client = client_of(name)
    assert client.get(f"/log/{page}").status_code == 403
    assert "审计日志" not in texts(client.get("/jobs/"), ".bar-nav a")


@pytest.mark.parametrize("role", [Role.ADMIN, Role.LOG_AUDITOR])
def test_administrators_and_log_auditors_read_it(entries: None, role: Role) -> None:
    client = person(role)
    assert found(client.get("/log/"))[:3] == ["修改用户", "退回", "填写"]
    assert "审计日志" in texts(client.get("/jobs/"), ".bar-nav a")


def test_a_role_that_has_run_out_opens_nothing(entries: None) -> None:
    client = person(Role.LOG_AUDITOR)
    Membership.objects.filter(role="log_auditor").update(
        valid_until=timezone.localdate() - timedelta(days=1)
    )
    assert client.get("/log/").status_code == 403


def test_a_log_auditor_sees_the_log_and_no_form(cast: Cast, entries: None) -> None:
    client = person(Role.LOG_AUDITOR)
    entry = AuditEntry.objects.get(reason="数字不符")
    page = client.get(f"/log/{entry.pk}/")
    assert "综合规划、区域协作及资金管理" in text(page, ".log-facts")
    assert f"/forms/{cast.planning.pk}/" not in links(page, ".log-facts a")
    assert client.get(f"/forms/{cast.planning.pk}/").status_code == 404


def test_nobody_is_sent_to_sign_in(client_of: ClientOf, entries: None) -> None:
    assert client_of("anonymous").get("/log/")["Location"] == "/sign-in/?next=/log/"


# What it finds


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("q=退回", ["退回"]),
        ("q=数字不符", ["退回"]),
        ("q=填写 综合规划", ["填写"]),
        ("user=张填报", ["填写"]),
        ("user=auditor", ["退回"]),
        ("action=rights", ["修改用户"]),
        ("channel=api", ["退回"]),
        ("address=10.1.2.3", ["填写"]),
        ("subject_type=accounts.user", ["修改用户"]),
        ("q=从来没有过的事", []),
        ("since=2000-01-01&until=2000-01-02", []),
    ],
)
def test_each_filter(client_of: ClientOf, entries: None, asked: str, expected: list[str]) -> None:
    assert found(client_of("admin").get(f"/log/?{asked}")) == expected


def test_all_that_was_done_to_a_form(cast: Cast, client_of: ClientOf, entries: None) -> None:
    client, number = client_of("admin"), cast.planning.pk
    for asked in (
        f"subject_type=projects.form&subject={number}",
        f"subject=projects.form:{number}",
    ):
        assert found(client.get(f"/log/?{asked}")) == ["退回", "填写", "载入公开表"]


def test_the_form_leads_to_its_entries(cast: Cast, client_of: ClientOf, entries: None) -> None:
    page, address = (
        f"/forms/{cast.planning.pk}/",
        f"/log/?subject_type=projects.form&subject={cast.planning.pk}",
    )
    assert address in links(client_of("admin").get(page), "a")
    assert address not in links(client_of("viewer").get(page), "a")


def test_days_are_both_included(client_of: ClientOf, entries: None) -> None:
    today = timezone.localdate()
    page = client_of("admin").get(f"/log/?since={today}&until={today}&channel=api")
    assert found(page) == ["退回"]


def test_what_cannot_be_read_is_named(client_of: ClientOf, entries: None) -> None:
    page = client_of("admin").get(
        "/log/?action=x&channel=api&since=2026-02-30&subject=12345678901234567890&user=%00"
    )
    assert page.status_code == 200
    assert "没有这一选项，未按它筛选" in texts(page, ".field-error")


def test_an_end_before_the_beginning_is_named(client_of: ClientOf, entries: None) -> None:
    page = client_of("admin").get("/log/?since=2026-02-02&until=2026-02-01")
    assert texts(page, ".field-error") == ["截止日期早于起始日期"]


def test_when_nothing_fits_it_says_what_to_do(client_of: ClientOf, entries: None) -> None:
    page = client_of("admin").get("/log/?q=从来没有过的事")
    assert text(page, ".empty h2") == "没有符合这些条件的记录"
    assert links(page, ".empty a") == ["/log/"]


def test_an_entry_shows_old_and_new(cast: Cast, client_of: ClientOf, entries: None) -> None:
    entry = AuditEntry.objects.get(summary="填写")
    page = client_of("admin").get(f"/log/{entry.pk}/?q=填写")
    assert texts(page, ".log-changes tbody tr > *") == ["第 4 行 年度指标值", "≥85%", "≥90%"]
    assert f"/forms/{cast.planning.pk}/" in links(page, ".log-facts a")
    assert "10.1.2.3" in text(page, ".log-facts")
    assert "张填报（preparer）" in text(page, ".log-facts")
    assert links(page, ".log-back a") == ["/log/?q=%E5%A1%AB%E5%86%99"]


def test_an_entry_that_is_not_there(client_of: ClientOf, entries: None) -> None:
    assert client_of("admin").get("/log/999999999/").status_code == 404


# Page by page


def test_every_entry_stands_on_exactly_one_page(client_of: ClientOf, cast: Cast) -> None:
    record_all(Act(AuditAction.CHANGED, f"第 {n} 次", by=cast.viewer) for n in range(120))
    client, asked, seen = client_of("admin"), "user=viewer", []
    address = f"?{asked}"
    while address:
        page = client.get(f"/log/{address}")
        seen.append(found(page))
        address = next(iter(links(page, ".pages a[rel=next]")), "")
    assert [len(part) for part in seen] == [50, 50, 20]
    assert [one for part in seen for one in part] == [f"第 {n} 次" for n in range(119, -1, -1)]
    (back,) = links(page, ".pages a[rel=prev]")
    assert found(client.get(f"/log/{back}")) == seen[1]


def test_back_at_the_first_page_there_is_nothing_newer(client_of: ClientOf, cast: Cast) -> None:
    record_all(Act(AuditAction.CHANGED, f"第 {n} 次", by=cast.viewer) for n in range(70))
    client = client_of("admin")
    (older,) = links(client.get("/log/?user=viewer"), ".pages a")
    (newer,) = links(client.get(f"/log/{older}"), ".pages a")
    first = client.get(f"/log/{newer}")
    assert (len(found(first)), links(first, ".pages a")) == (50, [older])


def test_it_asks_little_and_writes_nothing(
    client_of: ClientOf, entries: None, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client = client_of("admin")
    # session, user, kinds of subjects, entries
    with nothing_written(), django_assert_num_queries(4):
        client.get("/log/?channel=api")


# Taken away


def test_a_csv_for_excel(client_of: ClientOf, entries: None) -> None:
    response = client_of("admin").get("/log/export.csv?address=10.1.2.3")
    content = b"".join(response.streaming_content)  # type: ignore[attr-defined]
    assert content.startswith(b"\xef\xbb\xbf")
    assert "attachment" in response["Content-Disposition"]
    (row,) = csv.DictReader(io.StringIO(content.decode("utf-8-sig")))
    assert row["用户"] == "张填报（preparer）"
    assert (row["类别"], row["途径"], row["来源地址"]) == ("修改", "页面", "10.1.2.3")
    assert row["变动"] == "indicators.3.target：≥85% → ≥90%"
    assert row["其他"] == "版本：2"


def test_a_workbook(client_of: ClientOf, entries: None) -> None:
    response = client_of("admin").get("/log/export.xlsx?address=10.1.2.4")
    sheet = openpyxl.load_workbook(io.BytesIO(response.content)).active
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert rows[0][:3] == ["编号", "时间", "用户"]
    assert (rows[1][5], rows[1][11]) == ("退回", "数字不符")
    assert len(rows) == 2


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_nothing_in_it_is_run(cast: Cast, client_of: ClientOf, db: None, kind: str) -> None:
    record(AuditAction.CHANGED, "=1+1", by=cast.viewer, reason='=HYPERLINK("http://x")\x07')
    response = client_of("admin").get(f"/log/export.{kind}?user=viewer&action=changed")
    if kind == "csv":
        lines = b"".join(response.streaming_content).decode()  # type: ignore[attr-defined]
        assert "'=1+1" in lines
        assert "'=HYPERLINK" in lines
        return
    sheet = openpyxl.load_workbook(io.BytesIO(response.content)).active
    assert (sheet["F2"].value, sheet["F2"].data_type) == ("=1+1", "s")


def test_taking_it_away_is_recorded(cast: Cast, client_of: ClientOf, entries: None) -> None:
    client_of("admin").get("/log/export.xlsx?channel=api")
    entry = AuditEntry.objects.order_by("id").last()
    assert entry is not None
    assert entry.summary == "导出 审计日志（xlsx）"
    assert entry.action == "exported"
    assert entry.details == {"数量": 1, "条件": "途径 接口"}
    assert entry.user_id == cast.admin.pk


def test_too_much_for_one_file_is_refused(
    cast: Cast, client_of: ClientOf, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(views.MOST, "xlsx", 3)
    record_all(Act(AuditAction.CHANGED, "改", by=cast.viewer) for _ in range(4))
    page = client_of("admin").get("/log/export.xlsx?user=viewer")
    assert page.status_code == 422
    assert "没有导出：选中的超过 3 条，一个 XLSX 文件装不下" in text(page, "[role=alert]")
    assert not AuditEntry.objects.filter(action="exported").exists()


def test_the_limits_are_said(client_of: ClientOf, entries: None) -> None:
    said = text(client_of("admin").get("/log/"), ".results-head")
    assert "CSV 最多 100,000 条，工作簿最多 5,000 条" in said


def test_another_kind_of_file_there_is_not(client_of: ClientOf, entries: None) -> None:
    assert client_of("admin").get("/log/export.pdf").status_code == 404


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
@pytest.mark.parametrize("page", ["", "1/", "export.csv"])
def test_nothing_is_changed_here(client_of: ClientOf, db: None, method: str, page: str) -> None:
    assert getattr(client_of("admin"), method)(f"/log/{page}").status_code == 405
