"""Pages about background work, and what all views share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from perfgoals.common.audit import record_export
from perfgoals.common.jobs import request_cancel, resume_job
from perfgoals.common.models import Job
from perfgoals.common.querysets import LEASE

JOBS_PER_PAGE = 50

View = Callable[..., HttpResponseBase]


def allow_methods(*methods: str) -> Callable[[View], View]:
    """Answer any other method with 405 and a page that says so. GET brings HEAD along."""
    allowed = {*methods, "HEAD"} if "GET" in methods else {*methods}

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if request.method in allowed:
                return view(request, *args, **kwargs)
            response = render(request, "405.html", status=405)
            response["Allow"] = ", ".join(sorted(allowed))
            return response

        return guarded

    return decorate


@allow_methods("GET")
def job_list(request: HttpRequest) -> HttpResponse:
    """A person's own jobs, the newest first."""
    jobs = Job.objects.visible_to(request.user)
    page = Paginator(jobs, JOBS_PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "common/job_list.html", {"page": page})


@allow_methods("GET")
def job_detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    """How far a job is. The page asks again for its changing part until the job is over."""
    job = _own_job(request, pk)
    part = request.htmx and not request.htmx.boosted  # type: ignore[attr-defined]
    template = "common/_job_progress.html" if part else "common/job_detail.html"
    return render(request, template, {"job": job, "stalled": is_stalled(job)})


@allow_methods("POST")
def job_cancel(request: HttpRequest, pk: UUID) -> HttpResponse:
    job = _own_job(request, pk)
    request_cancel(job, by=request.user)
    return back_or_to(request, "common:job-detail", pk)


@allow_methods("POST")
def job_resume(request: HttpRequest, pk: UUID, tasks: Mapping[str, Any]) -> HttpResponse:
    """Take up again a job that its worker has left, or that no worker was told of.

    tasks: the task for each kind of job. Asking twice does no harm: a task begins only what waits.
    """
    job = _own_job(request, pk)
    if is_stalled(job):
        resume_job(job, tasks, by=request.user)
        messages.info(request, "已重新排队。")
    return back_or_to(request, "common:job-detail", pk)


@allow_methods("GET")
def job_result(request: HttpRequest, pk: UUID) -> FileResponse:
    """The file that a job has made. 404 where there is none, and for everybody but the owner."""
    job = _own_job(request, pk)
    path = settings.DATA_DIR / "results" / job.result_path
    if not job.result_path or not path.is_file():
        raise Http404
    record_export("后台任务的结果", by=request.user, subject=job, 文件=job.result_name)
    return FileResponse(path.open("rb"), as_attachment=True, filename=job.result_name)


def back_or_to(request: HttpRequest, name: str, *arguments: Any) -> HttpResponse:
    """To the page of ours that the form came from and names in ``next``, or else to the view of that name."""
    page = request.POST.get("next", "")
    if page.startswith("/") and url_has_allowed_host_and_scheme(page, allowed_hosts=None):
        return redirect(page)
    return redirect(name, *arguments)


def _own_job(request: HttpRequest, pk: UUID) -> Job:
    return get_object_or_404(Job.objects.visible_to(request.user), pk=pk)


def is_stalled(job: Job) -> bool:
    """Has nothing been heard of an unfinished job for the length of a lease?"""
    return not job.is_over and (job.heartbeat_at or job.created_at) < timezone.now() - LEASE
