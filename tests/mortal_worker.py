"""A real worker that can be told to die: at the n-th statement it sends itself the signal KILL.

Run as a program with settings of the test database as JSON, and the folder for files. For each line of its
standard input, two numbers, it forks a worker that deals with all that is queued and dies at that statement
(0: never) or is killed so many seconds (0: never) after it locked its first row, wherever it is then; and
answers with how the worker ended (0, or minus the signal), how many statements it made, and how many seconds
it took from that lock.
"""

from __future__ import annotations

import json
import os
import select
import signal
import sys
import time
from pathlib import Path
from typing import Any


def main() -> None:
    database, folder = json.loads(sys.argv[1]), Path(sys.argv[2])
    import django
    from django.conf import settings

    if "SERVER_HOME" in database:
        database["SERVER_HOME"] = Path(database["SERVER_HOME"])
    settings.DATABASES["default"].update(database)
    storages: dict[str, Any] = settings.STORAGES
    storages["default"]["OPTIONS"]["location"] = folder / "uploads"
    django.setup()
    import scoring.tasks  # noqa: F401 - loaded before the forks, which are quick then

    for line in sys.stdin:
        die_at, kill_after = line.split()
        reading, writing = os.pipe()
        worker = os.fork()
        if worker == 0:
            os.close(reading)
            work(int(die_at), writing)
        os.close(writing)
        locked = os.read(reading, 1)
        began = time.monotonic()
        if (
            locked
            and float(kill_after)
            and not select.select([reading], [], [], float(kill_after))[0]
        ):
            os.kill(worker, signal.SIGKILL)
        _, status = os.waitpid(worker, 0)
        made = os.read(reading, 20)
        os.close(reading)
        ended, took = os.waitstatus_to_exitcode(status), time.monotonic() - began
        sys.stdout.write(f"{ended} {int(made or b'0')} {took:.3f}\n")
        sys.stdout.flush()


def work(die_at: int, writing: int) -> None:
    from django.core.management import call_command
    from django.db import connection

    made = 0
    locked = False

    def count(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        nonlocal made, locked
        made += 1
        if not locked and "FOR UPDATE" in sql:
            locked = True
            os.write(writing, b".")
        if made == die_at:
            os.kill(os.getpid(), signal.SIGKILL)
        return execute(sql, params, many, context)

    connection.execute_wrappers.append(count)
    call_command("run_worker", batch=True, interval=0.1, verbosity=0)
    os.write(writing, b"" if locked else b".")
    os.write(writing, str(made).encode())
    os._exit(0)


if __name__ == "__main__":
    main()
