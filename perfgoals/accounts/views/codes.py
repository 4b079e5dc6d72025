"""Switching one-time codes on and off."""

from __future__ import annotations

from base64 import b32encode

import segno
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.safestring import mark_safe
from django.views.decorators.cache import never_cache
from django_otp.plugins.otp_totp.models import TOTPDevice

from perfgoals.accounts.forms import CodeAndPasswordForm, CodeForm
from perfgoals.accounts.services import (
    CODES_SET_UP,
    begin_codes,
    confirm_codes,
    confirm_password,
    device_of,
    record_failure,
    remove_codes,
    renew_recovery_codes,
    verify_code,
    waiting_time,
)
from perfgoals.accounts.views.requests import SignedInRequest
from perfgoals.accounts.views.signing import refusal
from perfgoals.common.views import allow_methods


@allow_methods("POST")
def code_begin(request: SignedInRequest) -> HttpResponse:
    """A new key, to be brought onto a device."""
    if device_of(request.user) is None:
        begin_codes(request.user)
    return redirect("accounts:code-set-up")


@never_cache
@allow_methods("GET", "POST")
def code_set_up(request: SignedInRequest) -> HttpResponse:
    """The key as a picture and as text; a code from the device switches one-time codes on, and this one
    answer shows the recovery codes."""
    device = device_of(request.user, confirmed=False)
    if device is None or device_of(request.user) is not None:
        context = {"device": device_of(request.user)}
        return render(request, "accounts/code_begin.html", context)
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        codes = confirm_codes(request.user, form.cleaned_data["code"])
        if codes:
            return _recovery_codes(request, codes, new=True)
        form.add_error("code", refusal(waiting_time(request.user, confirmed=False)))
    context = {"form": form, "picture": _picture(device), "key": _key(device)}
    status = 422 if form.errors else 200
    return render(request, "accounts/code_set_up.html", context, status=status)


@never_cache
@allow_methods("GET", "POST")
def code_recovery(request: SignedInRequest) -> HttpResponse:
    """New recovery codes, for a code."""
    if device_of(request.user) is None:
        return redirect("accounts:code-set-up")
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _accepted(request, form):
        return _recovery_codes(request, renew_recovery_codes(request.user), new=False)
    status = 422 if form.errors else 200
    return render(request, "accounts/code_recovery.html", {"form": form}, status=status)


@never_cache
@allow_methods("GET", "POST")
def code_off(request: SignedInRequest) -> HttpResponse:
    """Switch one-time codes off, for the password and a code."""
    if device_of(request.user) is None:
        return redirect("accounts:account")
    form = CodeAndPasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if not confirm_password(request, form.cleaned_data["password"]):
            form.add_error("password", "密码不正确")
        elif _accepted(request, form):
            remove_codes(request.user, by=request.user)
            request.session.pop(CODES_SET_UP, None)
            messages.success(request, "已停用动态验证码。")
            return redirect("accounts:account")
    status = 422 if form.errors else 200
    return render(request, "accounts/code_off.html", {"form": form}, status=status)


def _accepted(request: SignedInRequest, form: CodeForm) -> bool:
    if verify_code(request.user, form.cleaned_data["code"]):
        return True
    record_failure(request, request.user.get_username(), summary="动态验证码不正确")
    form.add_error("code", refusal(waiting_time(request.user)))
    return False


def _recovery_codes(request: SignedInRequest, codes: list[str], *, new: bool) -> HttpResponse:
    return render(request, "accounts/recovery_codes.html", {"codes": codes, "new": new})


def _picture(device: TOTPDevice) -> str:
    """The key as a QR code, drawn in the page itself: paths only, no style and no script."""
    drawn = segno.make(device.config_url, error="m", micro=False)
    svg = drawn.svg_inline(scale=4, border=4, svgclass="qr", lineclass=None, light="#fff")
    return mark_safe(svg)


def _key(device: TOTPDevice) -> str:
    """The key in groups of four letters, to be typed."""
    text = b32encode(device.bin_key).decode().rstrip("=")
    return " ".join(text[at : at + 4] for at in range(0, len(text), 4))
