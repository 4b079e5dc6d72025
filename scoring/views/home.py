"""What there is to do, and how the years stand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.contrib import admin
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from perfgoals.accounts.models import Role, Unit, User
from perfgoals.accounts.views import SignedInRequest
from perfgoals.common.numbers import padded
from perfgoals.common.views import allow_methods
from projects.models import FiscalYear, Form, Project
from projects.workflow import FormKind
from scoring.models import ScoringScheme
from scoring.views.form_list import ListRow
from scoring.views.standing import standing_of

TO_LOOK_AT = 8
UNITS_NAMED = 3
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
    counts = forms.counts_for_home()
    posts = _posts(user)
    context = {
        "posts": posts,
        "desks": list(_desks({post.code for post in posts}, counts, is_admin=user.is_staff)),
        "years": _year_lines(forms.overview_for_home()),
        "to_look_at": [
            ListRow(form, standing_of(form)) for form in forms.to_look_at_for_home(TO_LOOK_AT)
        ],
        "any_forms": counts["all"],
    }
    return render(request, "scoring/home.html", context)


def _posts(user: User) -> list[Post]:
    """The user's roles with the names of the units, no more than fit on a line."""
    units: dict[str, list[str]] = {}
    for membership in user.memberships.select_related("unit"):
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


def _desks(roles: set[str], counts: dict[str, int], *, is_admin: bool) -> Iterator[Desk]:
    if Role.PREPARER in roles:
        yield Desk("填报", _preparer(counts), "没有待填报或被退回的表。")
    if Role.AUDITOR in roles:
        yield Desk("审核", _auditor(counts), "没有等待审核的表。")
    if is_admin:
        yield Desk("系统管理", tuple(_admin()))
    if not roles & {Role.PREPARER, Role.AUDITOR}:
        yield Desk("查阅", _viewer(counts))


def _preparer(counts: dict[str, int]) -> tuple[Card, ...]:
    return (
        _card("待填报", counts["draft"], "还在草稿中", waits=True, status="draft"),
        _card("被退回", counts["returned"], "审核人退回，待修改", waits=True, status="returned"),
        _card("待审核", counts["submitted"], "已提交，等待审核", status="submitted"),
        _card("有错误", counts["errors"], "检查发现错误的表", check="errors"),
    )


def _auditor(counts: dict[str, int]) -> tuple[Card, ...]:
    return (
        _card(
            "待审核",
            counts["submitted"],
            f"错误多的在前；其中 {counts['submitted_errors']} 张有错误",
            waits=True,
            status="submitted",
            sort="-findings",
        ),
        _card("总分不一致", counts["differs"], "表上总分与核算总分不同", check="differs"),
        _card("有错误", counts["errors"], "检查发现错误的表", check="errors", sort="-findings"),
        _card("已公开", counts["published"], "已向社会公开的表", status="published"),
    )


def _viewer(counts: dict[str, int]) -> tuple[Card, ...]:
    return (
        _card("已公开", counts["published"], "已向社会公开的表", status="published"),
        _card("全部", counts["all"], "您可以查阅的表"),
    )


def _admin() -> Iterator[Card]:
    """One card for each kind of master data that the admin keeps."""
    for model in ADMIN_MODELS:
        if not admin.site.is_registered(model):
            continue
        options = model._meta
        href = reverse(f"admin:{options.app_label}_{options.model_name}_changelist")
        label = str(options.verbose_name)
        yield Card(label, model._default_manager.count(), href, f"查看和维护{label}")


def _card(label: str, count: int, explanation: str, *, waits: bool = False, **query: str) -> Card:
    return Card(label, count, reverse("scoring:form-list", query=query), explanation, waits)


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
