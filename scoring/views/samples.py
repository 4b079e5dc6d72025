"""抽查: drawing forms for second review, the list, each form, the result."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db.models import OuterRef, Subquery
from django.forms import Form as Fields
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import content_disposition_header

from perfgoals.accounts.models import Unit
from perfgoals.accounts.views import SignedInRequest
from perfgoals.common.audit import record_export
from perfgoals.common.numbers import padded
from perfgoals.common.sheets import view_sheet
from perfgoals.common.views import allow_methods
from projects.access import can, get_form, get_version
from projects.models import FiscalYear, Form, ProjectGrant
from projects.workflow import Action, FormKind
from scoring.documents import read_form
from scoring.models import Review, Sample, SampleItem
from scoring.rules.risk import level_of
from scoring.rules.sampling import HOW
from scoring.services.sampling import (
    Draw,
    SampleConflict,
    Sampled,
    approver_of,
    audits,
    close_sample,
    draw_sample,
    end_reading,
    grant_reading,
    is_reproduced,
    leave_of,
    review_item,
)
from scoring.sheets import form_sheet
from scoring.views.choosing import unit_choices
from scoring.views.sample_forms import CloseForm, GrantForm, ItemForm, SampleForm
from scoring.views.sample_lists import sample_workbook

if TYPE_CHECKING:
    from perfgoals.accounts.models import User

PER_PAGE = 50
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True, slots=True)
class ItemRow:
    """A form of a sample, with what the first review gave: points as text, "" where there are none."""

    item: SampleItem
    first_score: str
    score: str
    difference: str

    @property
    def level(self) -> str:
        return level_of(self.item.risk)


@allow_methods("GET")
def sample_list(request: SignedInRequest) -> HttpResponse:
    """The samples drawn from the units that the person looks after, the latest first."""
    samples = Sample.objects.visible_to(request.user).with_progress()
    samples = samples.select_related("unit", "by").defer("population").order_by("-at")
    page = Paginator(samples, PER_PAGE).get_page(request.GET.get("page"))
    return render(
        request, "scoring/sample_list.html", {"page": page, "may_draw": _may_draw(request.user)}
    )


@allow_methods("GET", "POST")
def sample_new(request: SignedInRequest) -> HttpResponse:
    """GET asks what is to be drawn; POST draws it."""
    units = [] if request.user.is_superuser else unit_choices(request.user, ["auditor"])
    if not units:
        raise PermissionDenied("只有审核人可以抽查")
    years = FiscalYear.objects.values_list("year", flat=True)
    form = SampleForm(request.POST or None, years=years, units=units)
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        draw = Draw(
            name=told["name"],
            year=told["year"],
            kind=FormKind(told["kind"]),
            unit=Unit.objects.get(pk=told["unit"]),
            method=Sample.Method(told["method"]),
            amount=told["amount"],
        )
        try:
            sample = draw_sample(draw, by=request.user)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, f"已抽取 {sample.items.count()} 份。")
            return redirect("scoring:sample-detail", sample.pk)
    context = {"form": form, "how": HOW}
    return render(request, "scoring/sample_new.html", context, status=422 if form.errors else 200)


@allow_methods("GET")
def sample_detail(request: SignedInRequest, pk: int) -> HttpResponse:
    """The sample: how it was drawn, its forms, what came of it."""
    return _detail(request, _sample(request.user, pk))


@allow_methods("POST")
def sample_close(request: SignedInRequest, pk: int) -> HttpResponse:
    """Close the sample with a conclusion."""
    sample = _sample(request.user, pk)
    _require_auditor(request.user, sample)
    form = CloseForm(request.POST)
    if form.is_valid():
        try:
            close_sample(sample, by=request.user, conclusion=form.cleaned_data["conclusion"])
        except SampleConflict as error:
            return _conflict(request, error)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, "已办结。")
            return redirect("scoring:sample-detail", pk)
    return _detail(request, sample, close=form)


@allow_methods("POST")
def sample_grant(request: SignedInRequest, pk: int) -> HttpResponse:
    """Let somebody from outside read the sampled projects until a day."""
    sample = _sample(request.user, pk)
    _require_auditor(request.user, sample)
    form = GrantForm(request.POST)
    if form.is_valid():
        told = form.cleaned_data
        try:
            grant_reading(
                sample,
                reader=told["reader"],
                until=told["until"],
                by=request.user,
                reason=told["reason"],
            )
        except SampleConflict as error:
            return _conflict(request, error)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, f"{told['reader']} 可以查阅到 {told['until']}。")
            return redirect("scoring:sample-detail", pk)
    return _detail(request, sample, grant=form)


@allow_methods("POST")
def sample_grant_end(request: SignedInRequest, pk: int, grant: int) -> HttpResponse:
    """Take the leave to read back."""
    sample = _sample(request.user, pk)
    _require_auditor(request.user, sample)
    given: ProjectGrant = get_object_or_404(leave_of(sample), pk=grant)
    end_reading(sample, given, by=request.user)
    messages.success(request, f"已收回 {given.user} 的查阅授权。")
    return redirect("scoring:sample-detail", pk)


@allow_methods("GET")
def sample_export(request: SignedInRequest, pk: int) -> HttpResponse:
    """The list, what it was drawn from and how, as a workbook. Notes the export in the log."""
    sample = _sample(request.user, pk)
    rows = _rows(request.user, sample)
    record_export("抽查清单（xlsx）", by=request.user, subject=sample, count=len(rows))
    content = sample_workbook(sample, rows, reader=request.user)
    response = HttpResponse(content, content_type=XLSX)
    name = f"{sample.name}（抽查清单，种子 {sample.seed or '无'}）.xlsx"
    response["Content-Disposition"] = content_disposition_header(True, name)
    return response


@allow_methods("GET", "POST")
def sample_item(request: SignedInRequest, pk: int, place: int) -> HttpResponse:
    """A form of the sample as it stood when it was drawn. GET shows it; POST records the second review."""
    sample = _sample(request.user, pk)
    item = get_object_or_404(sample.items.select_related("by", "sample__unit"), place=place)
    item.form = get_form(request.user, item.form_id)
    first = approver_of(item)
    form = ItemForm(
        request.POST or None,
        initial={
            "outcome": "" if item.outcome == "pending" else item.outcome,
            "score": None if item.score is None else padded(item.score),
            "remark": item.remark,
            "seen": item.outcome,
        },
    )
    if request.method == "POST":
        _require_auditor(request.user, sample)
        if form.is_valid():
            told = form.cleaned_data
            try:
                review_item(
                    item,
                    by=request.user,
                    outcome=SampleItem.Outcome(told["outcome"]),
                    score=told["score"],
                    remark=told["remark"],
                    seen=SampleItem.Outcome(told["seen"]),
                )
            except SampleConflict as error:
                return _conflict(request, error)
            except ValidationError as error:
                form.add_error(None, error)
            else:
                messages.success(request, "已记录复查结果。")
                return redirect("scoring:sample-item", pk, place)
    return _item_page(request, item, first, form)


def _item_page(
    request: SignedInRequest, item: SampleItem, first: Review | None, form: ItemForm
) -> HttpResponse:
    sample = item.sample
    own = first is not None and first.decided_by_id == request.user.pk
    document = read_form(get_version(item.form, item.version).document)
    places = list(sample.items.order_by("place").values_list("place", flat=True))
    at = places.index(item.place)
    context = {
        "sample": sample,
        "item": item,
        "row": _row(item, _first_score(first, item.form)),
        "first": first,
        "fields": form,
        "is_own": own,
        "may_review": sample.closed_at is None and not own and audits(request.user, sample.unit),
        "may_reopen": item.outcome == SampleItem.Outcome.DISPUTED
        and can(request.user, item.form, Action.REOPEN),
        "reopen_reason": f"抽查「{sample.name}」复查与原审核不一致：{item.remark}",
        "sheet": view_sheet(form_sheet(document)),
        "previous": places[at - 1] if at else None,
        "next": places[at + 1] if at + 1 < len(places) else None,
    }
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "scoring/sample_item.html", context, status=status)


def _detail(
    request: SignedInRequest,
    sample: Sample,
    *,
    close: Fields | None = None,
    grant: Fields | None = None,
) -> HttpResponse:
    rows = _rows(request.user, sample)
    sampled = Sampled(sample, tuple(sample.items.order_by("place")))
    differences = [Decimal(row.difference) for row in rows if row.difference]
    context = {
        "sample": sample,
        "sampled": sampled,
        "rows": rows,
        "how": HOW,
        "reproduced": is_reproduced(sampled),
        "average": _average(differences),
        "scored": len(differences),
        "leave": leave_of(sample),
        "may_act": audits(request.user, sample.unit),
        "close": close or CloseForm(),
        "grant": grant or GrantForm(),
    }
    faulty = any(form is not None and form.errors for form in (close, grant))
    return render(request, "scoring/sample_detail.html", context, status=422 if faulty else 200)


def _average(differences: list[Decimal]) -> str:
    if not differences:
        return ""
    average = sum(differences, Decimal(0)) / len(differences)
    return padded(round(average, 2))


def _rows(user: User, sample: Sample) -> list[ItemRow]:
    """The sampled forms that the person may see, in the order drawn. One query."""
    approved = Review.objects.filter(
        form=OuterRef("form"),
        stage=Review.Stage.DEPARTMENT,
        outcome=Review.Outcome.APPROVED,
        version__lte=OuterRef("version"),
    ).order_by("-decided_at", "-pk")
    items = (
        sample.items.filter(form__in=Form.objects.visible_to(user).order_by().values("pk"))
        .select_related("form__self_evaluation", "by")
        .annotate(first_total=Subquery(approved.values("review_total")[:1]))
        .order_by("place")
    )
    return [_row(item, _scored(item.first_total, item.form)) for item in items]


def _row(item: SampleItem, first: Decimal | None) -> ItemRow:
    difference = None if first is None or item.score is None else item.score - first
    return ItemRow(
        item,
        "" if first is None else padded(first),
        "" if item.score is None else padded(item.score),
        "" if difference is None else padded(difference),
    )


def _first_score(first: Review | None, form: Form) -> Decimal | None:
    return _scored(None if first is None else first.review_total, form)


def _scored(reviewed: Decimal | None, form: Form) -> Decimal | None:
    """What the first review gave; for a form that was loaded as published, what is reckoned."""
    if reviewed is not None or form.kind == FormKind.DECLARATION:
        return reviewed
    return form.self_evaluation.computed_total


def _sample(user: User, pk: int) -> Sample:
    return get_object_or_404(Sample.objects.visible_to(user).select_related("unit", "by"), pk=pk)


def _require_auditor(user: User, sample: Sample) -> None:
    if not audits(user, sample.unit):
        raise PermissionDenied("只有审核人可以办理抽查")


def _conflict(request: SignedInRequest, error: SampleConflict) -> HttpResponse:
    return render(request, "409.html", {"message": str(error)}, status=409)


def _may_draw(user: User) -> bool:
    return not user.is_superuser and bool(unit_choices(user, ["auditor"]))
