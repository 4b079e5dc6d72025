"""manage.py import_workbook: the way of a file from the command line, for administrators with scripts."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files import File
from django.core.management.base import BaseCommand, CommandError

from perfgoals.accounts.models import User
from scoring.management.files import WRONG_FILE
from scoring.models import ImportBatch, ImportItem
from scoring.services.importing import (
    NotApplied,
    WrongStanding,
    apply_batch,
    keep_upload,
    may_import,
)
from scoring.workbooks.batches import read_batch

_EVERY = 0.5  # seconds between two lines of progress
NOT_APPLIED = 1


class Command(BaseCommand):
    help = (
        "导入一个文件（官方表样、平铺工作簿或 JSON）：核对、检查、写入，与「批量导入」页相同。"
        "退出码：0 已导入或没有改动，1 有错误没有导入，2 文件不能读取"
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="要导入的文件")
        parser.add_argument("--user", required=True, help="以哪个管理员的名义导入（用户名）")
        way = parser.add_mutually_exclusive_group()
        way.add_argument(
            "--all-or-nothing",
            dest="mode",
            action="store_const",
            const=ImportBatch.Mode.ALL,
            default=ImportBatch.Mode.ALL,
            help="有一处错误就都不导入（默认）",
        )
        way.add_argument(
            "--sound-only",
            dest="mode",
            action="store_const",
            const=ImportBatch.Mode.SOUND,
            help="只导入没有错误的表",
        )

    def handle(
        self, *args: Any, file: Path, user: str, mode: ImportBatch.Mode, **options: Any
    ) -> None:
        by = User.objects.filter(username=user).first()
        if by is None or not may_import(by):
            raise CommandError(f"「{user}」不是可以批量导入的管理员", returncode=WRONG_FILE)
        try:
            with file.open("rb") as stored:
                batch = keep_upload(File(stored, file.name), file.name, by=by)
        except OSError as error:
            raise CommandError(
                f"不能读取 {file}：{error.strerror}", returncode=WRONG_FILE
            ) from error
        except ValidationError as error:
            raise CommandError("；".join(error.messages), returncode=WRONG_FILE) from error
        report = _Told(self)
        batch = read_batch(batch, report=report)
        if batch.state == ImportBatch.State.REFUSED:
            raise CommandError(f"{file}：{batch.message}", returncode=WRONG_FILE)
        self.tell(batch)
        if (
            set(batch.summary["plans"]) <= {ImportItem.Plan.UNCHANGED.value}
            and not (batch.summary["problems"])
        ):
            self.stdout.write("没有要改动的内容")
            return
        try:
            answer = apply_batch(batch, mode=mode, by=by, report=report)
        except (NotApplied, WrongStanding) as error:
            raise CommandError(f"没有导入：{error}", returncode=NOT_APPLIED) from error
        self.stdout.write(
            f"已导入：新增 {answer.made} 份，修改 {answer.changed} 份，"
            f"无变化 {answer.same} 份，未采用 {answer.left} 份（批次 {batch.pk}）"
        )

    def tell(self, batch: ImportBatch) -> None:
        """What was read, and every error and warning with its cell."""
        summary = batch.summary
        labels = dict(ImportItem.Plan.choices)
        plans = "，".join(f"{labels[plan]} {n} 份" for plan, n in summary["plans"].items())
        self.stdout.write(
            f"读到 {summary['rows']} 行，空行 {summary['blank_rows']} 行，"
            f"忽略 {summary['ignored_columns']} 列；{plans or '没有表'}"
        )
        for sheet, reason in summary["skipped"]:
            self.stdout.write(f"跳过工作表「{sheet}」：{reason}")
        for line in _problems(batch):
            self.stdout.write(line)


class _Told:
    """Progress on the standard error, a line now and then."""

    def __init__(self, command: BaseCommand) -> None:
        self.command = command
        self.next = 0.0
        self.said = ""

    def __call__(self, done: int, total: int, message: str = "") -> None:
        now = time.monotonic()
        if message == self.said and now < self.next:
            return
        self.said, self.next = message, now + _EVERY
        self.command.stderr.write(f"{message} {done}/{total}" if total else message)


def _problems(batch: ImportBatch) -> Iterator[str]:
    for one in batch.summary["problems"]:
        yield _line(one)
    for item in batch.items.order_by("number").iterator():
        for one in item.problems:
            yield _line(one)
        if item.plan in (
            ImportItem.Plan.FORBIDDEN,
            ImportItem.Plan.LOCKED,
            ImportItem.Plan.CONFLICT,
        ):
            yield f"{item.get_plan_display()}：{item.project_name}（{item.year}）{item.why}"


def _line(one: dict[str, Any]) -> str:
    level = "错误" if one["level"] == "error" else "警告"
    found = f"读到「{one['found']}」，" if one["found"] else ""
    place = f"{one['sheet']}!{one['cell']}" if one["sheet"] else one["cell"]
    return f"{level} {place or '—'} {one['label']}：{found}{one['message']}"
