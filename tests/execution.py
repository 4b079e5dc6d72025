"""Lists of executed budgets for tests, and the way through one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import Workbook

from perfgoals.common.models import Job
from projects.models import BudgetExecution, Form
from scoring.documents import SelfEvaluationDocument
from scoring.models import ImportBatch
from scoring.tasks import TASKS
from tests.drafts import said

UPLOAD = "/imports/execution/"
HEAD = ["项目名称", "年初预算", "全年预算", "执行数"]
MAINTENANCE = "上海市环境保护局信息化能力建设项目(运维)"
PLANNING = "综合规划、区域协作及资金管理"


def workbook(*rows: Sequence[Any], merged: Sequence[str] = (), title: str = "执行") -> bytes:
    """A workbook of one sheet with these rows."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = title
    for row in rows:
        sheet.append(list(row))
    for one in merged:
        sheet.merge_cells(one)
    return _saved(book)


def sheets(rows: Mapping[str, Sequence[Sequence[Any]]]) -> bytes:
    """A workbook of several sheets, by name."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for name, own in rows.items():
        sheet = book.create_sheet(name)
        for row in own:
            sheet.append(list(row))
    return _saved(book)


def _saved(book: Workbook) -> bytes:
    buffer = BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def draft(form: Form) -> Form:
    """The published form, as if it were being written."""
    Form.objects.filter(pk=form.pk).update(status="draft")
    return form


def work() -> Job:
    """Do what a worker would. Returns the last job that was done."""
    job = None
    for job in Job.objects.filter(state="queued").order_by("created_at"):
        TASKS[job.kind].call(str(job.pk))
    assert job is not None
    job.refresh_from_db()
    return job


def upload(client: Client, data: bytes, name: str = "执行.xlsx", year: str = "2020") -> Any:
    return client.post(UPLOAD, {"year": year, "file": SimpleUploadedFile(name, data)})


def listed(client: Client, data: bytes, name: str = "执行.xlsx", year: str = "2020") -> ImportBatch:
    """The list, uploaded and read."""
    response = upload(client, data, name, year)
    assert response.status_code == 302, response.content.decode()
    work()
    return ImportBatch.objects.latest("at")


def matching(batch: ImportBatch) -> str:
    """The address of the page on which its projects are chosen."""
    return f"{UPLOAD}{batch.pk}/"


def planned(client: Client, data: bytes, **choices: str) -> ImportBatch:
    """The list, read, its projects chosen, and planned."""
    batch = listed(client, data)
    response = client.post(matching(batch), {"money": "元", **choices})
    assert response["Location"] == f"/imports/{batch.pk}/"
    work()
    batch.refresh_from_db()
    return batch


def funds(form: Form) -> Any:
    """The funds block as the form has it now."""
    document = said(form)
    assert isinstance(document, SelfEvaluationDocument)
    return document.funds


def applied(client: Client, batch: ImportBatch, mode: str = "all") -> ImportBatch:
    """The batch, once a worker has applied it."""
    client.post(f"/imports/{batch.pk}/apply/", {"mode": mode})
    work()
    batch.refresh_from_db()
    return batch


def undone(client: Client, batch: ImportBatch) -> ImportBatch:
    """The batch, once a worker has undone it."""
    client.post(f"/imports/{batch.pk}/undo/")
    work()
    batch.refresh_from_db()
    return batch


def figures() -> dict[tuple[str, str], tuple[Any, ...]]:
    """What is kept, by project and source: 年初预算, 全年预算, 执行数."""
    return {
        (one.project.name, one.source): (one.initial_budget, one.annual_budget, one.executed)
        for one in BudgetExecution.objects.select_related("project")
    }
