"""Starting, following and finishing long work."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from perfgoals.common.audit import coming_from, record
from perfgoals.common.models import AuditAction, Channel, Job

log = logging.getLogger(__name__)


class JobCancelled(Exception):
    """The owner asked for an end. Raised inside the work at its next report of progress."""


class JobFailed(Exception):
    """The work cannot be done; the text is a Chinese sentence for the owner."""


class JobRun:
    """What the work holds while it runs: reports progress, and learns of a cancel on the way."""

    def __init__(self, job: Job) -> None:
        self.job = job

    def report(self, done: int, total: int, message: str = "") -> None:
        """Write how far the work is, which renews the lease. Raises JobCancelled."""
        Job.objects.filter(pk=self.job.pk).update(
            done=done, total=total, message=message, heartbeat_at=timezone.now()
        )
        if Job.objects.filter(pk=self.job.pk, cancel_requested=True).exists():
            raise JobCancelled

    def keep(self, name: str, content: bytes) -> None:
        """Keep the result as a private file of the owner's, offered for download as ``name``."""
        folder = settings.DATA_DIR / "results"
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / str(self.job.pk)
        path.write_bytes(content)
        self.job.result_name, self.job.result_path = name, path.name
        self.job.save(update_fields=["result_name", "result_path"])


@transaction.atomic
def start_job(task: Any, *, kind: str, title: str, owner: Any, parameters: dict[str, Any]) -> Job:
    """Queue work for a person. Job and task are written together: neither is ever there alone."""
    job = Job.objects.create(kind=kind, title=title, owner=owner, parameters=parameters)
    task.enqueue(job_id=str(job.pk))
    record(AuditAction.CREATED, "发起后台任务", by=owner, subject=job, details={"参数": parameters})
    return job


@transaction.atomic
def request_cancel(job: Job, *, by: Any) -> None:
    """Ask a job to end. One that has not begun ends at once."""
    asked = Job.objects.filter(pk=job.pk, state__in=["queued", "running"], cancel_requested=False)
    if asked.update(cancel_requested=True):
        record(AuditAction.CHANGED, "取消后台任务", by=by, subject=job)
    Job.objects.filter(pk=job.pk, state="queued").update(
        state=Job.State.CANCELLED, finished_at=timezone.now()
    )


@transaction.atomic
def resume_job(job: Job, tasks: Mapping[str, Any], *, by: Any) -> None:
    """Take up again a job that its worker has left, or that no worker was told of.

    tasks: the task for each kind of job. Asking twice does no harm: a task begins only what waits.
    """
    requeue_orphans(tasks)
    if job.state == Job.State.QUEUED and not _is_told(job):
        tasks[job.kind].enqueue(job_id=str(job.pk))
    record(AuditAction.CHANGED, "继续中断的后台任务", by=by, subject=job)


def requeue_orphans(tasks: Mapping[str, Any]) -> int:
    """Queue again what a dead worker left behind; ``tasks`` gives the task for each kind of job.

    Returns how many were taken up again. One that has died too often is given up, and says so.
    """
    taken = 0
    for job in Job.objects.orphaned():
        if job.attempts >= Job.MAX_ATTEMPTS:
            _finish(job, Job.State.FAILED, "多次中断，已停止重试，请重新发起")
        elif (
            Job.objects.orphaned().filter(pk=job.pk).update(state=Job.State.QUEUED)
            and job.kind in tasks
        ):
            tasks[job.kind].enqueue(job_id=str(job.pk))
            taken += 1
    for job in Job.objects.waiting_long():
        # A worker can die after it has taken a task and before it has begun the job.
        if job.kind in tasks and not _is_told(job):
            tasks[job.kind].enqueue(job_id=str(job.pk))
            taken += 1
    return taken


def _is_told(job: Job) -> bool:
    """Whether a task that waits for a worker names the job."""
    waiting = DBTaskResult.objects.filter(status=TaskResultStatus.READY)
    return waiting.filter(args_kwargs__kwargs__job_id=str(job.pk)).exists()


KEPT = timedelta(days=30)
"""How long a job that is over, and its result, can be found."""


@transaction.atomic
def tidy_jobs() -> int:
    """Forget jobs that ended long ago, and their result files. Returns how many."""
    old = list(Job.objects.filter(finished_at__lt=timezone.now() - KEPT))
    for job in old:
        record(
            AuditAction.DELETED,
            f"清理 {KEPT.days} 天前结束的后台任务和它的结果",
            subject=job,
            details={"发起人": str(job.owner), "结果": job.result_name},
        )
        job.delete()
        if job.result_path:
            (settings.DATA_DIR / "results" / job.result_path).unlink(missing_ok=True)
    return len(old)


def run_job(job_id: str, work: Callable[[JobRun], None]) -> None:
    """Run the work of a queued job to its end, whatever that is. What it records comes from the worker.

    Does nothing for a job that is already running, over or gone, so that a task delivered twice is
    done once.
    """
    claimed = Job.objects.filter(pk=UUID(job_id), state=Job.State.QUEUED).update(
        state=Job.State.RUNNING, heartbeat_at=timezone.now()
    )
    if not claimed:
        return
    job = Job.objects.get(pk=job_id)
    job.attempts += 1
    job.save(update_fields=["attempts"])
    try:
        with coming_from("", Channel.WORKER):
            work(JobRun(job))
    except JobCancelled:
        _finish(job, Job.State.CANCELLED, "")
    except JobFailed as error:
        _finish(job, Job.State.FAILED, str(error))
    except Exception:
        log.exception("后台任务 %s 出错", job_id)
        _finish(job, Job.State.FAILED, "出现意外错误，已记录，请稍后重试或联系管理员")
    else:
        _finish(job, Job.State.DONE, "")


def _finish(job: Job, state: Job.State, message: str) -> None:
    Job.objects.filter(pk=job.pk).update(state=state, message=message, finished_at=timezone.now())
