"""What can be taken away: which forms, in which shape, and that they come back the same."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from io import BytesIO
from typing import Any
from urllib.parse import unquote
from zipfile import ZipFile

import pytest
from django.conf import settings
from django.test import Client
from openpyxl import load_workbook
from pytest_django import DjangoAssertNumQueries

from perfgoals.accounts.models import User
from perfgoals.common.documents import DocumentError
from perfgoals.common.models import AuditEntry, Job
from projects.models import Form
from scoring.documents import read_form
from scoring.services.exporting import Wanted, units_written_for, wanted_forms
from scoring.tasks import export_forms
from scoring.workbooks.exporting import (
    ExportLayout,
    NotExported,
    export_file,
    file_name,
    offers_for,
    selection_of,
)
from scoring.workbooks.reading import read_file
from tests.cast import CENTRE, INFORMATION, Cast
from tests.imports import plans, uploaded
from tests.reading import nothing_written, text, texts

pytestmark = pytest.mark.django_db

URL = "/exports/"
TEMPLATE = "/exports/template/"


def exported(user: User, layout: ExportLayout, **filters: object) -> bytes:
    forms = list(wanted_forms(Wanted(filters), by=user))
    offers = offers_for(units_written_for(user), 2024)
    return export_file(selection_of(forms), layout, offers=offers)


def sent(client: Client, layout: str = "json", query: str = "", **more: Any) -> Any:
    return client.post(f"{URL}?{query}", {"layout": layout, **more})


def names(content: bytes) -> list[str]:
    return [one["project"]["name"] for one in json.loads(content)]


def number(printed: str | None) -> Decimal | str | None:
    """Amounts are kept as numbers: 980710 comes back as 980710.00."""
    return Decimal(printed) if printed and printed[0].isdecimal() else printed


@pytest.mark.parametrize("layout", list(ExportLayout))
def test_all_published_forms_come_back_unchanged(cast: Cast, layout: ExportLayout) -> None:
    content = exported(cast.admin, layout)
    batch = uploaded(content, cast.admin, f"全部.{layout.ending}")
    assert plans(batch) == ["unchanged"] * 36


@pytest.mark.parametrize("layout", [ExportLayout.FLAT, ExportLayout.CSV])
@pytest.mark.parametrize(("kind", "number"), [("declaration", 9), ("self_evaluation", 27)])
def test_one_kind_comes_back_unchanged(
    cast: Cast, layout: ExportLayout, kind: str, number: int
) -> None:
    batch = uploaded(exported(cast.admin, layout, kind=kind), cast.admin)
    assert plans(batch) == ["unchanged"] * number


def test_json_has_the_published_shape(cast: Cast) -> None:
    content = exported(cast.admin, ExportLayout.JSON, year=2020)
    published = json.loads(
        (settings.FIXTURES_DIR / "published" / "self_evaluations_2020.json").read_text()
    )
    by_name = {one["project"]["name"]: one for one in json.loads(content)}
    assert len(by_name) == len(published) == 9
    for one in published:
        rows = by_name[one["project"]["name"]]["indicators"]
        assert [row["target"] for row in rows] == [row["target"] for row in one["indicators"]]
        funds = by_name[one["project"]["name"]]["funds"]
        assert set(funds) == set(one["funds"])
        for name, printed in one["funds"].items():
            assert list(map(number, funds[name].values())) == list(map(number, printed.values()))


def test_each_sheet_has_a_name_of_its_own(cast: Cast) -> None:
    content = exported(cast.admin, ExportLayout.OFFICIAL)
    titles = load_workbook(BytesIO(content)).sheetnames
    assert len({title.casefold() for title in titles}) == 36
    assert max(map(len, titles)) <= 31


def test_csv_is_four_tables_with_a_byte_order_mark(cast: Cast) -> None:
    with ZipFile(BytesIO(exported(cast.admin, ExportLayout.CSV))) as archive:
        assert sorted(archive.namelist()) == sorted(
            ["项目.csv", "资金.csv", "绩效指标.csv", "自评结果.csv"]
        )
        assert all(archive.read(one).startswith(b"\xef\xbb\xbf") for one in archive.namelist())


@pytest.mark.parametrize(
    ("text", "told"),
    [("名称\x0b", "含有不能打印的控制字符，请删去后重新粘贴"), ("长" * 32_768, "32767")],
)
def test_what_no_cell_can_hold_is_refused_at_the_input(text: str, told: str) -> None:
    data = {"form": "declaration", "year": 2026, "project": {"name": text}}
    with pytest.raises(DocumentError) as caught:
        read_form(data)
    (error,) = caught.value.errors
    assert error.path == "project.name"
    assert told in error.message


def test_a_text_that_looks_like_a_formula_stays_text(cast: Cast) -> None:
    form = cast.maintenance
    row = form.self_evaluation.results.first()
    assert row is not None
    row.deviation_reason = "=HYPERLINK(1)"
    row.save(update_fields=["deviation_reason"])
    for layout in (ExportLayout.OFFICIAL, ExportLayout.FLAT):
        workbook = load_workbook(BytesIO(export_file(selection_of([form]), layout)))
        (cell,) = [
            cell
            for sheet in workbook.worksheets
            for cells in sheet.iter_rows()
            for cell in cells
            if cell.value == "=HYPERLINK(1)"
        ]
        assert cell.data_type == "s"


def test_more_sheets_than_a_workbook_takes(cast: Cast) -> None:
    selection = selection_of([cast.maintenance] * 1_001)
    with pytest.raises(NotExported, match="最多 1000 份，现有 1001 份；请缩小范围，或导出平铺"):
        export_file(selection, ExportLayout.OFFICIAL)


def test_a_safe_file_name() -> None:
    assert file_name('甲/乙:"丙"\u202exslx', "xlsx") == "甲_乙__丙__xslx.xlsx"


# -- the page --------------------------------------------------------------------------------------


def test_the_list_leads_here_with_its_filters(client_of: Callable[[str], Client]) -> None:
    client = client_of("auditor")
    content = client.get("/forms/?year=2020&kind=self_evaluation").content.decode()
    assert 'href="/exports/?year=2020&amp;kind=self_evaluation"' in content


def test_the_page_lists_what_would_go(cast: Cast, client_of: Callable[[str], Client]) -> None:
    response = client_of("auditor").get(f"{URL}?year=2026")
    assert text(response, ".results-count") == "共 7 份表"
    assert len(texts(response, "tbody tr")) == 7
    assert "移动源管理技术支持" in response.content.decode()


def test_looking_writes_nothing_and_asks_little(
    client_of: Callable[[str], Client], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client = client_of("auditor")
    with nothing_written(), django_assert_num_queries(6):
        client.get(URL)  # session, user, choices, count, rows, years


def test_a_few_forms_at_once(cast: Cast, client_of: Callable[[str], Client]) -> None:
    response = sent(client_of("auditor"), "json", "year=2026")
    assert response.status_code == 200
    assert len(names(response.content)) == 7
    assert "2026 年度申报表 7 份.json" in unquote(response["Content-Disposition"])
    entry = AuditEntry.objects.latest("pk")
    assert (entry.action, entry.summary, entry.user_id) == (
        "exported",
        "导出 JSON",
        cast.auditor.pk,
    )
    assert entry.details == {"数量": 7, "范围": "2026 年度申报表 7 份"}


def test_only_what_was_chosen(cast: Cast, client_of: Callable[[str], Client]) -> None:
    client = client_of("auditor")
    response = sent(client, "json", "year=2020", choosing=1, form=[cast.maintenance.pk])
    assert names(response.content) == ["上海市环境保护局信息化能力建设项目(运维)"]
    response = sent(client, "json", "year=2020", choosing=1)
    assert response.status_code == 422
    assert text(response, "[role=alert]") == "请至少选择一份表。"


def test_nobody_takes_what_he_does_not_see(cast: Cast, client_of: Callable[[str], Client]) -> None:
    client = client_of("stranger")
    response = sent(client, "json")
    assert {one["unit"] for one in json.loads(response.content)} == {INFORMATION}
    chosen = sent(client, "json", choosing=1, form=[cast.planning.pk])
    assert chosen.status_code == 422
    assert sent(client_of("newcomer"), "json").status_code == 422


def test_a_draft_is_its_units_own_business(cast: Cast, client_of: Callable[[str], Client]) -> None:
    Form.objects.filter(pk=cast.planning.pk).update(status="draft")
    response = sent(client_of("auditor"), "json", "year=2020")
    assert "综合规划、区域协作及资金管理" not in names(response.content)


@pytest.mark.parametrize("layout", ["", "pdf", "OFFICIAL"])
def test_an_unknown_layout(client_of: Callable[[str], Client], layout: str) -> None:
    response = sent(client_of("auditor"), layout)
    assert (response.status_code, text(response, "[role=alert]")) == (
        422,
        "请选择导出的格式。",
    )


@pytest.mark.parametrize("layout", list(ExportLayout))
def test_many_forms_in_the_background(
    cast: Cast, client_of: Callable[[str], Client], layout: ExportLayout
) -> None:
    response = sent(client_of("auditor"), layout.value)
    job = Job.objects.get(kind="export")
    assert response["Location"] == f"/jobs/{job.pk}/"
    assert job.title == f"导出绩效表 36 份（{layout.label}）"
    export_forms.call(job_id=str(job.pk))
    job.refresh_from_db()
    assert (job.state, job.done, job.total) == ("done", 36, 36)
    assert job.result_name == f"绩效表 36 份.{layout.ending}"
    content = (settings.DATA_DIR / "results" / job.result_path).read_bytes()
    assert len(read_file(content, name=job.result_name).forms) == 36
    assert AuditEntry.objects.filter(action="exported", user_id=cast.auditor.pk).count() == 1


def test_what_is_out_of_sight_when_the_worker_comes(cast: Cast) -> None:
    parameters = Wanted({"year": 2020}).as_json() | {"layout": "json"}
    job = Job.objects.create(
        kind="export", title="导出", owner=cast.newcomer, parameters=parameters
    )
    export_forms.call(job_id=str(job.pk))
    job.refresh_from_db()
    assert (job.state, job.message) == ("failed", "没有可以导出的表，可能已被移走")


# -- templates -------------------------------------------------------------------------------------


def test_a_blank_template_offers_the_persons_units(
    cast: Cast, client_of: Callable[[str], Client]
) -> None:
    response = client_of("stranger").get(f"{TEMPLATE}?year=2024&kind=self_evaluation")
    assert "2024 年度自评表平铺模板.xlsx" in unquote(response["Content-Disposition"])
    workbook = load_workbook(BytesIO(response.content))
    assert "自评结果" in workbook.sheetnames
    assert "绩效指标" not in workbook.sheetnames
    offered = {cell.value for row in workbook["选项"].iter_rows() for cell in row}
    assert {INFORMATION, "产出指标", "数量指标"} <= offered
    assert CENTRE not in offered
    assert workbook["项目"].max_row == 1


def test_a_prefilled_template_is_the_flat_export(
    cast: Cast, client_of: Callable[[str], Client]
) -> None:
    response = sent(client_of("stranger"), "flat", "year=2020&kind=self_evaluation")
    workbook = load_workbook(BytesIO(response.content))
    assert workbook["项目"].max_row == 1 + 5
    offered = {cell.value for row in workbook["选项"].iter_rows() for cell in row}
    assert INFORMATION in offered


@pytest.mark.parametrize("query", ["", "year=1999", "year=x", "year=99999999999"])
def test_a_template_of_a_year_that_is_not_there(
    client_of: Callable[[str], Client], query: str
) -> None:
    response = client_of("stranger").get(f"{TEMPLATE}?{query}")
    assert (response.status_code, response["Location"]) == (302, URL)
    assert client_of("stranger").get(f"{TEMPLATE}?year=2024&kind=x").status_code == 404
