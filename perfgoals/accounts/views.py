"""Signing in and out, and personal tokens for the interface."""

from __future__ import annotations

from urllib.parse import urlencode, urlsplit

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import LoginView, LogoutView
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django_htmx.http import HttpResponseClientRefresh

from perfgoals.accounts.forms import SignInForm, TokenForm
from perfgoals.accounts.models import User
from perfgoals.accounts.services import create_api_token
from perfgoals.common.views import allow_methods


class SignedInRequest(HttpRequest):
    """What a view is given, for no view but signing in is reached by anybody else."""

    user: User


class SignInView(LoginView):
    template_name = "accounts/sign_in.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def get_redirect_url(self, request: HttpRequest | None = None) -> str:
        """The page that was asked for, unless going on there leads back here or nowhere."""
        url = super().get_redirect_url()
        pointless = {reverse("accounts:sign-in"), reverse("accounts:sign-out")}
        return "" if urlsplit(url).path in pointless else url


@login_not_required
@allow_methods("GET", "POST")
def sign_in(request: HttpRequest) -> HttpResponseBase:
    # A fragment asked for after the session ended is redirected here; a sign-in page inside that
    # fragment would help nobody. The whole page is loaded again instead, and lands here by itself.
    if request.htmx:  # type: ignore[attr-defined]
        return HttpResponseClientRefresh()
    return SignInView.as_view()(request)


@login_not_required
@allow_methods("GET")
def admin_sign_in(request: HttpRequest) -> HttpResponse:
    """The admin has no door of its own: one sign-in, with one set of safeguards. Who is signed in and
    still sent here is no administrator."""
    if request.user.is_authenticated:
        raise PermissionDenied("后台只对管理员开放")
    query = urlencode({"next": request.GET.get("next") or reverse("admin:index")})
    return redirect(f"{reverse('accounts:sign-in')}?{query}")


sign_out = allow_methods("POST")(LogoutView.as_view())


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
    token.delete()
    messages.success(request, f"已撤销令牌「{token.name}」，用它的程序不能再登录。")
    return redirect("accounts:token-list")
