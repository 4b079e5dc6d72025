"""The list of forms of both kinds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render

from perfgoals.accounts.models import Unit
from perfgoals.accounts.views import SignedInRequest
from perfgoals.common.views import allow_methods
from projects.models import Form
from scoring.views.listing import Listing, listing_for
from scoring.views.standing import Standing, standing_of

PER_PAGE = 50
BOOKLET_FILTERS = {"year", "unit", "kind"}


@dataclass(frozen=True, slots=True)
class Column:
    """A column heading. ``address`` is "" for one by which the list cannot be sorted, ``aria_sort`` for
    one by which it is not sorted now."""

    key: str
    label: str
    css: str = ""
    largest_first: bool = False
    address: str = ""
    aria_sort: str = ""


COLUMNS = (
    Column("year", "年度", largest_first=True),
    Column("project", "项目", css="wide"),
    Column("unit", "单位", css="unit"),
    Column("kind", "表种"),
    Column("status", "状态"),
    Column("rate", "执行率", css="number", largest_first=True),
    Column("score", "总分", css="number", largest_first=True),
    Column("rating", "等级"),
    Column("findings", "错误", css="number", largest_first=True),
    Column("", "警告", css="number"),
    Column("", "提示", css="number"),
    Column("saved", "保存时间", largest_first=True),
)


@dataclass(frozen=True, slots=True)
class ListRow:
    form: Form
    standing: Standing


@allow_methods("GET")
def form_list(request: SignedInRequest) -> HttpResponse:
    """The forms that the address asks for, 50 a page."""
    listing = listing_for(request.user, request.GET)
    page = Paginator(listing.forms.for_list(), PER_PAGE).get_page(request.GET.get("page"))
    chosen = listing.filter.chosen
    context = {
        "listing": listing,
        "columns": list(_columns(listing)),
        "page": page,
        "rows": [ListRow(form, standing_of(form)) for form in page.object_list],
        "is_booklet": chosen.keys() == BOOKLET_FILTERS,
        "chosen": chosen,
        "may_begin": Unit.objects.prepared_by(request.user.pk).exists(),
    }
    return render(request, "scoring/form_list.html", context)


def _columns(listing: Listing) -> Iterator[Column]:
    """The headings; that of the column in use turns the order round."""
    key, descending = listing.sort.removeprefix("-"), listing.sort.startswith("-")
    for column in COLUMNS:
        if not column.key:
            yield column
            continue
        current = column.key == key
        downwards = not descending if current else column.largest_first
        yield replace(
            column,
            address=listing.with_sort(f"-{column.key}" if downwards else column.key),
            aria_sort=("descending" if descending else "ascending") if current else "",
        )
