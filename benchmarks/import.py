# ruff: noqa: N999 - the name is that of what it measures
"""How long a large flat workbook takes: read, checked, previewed and applied, with versions and log.

Run by hand on an idle machine: ``python -m benchmarks.import [forms] [alone]``. It works in a database of
its own, which is removed afterwards. The forms are those of ``benchmarks.judge``, half of them declarations
and half self-evaluations, twenty rows each, in projects that are new; the workbooks hold a quarter, half,
and all of them. Last comes a workbook of all forms, downloaded, in which every tenth was changed. Each goes
the way of an upload: kept, read, applied, with its progress written for others to see.

Prints for each the pace of the machine (``benchmarks.pace``), the seconds of both steps and of their stages,
rows a second, the most memory that the process and all those it started held at once, and the longest time
in which its job said nothing new. Then,
beside it, on the same database: django-import-export taking the same rows into one flat table, and the
floor, which is python-calamine reading the sheet and COPY. Both know no form, no check, no version. With
``alone`` they are left out.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "perfgoals.settings")

import tablib
from django.conf import settings
from django.core.files.base import File
from django.core.management import call_command
from django.db import connection, models
from django.test.utils import (
    override_settings,
    setup_databases,
    setup_test_environment,
    teardown_databases,
)
from import_export import resources
from python_calamine import CalamineWorkbook

import perfgoals.wsgi  # noqa: F401
from benchmarks.judge import Bulk
from benchmarks.pace import pace
from perfgoals.accounts.models import User
from perfgoals.common.models import AuditEntry, Job
from perfgoals.common.workbooks.lists import list_workbook
from projects.models import Form, FormVersion
from scoring.access import form_document
from scoring.documents import read_form
from scoring.models import ImportBatch
from scoring.services.importing import Report, apply_batch, keep_upload, told_outside
from scoring.workbooks.batches import read_batch
from scoring.workbooks.flat import FlatForm, flat_workbook

GOAL = 8_000
"""Rows a second that the whole way is to reach on two cores."""

CHANGED = 10
"""Of so many forms one is changed in the last workbook."""

WATCHED = 0.2  # seconds between two looks at the job and at the memory
HEADINGS = ("单位", "项目", "一级指标", "二级指标", "三级指标", "指标值", "完成值", "分值", "得分")


@dataclass
class Measured:
    """What one way cost. stages: by what the job said it was doing, seconds, and how many of
    them a processor worked in this process; in the others it waited for those that it had started, for
    the database, or for a processor that was busy elsewhere. worked: seconds that processors worked, in
    this process, those that it started, and the database's for it. silent: the longest time in which the
    job said nothing new; memory: the most that was held, in megabytes."""

    seconds: float = 0.0
    stages: dict[str, tuple[float, float]] = field(default_factory=dict)
    worked: float = 0.0
    silent: float = 0.0
    memory: float = 0.0


# -- workbooks -------------------------------------------------------------------------------------


def documents(number: int, first: int) -> Iterator[dict[str, Any]]:
    """Forms as JSON, each of a project of its own. first: what keeps those of two workbooks apart."""
    bulk = Bulk(seed=first + 1)
    half = number // 2
    for place, form in enumerate(
        [*bulk.declarations(number - half), *bulk.self_evaluations(half)], first
    ):
        form["project"] = {**form["project"], "name": f"{form['project']['name']}（{place}）"}
        yield form


def new_workbook(number: int, first: int) -> bytes:
    return flat_workbook(FlatForm(read_form(form)) for form in documents(number, first))


def changed_workbook(number: int) -> bytes:
    """The forms of the largest batch as they are downloaded, every tenth with another first target."""
    chance = random.Random(7)
    forms = Form.objects.order_by("-pk")[:number]

    def changed() -> Iterator[FlatForm]:
        for place, form in enumerate(forms):
            document = form_document(form)
            if place % CHANGED == 0:
                data = document.as_json()
                data["indicators"][0]["target"] = f"≥{chance.randrange(10, 99)}(%)"
                document = read_form(data)
            yield FlatForm(document, form.pk, form.version, form.project.code)

    return flat_workbook(changed())


def flat_list(number: int) -> bytes:
    """The rows of as many forms, one table, for those that know no forms."""
    rows = (
        [form["unit"], form["project"]["name"], *(row.get(key) or "—" for key in _KEYS)]
        for form in documents(number, 0)
        for row in form["indicators"]
    )
    return list_workbook("rows", HEADINGS, list(rows))


_KEYS = ("level1", "level2", "name", "target", "actual", "weight", "score")


def written_apart(path: Path, made: str, *given: int) -> Path:
    """A workbook made by a process of its own, so that its making takes no memory here."""
    program = (
        "import importlib, pathlib, sys; made = importlib.import_module('benchmarks.import');"
        "pathlib.Path(sys.argv[1]).write_bytes(getattr(made, sys.argv[2])(*map(int, sys.argv[3:])))"
    )
    subprocess.run([sys.executable, "-c", program, str(path), made, *map(str, given)], check=True)
    return path


# -- looking on ------------------------------------------------------------------------------------


class Watch:
    """Looks, beside the work, at what its job says and at what memory is held."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.measured = Measured()
        self.over = threading.Event()
        self.thread = threading.Thread(target=self._look, daemon=True)

    def _look(self) -> None:
        said, changed = None, time.perf_counter()
        while not self.over.wait(WATCHED):
            now = time.perf_counter()
            told = Job.objects.values_list("done", "total", "message").get(pk=self.job.pk)
            if told != said:
                self.measured.silent = max(self.measured.silent, now - changed)
                said, changed = told, now
            self.measured.memory = max(self.measured.memory, held())
        self.measured.silent = max(self.measured.silent, time.perf_counter() - changed)
        connection.close()


