"""Where each request comes from, for the log; and the attempts that were turned down."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import DatabaseError, transaction
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone

from perfgoals.common.addresses import address_of
from perfgoals.common.audit import coming_from, record, subject_of_route
from perfgoals.common.models import AuditAction, AuditEntry, Channel

log = logging.getLogger(__name__)

REFUSALS = {
    401: "未登录，或令牌无效",
    403: "无权",
    404: "没有，或无权查看",
    405: "不提供的操作",
    409: "状态或版本已变",
}
"""The answers that mean: this was attempted and did not come about."""

QUIET = timedelta(minutes=1)
"""The same attempt of the same person is written at most once in this time."""

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_MAX_PATH = 500
_MAX_REPEATS = 10_000

# How often an attempt was repeated in its quiet time, as far as this process knows; told by the entry
# that follows.
_repeats: Counter[tuple[Any, ...]] = Counter()


class Origins:
    """Tells the log where what is recorded comes from, and records attempts that were turned down.

    These are requests to an address that exists, of somebody signed in or showing a token or failing
    the CSRF check, that name an object or mean to change something and are answered 401 to 409; and
    any that is answered 403. Has to stand before whatever turns a request down.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        address = address_of(request)
        with coming_from(address, _channel_of(request)):
            response = self.get_response(request)
            if response.status_code in REFUSALS and _is_attempt(request, response.status_code):
                _note(request, response.status_code, address)
        return response


def _channel_of(request: HttpRequest) -> Channel:
    path = request.path_info
    if path.startswith("/api/"):
        return Channel.API
    return Channel.ADMIN if path.startswith("/admin/") else Channel.PAGE


def _is_attempt(request: HttpRequest, status: int) -> bool:
    match: Any = request.resolver_match
    if match is None:
        return False
    changes = request.method not in _SAFE
    known = _user_id(request) is not None or "Authorization" in request.headers
    if status == 403:
        return known or changes
    return known and (changes or bool(match.captured_kwargs))


def _user_id(request: HttpRequest) -> int | None:
    user = getattr(request, "user", None)
    return user.pk if user is not None and user.is_authenticated else None


def _note(request: HttpRequest, status: int, address: str) -> None:
    """Write the attempt down, unless the same was written just now. That this fails does not change the
    answer."""
    path = request.get_full_path()[:_MAX_PATH]
    key = (_user_id(request), address, request.method or "", path, status)
    try:
        with transaction.atomic():
            if _written_just_now(*key):
                if key in _repeats or len(_repeats) < _MAX_REPEATS:
                    _repeats[key] += 1
                return
            _write(request, status, path, repeats=_repeats.pop(key, 0))
    except DatabaseError:
        log.exception("一次被拒绝的访问没有记入审计日志：%s %s %s", request.method, path, status)


def _written_just_now(
    user_id: int | None, address: str, method: str, path: str, status: int
) -> bool:
    return AuditEntry.objects.filter(
        user_id=user_id,
        at__gt=timezone.now() - QUIET,
        action=AuditAction.DENIED.value,
        address=address,
        details__contains={"方法": method, "地址": path, "应答": status},
    ).exists()


def _write(request: HttpRequest, status: int, path: str, *, repeats: int) -> None:
    match: Any = request.resolver_match
    details: dict[str, Any] = {"方法": request.method, "地址": path, "应答": status}
    if repeats:
        details["上一条之后又有"] = f"{repeats} 次相同的访问"
    subject_type, subject_id = _subject(match)
    record(
        AuditAction.DENIED,
        f"{request.method} {path}：{REFUSALS[status]}",
        by=request.user if _user_id(request) is not None else None,
        subject_type=subject_type,
        subject_id=subject_id,
        details={**details, "页面": match.view_name or match.route},
    )


def _subject(match: Any) -> tuple[str, str]:
    """What was meant, as the log names things; it need not exist."""
    number = match.captured_kwargs.get("pk")
    kind = subject_of_route(match.route)
    if match.namespace == "admin" and "object_id" in match.captured_kwargs:
        number = match.captured_kwargs["object_id"]
        kind = ".".join(match.route.split("/")[1:3])
    return (kind, str(number)[:64]) if kind and number is not None else ("", "")
