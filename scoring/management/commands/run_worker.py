"""manage.py run_worker: the queue's own worker, which also looks after what other workers left, and
sends the daily digest."""

from __future__ import annotations

import logging
import threading
from datetime import date
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection
from django.utils import timezone
from django_tasks_db.management.commands.db_worker import Command as QueueWorker

from perfgoals.common.audit import coming_from
from perfgoals.common.jobs import requeue_orphans, tidy_jobs
from perfgoals.common.models import Channel
from scoring.services import can_send, send_digests
from scoring.tasks import TASKS

log = logging.getLogger(__name__)

LOOK_EVERY = 20.0  # seconds between two looks at what a dead worker left


class Command(QueueWorker):
    help = "运行后台任务，并接手其他已中断的后台进程留下的任务；每天发送一次提醒邮件"

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
    """Take up orphans, forget what is old and send digests, until told to end."""
    told_on: date | None = None
    while True:
        try:
            requeue_orphans(TASKS)
            tidy_jobs()
            told_on = tell_once_a_day(told_on)
        except DatabaseError:
            # The database is away for a moment; the worker itself waits for it too.
            log.warning("暂时不能查看中断的任务", exc_info=True)
        finally:
            connection.close()
        if over.wait(LOOK_EVERY):
            return


def tell_once_a_day(told_on: date | None) -> date | None:
    """Send the digests of today, once its hour has come and unless that was done today. Returns the day
    on which it was done last. Whatever goes wrong with mail is no reason for the worker to end: the next
    try is tomorrow's. Raises DatabaseError, after which it is tried again."""
    now = timezone.localtime()
    if told_on == now.date() or now.hour < settings.DIGEST_HOUR or not can_send():
        return told_on
    try:
        with coming_from("", Channel.WORKER):
            send_digests()
    except DatabaseError:
        raise
    except Exception:
        log.exception("每日提醒邮件出错")
    return now.date()
