"""Entries of the log as a table for a spreadsheet. Whatever stands in them stays text."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from django.utils import timezone
from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from perfgoals.common.models import AuditEntry
from perfgoals.common.workbooks.tables.delimited import csv_lines
from perfgoals.common.workbooks.writer import fitting, put_text, workbook_bytes

MOST = {"csv": 100_000, "xlsx": 5_000}
"""How many entries one file takes: a workbook is put together in memory, a CSV is not."""

HEADERS = (
    "编号",
    "时间",
    "用户",
    "用户编号",
    "类别",
    "事项",
    "对象种类",
    "对象编号",
    "对象",
    "途径",
    "来源地址",
    "理由",
    "变动",
    "其他",
)
_WIDTHS = (10, 20, 20, 10, 10, 40, 14, 12, 36, 10, 16, 30, 60, 40)
_CUT = "……（过长，余下的见审计日志页面）"


def csv_of(entries: Iterable[AuditEntry]) -> Iterator[bytes]:
    """The entries as CSV, line by line, with the mark by which Excel knows UTF-8."""
    return csv_lines(HEADERS, (_row(entry) for entry in entries))


def workbook_of(entries: Iterable[AuditEntry]) -> bytes:
    """The entries as a workbook (.xlsx) of one sheet."""
    workbook = Workbook()
    sheet = workbook.active
    assert sheet is not None
    sheet.title = "审计日志"
    sheet.freeze_panes = "A2"
    for column, (header, width) in enumerate(zip(HEADERS, _WIDTHS, strict=True), 1):
        head = sheet.cell(1, column)
        put_text(head, header)
        head.font = Font(bold=True)
        sheet.column_dimensions[get_column_letter(column)].width = width
    for number, entry in enumerate(entries, 2):
        for column, text in enumerate(_row(entry), 1):
            if text:
                put_text(sheet.cell(number, column), text)
    return workbook_bytes(workbook)


def shown(value: Any) -> str:
    """A value of an entry as people read it."""
    if value is None or value == "":
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, list) and all(isinstance(one, str | int) for one in value):
        return "、".join(str(one) for one in value)
    return json.dumps(value, ensure_ascii=False)


def _row(entry: AuditEntry) -> list[str]:
    changes = (
        f"{change.get('label') or change.get('path', '')}："
        f"{shown(change.get('before')) or '（空）'} → {shown(change.get('after')) or '（空）'}"
        for change in entry.changes
    )
    texts = (
        str(entry.pk),
        f"{timezone.localtime(entry.at):%Y-%m-%d %H:%M:%S}",
        entry.user_name,
        "" if entry.user_id is None else str(entry.user_id),
        entry.get_action_display(),
        entry.summary,
        entry.kind,
        entry.subject_id,
        entry.subject,
        entry.get_channel_display(),
        entry.address,
        entry.reason,
        "\n".join(changes),
        "\n".join(f"{name}：{shown(value)}" for name, value in entry.details.items()),
    )
    return [fitting(text, _CUT) for text in texts]
