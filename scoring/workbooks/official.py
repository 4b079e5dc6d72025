"""Either form as its official workbook: written for download, read back when it returns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from indicators.access import taxonomy_of
from indicators.documents import DeclarationDocument
from indicators.workbooks import (
    amounts_between,
    declaration_from,
    is_template_row,
    joined_value,
    new_form,
)
from perfgoals.common.sheets import Layout, shipped_layout, shipped_layouts
from perfgoals.common.workbooks.filling import CellKind, CellProblem, Filled, fill
from perfgoals.common.workbooks.marks import FORMAT, Mark
from perfgoals.common.workbooks.official import OfficialForm, find_forms
from perfgoals.common.workbooks.official_writer import OfficialSheet, official_workbook
from perfgoals.common.workbooks.reading import read_workbook
from projects.models import Form
from projects.workflow import FormKind
from scoring.documents import FormDocument, SelfEvaluationDocument
from scoring.services.editing import TAKEN_OVER
from scoring.sheets import form_sheet

_POINTS = frozenset({"weight", "score", "total_weight", "total_score"})


def evaluation_cell(path: str) -> CellKind:
    """What the cell of a path of a 自评表 holds."""
    name = path.rpartition(".")[2]
    if name in _POINTS:
        return CellKind.POINTS
    if name == "execution_rate":
        return CellKind.RATE
    return CellKind.AMOUNT if path.startswith("funds.") else CellKind.TEXT


def evaluation_from(
    found: OfficialForm, before: SelfEvaluationDocument | None = None
) -> Filled[SelfEvaluationDocument]:
    """The 自评表 on a sheet, over what the form says now; what the sheet does not show stays."""
    data = before.as_json() if before else new_form(found)
    return fill(
        found,
        SelfEvaluationDocument,
        data,
        kind_of=evaluation_cell,
        join=joined_value,
        is_leftover=is_template_row,
        convert=amounts_between(found.money_unit, data["money_unit"]),
    )


def form_from(found: OfficialForm, before: FormDocument | None = None) -> Filled[Any]:
    """The form on a sheet, whichever kind it is."""
    if found.kind == FormKind.DECLARATION:
        return declaration_from(found, before if isinstance(before, DeclarationDocument) else None)
    return evaluation_from(found, before if isinstance(before, SelfEvaluationDocument) else None)


# -- writing ---------------------------------------------------------------------------------------


def own_layout(document: FormDocument) -> Layout:
    """The layout of the form's year in the money unit of the form, so that no amount is rounded."""
    layout = shipped_layout(document.form, document.year)
    return layout.model_copy(update={"money_unit": document.money_unit})


def official_sheet(
    document: FormDocument,
    *,
    form: int = 0,
    version: int = 0,
    choices: Mapping[str, Sequence[str]] | None = None,
) -> OfficialSheet:
    """The form as it goes into a workbook. form, version: of a form that is kept; choices: the names of
    level 1 and 2 that are offered."""
    layout = own_layout(document)
    cells = [cell for part in (layout.head, layout.closing) for row in part for cell in row]
    return OfficialSheet(
        sheet=form_sheet(document, layout),
        mark=Mark(document.form, layout.id, form, version),
        percents=frozenset(c.field for c in cells if c.field and c.format == "percent"),
        codes=[row.code for row in document.indicators],
        choices=choices or {},
    )


def form_workbook(form: Form, document: FormDocument) -> bytes:
    """The workbook of one kept form. Raises CellRefused."""
    sheet = official_sheet(
        document, form=form.pk, version=form.version, choices=class_names(document.year)
    )
    return official_workbook([sheet], title=str(form))


def class_names(year: int) -> dict[str, list[str]]:
    """The names of level 1 and level 2 in use in that year, in their order; one query."""
    classes = taxonomy_of(year)
    below = [name for top in classes for name in top["children"]]
    return {"level1": [top["name"] for top in classes], "level2": list(dict.fromkeys(below))}


# -- reading ---------------------------------------------------------------------------------------


@dataclass(slots=True)
class UploadedForm:
    """What an uploaded workbook says of a form.

    document: None where it cannot be taken; problems then say why. stated_version: the version that was
    downloaded, None where the workbook does not say. remarks: what was passed over or kept. rows,
    blank_rows: how many of the indicators were read and how many were blank.
    """

    document: FormDocument | None = None
    problems: list[CellProblem] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    places: dict[str, str] = field(default_factory=dict)
    stated_version: int | None = None
    sheet: str = ""
    rows: int = 0
    blank_rows: int = 0


