"""The file that a job has made."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote

import pytest
from django.test import Client

from perfgoals.common.jobs import JobRun
from perfgoals.common.models import Job
from tests.cast import Cast
from tests.reading import nothing_written


@pytest.fixture
def job(cast: Cast, db: None) -> Job:
    job = Job.objects.create(kind="booklet", title="汇总表", owner=cast.preparer, state="done")
    JobRun(job).keep("某单位 2026 汇总表.pdf", b"%PDF-1.7 ...")
    return job


def url(job: Job) -> str:
    return f"/jobs/{job.pk}/result/"


def test_the_owner_downloads_it_under_its_name(
    job: Job, client_of: Callable[[str], Client]
) -> None:
    client = client_of("preparer")
    with nothing_written():
        response = client.get(url(job))
    assert response.getvalue() == b"%PDF-1.7 ..."
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"].startswith("attachment;")
    assert quote("某单位 2026 汇总表.pdf") in response["Content-Disposition"]


@pytest.mark.parametrize("name", ["colleague", "stranger", "auditor", "admin"])
def test_nobody_else_finds_it(job: Job, client_of: Callable[[str], Client], name: str) -> None:
    assert client_of(name).get(url(job)).status_code == 404


def test_a_job_without_a_result_has_none(job: Job, client_of: Callable[[str], Client]) -> None:
    Job.objects.update(result_path="")
    assert client_of("preparer").get(url(job)).status_code == 404


def test_a_result_that_was_tidied_away_is_not_found(
    job: Job, client_of: Callable[[str], Client]
) -> None:
    Job.objects.update(result_path="gone")
    assert client_of("preparer").get(url(job)).status_code == 404


def test_anonymous_is_sent_to_sign_in(job: Job, client_of: Callable[[str], Client]) -> None:
    assert client_of("anonymous").get(url(job))["Location"] == f"/sign-in/?next={url(job)}"


def test_other_methods_are_refused(job: Job, client_of: Callable[[str], Client]) -> None:
    assert client_of("preparer").post(url(job)).status_code == 405
