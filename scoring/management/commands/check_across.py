"""manage.py check_across: hold all forms of a year against each other."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from projects.models import FiscalYear
from scoring.services.cross import check_year, tell_of_check


class Command(BaseCommand):
    help = "跨表检查：把一个年度已送审的全部表互相比较，结果供审核人查看；可以重复执行"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--year", type=int, required=True, help="年度")

    def handle(self, *args: Any, year: int, verbosity: int, **options: Any) -> None:
        try:
            tell_of_check(year, by=None)
        except FiscalYear.DoesNotExist as error:
            raise CommandError(f"没有 {year} 年度", returncode=2) from error

        def progress(done: int, total: int) -> None:
            if verbosity > 1:
                self.stderr.write(f"{done}/{total}")

        found = check_year(year, progress)
        self.stdout.write(f"{year} 年度跨表检查完成，共有 {found} 处提示")
