"""Lists of executed budgets: how accounting systems write them, and which form each row is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import Workbook

from perfgoals.accounts.models import Membership, Unit, User
from perfgoals.common.workbooks.container import UnreadableWorkbook
from perfgoals.common.workbooks.tables.delimited import csv_bytes
from projects.models import Form, FormVersion
from scoring.access import form_document
from scoring.documents import SelfEvaluationDocument
from scoring.models import ImportBatch
from scoring.services.execution_lists import How, match_rows
from scoring.services.importing import NotApplied, apply_batch, silent, undo_batch
from scoring.workbooks.execution import ExecutionList, read_execution_file
from tests.cast import BUREAU, INFORMATION, Cast, cast, client_of
from tests.reading import nothing_written, text, texts

__all__ = ["cast", "client_of"]

pytestmark = pytest.mark.django_db

UPLOAD = "/imports/execution/"
HEAD = ["项目名称", "年初预算", "全年预算", "执行数"]
MAINTENANCE = "上海市环境保护局信息化能力建设项目(运维)"
PLANNING = "综合规划、区域协作及资金管理"


def workbook(*rows: Sequence[Any], merged: Sequence[str] = (), title: str = "执行") -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = title
    for row in rows:
        sheet.append(list(row))
    for one in merged:
        sheet.merge_cells(one)
    buffer = BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def said(found: ExecutionList) -> list[tuple[str, ...]]:
    return [(row.name, *(str(amount) for amount in row.amounts.values())) for row in found.rows]


def reasons(found: ExecutionList) -> list[str]:
    return [f"{one.where} {one.reason}" for one in found.ignored]


# -- reading ---------------------------------------------------------------------------------------


def test_a_plain_list() -> None:
    found = read_execution_file(workbook(HEAD, ["甲", 100, 120.5, 99], ["乙", "1,000.00", None, 3]))
    assert said(found) == [("甲", "100.00", "120.50", "99.00"), ("乙", "1000.00", "3.00")]
    assert (found.money_unit, found.stated, found.rows_read) == ("元", False, 2)
    assert found.rows[0].cells["executed"] == "D2"


def test_a_list_as_a_system_exports_it() -> None:
    """Titles over all columns, the unit in a cell over its rows, sums, codes, sources, 万元."""
    found = read_execution_file(
        workbook(
            ["2020 年度部门预算执行情况表"],
            ["编制单位：上海市生态环境局", None, None, None, None, "单位：万元"],
            [
                "预算单位",
                "项目代码",
                "预算项目名称",
                "资金性质",
                "年初批复数",
                "调整后预算",
                "累计支出",
            ],
            ["甲中心", "A1", "监测", "一般公共预算资金", 10, 12, 11],
            [None, "A1", "监测", "上年结转", 1, 1, 1],
            [None, None, "小计", None, 11, 13, 12],
            [],
            ["乙中心", "B1", "执法", "其他资金", 5, 5, 4],
            ["合计", None, None, None, 16, 18, 16],
            merged=["A1:G1", "A4:A6"],
        )
    )
    assert [(row.row, row.unit, row.code, row.source) for row in found.rows] == [
        (4, "甲中心", "A1", "appropriation"),
        (5, "甲中心", "A1", "carryover"),
        (8, "乙中心", "B1", "other"),
    ]
    assert (found.money_unit, found.stated, found.blank_rows) == ("万元", True, 1)
    assert reasons(found) == ["6 「小计」是合计或小计行", "9 「合计」是合计或小计行"]


def test_units_above_their_projects() -> None:
    rows: list[Sequence[Any]] = [
        HEAD,
        ["甲中心", 9, 9, 9],
        ["一", 4, 4, 4],
        ["乙中心", 5, 5, 5],
        ["二", 5, 5, 5],
    ]
    found = read_execution_file(workbook(*rows), units=["甲中心", "乙 中心"])
    assert [(row.name, row.unit) for row in found.rows] == [("一", "甲中心"), ("二", "乙中心")]
    assert reasons(found) == ["2 「甲中心」是单位的汇总行", "4 「乙中心」是单位的汇总行"]


def test_the_unit_of_money_in_the_headings() -> None:
    head = ["项目", "年初预算数（万元）", "全年预算数（万元）", "全年执行数（万元）"]
    found = read_execution_file(workbook(head, ["甲", 1, 2, 3]))
    assert (found.money_unit, found.stated) == ("万元", True)


def test_what_is_no_amount_is_named_with_its_cell() -> None:
    rows: list[Sequence[Any]] = [
        HEAD,
        ["甲", "待定", 1, 1],
        ["乙", 1, -5, 1],
        [None, 1, 1, 1],
        ["丙", None, "-", ""],
    ]
    found = read_execution_file(workbook(*rows))
    assert [(one.cell, one.label, one.found, one.expected) for one in found.problems] == [
        ("B2", "年初预算数", "待定", "应为金额（数字）"),
        ("C3", "全年预算数", "-5.00", "预算不能是负数"),
        ("A4", "项目名称", "", "有金额，没有项目名称"),
    ]
    assert reasons(found) == ["5 「丙」没有金额"]


def test_columns_and_sheets_that_are_not_read() -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append([*HEAD, "备注"])
    sheet.append(["甲", 1, 1, 1, "见附件"])
    book.create_sheet("说明").append(["请填写"])
    hidden = book.create_sheet("旧")
    hidden.append(HEAD)
    hidden.sheet_state = "hidden"
    buffer = BytesIO()
    book.save(buffer)
    found = read_execution_file(buffer.getvalue())
    assert reasons(found) == ["E（备注） 不属于本表，未读取"]
    assert [(one.sheet, one.reason) for one in found.skipped] == [
        ("说明", "没有「项目名称」和「执行数」的标题行"),
        ("旧", "是隐藏的工作表"),
    ]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_csv(encoding: str) -> None:
    data = csv_bytes(HEAD, [["甲", Decimal("1.5"), 2, 3]]).decode("utf-8-sig").encode(encoding)
    assert said(read_execution_file(data)) == [("甲", "1.5", "2", "3")]


@pytest.mark.parametrize(
    "data", [workbook(["姓名", "电话"], ["张", 1]), workbook(HEAD), b"x,y\n1,2"]
)
def test_a_file_without_a_list(data: bytes) -> None:
    with pytest.raises(UnreadableWorkbook, match="没有找到预算执行表"):
        read_execution_file(data)


# -- matching --------------------------------------------------------------------------------------


def matched(cast: Cast, *rows: Sequence[Any], by: User | None = None) -> Any:
    head = ["单位", "项目编码", *HEAD]
    found = read_execution_file(workbook(head, *rows))
    return match_rows(found.rows, year=2020, by=by or cast.admin)


def test_by_code_by_name_and_by_folded_name(cast: Cast) -> None:
    code = cast.maintenance.project.code
    projects = matched(
        cast,
        [None, code, "名称不同", 1, 1, 1],
        [None, None, PLANNING, 1, 1, 1],
        [None, None, "上海市环境保护局 信息化能力建设项目（运维）", 1, 1, 1],
        [BUREAU, None, MAINTENANCE, 1, 1, 1],
    )
    assert [(one.how, one.form) for one in projects] == [
        (How.CODE, cast.maintenance.pk),
        (How.NAME, cast.planning.pk),
        (How.FOLDED, cast.maintenance.pk),
        (How.NEAREST, None),  # it is another unit's
    ]


def test_the_nearest_are_offered(cast: Cast) -> None:
    (project,) = matched(cast, [None, None, "综合规划区域协作和资金管理", 1, 1, 1])
    assert (project.how, project.form) == (How.NEAREST, None)
    assert project.candidates[0].name == PLANNING
    assert 0.6 < project.candidates[0].likeness < 1
    assert len(project.candidates) <= 3
    (strange,) = matched(cast, [None, None, "xyz", 1, 1, 1])
    assert (strange.how, strange.candidates) == (How.NONE, [])


def test_the_same_name_in_two_units(cast: Cast) -> None:
    own = cast.maintenance.pk
    Form.objects.filter(pk=cast.planning.pk).update(project_name=MAINTENANCE)
    (project,) = matched(cast, [None, None, MAINTENANCE, 1, 1, 1])
    assert (project.how, project.form, len(project.candidates)) == (How.SEVERAL, None, 2)
    (project,) = matched(cast, [INFORMATION, None, MAINTENANCE, 1, 1, 1])
    assert (project.how, project.form) == (How.NAME, own)


def test_only_units_that_one_administers(cast: Cast) -> None:
    unit = Unit.objects.get(name=INFORMATION)
    Membership.objects.create(user=cast.stranger, unit=unit, role="admin")
    rows = [[None, None, PLANNING, 1, 1, 1], [None, None, MAINTENANCE, 1, 1, 1]]
    planning, maintenance = matched(cast, *rows, by=cast.stranger)
    assert planning.form is None
    assert PLANNING not in [one.name for one in planning.candidates]
    assert maintenance.form == cast.maintenance.pk


# -- the way of a list -----------------------------------------------------------------------------


def draft(form: Form) -> Form:
    Form.objects.filter(pk=form.pk).update(status="draft")
    return form


def upload(client: Client, data: bytes, name: str = "执行.xlsx", year: str = "2020") -> Any:
    return client.post(UPLOAD, {"year": year, "file": SimpleUploadedFile(name, data)})


def planned(client: Client, data: bytes, **choices: str) -> ImportBatch:
    response = upload(client, data)
    assert response.status_code == 302, text(response, "[role=alert]")
    response = client.post(response["Location"], choices)
    batch = ImportBatch.objects.latest("at")
    assert response["Location"] == f"/imports/{batch.pk}/"
    return batch


def test_from_the_list_to_the_forms_and_back(
    cast: Cast, client_of: Callable[[str], Client]
) -> None:
    form = draft(cast.maintenance)
    before = form_document(form)
    assert isinstance(before, SelfEvaluationDocument)
    assert str(before.funds.total.executed) == "980710.00"
    data = workbook(["单位：元"], HEAD, [MAINTENANCE, 1088156, 1000000, 950000], ["合计", 1, 1, 1])
    client = client_of("admin")
    batch = planned(client, data)
    item = batch.items.get()
    assert (batch.kind, item.plan, item.form_id) == ("execution", "changed", form.pk)
    shown = {one["path"]: (one["before"], one["after"]) for one in item.changes}
    assert shown["funds.total.annual_budget"] == ("1088156.00", "1000000.00")
    assert shown["funds.total.executed"] == ("980710.00", "950000.00")
    assert shown["funds.total.execution_rate"] == ("90.13", "95.00")
    told = {one["label"]: (one["sheet"], one["cell"]) for one in item.problems}
    assert told["年度资金总额 执行偏差原因"] == ("执行", "A3")
    page = client.get(f"/imports/{batch.pk}/").content.decode()
    assert "950,000.00" in page or "950000.00" in page
    apply_batch(batch, mode=ImportBatch.Mode.SOUND, by=cast.admin, report=silent)
    after = form_document(Form.objects.get(pk=form.pk))
    assert isinstance(after, SelfEvaluationDocument)
    assert str(after.funds.total.executed) == "950000.00"
    assert str(after.funds.total.execution_rate) == "95.00"
    version = FormVersion.objects.filter(form=form.pk).latest("number")
    assert (version.reason, version.by) == ("uploaded", cast.admin)
    batch.refresh_from_db()
    undo_batch(batch, by=cast.admin, report=silent)
    assert form_document(Form.objects.get(pk=form.pk)) == before


def test_sources_that_are_added_up_and_ten_thousands(cast: Cast) -> None:
    form = draft(cast.maintenance)
    client = Client()
    client.force_login(cast.admin)
    head = ["项目", "资金来源", "年初预算（万元）", "全年预算（万元）", "执行数（万元）"]
    data = workbook(
        head,
        [MAINTENANCE, "当年财政拨款", 100, 100, 90],
        [MAINTENANCE, "当年财政拨款", 8.8156, 8.8156, 8],
        [MAINTENANCE, "其他资金", 0, 1, 1],
    )
    item = planned(client, data).items.get()
    shown = {one["path"]: one["after"] for one in item.changes}
    assert shown["funds.appropriation.executed"] == "980000.00"
    assert shown["funds.total.annual_budget"] == "1098156.00"
    assert shown["funds.total.executed"] == "990000.00"
    assert "第 2 行、第 3 行都是它的「当年财政拨款」，金额已相加" in item.remarks
    assert form.pk == item.form_id


def test_choosing_among_the_nearest_and_leaving_out(
    cast: Cast, client_of: Callable[[str], Client]
) -> None:
    draft(cast.maintenance)
    draft(cast.planning)
    client = client_of("admin")
    data = workbook(
        HEAD,
        ["综合规划区域协作和资金管理", 1, 1, 1],
        [MAINTENANCE, 1, 1, 1],
        ["无此项目XYZ", 1, 1, 1],
    )
    response = upload(client, data)
    page = client.get(response["Location"])
    assert "相似" in text(page, "select option:nth-child(2)")
    assert len(texts(page, "tbody tr")) == 3
    nothing = client.post(response["Location"], {"leave": "2"})
    assert (nothing.status_code, text(nothing, "[role=alert]")) == (
        422,
        "没有一行对应到自评表，请先选择。",
    )
    chosen = {"project-1": str(cast.planning.pk), "leave": "2"}
    client.post(response["Location"], chosen)
    batch = ImportBatch.objects.latest("at")
    assert [one.form_id for one in batch.items.all()] == [cast.planning.pk]
    ignored = [reason for *_, reason in batch.summary["ignored"]]
    assert f"「{MAINTENANCE}」没有对应到自评表" in ignored
    assert "「无此项目XYZ」没有对应到自评表" in ignored


def test_two_rows_for_one_form(cast: Cast, client_of: Callable[[str], Client]) -> None:
    draft(cast.planning)
    data = workbook(HEAD, ["综合规划区域协作和资金管理", 1, 1, 1], [PLANNING, 2, 2, 2])
    batch = planned(client_of("admin"), data, **{"project-1": str(cast.planning.pk)})
    assert not batch.items.exists()
    told = [one["message"] for one in batch.summary["problems"]]
    assert told == [f"清单上有几个项目都对应到「{PLANNING}」，请只留一个"] * 2


def test_a_form_that_was_approved_is_left(cast: Cast, client_of: Callable[[str], Client]) -> None:
    batch = planned(client_of("admin"), workbook(HEAD, [PLANNING, 1, 1, 1]))
    assert batch.items.get().plan == "locked"
    with pytest.raises(NotApplied):
        apply_batch(batch, mode=ImportBatch.Mode.ALL, by=cast.admin, report=silent)


def test_the_same_amounts_change_nothing(cast: Cast, client_of: Callable[[str], Client]) -> None:
    draft(cast.maintenance)
    data = workbook(HEAD, [MAINTENANCE, 1088156, 1088156, 980710])
    assert planned(client_of("admin"), data).items.get().plan == "unchanged"


def test_what_is_chosen_must_have_been_offered(
    cast: Cast, client_of: Callable[[str], Client]
) -> None:
    client = client_of("admin")
    response = upload(client, workbook(HEAD, ["综合规划区域协作和资金管理", 1, 1, 1]))
    answer = client.post(response["Location"], {"project-1": str(cast.declaration.pk)})
    assert answer.status_code == 422


def test_who_may(cast: Cast, client_of: Callable[[str], Client]) -> None:
    for name in ("preparer", "auditor", "viewer", "newcomer"):
        assert client_of(name).get(UPLOAD).status_code == 403
        assert upload(client_of(name), workbook(HEAD, [PLANNING, 1, 1, 1])).status_code == 403
    client = client_of("admin")
    address = upload(client, workbook(HEAD, [PLANNING, 1, 1, 1]))["Location"]
    unit = Unit.objects.get(name=INFORMATION)
    Membership.objects.create(user=cast.stranger, unit=unit, role="admin")
    assert client_of("stranger").get(address).status_code == 404
    with nothing_written():
        assert client.get(address).status_code == 200


@pytest.mark.parametrize(
    ("data", "year", "told"),
    [
        (b"", "2020", "是空的"),
        (b"%PDF-1.7", "2020", ""),
        (workbook(["姓名"], ["张"]), "2020", "没有找到预算执行表"),
        (workbook(HEAD, ["甲", 1, 1, 1]), "1999", "请选择年度"),
        (workbook(HEAD, ["甲", 1, 1, 1]), "二〇二〇", "请选择年度"),
    ],
)
def test_files_that_are_refused(
    cast: Cast, client_of: Callable[[str], Client], data: bytes, year: str, told: str
) -> None:
    response = upload(client_of("admin"), data, year=year)
    assert response.status_code == 422
    assert told in text(response, "[role=alert]")


def test_the_unit_of_money_is_asked_where_it_is_not_told(
    cast: Cast, client_of: Callable[[str], Client]
) -> None:
    draft(cast.maintenance)
    client = client_of("admin")
    address = upload(client, workbook(HEAD, [MAINTENANCE, 108.8156, 100, 95]))["Location"]
    assert "文件里没有写明，按元读取；改按万元" in text(client.get(address), ".results-count")
    address = address.partition("&")[0] + "&money=万元"
    client.post(address)
    shown = {
        one["path"]: one["after"] for one in ImportBatch.objects.latest("at").items.get().changes
    }
    assert shown["funds.total.executed"] == "950000.00"
