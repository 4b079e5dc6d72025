"""Sessions: where they are kept, how long they last, and how they end.

A session ends when nothing was done in it for ``SESSION_IDLE_MINUTES``, and ``SESSION_HOURS`` after it
began whatever was done. The moments are kept in the session itself, in seconds.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from django.conf import settings
from django.contrib.auth import SESSION_KEY, logout
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from perfgoals.accounts.models import User, UserSession
from perfgoals.common.addresses import address_of
from perfgoals.common.audit import Act, record, record_all
from perfgoals.common.models import AuditAction

_STARTED, _SEEN, _ADDRESS, _BROWSER = "started", "seen", "address", "browser"

# That a session is in use is noted this often, not with every request.
_NOTED_EVERY = 60

_BROWSERS = (
    ("微信", r"MicroMessenger/(\d+)"),
    ("360 浏览器", r"QIHU|360SE|360EE()"),
    ("QQ 浏览器", r"QQBrowser/(\d+)"),
    ("Edge", r"Edg\w*/(\d+)"),
    ("Opera", r"OPR/(\d+)"),
    ("Firefox", r"Firefox/(\d+)"),
    ("Chrome", r"(?:Headless)?Chrome/(\d+)"),
    ("Safari", r"Version/(\d+)[\d.]* .*Safari"),
)
_SYSTEMS = (
    ("HarmonyOS", r"HarmonyOS|OpenHarmony"),
    ("Android", r"Android"),
    ("iPhone", r"iPhone"),
    ("iPad", r"iPad"),
    ("Windows", r"Windows"),
    ("macOS", r"Macintosh"),
    ("Linux", r"Linux|X11"),
)


class SessionStore(DatabaseStore):
    """Django's sessions in the database, with whose they are beside them."""

    @classmethod
    def get_model_class(cls) -> type[UserSession]:
        return UserSession

    def create_model_instance(self, data: dict[str, Any]) -> UserSession:
        row: Any = super().create_model_instance(data)
        now = int(time.time())
        row.user_id = int(data[SESSION_KEY]) if SESSION_KEY in data else None
        row.address = data.get(_ADDRESS, "")
        row.browser = data.get(_BROWSER, "")
        row.started_at = _moment(data.get(_STARTED, now))
        row.seen_at = _moment(data.get(_SEEN, now))
        return row


class TimeLeft(NamedTuple):
    """seconds: until the session ends by itself. extendable: whether going on working puts that off."""

    seconds: int
    extendable: bool


def stamp(sender: Any, request: HttpRequest, **kwargs: Any) -> None:
    """A session begins (a receiver of Django's signal)."""
    now = int(time.time())
    request.session[_STARTED] = request.session[_SEEN] = now
    request.session[_ADDRESS] = address_of(request)
    request.session[_BROWSER] = browser_name(request.headers.get("User-Agent", ""))


def time_left(session: SessionBase) -> TimeLeft:
    now = int(time.time())
    idle = session.get(_SEEN, now) + settings.SESSION_IDLE_MINUTES * 60 - now
    whole = session.get(_STARTED, now) + settings.SESSION_HOURS * 3600 - now
    return TimeLeft(max(0, min(idle, whole)), extendable=idle < whole)


def note_use(session: SessionBase, *, at_once: bool = False) -> None:
    """The person did something: the idle time begins anew."""
    now = int(time.time())
    if at_once or now - session.get(_SEEN, 0) >= _NOTED_EVERY:
        session[_SEEN] = now


@transaction.atomic
def end_session(request: HttpRequest, *, summary: str, by: User | None = None) -> None:
    """End the session that the request came in; ``by`` None where nobody did, but the clock."""
    user: Any = request.user
    record(AuditAction.SIGNED_OUT, summary, by=by, subject=User.objects.get(pk=user.pk))
    logout(request)


def live_sessions(user: User) -> QuerySet[UserSession]:
    """The person's sessions that have not run out, the one used last first."""
    return UserSession.objects.filter(user=user).exclude(_run_out())


@transaction.atomic
def end_sessions(sessions: Iterable[UserSession], *, by: User | None, reason: str) -> int:
    """End sessions, wherever they are. Returns how many there were."""
    ended = list(sessions)
    record_all(
        Act(
            AuditAction.SIGNED_OUT,
            "会话被结束",
            by=by,
            subject=one.user,
            reason=reason,
            details={"会话": str(one)},
        )
        for one in ended
        if one.user is not None
    )
    UserSession.objects.filter(pk__in=[one.pk for one in ended]).delete()
    return len(ended)


def sweep_sessions() -> int:
    """Put away the sessions that have run out and were not used again."""
    dead = UserSession.objects.filter(_run_out()).select_related("user")
    return end_sessions(dead, by=None, reason="超过时限，没有再使用")


def browser_name(agent: str) -> str:
    """「Chrome 131 · Windows」 from what a browser says of itself; "" when it says nothing known."""
    system = next((name for name, pattern in _SYSTEMS if re.search(pattern, agent)), "")
    for name, pattern in _BROWSERS:
        found = re.search(pattern, agent)
        if found:
            return " · ".join(filter(None, [f"{name} {found[1] or ''}".strip(), system]))
    return system


def _run_out() -> Q:
    now = timezone.now()
    idle = now - timedelta(minutes=settings.SESSION_IDLE_MINUTES)
    oldest = now - timedelta(hours=settings.SESSION_HOURS)
    return Q(seen_at__lt=idle) | Q(started_at__lt=oldest)


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