def read_upload(data: bytes, form: Form, before: FormDocument) -> UploadedForm:
    """The workbook's say on the form, which says ``before`` now. Nothing is saved. Raises
    UnreadableWorkbook."""
    reading = find_forms(read_workbook(data), shipped_layouts())
    upload = UploadedForm(remarks=[sheet.sentence for sheet in reading.skipped])
    found = _chosen(reading.forms, form, upload)
    if found is None:
        return upload
    upload.sheet = found.sheet
    if not _is_for(found, form, before, upload):
        return upload
    if found.mark is not None and found.mark.form == form.pk:
        upload.stated_version = found.mark.version
    filled = form_from(found, before)
    upload.problems = filled.problems
    upload.places = filled.places
    upload.remarks += filled.remarks + _settled(before, filled.document)
    upload.rows, upload.blank_rows = len(found.rows), filled.blank_rows
    if filled.document is not None:
        upload.document = _as_settled(filled.document, before)
        _take_over(upload, form, before)
    return upload


def _chosen(forms: Sequence[OfficialForm], form: Form, upload: UploadedForm) -> OfficialForm | None:
    """The form of the workbook that is meant: that with the mark of this one, else the only one."""
    own = [found for found in forms if found.mark and found.mark.form == form.pk]
    if len(own) == 1 or len(forms) == 1:
        return (own or list(forms))[0]
    if not forms:
        expected = "没有找到申报表或自评表，请下载本表的工作簿填写后再上传"
        upload.problems.append(CellProblem("", "", "工作簿", "", expected))
    else:
        names = "、".join(f"「{found.sheet}」第 {found.first_row} 行起" for found in (own or forms))
        expected = f"工作簿里有 {len(own or forms)} 份表（{names}），请只留下这一份再上传"
        upload.problems.append(CellProblem("", "", "工作簿", "", expected))
    return None


def _is_for(found: OfficialForm, form: Form, before: FormDocument, upload: UploadedForm) -> bool:
    """Whether the found form is of the kind and year of this one, and not another one's workbook."""
    mark = found.mark
    expected = ""
    if mark is not None and mark.format > FORMAT:
        expected = "工作簿由更新版本的系统导出，请在这里重新下载后填写"
    elif found.kind != form.kind:
        label = FormKind(found.kind).label
        expected = f"工作簿里是{label}，这里要的是{form.get_kind_display()}"
    elif mark is not None and mark.form and mark.form != form.pk:
        expected = "工作簿是从另一份表下载的，请到那份表去上传，或下载本表的工作簿填写"
    elif found.year is not None and found.year != before.year:
        expected = f"工作簿是 {found.year} 年度的，这份表是 {before.year} 年度的"
    if expected:
        place = CellProblem(found.sheet, "", "表", "", expected)
        upload.problems.append(place)
    return not expected


def _settled(before: FormDocument, after: FormDocument | None) -> list[str]:
    """A sentence for each cell that the workbook would change although it is settled."""
    if after is None:
        return []
    labels = {"department": "主管部门", "unit": "实施单位"}
    says = [(label, getattr(before, name), getattr(after, name)) for name, label in labels.items()]
    return [
        f"「{label}」在建表时已确定，仍为「{now}」，工作簿里的「{new}」不采用"
        for label, now, new in says
        if now != new
    ]


def _as_settled(document: FormDocument, before: FormDocument) -> FormDocument:
    return document.model_copy(
        update={name: getattr(before, name) for name in ("department", "unit", "year")}
    )


def _take_over(upload: UploadedForm, form: Form, before: FormDocument) -> None:
    """Where the indicators came from an approved declaration: leave the rows, their order, names and
    targets as they are, say what was not taken, and take the rest."""
    document = upload.document
    if not isinstance(document, SelfEvaluationDocument) or not isinstance(
        before, SelfEvaluationDocument
    ):
        return
    if form.self_evaluation.declaration_id is None:
        return
    uploaded = {row.code: row for row in document.indicators if row.code}
    rows = []
    for number, row in enumerate(before.indicators, 1):
        place = f"第 {number} 行「{row.name}」"
        new = uploaded.pop(row.code, None) if row.code else None
        if new is None:
            upload.remarks.append(f"{place}取自已批准的申报表，不能删去，保持不变")
            rows.append(row)
            continue
        locked = {name: getattr(row, name) for name in TAKEN_OVER}
        if any(getattr(new, name) != value for name, value in locked.items()):
            upload.remarks.append(f"{place}的指标和指标值取自已批准的申报表，其改动不采用")
        rows.append(new.model_copy(update=locked))
    known = {row.code for row in before.indicators}
    upload.remarks += [
        f"新增的「{row.name}」不采用：指标取自已批准的申报表，不能增加"
        for row in document.indicators
        if not row.code or row.code not in known
    ]
    upload.document = document.model_copy(update={"indicators": rows})


# -- whole workbooks -------------------------------------------------------------------------------


def find_all(data: bytes) -> list[tuple[OfficialForm, Filled[Any]]]:
    """Every official form in a workbook with its document, none of them kept yet. Raises
    UnreadableWorkbook."""
    reading = find_forms(read_workbook(data), shipped_layouts())
    return [(found, form_from(found)) for found in reading.forms]
