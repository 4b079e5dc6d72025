"""What leaves as a file: text stays text, and only for those who may change it."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import date
from io import BytesIO, StringIO

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from openpyxl import load_workbook

from perfgoals.accounts.models import Unit
from perfgoals.common.workbooks.lists import list_workbook
from perfgoals.common.workbooks.tables.delimited import csv_bytes
from tests.admin.workbooks import CATEGORIES, PROJECTS, UNITS, USERS, exported
from tests.cast import Cast

DANGEROUS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"]


def test_no_text_is_a_formula_in_a_workbook() -> None:
    data = list_workbook("表", ["=列"], [[text] for text in DANGEROUS])
    sheet = load_workbook(BytesIO(data)).active
    assert [(cell.data_type, cell.number_format) for (cell,) in sheet.iter_rows()] == [
        ("s", "@")
    ] * 7
    assert sheet["A2"].value == "=1+1"


def test_numbers_and_dates_stay_what_they_are() -> None:
    data = list_workbook("表", ["数", "日", "空"], [[-5, date(2026, 1, 31), None]])
    number, day, blank = next(load_workbook(BytesIO(data)).active.iter_rows(min_row=2))
    assert (number.data_type, number.value) == ("n", -5)
    assert (day.is_date, day.number_format) == (True, "yyyy-mm-dd")
    assert blank.value is None


def test_a_column_of_codes_takes_codes_as_text() -> None:
    sheet = load_workbook(BytesIO(list_workbook("表", ["编码", "次序"], [["001", 1]]))).active
    assert sheet.column_dimensions["A"].number_format == "@"
    assert sheet.column_dimensions["B"].number_format == "General"


def test_control_characters_do_not_break_a_workbook() -> None:
    sheet = load_workbook(BytesIO(list_workbook("表", ["名"], [["甲\x0b乙"]]))).active
    assert sheet["A2"].value == "甲\N{REPLACEMENT CHARACTER}乙"


def test_csv_has_a_byte_order_mark_and_no_formula() -> None:
    data = csv_bytes(["名称", "数"], [*([text, -5] for text in DANGEROUS), ["普通", None]])
    assert data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(StringIO(data.decode("utf-8-sig"), newline="")))
    assert rows[0] == ["名称", "数"]
    assert [row[0] for row in rows[1:-1]] == [f"'{text}" for text in DANGEROUS]
    assert {row[1] for row in rows[1:-1]} == {"-5"}
    assert rows[-1] == ["普通", ""]


def test_the_file_is_named_in_chinese(client_of: Callable[[str], Client]) -> None:
    client = client_of("admin")
    for choice, kind in (("0", "xlsx"), ("1", "csv")):
        response = client.post(f"{UNITS}export/", {"format": choice, "resource": "0"})
        disposition = response["Content-Disposition"]
        assert disposition.startswith("attachment; filename*=utf-8''%E5%8D%95%E4%BD%8D-")
        assert disposition.endswith(f".{kind}")


def test_an_exported_name_is_no_formula(client_of: Callable[[str], Client]) -> None:
    Unit.objects.create(code="=cmd", name="@SUM(1)")
    client = client_of("admin")
    assert ("=cmd", "@SUM(1)", None, "是") in exported(client, UNITS)
    response = client.post(f"{UNITS}export/", {"format": "1", "resource": "0"})
    assert "'=cmd,'@SUM(1),,是" in response.content.decode("utf-8-sig")


def test_filters_and_search_hold_for_the_export(client_of: Callable[[str], Client]) -> None:
    rows = exported(client_of("admin"), UNITS)
    assert len(rows) == 1 + Unit.objects.count()
    response = client_of("admin").post(
        f"{UNITS}export/?q=信息中心", {"format": "1", "resource": "0"}
    )
    assert len(response.content.decode().splitlines()) == 2


@pytest.mark.parametrize("page", [UNITS, USERS, PROJECTS, CATEGORIES])
def test_who_may_only_look_takes_nothing_away(
    page: str, cast: Cast, client_of: Callable[[str], Client]
) -> None:
    cast.viewer.is_staff = True
    cast.viewer.save()
    cast.viewer.user_permissions.set(Permission.objects.filter(codename__startswith="view_"))
    client = client_of("viewer")
    assert client.get(page).status_code == 200
    assert f"{page}export/" not in client.get(page).content.decode()
    for action in ("export/", "import/", "import/blank/", "process_import/"):
        assert client.get(f"{page}{action}").status_code == 403
        assert client.post(f"{page}{action}", {"format": "0"}).status_code == 403
