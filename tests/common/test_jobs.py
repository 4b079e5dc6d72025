"""Jobs that outlive their worker, and jobs that are long over."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone

from perfgoals.common.jobs import JobFailed, JobRun, requeue_orphans, run_job, start_job, tidy_jobs
from perfgoals.common.models import Job

pytestmark = pytest.mark.django_db


class Queue:
    """Stands in for a task: notes what is put into the queue."""

    def __init__(self, fails: bool = False) -> None:
        self.queued: list[str] = []
        self.fails = fails

    def enqueue(self, *, job_id: str) -> None:
        if self.fails:
            raise RuntimeError("queue is away")
        self.queued.append(job_id)


def job(user: Any, **values: Any) -> Job:
    return Job.objects.create(kind="booklet", title="汇总表", owner=user, **values)


@pytest.fixture
def user(django_user_model: Any) -> Any:
    return django_user_model.objects.create_user("somebody")


def test_without_its_task_a_job_is_not_there_either(user: Any) -> None:
    with pytest.raises(RuntimeError):
        start_job(Queue(fails=True), kind="booklet", title="汇总表", owner=user, parameters={})
    assert not Job.objects.exists()


def test_what_a_dead_worker_left_is_queued_again(user: Any) -> None:
    silent = timezone.now() - timedelta(minutes=5)
    left = job(user, state="running", heartbeat_at=silent, attempts=1)
    alive = job(user, state="running", heartbeat_at=timezone.now(), attempts=1)
    queue = Queue()
    assert requeue_orphans({"booklet": queue}) == 1
    assert queue.queued == [str(left.pk)]
    left.refresh_from_db()
    alive.refresh_from_db()
    assert (left.state, alive.state) == ("queued", "running")


def test_what_died_three_times_is_given_up_and_says_so(user: Any) -> None:
    silent = timezone.now() - timedelta(minutes=5)
    left = job(user, state="running", heartbeat_at=silent, attempts=3)
    assert requeue_orphans({"booklet": Queue()}) == 0
    left.refresh_from_db()
    assert left.state == "failed"
    assert "请重新发起" in left.message


def test_work_delivered_twice_is_done_once(user: Any) -> None:
    queued = job(user)
    runs: list[JobRun] = []
    run_job(str(queued.pk), runs.append)
    run_job(str(queued.pk), runs.append)
    assert len(runs) == 1


def test_what_cannot_be_done_tells_the_owner_why(user: Any) -> None:
    queued = job(user)

    def work(run: JobRun) -> None:
        raise JobFailed("没有可打印的表")

    run_job(str(queued.pk), work)
    queued.refresh_from_db()
    assert (queued.state, queued.message) == ("failed", "没有可打印的表")


def test_old_results_are_forgotten_with_their_files(user: Any) -> None:
    long_ago = timezone.now() - timedelta(days=40)
    old = job(user, state="done", finished_at=long_ago, result_path="old", result_name="册.pdf")
    new = job(user, state="done", finished_at=timezone.now())
    folder = Path(settings.DATA_DIR) / "results"
    folder.mkdir(parents=True)
    (folder / "old").write_bytes(b"%PDF")
    assert tidy_jobs() == 1
    assert not (folder / "old").exists()
    assert list(Job.objects.values_list("pk", flat=True)) == [new.pk]
    assert not Job.objects.filter(pk=old.pk).exists()
