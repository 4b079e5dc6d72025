"""``manage.py list_rights``: who sees what, and who may do what in which status."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from projects.services import rights_markdown, step_lines


class Command(BaseCommand):
    help = "列出权限：表在某一状态时，哪些岗位可以做什么"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--markdown", action="store_true", help="输出 docs/rights.md 的内容")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["markdown"]:
            self.stdout.write(rights_markdown(), ending="")
            return
        for step in step_lines():
            only = f"（{step.only}）" if step.only else ""
            self.stdout.write(f"{step.status}  {step.action}：{'、'.join(step.roles)}{only}")
