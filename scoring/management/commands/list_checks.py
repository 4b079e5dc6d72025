"""``manage.py list_checks``: every check with its code, level, title and basis."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from scoring.checks.listing import checks_markdown, checks_table


class Command(BaseCommand):
    help = "列出全部检查：代码、级别、内容和依据"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--markdown", action="store_true", help="输出 docs/checks.md 的内容")

    def handle(self, *args: Any, **options: Any) -> None:
        text = checks_markdown() if options["markdown"] else checks_table()
        self.stdout.write(text, ending="" if options["markdown"] else "\n")
