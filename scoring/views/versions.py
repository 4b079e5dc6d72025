"""The history of a form: its versions, one of them, two compared, and the way back to one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render

from perfgoals.accounts.views import SignedInRequest
from perfgoals.common.sheets import view_sheet
from perfgoals.common.views import allow_methods
from projects.access import actions_for, get_form, get_version, require
from projects.models import Form, FormVersion
from projects.services import StaleVersion
from projects.workflow import Action, WrongStatus
from scoring.access import form_document
from scoring.documents import read_form
from scoring.services import restore_version
from scoring.sheets import form_sheet
from scoring.views.comparison import compare


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the history. saves: how often it was saved in this sitting; before: the number of the
    version that it follows, None for the first."""

    version: FormVersion
    saves: int
    before: int | None


@allow_methods("GET")
def version_list(request: SignedInRequest, pk: int) -> HttpResponse:
    """The history, the latest first; the autosaves of one sitting are one line."""
    form = get_form(request.user, pk)
    versions = list(form.versions.defer("written").select_related("by"))
    earlier = [*(version.number for version in versions[1:]), None]
    entries = [
        Entry(version, version.number - version.first_number + 1, before)
        for version, before in zip(versions, earlier, strict=True)
    ]
    context = {
        "form": form,
        "entries": entries,
        "latest": versions[0].number if versions else None,
        "may_restore": Action.EDIT in actions_for(request.user, form),
    }
    return render(request, "scoring/version_list.html", context)


@allow_methods("GET")
def version_detail(request: SignedInRequest, pk: int, number: int) -> HttpResponse:
    """The sheet as it stood at that version, read-only."""
    form = get_form(request.user, pk)
    version = get_version(form, number)
    context = {
        "form": form,
        "version": version,
        "saves": version.number - version.first_number + 1,
        "sheet": view_sheet(form_sheet(read_form(version.document))),
        "is_latest": version.number == form.version,
        "before": _neighbour(form, number__lt=version.first_number),
        "after": _neighbour(form, first_number__gt=version.number),
        "may_restore": Action.EDIT in actions_for(request.user, form),
    }
    return render(request, "scoring/version_detail.html", context)


@allow_methods("GET")
def version_compare(request: SignedInRequest, pk: int) -> HttpResponse:
    """Two versions; without ``after`` the later one is the form as it stands now."""
    form = get_form(request.user, pk)
    before = get_version(form, _number(request.GET.get("before")))
    after = get_version(form, _number(request.GET.get("after") or str(form.version)))
    context = {
        "form": form,
        "before": before,
        "after": after,
        "comparison": compare(read_form(before.document), read_form(after.document)),
    }
    return render(request, "scoring/version_compare.html", context)


@allow_methods("GET", "POST")
def version_restore(request: SignedInRequest, pk: int, number: int) -> HttpResponse:
    """Ask once, naming what will change; then make the form say again what it said.

    Nothing is restored over what was saved after the question was asked: that is asked again, with the
    status 409.
    """
    form = get_form(request.user, pk)
    version = get_version(form, number)
    try:
        require(request.user, form, Action.EDIT)
        if request.method == "POST":
            expected = _number(request.POST.get("version"))
            restore_version(form, version.number, by=request.user, expected_version=expected)
            messages.success(
                request, f"已恢复到第 {version.number} 版的内容，成为第 {form.version} 版。"
            )
            return redirect("scoring:version-list", pk)
    except (StaleVersion, WrongStatus) as error:
        return _asked(request, get_form(request.user, pk), version, refused=str(error))
    return _asked(request, form, version)


def _asked(
    request: SignedInRequest, form: Form, version: FormVersion, *, refused: str = ""
) -> HttpResponse:
    context = {
        "form": form,
        "heading": f"恢复到第 {version.number} 版",
        "version": version,
        "comparison": compare(form_document(form), read_form(version.document)),
        "refused": refused,
        "may_restore": Action.EDIT in actions_for(request.user, form),
    }
    return render(request, "scoring/version_restore.html", context, status=409 if refused else 200)


def _neighbour(form: Form, **where: Any) -> int | None:
    found = form.versions.filter(**where).order_by("number").values_list("number", flat=True)
    return found.last() if "number__lt" in where else found.first()


def _number(text: str | None) -> int:
    """A version number out of an address or a form. Raises Http404."""
    if not text or not text.isdecimal() or len(text) > 9:
        raise Http404
    return int(text)
