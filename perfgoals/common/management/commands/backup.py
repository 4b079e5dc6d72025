"""manage.py backup: the database in one file."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from perfgoals.common.audit import record_export
from perfgoals.common.dumps import DumpError, dump


class Command(BaseCommand):
    help = "把数据库备份成一个文件；系统运行时也可以执行"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "-o",
            "--output",
            type=Path,
            metavar="文件",
            help="默认为数据目录下 backup/日期-时间.dump",
        )

    def handle(self, *args: Any, output: Path | None, **options: Any) -> None:
        name = f"{timezone.localtime():%Y%m%d-%H%M%S}.dump"
        file = output or settings.DATA_DIR / "backup" / name
        try:
            dump(file)
            record_export("整个数据库（备份）", by=None, 文件=str(file))
        except (DumpError, OSError) as error:
            raise CommandError(f"备份没有成功：{error}") from error
        self.stdout.write(f"已备份到 {file}（{file.stat().st_size / 1_000_000:.1f} MB）")
