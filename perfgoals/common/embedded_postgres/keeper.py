"""Stops the server after its last user. Runs as a process of its own, on the standard library only.

Every process that uses the server holds a shared lock on one file; the system drops the lock when
the process ends, by whatever means: normally, by a signal that lets no Python code run, by kill -9.
The keeper waits for the exclusive lock on that file. Having it means that nobody is left, and holds
back whoever comes next until the server has stopped.
"""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys


def keep(alive: int, users_file: str, stop: list[str], owner: tuple[int, int] | None) -> None:
    """Wait for the end of all users, then stop the server.

    ``alive`` is a locked file descriptor that shows others that a keeper is at work, ``stop`` the
    command that stops the server, ``owner`` the uid and gid to run it as.
    """
    account = {"user": owner[0], "group": owner[1], "extra_groups": []} if owner else {}
    with open(users_file, "rb") as users:
        fcntl.flock(users, fcntl.LOCK_EX)
        for mode in ("fast", "immediate"):
            command = [*stop, "-m", mode]
            if not subprocess.run(command, cwd="/", check=False, **account).returncode:  # type: ignore[call-overload]
                break
        # In this order: who gets the users' lock must find that no keeper is left.
        os.close(alive)


if __name__ == "__main__":
    # A signal meant for the users must not end the one who cleans up after them.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    descriptor, file, uid, gid, *command = sys.argv[1:]
    keep(int(descriptor), file, command, (int(uid), int(gid)) if uid else None)
