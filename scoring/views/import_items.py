"""A form of a batch: every cell that would change, and everything that is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render

from perfgoals.accounts.views import SignedInRequest
from perfgoals.common.numbers import grouped
from perfgoals.common.sheets import SheetView, view_sheet
from perfgoals.common.views import allow_methods
from projects.models import FormVersion
from scoring.documents import read_form
from scoring.models import ImportBatch, ImportItem
from scoring.services.importing import may_import
from scoring.sheets import form_sheet
from scoring.views.cell_names import cell_name
from scoring.views.comparison import mark_changes, shown_happening, shown_value

_SHORT = 40
_LEAD = 8  # signs before the first that differs
_NO_MONEY = ("execution_rate", "weight", "score", "deviation_reason")


@dataclass(frozen=True, slots=True)
class ToldChange:
    """A difference in words. row: the name of the indicator, "" outside the rows."""

    happened: str
    label: str
    row: str
    before: str
    after: str

    def shortened(self) -> ToldChange:
        """Only so much of both values as fits into a list, from shortly before the first sign that
        differs."""
        signs = enumerate(zip(self.before, self.after, strict=False))
        same = min(len(self.before), len(self.after))
        begin = max(0, next((place for place, (a, b) in signs if a != b), same) - _LEAD)
        if max(len(self.before), len(self.after)) <= _SHORT:
            begin = 0
        return replace(self, before=_part(self.before, begin), after=_part(self.after, begin))


def _part(text: str, begin: int) -> str:
    cut = text[begin : begin + _SHORT]
    return f"{'…' if begin else ''}{cut}{'…' if begin + _SHORT < len(text) else ''}"


def told_change(change: Mapping[str, Any]) -> ToldChange:
    """A stored change as the pages tell it."""
    return ToldChange(
        shown_happening(change["happened"]),
        cell_name(change["path"]) or "行码等附注",
        change["row"],
        _shown(change["path"], change["before"]),
        _shown(change["path"], change["after"]),
    )


def _shown(path: str, value: Any) -> str:
    """The value as the sheet prints it: amounts with thousands separators."""
    if path.startswith("funds.") and not path.endswith(_NO_MONEY) and isinstance(value, str):
        try:
            return grouped(Decimal(value))
        except InvalidOperation:
            return value
    return shown_value(value)


@allow_methods("GET")
def import_item(request: SignedInRequest, pk: UUID, number: int) -> HttpResponse:
    """The form as the file has it, with what would change and what is wrong."""
    if not may_import(request.user):
        raise PermissionDenied("只有管理员可以批量导入")
    batches = ImportBatch.objects.visible_to(request.user)
    batch = get_object_or_404(batches.select_related("by", "job"), pk=pk)
    item = get_object_or_404(batch.items.select_related("form"), number=number)
    context = {
        "batch": batch,
        "item": item,
        "changes": [told_change(change) for change in item.changes],
        "sheet": _sheet(item) if item.written else None,
    }
    return render(request, "scoring/import_item.html", context)


def _sheet(item: ImportItem) -> SheetView:
    """The form as it would be kept; both values stand where it says something else than the version that
    it was held against, as far as that is still kept."""
    after = read_form(item.document)
    view = view_sheet(form_sheet(after))
    if not item.changes or item.form_id is None or item.read_version is None:
        return view
    kept = FormVersion.objects.filter(form=item.form_id, number=item.read_version).first()
    return mark_changes(view, read_form(kept.document), after).sheet if kept else view