def held() -> float:
    """Megabytes that this process and all below it hold in memory; what they share counts for each."""
    total, left = 0, [os.getpid()]
    while left:
        number = left.pop()
        try:
            total += int(Path(f"/proc/{number}/statm").read_text().split()[1])
            for task in Path(f"/proc/{number}/task").iterdir():
                left += map(int, (task / "children").read_text().split())
        except (FileNotFoundError, ProcessLookupError):
            continue
    return total * os.sysconf("SC_PAGE_SIZE") / (1 << 20)


@contextmanager
def watched(title: str, by: User) -> Iterator[tuple[Report, Measured]]:
    job = Job.objects.create(
        kind="benchmark", title=title, owner=by, state=Job.State.RUNNING.value, parameters={}
    )
    watch = Watch(job)
    stage, since = "", (time.perf_counter(), time.process_time())

    def told(done: int, total: int, message: str = "") -> None:
        nonlocal stage, since
        if message != stage:
            now = (time.perf_counter(), time.process_time())
            before = stages.get(stage, (0.0, 0.0))
            stages[stage] = (before[0] + now[0] - since[0], before[1] + now[1] - since[1])
            stage, since = message, now
        report(done, total, message)

    stages = watch.measured.stages
    worked = _worked()
    watch.thread.start()
    start = time.perf_counter()
    try:
        with told_outside(job) as report:
            yield told, watch.measured
        told(0, 0)
        watch.measured.seconds = time.perf_counter() - start
        watch.measured.worked = _worked() - worked
    finally:
        watch.over.set()
        watch.thread.join()


