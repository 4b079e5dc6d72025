"""A worker that dies in the middle of an import leaves nothing half done; two imports at once."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import IO, Any

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.db import connection
from django.utils import timezone

from perfgoals.accounts.models import User
from perfgoals.common.jobs import JobCancelled, request_cancel, requeue_orphans
from perfgoals.common.models import Job
from projects.models import Form, FormVersion
from scoring.models import ImportBatch
from scoring.services.importing import (
    NotApplied,
    apply_batch,
    keep_upload,
    order_applying,
    order_reading,
    order_undoing,
    silent,
    told_outside,
)
from scoring.tasks import (
    IMPORT_APPLY,
    IMPORT_READ,
    IMPORT_UNDO,
    TASKS,
    apply_import,
    read_import,
    undo_import,
)
from scoring.workbooks.batches import read_batch
from tests.cast import Cast, make_cast
from tests.imports import ALL, SOUND, json_file, named

pytestmark = pytest.mark.django_db(transaction=True)

FORMS = 12
ROUNDS = 10
GOAL = "全年举办{}场培训，参训人员考核合格，按期完成，群众知晓率和满意度达到要求。"


@pytest.fixture
def people(transactional_db: None) -> Cast:
    return make_cast()


class Worker:
    """See ``tests.mortal_worker``."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process

    def run(self, *, die_at: int = 0) -> tuple[int, int]:
        """How it ended, and how many statements it made."""
        asked, answers = self.process.stdin, self.process.stdout
        assert asked is not None
        assert answers is not None
        print(die_at, file=asked, flush=True)
        ended, made = _line(answers).split()
        return int(ended), int(made)


def _line(answers: IO[str]) -> str:
    line = answers.readline()
    assert line, "the worker's parent has died"
    return line


@pytest.fixture
def worker(people: Cast, tmp_path: Path) -> Iterator[Worker]:
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "tests.mortal_worker"),
            *(json.dumps(_database()), str(tmp_path)),
        ],
        cwd=settings.BASE_DIR,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "perfgoals.settings"},
    )
    yield Worker(process)
    assert process.stdin is not None
    process.stdin.close()
    process.wait()


def _database() -> dict[str, Any]:
    """What tells the test database from the application's own."""
    known = {name: connection.settings_dict.get(name) for name in ("SERVER_HOME", "SERVER_OPTIONS")}
    told = {
        "SERVER_HOME": str(known["SERVER_HOME"]),
        "SERVER_OPTIONS": dict(known["SERVER_OPTIONS"] or {}),
    }
    name = {"NAME": connection.settings_dict["NAME"]}
    return name | told if known["SERVER_HOME"] else name


def read(by: User, goal: str, *, reverse: bool = False) -> ImportBatch:
    documents = [named(f"项目{n}", annual_goal=goal) for n in range(FORMS)]
    content = json_file(documents[::-1] if reverse else documents)
    batch = read_batch(keep_upload(ContentFile(content), "甲.json", by=by), report=silent)
    assert batch.items.filter(plan__in=["new", "changed"]).count() == FORMS
    return batch


def said(goal: str) -> int:
    """How many of the forms say so."""
    return Form.objects.filter(declaration__annual_goal=goal).count()


def whole_or_absent(batch: ImportBatch, goal: str) -> None:
    """Forms, versions, items and the batch itself tell the same story."""
    batch.refresh_from_db()
    applied = batch.state == "applied"
    expected = FORMS if applied else 0
    assert said(goal) == expected
    assert FormVersion.objects.filter(document__annual_goal=goal).count() == expected
    assert batch.items.filter(outcome="done").count() == expected


def test_killed_at_ten_random_moments(people: Cast, worker: Worker) -> None:
    first = read(people.admin, GOAL.format(4))
    order_applying(first, apply_import, kind=IMPORT_APPLY, mode=ALL, by=people.admin)
    ended, statements = worker.run()
    assert ended == 0
    whole_or_absent(first, GOAL.format(4))
    assert said(GOAL.format(4)) == FORMS
    moments = sorted(random.sample(range(1, statements), ROUNDS))
    absent = 0
    for number, moment in enumerate(moments, 5):
        goal = GOAL.format(number)
        batch = read(people.admin, goal)
        job = order_applying(batch, apply_import, kind=IMPORT_APPLY, mode=ALL, by=people.admin)
        ended, _ = worker.run(die_at=moment)
        assert ended == -9, moment
        whole_or_absent(batch, goal)
        absent += batch.state != "applied"
        _left_long_ago(batch)
        ended, _ = worker.run()
        assert ended == 0
        whole_or_absent(batch, goal)
        assert batch.state == "applied", moment
        job.refresh_from_db()
        assert job.state == "done"
    assert absent > 0
    form = Form.objects.get(project_name="项目0")
    numbers = list(form.versions.order_by("number").values_list("number", flat=True))
    assert numbers == list(range(1, ROUNDS + 2))


