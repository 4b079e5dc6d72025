"""The workbook that comes back with its errors marked: corrected and uploaded again it reads the same."""

from __future__ import annotations

from io import BytesIO

import pytest
from openpyxl import load_workbook

from perfgoals.common.workbooks.marking import ErrorMark, marked_workbook
from projects.models import Form
from scoring.models import ImportBatch
from scoring.services.importing import apply_batch, silent
from scoring.workbooks.batches import mark_batch
from tests.cast import Cast
from tests.drafts import said
from tests.imports import (
    SOUND,
    flat_file,
    imported,
    item,
    json_file,
    named,
    official_file,
    saved,
    sheet_of,
    uploaded,
)

pytestmark = pytest.mark.django_db


def marked(batch: ImportBatch) -> bytes:
    mark_batch(batch, report=silent)
    batch.refresh_from_db()
    with batch.marked.open("rb") as stored:
        return stored.read()


@pytest.fixture
def forms(cast: Cast, db: None) -> list[Form]:
    imported(json_file([named("甲"), named("乙")]), cast.admin)
    return list(Form.objects.filter(project_name__in=["甲", "乙"]).order_by("pk"))


def test_a_flat_workbook(cast: Cast, forms: list[Form]) -> None:
    sheet = sheet_of(flat_file(forms), "资金")
    heads = {cell.value: cell.column for cell in sheet[1]}
    wrong = sheet.cell(3, heads["年度资金申请"])
    wrong.value = "二十万"
    sheet.cell(2, heads["年度资金申请"] + 20).value = "=1+1"
    batch = uploaded(saved(sheet), cast.admin)
    assert item(batch).plan == "error"

    back = sheet_of(marked(batch), "资金")
    cell = back[wrong.coordinate]
    assert cell.fill.fgColor.rgb == "FFFFC7CE"
    assert "应为" in cell.comment.text
    assert back.cell(2, heads["年度资金申请"] + 20).value == "=1+1"
    column = next(c.column for c in back[1] if c.value == "错误说明")
    assert column == back.max_column
    assert "年度资金申请" in back.cell(3, column).value
    book = back.parent
    assert book is not None
    rows = list(book["错误说明"].iter_rows(values_only=True))
    assert rows[0] == ("工作表", "单元格", "项目", "读到", "说明", "级别")
    assert rows[1][:2] == ("资金", wrong.coordinate)
    assert book["错误说明"]["B2"].hyperlink.location == f"'资金'!{wrong.coordinate}"

    back[wrong.coordinate].value = 180000
    again = uploaded(saved(back), cast.admin)
    assert again.summary["plans"].get("error", 0) + again.summary["plans"].get("changed", 0) == 1
    assert [c["after"] for c in item(again).changes] == ["180000.00"]
    apply_batch(again, mode=SOUND, by=cast.admin, report=silent, chosen=[1])
    document = said(forms[0])
    assert "180000.00" in {f"{document.funds.appropriation}", f"{document.funds.annual_request}"}


def test_an_official_workbook(cast: Cast, forms: list[Form]) -> None:
    content = official_file(forms)
    names = load_workbook(BytesIO(content)).sheetnames
    sheet = sheet_of(content, names[0])
    place = next(
        cell
        for row in sheet.iter_rows()
        for cell in row
        if isinstance(cell.value, int | float) and cell.value == 200000
    )
    place.value = "二十万"
    batch = uploaded(saved(sheet), cast.admin)
    content = marked(batch)
    back = sheet_of(content, names[0])
    assert back[place.coordinate].comment is not None
    assert back.merged_cells.ranges == sheet.merged_cells.ranges
    back[place.coordinate].value = 200000
    again = uploaded(saved(back), cast.admin)
    assert again.summary["plans"] == {"unchanged": 2}
    assert again.summary["ignored_columns"] <= 2


def test_marks_of_an_earlier_round_go(cast: Cast, forms: list[Form]) -> None:
    sheet = sheet_of(flat_file(forms), "资金")
    heads = {cell.value: cell.column for cell in sheet[1]}
    first, second = (sheet.cell(row, heads["年度资金申请"]).coordinate for row in (3, 4))
    sheet[first].value = "二十万"
    back = sheet_of(marked(uploaded(saved(sheet), cast.admin)), "资金")
    back[first].value = 200000
    back[second].value = "零"
    twice = sheet_of(marked(uploaded(saved(back), cast.admin)), "资金")
    assert twice[first].comment is None
    assert twice[first].fill.fgColor.rgb != "FFFFC7CE"
    assert twice[second].comment is not None
    assert [c.value for c in twice[1]].count("错误说明") == 1
    assert twice.parent is not None
    assert twice.parent.sheetnames.count("错误说明") == 1


def test_a_file_of_another_kind_comes_back_as_a_list(cast: Cast) -> None:
    batch = uploaded(json_file([named("甲", unit="某某局")]), cast.admin)
    sheet = sheet_of(marked(batch), "错误说明")
    assert [c.value for c in sheet[2]][1:4] == ["第 1 份", "实施单位", "某某局"]


def test_a_text_is_no_formula(cast: Cast) -> None:
    batch = uploaded(json_file([named("甲", unit="=1+1")]), cast.admin)
    cell = sheet_of(marked(batch), "错误说明")["D2"]
    assert (cell.value, cell.data_type) == ("=1+1", "s")


def test_what_cannot_be_opened_is_not_marked() -> None:
    mark = ErrorMark("表", "A1", "", "", "错", "错误")
    assert marked_workbook(b"PK\x03\x04 nothing of a workbook", [mark]) is None
    assert marked_workbook(b"{}", [mark]) is None