def _worked() -> float:
    """Processor seconds so far: of this process, of those it started that have ended, and of the one that
    the database keeps for us."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        told = Path(f"/proc/{cursor.fetchone()[0]}/stat").read_text().rpartition(")")[2].split()
    theirs = (int(told[11]) + int(told[12])) / os.sysconf("SC_CLK_TCK")
    return sum(os.times()[:4]) + theirs


# -- the ways --------------------------------------------------------------------------------------


def whole_way(path: Path, forms: int, by: User) -> float:
    """Read and apply a workbook, and say what that took. Returns the seconds."""
    load, before = os.getloadavg()[0], pace()
    with path.open("rb") as content:
        batch = keep_upload(File(content), "导入.xlsx", by=by)
    with watched("读取", by) as (report, read):
        batch = read_batch(batch, report=report)
    if batch.state != ImportBatch.State.READY:
        raise SystemExit(batch.message)
    # Forms made of published rows have errors too, as real ones do; they are taken all the same.
    takeable = list(batch.items.filter(takeable=True).values_list("number", flat=True))
    versions, entries = FormVersion.objects.count(), AuditEntry.objects.count()
    with watched("导入", by) as (report, applied):
        answer = apply_batch(
            batch, mode=ImportBatch.Mode.SOUND, chosen=takeable, by=by, report=report
        )
    rows = sum(batch.items.values_list("rows", flat=True))
    seconds = read.seconds + applied.seconds
    size = path.stat().st_size / (1 << 20)
    print(f"\n{forms} forms, {rows} rows, {size:.1f} MB (load before: {load:.1f}; ", end="")
    print(f"pace of the cores before {before}, after {pace()})")
    print(f"  {answer.made} made, {answer.changed} changed, {answer.same} the same, ", end="")
    print(f"{answer.left} left; {FormVersion.objects.count() - versions} versions, ", end="")
    print(f"{AuditEntry.objects.count() - entries} lines in the log")
    for title, one in (("read, checked, previewed", read), ("applied", applied)):
        print(f"  {title}: {one.seconds:.2f} s ({one.worked:.2f} s of work), ", end="")
        print(f"at most {one.memory:.0f} MB, ", end="")
        print(f"silent for {one.silent:.2f} s at most")
        for stage, (spent, worked) in one.stages.items():
            if stage and spent >= WATCHED:
                print(f"    {stage} {spent:.2f} s ({worked:.2f} s)")
    print(f"  whole way: {seconds:.2f} s, {rows / seconds:,.0f} rows a second (goal: {GOAL:,})")
    return seconds


class FlatRow(models.Model):
    """A table of rows alone, which the benchmark makes and removes."""

    unit = models.TextField()
    project = models.TextField()
    level1 = models.TextField()
    level2 = models.TextField()
    name = models.TextField()
    target = models.TextField()
    actual = models.TextField()
    weight = models.TextField()
    score = models.TextField()

    objects: models.Manager[FlatRow] = models.Manager()

    class Meta:
        app_label = "common"
        managed = False
        db_table = "benchmark_rows"

    def __str__(self) -> str:
        return self.name


FIELDS = [one.name for one in FlatRow._meta.concrete_fields if not one.primary_key]


class RowResource(resources.ModelResource):
    """As its documentation shows one for new rows."""

    class Meta:
        model = FlatRow
        fields = FIELDS
        import_id_fields: list[str] = []
        force_init_instance = True


class BulkRowResource(RowResource):
    """As its documentation advises for large files."""

    class Meta(RowResource.Meta):
        use_bulk = True
        batch_size = 1_000
        skip_diff = True
        skip_html_diff = True


def by_import_export(content: bytes, resource: resources.ModelResource) -> float:
    """Read the workbook, look at it (which is writing and taking back), import it."""
    start = time.perf_counter()
    data = tablib.Dataset().load(content, format="xlsx")
    data.headers = FIELDS
    resource.import_data(data, dry_run=True, raise_errors=True)
    resource.import_data(data, dry_run=False, raise_errors=True)
    return time.perf_counter() - start


def floor(content: bytes) -> float:
    """Calamine and COPY: nothing is looked at."""
    start = time.perf_counter()
    sheet = CalamineWorkbook.from_filelike(BytesIO(content)).get_sheet_by_index(0)
    told = StringIO()
    for row in sheet.to_python(skip_empty_area=False)[1:]:
        told.write("\t".join([str(cell).replace("\\", "\\\\") for cell in row]).replace("\n", " "))
        told.write("\n")
    told.seek(0)
    with connection.cursor() as cursor:
        cursor.copy_expert(f"COPY benchmark_rows ({', '.join(FIELDS)}) FROM STDIN", told)
    return time.perf_counter() - start


def beside(number: int, seconds: float, folder: Path) -> None:
    """The same rows by others, and how the whole way compares with them."""
    content = written_apart(folder / "list.xlsx", "flat_list", number).read_bytes()
    ways: dict[str, Callable[[], float]] = {
        "floor: calamine and COPY": lambda: floor(content),
        "django-import-export, in bulk": lambda: by_import_export(content, BulkRowResource()),
        "django-import-export, row by row": lambda: by_import_export(content, RowResource()),
    }
    with connection.schema_editor() as editor:
        editor.create_model(FlatRow)
    print("\nbeside it, the same rows into one flat table, on the same database")
    for title, way in ways.items():
        FlatRow.objects.all().delete()
        took = way()
        rows = FlatRow.objects.count()
        print(f"  {title}: {took:.2f} s, {rows / took:,.0f} rows a second; ", end="")
        print(f"the whole way above takes {seconds / took:.2f} times as long")


def main(sizes: list[int], *, alone: bool = False) -> None:
    setup_test_environment(debug=False)
    databases = setup_databases(verbosity=0, interactive=False, serialized_aliases=[])
    try:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            stores = {**settings.STORAGES, "default": _store(folder)}
            with override_settings(STORAGES=stores):
                measure_all(sizes, folder, alone=alone)
    finally:
        teardown_databases(databases, verbosity=0)


def _store(folder: Path) -> dict[str, Any]:
    backend = "django.core.files.storage.FileSystemStorage"
    return {"BACKEND": backend, "OPTIONS": {"location": folder / "uploads"}}


def measure_all(sizes: list[int], folder: Path, *, alone: bool) -> None:
    call_command("load_published", verbosity=0)
    by = User.objects.create_superuser("bench-admin")
    first, seconds = 0, 0.0
    for forms in sizes:
        path = written_apart(folder / f"{forms}.xlsx", "new_workbook", forms, first)
        seconds = whole_way(path, forms, by)
        first += forms
    again = folder / "changed.xlsx"
    again.write_bytes(changed_workbook(sizes[-1]))
    whole_way(again, sizes[-1], by)
    if not alone:
        beside(sizes[-1], seconds, folder)


if __name__ == "__main__":
    largest = int(sys.argv[1]) if len(sys.argv) > 1 else 5_000
    main([largest // 4, largest // 2, largest], alone="alone" in sys.argv[2:])
