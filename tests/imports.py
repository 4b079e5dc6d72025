"""Files to import, and the way through a batch without a browser."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from io import BytesIO
from typing import Any

from django.core.files.base import ContentFile
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from perfgoals.accounts.models import User
from perfgoals.common.workbooks.official_writer import official_workbook
from projects.models import Form
from scoring.access import form_document
from scoring.documents import FormDocument, read_form
from scoring.models import ImportBatch, ImportItem
from scoring.services.importing import Applied, apply_batch, keep_upload, silent
from scoring.workbooks.batches import read_batch
from scoring.workbooks.flat import FlatForm, flat_workbook
from scoring.workbooks.official import official_sheet

ALL, SOUND = ImportBatch.Mode.ALL, ImportBatch.Mode.SOUND


def official_file(forms: Iterable[Form]) -> bytes:
    """The forms as one workbook, a sheet each, as they are downloaded."""
    sheets = [official_sheet(form_document(f), form=f.pk, version=f.version) for f in forms]
    return official_workbook(sheets, title="表")


def flat_file(forms: Iterable[Form]) -> bytes:
    return flat_workbook(FlatForm(form_document(f), f.pk, f.version, f.project.code) for f in forms)


def json_file(documents: Sequence[FormDocument]) -> bytes:
    return json.dumps([one.as_json() for one in documents], ensure_ascii=False).encode()


def json_of(forms: Iterable[Form]) -> bytes:
    return json_file([form_document(form) for form in forms])


def sound(**changes: Any) -> dict[str, Any]:
    """A declaration of the bureau without errors, as JSON."""
    rows = [
        ("产出指标", "数量指标", "培训场次", "≥4(场)"),
        ("产出指标", "质量指标", "验收合格率", "≥98(%)"),
        ("产出指标", "时效指标", "按期完成率", "=100(%)"),
        ("产出指标", "成本指标", "成本控制", "≤20(万元)"),
        ("效益指标", "社会效益指标", "公众知晓率", "≥85(%)"),
        ("满意度指标", "服务对象满意度指标", "参训人员满意度", "≥90(%)"),
    ]
    data: dict[str, Any] = {
        "form": "declaration",
        "year": 2026,
        "department": "上海市生态环境局",
        "unit": "上海市生态环境局",
        "project": {
            "name": "生态环境培训",
            "nature": "经常性项目",
            "category": "其他类",
            "start": "2026-01-01",
            "end": "2026-12-31",
        },
        "money_unit": "元",
        "funds": {
            "project_total": "200000.00",
            "project_fiscal": "200000.00",
            "project_other": "0.00",
            "annual_request": "200000.00",
            "appropriation": "200000.00",
            "carryover": "0.00",
            "other": "0.00",
        },
        "overall_goal": "提高全市生态环境从业人员的业务能力和服务水平，保障各项任务按期完成。",
        "annual_goal": "全年举办四场培训，参训人员考核合格，按期完成，群众知晓率和满意度达到要求。",
        "indicators": [{"level1": a, "level2": b, "name": c, "target": d} for a, b, c, d in rows],
    }
    return data | changes


def named(name: str, **changes: Any) -> FormDocument:
    """The sound declaration of a project of that name."""
    data = sound(**changes)
    return read_form(data | {"project": data["project"] | {"name": name}})


def uploaded(content: bytes, by: User, name: str = "导入.xlsx") -> ImportBatch:
    """The file, kept and read."""
    batch = keep_upload(ContentFile(content), name, by=by)
    return read_batch(batch, report=silent)


def imported(
    content: bytes, by: User, mode: ImportBatch.Mode = ALL, chosen: Sequence[int] = ()
) -> tuple[ImportBatch, Applied]:
    batch = uploaded(content, by)
    answer = apply_batch(batch, mode=mode, by=by, report=silent, chosen=chosen)
    batch.refresh_from_db()
    return batch, answer


def plans(batch: ImportBatch) -> list[str]:
    return list(batch.items.order_by("number").values_list("plan", flat=True))


def item(batch: ImportBatch, number: int = 1) -> ImportItem:
    return batch.items.get(number=number)


def sheet_of(content: bytes, name: str) -> Worksheet:
    """A sheet, to be changed; ``saved`` gives its workbook back."""
    return load_workbook(BytesIO(content))[name]


def saved(sheet: Worksheet) -> bytes:
    buffer = BytesIO()
    assert sheet.parent is not None
    sheet.parent.save(buffer)
    return buffer.getvalue()
