"""Departments' own workbooks, the whole way: uploaded, read, looked at, imported."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import Workbook

from projects.models import FiscalYear, Form
from scoring.models import ImportBatch
from scoring.tasks import TASKS
from tests.cast import BUREAU, INFORMATION, Cast
from tests.drafts import said
from tests.reading import texts
from tests.workbooks.office import saved

pytestmark = pytest.mark.django_db
ClientOf = Callable[[str], Client]

ROWS: tuple[Sequence[Any], ...] = (
    ["产出\n指标\n（50分）", "数量指标", "监测点位数", "≥120个", "126个", 20, 20],
    [None, None, "报告份数", "12份", "12份", 10, 10],
    [None, "质量指标", "数据有效率", 0.95, 0.975, 10, 10],
    [None, "时效指标", "按时完成率", "100%", "100%", "10分", 10],
    ["效益指标", "社会效益指标", "公众知晓率", "≥85%", "80%", 30, 28.24, "宣传不足，下年加强"],
    ["满意度指标", "服务对象\n满意度指标", "公众满意度", "≥90%", "92%", 10, 10],
)


def put_form(workbook: Workbook, project: str, unit: str, top: int) -> int:
    """A self-evaluation in 万元, as a department has it. Returns the row below it."""
    sheet = workbook.worksheets[0]
    head: list[Sequence[Any]] = [
        ["2024年度项目支出绩效自评表"],
        ["单位：万元"],
        ["项 目 名 称", None, project],
        ["主管部门", None, BUREAU, None, "实 施 单 位", None, unit],
        ["项目资金", None, "年初预算数", "调整后预算数", "执行数", "权重", "执行率", "得分"],
        [None, "年度资金总额", "１００.00", 100, 90, 10, 0.9, 9],
        [None, "其中：财政资金", 100, 100, 90, "—", 0.9, "—"],
        ["年度总体目标", "预期目标", None, None, "实际完成情况"],
        [None, "完成全年监测，保证数据质量", None, None, "已完成全年监测"],
        ["一级指标", "二级指标", "三级指标", "指标值", "完成值", "权重", "得分", "原因分析"],
    ]
    foot: list[Sequence[Any]] = [
        ["合计", None, None, None, None, 100, 97.24],
        ["填报人：张三   电话：021-12345678"],
    ]
    lines: list[Sequence[Any]] = [*head, *ROWS, *foot]
    for number, line in enumerate(lines, top):
        for column, value in enumerate(line, 1):
            if value is not None:
                cell = sheet.cell(number, column)
                cell.value = value
                cell.number_format = "0.0%" if isinstance(value, float) and value < 1 else "General"
    rows = top + len(head)
    for span in ("A{0}:A{3}", "B{0}:B{1}"):
        sheet.merge_cells(span.format(rows, rows + 1, rows + 2, rows + 3))
    sheet.merge_cells(f"C{top + 2}:H{top + 2}")
    sheet.merge_cells(f"A{rows + len(ROWS)}:E{rows + len(ROWS)}")
    return top + len(lines)


def test_two_forms_on_one_sheet_in_ten_thousands(cast: Cast, client_of: ClientOf) -> None:
    FiscalYear.objects.filter(year=2024).update(is_open=True)
    workbook = Workbook()
    below = put_form(workbook, "在线监测", BUREAU, 1)
    put_form(workbook, "数据平台", f"{INFORMATION} ", below + 2)
    workbook.create_sheet("填表说明").append(["三级指标应细化、量化。"])
    workbook.create_sheet("旧稿").sheet_state = "hidden"
    client = client_of("admin")
    file = SimpleUploadedFile("2024自评汇总（最终版）.xlsx", saved(workbook))
    client.post("/imports/", {"files": file})
    batch = ImportBatch.objects.latest("at")
    work(batch)
    assert [one.project_name for one in batch.items.order_by("number")] == ["在线监测", "数据平台"]
    page = client.get(f"/imports/{batch.pk}/")
    read = " ".join(texts(page, ".import-part"))
    assert "读到 2 份表、12 行，空行 0 行" in read
    assert "工作表「填表说明」" in read
    client.post(
        f"/imports/{batch.pk}/apply/", {"mode": "sound", "chosen_plan": ["error", "conflict"]}
    )
    work(batch)
    assert batch.state == "applied"
    form = Form.objects.get(project_name="在线监测")
    document = said(form)
    assert document.money_unit == "万元"
    total = document.funds.total
    assert (total.initial_budget, total.executed, total.execution_rate) == (
        Decimal(100),
        Decimal(90),
        Decimal(90),
    )
    rows = document.indicators
    assert [row.level1 for row in rows] == ["产出指标"] * 4 + ["效益指标", "满意度指标"]
    assert [row.level2 for row in rows][:3] == ["数量指标", "数量指标", "质量指标"]
    assert [(row.target, row.actual) for row in rows][1:3] == [
        ("12份", "12份"),
        ("95.0%", "97.5%"),
    ]
    assert rows[3].weight == Decimal(10)
    assert rows[5].level2 == "服务对象满意度指标"
    assert document.total_score == Decimal("97.24")
    assert Form.objects.get(project_name="数据平台").project.unit.name == INFORMATION


def work(batch: ImportBatch) -> None:
    """Do what the worker would."""
    batch.refresh_from_db()
    assert batch.job is not None
    TASKS[batch.job.kind].call(str(batch.job.pk))
    batch.refresh_from_db()
