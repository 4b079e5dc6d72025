"""manage.py run_worker: the queue's own worker, which also looks after what other workers left."""

from __future__ import annotations

import logging
import threading
from typing import Any

from django.db import DatabaseError, connection
from django_tasks_db.management.commands.db_worker import Command as QueueWorker

from perfgoals.common.jobs import requeue_orphans, tidy_jobs
from scoring.tasks import TASKS

log = logging.getLogger(__name__)

LOOK_EVERY = 20.0  # seconds between two looks at what a dead worker left


class Command(QueueWorker):
    help = "运行后台任务，并接手其他已中断的后台进程留下的任务"

    def handle(self, **options: Any) -> None:
        over = threading.Event()
        watch = threading.Thread(target=_look_after, args=(over,), daemon=True)
        watch.start()
        try:
            super().handle(**options)
        finally:
            over.set()
            watch.join()


def _look_after(over: threading.Event) -> None:
    """Take up orphans and forget what is old, until told to end."""
    while True:
        try:
            requeue_orphans(TASKS)
            tidy_jobs()
        except DatabaseError:
            # The database is away for a moment; the worker itself waits for it too.
            log.warning("暂时不能查看中断的任务", exc_info=True)
        finally:
            connection.close()
        if over.wait(LOOK_EVERY):
            return
