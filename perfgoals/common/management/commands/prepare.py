"""manage.py prepare: brings database, static files and demo data up to date before serving."""

from __future__ import annotations

import hashlib
import io
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from perfgoals.common.data_folder import unusable
from perfgoals.common.grants import application_roles


class Command(BaseCommand):
    help = "启动前的准备：更新数据库结构和静态文件，载入公开表格，建立演示账号；可反复执行"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--sign-ins-to", type=Path, metavar="文件", help="演示账号写入此文件")
        parser.add_argument(
            "--application-role",
            default="",
            metavar="角色",
            help="给运行系统的数据库角色授权（见 grant_application_role）；授过权的不必再给出",
        )
        parser.add_argument("--no-demo", action="store_true", help="不建立演示账号（正式使用）")

    def handle(
        self,
        *args: Any,
        sign_ins_to: Path | None,
        no_demo: bool,
        application_role: str = "",
        **options: Any,
    ) -> None:
        self._say("更新数据库结构")
        call_command("migrate", interactive=False, verbosity=0)
        for role in [application_role] if application_role else application_roles():
            # New tables are open to nobody but their owner.
            call_command("grant_application_role", role, stdout=self.stdout)
        try:
            self._collect_static()
        except OSError as error:
            raise CommandError(unusable(error)) from error
        self._say("载入公开表格")
        call_command("load_published", stdout=self.stdout)
        if no_demo:
            return
        sign_ins = io.StringIO()
        call_command("create_demo_users", stdout=sign_ins)
        if sign_ins_to:
            sign_ins_to.write_text(sign_ins.getvalue())

    def _collect_static(self) -> None:
        stamp = settings.STATIC_ROOT / ".sources"
        state = sources_state()
        if stamp.exists() and stamp.read_text() == state:
            return
        self._say("整理静态文件")
        call_command("collectstatic", interactive=False, clear=True, verbosity=0)
        stamp.write_text(state)

    def _say(self, text: str) -> None:
        self.stdout.write(f"{text}……")
        self.stdout.flush()


def sources_state() -> str:
    """A digest of names, sizes and times of all static files, to tell whether any has changed."""
    digest = hashlib.sha256()
    for finder in get_finders():
        for path, storage in finder.list(None):
            status = Path(storage.path(path)).stat()
            digest.update(f"{path}|{status.st_size}|{status.st_mtime_ns}\n".encode())
    return digest.hexdigest()
