"""``manage.py send_digests``: the daily digest, for those who want it and have not had it today."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from scoring.services import send_digests


class Command(BaseCommand):
    help = "发送每日提醒邮件：给要求提醒、今天还没有发过的用户；没有变动也没有临期事项的不发"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="只显示将要发送的内容")

    def handle(self, *args: Any, **options: Any) -> None:
        outcomes = send_digests(dry_run=options["dry_run"])
        for outcome in outcomes:
            digest = outcome.digest
            if digest is None:
                self.stdout.write(f"{outcome.user}：没有要告知的")
            elif options["dry_run"]:
                self.stdout.write(
                    f"收件：{outcome.user.email}\n主题：{digest.subject}\n\n{digest.text}\n"
                )
            else:
                self.stdout.write(f"{outcome.user}：{outcome.error or '已发送'}")
        if not outcomes:
            self.stdout.write("没有要求提醒、今天还没有发过的用户")
