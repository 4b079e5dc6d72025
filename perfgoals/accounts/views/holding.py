"""What is done on the page of somebody: roles, a new password, and what stands in the way of a sign-in."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect

from perfgoals.accounts.access import reach_of_admin
from perfgoals.accounts.forms import GivenPasswordForm, RoleForm, UntilForm
from perfgoals.accounts.models import Role
from perfgoals.accounts.services import (
    StaleStamp,
    add_role,
    change_role,
    give_password,
    lift_lock,
    remove_device,
    remove_role,
    role_in,
    sign_out_everywhere,
)
from perfgoals.accounts.views.people import person_page
from perfgoals.accounts.views.requests import SignedInRequest
from perfgoals.common.views import allow_methods


@allow_methods("POST")
def role_add(request: SignedInRequest, pk: int) -> HttpResponse:
    """One more role in a unit within reach."""
    reach = reach_of_admin(request.user)
    person = reach.person(pk)
    form = RoleForm(reach, request.POST, own=pk == request.user.pk, auto_id="role_%s")
    if not form.is_valid():
        return person_page(request, reach, person, {"role": form}, status=422)
    told = {**form.cleaned_data, "role": Role(form.cleaned_data["role"])}
    try:
        held = add_role(person=person, **told, seen=_seen(request), by=request.user)
    except StaleStamp:
        return person_page(request, reach, person, {"role": form}, stale=[], status=409)
    except ValidationError as error:
        form.add_error("role", error)
        return person_page(request, reach, person, {"role": form}, status=422)
    messages.success(request, f"已加上岗位：{held.unit} {held.get_role_display()}。")
    return redirect("accounts:person-edit", pk)


@allow_methods("POST")
def role_change(request: SignedInRequest, pk: int, number: int) -> HttpResponse:
    """Another last day for a role."""
    reach = reach_of_admin(request.user)
    person = reach.person(pk)
    role_in(reach, person, number)
    form = UntilForm(request.POST, auto_id=f"held_{number}_%s")
    if not form.is_valid():
        return person_page(request, reach, person, {str(number): form}, status=422)
    until = form.cleaned_data["valid_until"]
    try:
        held = change_role(
            person=person, number=number, valid_until=until, seen=_seen(request), by=request.user
        )
    except StaleStamp:
        return person_page(request, reach, person, {str(number): form}, stale=[], status=409)
    said = f"有效期至 {until:%Y-%m-%d}" if until else "长期有效"
    messages.success(request, f"{held.unit} {held.get_role_display()}：{said}。")
    return redirect("accounts:person-edit", pk)


@allow_methods("POST")
def role_remove(request: SignedInRequest, pk: int, number: int) -> HttpResponse:
    """Take a role back."""
    reach = reach_of_admin(request.user)
    person = reach.person(pk)
    try:
        held = remove_role(person=person, number=number, seen=_seen(request), by=request.user)
    except StaleStamp:
        return person_page(request, reach, person, stale=[], status=409)
    except ValidationError as error:
        refused = error.messages[0]
        return person_page(request, reach, person, {"refused": refused}, status=422)
    messages.success(request, f"已移除岗位：{held.unit} {held.get_role_display()}。")
    if reach.keeps(pk):
        return redirect("accounts:person-edit", pk)
    return redirect("accounts:person-list")


@allow_methods("POST")
def person_password(request: SignedInRequest, pk: int) -> HttpResponse:
    """A password of the administrator's choice."""
    reach = reach_of_admin(request.user)
    person = reach.person(pk)
    form = GivenPasswordForm(request.POST, user=person, auto_id="given_%s")
    if not form.is_valid():
        return person_page(request, reach, person, {"password": form}, status=422)
    password = form.cleaned_data["password"]
    try:
        give_password(person=person, password=password, seen=_seen(request), by=request.user)
    except StaleStamp:
        return person_page(request, reach, person, stale=[], status=409)
    messages.success(request, f"已设置「{person}」的密码，其登录已全部退出；下次登录须先改密码。")
    return redirect("accounts:person-edit", pk)


@allow_methods("POST")
def person_unlock(request: SignedInRequest, pk: int) -> HttpResponse:
    """Let somebody try again who failed too often."""
    return _at_once(request, pk, lift_lock, "已解除「{}」的登录锁定。", "没有锁定，不必解除。")


@allow_methods("POST")
def person_sign_out(request: SignedInRequest, pk: int) -> HttpResponse:
    """End all sessions of somebody."""
    return _at_once(request, pk, sign_out_everywhere, "已退出「{}」的全部登录。", "此人没有登录。")


@allow_methods("POST")
def person_device(request: SignedInRequest, pk: int) -> HttpResponse:
    """Switch off the one-time codes of somebody whose device is lost."""
    return _at_once(
        request,
        pk,
        remove_device,
        "已移除「{}」的动态验证码，登录只要密码。",
        "没有启用动态验证码。",
    )


def _at_once(
    request: SignedInRequest, pk: int, act: Callable[..., int], done: str, nothing: str
) -> HttpResponse:
    """What needs nothing to be filled in. act: the service, which says whether there was anything to do."""
    reach = reach_of_admin(request.user)
    person = reach.person(pk)
    try:
        count = act(person=person, seen=_seen(request), by=request.user)
    except StaleStamp:
        return person_page(request, reach, person, stale=[], status=409)
    messages.success(request, done.format(person) if count else nothing)
    return redirect("accounts:person-edit", pk)


def _seen(request: SignedInRequest) -> str:
    return request.POST.get("seen", "")
