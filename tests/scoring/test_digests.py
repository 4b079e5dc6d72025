"""The daily digest: who gets one, what it says, and what happens when the mail server does not answer."""

from __future__ import annotations

import smtplib
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.core.management import call_command
from django.utils import timezone
from pytest_django import Settings

from perfgoals.accounts.models import User
from perfgoals.common.models import AuditEntry
from projects.models import FiscalYear, Form, FormVersion, Visit
from projects.services import DeadlineLine, Due, claim_version, mark_read, record_version
from scoring.access import form_document
from scoring.management.commands.run_worker import tell_once_a_day
from scoring.services import send_digests
from scoring.services.digests import _is_told
from tests.cast import Cast
from tests.deadlines import in_days, only_open

pytestmark = pytest.mark.django_db
SENT = "发送每日提醒邮件"
NOT_SENT = "每日提醒邮件未能发送"


@pytest.fixture(autouse=True)
def closed_years(cast: Cast, db: None) -> None:
    FiscalYear.objects.update(is_open=False)


def wants(user: User, *, digest: bool = True, **kept: Any) -> Visit:
    """The person has an address and wants to be told."""
    User.objects.filter(pk=user.pk).update(email=f"{user.username}@example.gov.cn")
    visit, _ = Visit.objects.update_or_create(user=user, defaults={"wants_digest": digest, **kept})
    return visit


def returned(form: Form, by: User, note: str = "预算数请核对") -> None:
    claim_version(form, expected=form.version, values={"status": "returned"})
    record_version(form, form_document(form), by=by, reason=FormVersion.Reason.RETURNED, note=note)


def log() -> list[str]:
    told = AuditEntry.objects.filter(summary__in=[SENT, NOT_SENT]).order_by("pk")
    return list(told.values_list("summary", flat=True))


def test_what_changed_is_told_once(cast: Cast, settings: Settings) -> None:
    settings.SITE_ADDRESS = "https://perf.example.gov.cn"
    wants(cast.preparer)
    returned(cast.planning, cast.auditor)
    send_digests()
    (message,) = mail.outbox
    assert message.to == ["preparer@example.gov.cn"]
    assert message.subject == f"绩效目标管理：1 张表有变动（{timezone.localdate()}）"
    assert message.content_subtype == "plain"
    body = str(message.body)
    assert "张填报，您好：" in body
    assert "· 2020 年自评表：综合规划、区域协作及资金管理" in body
    assert "赵审核 退回：预算数请核对" in body
    assert "被退回 1 张" in body
    assert f"https://perf.example.gov.cn/forms/{cast.planning.pk}/" in body
    assert log() == [SENT]
    # Not again on the same day, whatever happens; and the next day only what is new.
    returned(cast.damaged, cast.auditor)
    send_digests()
    assert len(mail.outbox) == 1
    yesterday()
    send_digests()
    assert len(mail.outbox) == 2
    second = str(mail.outbox[1].body)
    assert "环境影响评价" in second
    assert "综合规划" not in second
    yesterday()
    send_digests()
    assert len(mail.outbox) == 2


def yesterday() -> None:
    Visit.objects.update(digest_tried_on=in_days(-1))


def test_who_is_not_written_to(cast: Cast) -> None:
    wants(cast.preparer, digest=False)
    Visit.objects.create(user=cast.colleague, wants_digest=True)  # without an address
    wants(cast.stranger)  # nothing happened to the forms that he sees
    wants(cast.viewer)
    User.objects.filter(pk=cast.viewer.pk).update(is_active=False)
    wants(cast.auditor)
    returned(cast.damaged, cast.auditor)  # his own doing is no news to him
    send_digests()
    assert mail.outbox == []
    assert log() == []


def test_what_was_read_on_the_page_is_not_told(cast: Cast) -> None:
    wants(cast.preparer)
    returned(cast.planning, cast.auditor)
    mark_read(by=cast.preparer, until=timezone.now())
    send_digests()
    assert mail.outbox == []


def test_a_last_day_that_comes_near_is_told(cast: Cast) -> None:
    only_open(2020, self_evaluation=3)
    Form.objects.filter(pk=cast.maintenance.pk).update(status="draft", error_count=1)
    wants(cast.stranger)
    send_digests()
    (message,) = mail.outbox
    assert message.subject.startswith("绩效目标管理：1 项临近或已过截止日期（")
    body = str(message.body)
    assert f"· 2020 年自评表送审：{in_days(3)} 截止，还有 3 天，还有 1 张未办" in body
    assert "草稿有错误待改 1 张" in body
    # Told today: nothing more before the last day but one.
    yesterday()
    send_digests()
    assert len(mail.outbox) == 1


