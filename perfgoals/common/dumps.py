"""Backing the database up and bringing a backup back, with PostgreSQL's own programs."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from django.db import connection

from perfgoals.common.embedded_postgres.server import binary


class DumpError(Exception):
    """It did not work; the text is Chinese and carries what PostgreSQL said."""


def dump(file: Path) -> None:
    """Write the whole database to a file, which appears under its name only when it is complete.

    Raises DumpError.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_name(f"{file.name}.part")
    # The forms hold what is not public yet.
    draft.touch(mode=0o600)
    _run("pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--file={draft}")
    draft.rename(file)


def restore(file: Path) -> None:
    """Replace the database's contents with the file's: completely, or not at all.

    Raises DumpError.
    """
    _run(
        "pg_restore",
        "--clean",
        "--if-exists",
        "--no-owner",
        "--no-privileges",
        "--single-transaction",
        f"--dbname={connection.get_connection_params()['dbname']}",
        str(file),
    )


def _run(program: str, *arguments: str) -> None:
    place = connection.get_connection_params()
    names = {
        "dbname": "PGDATABASE",
        "host": "PGHOST",
        "port": "PGPORT",
        "user": "PGUSER",
        "password": "PGPASSWORD",
        "sslmode": "PGSSLMODE",
    }
    settings = {names[key]: str(value) for key, value in place.items() if key in names and value}
    result = subprocess.run(
        [str(binary(program)), *arguments],
        env=os.environ | settings,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if result.returncode:
        raise DumpError(f"{program} 报告：{result.stderr.strip()}")
