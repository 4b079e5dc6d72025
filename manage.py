#!/usr/bin/env python3
"""Django's command line."""

from __future__ import annotations

import os
import sys

try:
    from django.conf import settings
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line
    from django.db.utils import OperationalError
except ImportError:
    sys.exit("没有找到 Django。请先运行 make install，并用 .venv/bin/python manage.py 执行命令。")

from perfgoals.common.data_folder import unusable


def main() -> None:
    """Run the command; say in one Chinese message when the set-up or the database is at fault."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "perfgoals.settings")
    try:
        load_settings()
        execute_from_command_line(sys.argv)
    except (ImproperlyConfigured, OperationalError) as error:
        if "--traceback" in sys.argv:
            raise
        fault = "数据库出错" if isinstance(error, OperationalError) else "设置有误"
        sys.exit(f"{fault}：{error}")


def load_settings() -> None:
    """Load the settings, which keep a file in the data folder. Raises ImproperlyConfigured."""
    try:
        _ = settings.DATA_DIR
    except OSError as error:
        raise ImproperlyConfigured(unusable(error)) from error


if __name__ == "__main__":
    main()
