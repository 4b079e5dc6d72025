"""Returning or approving many forms of the queue: first what would be done, then doing it."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from perfgoals.accounts.views import SignedInRequest
from perfgoals.common.jobs import start_job
from perfgoals.common.views import allow_methods
from scoring.services.batches import (
    MOST,
    Answer,
    BatchAction,
    Chosen,
    check_batch,
    foresee,
    read_chosen,
    run_batch,
)
from scoring.tasks import BATCH, run_review_batch

AT_ONCE = 20
"""Forms that are dealt with while the person waits; more are done in the background."""


@allow_methods("POST")
def review_batch(request: SignedInRequest) -> HttpResponse:
    """What would be done with each of the forms chosen, to be confirmed. Changes nothing."""
    action, chosen = _asked(request)
    if action is None or not chosen:
        messages.error(request, "请先在列表中选中要处理的表。")
        return redirect(_queue(request))
    if len(chosen) > MOST:
        messages.error(request, f"一次最多处理 {MOST} 份，现选中 {len(chosen)} 份。")
        return redirect(_queue(request))
    return _confirm(request, action, foresee(chosen, action, by=request.user))


@allow_methods("POST")
def review_batch_apply(request: SignedInRequest) -> HttpResponse:
    """Do it, and list what was done with each form and what not; many forms in the background."""
    action, chosen = _asked(request)
    if action is None or not chosen:
        messages.error(request, "请先在列表中选中要处理的表。")
        return redirect(_queue(request))
    text = request.POST.get("text", "")
    try:
        text = check_batch(chosen, action, text=text)
        if len(chosen) > AT_ONCE:
            job = start_job(
                run_review_batch,
                kind=BATCH,
                title=f"{action.label} {len(chosen)} 份表",
                owner=request.user,
                parameters={
                    "action": action.value,
                    "text": text,
                    "chosen": [[one.pk, one.version] for one in chosen],
                },
            )
            return redirect("common:job-detail", job.pk)
        answers = run_batch(chosen, action, by=request.user, text=text)
    except ValidationError as error:
        answers = foresee(chosen[:MOST], action, by=request.user)
        return _confirm(request, action, answers, fault="；".join(error.messages), text=text)
    context = {
        "action": action,
        "done": [answer for answer in answers if answer.is_done],
        "left": [answer for answer in answers if not answer.is_done],
        "back": _queue(request),
    }
    return render(request, "scoring/queue_batch_result.html", context)


def _confirm(
    request: SignedInRequest,
    action: BatchAction,
    answers: list[Answer],
    *,
    fault: str = "",
    text: str = "",
) -> HttpResponse:
    ready = [answer for answer in answers if answer.is_done]
    context = {
        "action": action,
        "ready": ready,
        "left": [answer for answer in answers if not answer.is_done],
        "back": _queue(request),
        "query": request.POST.get("query", ""),
        "fault": fault,
        "text": text,
        "in_background": len(ready) > AT_ONCE,
    }
    return render(request, "scoring/queue_batch.html", context, status=422 if fault else 200)


def _asked(request: SignedInRequest) -> tuple[BatchAction | None, list[Chosen]]:
    given = request.POST.get("action", "")
    known = [action.value for action in BatchAction]
    action = BatchAction(given) if given in known else None
    return action, read_chosen(request.POST.getlist("form"))


def _queue(request: SignedInRequest) -> str:
    """The queue as the person left it."""
    query = request.POST.get("query", "")
    return reverse("scoring:review-queue") + (f"?{query}" if query else "")
