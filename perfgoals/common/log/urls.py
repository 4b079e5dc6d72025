"""The addresses of the log."""

from __future__ import annotations

from django.urls import URLPattern, path

from perfgoals.common.log import views

app_name = "audit"


def log_patterns(access: views.LogAccess) -> list[URLPattern]:
    """access: what the log is told of the applications."""
    given = {"access": access}
    return [
        path("", views.entry_list, given, name="entry-list"),
        path("<int:pk>/", views.entry_detail, given, name="entry-detail"),
        path("export.<str:kind>", views.entry_export, given, name="entry-export"),
    ]
