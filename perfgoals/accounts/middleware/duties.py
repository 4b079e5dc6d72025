"""What has to be done before anything else: replacing a password that somebody else knows, and setting
up one-time codes where the installation asks for them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django_htmx.http import HttpResponseClientRedirect

from perfgoals.accounts.models import User
from perfgoals.accounts.services import CODES_SET_UP, device_of

_ALWAYS_OPEN = frozenset(
    {"accounts:sign-in", "accounts:sign-out", "accounts:session-state", "accounts:password-change"}
)
_SETTING_UP = frozenset({"accounts:code-begin", "accounts:code-set-up"})


class Duty(NamedTuple):
    """code: in the interface. message: to the person. page: where it is done."""

    code: str
    message: str
    page: str


_PASSWORD = Duty("password", "请先修改密码：现在的密码由管理员设置", "accounts:password-change")
_CODES = Duty("codes", "您的岗位须启用动态验证码，请先设置", "accounts:code-set-up")


class Duties:
    """Leads every page to the one where the duty is done; the interface answers 403. Programs with a
    token of their own have no session, and are not led anywhere."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Any, args: Any, kwargs: Any
    ) -> HttpResponse | None:
        if not request.user.is_authenticated or "Authorization" in request.headers:
            return None
        duty = _duty(request)
        if duty is None:
            return None
        if request.path.startswith("/api/"):
            error = {"path": "", "code": duty.code, "message": duty.message}
            return JsonResponse({"message": duty.message, "errors": [error]}, status=403)
        if request.htmx:  # type: ignore[attr-defined]
            return HttpResponseClientRedirect(reverse(duty.page))
        return redirect(duty.page)


def _duty(request: HttpRequest) -> Duty | None:
    match = request.resolver_match
    name = match.view_name if match else ""
    user: Any = request.user
    if name in _ALWAYS_OPEN:
        return None
    if user.must_change_password:
        return _PASSWORD
    if name in _SETTING_UP or not _must_have_codes(user) or request.session.get(CODES_SET_UP):
        return None
    if device_of(user) is not None:
        request.session[CODES_SET_UP] = True
        return None
    return _CODES


def _must_have_codes(user: User) -> bool:
    roles = settings.REQUIRE_CODES_FOR
    if user.is_staff and "admin" in roles:
        return True
    return bool(roles) and not user.roles.isdisjoint(roles)
