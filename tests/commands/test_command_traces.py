"""Commands that write leave a trace, like everybody else."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from perfgoals.accounts.models import User
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
def test_people_and_passwords_that_an_operator_sets(monkeypatch: pytest.MonkeyPatch) -> None:
    """By Django's own commands, which know of no log."""
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", "一个够长的密码")
    with leaves_a_trace(writes=True):
        run("createsuperuser", interactive=False, username="keeper")
    user = User.objects.get(username="keeper")
    client = Client()
    client.force_login(user)
    monkeypatch.setattr("getpass.getpass", lambda prompt: "另一个更长的密码十个字")
    with leaves_a_trace(writes=True):
        run("changepassword", "keeper")
    user.refresh_from_db()
    assert user.check_password("另一个更长的密码十个字")
    assert client.get("/")["Location"].startswith("/sign-in/"), "会话没有结束"
    assert user.must_change_password
    told = AuditEntry.objects.filter(subject_id=str(user.pk), channel="command")
    assert list(told.order_by("pk").values_list("action", "summary")) == [
        ("created", "新增用户「keeper」"),
        ("rights", "变更「keeper」的权限"),
        ("password", "设置密码：keeper"),
        ("signed_out", "会话被结束"),
    ]


@pytest.mark.django_db
def test_a_password_that_was_not_set_leaves_all_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    User.objects.create_user("keeper", password="一个够长的密码")
    monkeypatch.setattr("getpass.getpass", lambda prompt: "123456")
    with leaves_a_trace(writes=False), pytest.raises(CommandError):
        run("changepassword", "keeper", stderr=io.StringIO())
    assert User.objects.get().check_password("一个够长的密码")


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
