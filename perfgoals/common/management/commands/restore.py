"""manage.py restore: a backup back into the database."""

from __future__ import annotations

import hashlib
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.utils import timezone

from perfgoals.common.audit import record
from perfgoals.common.dumps import DumpError, restore
from perfgoals.common.grants import application_roles, grant_application
from perfgoals.common.models import AuditAction, AuditEntry
from perfgoals.common.serving.place import RefusedError, claim_installation


class Command(BaseCommand):
    help = "用备份文件替换数据库的全部内容；须先停止系统"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="备份文件")
        parser.add_argument("--yes", action="store_true", help="不再询问")

    def handle(self, *args: Any, file: Path, yes: bool, **options: Any) -> None:
        if not file.is_file():
            raise CommandError(f"没有备份文件 {file}")
        try:
            with claim_installation(settings.DATA_DIR / "run" / "serving.lock"):
                if not yes:
                    self._ask(file)
                replaced, roles = last_entry(), application_roles()
                restore(file)
                # A backup of an older release lacks what later ones added, and any backup the rights.
                call_command("migrate", interactive=False, verbosity=0)
                for role in roles:
                    grant_application(role)
                record(
                    AuditAction.IMPORTED,
                    "用备份替换数据库的全部内容",
                    details={"备份文件": str(file), "SHA-256": _digest(file), **replaced},
                )
        except (DumpError, RefusedError, OSError) as error:
            raise CommandError(f"恢复没有成功，数据没有改动：{error}") from error
        self.stdout.write(f"已恢复为 {file} 的内容")

    def _ask(self, file: Path) -> None:
        self.stdout.write(f"数据库现有内容将全部替换为 {file} 的内容。确定请输入「恢复」：")
        try:
            answer = input()
        except EOFError:
            answer = ""
        if answer.strip() != "恢复":
            raise CommandError("已取消，数据没有改动")


def last_entry() -> dict[str, str]:
    """The last entry of the log that is about to be replaced; nothing in a new database."""
    if AuditEntry._meta.db_table not in connection.introspection.table_names():
        return {}
    last = AuditEntry.objects.order_by("-id").first()
    if last is None:
        return {}
    return {"被替换的日志止于": f"第 {last.pk} 条，{timezone.localtime(last.at):%Y-%m-%d %H:%M:%S}"}


def _digest(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
