"""The workbook that comes back with its errors marked: corrected and uploaded again it reads the same."""

from __future__ import annotations

import re
import time
from io import BytesIO

import pytest
from openpyxl import load_workbook

from perfgoals.common.workbooks import marking
from perfgoals.common.workbooks.lists import list_workbook
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
from tests.workbooks.binary_writer import as_xlsb
from tests.workbooks.office import member, rezipped, written
from tests.workbooks.test_hostile import VEHICLES
from tests.workbooks.test_other_formats import THREE, sample

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


@pytest.mark.parametrize("kind", ["three_forms.xls", "three_forms.ods", "xlsb"])
def test_a_workbook_of_another_format_comes_back_with_its_values(cast: Cast, kind: str) -> None:
    """As .xlsx, which can be corrected and uploaded again."""
    content = as_xlsb(written(*THREE)) if kind == "xlsb" else sample(kind)
    batch = uploaded(content, cast.admin, f"部门.{kind[-4:]}")
    name = batch.items.order_by("number")[0].sheet
    place = "C5"
    back = marked_workbook(content, [ErrorMark(name, place, "资金", "", "不对", "错误")])
    assert back is not None
    sheet = sheet_of(back, name)
    anchor = next((m for m in sheet.merged_cells.ranges if place in m), None)
    cell = sheet.cell(anchor.min_row, anchor.min_col) if anchor else sheet[place]
    assert cell.comment is not None
    assert "不对" in cell.comment.text
    again = uploaded(back, cast.admin)
    assert again.summary["plans"] == batch.summary["plans"]
    read, first = (one.items.order_by("number") for one in (again, batch))
    assert [one.changes for one in read] == [one.changes for one in first]
    assert "错误说明" in load_workbook(BytesIO(back)).sheetnames


def test_a_workbook_with_empty_fills_keeps_its_styles(cast: Cast) -> None:
    """As WPS writes them, which openpyxl does not open."""
    styles = member(VEHICLES, "xl/styles.xml")
    empty = re.sub(
        r"<fills.*?</fills>", '<fills count="1"><fill/></fills>', styles, flags=re.DOTALL
    )
    content = rezipped(VEHICLES, {"xl/styles.xml": empty.encode()})
    with pytest.raises(TypeError):
        load_workbook(BytesIO(content))
    name = load_workbook(BytesIO(VEHICLES)).sheetnames[0]
    back = marked_workbook(content, [ErrorMark(name, "B3", "", "", "不对", "错误")])
    assert back is not None
    sheet = sheet_of(back, name)
    assert sheet["B3"].fill.fgColor.rgb == "FFFFC7CE"
    assert sheet["A1"].font.sz == sheet_of(VEHICLES, name)["A1"].font.sz


def test_what_concerns_a_whole_form_stands_at_its_first_row(cast: Cast) -> None:
    """Of several on a sheet, each at its own."""
    rows = [[1, "一"], [2, "二"], [3, "三"]]
    sheet = sheet_of(list_workbook("表", ["号", "名"], rows), "表")
    marks = [
        ErrorMark("表", place, "整份表", "", message, "错误")
        for place, message in (("A2:B2", "甲不对"), ("A4:B4", "乙不对"))
    ]
    content = marked_workbook(saved(sheet), marks)
    assert content is not None
    back = sheet_of(content, "表")
    assert [cell.value for cell in back["C"]] == [
        "错误说明",
        "整份表：甲不对",
        None,
        "整份表：乙不对",
    ]


def test_marking_that_takes_its_time_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is asked again and again whether it is still wanted; an answer larger than a pipe holds too."""
    monkeypatch.setattr(marking, "_EVERY", 0.01)
    asked: list[float] = []

    def is_wanted() -> bool:
        asked.append(time.monotonic())
        return True

    rows = [[number, "字" * 40] for number in range(5_000)]
    workbook = list_workbook("表", ["号", "名"], rows)
    marks = [ErrorMark("表", f"B{row}", "名", "", "不对", "错误") for row in range(2, 200)]
    back = marked_workbook(workbook, marks, is_wanted=is_wanted)
    assert back is not None
    assert len(asked) > 1
    sheet = sheet_of(back, "表")
    assert sheet["B199"].fill.fgColor.rgb == "FFFFC7CE"
    assert sheet["B5001"].value == "字" * 40


def test_marking_ends_when_something_else_is_ordered(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A large workbook takes a minute; who has seen enough does not wait for it."""
    monkeypatch.setattr(marking, "_EVERY", 0.01)
    batch = uploaded(json_file([named("甲"), named("乙", annual_goal="")]), cast.admin)
    flat = uploaded(flat_file(Form.objects.order_by("pk")[:2]), cast.admin)
    with flat.file.open("rb") as stored:
        workbook = stored.read()
    with pytest.raises(marking.MarkingGivenUp):
        marked_workbook(
            workbook, [ErrorMark("项目", "A2", "", "", "错", "错误")], is_wanted=lambda: False
        )
    # The same through the batch: while it is read as ready, another order has come.
    seen = ImportBatch.objects.get(pk=batch.pk)
    seen.file = flat.file
    ImportBatch.objects.filter(pk=batch.pk).update(state="applying")
    mark_batch(seen, report=silent)
    batch.refresh_from_db()
    assert not batch.marked


def test_forms_that_were_not_taken_come_back_marked_after_the_import(cast: Cast) -> None:
    batch = uploaded(json_file([named("甲"), named("乙", annual_goal="")]), cast.admin)
    apply_batch(batch, mode=ImportBatch.Mode.SOUND, by=cast.admin, report=silent)
    batch.refresh_from_db()
    assert batch.state == "applied"
    (row,) = [
        [cell.value for cell in row]
        for row in sheet_of(marked(batch), "错误说明").iter_rows(min_row=2)
        if row[-1].value == "错误" or "错误" in [cell.value for cell in row]
    ]
    assert "年度总体目标未填写" in row
