"""Personal tokens for the interface."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from perfgoals.accounts.forms import TokenForm
from perfgoals.accounts.services import create_api_token, revoke_api_token
from perfgoals.accounts.views.requests import SignedInRequest
from perfgoals.common.views import allow_methods


@allow_methods("GET", "POST")
def token_list(request: SignedInRequest) -> HttpResponse:
    """A person's own tokens; a POST makes one, whose text this one answer shows and no other."""
    form = TokenForm(request.POST or None)
    text = ""
    if request.method == "POST" and form.is_valid():
        _, text = create_api_token(user=request.user, name=form.cleaned_data["name"])
        form = TokenForm()
    context = {"tokens": request.user.api_tokens.all(), "form": form, "text": text}
    status = 422 if form.errors else 200
    response = render(request, "accounts/token_list.html", context, status=status)
    if text:
        response["Cache-Control"] = "no-store"
    return response


@allow_methods("POST")
def token_revoke(request: SignedInRequest, pk: int) -> HttpResponse:
    token = get_object_or_404(request.user.api_tokens, pk=pk)
    revoke_api_token(token=token, by=request.user)
    messages.success(request, f"已撤销令牌「{token.name}」，用它的程序不能再登录。")
    return redirect("accounts:token-list")
