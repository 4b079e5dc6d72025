"""A list of executed budgets from the upload to the forms and back."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from perfgoals.accounts.models import Membership, Unit
from perfgoals.common.models import AuditEntry
from perfgoals.common.workbooks.tables.delimited import csv_bytes
from projects.models import Form, FormPresence, FormVersion
from scoring.models import ExecutionFile, ImportBatch
from scoring.services import start_self_evaluation
from scoring.services.execution_lists import apply_list
from scoring.services.importing import NotApplied, WrongStanding, silent
from tests.cast import INFORMATION, Cast
from tests.drafts import prepares, said
from tests.execution import (
    HEAD,
    MAINTENANCE,
    PLANNING,
    UPLOAD,
    applied,
    draft,
    figures,
    funds,
    listed,
    matching,
    planned,
    undone,
    upload,
    work,
    workbook,
)
from tests.imports import sheet_of
from tests.reading import nothing_written, text, texts

pytestmark = pytest.mark.django_db
ClientOf = Callable[[str], Client]


# -- the way of a list -----------------------------------------------------------------------------


def test_from_the_list_to_the_forms_and_back(cast: Cast, client_of: ClientOf) -> None:
    form = draft(cast.maintenance)
    before = said(form)
    assert str(before.funds.total.executed) == "980710.00"
    data = workbook(["单位：元"], HEAD, [MAINTENANCE, 1088156, 1000000, 950000], ["合计", 1, 1, 1])
    client = client_of("admin")
    batch = planned(client, data)
    item = batch.items.get()
    assert (batch.kind, item.plan, item.form_id) == ("execution", "changed", form.pk)
    assert item.why == "项目名称相同"
    shown = {one["path"]: (one["before"], one["after"]) for one in item.changes}
    assert shown["funds.total.annual_budget"] == ("1088156.00", "1000000.00")
    assert shown["funds.total.executed"] == ("980710.00", "950000.00")
    assert shown["funds.total.execution_rate"] == ("90.13", "95.00")
    told = {one["label"]: (one["sheet"], one["cell"]) for one in item.problems}
    assert told["年度资金总额 执行偏差原因"] == ("执行", "A3")
    with nothing_written():
        page = client.get(f"/imports/{batch.pk}/").content.decode()
    assert "950,000.00" in page
    assert "1 个项目的金额存为预算执行数" in page
    assert applied(client, batch).state == "applied"
    assert str(funds(form).total.executed) == "950000.00"
    assert str(funds(form).total.execution_rate) == "95.00"
    version = FormVersion.objects.filter(form=form.pk).latest("number")
    assert (version.reason, version.by) == ("uploaded", cast.admin)
    assert figures() == {
        (MAINTENANCE, "total"): (Decimal(1088156), Decimal(1000000), Decimal(950000))
    }
    assert AuditEntry.objects.filter(summary="新建预算执行数").count() == 1
    assert undone(client, batch).state == "undone"
    assert said(form) == before
    assert figures() == {}


def test_no_page_opens_the_file(
    cast: Cast, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft(cast.maintenance)
    batch = listed(client_of("admin"), workbook(HEAD, [MAINTENANCE, 1, 1, 1]))

    def refuse(*args: Any, **kwargs: Any) -> Any:
        raise AssertionError("a page read a file")

    for name in ("read_execution_file", "match_rows"):
        monkeypatch.setattr(f"scoring.workbooks.execution_batches.{name}", refuse)
    monkeypatch.setattr(subprocess, "run", refuse)
    client = client_of("admin")
    assert upload(client, csv_bytes(HEAD, [["甲", 1, 1, 1]]), "执行.csv").status_code == 302
    assert client.get(matching(batch)).status_code == 200
    assert client.post(matching(batch), {"money": "元"}).status_code == 302


def test_csv(cast: Cast, client_of: ClientOf) -> None:
    draft(cast.maintenance)
    batch = planned(client_of("admin"), csv_bytes(HEAD, [[MAINTENANCE, 1, 2, 1]]))
    assert batch.items.get().plan == "changed"


def test_progress_and_then_the_page_to_choose_on(cast: Cast, client_of: ClientOf) -> None:
    client = client_of("admin")
    response = upload(client, workbook(HEAD, [MAINTENANCE, 1, 1, 1]))
    batch = ImportBatch.objects.latest("at")
    page = f"/imports/{batch.pk}/"
    assert response["Location"] == page
    assert "正在读取" in client.get(page).content.decode()
    assert client.get(matching(batch))["Location"] == page
    work()
    assert client.get(page)["Location"] == matching(batch)
    assert "待核对项目" in client.get("/imports/").content.decode()
    shown = client.get(matching(batch))
    assert "读到 1 行，空行 0 行，忽略 0 列、略过 0 行；共 1 个项目，已对应 1 个" in text(
        shown, "section[aria-labelledby=read] p"
    )


def test_errors_are_marked_before_anything_is_chosen(cast: Cast, client_of: ClientOf) -> None:
    client = client_of("admin")
    batch = listed(client, workbook(["单位：元"], HEAD, [MAINTENANCE, "待定", 1, 1]))
    page = client.get(matching(batch))
    assert texts(page, "section[aria-labelledby=problems] tbody :is(td, th)") == [
        *("执行", "B3", "年初预算数", "待定", "应为金额（数字）"),
    ]
    response: Any = client.get(f"/imports/{batch.pk}/marked/")
    marked = sheet_of(b"".join(response.streaming_content), "执行")
    assert marked["B3"].comment is not None
    assert "应为金额" in marked["B3"].comment.text


def test_sources_that_are_added_up_and_ten_thousands(cast: Cast, client_of: ClientOf) -> None:
    form = draft(cast.maintenance)
    head = ["项目", "资金来源", "年初预算（万元）", "全年预算（万元）", "执行数（万元）"]
    data = workbook(
        head,
        [MAINTENANCE, "当年财政拨款", 100, 100, 90],
        [MAINTENANCE, "当年财政拨款", 8.8156, 8.8156, 8],
        [MAINTENANCE, "其他资金", 0, 1, 1],
    )
    item = planned(client_of("admin"), data).items.get()
    shown = {one["path"]: one["after"] for one in item.changes}
    assert shown["funds.appropriation.executed"] == "980000.00"
    assert shown["funds.total.annual_budget"] == "1098156.00"
    assert shown["funds.total.executed"] == "990000.00"
    assert "第 2 行、第 3 行都是它的「当年财政拨款」，金额已相加" in item.remarks
    assert form.pk == item.form_id


def test_choosing_among_the_nearest_and_leaving_out(cast: Cast, client_of: ClientOf) -> None:
    draft(cast.maintenance)
    draft(cast.planning)
    client = client_of("admin")
    data = workbook(
        ["单位：元"],
        HEAD,
        ["综合规划区域协作和资金管理", 1, 1, 1],
        [MAINTENANCE, 1, 1, 1],
        ["无此项目XYZ", 1, 1, 1],
    )
    batch = listed(client, data)
    page = client.get(matching(batch))
    assert "相似" in text(page, "select[name=project-1] option:nth-child(2)")
    assert len(texts(page, "tbody tr")) == 3
    nothing = client.post(matching(batch), {"project-2": ""})
    assert (nothing.status_code, text(nothing, "[role=alert]")) == (
        422,
        "没有一行对应到项目，请先选择。",
    )
    chosen = {"project-1": str(cast.planning.project_id), "project-2": ""}
    client.post(matching(batch), chosen)
    work()
    batch.refresh_from_db()
    item = batch.items.get()
    assert item.form_id == cast.planning.pk
    ignored = [reason for *_, reason in batch.summary["ignored"]]
    assert f"「{MAINTENANCE}」没有对应到项目，或选了不导入" in ignored
    assert "「无此项目XYZ」没有对应到项目，或选了不导入" in ignored
    again = client.get(matching(batch))
    assert texts(again, "select[name=project-1] option[selected]") != []


def test_choices_are_kept_from_page_to_page(
    cast: Cast, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scoring.views.execution.PER_PAGE", 1)
    draft(cast.maintenance)
    client = client_of("admin")
    data = workbook(
        ["单位：元"], HEAD, ["综合规划区域协作和资金管理", 1, 1, 1], [MAINTENANCE, 1, 1, 1]
    )
    batch = listed(client, data)
    chosen = {"project-1": str(cast.planning.project_id), "page_to": "2"}
    response = client.post(matching(batch), chosen)
    assert response["Location"] == f"{matching(batch)}?page=2"
    assert len(texts(client.get(response["Location"]), "tbody tr")) == 1
    client.post(response["Location"], {"project-2": str(cast.maintenance.project_id)})
    work()
    assert batch.items.count() == 2


def test_other_choices_ask_for_another_preview(cast: Cast, client_of: ClientOf) -> None:
    """Else the figures that are kept would not be those of the preview."""
    draft(cast.maintenance)
    client = client_of("admin")
    batch = planned(client, workbook(HEAD, [MAINTENANCE, 3, 2, 1], ["XYZ", 1, 1, 1]))
    assert batch.standing == "ready"
    client.post(matching(batch), {"project-1": "", "page_to": "1"})
    batch.refresh_from_db()
    assert batch.standing == "uploaded"
    assert client.get(f"/imports/{batch.pk}/")["Location"] == matching(batch)
    assert client.post(f"/imports/{batch.pk}/apply/", {"mode": "all"}).status_code == 409
    assert figures() == {}


def test_two_rows_for_one_project(cast: Cast, client_of: ClientOf) -> None:
    draft(cast.planning)
    data = workbook(HEAD, ["综合规划区域协作和资金管理", 1, 1, 1], [PLANNING, 2, 2, 2])
    chosen = {"project-1": str(cast.planning.project_id)}
    batch = planned(client_of("admin"), data, **chosen)
    assert not batch.items.exists()
    told = [one["message"] for one in batch.summary["problems"]]
    assert told == [f"清单上有几处都对应到「{PLANNING}」，请只留一处，其余选「不导入」"] * 2


def test_a_form_that_was_approved_is_left(cast: Cast, client_of: ClientOf) -> None:
    client = client_of("admin")
    batch = planned(client, workbook(HEAD, [PLANNING, 1, 1, 1]))
    assert batch.items.get().plan == "locked"
    assert applied(client, batch).standing == "ready"
    assert batch.job is not None
    assert "1 份表（处）有错误或不能改" in batch.job.message
    assert figures() == {}
    assert applied(client, batch, "sound").state == "applied"  # the accounts are right all the same
    assert list(figures()) == [(PLANNING, "total")]
    assert undone(client, batch).state == "undone"
    assert figures() == {}


def test_the_same_amounts_change_nothing(cast: Cast, client_of: ClientOf) -> None:
    draft(cast.maintenance)
    data = workbook(HEAD, [MAINTENANCE, 1088156, 1088156, 980710])
    assert planned(client_of("admin"), data).items.get().plan == "unchanged"


def test_a_half_written_form_is_filled(cast: Cast, client_of: ClientOf) -> None:
    """What it lacks besides has nothing to do with its funds, and does not stand in the way; its rate and its
    points, which nobody could reckon before, follow."""
    project = cast.maintenance.project
    form = start_self_evaluation(
        project=project, year=2024, by=prepares(cast.preparer, cast.maintenance)
    )
    client = client_of("admin")
    batch = listed(client, workbook(HEAD, [project.name, 100, 100, 95]), year="2024")
    client.post(matching(batch), {"money": "万元"})
    work()
    item = batch.items.get()
    assert item.plan == "changed"
    assert {one["path"].split(".")[0] for one in item.problems} <= {"funds"}
    assert any("与资金无关" in one for one in item.remarks)
    assert applied(client, batch).state == "applied"
    total = funds(form).total
    assert (str(total.executed), str(total.execution_rate), str(total.score)) == (
        *("95.00", "95.00", "9.50"),
    )
    assert Form.objects.get(pk=form.pk).error_count > 0


def test_a_form_that_somebody_has_open(cast: Cast, client_of: ClientOf) -> None:
    form = draft(cast.maintenance)
    FormPresence.objects.create(form=form, user=cast.stranger, tab="a")
    batch = planned(client_of("admin"), workbook(HEAD, [MAINTENANCE, 1, 1, 1]))
    item = batch.items.get()
    assert (item.plan, item.why, item.takeable) == ("conflict", "王外人正打开着这份表", True)


def test_applied_once_only(cast: Cast, client_of: ClientOf) -> None:
    draft(cast.maintenance)
    client = client_of("admin")
    batch = applied(client, planned(client, workbook(HEAD, [MAINTENANCE, 3, 2, 1])))
    kept = ExecutionFile.objects.get(pk=batch.pk).figures
    apply_list(batch, mode=ImportBatch.Mode.ALL, by=cast.admin, report=silent, job=batch.job)
    assert ExecutionFile.objects.get(pk=batch.pk).figures == kept
    with pytest.raises((NotApplied, WrongStanding)):
        apply_list(batch, mode=ImportBatch.Mode.ALL, by=cast.admin, report=silent)


# -- what is not taken -----------------------------------------------------------------------------


def test_what_is_chosen_must_have_been_offered(cast: Cast, client_of: ClientOf) -> None:
    client = client_of("admin")
    batch = listed(client, workbook(["单位：元"], HEAD, ["综合规划区域协作和资金管理", 1, 1, 1]))
    answer = client.post(matching(batch), {"project-1": str(cast.declaration.project_id)})
    assert answer.status_code == 422


def test_who_may(cast: Cast, client_of: ClientOf) -> None:
    for name in ("preparer", "auditor", "viewer", "newcomer"):
        assert client_of(name).get(UPLOAD).status_code == 403
        assert upload(client_of(name), workbook(HEAD, [PLANNING, 1, 1, 1])).status_code == 403
    client = client_of("admin")
    batch = listed(client, workbook(HEAD, [PLANNING, 1, 1, 1]))
    unit = Unit.objects.get(name=INFORMATION)
    Membership.objects.create(user=cast.stranger, unit=unit, role="admin")
    assert client_of("stranger").get(matching(batch)).status_code == 404
    with nothing_written():
        assert client.get(matching(batch)).status_code == 200


@pytest.mark.parametrize(
    ("data", "year", "told"),
    [
        (b"", "2020", "是空的"),
        (workbook(HEAD, ["甲", 1, 1, 1]), "1999", "请选择年度"),
        (workbook(HEAD, ["甲", 1, 1, 1]), "二〇二〇", "请选择年度"),
    ],
)
def test_files_that_are_not_taken(
    cast: Cast, client_of: ClientOf, data: bytes, year: str, told: str
) -> None:
    response = upload(client_of("admin"), data, year=year)
    assert response.status_code == 422
    assert told in text(response, "[role=alert]")


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"%PDF-1.7", "这是 PDF 文件"),
        (workbook(["姓名"], ["张"]), "没有找到预算执行表"),
        (b"\x00\x01\x02\x03 abc \x04", "不是 Excel 工作簿"),
    ],
)
def test_files_that_cannot_be_read(cast: Cast, client_of: ClientOf, data: bytes, told: str) -> None:
    client = client_of("admin")
    batch = listed(client, data)
    assert batch.state == "refused"
    page = client.get(f"/imports/{batch.pk}/").content.decode()
    assert told in page
    assert UPLOAD in page
    assert client.get(matching(batch))["Location"] == f"/imports/{batch.pk}/"


def test_a_list_that_was_uploaded_as_a_file_with_forms(cast: Cast, client_of: ClientOf) -> None:
    client = client_of("admin")
    file = SimpleUploadedFile("执行.xlsx", workbook(HEAD, [MAINTENANCE, 1, 1, 1]))
    client.post("/imports/", {"files": file})
    work()
    batch = ImportBatch.objects.latest("at")
    page = client.get(f"/imports/{batch.pk}/")
    assert "按预算执行表读取" in page.content.decode()
    asked = {"batch": str(batch.pk), "year": "2020"}
    unit = Unit.objects.get(name=INFORMATION)
    Membership.objects.create(user=cast.stranger, unit=unit, role="admin")
    assert client_of("stranger").post(UPLOAD, asked).status_code == 404
    assert client.post(UPLOAD, asked | {"batch": "x"}).status_code == 404
    assert client.post(UPLOAD, asked).status_code == 302
    work()
    assert "项目名称相同" in client.get(matching(batch)).content.decode()


def test_read_once_more_and_given_up(cast: Cast, client_of: ClientOf) -> None:
    client = client_of("admin")
    batch = listed(client, workbook(HEAD, ["XYZ", 1, 1, 1]))
    assert text(client.get(matching(batch)), "tbody .aside") == "没有名称相近的项目，不导入"
    Form.objects.filter(pk=cast.planning.pk).update(project_name="XYZ")
    client.post(f"/imports/{batch.pk}/read/")
    work()
    assert "项目名称相同" in client.get(matching(batch)).content.decode()
    client.post(f"/imports/{batch.pk}/discard/")
    assert not ExecutionFile.objects.exists()
    assert client.get(matching(batch)).status_code == 404


def test_the_unit_of_money_is_asked_where_it_is_not_told(cast: Cast, client_of: ClientOf) -> None:
    draft(cast.maintenance)
    client = client_of("admin")
    batch = listed(client, workbook(HEAD, [MAINTENANCE, 108.8156, 100, 95]))
    refused = client.post(matching(batch), {})
    assert (refused.status_code, text(refused, "[role=alert]")) == (
        422,
        "请选择金额单位：文件里没有写明是元还是万元。",
    )
    client.post(matching(batch), {"money": "万元"})
    work()
    shown = {one["path"]: one["after"] for one in batch.items.get().changes}
    assert shown["funds.total.executed"] == "950000.00"
