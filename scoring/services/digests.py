"""The daily digest by mail: at most one for a person and day, and only when there is something to tell."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from smtplib import SMTPException, SMTPRecipientsRefused
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from perfgoals.accounts.models import Role, User
from perfgoals.common.audit import record
from perfgoals.common.models import AuditAction
from projects.models import Visit
from projects.services import (
    DeadlineLine,
    FormNews,
    Waiting,
    news_for,
    read_until,
    roles_of,
    waiting_for,
)

log = logging.getLogger(__name__)

HAPPENINGS_TOLD = 3
"""How many of the things that happened to one form are told; the page tells them all."""

WAITS: dict[Role, tuple[tuple[str, str], ...]] = {
    Role.PREPARER: (
        ("草稿有错误待改", "draft_errors"),
        ("待送审", "draft_sound"),
        ("被退回", "returned"),
    ),
    Role.UNIT_REVIEWER: (("待单位审核", "unit_review"),),
    Role.AUDITOR: (("待审核", "submitted"),),
}
"""For each role what somebody has to act on: its name, and the key of ``counts_for_home``."""


@dataclass(frozen=True, slots=True)
class Digest:
    """What a person is told. news: how many forms something happened to."""

    subject: str
    text: str
    news: int
    reminders: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a person's digest; digest is None where there was nothing to tell."""

    user: User
    digest: Digest | None
    error: str = ""


def can_send() -> bool:
    """Whether the installation sends mail at all."""
    return bool(settings.EMAIL_HOST) or settings.DEBUG


def send_digests(*, dry_run: bool = False) -> list[Outcome]:
    """Send each person who wants it and has an address the digest of today, unless one was already tried
    today. A mail server that does not answer ends the round: the next one is tomorrow's.

    dry_run: only make them; nothing is sent and nothing is written.
    """
    today = timezone.localdate()
    outcomes: list[Outcome] = []
    broken = ""
    connection = get_connection()
    try:
        for visit in _of_today(today) if dry_run else _claimed(today):
            moment = timezone.now()
            digest = make_digest(visit)
            error = broken
            if digest is not None and not dry_run:
                if not broken:
                    error, broken = _send(visit.user, digest, connection)
                _note(visit, digest, moment, error)
            outcomes.append(Outcome(visit.user, digest, error))
    finally:
        connection.close()
    return outcomes


def _of_today(today: date) -> list[Visit]:
    """Of the people who want a digest those for whom none was tried today."""
    wanted = Visit.objects.filter(wants_digest=True, user__is_active=True).exclude(user__email="")
    due = wanted.filter(Q(digest_tried_on__isnull=True) | Q(digest_tried_on__lt=today))
    return list(due.select_related("user").order_by("user_id"))


def _claimed(today: date) -> Iterator[Visit]:
    """The same, each marked as tried before it is handed out, so that of two workers one sends it."""
    for visit in _of_today(today):
        still = Visit.objects.filter(pk=visit.pk, digest_tried_on=visit.digest_tried_on)
        if visit.digest_tried_on is None:
            still = Visit.objects.filter(pk=visit.pk, digest_tried_on__isnull=True)
        if still.update(digest_tried_on=today):
            yield visit


def _send(user: User, digest: Digest, connection: Any) -> tuple[str, str]:
    """Send the mail. Returns what went wrong with it, and with the server as a whole; "" for nothing."""
    message = EmailMessage(digest.subject, digest.text, to=[user.email], connection=connection)
    try:
        connection.open()
        message.send()
    except SMTPRecipientsRefused as error:
        return f"收件地址被拒绝：{error}", ""
    except (OSError, SMTPException, ValueError) as error:
        # ValueError: an address or subject that no mail can have concerns this person only.
        log.warning("每日提醒邮件未能发送", exc_info=True)
        sentence = f"邮件未能发送：{error}"
        return sentence, "" if isinstance(error, ValueError) else sentence
    return "", ""


