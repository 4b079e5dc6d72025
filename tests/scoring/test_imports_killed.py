"""A worker that dies in the middle of an import leaves nothing half done; two imports at once."""

from __future__ import annotations

import itertools
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
from typing import IO, Any, NamedTuple

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.db import connection
from django.utils import timezone

from perfgoals.accounts.models import User
from perfgoals.common.jobs import JobCancelled, request_cancel, requeue_orphans
from perfgoals.common.models import Job
from projects.models import Form, FormVersion, Project
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


class Ended(NamedTuple):
    """How a worker ended (0, or minus the signal), how many statements it made, and in how many seconds."""

    how: int
    statements: int
    seconds: float


class Worker:
    """See ``tests.mortal_worker``."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process

    def run(self, *, die_at: int = 0, kill_after: float = 0) -> Ended:
        asked, answers = self.process.stdin, self.process.stdout
        assert asked is not None
        assert answers is not None
        print(die_at, kill_after, file=asked, flush=True)
        ended, made, took = _line(answers).split()
        return Ended(int(ended), int(made), float(took))


def _moments(statements: int) -> list[int]:
    """Random ones, one in each tenth of the way."""
    edges = [1 + statements * part // ROUNDS for part in range(ROUNDS + 1)]
    return [random.randrange(begin, end) for begin, end in itertools.pairwise(edges)]


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
    assert (
        FormVersion.objects.filter(written__contains=json.dumps(goal, ensure_ascii=False)).count()
        == expected
    )
    assert batch.items.filter(outcome="done").count() == expected


def test_killed_at_ten_random_moments(people: Cast, worker: Worker) -> None:
    first = read(people.admin, GOAL.format(4))
    order_applying(first, apply_import, kind=IMPORT_APPLY, mode=ALL, by=people.admin)
    whole = worker.run()
    assert whole.how == 0
    whole_or_absent(first, GOAL.format(4))
    assert said(GOAL.format(4)) == FORMS
    absent = 0
    for number, moment in enumerate(_moments(whole.statements), 5):
        goal = GOAL.format(number)
        batch = read(people.admin, goal)
        job = order_applying(batch, apply_import, kind=IMPORT_APPLY, mode=ALL, by=people.admin)
        assert worker.run(die_at=moment).how == -9, moment
        whole_or_absent(batch, goal)
        absent += batch.state != "applied"
        _left_long_ago(batch)
        assert worker.run().how == 0
        whole_or_absent(batch, goal)
        assert batch.state == "applied", moment
        job.refresh_from_db()
        assert job.state == "done"
    assert absent > 0
    form = Form.objects.get(project_name="项目0")
    numbers = list(form.versions.order_by("number").values_list("number", flat=True))
    assert numbers == list(range(1, ROUNDS + 2))


def test_killed_from_outside_at_ten_random_times(people: Cast, worker: Worker) -> None:
    """Also in the midst of a statement, or of rows that are on their way to the server."""
    first = read(people.admin, GOAL.format(4))
    order_applying(first, apply_import, kind=IMPORT_APPLY, mode=ALL, by=people.admin)
    whole = worker.run()
    killed = 0
    for number in range(5, 5 + ROUNDS):
        goal = GOAL.format(number)
        batch = read(people.admin, goal)
        order_applying(batch, apply_import, kind=IMPORT_APPLY, mode=ALL, by=people.admin)
        killed += worker.run(kill_after=random.uniform(0.01, whole.seconds)).how == -9
        _gone_from_the_database()
        whole_or_absent(batch, goal)
        _left_long_ago(batch)
        assert worker.run().how == 0
        whole_or_absent(batch, goal)
        assert batch.state == "applied"
    assert killed > 0


def test_killed_while_reading(people: Cast, worker: Worker) -> None:
    content = json_file([named(f"项目{n}") for n in range(FORMS)])

    def order() -> ImportBatch:
        batch = keep_upload(ContentFile(content), "甲.json", by=people.admin)
        order_reading(batch, read_import, kind=IMPORT_READ, by=people.admin)
        return batch

    order()
    statements = worker.run().statements
    for moment in _moments(statements):
        batch = order()
        assert worker.run(die_at=moment).how == -9, moment
        batch.refresh_from_db()
        assert batch.items.count() == (FORMS if batch.state == "ready" else 0)
        _left_long_ago(batch)
        assert worker.run().how == 0
        batch.refresh_from_db()
        assert batch.state == "ready", moment
        assert batch.items.count() == FORMS
    assert not Form.objects.filter(project_name__startswith="项目").exists()


def test_killed_while_undoing(people: Cast, worker: Worker) -> None:
    """A batch that made half of its forms and changed the others."""
    halves = [named(f"项目{n}", annual_goal=GOAL.format(3)) for n in range(FORMS // 2)]
    before = read_batch(
        keep_upload(ContentFile(json_file(halves)), "原有.json", by=people.admin), report=silent
    )
    apply_batch(before, mode=ALL, by=people.admin, report=silent)
    statements = _undone(people.admin, worker, GOAL.format(4)).statements
    there = 0
    for number, moment in enumerate(_moments(statements), 5):
        goal = GOAL.format(number)
        assert _undone(people.admin, worker, goal, die_at=moment).how == -9, moment
        batch = ImportBatch.objects.latest("at")
        there += batch.state != "undone"
        _undone_or_not(batch, goal)
        _left_long_ago(batch)
        assert worker.run().how == 0
        _undone_or_not(batch, goal)
        assert batch.state == "undone", moment
    assert there > 0


def _undone(by: User, worker: Worker, goal: str, *, die_at: int = 0) -> Ended:
    """Apply a batch and have it undone."""
    batch = read(by, goal)
    apply_batch(batch, mode=ALL, by=by, report=silent)
    order_undoing(batch, undo_import, kind=IMPORT_UNDO, by=by)
    return worker.run(die_at=die_at)


def _undone_or_not(batch: ImportBatch, goal: str) -> None:
    """Either every form says what the batch wrote, or none does; and those that it made are gone."""
    batch.refresh_from_db()
    undone = batch.state == "undone"
    assert said(goal) == (0 if undone else FORMS)
    assert said(GOAL.format(3)) == (FORMS // 2 if undone else 0)
    projects = Project.objects.filter(name__startswith="项目")
    assert projects.count() == (FORMS // 2 if undone else FORMS)
    outcome = "undone" if undone else "done"
    assert batch.items.filter(outcome=outcome).count() == FORMS


def _gone_from_the_database() -> None:
    """Wait until the server has noticed that the killed worker is gone, and rolled back what it did."""
    until = time.monotonic() + 30
    with connection.cursor() as cursor:
        while time.monotonic() < until:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
                "AND pid <> pg_backend_pid() AND xact_start IS NOT NULL"
            )
            if cursor.fetchone() == (0,):
                return
    raise AssertionError("a transaction of the killed worker goes on")


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
