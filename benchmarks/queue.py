"""How long the server takes for the auditor's queue with 10,000 forms waiting.

Run by hand on an idle machine: ``python -m benchmarks.queue [forms]``. It works in a database of its own,
which is removed afterwards: several hundred units in a tree of three levels, projects, and submitted forms
of three years with what the queue shows of them. Prints, for each address, the fastest, the median and the
slowest of the rounds and the number of queries, those for the session and the person included.
"""

from __future__ import annotations

import os
import random
import statistics
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "perfgoals.settings")

# As a server loads the application, whose start-up is part of what is measured here.
from django.core.management import call_command
from django.db import connection
from django.http import QueryDict
from django.test import Client
from django.test.utils import (
    CaptureQueriesContext,
    override_settings,
    setup_databases,
    setup_test_environment,
    teardown_databases,
)
from django.utils import timezone

import perfgoals.wsgi  # noqa: F401
from perfgoals.accounts.models import Membership, Role, Unit, User
from projects.models import FiscalYear, Form, Project
from scoring.models import Review, ScoringScheme, SelfEvaluation
from scoring.views.queue import neighbours

LIMIT = 200
"""Milliseconds that a page of the queue may take."""

ROUNDS = 15
BUREAUS = 30
UNITS_BELOW = 15
YEARS = (2025, 2026, 2027)
TEXT = "完成全市生态环境监测网络运行维护和数据质量核查，保障业务系统稳定运行。" * 12
REASONS = [
    "错误 1 处，每处 20 分，计 20 分",
    "警告 3 处，每处 3 分，计 9 分",
    "满分的 9 行中 9 行没有佐证材料，每处 1 分，最多 8 分，计 8 分",
]
ADDRESSES = {
    "首页（按风险）": "",
    "第 100 页": "?page=100",
    "按等待排序": "?sort=since",
    "按送审次数排序": "?sort=-times",
    "按与上年之差排序": "?sort=last",
    "按权重排序": "?sort=-weight",
    "筛选：年度、风险、警告": "?year=2026&risk=high&check=warnings",
    "筛选：单位（含下级）": "?unit={bureau}",
    "筛选：本人审过": "?earlier=mine",
    "搜索": "?q=监测 运行",
}


