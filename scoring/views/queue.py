"""The auditor's queue: forms that wait for a decision, the riskiest first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, cast
from urllib.parse import urlencode

from django import forms
from django.core.paginator import Paginator
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import cached_property

from perfgoals.accounts.views import SignedInRequest
from perfgoals.common.filters import AddressFilter
from perfgoals.common.numbers import padded, percent
from perfgoals.common.selects import LongSelect
from perfgoals.common.views import allow_methods
from projects.models import KIND_CHOICES, Form
from scoring.models import Review
from scoring.querysets import JUDGING, QUEUE_CHECKS, QUEUE_SORTS, ReviewQuerySet
from scoring.rules.risk import ERROR, HINT, WARNING, RiskLevel, level_of
from scoring.services.cross_notes import compares_forms
from scoring.views.choosing import unit_choices

if TYPE_CHECKING:
    from perfgoals.accounts.models import User

PER_PAGE = 50
DEFAULT_SORT = "-risk"
WEIGHTS_TOLD = f"错误每处 {ERROR.each}，警告每处 {WARNING.each}，提示每处 {HINT.each}"


class QueueFilter(AddressFilter):
    """What the queue is narrowed to."""

    q = forms.CharField(
        label="搜索",
        required=False,
        max_length=100,
        widget=forms.TextInput({"type": "search", "placeholder": "项目或单位名称"}),
        error_messages={"max_length": "搜索的文字最多 100 个字"},
    )
    year = forms.TypedChoiceField(label="年度", required=False, coerce=int, empty_value=None)
    kind = forms.ChoiceField(label="表种", required=False)
    unit = forms.TypedChoiceField(
        label="单位（含下级）", required=False, coerce=int, empty_value=None, widget=LongSelect
    )
    risk = forms.ChoiceField(label="风险", required=False)
    check = forms.ChoiceField(label="检查", required=False)
    late = forms.ChoiceField(label="期限", required=False)
    earlier = forms.ChoiceField(label="以前由谁审核", required=False)

    def __init__(
        self, data: QueryDict, *, years: list[tuple[int, int]], units: list[tuple[int, str]]
    ) -> None:
        super().__init__(data)
        self.offer("year", "全部年度", [(year, f"{year} 年") for year, _ in years])
        self.offer("kind", "全部表种", KIND_CHOICES)
        self.offer("unit", "全部单位", units)
        self.offer("risk", "全部", [(level.value, f"{level.label}风险") for level in RiskLevel])
        self.offer("check", "不限", [(key, label) for key, (label, _) in QUEUE_CHECKS.items()])
        self.offer("late", "不限", [("yes", "逾期送审"), ("no", "按期送审")])
        earlier = [("mine", "本人审过"), ("others", "他人审过"), ("nobody", "首次送审")]
        self.offer("earlier", "不限", earlier)


@dataclass(frozen=True, slots=True)
class Column:
    """A heading. address brings the queue in the order of the column; ``aria_sort`` is "" for one by
    which it is not sorted now."""

    key: str
    label: str
    css: str = ""
    largest_first: bool = False
    title: str = ""
    address: str = ""
    aria_sort: str = ""


COLUMNS = (
    Column("risk", "风险", css="number", largest_first=True),
    Column("project", "项目", css="wide"),
    Column("unit", "单位", css="unit"),
    Column("kind", "表种"),
    Column("year", "年度", largest_first=True),
    Column("findings", "检查结果", largest_first=True, title="按错误、警告、提示的处数排列"),
    Column("weight", "权重", css="number", largest_first=True, title=WEIGHTS_TOLD),
    Column("rate", "执行率", css="number"),
    Column("score", "自评总分", css="number", largest_first=True),
    Column("computed", "核算总分", css="number", largest_first=True),
    Column("difference", "差", css="number", largest_first=True, title="自评总分减核算总分"),
    Column("last", "比上年", css="number", largest_first=True, title="核算总分减上年核算总分"),
    Column("since", "等待", css="number", title="自送审之日起的天数"),
    Column("late", "期限", largest_first=True),
    Column("times", "送审", css="number", largest_first=True, title="第几次送审"),
)


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The forms next to one in the queue, by number; its place (from 1) and how many there are. All None
    where it does not wait in that queue (any more)."""

    previous: int | None = None
    next: int | None = None
    place: int | None = None
    count: int | None = None


