"""The admin as a whole, and the background jobs in it."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.auth.models import Group
from django.http import HttpRequest
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice
from django_tasks_db.models import DBTaskResult

from perfgoals.common.admin_bases import ReadOnlyAdmin
from perfgoals.common.models import Job

# Roles come from memberships, so there are no groups. What the task queue keeps of its own work is
# English and of no use to an administrator: the jobs say the same for people. One-time codes are switched on
# by who uses them, and off on the page of the user.
admin.site.unregister([Group, DBTaskResult, TOTPDevice, StaticDevice])

admin.site.index_title = "管理首页"


@admin.register(Job)
class JobAdmin(ReadOnlyAdmin):
    list_display = ["title", "owner", "state", "progress", "message", "created_at", "finished_at"]
    list_filter = ["state", "owner"]
    list_select_related = ["owner"]
    search_fields = ["title", "owner__username", "owner__full_name"]
    date_hierarchy = "created_at"
    fields = [
        "title",
        "owner",
        "state",
        "progress",
        "message",
        "result_name",
        "attempts",
        "cancel_requested",
        "created_at",
        "heartbeat_at",
        "finished_at",
    ]

    @admin.display(description="进度")
    def progress(self, job: Job) -> str:
        return f"{job.done} / {job.total}（{job.per_cent}%）" if job.total else "—"


def index_in_order(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """The start page of the admin: apps and models in the order in which they were built, the toolbox
    last; not by the numbers of their Chinese characters."""
    order = list(admin.site._registry)

    def place(app: dict[str, Any]) -> tuple[bool, int]:
        first = min(order.index(model["model"]) for model in app["models"])
        return app["app_label"] == Job._meta.app_label, first

    for app in context["app_list"]:
        app["models"].sort(key=lambda model: order.index(model["model"]))
    context["app_list"].sort(key=place)
    return context
