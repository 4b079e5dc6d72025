"""Units out of a workbook: two steps, all or nothing."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

import pytest
from django.contrib.admin.models import LogEntry
from django.core.files.storage import default_storage
from django.test import Client
from openpyxl import load_workbook

from perfgoals.accounts.models import Membership, Role, Unit
from perfgoals.common.exchange.views import FOLDER
from tests.admin.workbooks import (
    UNITS,
    bring_in,
    confirm,
    exported,
    previewed,
    problems,
    upload,
    workbook,
)
from tests.cast import BUREAU, CENTRE, Cast
from tests.reading import nothing_written, text, texts

HEADERS = ("单位编码", "单位名称", "上级单位", "使用中")


@pytest.fixture
def admin(client_of: Callable[[str], Client]) -> Client:
    return client_of("admin")


def test_parents_may_come_later_in_the_file(admin: Client) -> None:
    preview = upload(
        admin,
        UNITS,
        workbook(
            HEADERS,
            ("31-3", "某监测站", "31-2", "是"),
            ("31-2", "某区局", "31-1", "是"),
            ("31-1", "某市局", None, "否"),
        ),
    )
    assert previewed(preview) == [
        ["2", "新增", "31-3", "某监测站", "31-2", "是"],
        ["3", "新增", "31-2", "某区局", "31-1", "是"],
        ["4", "新增", "31-1", "某市局", "", "否"],
    ]
    assert not Unit.objects.filter(code__startswith="31-").exists()
    done = confirm(admin, UNITS, preview)
    assert "导入完成：新增 3 行，修改 0 行，未变 0 行" in text(done)
    above: dict[str, str | None] = dict(Unit.objects.values_list("code", "parent__code"))
    assert (above["31-3"], above["31-2"], above["31-1"]) == ("31-2", "31-1", None)
    assert not Unit.objects.get(code="31-1").is_active


def test_rows_are_found_by_code_and_the_preview_shows_what_changes(
    cast: Cast, admin: Client
) -> None:
    centre, bureau = Unit.objects.get(name=CENTRE), Unit.objects.get(name=BUREAU)
    preview = upload(admin, UNITS, workbook(HEADERS, (centre.code, "改名后的中心", None, "是")))
    (row,) = previewed(preview)
    assert row[1:] == [
        "修改",
        centre.code,
        f"{CENTRE} 改名后的中心",
        f"{bureau.code} （空）",
        "是",
    ]
    assert texts(preview, "del") == [CENTRE, bureau.code]
    assert texts(preview, "ins") == ["改名后的中心", "（空）"]
    confirm(admin, UNITS, preview)
    centre.refresh_from_db()
    assert (centre.name, centre.parent) == ("改名后的中心", None)


def test_every_fault_of_every_row_with_the_row_of_the_sheet(admin: Client) -> None:
    bureau = Unit.objects.get(name=BUREAU)
    rows = (
        (*HEADERS, "备注"),
        ("X1", "甲单位", "X9", "是", None),
        ("X2", None, None, "也许", None),
        (None, None, None, None, None),
        ("X3", BUREAU, bureau.name, "是", None),
        ("X1", "乙单位", None, "是", None),
        ("X5", "丙单位", "X6", "是", None),
        ("X6", "丁单位", "X5", "是", None),
        ("X7", "戊单位", "X7", "是", None),
        ("X8", "己单位", "X2", "是", None),
        ("X" * 41, "庚单位", None, "是", None),
    )
    response = upload(admin, UNITS, workbook(*rows, title="单位"))
    assert problems(response) == [
        ("标题行", "", "不认识的列：备注（可用的列：单位编码、单位名称、上级单位、使用中）"),
        ("第 2 行", "上级单位", "没有编码为「X9」的上级单位"),
        ("第 3 行", "单位名称", "此字段不能为空。"),
        ("第 3 行", "使用中", "应为「是」或「否」，读到「也许」"),
        ("第 5 行", "单位名称", "已有单位名称相同的单位。"),
        (
            "第 5 行",
            "上级单位",
            f"没有编码为「{BUREAU}」的上级单位；应填编码，「{BUREAU}」的编码是 {bureau.code}",
        ),
        ("第 6 行", "单位编码", "与第 2 行重复"),
        ("第 7 行", "上级单位", "上级单位成环：X5 → X6 → X5"),
        ("第 8 行", "上级单位", "上级单位成环：X6 → X5 → X6"),
        ("第 9 行", "上级单位", "上级单位不能是自己"),
        ("第 11 行", "单位编码", "最多 40 个字，现有 41 个。"),
    ]
    assert text(response, "#problems") == "有 11 处错误，没有写入任何数据"
    assert "工作表「单位」，共 9 行" in text(response)
    assert texts(response, "[name=ticket]") == []
    assert not Unit.objects.filter(code__startswith="X").exists()


def test_one_wrong_row_and_nothing_is_written(admin: Client) -> None:
    response = upload(
        admin, UNITS, workbook(HEADERS, ("G1", "好的", None, "是"), ("G2", None, None, "是"))
    )
    assert problems(response) == [("第 3 行", "单位名称", "此字段不能为空。")]
    assert not Unit.objects.filter(code="G1").exists()


def test_a_circle_with_what_is_stored(admin: Client) -> None:
    bureau, centre = Unit.objects.get(name=BUREAU), Unit.objects.get(name=CENTRE)
    response = upload(admin, UNITS, workbook(HEADERS, (bureau.code, BUREAU, centre.code, "是")))
    expected = f"上级单位成环：{bureau.code} → {centre.code} → {bureau.code}"
    assert problems(response) == [("第 2 行", "上级单位", expected)]


def test_a_code_typed_as_a_number_is_that_code(admin: Client) -> None:
    bring_in(admin, UNITS, HEADERS[:2], (310104, "徐汇"), (310105.0, "长宁"))
    codes = Unit.objects.filter(code__startswith="3101").values_list("code", flat=True)
    assert list(codes) == ["310104", "310105"]


def test_a_missing_column_leaves_alone_and_a_blank_cell_clears(admin: Client) -> None:
    bring_in(admin, UNITS, HEADERS, ("P", "上级", None, "否"), ("K", "下级", "P", "否"))
    bring_in(admin, UNITS, HEADERS[:2], ("K", "下级改名"))
    child = Unit.objects.get(code="K")
    assert (child.name, str(child.parent), child.is_active) == ("下级改名", "上级", False)
    bring_in(admin, UNITS, HEADERS, ("K", "下级改名", None, None))
    child.refresh_from_db()
    assert (child.parent, child.is_active) == (None, False)


def test_required_columns(admin: Client) -> None:
    response = upload(admin, UNITS, workbook(("单位编码", "名称"), ("A", "甲")))
    assert problems(response) == [
        ("标题行", "", "不认识的列：名称（可用的列：单位编码、单位名称、上级单位、使用中）"),
        ("标题行", "", "缺少必需的列：单位名称"),
    ]


def test_what_was_exported_changes_nothing(admin: Client) -> None:
    rows = exported(admin, UNITS)
    assert rows[0] == HEADERS
    response = upload(admin, UNITS, workbook(*rows))
    assert {row[1] for row in previewed(response)} == {"未变"}
    assert len(previewed(response)) == Unit.objects.count()
    assert "与现有数据完全相同，不需要导入" in text(response)
    assert texts(response, "[name=ticket]") == []


def test_what_is_confirmed_is_what_was_shown(admin: Client) -> None:
    preview = upload(admin, UNITS, workbook(HEADERS, ("N1", "新单位", None, "是")))
    Unit.objects.create(code="N1", name="别人刚建的")
    again = confirm(admin, UNITS, preview)
    assert "预览之后数据有了变化，没有写入任何数据" in text(again)
    assert previewed(again)[0][1] == "修改"
    assert Unit.objects.get(code="N1").name == "别人刚建的"
    confirm(admin, UNITS, again)
    assert Unit.objects.get(code="N1").name == "新单位"


def test_faults_that_come_up_after_the_preview(admin: Client) -> None:
    preview = upload(
        admin, UNITS, workbook(HEADERS, ("N1", "一", None, "是"), ("N2", "二", None, "是"))
    )
    Unit.objects.create(code="other", name="二")
    again = confirm(admin, UNITS, preview)
    assert problems(again) == [("第 3 行", "单位名称", "已有单位名称相同的单位。")]
    assert not Unit.objects.filter(code="N1").exists()


def test_a_ticket_is_good_once_and_for_its_owner_only(
    cast: Cast, admin: Client, client_of: Callable[[str], Client]
) -> None:
    preview = upload(admin, UNITS, workbook(HEADERS, ("T", "一次", None, "是")))
    cast.colleague.is_staff = cast.colleague.is_superuser = True
    cast.colleague.save()
    expired = "预览已过期或已处理，没有写入任何数据。请重新上传文件。"
    assert expired in text(confirm(client_of("colleague"), UNITS, preview))
    assert not Unit.objects.filter(code="T").exists()
    confirm(admin, UNITS, preview)
    assert Unit.objects.filter(code="T").exists()
    assert expired in text(confirm(admin, UNITS, preview))
    assert expired in text(admin.get(f"{UNITS}process_import/", follow=True))
    assert default_storage.listdir(FOLDER)[1] == []


def test_the_history_names_the_import(cast: Cast, admin: Client) -> None:
    bring_in(admin, UNITS, HEADERS, ("H", "留痕", None, "是"))
    bring_in(admin, UNITS, HEADERS, ("H", "改名", None, "是"))
    entries = LogEntry.objects.filter(user=cast.admin).order_by("pk")
    assert [(entry.object_repr, entry.get_change_message()) for entry in entries] == [
        ("留痕", "由导入新增。"),
        ("改名", "由导入修改。"),
    ]


def test_the_blank_workbook_has_the_columns(admin: Client) -> None:
    response = admin.get(f"{UNITS}import/blank/")
    assert list(load_workbook(BytesIO(response.content)).active.values) == [HEADERS]
    assert (
        "%E5%8D%95%E4%BD%8D%E5%AF%BC%E5%85%A5%E6%A8%A1%E6%9D%BF.xlsx"
        in (response["Content-Disposition"])
    )


def test_looking_writes_nothing(admin: Client) -> None:
    with nothing_written():
        assert admin.get(f"{UNITS}import/").status_code == 200
        assert admin.get(f"{UNITS}export/").status_code == 200


def test_memberships_stay_with_a_unit_that_is_renamed(cast: Cast, admin: Client) -> None:
    bureau = Unit.objects.get(name=BUREAU)
    bring_in(admin, UNITS, HEADERS[:2], (bureau.code, "新名称"))
    assert Membership.objects.filter(
        user=cast.auditor, unit__name="新名称", role=Role.AUDITOR
    ).exists()
