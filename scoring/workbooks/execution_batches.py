"""A list of executed budgets on its way: read out of the file of a batch, and planned as changes of the
forms that were chosen."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from perfgoals.accounts.models import Unit
from perfgoals.common.workbooks.filling import CellProblem
from projects.documents import MoneyUnit
from projects.models import Form
from scoring.access import form_document, get_scheme
from scoring.documents import FormDocument, SelfEvaluationDocument
from scoring.models import ImportBatch
from scoring.services.execution_lists import Filling, ListedProject, filled_document, filling_of
from scoring.services.importing import Report, plan_batch
from scoring.workbooks.execution import ExecutionList, read_execution_file, with_money_unit
from scoring.workbooks.files import FileKind, Ignored, Place, ReadFile, ReadForm


def read_list(batch: ImportBatch, money_unit: MoneyUnit = "元") -> ExecutionList:
    """The list in the file of the batch. money_unit: what amounts are taken for where the file does not
    say. Raises UnreadableWorkbook."""
    with batch.file.open("rb") as stored:
        data = stored.read()
    units = list(Unit.objects.values_list("name", flat=True))
    return with_money_unit(read_execution_file(data, units=units), money_unit)


def plan_list(
    batch: ImportBatch,
    found: ExecutionList,
    projects: Sequence[ListedProject],
    choices: Mapping[int, int],
    *,
    report: Report,
) -> ImportBatch:
    """Keep what the list would change as the items of the batch, which then goes the way of every batch.

    choices: for the projects of the list (by key) the form that is meant; what is not among them is left
    out, and said so. Raises WrongStanding.
    """
    meant: dict[int, list[ListedProject]] = defaultdict(list)
    file = ReadFile(
        FileKind.EXECUTION,
        skipped=list(found.skipped),
        ignored=list(found.ignored),
        problems=list(found.problems),
        rows=found.rows_read,
        blank_rows=found.blank_rows,
    )
    for project in projects:
        form = choices.get(project.key)
        if form is not None:
            meant[form].append(project)
            continue
        for row in project.rows:
            reason = f"「{row.name or row.code}」没有对应到自评表"
            file.ignored.append(Ignored(row.sheet, "rows", str(row.row), reason))
    kept = Form.objects.with_documents().select_related("self_evaluation__scheme").in_bulk(meant)
    fillings: dict[int, Filling] = {}
    for number, several in meant.items():
        if number not in kept:
            continue
        if len(several) > 1:
            file.problems += [_twice(project, kept[number]) for project in several]
            continue
        rows = several[0].rows
        fillings[number] = filling = filling_of(rows)
        file.forms.append(
            ReadForm(
                document=form_document(kept[number]),
                sheet=rows[0].sheet,
                range="、".join(f"第 {row.row} 行" for row in rows),
                # What is found on the form at no cell of the list is told at the project's name.
                places={
                    "": Place(rows[0].sheet, rows[0].cells.get("name", "")),
                    **{path: Place(*place) for path, place in filling.cells.items()},
                },
                project_code=rows[0].code,
                form=number,
                why=several[0].how.label,
                remarks=[f"清单上是「{rows[0].name or rows[0].code}」", *filling.remarks],
                rows=len(rows),
            )
        )

    def over(read: ReadForm, before: FormDocument) -> FormDocument:
        assert isinstance(before, SelfEvaluationDocument)  # only these are matched
        scheme = kept[read.form].self_evaluation.scheme
        rules = scheme.as_scheme() if scheme else get_scheme(before.year)
        return filled_document(before, fillings[read.form], rules)

    return plan_batch(batch, file, over=over, report=report)


def _twice(project: ListedProject, form: Form) -> CellProblem:
    row = project.rows[0]
    expected = f"清单上有几个项目都对应到「{form.shown_name}」，请只留一个"
    return CellProblem(row.sheet, row.cells.get("name", ""), "项目名称", row.name, expected)
