"""Slow work that a worker does: printing booklets."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from django.db import connection
from django.utils import timezone
from django_tasks import task

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
from projects.models import Form
from scoring.access import form_document
from scoring.sheets import booklet_title, form_sheet

BOOKLET = "booklet"
_LISTEN_EVERY = 5.0  # seconds between two signs of life while a page takes long


@task()
def make_booklet(job_id: str) -> None:
    """Print the booklet that the job asks for. A job that is running or over is left alone."""
    run_job(job_id, _make_booklet)


TASKS: dict[str, Any] = {BOOKLET: make_booklet}
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
