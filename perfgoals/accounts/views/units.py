"""The units that somebody administers, as a tree."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from copy import copy
from typing import NamedTuple

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render

from perfgoals.accounts.access import Line, Reach, reach_of_admin
from perfgoals.accounts.forms import ReachedUnitForm
from perfgoals.accounts.models import Unit
from perfgoals.accounts.querysets import people_per_unit
from perfgoals.accounts.services import StaleStamp, add_unit, change_unit, log_stamp, unit_stamp
from perfgoals.accounts.views.conflicts import differences
from perfgoals.accounts.views.requests import SignedInRequest
from perfgoals.common.views import allow_methods

CountForms = Callable[[Collection[int]], Mapping[int, int]]


class UnitRow(NamedTuple):
    """A line of the tree. depth: as far as the page sets in."""

    unit: Unit
    depth: int
    people: int
    forms: int


_DEEPEST = 6


@allow_methods("GET")
def unit_list(request: SignedInRequest, count_forms: CountForms) -> HttpResponse:
    """The tree, with how many people and forms each unit has. count_forms: of the units of those
    numbers; forms belong to an app that this one does not know."""
    reach = reach_of_admin(request.user)
    people, forms = people_per_unit(reach.units), count_forms(reach.units)
    context = {"rows": [_row(line, people, forms) for line in reach.tree], "reach": reach}
    return render(request, "accounts/unit_list.html", context)


def _row(line: Line, people: Mapping[int, int], forms: Mapping[int, int]) -> UnitRow:
    pk = line.pk
    return UnitRow(line.unit, min(line.depth, _DEEPEST), people.get(pk, 0), forms.get(pk, 0))


@allow_methods("GET", "POST")
def unit_new(request: SignedInRequest) -> HttpResponse:
    """A unit below one of those; which one may stand in the address (``parent``)."""
    reach = reach_of_admin(request.user)
    if request.method == "GET":
        first = reach.tree[0].pk if not reach.is_whole else None
        begun = {"parent": request.GET.get("parent") or first, "is_active": True}
        return _unit_page(request, reach, ReachedUnitForm(reach, initial=begun), log_stamp())
    form, seen = ReachedUnitForm(reach, request.POST), request.POST.get("seen", "")
    if form.is_valid():
        try:
            unit = add_unit(values=form.cleaned_data, seen=seen, by=request.user)
        except StaleStamp:
            stale = ["同名的单位在打开本页以后已经由您新增过"]
            return _unit_page(request, reach, form, log_stamp(), stale=stale, status=409)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, f"已新增单位「{unit}」。")
            return redirect("accounts:unit-list")
    return _unit_page(request, reach, form, seen, status=422)


@allow_methods("GET", "POST")
def unit_edit(request: SignedInRequest, pk: int) -> HttpResponse:
    """One of those units."""
    reach = reach_of_admin(request.user)
    unit = reach.unit(pk)
    shown = unit_stamp(unit)
    # The form writes what was typed into a copy; ``unit`` stays what is stored.
    form = ReachedUnitForm(reach, request.POST or None, instance=copy(unit))
    if request.method == "GET":
        return _unit_page(request, reach, form, shown, unit=unit)
    seen = request.POST.get("seen", "")
    if form.is_valid():
        try:
            saved = change_unit(unit=unit, values=form.cleaned_data, seen=seen, by=request.user)
        except StaleStamp:
            stale = differences(form, unit)
            return _unit_page(request, reach, form, shown, unit=unit, stale=stale, status=409)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, f"已保存单位「{saved}」。")
            return redirect("accounts:unit-list")
    return _unit_page(request, reach, form, seen, unit=unit, status=422)


def _unit_page(
    request: SignedInRequest,
    reach: Reach,
    form: ReachedUnitForm,
    seen: str,
    *,
    unit: Unit | None = None,
    stale: list[str] | None = None,
    status: int = 200,
) -> HttpResponse:
    """unit: the one that is changed, None for a new one."""
    is_top = unit is not None and reach.is_top(unit)
    context = {"form": form, "unit": unit, "seen": seen, "stale": stale, "is_top": is_top}
    return render(request, "accounts/unit_edit.html", context, status=status)
