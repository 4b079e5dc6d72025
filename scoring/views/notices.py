"""Whether a person wants the daily digest by mail."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from perfgoals.accounts.views import SignedInRequest
from perfgoals.common.views import allow_methods
from projects.models import Visit
from projects.services import choose_digest
from scoring.services import can_send


@allow_methods("GET", "POST")
def notices(request: SignedInRequest) -> HttpResponse:
    """The setting; a POST changes it."""
    user = request.user
    if request.method == "POST":
        wanted = request.POST.get("digest") == "on"
        choose_digest(by=user, wanted=wanted)
        messages.success(
            request, "已设置：有变动或临近截止时发送邮件。" if wanted else "已设置：不发送邮件。"
        )
        return redirect("scoring:notices")
    context = {
        "wanted": Visit.objects.filter(user=user, wants_digest=True).exists(),
        "address": user.email,
        "can_send": can_send(),
    }
    return render(request, "scoring/notices.html", context)