@dataclass(frozen=True)
class Queue:
    """``reviews`` are those that fit the filters, in the order of ``sort`` (a key of QUEUE_SORTS, with a
    minus for descending). waiting: how many wait without any filter."""

    filter: QueueFilter
    sort: str
    reviews: ReviewQuerySet
    waiting: int
    judges: bool

    @cached_property
    def query(self) -> str:
        """The part of the address that brings the same queue again, its first page."""
        sort = "" if self.sort == DEFAULT_SORT else urlencode({"sort": self.sort})
        return "&".join(filter(None, (self.filter.query, sort)))

    def with_sort(self, sort: str) -> str:
        """The address of the same reviews in another order."""
        return "&".join(filter(None, (self.filter.query, urlencode({"sort": sort}))))


def queue_for(user: User, address: QueryDict) -> Queue:
    """The queue that the address asks for, of what waits for this person. What the address says wrongly
    is left out. Two queries."""
    waiting = cast(ReviewQuerySet, Review.objects).waiting_for(user)
    years = list(waiting.queue_years())
    units = unit_choices(user, JUDGING.values())
    queue_filter = QueueFilter(address, years=years, units=units)
    sort = address.get("sort", DEFAULT_SORT)
    if sort.removeprefix("-") not in QUEUE_SORTS:
        sort = DEFAULT_SORT
    reviews = waiting.queued(queue_filter.chosen, user).queue_sorted_by(
        sort.removeprefix("-"), descending=sort.startswith("-")
    )
    return Queue(queue_filter, sort, reviews, sum(number for _, number in years), bool(units))


def neighbours(user: User, address: QueryDict, pk: int) -> Neighbours:
    """The forms before and after a form in the queue that the address (that of the review page, which
    carries the queue's own) asks for. Three queries."""
    order = list(queue_for(user, address).reviews.values_list("form_id", flat=True))
    if pk not in order:
        return Neighbours()
    place = order.index(pk)
    return Neighbours(
        order[place - 1] if place else None,
        order[place + 1] if place + 1 < len(order) else None,
        place + 1,
        len(order),
    )


@dataclass(frozen=True, slots=True)
class QueueRow:
    """A row in words. Numbers that are not there are ""."""

    review: Review
    form: Form
    level: RiskLevel
    rate: str = ""
    score: str = ""
    computed: str = ""
    difference: str = ""
    since_last_year: str = ""
    days: int = 0
    is_own: bool = False


@allow_methods("GET")
def review_queue(request: SignedInRequest) -> HttpResponse:
    """What waits for this person, 50 a page."""
    queue = queue_for(request.user, request.GET)
    # Sorting thousands of whole rows takes longer than sorting their numbers and reading fifty; and finding
    # what fits the filters once, with all its numbers, takes less than counting it first.
    numbers = queue.reviews.values_list("pk", flat=True)
    paginator = Paginator(list(numbers) if queue.filter.chosen else numbers, PER_PAGE)
    if not queue.filter.chosen:
        paginator.count = queue.waiting
    page = paginator.get_page(request.GET.get("page"))
    shown = cast(ReviewQuerySet, Review.objects).for_queue().in_bulk(list(page.object_list))
    today = timezone.localdate()
    context = {
        "queue": queue,
        "columns": list(_columns(queue)),
        "page": page,
        "rows": [_row(shown[pk], request.user, today) for pk in page.object_list],
        "compares": compares_forms(request.user),
    }
    return render(request, "scoring/queue.html", context)


def _row(review: Review, user: User, today: date) -> QueueRow:
    form = review.form
    days = (today - timezone.localdate(review.opened_at)).days
    told = QueueRow(
        review, form, level_of(review.risk), days=days, is_own=form.submitted_by_id == user.pk
    )
    evaluation = getattr(form, "self_evaluation", None)
    if evaluation is None:
        return told
    stated, computed = evaluation.total_score, evaluation.computed_total
    rate = evaluation.computed_rate
    return replace(
        told,
        rate="" if rate is None else percent(rate),
        score=_points(stated),
        computed=_points(computed),
        difference=_between(stated, computed),
        since_last_year=_between(computed, review.last_total),
    )


def _points(score: Decimal | None) -> str:
    return "" if score is None else padded(score)


def _between(one: Decimal | None, other: Decimal | None) -> str:
    """The difference with its sign; 0.00 where there is none."""
    if one is None or other is None:
        return ""
    difference = one - other
    return f"+{padded(difference)}" if difference > 0 else padded(difference)


def _columns(queue: Queue) -> Iterator[Column]:
    """The headings; that of the column in use turns the order round."""
    key, descending = queue.sort.removeprefix("-"), queue.sort.startswith("-")
    for column in COLUMNS:
        current = column.key == key
        downwards = not descending if current else column.largest_first
        yield replace(
            column,
            address=queue.with_sort(f"-{column.key}" if downwards else column.key),
            aria_sort=("descending" if descending else "ascending") if current else "",
        )
