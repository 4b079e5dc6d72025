"""What others did to the forms that a person sees, and how far the person has read it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from perfgoals.accounts.querysets import reach_of
from perfgoals.common.audit import AuditChange, record
from perfgoals.common.models import AuditAction
from projects.models import Comment, Form, FormVersion, Visit, Waiver

if TYPE_CHECKING:
    from perfgoals.accounts.models import User

Reason = FormVersion.Reason

FIRST_LOOK_BACK = timedelta(days=30)
"""How far back somebody is told who has never marked anything as read."""

MOST_FORMS = 15
MOST_HAPPENINGS = 200
LONGEST_TEXT = 120

# What a unit does with a form before it hands it in is told to those who work in the unit only.
_WRITING = (Reason.CREATED, Reason.COPIED, Reason.SAVED, Reason.RESTORED, Reason.UPLOADED)
_OWN_WORK = ("preparer", "unit_reviewer")


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that somebody did. who: "" for the system itself; text: their words, "" for none."""

    form: int
    at: datetime
    who: str
    what: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class FormNews:
    """A form with what happened to it, the latest first."""

    form: Form
    happenings: tuple[Happening, ...]


@dataclass(frozen=True, slots=True)
class News:
    """forms: those with the latest news first, ``MOST_FORMS`` at most; left_out: how many more there
    are (of the ``MOST_HAPPENINGS`` latest things that happened)."""

    since: datetime
    forms: tuple[FormNews, ...]
    left_out: int

    @property
    def total(self) -> int:
        return len(self.forms) + self.left_out


def read_until(user: User) -> datetime:
    """Up to when the person has read the news."""
    visit = Visit.objects.filter(user=user).first()
    if visit is not None and visit.seen_at is not None:
        return visit.seen_at
    return max(user.date_joined, timezone.now() - FIRST_LOOK_BACK)


def news_for(user: User, since: datetime) -> News:
    """What others did since then to the forms that the person sees."""
    visible = Form.objects.visible_to(user).values("pk")
    happened = sorted(
        (*_versions(user, visible, since), *_remarks(user, visible, since)),
        key=lambda one: one.at,
        reverse=True,
    )[:MOST_HAPPENINGS]
    by_form: dict[int, list[Happening]] = {}
    for one in happened:
        by_form.setdefault(one.form, []).append(one)
    forms = Form.objects.visible_to(user).in_bulk(list(by_form)[:MOST_FORMS])
    shown = tuple(
        FormNews(forms[pk], tuple(happenings)) for pk, happenings in by_form.items() if pk in forms
    )
    return News(since, shown, len(by_form) - len(shown))


def _versions(user: User, visible: QuerySet, since: datetime) -> Iterable[Happening]:
    """Steps of forms, and for those who work in the unit the writing too."""
    own = Q(form__project__unit_id__in=reach_of(user.pk, _OWN_WORK))
    versions = (
        FormVersion.objects.filter(at__gt=since, form__in=visible)
        .filter(own | ~Q(reason__in=[reason.value for reason in _WRITING]))
        # Published forms are loaded by a command, many at once: that is no news of anybody's.
        .exclude(reason=Reason.LOADED.value)
        .exclude(by=user)
        .select_related("by")
        .order_by("-at")
        .only("form_id", "at", "reason", "note", "by__username", "by__full_name")
    )
    for version in versions[:MOST_HAPPENINGS]:
        who = str(version.by) if version.by else ""
        yield Happening(
            version.form_id, version.at, who, version.get_reason_display(), _short(version.note)
        )


def _remarks(user: User, visible: QuerySet, since: datetime) -> Iterable[Happening]:
    """Comments, answers, comments dealt with, and findings that were let pass."""
    comments = (
        Comment.objects.filter(form__in=visible)
        .filter(
            (Q(at__gt=since) & ~Q(by=user))
            | (Q(resolved_at__gt=since) & Q(resolved_by__isnull=False) & ~Q(resolved_by=user))
        )
        .select_related("by", "resolved_by")
        .order_by("-at")
    )
    for comment in comments[:MOST_HAPPENINGS]:
        place = f"（{comment.label}）" if comment.label else ""
        if comment.at > since and comment.by_id != user.pk:
            what = "答复批注" if comment.parent_id else "批注"
            yield Happening(
                comment.form_id, comment.at, str(comment.by), what + place, _short(comment.text)
            )
        if (
            comment.resolved_at is not None
            and comment.resolved_at > since
            and comment.resolved_by_id != user.pk
        ):
            yield Happening(
                comment.form_id, comment.resolved_at, str(comment.resolved_by), f"批注已处理{place}"
            )
    waivers = (
        Waiver.objects.in_force()
        .filter(at__gt=since, form__in=visible)
        .exclude(by=user)
        .select_related("by")
        .order_by("-at")
    )
    for waiver in waivers[:MOST_HAPPENINGS]:
        yield Happening(
            waiver.form_id, waiver.at, str(waiver.by), "豁免检查结果", _short(waiver.words)
        )


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_TEXT else f"{text[:LONGEST_TEXT]}…"


def mark_read(*, by: User, until: datetime) -> None:
    """Whatever happened up to then has been read. Never goes back, and never ahead of the clock. Leaves
    no trace in the log: it changes what one page shows to one person, and nothing else."""
    until = min(until, timezone.now())
    Visit.objects.get_or_create(user=by)
    Visit.objects.filter(Q(seen_at__isnull=True) | Q(seen_at__lt=until), user=by).update(
        seen_at=until
    )


@transaction.atomic
def choose_digest(*, by: User, wanted: bool) -> None:
    """Whether the person wants the daily digest by mail."""
    Visit.objects.get_or_create(user=by)
    if Visit.objects.filter(user=by).exclude(wants_digest=wanted).update(wants_digest=wanted):
        change = AuditChange("wants_digest", not wanted, wanted, "每日提醒邮件")
        record(AuditAction.CHANGED, "设置每日提醒邮件", by=by, subject=by, changes=[change])