def test_killed_while_reading_and_while_undoing(people: Cast, worker: Worker) -> None:
    content = json_file([named(f"项目{n}") for n in range(FORMS)])
    batch = keep_upload(ContentFile(content), "甲.json", by=people.admin)
    order_reading(batch, read_import, kind=IMPORT_READ, by=people.admin)
    for die_at in (25, 0):
        worker.run(die_at=die_at)
        batch.refresh_from_db()
        assert batch.items.count() == (FORMS if batch.state == "ready" else 0)
        _left_long_ago(batch)
    assert batch.state == "ready"
    order_applying(batch, apply_import, kind=IMPORT_APPLY, mode=ALL, by=people.admin)
    worker.run()
    order_undoing(batch, undo_import, kind=IMPORT_UNDO, by=people.admin)
    for die_at in (random.randrange(10, 40), 0):
        worker.run(die_at=die_at)
        batch.refresh_from_db()
        left = Form.objects.filter(project_name__startswith="项目").count()
        assert left == (0 if batch.state == "undone" else FORMS)
        _left_long_ago(batch)
    assert batch.state == "undone"


def _left_long_ago(batch: ImportBatch) -> None:
    """Time passes, and another worker looks after what was left."""
    long_ago = timezone.now() - timedelta(minutes=5)
    assert batch.job_id is not None
    waiting = Job.objects.filter(pk=batch.job_id, state__in=["queued", "running"])
    waiting.update(heartbeat_at=long_ago, created_at=long_ago)
    requeue_orphans(TASKS)


def test_two_imports_of_the_same_projects_at_once(people: Cast) -> None:
    """In whatever order they name them: one is applied, the other waits and then sees what happened."""
    one = read(people.admin, GOAL.format(4))
    other = read(people.admin, GOAL.format(5), reverse=True)
    _at_once([one, other], people.admin)
    first = said(GOAL.format(4))
    assert sorted([first, said(GOAL.format(5))]) == [0, FORMS]
    assert Form.objects.filter(project_name__startswith="项目").count() == FORMS


def test_two_imports_that_change_the_same_forms_at_once(people: Cast) -> None:
    apply_batch(read(people.admin, GOAL.format(3)), mode=ALL, by=people.admin, report=silent)
    one = read(people.admin, GOAL.format(4))
    other = read(people.admin, GOAL.format(5), reverse=True)
    refused = _at_once([one, other], people.admin)
    assert len(refused) == 1
    assert "现在是第 2 版" in refused[0]
    assert sorted([said(GOAL.format(4)), said(GOAL.format(5))]) == [0, FORMS]
    assert set(Form.objects.filter(project_name__startswith="项目").values_list("version")) == {
        (2,)
    }


def _at_once(batches: list[ImportBatch], by: User) -> list[str]:
    """Apply the batches in threads that begin together. Returns why some were refused."""
    refused: list[str] = []
    faults: list[BaseException] = []
    start = threading.Barrier(len(batches))

    def apply(batch: ImportBatch) -> None:
        try:
            start.wait()
            apply_batch(batch, mode=SOUND, by=by, report=silent)
        except NotApplied as error:
            refused.append(str(error))
        except BaseException as error:
            faults.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=apply, args=(batch,)) for batch in batches]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    return refused


def test_progress_is_seen_outside_and_a_cancel_is_heard_inside(people: Cast) -> None:
    """While the transaction is open; then nothing of it is left."""
    batch = read(people.admin, GOAL.format(4))
    job = order_applying(batch, apply_import, kind=IMPORT_APPLY, mode=ALL, by=people.admin)
    seen: list[str] = []
    until = time.monotonic() + 30

    def look() -> None:
        """Somebody at the page of the batch."""
        try:
            while not seen and time.monotonic() < until:
                message = Job.objects.get(pk=job.pk).message
                if message.startswith("正在写入"):
                    seen.append(message)
                    request_cancel(Job.objects.get(pk=job.pk), by=people.admin)
        finally:
            connection.close()

    looking = threading.Thread(target=look)

    def held(done: int, total: int, message: str = "") -> None:
        report(done, total, message)
        if message == "正在写入" and done:
            looking.join()
            while time.monotonic() < until:
                report(done, total, message)

    looking.start()
    Job.objects.filter(pk=job.pk).update(state="running")
    with pytest.raises(JobCancelled), told_outside(job) as report:
        apply_batch(batch, mode=ALL, by=people.admin, report=held, job=job)
    assert seen
    whole_or_absent(batch, GOAL.format(4))