@transaction.atomic
def _note(visit: Visit, digest: Digest, moment: datetime, error: str) -> None:
    """Keep up to when the person has been told, and write the log."""
    if not error:
        Visit.objects.filter(pk=visit.pk).update(digested_at=moment)
    record(
        AuditAction.EXPORTED,
        "每日提醒邮件未能发送" if error else "发送每日提醒邮件",
        subject=visit.user,
        reason=error,
        details={"收件地址": visit.user.email, "变动": digest.news, "提醒": digest.reminders},
    )


def make_digest(visit: Visit) -> Digest | None:
    """What the person is told now; None where nothing has changed and nothing is due."""
    user = visit.user
    since = max(filter(None, (read_until(user), visit.digested_at)))
    news = news_for(user, since)
    waiting = waiting_for(user, roles_of(user))
    last = timezone.localtime(visit.digested_at).date() if visit.digested_at else None
    reminders = [line for line in waiting.deadlines if line.left_over and _is_told(line, last)]
    if not news.forms and not reminders:
        return None
    parts = [f"{user}，您好：", ""]
    if reminders:
        parts += ["【截止日期】", *map(_deadline, reminders), ""]
    waits = list(_waits(waiting))
    if waits:
        parts += ["【待办】", "，".join(waits), ""]
    if news.forms:
        since_text = timezone.localtime(since).strftime("%Y-%m-%d %H:%M")
        parts += [f"【{since_text} 以来的变动】"]
        for one in news.forms:
            parts += _told(one)
        if news.left_out:
            parts.append(f"另有 {news.left_out} 张表有变动，请在首页查看。")
        parts.append("")
    parts += _foot()
    subject = _subject(news.total, len(reminders))
    return Digest(subject, "\n".join(parts), news.total, len(reminders))


def _is_told(line: DeadlineLine, last: date | None) -> bool:
    """Whether a day of reminding has come since the last mail: when the warning begins, three days and
    one day before, on the last day, the day after, and then once a week."""
    due = line.due
    since = (due.day - last).days if last else due.left + 1
    days = {due.warning_days, 3, 1, 0, -1} if due.warning_days else {0, -1}
    if last is None and due.is_near:
        return True
    return any(
        (left in days and left <= due.warning_days) or (left < 0 and left % 7 == 0)
        for left in range(due.left, since)
    )


def _deadline(line: DeadlineLine) -> str:
    due = line.due
    return f"· {due.label}：{due.day:%Y-%m-%d} 截止，{due.words}，还有 {line.left_over} 张未办"


def _waits(waiting: Waiting) -> Iterator[str]:
    if waiting.to_begin:
        yield f"未建表的项目 {waiting.to_begin} 个"
    for role, counts in waiting.counts.items():
        for label, key in WAITS.get(role, ()):
            if counts[key]:
                yield f"{label} {counts[key]} 张"


def _told(news: FormNews) -> Iterator[str]:
    yield f"· {' '.join(str(news.form).split())}"
    for one in news.happenings[:HAPPENINGS_TOLD]:
        at = timezone.localtime(one.at).strftime("%m-%d %H:%M")
        words = f"{one.who} {one.what}".strip()
        yield f"    {at} {words}" + (f"：{' '.join(one.text.split())}" if one.text else "")
    more = len(news.happenings) - HAPPENINGS_TOLD
    if more > 0:
        yield f"    另有 {more} 项"
    if settings.SITE_ADDRESS:
        address = reverse("scoring:form-detail", args=[news.form.pk])
        yield f"    {settings.SITE_ADDRESS}{address}"


def _foot() -> Iterator[str]:
    where = f"：{settings.SITE_ADDRESS}{reverse('scoring:home')}" if settings.SITE_ADDRESS else "。"
    yield f"请登录系统办理{where}"
    yield "本邮件由系统自动发出，一天最多一封；不想再收到，请在首页「提醒设置」中关闭。"


def _subject(news: int, reminders: int) -> str:
    told = [f"{reminders} 项临近或已过截止日期"] if reminders else []
    told += [f"{news} 张表有变动"] if news else []
    return f"绩效目标管理：{'，'.join(told)}（{timezone.localdate():%Y-%m-%d}）"
