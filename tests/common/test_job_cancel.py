"""Cancelling a job."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from perfgoals.common.models import Job
from tests.cast import Cast
from tests.reading import text


@pytest.fixture
def job(cast: Cast, db: None) -> Job:
    return Job.objects.create(kind="booklet", title="汇总表", owner=cast.preparer)


def url(job: Job) -> str:
    return f"/jobs/{job.pk}/cancel/"


def test_a_waiting_job_ends_at_once(job: Job, client_of: Callable[[str], Client]) -> None:
    client = client_of("preparer")
    response = client.post(url(job))
    assert response["Location"] == f"/jobs/{job.pk}/"
    assert text(client.get(response["Location"]), "[role=status]") == "已取消"


def test_a_running_job_is_asked_to_end(job: Job, client_of: Callable[[str], Client]) -> None:
    Job.objects.update(state="running")
    client = client_of("preparer")
    client.post(url(job))
    assert "正在取消" in text(client.get(f"/jobs/{job.pk}/"), ".job-actions")
    job.refresh_from_db()
    assert job.cancel_requested
    assert job.state == "running"


def test_a_finished_job_stays_finished(job: Job, client_of: Callable[[str], Client]) -> None:
    Job.objects.update(state="done")
    client_of("preparer").post(url(job))
    job.refresh_from_db()
    assert job.state == "done"


@pytest.mark.parametrize("name", ["colleague", "admin"])
def test_nobody_else_can(job: Job, client_of: Callable[[str], Client], name: str) -> None:
    assert client_of(name).post(url(job)).status_code == 404
    job.refresh_from_db()
    assert job.state == "queued"


def test_a_link_cancels_nothing(job: Job, client_of: Callable[[str], Client]) -> None:
    assert client_of("preparer").get(url(job)).status_code == 405


def test_anonymous_is_sent_to_sign_in(job: Job, client_of: Callable[[str], Client]) -> None:
    assert client_of("anonymous").post(url(job))["Location"].startswith("/sign-in/")
