"""One's own account: password, sessions, and what else guards it."""

from __future__ import annotations

import hashlib

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render

from perfgoals.accounts.forms import OwnPasswordForm
from perfgoals.accounts.models import UserSession
from perfgoals.accounts.services import (
    change_password,
    device_of,
    end_sessions,
    live_sessions,
)
from perfgoals.accounts.views.requests import SignedInRequest
from perfgoals.common.views import allow_methods


@allow_methods("GET")
def account(request: SignedInRequest) -> HttpResponse:
    """Everything about the account at a glance."""
    own = request.session.session_key
    sessions = [
        {"session": one, "mark": _mark(one), "current": one.pk == own}
        for one in live_sessions(request.user)
    ]
    sessions.sort(key=lambda one: not one["current"])
    context = {
        "memberships": request.user.memberships.select_related("unit"),
        "device": device_of(request.user),
        "sessions": sessions,
        "token_count": request.user.api_tokens.count(),
    }
    return render(request, "accounts/account.html", context)


@allow_methods("GET", "POST")
def password_change(request: SignedInRequest) -> HttpResponse:
    """Another password. Who was given one by an administrator comes here first of all."""
    given = request.user.must_change_password
    form = OwnPasswordForm(request, request.POST or None)
    if request.method == "POST" and form.is_valid():
        ended = change_password(
            request, user=request.user, password=form.cleaned_data["new_password1"]
        )
        others = f"其他 {ended} 个登录已退出。" if ended else ""
        messages.success(request, f"密码已修改。{others}")
        return redirect("scoring:home" if given else "accounts:account")
    status = 422 if form.errors else 200
    context = {"form": form, "given": given}
    return render(request, "accounts/password_change.html", context, status=status)


@allow_methods("POST")
def session_end(request: SignedInRequest, mark: str) -> HttpResponse:
    """Sign out elsewhere: in one place."""
    others = live_sessions(request.user).exclude(pk=request.session.session_key)
    found = [one for one in others.select_related("user") if _mark(one) == mark]
    if not found:
        raise Http404
    end_sessions(found, by=request.user, reason="本人在另一处退出")
    messages.success(request, f"已退出「{found[0]}」。")
    return redirect("accounts:account")


@allow_methods("POST")
def session_end_others(request: SignedInRequest) -> HttpResponse:
    """Sign out everywhere else."""
    others = live_sessions(request.user).exclude(pk=request.session.session_key)
    ended = end_sessions(others.select_related("user"), by=request.user, reason="本人退出其他登录")
    messages.success(request, f"已退出其他 {ended} 个登录。" if ended else "没有其他登录。")
    return redirect("accounts:account")


def _mark(session: UserSession) -> str:
    """A name for the session that is of no use to who reads it: its key would let them in."""
    return hashlib.sha256(session.pk.encode()).hexdigest()[:24]
