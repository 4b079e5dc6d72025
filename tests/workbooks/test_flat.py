"""Forms go into a flat workbook or CSV and come out as they were; the template is ready to be filled."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from perfgoals.common.workbooks.tables import CellValue, Table
from perfgoals.common.workbooks.tables.delimited import zip_tables
from perfgoals.common.workbooks.writer import CellRefused
from projects.workflow import FormKind
from scoring.documents import FormDocument
from scoring.workbooks.files import FileKind, Place
from scoring.workbooks.flat import (
    FlatForm,
    FlatOffers,
    Made,
    flat_csv,
    flat_template,
    flat_workbook,
    looks_flat,
    read_flat,
)
from tests.workbooks.office import published, published_form

FORMS = published()
NAMES = [f"{form.year}-{form.project.name[:12]}" for form in FORMS]
CATEGORIES = Path(__file__).parents[2] / "fixtures" / "indicator_categories.json"
TAXONOMY = [
    {"name": top["name"], "children": [one["name"] for one in top["children"]]}
    for top in json.loads(CATEGORIES.read_text(encoding="utf-8"))
]
OFFERS = FlatOffers(
    units=["甲中心", "乙中心"],
    departments=["丙局"],
    years=[2026, 2025],
    ratings=["优", "良", "合格", "不合格"],
    taxonomy=TAXONOMY,
)
MOBILE = published_form("移动源管理技术支持", 2026)
SOIL = published_form("土壤固废化学品污染防治", 2024)


def tables_of(data: bytes) -> list[Table]:
    """The sheets as a reader of files gives them."""
    return [
        Table(
            sheet.title,
            sheet.sheet_state != "visible",
            [
                (number, [_value(cell) for cell in cells])
                for number, cells in enumerate(sheet.iter_rows(values_only=True), 1)
            ],
        )
        for sheet in load_workbook(BytesIO(data)).worksheets
    ]


def _value(cell: Any) -> CellValue:
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return Decimal(repr(cell))
    return cell.date() if isinstance(cell, datetime) else cell


def read_back(*forms: FlatForm, **more: Any) -> list[FormDocument | None]:
    return [one.document for one in read_flat(tables_of(flat_workbook(forms, **more))).forms]


@pytest.fixture(scope="module")
def whole() -> Sequence[Any]:
    """All published forms in one workbook, read back."""
    return read_flat(tables_of(flat_workbook([FlatForm(form) for form in FORMS]))).forms


@pytest.mark.parametrize("number", range(36), ids=NAMES)
def test_a_published_form_comes_out_as_it_went_in(whole: Sequence[Any], number: int) -> None:
    assert len(whole) == len(FORMS) == 36
    read = whole[number]
    assert (read.problems, read.remarks) == ([], [])
    assert read.document.as_json() == FORMS[number].as_json()


def test_they_come_out_of_csv_as_they_went_in() -> None:
    read = read_flat(zip_tables(flat_csv([FlatForm(form) for form in FORMS])))
    assert [one.document and one.document.as_json() for one in read.forms] == [
        form.as_json() for form in FORMS
    ]


def test_the_rows_are_counted() -> None:
    read = read_flat(tables_of(flat_workbook([FlatForm(form) for form in FORMS])))
    # 36 forms, 4 sources each, 254 declared and 272 evaluated indicators
    assert (read.kind, read.rows, read.blank_rows) == (FileKind.FLAT, 36 + 144 + 254 + 272, 0)
    assert (read.problems, read.ignored, read.skipped) == ([], [], [])
    assert sum(one.rows for one in read.forms) == 526


def test_numbers_codes_and_versions_come_back() -> None:
    rows = [
        row.model_copy(update={"code": f"c{number}"})
        for number, row in enumerate(MOBILE.indicators)
    ]
    form = MOBILE.model_copy(update={"indicators": rows})
    (read,) = read_flat(tables_of(flat_workbook([FlatForm(form, 12, 7, "007")]))).forms
    assert (read.form, read.version, read.project_code) == (12, 7, "007")
    assert read.why == "按表编号对应"
    assert read.document is not None
    assert [row.code for row in read.document.indicators] == [f"c{n}" for n in range(62)]
    assert (read.sheet, read.range) == ("项目", "A2:W2")


def test_a_rating_that_is_blank_is_not_one_that_is_missing() -> None:
    blank = SOIL.model_copy(update={"rating": ""})
    missing = SOIL.model_copy(update={"rating": None})
    assert [one.rating for one in read_back(FlatForm(blank, 1), FlatForm(missing, 2))] == ["", None]  # type: ignore[union-attr]


def test_a_blank_amount_is_not_zero() -> None:
    total = SOIL.funds.total.model_copy(
        update={"initial_budget": None, "annual_budget": Decimal("0.00"), "weight": None}
    )
    form = SOIL.model_copy(update={"funds": SOIL.funds.model_copy(update={"total": total})})
    (read,) = read_back(FlatForm(form))
    assert read is not None
    assert read.as_json()["funds"]["total"]["initial_budget"] is None
    assert read.as_json()["funds"]["total"]["annual_budget"] == "0.00"


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", "一\n二", " 边 ", "007", "_x000D_"]
)
def test_a_text_comes_back_whatever_it_looks_like(text: str) -> None:
    row = SOIL.indicators[0].model_copy(update={"target": text, "actual": text})
    form = SOIL.model_copy(
        update={"indicators": [row], "unit": text, "project": SOIL.project.model_copy(update={"name": text})}
    )  # fmt: skip
    (read,) = read_back(FlatForm(form, 1, 1, "A1"))
    assert read == form
    (other,) = read_flat(zip_tables(flat_csv([FlatForm(form, 1, 1, "A1")]))).forms
    assert other.document == form


def test_forms_of_one_name_are_told_apart_by_their_number_in_the_workbook() -> None:
    nameless = SOIL.project.model_copy(update={"name": ""})
    forms = [
        SOIL.model_copy(update={"project": nameless, "indicators": [row]})
        for row in SOIL.indicators[:2]
    ]
    assert read_back(*(FlatForm(form) for form in forms)) == forms


def test_the_place_of_every_cell_is_known() -> None:
    (_, read) = read_flat(tables_of(flat_workbook([FlatForm(MOBILE), FlatForm(SOIL)]))).forms
    places = read.places
    assert places["project.name"] == Place("项目", "E3")
    assert places["funds.total.executed"] == Place("资金", "L6")
    assert places["indicators.0.name"] == Place("自评结果", "H2")
    assert places["indicators.2.score"] == Place("自评结果", "L4")
    assert places["indicators.2"] == places["indicators.2.name"]
    assert places.get("indicators.999.name") is None
    assert places.get("project.nature") is None
    assert len(places) == len(list(places)) == len(set(places))
    assert all(path in places for path in places)


def test_the_workbook_says_what_it_is() -> None:
    made = Made(datetime.fromisoformat("2026-11-21T08:30:00"), "张三")
    data = flat_workbook([], kind=FormKind.DECLARATION, year=2026, offers=OFFERS, made=made)
    sheet = load_workbook(BytesIO(data))["系统标记"]
    assert sheet.sheet_state == "hidden"
    assert dict(sheet.iter_rows(values_only=True)) == {
        "文件类型": "perfgoals 平铺工作簿",
        "格式版本": "1",
        "表种": "申报表",
        "年度": "2026",
        "生成时间": "2026-11-21 08:30:00",
        "生成人": "张三",
    }
    assert looks_flat(tables_of(data))


def test_the_template_of_one_kind_has_the_columns_of_that_kind() -> None:
    workbook = load_workbook(BytesIO(flat_workbook([], kind=FormKind.SELF_EVALUATION, year=2026)))
    assert workbook.sheetnames == ["填写说明", "项目", "资金", "自评结果", "系统标记", "选项"]
    heads = [cell.value for cell in workbook["项目"][1]]
    assert "实际完成情况" in heads
    assert "项目性质" not in heads
    funds = [cell.value for cell in workbook["资金"][1]]
    assert "全年执行数" in funds
    assert "年度资金申请" not in funds


def test_a_form_in_the_template_of_its_kind_comes_back() -> None:
    assert read_back(FlatForm(MOBILE), kind=FormKind.DECLARATION) == [MOBILE]
    assert read_back(FlatForm(SOIL), kind=FormKind.SELF_EVALUATION) == [SOIL]


@pytest.mark.django_db
def test_the_template_offers_units_years_and_the_ratings_of_the_scheme() -> None:
    data = flat_template(FormKind.SELF_EVALUATION, 2024, ["甲中心"], TAXONOMY)
    workbook = load_workbook(BytesIO(data))
    sheet = workbook["项目"]
    heads = {cell.value: cell.column_letter for cell in sheet[1]}
    offered = {}
    for one in sheet.data_validations.dataValidation:
        place = workbook.defined_names[one.formula1].attr_text.partition("!")[2].replace("$", "")
        cells = workbook["选项"][place]
        names = [row[0].value for row in cells]
        offered[str(one.sqref).split("2:")[0]] = names
    assert offered[heads["评分等级"]] == ["优", "良", "合格", "不合格"]
    assert offered[heads["实施单位"]] == ["甲中心"]
    assert offered[heads["年度"]][:3] == [2025, 2024, 2023]
    assert offered[heads["表种"]] == ["自评表"]
    assert read_flat(tables_of(data)).forms == []


def test_level_2_is_offered_by_level_1() -> None:
    workbook = load_workbook(BytesIO(flat_workbook([], year=2026, offers=OFFERS)))
    sheet = workbook["绩效指标"]
    heads = {cell.value: cell.column_letter for cell in sheet[1]}
    offered = {
        str(one.sqref).split("2:")[0]: one.formula1 for one in sheet.data_validations.dataValidation
    }
    assert offered[heads["二级指标"]] == f'INDIRECT("level2_"&${heads["一级指标"]}2)'
    place = workbook.defined_names["level2_产出指标"].attr_text
    cells = workbook["选项"][place.partition("!")[2].replace("$", "")]
    assert [row[0].value for row in cells] == TAXONOMY[1]["children"]
    units = workbook.defined_names[offered[heads["实施单位"]]].attr_text
    assert [row[0].value for row in workbook["选项"][units.partition("!")[2].replace("$", "")]] == [
        "甲中心", "乙中心",
    ]  # fmt: skip


def test_what_no_cell_can_hold_is_refused_with_its_place() -> None:
    row = SOIL.indicators[0].model_copy(update={"target": "坏\x01"})
    form = SOIL.model_copy(update={"indicators": [row]})
    with pytest.raises(CellRefused, match="工作表「自评结果」I2"):
        flat_workbook([FlatForm(form)])


def test_days_stand_as_days() -> None:
    workbook = load_workbook(BytesIO(flat_workbook([FlatForm(MOBILE)])))
    heads = {cell.value: cell.column for cell in workbook["项目"][1]}
    cell = workbook["项目"].cell(2, heads["计划开始日期"])
    assert cell.is_date
    assert cell.value.date() == MOBILE.project.start == date(2026, 1, 1)