@pytest.mark.parametrize(
    ("left", "told_days_ago", "expected"),
    [
        (8, None, False),
        (7, None, True),
        (5, None, True),
        (7, 1, True),
        (6, 1, False),
        (3, 1, True),
        (2, 1, False),
        (2, 2, True),  # the mail of the third day before could not be sent
        (1, 1, True),
        (0, 1, True),
        (-1, 1, True),
        (-2, 1, False),
        (-7, 1, True),
        (-8, 1, False),
        (-14, 1, True),
    ],
)
def test_reminders_do_not_come_every_day(
    cast: Cast, left: int, told_days_ago: int | None, expected: bool
) -> None:
    today = timezone.localdate()
    deadline = only_open(2020, self_evaluation=left).deadlines.get()
    due = Due(2020, deadline.stage, deadline.due, 7, False, today)  # type: ignore[arg-type]
    last = None if told_days_ago is None else today - timedelta(days=told_days_ago)
    assert _is_told(DeadlineLine(due, 1), last) is expected


class Broken(EmailBackend):
    """A mail server that does not answer; counts how often it was asked."""

    asked = 0

    def open(self) -> bool:
        Broken.asked += 1
        raise ConnectionRefusedError(111, "Connection refused")


class Choosy(EmailBackend):
    """A mail server that refuses one address."""

    def send_messages(self, messages: Any) -> int:
        if messages[0].to == ["colleague@example.gov.cn"]:
            raise smtplib.SMTPRecipientsRefused({"colleague@example.gov.cn": (550, b"no")})
        return super().send_messages(messages)


def test_a_server_that_does_not_answer_is_asked_once_a_day(cast: Cast, settings: Settings) -> None:
    settings.EMAIL_BACKEND = "tests.scoring.test_digests.Broken"
    Broken.asked = 0
    for user in (cast.preparer, cast.colleague):
        wants(user)
    returned(cast.planning, cast.auditor)
    send_digests()
    send_digests()
    assert Broken.asked == 1
    assert log() == [NOT_SENT, NOT_SENT]
    assert "Connection refused" in AuditEntry.objects.filter(summary=NOT_SENT)[0].reason
    # The next day all of it is told.
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    yesterday()
    send_digests()
    assert len(mail.outbox) == 2
    assert "预算数请核对" in str(mail.outbox[0].body)


def test_one_refused_address_keeps_no_other_from_being_told(cast: Cast, settings: Settings) -> None:
    settings.EMAIL_BACKEND = "tests.scoring.test_digests.Choosy"
    for user in (cast.preparer, cast.colleague):
        wants(user)
    returned(cast.planning, cast.auditor)
    send_digests()
    assert [message.to for message in mail.outbox] == [["preparer@example.gov.cn"]]
    assert sorted(log()) == sorted([SENT, NOT_SENT])


def test_names_with_line_breaks_make_no_headers(cast: Cast) -> None:
    wants(cast.preparer)
    form = cast.planning
    Form.objects.filter(pk=form.pk).update(project_name="甲\nBcc: x@example.com")
    returned(form, cast.auditor, "一\n【待办】\n二")
    send_digests()
    (message,) = mail.outbox
    assert "\n" not in message.subject
    assert message.recipients() == ["preparer@example.gov.cn"]
    assert "赵审核 退回：一 【待办】 二" in str(message.body)
    assert "\nBcc" not in str(message.body)


def test_the_worker_tells_once_a_day(
    cast: Cast, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    today = timezone.localdate()
    wants(cast.preparer)
    returned(cast.planning, cast.auditor)
    settings.DIGEST_HOUR = 0
    assert tell_once_a_day(None) is None  # no mail server
    settings.EMAIL_HOST = "mail.example.gov.cn"
    settings.DIGEST_HOUR = 24
    assert tell_once_a_day(None) is None
    settings.DIGEST_HOUR = 0
    assert tell_once_a_day(None) == today
    assert AuditEntry.objects.filter(summary=SENT, channel="worker").count() == 1
    assert len(mail.outbox) == 1

    def fails() -> None:
        raise RuntimeError

    monkeypatch.setattr("scoring.management.commands.run_worker.send_digests", fails)
    assert tell_once_a_day(in_days(-1)) == today
    assert tell_once_a_day(today) == today


def test_the_command_shows_what_it_would_send(cast: Cast) -> None:
    printed = StringIO()
    call_command("send_digests", dry_run=True, stdout=printed)
    assert printed.getvalue() == "没有要求提醒、今天还没有发过的用户\n"
    wants(cast.preparer)
    wants(cast.stranger)
    returned(cast.planning, cast.auditor)
    call_command("send_digests", dry_run=True, stdout=printed)
    assert "收件：preparer@example.gov.cn" in printed.getvalue()
    assert "王外人：没有要告知的" in printed.getvalue()
    assert mail.outbox == []
    assert not Visit.objects.filter(digest_tried_on__isnull=False).exists()
    call_command("send_digests", stdout=printed)
    assert "张填报：已发送" in printed.getvalue()
    assert len(mail.outbox) == 1
