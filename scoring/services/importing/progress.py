"""How far long work is, told from outside its transaction.

What is written inside an open transaction nobody else sees before its end. So the figures are handed to
a thread with a connection of its own, which writes them twice a second, renews the lease with them, and
brings back word of a cancel.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol

from django.db import DatabaseError, connection
from django.utils import timezone

from perfgoals.common.jobs import JobCancelled
from perfgoals.common.models import Job

EVERY = 0.5
_TELLS_AFTER = 3.0  # seconds after which the time that is left can be told


class Report(Protocol):
    """Told how far the work is; may raise to end it."""

    def __call__(self, done: int, total: int, message: str = "") -> None: ...


def silent(done: int, total: int, message: str = "") -> None:
    """A report that nobody hears."""


@contextmanager
def told_outside(job: Job) -> Iterator[Report]:
    """Within it what is reported is written at once, whatever transaction is open here. The report raises
    JobCancelled once the job was asked to end."""
    pulse = _Pulse(job)
    thread = threading.Thread(target=pulse.beat, daemon=True)
    thread.start()
    try:
        yield pulse.report
    finally:
        pulse.over.set()
        thread.join()


class _Pulse:
    def __init__(self, job: Job) -> None:
        self.job = job
        self.over = threading.Event()
        self.cancelled = False
        self.said = self.told = (0, 0, "")
        self.since = time.monotonic()
        self.began: dict[str, float] = {}

    def report(self, done: int, total: int, message: str = "") -> None:
        self.said = (done, total, message)
        if self.cancelled:
            raise JobCancelled

    def beat(self) -> None:
        try:
            while not self.over.wait(EVERY):
                self._tell()
        finally:
            connection.close()

    def _tell(self) -> None:
        done, total, message = said = self.said
        now = time.monotonic()
        if said != self.told:
            self.told, self.since = said, now
            message += self._left(done, total, message)
        elif message:
            # One long step, of which nothing is told before it is over; it is seen to go on all the same.
            message += f"，已用 {now - self.since:.1f} 秒"
        asked = Job.objects.filter(pk=self.job.pk)
        try:
            asked.update(
                done=done,
                total=total,
                message=message,
                heartbeat_at=timezone.now(),
            )
            self.cancelled = self.cancelled or asked.filter(cancel_requested=True).exists()
        except DatabaseError:
            connection.close()  # the next beat tries again

    def _left(self, done: int, total: int, message: str) -> str:
        """「，约还需 12 秒」, reckoned from the time that this stage has taken so far."""
        now = time.monotonic()
        passed = now - self.began.setdefault(message, now)
        if not 0 < done < total or passed < _TELLS_AFTER:
            return ""
        seconds = round(passed * (total - done) / done)
        return (
            f"，约还需 {seconds // 60} 分 {seconds % 60} 秒"
            if seconds >= 60
            else f"，约还需 {seconds} 秒"
        )


def counted(report: Report, message: str, total: int, *, every: int = 50) -> Callable[[int], None]:
    """Reports every so many steps of a stage."""

    def tell(done: int) -> None:
        if done % every == 0 or done == total:
            report(done, total, message)

    return tell
