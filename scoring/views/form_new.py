"""Beginning a form: for which project and year, of which kind, and from what."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html

from indicators.models import LibraryIndicator
from perfgoals.accounts.models import Unit
from perfgoals.accounts.views import SignedInRequest
from perfgoals.common.views import allow_methods
from projects.models import FiscalYear, Form, Project
from projects.services import (
    Due,
    create_project,
    due_of,
    figures_of,
    submitting_stage,
    whence,
)
from projects.workflow import FormKind
from scoring.services import (
    approved_declaration,
    approved_document,
    start_declaration,
    start_self_evaluation,
)

if TYPE_CHECKING:
    from perfgoals.accounts.models import User

PROJECTS_SHOWN = 30
NEW_PROJECT = "new"
KINDS = [(kind.value, kind.label) for kind in FormKind]


@dataclass(frozen=True, slots=True)
class Way:
    """A way to begin. ``why_not``: why it cannot be taken, "" where it can."""

    code: str
    label: str
    explanation: str
    why_not: str = ""


class NewFormForm(forms.Form):
    """All that is asked; every fault of it is told at once."""

    project = forms.CharField(error_messages={"required": "请选择项目，或新建一个"})
    unit = forms.ModelChoiceField(
        Unit.objects.none(),
        label="实施单位",
        required=False,
        empty_label=None,
        error_messages={"invalid_choice": "您不是这个单位的填报人"},
    )
    name = forms.CharField(
        label="项目名称",
        required=False,
        max_length=200,
        error_messages={"max_length": "项目名称最多 200 个字"},
    )
    nature = forms.CharField(label="项目性质", required=False, max_length=100)
    category = forms.CharField(label="项目类别", required=False, max_length=100)
    start = forms.DateField(
        label="计划开始日期",
        required=False,
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": "计划开始日期应如 2026-01-31"},
    )
    end = forms.DateField(
        label="计划完成日期",
        required=False,
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": "计划完成日期应如 2026-12-31"},
    )
    year = forms.TypedChoiceField(
        coerce=int,
        error_messages={"required": "请选择年度", "invalid_choice": "这一年度没有开放填报"},
    )
    kind = forms.ChoiceField(
        choices=KINDS,
        error_messages={"required": "请选择表种", "invalid_choice": "没有这种表"},
    )
    way = forms.CharField(required=False)
    copy_of = forms.ModelChoiceField(
        Form.objects.none(),
        required=False,
        error_messages={"invalid_choice": "要复制的表不存在，或您无权查看"},
    )
    library = forms.ModelMultipleChoiceField(
        LibraryIndicator.objects.filter(is_active=True),
        required=False,
        error_messages={
            "invalid_choice": "所选的指标已不在指标库中",
            "invalid_pk_value": "所选的指标已不在指标库中",
        },
    )

    def __init__(self, data: QueryDict | None, *, desk: Desk, chosen: QueryDict) -> None:
        super().__init__(data, initial=chosen.dict())
        self.desk = desk
        self.fields["unit"].queryset = desk.units  # type: ignore[attr-defined]
        self.fields["year"].choices = [(year, year) for year in desk.years]  # type: ignore[attr-defined]
        self.fields["copy_of"].queryset = Form.objects.visible_to(desk.user).filter(  # type: ignore[attr-defined]
            kind=FormKind.DECLARATION.value
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("project") == NEW_PROJECT:
            self._clean_new_project(cleaned)
        elif cleaned.get("project"):
            cleaned["project"] = self.desk.project
            if self.desk.project is None:
                self.add_error("project", "没有这个项目，或您不是其单位的填报人")
            elif self.desk.existing is not None:
                self.add_error("project", self._exists(self.desk.existing))
        self._clean_way(cleaned)
        return cleaned

    def _clean_new_project(self, cleaned: dict[str, Any]) -> None:
        if not cleaned.get("name") and "name" not in self.errors:
            self.add_error("name", "请填写项目名称")
        if not cleaned.get("unit") and "unit" not in self.errors:
            self.add_error("unit", "请选择实施单位")
        start, end = cleaned.get("start"), cleaned.get("end")
        if start and end and end < start:
            self.add_error("end", "计划完成日期早于计划开始日期")

    def _clean_way(self, cleaned: dict[str, Any]) -> None:
        way = next((one for one in self.desk.ways if one.code == cleaned.get("way")), None)
        if way is None:
            self.add_error("way", "请选择从什么开始")
        elif way.why_not:
            self.add_error("way", way.why_not)
        elif way.code == "other" and not cleaned.get("copy_of") and "copy_of" not in self.errors:
            self.add_error("copy_of", "请选择要复制的表")
        elif way.code == "library" and not cleaned.get("library") and "library" not in self.errors:
            self.add_error("library", "请从指标库勾选至少一个指标")

    def _exists(self, form: Form) -> Any:
        return format_html(
            '「{}」{} 年度已有{}：<a href="{}">打开已有的表</a>',
            form.project.name,
            form.year_id,
            form.get_kind_display(),
            reverse("scoring:form-detail", args=[form.pk]),
        )

    @property
    def problems(self) -> list[tuple[str, Any]]:
        """Field and sentence for everything that is wrong, in the order of the page."""
        return [(name, message) for name, errors in self.errors.items() for message in errors]


class Desk:
    """What the page offers for what has been chosen so far."""

    def __init__(self, user: User, chosen: QueryDict) -> None:
        self.user = user
        self.units = Unit.objects.prepared_by(user.pk)
        self.projects = Project.objects.filter(unit__in=self.units).select_related("unit")
        self.years = _open_years()
        self.kind = next((kind for kind in FormKind if kind == chosen.get("kind")), None)
        self.year = _number(chosen.get("year"))
        self.is_new = chosen.get("project") == NEW_PROJECT
        number = _number(chosen.get("project"))
        self.project = (
            self.projects.select_related("department").filter(pk=number).first() if number else None
        )
        self.words = chosen.get("q", "").replace("\x00", "").strip()[:100]
        self.topic = chosen.get("topic")
        unit = self.project.unit_id if self.project else _number(chosen.get("unit"))
        self.unit = unit or (self.units[0].pk if self.is_new and self.units else None)
        self.existing = self._existing()
        self.last = self._last()
        self.ways = self._ways()

    def _existing(self) -> Form | None:
        if not (self.project and self.year and self.kind):
            return None
        return Form.objects.filter(
            project=self.project, year=self.year, kind=self.kind.value
        ).first()

    def _last(self) -> Form | None:
        """The declaration of the project for the latest earlier year."""
        if not (self.project and self.year):
            return None
        earlier = Form.objects.filter(
            project=self.project, kind=FormKind.DECLARATION.value, year__lt=self.year
        )
        return earlier.with_row_count().order_by("-year_id").first()

    def _ways(self) -> list[Way]:
        if self.kind is None or self.year is None or not (self.project or self.is_new):
            return []
        if self.kind is FormKind.SELF_EVALUATION:
            return self._evaluation_ways()
        blank = Way("blank", "空白", "自己填写目标和指标")
        last = Way("last", "复制本项目上一年的表", "", "本项目没有更早年度的申报表")
        if self.last is not None:
            last = Way(
                "last",
                f"复制本项目 {self.last.year_id} 年的表",
                f"目标和 {self.last.row_count} 行指标照搬；金额和带日期的内容标出，逐一确认",  # type: ignore[attr-defined]
            )
        other = Way("other", "复制本单位的另一份表", "同样照搬目标和指标，标出待确认之处")
        if not self.other_forms:
            other = Way("other", other.label, "", "本单位没有其他申报表")
        library = Way("library", "取用指标库", "按主题勾选指标，带出参考指标值")
        if not self.topics:
            library = Way("library", library.label, "", "指标库还是空的")
        return [last, other, library, blank] if self.last else [blank, other, library, last]

    def _evaluation_ways(self) -> list[Way]:
        declaration = (
            approved_declaration(self.project, self.year) if self.project and self.year else None
        )
        figures = figures_of(self.project.pk, self.year) if self.project and self.year else {}
        funds = f"；资金取自预算执行数：{whence(figures)}" if figures else ""
        blank = Way("blank", "不依据申报表", f"从空白开始，自己填写指标{funds}")
        if declaration is None:
            why_not = f"本项目 {self.year} 年度没有审核通过的申报表"
            return [Way("declaration", "依据已批准的申报表", "", why_not), blank]
        rows = len(approved_document(declaration).indicators)
        explanation = f"取用其年度目标和 {rows} 行指标、指标值（锁定），按计分办法分好分值{funds}"
        label = f"依据已批准的 {self.year} 年申报表「{declaration.form.shown_name}」"
        return [Way("declaration", label, explanation), blank]

    @property
    def way(self) -> str:
        """The way to be ticked when none has been chosen."""
        return next((way.code for way in self.ways if not way.why_not), "")

    @property
    def other_forms(self) -> Iterable[Form]:
        forms_ = Form.objects.filter(kind=FormKind.DECLARATION.value, project__unit=self.unit)
        if self.project is not None:
            forms_ = forms_.exclude(project=self.project)
        return forms_.with_row_count().order_by("-year_id", "project_name")

    @property
    def topics(self) -> list[dict[str, Any]]:
        return list(LibraryIndicator.objects.topics())

    @property
    def due(self) -> Due | None:
        """The last day to submit what has been chosen."""
        if self.kind is None or self.year is None or self.unit is None:
            return None
        return due_of(year=self.year, stage=submitting_stage(self.kind), unit=self.unit)

    @property
    def library(self) -> Iterable[LibraryIndicator]:
        """The indicators of the topic chosen, in the order of the official tree."""
        if self.topic is None:
            return []
        return LibraryIndicator.objects.in_tree_order().filter(is_active=True, topic=self.topic)

    @property
    def shown_projects(self) -> list[Project]:
        found = self.projects
        for word in self.words.split():
            found = found.filter(name__icontains=word)
        shown = list(found.order_by("unit__name", "name")[:PROJECTS_SHOWN])
        if self.project is not None and self.project not in shown:
            shown.insert(0, self.project)
        return shown

    @property
    def left_out(self) -> int:
        """How many projects there are that are not shown."""
        return max(0, self.projects.count() - len(self.shown_projects))

    @property
    def natures(self) -> list[str]:
        return _known(self.projects, "nature")

    @property
    def categories(self) -> list[str]:
        return _known(self.projects, "category")


@allow_methods("GET", "POST")
def form_new(request: SignedInRequest) -> HttpResponse:
    """Choose and begin. A GET shows what is offered for what the address has chosen so far."""
    chosen = request.POST if request.method == "POST" else _with_defaults(request.GET)
    desk = Desk(request.user, chosen)
    if not desk.units:
        raise PermissionDenied("只有填报人可以新建表。您还没有填报人岗位，请联系系统管理员。")
    sent = request.POST if request.method == "POST" else None
    form = NewFormForm(sent, desk=desk, chosen=chosen)
    if request.method == "POST" and form.is_valid():
        try:
            return redirect("scoring:form-edit", _start(form.cleaned_data, desk).pk)
        except ValidationError as error:
            form.add_error(None, error)
    context = {
        "desk": desk,
        "form": form,
        "chosen": chosen,
        "ticked": set(chosen.getlist("library")),
        "way": chosen.get("way") if chosen.get("way") else desk.way,
        "problems": form.problems if request.method == "POST" else [],
        "kinds": KINDS,
    }
    status = 422 if context["problems"] else 200
    return render(request, "scoring/form_new.html", context, status=status)


@transaction.atomic
def _start(cleaned: dict[str, Any], desk: Desk) -> Form:
    project = cleaned["project"]
    if project == NEW_PROJECT:
        details = {
            key: cleaned[key] for key in ("name", "unit", "nature", "category", "start", "end")
        }
        project = create_project(**details, by=desk.user)
    common = {"project": project, "year": cleaned["year"], "by": desk.user}
    way = cleaned["way"]
    if cleaned["kind"] == FormKind.SELF_EVALUATION:
        return start_self_evaluation(**common, with_declaration=way == "declaration")
    source = {"last": desk.last, "other": cleaned["copy_of"]}.get(way)
    library = list(cleaned["library"]) if way == "library" else []
    return start_declaration(**common, copy_of=source, library=library)


def _open_years() -> list[int]:
    """The years that forms can be begun for: those open, and this and the next unless closed."""
    kept = dict(FiscalYear.objects.values_list("year", "is_open"))
    this = timezone.localdate().year
    return sorted({year for year in (*kept, this, this + 1) if kept.get(year, True)}, reverse=True)


def _with_defaults(address: QueryDict) -> QueryDict:
    """What most come for: in autumn and winter next year's declaration, in spring last year's
    self-evaluation."""
    chosen = address.copy()
    today = timezone.localdate()
    late = today.month >= 8
    if not chosen.get("kind"):
        chosen["kind"] = (FormKind.DECLARATION if late else FormKind.SELF_EVALUATION).value
    if not chosen.get("year"):
        declared = chosen["kind"] == FormKind.DECLARATION
        chosen["year"] = str(today.year + late - (not declared))
    return chosen


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isdecimal() and len(text) < 16 else None


def _known(projects: Any, field: str) -> list[str]:
    found = projects.exclude(**{field: ""}).order_by(field).values_list(field, flat=True)
    return list(found.distinct())
