"""Slow work that a worker does: printing booklets, dealing with many forms of the queue, importing."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from django.db import connection
from django.utils import timezone
from django_tasks import task

from perfgoals.common.audit import record_export
from perfgoals.common.jobs import JobCancelled, JobFailed, JobRun, run_job
from perfgoals.common.models import Job
from perfgoals.common.printing import (
    PrintingCancelled,
    PrintingError,
    print_booklet,
    print_key,
    print_store,
)
from perfgoals.common.sheets import shipped_layout
from perfgoals.common.workbooks.lists import list_workbook
from projects.models import Form
from scoring.access import form_document
from scoring.models import ImportBatch
from scoring.services.batches import BatchAction, Chosen, run_batch
from scoring.services.cross import check_year
from scoring.services.execution_lists import apply_list, undo_list
from scoring.services.exporting import Wanted, units_written_for, wanted_forms
from scoring.services.importing import (
    NotApplied,
    WrongStanding,
    apply_batch,
    told_outside,
    undo_batch,
)
from scoring.sheets import booklet_title, form_sheet
from scoring.workbooks.batches import mark_batch, read_batch
from scoring.workbooks.execution_batches import plan_list, read_list
from scoring.workbooks.exporting import (
    ExportLayout,
    NotExported,
    export_file,
    file_name,
    offers_for,
    selection_of,
)
from scoring.workbooks.files import FileKind

BOOKLET = "booklet"
BATCH = "review_batch"
ACROSS = "check_across"
IMPORT_READ = "import-read"
IMPORT_APPLY = "import-apply"
IMPORT_UNDO = "import-undo"
EXECUTION_READ = "execution-read"
EXECUTION_PLAN = "execution-plan"
EXPORT = "export"
_LISTEN_EVERY = 5.0  # seconds between two signs of life while a page takes long


@task()
def make_booklet(job_id: str) -> None:
    """Print the booklet that the job asks for. A job that is running or over is left alone."""
    run_job(job_id, _make_booklet)


@task()
def run_review_batch(job_id: str) -> None:
    """Return or approve the forms that the job names. A job that is running or over is left alone."""
    run_job(job_id, _run_review_batch)


@task()
def check_across(job_id: str) -> None:
    """Hold the forms of the year that the job names against each other. A job that is running or over is
    left alone."""
    run_job(job_id, _check_across)


@task()
def read_import(job_id: str) -> None:
    """Read the file of a batch and say what it would do. A job that is running or over is left alone."""
    run_job(job_id, _read_import)


@task()
def apply_import(job_id: str) -> None:
    """Apply a batch. A job that is running or over is left alone."""
    run_job(job_id, _apply_import)


@task()
def undo_import(job_id: str) -> None:
    """Undo a batch. A job that is running or over is left alone."""
    run_job(job_id, _undo_import)


@task()
def read_execution(job_id: str) -> None:
    """Read a list of executed budgets and match its rows. A job that is running or over is left alone."""
    run_job(job_id, _read_execution)


@task()
def plan_execution(job_id: str) -> None:
    """Say what a list of executed budgets would change. A job that is running or over is left alone."""
    run_job(job_id, _plan_execution)


@task()
def export_forms(job_id: str) -> None:
    """Write the forms that the job names into a file. A job that is running or over is left alone."""
    run_job(job_id, _export_forms)


TASKS: dict[str, Any] = {
    BOOKLET: make_booklet,
    BATCH: run_review_batch,
    ACROSS: check_across,
    IMPORT_READ: read_import,
    IMPORT_APPLY: apply_import,
    IMPORT_UNDO: undo_import,
    EXECUTION_READ: read_execution,
    EXECUTION_PLAN: plan_execution,
    EXPORT: export_forms,
}
"""The task for each kind of job, for those who take up work that was left."""


def _make_booklet(run: JobRun) -> None:
    """All forms of a year, kind and unit that the owner may see."""
    forms = list(Form.objects.visible_to(run.job.owner).of_booklet(**run.job.parameters))
    if not forms:
        raise JobFailed("没有可打印的表，可能已被移走")
    run.report(0, 2 * len(forms), f"共 {len(forms)} 张表")
    documents = [form_document(form) for form in forms]
    draft = any(form.is_draft for form in forms)
    title = booklet_title(documents[0])
    parts = [(document, shipped_layout(document.form, document.year)) for document in documents]

    def progress(done: int, total: int) -> None:
        run.report(done, total, f"共 {len(forms)} 张表")

    def make() -> bytes:
        sheets = [form_sheet(document, layout) for document, layout in parts]
        return print_booklet(
            title, sheets, draft=draft, progress=progress, cancelled=_listener(run.job)
        )

    try:
        key = print_key(parts, draft=draft, title=title)
        run.keep(f"{title}.pdf", print_store().get_or_print(key, make))
    except PrintingCancelled as error:
        raise JobCancelled from error
    except PrintingError as error:
        raise JobFailed(str(error)) from error


def _run_review_batch(run: JobRun) -> None:
    """Taken up again after a worker died, the forms that were dealt with count as done."""
    action = BatchAction(run.job.parameters["action"])
    chosen = [Chosen(pk, version) for pk, version in run.job.parameters["chosen"]]
    answers = run_batch(
        chosen,
        action,
        by=run.job.owner,
        text=run.job.parameters["text"],
        progress=lambda done, total: run.report(done, total, f"共 {total} 份表"),
    )
    done = sum(answer.is_done for answer in answers)
    run.report(len(answers), len(answers), f"{action.done} {done} 份")
    table = list_workbook(
        action.label,
        ["项目", "单位", "年度", "结果", "说明"],
        [
            [
                answer.project,
                answer.unit,
                answer.year,
                action.done if answer.is_done else "未处理",
                "" if answer.is_done else answer.why,
            ]
            for answer in answers
        ],
    )
    run.keep(
        f"{action.label}结果（{action.done} {done} 份，未处理 {len(answers) - done} 份）.xlsx",
        table,
    )


def _check_across(run: JobRun) -> None:
    """Taken up again after a worker died it begins anew, which does no harm."""
    check_year(
        run.job.parameters["year"],
        lambda done, total: run.report(done, total, f"共 {total // 2} 份表，取数和比较两遍"),
    )


def _read_import(run: JobRun) -> None:
    """Taken up again after a worker died, what was read in full is not read again."""
    batch = _batch_of(run)
    with told_outside(run.job) as report:
        if batch.state == ImportBatch.State.READING:
            try:
                batch = read_batch(batch, report=report, job=run.job)
            except WrongStanding as error:
                raise JobFailed(str(error)) from error
        mark_batch(batch, report=report)


def _read_execution(run: JobRun) -> None:
    """Taken up again after a worker died, what was read and matched in full is not read again."""
    batch = _batch_of(run)
    if batch.state != ImportBatch.State.READING:
        return
    with told_outside(run.job) as report:
        try:
            read_list(batch, report=report, job=run.job)
        except WrongStanding as error:
            raise JobFailed(str(error)) from error


def _plan_execution(run: JobRun) -> None:
    """Taken up again after a worker died, what was worked out in full is not worked out again."""
    batch = _batch_of(run)
    with told_outside(run.job) as report:
        if batch.state == ImportBatch.State.READING:
            try:
                batch = plan_list(batch, report=report, job=run.job)
            except WrongStanding as error:
                raise JobFailed(str(error)) from error
        mark_batch(batch, report=report)


def _apply_import(run: JobRun) -> None:
    """Taken up again after a worker died, a batch that is applied already stays as it is. What is not taken
    comes back with its errors marked."""
    mode = ImportBatch.Mode(run.job.parameters["mode"])
    batch = _batch_of(run)
    apply: Any = apply_list if batch.kind == FileKind.EXECUTION else apply_batch
    with told_outside(run.job) as report:
        try:
            apply(
                batch,
                mode=mode,
                chosen=run.job.parameters["chosen"],
                by=run.job.owner,
                report=report,
                job=run.job,
            )
        except (NotApplied, WrongStanding) as error:
            raise JobFailed(str(error)) from error
        # Ordered before that was done, the import went first.
        batch.refresh_from_db()
        mark_batch(batch, report=report)


def _undo_import(run: JobRun) -> None:
    """Taken up again after a worker died, a batch that is undone already stays as it is."""
    batch = _batch_of(run)
    undo: Any = undo_list if batch.kind == FileKind.EXECUTION else undo_batch
    with told_outside(run.job) as report:
        try:
            undo(batch, by=run.job.owner, report=report, job=run.job)
        except WrongStanding as error:
            raise JobFailed(str(error)) from error


def _export_forms(run: JobRun) -> None:
    """Taken up again after a worker died it begins anew."""
    parameters = dict(run.job.parameters)
    layout = ExportLayout(parameters.pop("layout"))
    owner = run.job.owner
    selection = selection_of(wanted_forms(Wanted(**parameters), by=owner).only("kind", "year"))
    if not selection.forms:
        raise JobFailed("没有可以导出的表，可能已被移走")
    offers = None
    if layout is ExportLayout.FLAT and selection.year is not None:
        offers = offers_for(units_written_for(owner), selection.year)
    number = len(selection.forms)
    run.report(0, number, f"共 {number} 份表")
    try:
        content = export_file(
            selection,
            layout,
            offers=offers,
            at=timezone.localtime(),
            by=str(owner),
            report=lambda done, total: run.report(done, total, f"共 {total} 份表"),
        )
    except NotExported as error:
        raise JobFailed(str(error)) from error
    run.keep(file_name(selection.title, layout.ending), content)
    record_export(layout.label, by=owner, count=number, 范围=selection.title)


def _batch_of(run: JobRun) -> ImportBatch:
    return ImportBatch.objects.select_related("by", "job").get(pk=run.job.parameters["batch"])


def _listener(job: Job) -> Callable[[], bool]:
    """Asks now and then whether the job was cancelled, and gives a sign of life. For a thread of its
    own, whose connection it closes."""
    next_time = time.monotonic() + _LISTEN_EVERY

    def cancelled() -> bool:
        nonlocal next_time
        if time.monotonic() < next_time:
            return False
        next_time = time.monotonic() + _LISTEN_EVERY
        try:
            Job.objects.filter(pk=job.pk).update(heartbeat_at=timezone.now())
            return Job.objects.filter(pk=job.pk, cancel_requested=True).exists()
        finally:
            connection.close()

    return cancelled
