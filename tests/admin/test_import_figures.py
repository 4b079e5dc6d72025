"""Budget execution figures out of a workbook and into one."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from io import BytesIO

import pytest
from django.test import Client
from openpyxl import load_workbook

from perfgoals.common.models import AuditEntry
from projects.models import BudgetExecution, Project
from tests.admin.workbooks import (
    FIGURES,
    bring_in,
    exported,
    previewed,
    problems,
    upload,
    workbook,
)
from tests.cast import Cast

HEADERS = (
    *("项目编码", "项目名称", "实施单位", "年度", "资金来源"),
    *("年初预算数（元）", "全年预算数（元）", "全年执行数（元）", "来源文件", "截至日期"),
)


@pytest.fixture
def admin(client_of: Callable[[str], Client]) -> Client:
    return client_of("admin")


@pytest.fixture
def project(cast: Cast) -> Project:
    return cast.maintenance.project


def test_there_and_back(admin: Client, project: Project) -> None:
    rows = [
        (project.code, None, None, 2020, None, "1,088,156", 1000000, 950000.5, "=表.xlsx", None),
        (project.code, project.name, "", "2020", "其他资金", None, None, 0, None, "2020-12-31"),
    ]
    bring_in(admin, FIGURES, HEADERS, *rows)
    kept = {one.source: one for one in BudgetExecution.objects.all()}
    assert kept["total"].initial_budget == Decimal("1088156")
    assert kept["total"].executed == Decimal("950000.50")
    assert kept["other"].annual_budget is None
    assert kept["other"].executed == 0
    entry = AuditEntry.objects.filter(summary="由导入新增预算执行数").first()
    assert entry is not None
    back = exported(admin, FIGURES)
    assert back[0] == HEADERS
    assert back[1][:5] == (*(project.code, project.name, project.unit.name, 2020, "资金总额"),)
    assert back[1][5:8] == (1088156, 1000000, 950000.5)
    again = upload(admin, FIGURES, workbook(*back))
    assert [row[1] for row in previewed(again)] == ["未变", "未变"]


def test_a_file_name_that_looks_like_a_formula_stays_text(admin: Client, project: Project) -> None:
    BudgetExecution.objects.create(
        project=project, year_id=2020, executed=Decimal(-3), file="=1+1.xlsx"
    )
    response = admin.post(f"{FIGURES}export/", {"format": "0", "resource": "0"})
    sheet = load_workbook(BytesIO(response.content)).active
    assert sheet is not None
    assert (sheet["I2"].value, sheet["I2"].data_type) == ("=1+1.xlsx", "s")
    assert (sheet["H2"].value, sheet["H2"].data_type) == (-3, "n")
    response = admin.post(f"{FIGURES}export/", {"format": "1", "resource": "0"})
    assert "'=1+1.xlsx" in response.content.decode("utf-8-sig")


def test_what_is_wrong_with_a_row(admin: Client, project: Project, cast: Cast) -> None:
    other = cast.planning.project
    response = upload(
        admin,
        FIGURES,
        workbook(
            HEADERS[:8],
            ("没有", None, None, 2020, None, 1, 1, 1),
            (project.code, None, None, 1999, None, 1, 1, 1),
            (project.code, None, None, 2020, "基金", "一百", 1, 1),
            (project.code, None, None, 2020, None, -1, 1, 1),
            (project.code, None, None, 2020, "其他资金", None, None, None),
            (project.code, other.name, None, 2020, "当年财政拨款", 1, 1, 1),
            (project.code, None, None, 2020, "资金总额", 1, 1, 1),
        ),
    )
    told = problems(response)
    assert (told[0][:2], "没有编码为「没有」的项目" in told[0][2]) == (
        ("第 2 行", "项目编码"),
        True,
    )
    assert told[1][:2] == ("第 3 行", "年度")
    assert "系统里没有 1999 年度" in told[1][2]
    assert [one[:2] for one in told[2:4]] == [
        ("第 4 行", "资金来源"),
        ("第 4 行", "年初预算数（元）"),
    ]
    assert ("第 5 行", "", "预算数不能是负数") in told
    assert ("第 6 行", "", "年初预算数、全年预算数、全年执行数至少填一项") in told
    assert any(one[:2] == ("第 7 行", "项目编码") and "与项目名称不符" in one[2] for one in told)
    assert ("第 8 行", "项目编码", "与第 5 行重复") in told
    assert not BudgetExecution.objects.exists()


def test_columns_that_are_missing(admin: Client) -> None:
    response = upload(admin, FIGURES, workbook(("项目编码", "执行数"), ("P1", 1)))
    assert any("缺少必需的列：年度" in one[2] for one in problems(response))