def build(number: int) -> tuple[User, int]:
    """An auditor of the whole, and the number of a bureau; ``number`` forms wait, and half as many are
    done with."""
    call_command("load_published", verbosity=0)
    # The same forms each time.
    chance = random.Random(20261121)
    preparer = User.objects.create_user("bench-preparer")
    auditor = User.objects.create_user("bench-auditor")
    units = _units()
    Membership.objects.create(user=auditor, unit=units[0], role=Role.AUDITOR.value)
    FiscalYear.objects.bulk_create([FiscalYear(year=year) for year in YEARS], ignore_conflicts=True)
    schemes = {year: ScoringScheme.objects.in_force(year) for year in YEARS}
    total = number + number // 2
    projects = Project.objects.bulk_create(
        [
            Project(code=f"B{n:06}", name=f"监测运行维护项目 {n}", unit=units[n % len(units)])
            for n in range(total // len(YEARS) + 1)
        ],
        batch_size=2_000,
    )
    forms = Form.objects.bulk_create(
        [
            _form(projects[n // len(YEARS)], YEARS[n % len(YEARS)], n < number, preparer, chance)
            for n in range(total)
        ],
        batch_size=1_000,
    )
    SelfEvaluation.objects.bulk_create(
        [_evaluation(form, schemes[form.year_id], chance) for form in forms], batch_size=1_000
    )
    Review.objects.bulk_create(
        [review for form in forms for review in _reviews(form, preparer, auditor, chance)],
        batch_size=2_000,
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return auditor, units[1].pk


def _units() -> list[Unit]:
    top = Unit.objects.create(code="B", name="全市")
    bureaus = Unit.objects.bulk_create(
        [Unit(code=f"B{n}", name=f"第 {n} 局", parent=top) for n in range(BUREAUS)]
    )
    below = Unit.objects.bulk_create(
        [
            Unit(code=f"{bureau.code}-{n}", name=f"{bureau.name}第 {n} 中心", parent=bureau)
            for bureau in bureaus
            for n in range(UNITS_BELOW)
        ]
    )
    return [top, *bureaus, *below]


def _form(project: Project, year: int, waits: bool, preparer: User, chance: random.Random) -> Form:
    return Form(
        kind="self_evaluation",
        project=project,
        year_id=year,
        status="submitted" if waits else "approved",
        version=4,
        project_name=project.name,
        unit_name=project.unit.name,
        submitted_at=timezone.now() - timedelta(days=chance.randrange(40)),
        submitted_by=preparer,
        is_late=chance.random() < 0.1,
        error_count=chance.choice([0, 0, 0, 1]),
        warning_count=chance.randrange(6),
        hint_count=chance.randrange(9),
    )


def _evaluation(form: Form, scheme: ScoringScheme, chance: random.Random) -> SelfEvaluation:
    computed = Decimal(chance.randrange(7_000, 10_001)) / 100
    return SelfEvaluation(
        form=form,
        scheme=scheme,
        expected_goal=TEXT,
        actual_outcome=TEXT,
        total_score=computed + chance.choice([0, 0, 0, 1]),
        computed_total=computed,
        computed_rate=Decimal(chance.randrange(5_000, 10_001)) / 100,
        computed_rating="优",
    )


def _reviews(form: Form, preparer: User, auditor: User, chance: random.Random) -> Iterator[Review]:
    waits = form.status == "submitted"
    times = chance.choice([1, 1, 2])
    for number in range(times):
        is_last = number == times - 1
        yield Review(
            form=form,
            stage="department",
            version=number + 1,
            opened_by=preparer,
            opened_at=form.submitted_at or timezone.now(),
            risk=chance.randrange(101),
            risk_reasons=REASONS,
            last_total=Decimal(chance.randrange(7_000, 10_001)) / 100,
            outcome=("pending" if waits else "approved") if is_last else "returned",
            decided_by=None if waits and is_last else auditor,
        )


def measure(client: Client, address: str) -> tuple[list[float], int]:
    """How long each round took (milliseconds), and the queries of one."""
    taken = []
    for round_number in range(ROUNDS + 2):
        start = time.perf_counter()
        response = client.get(address)
        spent = (time.perf_counter() - start) * 1000
        if response.status_code != 200:
            raise SystemExit(f"{address}: {response.status_code}")
        if round_number >= 2:
            taken.append(spent)
    with CaptureQueriesContext(connection) as queries:
        client.get(address)
    if os.environ.get("SHOW_QUERIES"):
        for query in queries.captured_queries:
            print(f"  {query['time']} {query['sql'][:300]}")
    return taken, len(queries)


def main(number: int) -> None:
    setup_test_environment(debug=False)
    databases = setup_databases(verbosity=0, interactive=False)
    try:
        measure_all(number)
    finally:
        teardown_databases(databases, verbosity=0)


# Served from where they lie, so that nothing has to be collected first.
@override_settings(
    STORAGES={
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
)
def measure_all(number: int) -> None:
    auditor, bureau = build(number)
    client = Client()
    client.force_login(auditor)
    waiting = Review.objects.waiting().count()
    units = Unit.objects.count()
    print(f"待审核 {waiting} 份，单位 {units} 个，每个地址 {ROUNDS} 次，上限 {LIMIT} 毫秒")
    for label, query in ADDRESSES.items():
        taken, queries = measure(client, f"/review/{query.format(bureau=bureau)}")
        best, median, worst = min(taken), statistics.median(taken), max(taken)
        print(
            f"{label}：最快 {best:.0f}，中位 {median:.0f}，最慢 {worst:.0f} 毫秒；{queries} 条查询"
        )
    taken = [next_to(auditor) for _ in range(ROUNDS)]
    print(f"前后相邻的表：中位 {statistics.median(taken):.0f}，最慢 {max(taken):.0f} 毫秒")


def next_to(auditor: User) -> float:
    """How long it takes to tell what is next to a form in the queue (milliseconds)."""
    form = Review.objects.waiting().order_by("risk").values_list("form_id", flat=True)[50]
    start = time.perf_counter()
    neighbours(auditor, QueryDict(), form)
    return (time.perf_counter() - start) * 1000


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
