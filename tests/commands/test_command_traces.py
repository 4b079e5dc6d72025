"""Commands that write leave a trace, like everybody else."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from django.core.management import call_command

from perfgoals.common.models import AuditEntry
from tests.tracing import leaves_a_trace


def run(name: str, *args: str, **options: object) -> None:
    call_command(name, *args, stdout=io.StringIO(), **options)


@pytest.mark.django_db
def test_loading_and_demo_users() -> None:
    for name in ("load_published", "create_demo_users"):
        with leaves_a_trace(writes=True):
            run(name)
        # A second time there is nothing left to do.
        with leaves_a_trace(writes=False):
            run(name)
    assert set(AuditEntry.objects.values_list("channel", flat=True)) == {"command"}
    told = dict.fromkeys(AuditEntry.objects.values_list("subject_type", flat=True))
    assert {
        "accounts.unit",
        "accounts.user",
        "indicators.indicatorcategory",
        "indicators.libraryindicator",
        "projects.fiscalyear",
        "projects.form",
        "projects.project",
        "scoring.scoringscheme",
    } <= set(told)


@pytest.mark.django_db
def test_the_commands_that_read_write_nothing() -> None:
    with leaves_a_trace(writes=False):
        run("evaluate", "fixtures/published/self_evaluations_2020.json")


def test_a_backup_and_its_return_are_told(transactional_db: None, tmp_path: Path) -> None:
    file = tmp_path / "one.dump"
    run("backup", output=file)
    taken = AuditEntry.objects.get()
    assert (taken.action, taken.summary) == ("exported", "导出 整个数据库（备份）")
    run("restore", str(file), yes=True)
    returned = AuditEntry.objects.get()
    assert (returned.action, returned.summary) == ("imported", "用备份替换数据库的全部内容")
    assert returned.details["备份文件"] == str(file)
    assert returned.details["被替换的日志止于"].startswith(f"第 {taken.pk} 条")
