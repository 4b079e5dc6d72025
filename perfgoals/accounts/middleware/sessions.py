"""Sessions that end when nobody is there any more."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.http import url_has_allowed_host_and_scheme

from perfgoals.accounts.access import menu_of
from perfgoals.accounts.services import end_session, note_use, time_left

# What pages ask for by themselves, whether anybody looks at them or not.
_BY_ITSELF = frozenset({"accounts:session-state", "api:form_presence"})
_WITH_PROGRESS = frozenset({"common:job-detail", "scoring:import-detail"})


class SessionLimits:
    """Ends a session whose time is up before anything is done in its name, and notes the use of one
    that goes on. Who was signed in is anonymous from there on; the page where they were follows the
    sign-in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated and time_left(request.session).seconds <= 0:
            ended = _end(request)
            if ended is not None:
                return ended
        # For the page, which warns before the end and has a menu; told when it is written.
        request.session_left = partial(time_left, request.session)  # type: ignore[attr-defined]
        request.menu = SimpleLazyObject(partial(menu_of, request.user))  # type: ignore[attr-defined]
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> None:
        if request.user.is_authenticated and not _by_itself(request):
            note_use(request.session)


def _end(request: HttpRequest) -> HttpResponse | None:
    idle = time_left(request.session).extendable
    if idle:
        said = f"已有 {settings.SESSION_IDLE_MINUTES} 分钟没有操作，为安全起见已退出。"
    else:
        said = f"登录已满 {settings.SESSION_HOURS} 小时，为安全起见已退出。"
    end_session(request, summary="闲置过久，会话结束" if idle else "登录时限已到，会话结束")
    if request.path.startswith("/api/"):
        return None
    messages.info(request, f"{said}登录后回到刚才的页面。")
    if request.method in ("GET", "HEAD") or request.htmx:  # type: ignore[attr-defined]
        return None
    # What was sent is not done, and cannot be repeated by opening its address: back to the page it was
    # sent from.
    came_from = request.headers.get("Referer", "")
    at_home = url_has_allowed_host_and_scheme(came_from, {request.get_host()})
    query = urlencode({"next": urlsplit(came_from).path if at_home else "/"})
    return redirect(f"{reverse('accounts:sign-in')}?{query}")


def _by_itself(request: HttpRequest) -> bool:
    match = request.resolver_match
    if match is None or match.view_name in _BY_ITSELF:
        return True
    # A page that reads a form anew because somebody else saved it; work that tells how far it is.
    if match.namespace == "api":
        return request.method in ("GET", "HEAD")
    return bool(request.htmx) and match.view_name in _WITH_PROGRESS  # type: ignore[attr-defined]
