"""The file of a batch: read into the forms that it would write, and given back with its errors marked."""

from __future__ import annotations

from collections.abc import Iterator

from perfgoals.common.findings import Level
from perfgoals.common.garbage import collector_at_rest
from perfgoals.common.models import Job
from perfgoals.common.workbooks.container import UnreadableWorkbook
from perfgoals.common.workbooks.marking import (
    MOST_MARKS,
    ErrorMark,
    MarkingGivenUp,
    error_list,
    marked_workbook,
)
from scoring.documents import FormDocument
from scoring.models import ImportBatch
from scoring.services.importing import (
    Judges,
    Report,
    keep_marked,
    plan_batch,
    refuse_batch,
)
from scoring.workbooks.files import ReadForm
from scoring.workbooks.reading import over_kept, read_file

State = ImportBatch.State

_FLAT_FORM = 1_500
"""Bytes that a form takes in a flat workbook, or a little more."""

_SEEN = {State.READY: "可以预览了", State.APPLIED: "已经导入"}
"""The states in which the errors of a file are of use, with what can be said of them."""


@collector_at_rest()
def read_batch(batch: ImportBatch, *, report: Report, job: Job | None = None) -> ImportBatch:
    """Read the file and keep what it would do; one that cannot be read is refused, with the reason.
    Raises WrongStanding and NotJudged. Returns the batch as it then stands."""
    report(0, 0, "正在读取文件")
    with batch.file.open("rb") as stored:
        data = stored.read()
    with Judges() as judges:

        def heard(done: int, total: int) -> None:
            # While the process that parses the file is the only one at work, those who will judge get ready.
            judges.expect(len(data) // _FLAT_FORM)
            report(done, total, "正在读取文件")

        try:
            file = read_file(
                data,
                name=batch.name,
                heard=heard,
                report=lambda done, total: report(done, total, "正在读取各行"),
                each=judges.foresee,
            )
        except UnreadableWorkbook as error:
            refuse_batch(batch, error.message)
            batch.refresh_from_db()
            return batch

        def over(read: ReadForm, before: FormDocument) -> FormDocument:
            return over_kept(read, before, file)

        return plan_batch(batch, file, over=over, report=report, job=job, judges=judges)


def mark_batch(batch: ImportBatch, *, report: Report) -> None:
    """Keep the file with its errors marked, where it has any and that was not done yet. It is given up
    when something else is ordered of the batch: nobody shall wait for it."""
    state = State(batch.state)
    if state not in _SEEN or batch.marked:
        return
    marks = list(_marks(batch))
    if not marks:
        return
    report(0, 0, f"{_SEEN[state]}；正在生成标注错误的工作簿")
    with batch.file.open("rb") as stored:
        data = stored.read()
    here = ImportBatch.objects.filter(pk=batch.pk, state=state.value)
    try:
        content = marked_workbook(data, marks, is_wanted=here.exists)
    except MarkingGivenUp:
        return
    keep_marked(batch, content or error_list(marks))


def _marks(batch: ImportBatch) -> Iterator[ErrorMark]:
    """All errors, then the warnings, each in the order of the file; no more than are marked."""
    left = MOST_MARKS
    problems = [*batch.summary.get("problems", ())]
    for found in batch.items.order_by("number").values_list("problems", flat=True).iterator():
        problems += found
    for level in (Level.ERROR, Level.WARNING):
        for one in problems:
            if one["level"] == level.value and left:
                left -= 1
                yield ErrorMark(
                    one["sheet"],
                    one["cell"],
                    one["label"],
                    one["found"],
                    one["message"],
                    level.label,
                )
