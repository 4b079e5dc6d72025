"""A form of a batch: every cell that would change, and everything that is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render

from perfgoals.accounts.views import SignedInRequest
from perfgoals.common.sheets import view_sheet
from perfgoals.common.views import allow_methods
from scoring.documents import read_form
from scoring.models import ImportBatch
from scoring.services.importing import may_import
from scoring.sheets import form_sheet
from scoring.views.cell_names import cell_name
from scoring.views.comparison import shown_happening, shown_value


@dataclass(frozen=True, slots=True)
class ToldChange:
    """A difference in words. row: the name of the indicator, "" outside the rows."""

    happened: str
    label: str
    row: str
    before: str
    after: str


def told_change(change: Mapping[str, Any]) -> ToldChange:
    """A stored change as the pages tell it."""
    return ToldChange(
        shown_happening(change["happened"]),
        cell_name(change["path"]) or "行码等附注",
        change["row"],
        shown_value(change["before"]),
        shown_value(change["after"]),
    )


@allow_methods("GET")
def import_item(request: SignedInRequest, pk: UUID, number: int) -> HttpResponse:
    """The form as the file has it, with what would change and what is wrong."""
    if not may_import(request.user):
        raise PermissionDenied("只有管理员可以批量导入")
    batches = ImportBatch.objects.visible_to(request.user)
    batch = get_object_or_404(batches.select_related("by", "job"), pk=pk)
    item = get_object_or_404(batch.items.select_related("form"), number=number)
    sheet = view_sheet(form_sheet(read_form(item.document))) if item.document else None
    context = {
        "batch": batch,
        "item": item,
        "changes": [told_change(change) for change in item.changes],
        "sheet": sheet,
    }
    return render(request, "scoring/import_item.html", context)
