"""The people of the units that somebody administers: a list, a new one, and all about one of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render

from perfgoals.accounts.access import Reach, reach_of_admin, standing_of
from perfgoals.accounts.forms import (
    ExistingPersonForm,
    GivenPasswordForm,
    PeopleFilter,
    PersonForm,
    PersonNewForm,
    RoleForm,
    UntilForm,
)
from perfgoals.accounts.models import Membership, Role, User
from perfgoals.accounts.querysets import listed_people
from perfgoals.accounts.services import (
    StaleStamp,
    add_existing,
    add_person,
    change_person,
    device_of,
    live_sessions,
    locks_of,
    log_stamp,
    password_stamp,
    person_stamp,
    roles_stamp,
    sign_in_stamp,
)
from perfgoals.accounts.views.conflicts import differences
from perfgoals.accounts.views.requests import SignedInRequest
from perfgoals.common.views import allow_methods

PER_PAGE = 50


@allow_methods("GET")
def person_list(request: SignedInRequest) -> HttpResponse:
    """Those who have, or had, a role in the units, 50 a page."""
    reach = reach_of_admin(request.user)
    chosen = PeopleFilter(reach, request.GET)
    people = listed_people(reach.units, chosen.chosen, everybody=reach.is_whole)
    page = Paginator(people, PER_PAGE).get_page(request.GET.get("page"))
    context = {"filter": chosen, "page": page, "reach": reach}
    return render(request, "accounts/person_list.html", context)


@allow_methods("GET", "POST")
def person_new(request: SignedInRequest) -> HttpResponse:
    """A new person, with a password and a role to begin with; the unit may stand in the address."""
    reach = reach_of_admin(request.user)
    if request.method == "GET":
        form = PersonNewForm(reach, initial={"unit": request.GET.get("unit")})
        return render(request, "accounts/person_new.html", {"form": form})
    form = PersonNewForm(reach, request.POST)
    if form.is_valid():
        told = {
            name: value for name, value in form.cleaned_data.items() if name != "password_again"
        }
        try:
            person = add_person(**{**told, "role": Role(told["role"])}, by=request.user)
        except ValidationError as error:
            form.add_error("username", error)
        else:
            messages.success(
                request, f"已新增「{person}」。请把用户名和初始密码告诉本人，第一次登录须先改密码。"
            )
            return redirect("accounts:person-edit", person.pk)
    return render(request, "accounts/person_new.html", {"form": form}, status=422)


@allow_methods("GET", "POST")
def person_existing(request: SignedInRequest) -> HttpResponse:
    """A role for somebody who is there already, by the exact name they sign in with."""
    reach = reach_of_admin(request.user)
    template = "accounts/person_existing.html"
    if request.method == "GET":
        form = ExistingPersonForm(reach)
        return render(request, template, {"form": form, "seen": log_stamp()})
    form, seen = ExistingPersonForm(reach, request.POST), request.POST.get("seen", "")
    if form.is_valid():
        told = form.cleaned_data
        try:
            person = add_existing(
                **{**told, "role": Role(told["role"])}, seen=seen, by=request.user
            )
        except StaleStamp:
            context = {"form": form, "seen": log_stamp(), "is_stale": True}
            return render(request, template, context, status=409)
        except ValidationError as error:
            form.add_error("username", error)
        else:
            messages.success(request, f"已给「{person}」加上{Role(told['role']).label}岗位。")
            return redirect("accounts:person-edit", person.pk)
    return render(request, template, {"form": form, "seen": seen}, status=422)


@allow_methods("GET", "POST")
def person_edit(request: SignedInRequest, pk: int) -> HttpResponse:
    """Somebody: who it is, the roles, and how the sign-in stands; each with its own form."""
    reach = reach_of_admin(request.user)
    person = reach.person(pk)
    if request.method == "GET":
        return person_page(request, reach, person)
    stored = reach.person(pk)
    form, seen = details_form(reach, person, request.POST), request.POST.get("seen", "")
    if not form.is_valid():
        return person_page(request, reach, stored, {"details": form}, status=422)
    try:
        person = change_person(person=stored, values=form.cleaned_data, seen=seen, by=request.user)
    except StaleStamp:
        stale = differences(form, stored)
        return person_page(request, reach, stored, {"details": form}, stale=stale, status=409)
    messages.success(request, f"已保存「{person}」。")
    return redirect("accounts:person-edit", pk)


class RoleRow(NamedTuple):
    """A role within reach. form: until when, None where that is not the administrator's to change."""

    held: Membership
    form: UntilForm | None


def details_form(reach: Reach, person: User, data: Any = None) -> PersonForm:
    form = PersonForm(data, instance=person, auto_id="details_%s")
    if person.pk == reach.user.pk:
        form.fields["is_active"].disabled = True
        form.fields["is_active"].help_text = "不能停用自己"
    return form


def person_page(
    request: SignedInRequest,
    reach: Reach,
    person: User,
    forms: Mapping[str, Any] | None = None,
    *,
    stale: list[str] | None = None,
    status: int = 200,
) -> HttpResponse:
    """The page about somebody. forms: those sent and not taken, by name (details, role, password, or the
    number of a role). stale: what is stored by now, where that is not what the page had shown."""
    given = forms or {}
    standing = standing_of(reach, person)
    held = person.memberships.filter(unit__in=list(reach.units)).select_related("unit")
    context = {
        "person": person,
        "standing": standing,
        "details": given.get("details") or details_form(reach, person),
        "roles": [
            RoleRow(one, _until_form(one, given) if reach.may_set(one) else None)
            for one in held.order_by("unit__code", "role")
        ],
        "role": given.get("role") or RoleForm(reach, own=standing.own, auto_id="role_%s"),
        "password": given.get("password") or GivenPasswordForm(auto_id="given_%s"),
        "refused": given.get("refused", ""),
        "stale": stale,
        "stamps": {
            "person": person_stamp(person),
            "roles": roles_stamp(person),
            "password": password_stamp(person),
            "sign_in": sign_in_stamp(person),
        },
        "device": device_of(person),
        "sessions": live_sessions(person).count(),
        "locks": [
            where or "任何地址" for where in locks_of([person.username]).get(person.username, [])
        ],
    }
    return render(request, "accounts/person_edit.html", context, status=status)


def _until_form(held: Membership, given: Mapping[str, Any]) -> UntilForm:
    sent = given.get(str(held.pk))
    return sent or UntilForm(
        initial={"valid_until": held.valid_until}, auto_id=f"held_{held.pk}_%s"
    )
