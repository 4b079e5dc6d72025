"""Letting a finding pass from the page of the form, where there is no review page to do it on; and what the
comparison with other forms found, from either."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse

from perfgoals.accounts.views import SignedInRequest
from perfgoals.common.views import allow_methods
from projects.access import get_form, require
from projects.workflow import Action
from scoring.services import revoke_of_form, waive_of_form


@allow_methods("POST")
def finding_waive(request: SignedInRequest, pk: int) -> HttpResponse:
    """Waive the finding that the page showed."""
    form = get_form(request.user, pk)
    require(request.user, form, Action.WAIVE)
    seen = {name: request.POST.get(name, "") for name in ("path", "code", "message", "reason")}
    try:
        waive_of_form(form, by=request.user, **seen)
    except ValidationError as error:
        messages.error(request, f"{'；'.join(error.messages)}。")
    else:
        messages.success(request, "已豁免，理由记录在案。")
    return redirect(back_to(request, pk))


@allow_methods("POST")
def waiver_revoke(request: SignedInRequest, pk: int, number: int) -> HttpResponse:
    """Take a waiver back."""
    form = get_form(request.user, pk)
    waiver = get_object_or_404(form.waivers.select_related("form"), pk=number)
    require(request.user, form, Action.WAIVE)
    try:
        revoke_of_form(waiver, by=request.user)
    except ValidationError as error:
        messages.error(request, f"{'；'.join(error.messages)}。")
    else:
        messages.success(request, "已撤销豁免，这条检查结果重新列出。")
    return redirect(back_to(request, pk))


def back_to(request: SignedInRequest, pk: int) -> str:
    """The page of the form that something was asked for on."""
    if request.POST.get("on") == "review":
        return f"{reverse('scoring:form-review', args=[pk])}#panel-findings"
    return reverse("scoring:form-detail", args=[pk])
