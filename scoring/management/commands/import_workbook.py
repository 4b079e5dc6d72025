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
from scoring.management.files import WRONG_FILE, why
from scoring.models import ImportBatch, ImportItem
from scoring.services.execution_lists import (
    ListedProject,
    apply_list,
    begin_list,
    keep_choices,
    listed_projects,
    needs_money_unit,
    open_years,
)
from scoring.services.importing import (
    NotApplied,
    NotJudged,
    Report,
    WrongStanding,
    apply_batch,
    keep_upload,
    may_import,
)
from scoring.workbooks.batches import read_batch
from scoring.workbooks.execution_batches import plan_list, read_list

_EVERY = 0.5  # seconds between two lines of progress
NOT_APPLIED = 1


class Command(BaseCommand):
    help = (
        "导入一个文件（官方表样、平铺工作簿、JSON，加 --execution-year 则为预算执行表）：核对、检查、写入，"
        "与「批量导入」页相同。"
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

        parser.add_argument(
            "--execution-year",
            type=int,
            metavar="YEAR",
            help="文件是这一年度的预算执行表（项目、年初预算、全年预算、执行数），填入各自评表的资金",
        )
        parser.add_argument(
            "--money-unit", choices=("元", "万元"), help="预算执行表没有写明金额单位时的单位"
        )

    def handle(
        self, *args: Any, file: Path, user: str, mode: ImportBatch.Mode, **options: Any
    ) -> None:
        year: int | None = options["execution_year"]
        if year is not None and year not in open_years():
            raise CommandError(f"{year} 不是正在填报的年度", returncode=WRONG_FILE)
        by = User.objects.filter(username=user).first()
        if by is None or not may_import(by):
            raise CommandError(f"「{user}」不是可以批量导入的管理员", returncode=WRONG_FILE)
        try:
            with file.open("rb") as stored:
                batch = keep_upload(File(stored, file.name), file.name, by=by)
        except OSError as error:
            raise CommandError(f"不能读取 {file}：{why(error)}", returncode=WRONG_FILE) from error
        except ValidationError as error:
            raise CommandError("；".join(error.messages), returncode=WRONG_FILE) from error
        report = _Told(self)
        try:
            if year is None:
                self.import_forms(batch, mode, by, report)
            else:
                self.import_list(batch, year, options["money_unit"] or "", mode, by, report)
        except NotJudged as error:
            raise CommandError(str(error), returncode=NOT_APPLIED) from error
        except (NotApplied, WrongStanding) as error:
            raise CommandError(f"没有导入：{error}", returncode=NOT_APPLIED) from error

    def import_forms(
        self, batch: ImportBatch, mode: ImportBatch.Mode, by: User, report: Report
    ) -> None:
        batch = _readable(read_batch(batch, report=report))
        self.tell(batch)
        plans = set(batch.summary["plans"])
        if plans <= {ImportItem.Plan.UNCHANGED.value} and not batch.summary["problems"]:
            self.stdout.write("没有要改动的内容")
            return
        answer = apply_batch(batch, mode=mode, by=by, report=report)
        self.stdout.write(
            f"已导入：新增 {answer.made} 份，修改 {answer.changed} 份，"
            f"无变化 {answer.same} 份，未采用 {answer.left} 份（批次 {batch.pk}）"
        )

    def import_list(
        self,
        batch: ImportBatch,
        year: int,
        money_unit: str,
        mode: ImportBatch.Mode,
        by: User,
        report: Report,
    ) -> None:
        """A project that cannot be told for sure is named with its nearest, and left out; where all or
        nothing is wanted, it keeps the others out too."""
        begin_list(batch, year=year, by=by)
        batch = _readable(read_list(batch, report=report))
        listed = batch.execution
        if needs_money_unit(listed) and not money_unit:
            message = "文件没有写明金额单位，请用 --money-unit 写明是元还是万元"
            raise CommandError(message, returncode=WRONG_FILE)
        keep_choices(listed, {}, money_unit, by=by)
        unknown = [one for one in listed_projects(listed) if one.sure is None]
        for one in unknown:
            self.stdout.write(_unmatched(one))
        if unknown and mode == ImportBatch.Mode.ALL:
            message = (
                f"没有导入：有 {len(unknown)} 个项目不能确定，请在「批量导入」页里选择，"
                "或改正清单，或加 --sound-only"
            )
            raise CommandError(message, returncode=NOT_APPLIED)
        batch = plan_list(batch, report=report)
        self.tell(batch)
        apply_list(batch, mode=mode, by=by, report=report)
        filled = batch.items.filter(outcome=ImportItem.Outcome.DONE.value).count()
        listed.refresh_from_db()
        self.stdout.write(
            f"已导入：修改自评表 {filled} 份，保存预算执行数 {len(listed.figures)} 条"
            f"（批次 {batch.pk}）"
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


def _readable(batch: ImportBatch) -> ImportBatch:
    if batch.state == ImportBatch.State.REFUSED:
        raise CommandError(f"{batch.name}：{batch.message}", returncode=WRONG_FILE)
    return batch


def _unmatched(project: ListedProject) -> str:
    row = project.rows[0]
    near = "、".join(f"「{one.name}」（{one.unit}）" for one in project.candidates)
    place = "!".join(filter(None, (row.sheet, row.cells.get("name", f"第 {row.row} 行"))))
    named = f"，相近的有{near}" if near else ""
    return f"不能确定 {place} 「{row.name or row.code}」：{project.how.label}{named}"


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
    place = "!".join(filter(None, (one["sheet"], one["cell"])))
    return f"{level} {place or '—'} {one['label']}：{found}{one['message']}"
