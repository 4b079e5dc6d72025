"""Signing in and out."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import LoginView, LogoutView
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django_htmx.http import HttpResponseClientRefresh

from perfgoals.accounts.forms import SignInForm
from perfgoals.common.views import allow_methods


class SignInView(LoginView):
    template_name = "accounts/sign_in.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def get_redirect_url(self) -> str:
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


sign_out = allow_methods("POST")(LogoutView.as_view())
