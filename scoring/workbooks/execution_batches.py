"""A list of executed budgets on its way: read out of the file of a batch and matched, and planned as changes
of the forms that were chosen. For a worker: nothing of it runs while somebody waits for a page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from django.db import transaction

from perfgoals.accounts.models import Unit
from perfgoals.common.findings import Level
from perfgoals.common.models import Job
from perfgoals.common.workbooks.container import UnreadableWorkbook
from perfgoals.common.workbooks.filling import CellProblem
from perfgoals.common.workbooks.marking import ErrorMark, error_list, marked_workbook
from projects.models import Form
from projects.workflow import FormKind
from scoring.access import form_document, get_scheme
from scoring.checks import check_self_evaluation
from scoring.documents import FormDocument, SelfEvaluationDocument
from scoring.evaluation import evaluate
from scoring.models import ExecutionFile, ImportBatch, ImportItem
from scoring.services.execution_lists import (
    Filling,
    ListedProject,
    Places,
    chosen_projects,
    filled_document,
    filling_of,
    keep_list,
    match_rows,
    tell_own_only,
)
from scoring.services.importing import Report, keep_marked, plan_batch, refuse_batch
from scoring.workbooks.execution import ReadList, read_execution_file
from scoring.workbooks.files import FileKind, Ignored, Place, ReadFile, ReadForm, Skipped

Plan = ImportItem.Plan


def read_list(batch: ImportBatch, *, report: Report, job: Job | None = None) -> ImportBatch:
    """Read the file, and find whose each row is. One that cannot be read is refused, with the reason. Raises
    WrongStanding. Returns the batch as it then stands."""
    report(0, 0, "正在读取文件")
    with batch.file.open("rb") as stored:
        data = stored.read()
    try:
        found = read_execution_file(data, units=list(Unit.objects.values_list("name", flat=True)))
    except UnreadableWorkbook as error:
        refuse_batch(batch, error.message)
        batch.refresh_from_db()
        return batch
    projects = match_rows(found.rows, year=batch.execution.year_id, by=batch.by, report=report)
    batch = keep_list(batch, found, projects, job=job)
    _mark(batch, found, data, report)
    return batch


def _mark(batch: ImportBatch, found: ReadList, data: bytes, report: Report) -> None:
    """Keep the file with the cells marked that cannot be taken, so that it can be mended at once."""
    if not found.problems:
        return
    report(0, 0, "可以核对了；正在生成标注错误的工作簿")
    marks = [
        ErrorMark(one.sheet, one.cell, one.label, one.found, one.expected, Level.ERROR.label)
        for one in found.problems
    ]
    keep_marked(batch, marked_workbook(data, marks) or error_list(marks))


@dataclass(slots=True)
class _Meant:
    """The forms that were chosen, and how each is filled. before: the errors and warnings that the form had
    already."""

    file: ReadFile
    kept: Mapping[int, Form]
    fillings: dict[int, Filling] = field(default_factory=dict)
    how: dict[int, str] = field(default_factory=dict)
    before: dict[int, Places] = field(default_factory=dict)


@transaction.atomic
def plan_list(batch: ImportBatch, *, report: Report, job: Job | None = None) -> ImportBatch:
    """Keep what the list would change as the items of the batch, which then goes the way of every batch.
    Projects that were left out are said so; of those without a self-evaluation the figures are counted.
    Raises WrongStanding."""
    report(0, 0, "正在对应自评表")
    listed = batch.execution
    chosen = chosen_projects(listed)
    times = Counter(number for _, number in chosen if number is not None)
    meant = _meant(listed, times)
    form_of = {form.project_id: form for form in meant.kept.values()}
    figures = 0
    for project, number in chosen:
        form = form_of.get(number or 0)
        if number is None:
            _leave_out(meant.file, project, "没有对应到项目，或选了不导入")
        elif times[number] > 1:
            meant.file.problems.append(_twice(project, number))
        else:
            figures += 1
            if form is not None:
                _add_form(meant, project, form)
            else:
                why = "还没有这一年的自评表，只保存预算执行数，新建自评表时取用"
                _leave_out(meant.file, project, why)

    def over(read: ReadForm, before: FormDocument) -> FormDocument:
        return _filled(meant, read.form, before)

    batch = plan_batch(batch, meant.file, over=over, report=report, job=job)
    tell_own_only(batch, meant.how, meant.before, figures=figures)
    return batch


def _meant(listed: ExecutionFile, projects: Mapping[int, int]) -> _Meant:
    content = listed.content
    forms = Form.objects.filter(
        kind=FormKind.SELF_EVALUATION.value, year=listed.year_id, project__in=list(projects)
    )
    kept = forms.with_documents().select_related("project", "self_evaluation__scheme")
    file = ReadFile(
        FileKind.EXECUTION,
        skipped=[Skipped(**one) for one in content["skipped"]],
        ignored=[Ignored(**one) for one in content["ignored"]],
        problems=[CellProblem(**one) for one in content["problems"]],
        rows=content["rows_read"],
        blank_rows=content["blank_rows"],
    )
    return _Meant(file, {form.pk: form for form in kept})


def _leave_out(file: ReadFile, project: ListedProject, why: str) -> None:
    for row in project.rows:
        name = row.name or row.code
        file.ignored.append(Ignored(row.sheet, "rows", str(row.row), f"「{name}」{why}"))


def _twice(project: ListedProject, number: int) -> CellProblem:
    row, candidate = project.rows[0], project.offered(number)
    name = candidate.name if candidate else row.name
    expected = f"清单上有几处都对应到「{name}」，请只留一处，其余选「不导入」"
    return CellProblem(row.sheet, row.cells.get("name", ""), "项目名称", row.name, expected)


def _add_form(meant: _Meant, project: ListedProject, form: Form) -> None:
    rows = project.rows
    meant.fillings[form.pk] = filling = filling_of(rows)
    meant.how[form.pk] = project.how.label if project.how.is_sure else "由您选定"
    meant.file.forms.append(
        ReadForm(
            head=form_document(form),
            sheet=rows[0].sheet,
            range="、".join(f"第 {number} 行" for number in dict.fromkeys(r.row for r in rows)),
            # What is found on the form at no cell of the list is told at the project's name.
            places={
                "": Place(rows[0].sheet, rows[0].cells.get("name", "")),
                **{path: Place(*place) for path, place in filling.cells.items()},
            },
            project_code=form.project.code,
            form=form.pk,
            why=meant.how[form.pk],
            remarks=[f"清单上是「{rows[0].name or rows[0].code}」", *filling.remarks],
            rows=len(rows),
        )
    )


def _filled(meant: _Meant, number: int, before: FormDocument) -> FormDocument:
    assert isinstance(before, SelfEvaluationDocument)  # only these are matched
    scheme = meant.kept[number].self_evaluation.scheme
    rules = scheme.as_scheme() if scheme else get_scheme(before.year)
    found = check_self_evaluation(before, evaluate(before, rules))
    meant.before[number] = {(one.code, one.path) for one in found}
    return filled_document(before, meant.fillings[number], rules)
