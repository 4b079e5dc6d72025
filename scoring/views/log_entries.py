"""What the log's pages are told of what entries are about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import reverse

from perfgoals.common.models import AuditEntry
from projects.models import Form
from scoring.views.cell_names import cell_name

if TYPE_CHECKING:
    from perfgoals.accounts.models import User


def page_of(user: User, entry: AuditEntry) -> str:
    """The page of the form that an entry is about; "" for anything else, and for a form that is gone or
    not the person's to see."""
    if not _is_of_form(entry) or not entry.subject_id.isdecimal() or len(entry.subject_id) > 18:
        return ""
    found = Form.objects.visible_to(user).filter(pk=int(entry.subject_id)).exists()
    return reverse("scoring:form-detail", args=[int(entry.subject_id)]) if found else ""


def label_of(entry: AuditEntry, path: str) -> str:
    """What the cell of a form at a path is called; "" for what is no cell."""
    if not _is_of_form(entry):
        return ""
    try:
        return cell_name(path) or ""
    except ValueError:  # a place that no form has
        return ""


def _is_of_form(entry: AuditEntry) -> bool:
    return entry.subject_type == Form._meta.label_lower
