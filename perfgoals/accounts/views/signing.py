"""Signing in, in one step or two, and out; and how long a session still lasts."""

from __future__ import annotations

import math
import time
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import LoginView
from django.core.exceptions import PermissionDenied
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
    JsonResponse,
)
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django_htmx.http import HttpResponseClientRefresh

from perfgoals.accounts.forms import CodeForm, SignInForm
from perfgoals.accounts.models import User
from perfgoals.accounts.services import (
    device_of,
    lock_end,
    note_use,
    record_failure,
    sign_in_as,
    sign_out_of,
    time_left,
    verify_code,
    waiting_time,
)
from perfgoals.accounts.views.requests import SignedInRequest
from perfgoals.common.views import allow_methods

_HALF_WAY = "half_way"
_PATIENCE = 300  # seconds between the two steps
_TRIES = 5


class SignInView(LoginView):
    template_name = "accounts/sign_in.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def get_redirect_url(self, request: HttpRequest | None = None) -> str:
        """The page that was asked for, unless going on there leads back here or nowhere."""
        url = super().get_redirect_url()
        pointless = {
            reverse(f"accounts:{name}") for name in ("sign-in", "sign-out", "sign-in-code")
        }
        return "" if urlsplit(url).path in pointless else url

    def form_valid(self, form: Any) -> HttpResponse:
        """The password was right: in, or on to the second step for who has switched it on."""
        user = form.get_user()
        if device_of(user) is None:
            sign_in_as(self.request, user)
            return HttpResponseRedirect(self.get_success_url())
        self.request.session[_HALF_WAY] = {
            "user": user.pk,
            "at": int(time.time()),
            "proof": user.get_session_auth_hash(),
            "tries": 0,
            "next": self.get_redirect_url(),
        }
        return redirect("accounts:sign-in-code")


@login_not_required
@allow_methods("GET", "POST")
def sign_in(request: HttpRequest) -> HttpResponseBase:
    # A fragment asked for after the session ended is redirected here; a sign-in page inside that
    # fragment would help nobody. The whole page is loaded again instead, and lands here by itself.
    if request.htmx:  # type: ignore[attr-defined]
        return HttpResponseClientRefresh()
    return SignInView.as_view()(request)


@login_not_required
@never_cache
@allow_methods("GET", "POST")
def sign_in_code(request: HttpRequest) -> HttpResponse:
    """The second step, for a few minutes after the first and a few tries."""
    begun: dict[str, Any] = request.session.get(_HALF_WAY) or {}
    user = _half_way(begun)
    if user is None:
        if begun:
            del request.session[_HALF_WAY]
            messages.info(request, "等待验证码的时间已过，请重新登录。")
        return redirect("accounts:sign-in")
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if verify_code(user, form.cleaned_data["code"]):
            del request.session[_HALF_WAY]
            sign_in_as(request, user, by_code=True)
            return redirect(begun["next"] or settings.LOGIN_REDIRECT_URL)
        record_failure(request, user.get_username(), summary="动态验证码不正确")
        begun["tries"] += 1
        request.session[_HALF_WAY] = begun
        if begun["tries"] >= _TRIES:
            del request.session[_HALF_WAY]
            messages.error(request, "验证码多次不正确，请重新登录。")
            return redirect("accounts:sign-in")
        form.add_error("code", refusal(waiting_time(user)))
    return render(request, "accounts/sign_in_code.html", {"form": form})


def refusal(seconds: int) -> str:
    """What to say to a code that was not accepted."""
    wait = f"请 {seconds} 秒后再试" if seconds > 1 else "请核对后再试"
    return f"验证码不正确，或已用过。{wait}；同时核对手机的时间是否准确"


def _half_way(begun: dict[str, Any]) -> User | None:
    """Who gave the right password a moment ago, and whose password it still is."""
    if not begun or time.time() - begun["at"] > _PATIENCE:
        return None
    user = User.objects.filter(pk=begun["user"], is_active=True).first()
    if user is None or not constant_time_compare(user.get_session_auth_hash(), begun["proof"]):
        return None
    return user


def locked_out(
    request: HttpRequest, response: HttpResponse, credentials: dict[str, Any]
) -> HttpResponse:
    """Too many failures. Whether there is such a person, and whether the password was right this time,
    makes no difference to the answer."""
    end = lock_end(request, (credentials or {}).get("username") or "")
    seconds = max(1, math.ceil((end - timezone.now()).total_seconds()))
    context = {"minutes": math.ceil(seconds / 60), "end": end}
    answer = render(request, "accounts/locked.html", context, status=429)
    answer["Retry-After"] = str(seconds)
    return answer


@login_not_required
@allow_methods("GET")
def admin_sign_in(request: HttpRequest) -> HttpResponse:
    """The admin has no door of its own: one sign-in, with one set of safeguards. Who is signed in and
    still sent here is no administrator."""
    if request.user.is_authenticated:
        raise PermissionDenied("后台只对管理员开放")
    query = urlencode({"next": request.GET.get("next") or reverse("admin:index")})
    return redirect(f"{reverse('accounts:sign-in')}?{query}")


@allow_methods("POST")
def sign_out(request: SignedInRequest) -> HttpResponse:
    sign_out_of(request)
    return redirect(settings.LOGOUT_REDIRECT_URL)


@login_not_required
@never_cache
@allow_methods("GET", "POST")
def session_state(request: HttpRequest) -> JsonResponse:
    """How many seconds the session still lasts, 0 when it is over. Asking does not make it last longer;
    a POST says that somebody is there, and does."""
    if not request.user.is_authenticated:
        return JsonResponse({"left": 0, "extendable": False, "user": None})
    if request.method == "POST":
        note_use(request.session, at_once=True)
    left = time_left(request.session)
    told = {"left": left.seconds, "extendable": left.extendable, "user": request.user.pk}
    return JsonResponse(told)
