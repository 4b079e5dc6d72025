"""One process under the supervisor's care."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

LOG_LIMIT: Final = 10_000_000
TAIL_LINES: Final = 20
FIRST_DELAY: Final = 1.0
LONGEST_DELAY: Final = 30.0
# Who has run for so long was in order; its next end is a first one again.
SOUND_SECONDS: Final = 60.0
PR_SET_PDEATHSIG: Final = 1


@dataclass
class Child:
    """A process that is to run all the time, its words in a log file of its own."""

    title: str
    command: Sequence[str]
    log: Path
    inherited: Sequence[int] = ()
    clock: Callable[[], float] = time.monotonic
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)
    failures: int = field(default=0, init=False)
    due: float = field(default=0.0, init=False)
    _started: float = field(default=0.0, init=False)
    _log_start: int = field(default=0, init=False)

    def start(self) -> None:
        """Start the process."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        if self.log.exists() and self.log.stat().st_size > LOG_LIMIT:
            self.log.replace(self.log.with_suffix(".log.1"))
        with self.log.open("ab") as log:
            self._log_start = log.tell()
            self.process = subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=self.inherited,
                # Ctrl-C is the supervisor's to handle; and the group can be ended as a whole.
                start_new_session=True,
                preexec_fn=end_with_parent,
            )
        self._started = self.clock()

    def noticed_end(self) -> int | None:
        """The exit code once the process has ended by itself; sets when it is due again."""
        if self.process is None or (code := self.process.poll()) is None:
            return None
        self._end_group()
        self.process = None
        if self.clock() - self._started > SOUND_SECONDS:
            self.failures = 0
        self.due = self.clock() + min(FIRST_DELAY * 2**self.failures, LONGEST_DELAY)
        self.failures += 1
        return code

    def signal(self, number: int) -> None:
        """Send a signal, if there is somebody to get it."""
        if self.process is not None:
            self.process.send_signal(number)

    def ended(self) -> bool:
        """Whether nothing of it runs any more."""
        if self.process is not None and self.process.poll() is not None:
            self._end_group()
            self.process = None
        return self.process is None

    def kill(self) -> None:
        """End it and all it has started, at once."""
        if self.process is not None:
            self._end_group()
            self.process.wait()
            self.process = None

    def _end_group(self) -> None:
        assert self.process is not None
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            # Nobody is left in it; on macOS a group of zombies answers with the second.
            return

    def tail(self) -> str:
        """The last lines it has written to the log since it was started."""
        with self.log.open("rb") as log:
            log.seek(self._log_start)
            lines = log.read().decode(errors="replace").splitlines()[-TAIL_LINES:]
        return "\n".join(f"    {line}" for line in lines)


def end_with_parent() -> None:
    """In a new child on Linux: get SIGTERM when the supervisor dies, even by kill -9."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
