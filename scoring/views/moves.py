"""The steps of a form, each a POST with the version that the person saw."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect

from perfgoals.accounts.views import SignedInRequest
from perfgoals.common.views import allow_methods
from projects.access import get_form, require
from projects.services import StaleVersion
from projects.workflow import Action, WrongStatus
from scoring.services import NotSound
from scoring.views.form_detail import form_page
from scoring.views.move_table import MOVES
from scoring.views.steps import Attempt


@allow_methods("POST")
def form_move(request: SignedInRequest, pk: int, action: Action) -> HttpResponse:
    """Take a step. What stands in its way is said on the form's page, with what was typed for it: 422
    where the form is not sound or a reason lacks, 409 where its status or version is another by now."""
    form = get_form(request.user, pk)
    move = MOVES[action]
    typed = request.POST.get(move.text, "") if move.text else ""
    arguments: dict[str, Any] = {"expected_version": _version(request)}
    if move.text:
        arguments[move.text] = typed
    try:
        require(request.user, form, action)
        move.service(form, by=request.user, **arguments)
    except NotSound as error:
        findings = "；".join(finding.message for finding in error.findings[:_TOLD])
        more = "等" if len(error.findings) > _TOLD else ""
        attempt = Attempt(action, typed, f"{error}：{findings}{more}。")
        return form_page(request, get_form(request.user, pk), attempt=attempt, status=422)
    except ValidationError as error:
        attempt = Attempt(action, typed, f"{'；'.join(error.messages)}。")
        return form_page(request, get_form(request.user, pk), attempt=attempt, status=422)
    except (StaleVersion, WrongStatus) as error:
        attempt = Attempt(action, typed, f"情况已有变化，这一步没有做：{error}。")
        return form_page(request, get_form(request.user, pk), attempt=attempt, status=409)
    messages.success(request, move.done)
    return redirect(move.leads_to, pk)


_TOLD = 5
"""How many errors a refusal names; the page lists them all."""


def _version(request: SignedInRequest) -> int:
    """The version that the person saw; 0, which no form has, where none or no number is given."""
    given = request.POST.get("version", "")
    return int(given) if given.isdecimal() and len(given) < 10 else 0
