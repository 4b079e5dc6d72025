"""Taking up a job that its worker has left."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from perfgoals.common.models import Job
from tests.cast import Cast

LONG_AGO = timedelta(minutes=2)


@pytest.fixture
def job(cast: Cast, db: None) -> Job:
    return Job.objects.create(
        kind="booklet",
        title="汇总表",
        owner=cast.preparer,
        state="running",
        attempts=1,
        heartbeat_at=timezone.now() - LONG_AGO,
    )


def url(job: Job) -> str:
    return f"/jobs/{job.pk}/resume/"


def queued_tasks() -> int:
    return DBTaskResult.objects.count()


def test_a_job_left_by_its_worker_waits_for_another_one(
    job: Job, client_of: Callable[[str], Client]
) -> None:
    response = client_of("preparer").post(url(job))
    assert response["Location"] == f"/jobs/{job.pk}/"
    job.refresh_from_db()
    assert job.state == "queued"
    assert queued_tasks() == 1


def test_a_job_that_no_worker_was_told_of_is_told_again(
    job: Job, client_of: Callable[[str], Client]
) -> None:
    Job.objects.update(state="queued", heartbeat_at=None, created_at=timezone.now() - LONG_AGO)
    client_of("preparer").post(url(job))
    assert queued_tasks() == 1


def test_a_job_that_goes_on_is_left_alone(job: Job, client_of: Callable[[str], Client]) -> None:
    Job.objects.update(heartbeat_at=timezone.now())
    client_of("preparer").post(url(job))
    job.refresh_from_db()
    assert job.state == "running"
    assert queued_tasks() == 0


def test_a_job_that_keeps_dying_is_given_up(job: Job, client_of: Callable[[str], Client]) -> None:
    Job.objects.update(attempts=Job.MAX_ATTEMPTS)
    client_of("preparer").post(url(job))
    job.refresh_from_db()
    assert job.state == "failed"
    assert job.message == "多次中断，已停止重试，请重新发起"
    assert queued_tasks() == 0


@pytest.mark.parametrize("name", ["colleague", "admin"])
def test_nobody_else_can(job: Job, client_of: Callable[[str], Client], name: str) -> None:
    assert client_of(name).post(url(job)).status_code == 404
    assert queued_tasks() == 0


def test_a_link_resumes_nothing(job: Job, client_of: Callable[[str], Client]) -> None:
    assert client_of("preparer").get(url(job)).status_code == 405


def test_anonymous_is_sent_to_sign_in(job: Job, client_of: Callable[[str], Client]) -> None:
    assert client_of("anonymous").post(url(job))["Location"].startswith("/sign-in/")
