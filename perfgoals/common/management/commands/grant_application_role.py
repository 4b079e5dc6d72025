"""manage.py grant_application_role: what the role that the application runs as may do in the database."""

from __future__ import annotations

import os
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from perfgoals.common.grants import GrantRefused, grant_application

PASSWORD = "APPLICATION_PASSWORD"  # noqa: S105 - the name of a variable


class Command(BaseCommand):
    help = (
        "给运行系统的数据库角色授权：读写各表，审计日志只能追加和查看；由表的所有者执行，"
        f"角色不存在时用环境变量 {PASSWORD} 中的密码建立"
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("role", metavar="角色")

    def handle(self, *args: Any, role: str, **options: Any) -> None:
        try:
            made = grant_application(role, password=os.environ.get(PASSWORD, ""))
        except (GrantRefused, DatabaseError) as error:
            raise CommandError(f"没有授权：{str(error).strip()}") from error
        first = "已建立角色" if made else "已授权"
        self.stdout.write(f"{first}「{role}」：可读写各表，审计日志只能追加和查看")
