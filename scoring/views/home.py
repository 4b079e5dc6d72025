"""What there is to do, by when, what others did meanwhile, and how the years stand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.contrib import admin
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from perfgoals.accounts.models import Role, Unit, User
from perfgoals.accounts.querysets import in_force
from perfgoals.accounts.views import SignedInRequest
from perfgoals.common.numbers import padded
from perfgoals.common.views import allow_methods
from projects.models import FiscalYear, Form, Project
from projects.services import Waiting, mark_read, news_for, read_until, waiting_for
from projects.workflow import BEFORE_SUBMIT, STEPS, FormKind, Status
from scoring.models import ScoringScheme
from scoring.views.form_list import ListRow
from scoring.views.rights import may_see_rights
from scoring.views.standing import standing_of

TO_LOOK_AT = 8
UNITS_NAMED = 3
UNITS_A_PAGE = 50
ADMIN_MODELS = (Unit, User, Project, FiscalYear, ScoringScheme)


@dataclass(frozen=True, slots=True)
class Post:
    """A role of the user (岗位) with the units in which it is held, in words."""

    code: str
    role: str
    units: str


@dataclass(frozen=True, slots=True)
class Card:
    """A number that leads to what it counts. ``waits``: somebody has to act on it."""

    label: str
    count: int
    href: str
    explanation: str
    waits: bool = False


@dataclass(frozen=True, slots=True)
class Desk:
    """The cards of one role, and what stands there when none of them asks for anything."""

    title: str
    cards: tuple[Card, ...]
    nothing: str = ""

    @property
    def is_clear(self) -> bool:
        return not any(card.waits and card.count for card in self.cards)


@dataclass(frozen=True, slots=True)
class ProgressCell:
    """How many forms of a unit are in a status; href is "" for those that may be counted only."""

    number: int
    href: str


@dataclass(frozen=True, slots=True)
class ProgressRow:
    name: str
    total: int
    cells: tuple[ProgressCell, ...]


@dataclass(slots=True)
class YearLine:
    """The forms of one kind in one year; ``ratings`` are label, number and average total (points)."""

    year: int
    kind: FormKind
    forms: int = 0
    with_errors: int = 0
    ratings: list[tuple[str, int, str]] = field(default_factory=list)


@allow_methods("GET")
def home(request: SignedInRequest) -> HttpResponse:
    """What the roles of the user have to do, and an overview of the years."""
    user = request.user
    forms = Form.objects.visible_to(user)
    posts = _posts(user)
    held = {Role(post.code) for post in posts} | ({Role.ADMIN} if user.is_superuser else set())
    waiting = waiting_for(user, held)
    years = _year_lines(forms.overview_for_home())
    context = {
        "posts": posts,
        "prepares": Role.PREPARER in held,
        "desks": list(_desks(user, held, waiting, years)),
        "deadlines": waiting.deadlines,
        "news": news_for(user, read_until(user)),
        "now": timezone.now(),
        "progress": _progress(request, held, waiting),
        "years": years,
        "to_look_at": [
            ListRow(form, standing_of(form)) for form in forms.to_look_at_for_home(TO_LOOK_AT)
        ],
        "any_forms": sum(line.forms for line in years),
    }
    return render(request, "scoring/home.html", context)


@allow_methods("POST")
def news_read(request: SignedInRequest) -> HttpResponse:
    """What the page showed has been read; what came since then has not."""
    try:
        until = parse_datetime(request.POST.get("until", "")) or timezone.now()
    except ValueError:
        until = timezone.now()
    mark_read(by=request.user, until=until if timezone.is_aware(until) else timezone.now())
    return redirect("scoring:home")


def _posts(user: User) -> list[Post]:
    """The user's roles with the names of the units, no more than fit on a line."""
    units: dict[str, list[str]] = {}
    for membership in user.memberships.filter(in_force()).select_related("unit"):
        units.setdefault(membership.role, []).append(membership.unit.name)
    return [
        Post(
            role.value,
            role.label,
            "、".join(names[:UNITS_NAMED])
            + (f"等 {len(names)} 个单位" if len(names) > UNITS_NAMED else ""),
        )
        for role in Role
        if (names := units.get(role.value))
    ]


def _desks(
    user: User, held: set[Role], waiting: Waiting, years: Iterable[YearLine]
) -> Iterator[Desk]:
    counts = waiting.counts
    if Role.PREPARER in held:
        cards = _preparer(counts[Role.PREPARER], waiting.to_begin)
        yield Desk("填报", tuple(cards), "没有待填报、待送审或被退回的表。")
    if Role.UNIT_REVIEWER in held:
        yield Desk(
            "单位审核", tuple(_unit_reviewer(counts[Role.UNIT_REVIEWER])), "没有等待单位审核的表。"
        )
    if Role.AUDITOR in held:
        yield Desk("审核", tuple(_auditor(counts[Role.AUDITOR])), "没有等待审核的表。")
    if may_see_rights(user, held):
        yield Desk("系统管理", tuple(_admin(user)))
    all_of_them = sum(line.forms for line in years)
    if all_of_them and not held & {Role.PREPARER, Role.UNIT_REVIEWER, Role.AUDITOR}:
        published = Form.objects.visible_to(user).filter(status=Status.PUBLISHED.value).count()
        yield Desk(
            "查阅",
            (
                _card("已公开", published, "已向社会公开的表", status="published"),
                _card("全部", all_of_them, "您可以查阅的表"),
            ),
        )


