"""manage.py read_workbook: what it says of files, for people and for scripts."""

from __future__ import annotations

import json
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from projects.models import Form
from tests.workbooks.office import (
    PUBLISHED,
    coordinate,
    opened,
    published,
    published_form,
    saved,
    written,
)

pytestmark = pytest.mark.django_db

WATER = published_form("水生态环境综合管理", 2024)


def said(*files: Path, code: int = 0, **options: Any) -> str:
    out = StringIO()
    if code == 0:
        call_command("read_workbook", *files, stdout=out, **options)
    else:
        with pytest.raises(CommandError if code == 2 else SystemExit) as caught:
            call_command("read_workbook", *files, stdout=out, **options)
        error = caught.value
        assert isinstance(error, CommandError | SystemExit)
        assert (error.returncode if isinstance(error, CommandError) else error.code) == code
    return out.getvalue()


def told(file: Path, code: int = 0) -> Any:
    return json.loads(said(file, code=code, json=True))


def kept(tmp_path: Path, data: bytes, name: str = "甲.xlsx") -> Path:
    file = tmp_path / name
    file.write_bytes(data)
    return file


def test_documents_have_the_published_shape_and_say_where_they_stood(tmp_path: Path) -> None:
    answer = told(kept(tmp_path, written(WATER)))
    (document,) = answer["documents"]
    assert (document.pop("sheet"), document.pop("range")) == (WATER.project.name, "A1:K24")
    (one,) = [
        d
        for d in json.loads((PUBLISHED / "self_evaluations_2024.json").read_text())
        if d["project"]["name"] == WATER.project.name
    ]
    for name in ("source", "damaged"):
        one.pop(name, None)
    for row in one["indicators"]:
        row.pop("damaged", None)
    assert document == one
    assert (answer["file"], answer["kind"], answer["unreadable"]) == ("甲.xlsx", "official", None)
    assert (answer["rows"], answer["blank_rows"]) == (len(WATER.indicators), 0)
    assert (answer["errors"], answer["skipped"], answer["ignored"]) == ([], [], [])
    (form,) = answer["forms"]
    assert (form["sureness"], form["why"]) == ("certain", "有本系统的标记：自评表")


def test_findings_name_their_cells(tmp_path: Path) -> None:
    sheet = opened(written(WATER))
    row, column = coordinate(sheet, "偏差原因分析\n及改进措施")
    sheet.cell(row + 1, column - 1).value = 99
    answer = told(kept(tmp_path, saved(sheet)), code=1)
    error = next(one for one in answer["errors"] if one["path"] == "indicators.0.score")
    assert (error["sheet"], error["cell"]) == (WATER.project.name, f"G{row + 1}")
    assert (error["level"], error["found"]) == ("error", "99.00")
    assert "99" in error["message"]
    assert error["code"]
    assert {one["level"] for one in answer["warnings"]} <= {"warning", "hint"}


def test_a_cell_that_cannot_be_taken(tmp_path: Path) -> None:
    sheet = opened(written(WATER))
    row, column = coordinate(sheet, "年度资金总额:")
    sheet.cell(row, column + 1).value = "一千四百万"
    sheet.parent.create_sheet("说明")["A1"] = "填报说明"
    answer = told(kept(tmp_path, saved(sheet)), code=1)
    assert answer["documents"] == []
    assert answer["errors"] == [
        {
            "sheet": WATER.project.name,
            "cell": "D6",
            "level": "error",
            "code": "shape",
            "path": "funds.total.initial_budget",
            "found": "一千四百万",
            "message": "年度资金总额 · 年初预算数：读到「一千四百万」，应为数字",
        }
    ]
    assert [one["sheet"] for one in answer["skipped"]] == ["说明"]


def test_in_words(tmp_path: Path) -> None:
    sheet = opened(written(WATER))
    row, _ = coordinate(sheet, "三级指标")
    sheet.cell(row, 12).value = "备注"
    lines = said(kept(tmp_path, saved(sheet))).splitlines()
    count = len(WATER.indicators)
    assert lines[0] == f"甲.xlsx：官方表样，1 份表，读取 {count} 行，空行 0 行，未读取 1 列"
    assert lines[1] == (
        f"  工作表「{WATER.project.name}」A1:L24：自评表 2024 年「{WATER.project.name}」，{count} 行"
        "（确定：有本系统的标记：自评表）"
    )
    assert f"  略过 工作表「{WATER.project.name}」列 L（备注）：不属于本表，未读取" in lines
    assert lines[-1].startswith("0 处错误，")


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    file = kept(tmp_path, b"<html><table>", "甲.xls")
    answer = told(file, code=2)
    assert answer["errors"][0]["code"] == "html"
    assert "网页（HTML）" in answer["unreadable"]
    assert told(tmp_path / "没有.xlsx", code=2)["errors"][0]["code"] == "file"


def test_several_files_and_nothing_is_written(tmp_path: Path) -> None:
    before = Form.objects.count()
    files = [kept(tmp_path, written(WATER)), PUBLISHED / "declarations_2026.json"]
    answers = json.loads(said(*files, json=True, code=1 if has_errors() else 0))
    assert [answer["kind"] for answer in answers] == ["official", "json"]
    assert len(answers[1]["documents"]) == 7
    assert Form.objects.count() == before
    # What it wrote can be read again.
    again = told(kept(tmp_path, json.dumps(answers[0]).encode(), "甲.json"))
    assert again["documents"][0]["project"] == answers[0]["documents"][0]["project"]


def has_errors() -> bool:
    """Whether the published declarations of 2026 have errors of their own."""
    from scoring.services import judge

    forms = [form for form in published() if form.form == "declaration" and form.year == 2026]
    return any(one.level == "error" for form in forms for one in judge(form).findings)


def test_amounts_stay_exact(tmp_path: Path) -> None:
    answer = told(kept(tmp_path, written(WATER)))
    total = answer["documents"][0]["funds"]["total"]
    assert Decimal(total["executed"]) == WATER.funds.total.executed
