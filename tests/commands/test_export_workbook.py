"""manage.py export_workbook: what it writes, what it says, how it ends."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from perfgoals.accounts.models import Unit
from perfgoals.common.models import AuditEntry
from scoring.workbooks.reading import read_file
from tests.cast import INFORMATION, Cast

pytestmark = pytest.mark.django_db


def export(file: Path, *args: str) -> str:
    told = StringIO()
    call_command("export_workbook", *args, "-o", str(file), stderr=told)
    return told.getvalue()


@pytest.mark.parametrize("layout", ["official", "flat", "csv", "json"])
def test_every_layout_is_read_back(cast: Cast, tmp_path: Path, layout: str) -> None:
    file = tmp_path / "导出"
    told = export(file, "--kind", "declaration", "--year", "2026", "--layout", layout)
    assert told.startswith(f"已写入 {file}")
    documents = [one.document for one in read_file(file.read_bytes()).forms]
    assert len(documents) == 7
    assert {(one.form, one.year) for one in documents if one} == {("declaration", 2026)}


def test_one_unit(cast: Cast, tmp_path: Path) -> None:
    file = tmp_path / "一个单位.json"
    unit = Unit.objects.get(name=INFORMATION)
    kind = ("--kind", "self_evaluation", "--year", "2020", "--layout", "json")
    export(file, *kind, "--unit", unit.code)
    assert {one["unit"] for one in json.loads(file.read_text())} == {INFORMATION}


def test_it_is_told_in_the_log(cast: Cast, tmp_path: Path) -> None:
    file = tmp_path / "一.json"
    export(file, "--kind", "declaration", "--year", "2026", "--layout", "json")
    entry = AuditEntry.objects.latest("pk")
    assert (entry.action, entry.summary, entry.channel) == ("exported", "导出 JSON", "command")
    assert entry.details == {"数量": 7, "范围": "2026 年度申报表 7 份", "文件": str(file)}


@pytest.mark.parametrize(
    ("more", "told"),
    [
        (["--year", "2019"], "2019 年度没有申报表"),
        (["--year", "2026", "--unit", "没有"], "没有编码为「没有」的单位"),
    ],
)
def test_nothing_to_export(cast: Cast, tmp_path: Path, more: list[str], told: str) -> None:
    with pytest.raises(CommandError, match=told) as caught:
        export(tmp_path / "无.xlsx", "--kind", "declaration", *more)
    assert caught.value.returncode == 2
    assert not (tmp_path / "无.xlsx").exists()


def test_a_place_that_cannot_be_written(cast: Cast, tmp_path: Path) -> None:
    file = tmp_path / "没有的文件夹" / "一.json"
    with pytest.raises(CommandError, match="不能写入") as caught:
        export(file, "--kind", "declaration", "--year", "2026", "--layout", "json")
    assert caught.value.returncode == 2
    assert not AuditEntry.objects.filter(action="exported").exists()


def test_more_forms_than_a_workbook_takes(
    cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scoring.workbooks.exporting.MOST_SHEETS", 3)
    with pytest.raises(CommandError, match="最多 3 份，现有 7 份") as caught:
        export(tmp_path / "一.xlsx", "--kind", "declaration", "--year", "2026")
    assert caught.value.returncode == 1
    assert not (tmp_path / "一.xlsx").exists()