def _preparer(counts: dict[str, int], to_begin: int) -> Iterator[Card]:
    role = Role.PREPARER.value
    yield Card(
        "待填报",
        to_begin + counts["draft_errors"],
        reverse("scoring:to-fill"),
        f"{to_begin} 个项目还没有建表，{counts['draft_errors']} 张草稿有错误",
        waits=True,
    )
    yield _card(
        *("待送审", counts["draft_sound"], "草稿没有错误，可以送审"),
        waits=True,
        role=role,
        status="draft",
        check="sound",
    )
    yield _card(
        *("被退回", counts["returned"], "审核人退回，待修改"),
        waits=True,
        role=role,
        status="returned",
    )
    if counts["unit_review"]:
        yield _card(
            *("待单位审核", counts["unit_review"], "已送审，等待本单位审核"),
            role=role,
            status="unit_review",
        )
    yield _card(
        "待审核", counts["submitted"], "已送审，等待主管部门审核", role=role, status="submitted"
    )


def _unit_reviewer(counts: dict[str, int]) -> Iterator[Card]:
    role = Role.UNIT_REVIEWER.value
    yield _card(
        *("待单位审核", counts["unit_review"], "送主管部门之前由您审核"),
        waits=True,
        role=role,
        status="unit_review",
    )
    yield _card("待审核", counts["submitted"], "已送主管部门", role=role, status="submitted")
    yield _card("被退回", counts["returned"], "填报人正在修改", role=role, status="returned")


def _auditor(counts: dict[str, int]) -> Iterator[Card]:
    role = Role.AUDITOR.value
    told = f"风险高的在前；其中 {counts['submitted_errors']} 张有错误"
    yield Card("待审核", counts["submitted"], reverse("scoring:review-queue"), told, waits=True)
    yield _card("被退回", counts["returned"], "退回修改中", role=role, status="returned")
    yield _card("待公开", counts["approved"], "审核通过，尚未公开", role=role, status="approved")
    yield _card("逾期送审", counts["late"], "截止日期以后才送审", role=role, check="late")
    yield _card("总分不一致", counts["differs"], "表上总分与核算不同", role=role, check="differs")
    yield _card("已公开", counts["published"], "已向社会公开", role=role, status="published")


def _admin(user: User) -> Iterator[Card]:
    """One card for each kind of master data that the person may look at, and the table of rights."""
    for model in ADMIN_MODELS:
        options = model._meta
        right = f"{options.app_label}.view_{options.model_name}"
        if not (admin.site.is_registered(model) and user.is_staff and user.has_perm(right)):
            continue
        href = reverse(f"admin:{options.app_label}_{options.model_name}_changelist")
        label = str(options.verbose_name)
        yield Card(label, model._default_manager.count(), href, f"查看和维护{label}")
    yield Card("权限表", len(STEPS), reverse("scoring:rights"), "各岗位看得到什么，能做什么")


def _card(label: str, count: int, explanation: str, *, waits: bool = False, **query: str) -> Card:
    return Card(label, count, reverse("scoring:form-list", query=query), explanation, waits)


def _progress(request: SignedInRequest, held: set[Role], waiting: Waiting) -> dict[str, Any] | None:
    """How far the units are with the forms of one year and kind: of the year and kind in the address, or
    else of those with most forms under way. None for those who look after no units, or whose units have
    nothing yet."""
    choices = waiting.progress_choices
    if not choices:
        return None
    wanted = (request.GET.get("year", ""), request.GET.get("kind", ""))
    named = (pair for pair in choices if (str(pair[0]), pair[1].value) == wanted)
    chosen = next(named, None) or max(choices, key=waiting.under_way)
    page = Paginator(waiting.progress(*chosen), UNITS_A_PAGE).get_page(request.GET.get("page"))
    all_open = Role.ADMIN in held
    return {
        "choices": [
            (year, kind, (year, kind) == chosen, f"?year={year}&kind={kind.value}#progress")
            for year, kind in choices
        ],
        "statuses": [status.label for status in Status],
        "query": f"year={chosen[0]}&kind={chosen[1].value}",
        "page": page,
        "rows": [
            ProgressRow(
                unit.name,
                unit.total,
                tuple(
                    ProgressCell(
                        unit.counts.get(status, 0),
                        _list_of(unit.unit, status, *chosen)
                        if all_open or status not in BEFORE_SUBMIT
                        else "",
                    )
                    for status in Status
                ),
            )
            for unit in page.object_list
        ],
    }


def _list_of(unit: int, status: Status, year: int, kind: FormKind) -> str:
    query = {"year": year, "kind": kind.value, "unit": unit, "status": status.value}
    return reverse("scoring:form-list", query=query)


def _year_lines(groups: Iterable[dict[str, Any]]) -> list[YearLine]:
    """One line for each year and kind, out of one for each rating; the best average first."""
    lines: dict[tuple[int, str], YearLine] = {}
    for group in sorted(groups, key=lambda group: group["average"] or 0, reverse=True):
        key = (group["year_id"], group["kind"])
        line = lines.setdefault(key, YearLine(key[0], FormKind(key[1])))
        line.forms += group["forms"]
        line.with_errors += group["with_errors"]
        if group["average"] is not None:
            average = Decimal(group["average"]).quantize(Decimal("0.01"), ROUND_HALF_UP)
            rating = group["rating"] or "未评等级"
            line.ratings.append((rating, group["forms"], padded(average)))
    return [lines[key] for key in sorted(lines, key=lambda key: (-key[0], key[1]))]
