"""Backing up and restoring the database from the command line."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from perfgoals.accounts.models import Unit
from perfgoals.common.serving.place import claim_installation


@pytest.fixture
def backup(transactional_db: None, tmp_path: Path) -> Path:
    """A backup with one unit in it, which the database has lost since."""
    Unit.objects.create(name="上海市某局")
    file = tmp_path / "backup" / "one.dump"
    call_command("backup", output=file, stdout=io.StringIO())
    Unit.objects.all().delete()
    return file


def test_a_backup_brings_back_what_was_lost(backup: Path) -> None:
    said = io.StringIO()
    call_command("restore", str(backup), yes=True, stdout=said)
    assert [unit.name for unit in Unit.objects.all()] == ["上海市某局"]
    assert said.getvalue() == f"已恢复为 {backup} 的内容\n"


def test_a_backup_is_for_its_owner_only(backup: Path) -> None:
    assert oct(backup.stat().st_mode)[-3:] == "600"
    assert [file.name for file in backup.parent.iterdir()] == ["one.dump"]


def test_without_a_name_it_goes_to_the_backup_folder(
    transactional_db: None, settings: Settings
) -> None:
    said = io.StringIO()
    call_command("backup", stdout=said)
    (file,) = (settings.DATA_DIR / "backup").iterdir()
    assert said.getvalue().startswith(f"已备份到 {file}（0.")


def test_restoring_asks_first(backup: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("builtins.input", lambda: "不")
    with pytest.raises(CommandError, match="已取消，数据没有改动"):
        call_command("restore", str(backup), stdout=io.StringIO())
    assert not Unit.objects.exists()
    monkeypatch.setattr("builtins.input", lambda: "恢复")
    call_command("restore", str(backup), stdout=io.StringIO())
    assert Unit.objects.exists()


def test_a_file_that_is_no_backup_changes_nothing(transactional_db: None, tmp_path: Path) -> None:
    Unit.objects.create(name="上海市某局")
    (tmp_path / "other").write_text("不是备份" * 200)
    with pytest.raises(CommandError, match="恢复没有成功，数据没有改动：pg_restore 报告："):
        call_command("restore", str(tmp_path / "other"), yes=True)
    assert Unit.objects.exists()


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"没有备份文件 .*/none"):
        call_command("restore", str(tmp_path / "none"), yes=True)


def test_no_restoring_below_a_running_copy(backup: Path, settings: Settings) -> None:
    with (
        claim_installation(settings.DATA_DIR / "run" / "serving.lock"),
        pytest.raises(CommandError, match="已有一份在运行"),
    ):
        call_command("restore", str(backup), yes=True)
    assert not Unit.objects.exists()
