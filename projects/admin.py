"""Years, projects and, to be looked at, their forms in the admin."""

from __future__ import annotations

import json
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Count, Model, QuerySet, TextField
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from unfold.admin import TabularInline
from unfold.widgets import UnfoldAdminExpandableTextareaWidget

from perfgoals.common.admin_bases import (
    MasterAdmin,
    ReadOnlyAdmin,
    ReadOnlyInline,
    number_column,
)
from perfgoals.common.exchange.views import ExchangeAdmin
from perfgoals.common.models import AuditAction
from perfgoals.common.numbers import grouped
from projects.models import (
    BudgetExecution,
    Deadline,
    DeadlineExtension,
    FiscalYear,
    Form,
    FormVersion,
    FundingLine,
    Project,
    ProjectGrant,
    Stage,
)
from projects.resources import BudgetExecutionResource, ProjectResource


class DeadlineInline(TabularInline):
    """One row for each stage that has a last day; a stage without one is due at no time."""

    model = Deadline
    extra = 0
    max_num = len(Stage)
    hide_title = True
    fields = ["stage", "due", "warning_days"]


@admin.register(FiscalYear)
class FiscalYearAdmin(MasterAdmin):
    list_display = ["__str__", "is_open", "form_count"]
    fields = ["year", "is_open"]
    inlines = [DeadlineInline]

    def get_queryset(self, request: HttpRequest) -> QuerySet[FiscalYear]:
        return super().get_queryset(request).annotate(form_total=Count("forms"))

    def get_readonly_fields(self, request: HttpRequest, obj: FiscalYear | None = None) -> list[str]:
        # The year is the key: changing it would make a second one.
        return ["year"] if obj else []

    @admin.display(description="表数", ordering="form_total")
    def form_count(self, year: Any) -> int:
        return year.form_total


class GivenBy:
    """Mixed into the admin of what is granted: it keeps who granted it and when."""

    readonly_fields = ["by", "at"]

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Who and when are known once it is there."""
        fields = list(super().get_fields(request, obj))  # type: ignore[misc]
        return fields if obj else [name for name in fields if name not in self.readonly_fields]

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if not change:
            obj.by = request.user
        super().save_model(request, obj, form, change)  # type: ignore[misc]


class ExtensionForm(forms.ModelForm):
    def clean(self) -> dict[str, Any]:
        """More time, not less."""
        cleaned = super().clean() or {}
        deadline, due = cleaned.get("deadline"), cleaned.get("due")
        if deadline and due and due <= deadline.due:
            self.add_error("due", f"应晚于原截止日期 {deadline.due}")
        return cleaned


@admin.register(DeadlineExtension)
class DeadlineExtensionAdmin(GivenBy, MasterAdmin):
    form = ExtensionForm
    list_display = ["unit", "deadline", "due", "reason", "by", "at"]
    list_filter = ["deadline__year", "deadline__stage"]
    list_select_related = ["unit", "deadline", "by"]
    search_fields = ["unit__name", "unit__code", "reason"]
    search_help_text = "按单位、理由查找"
    autocomplete_fields = ["unit"]
    formfield_overrides = {TextField: {"widget": UnfoldAdminExpandableTextareaWidget}}
    fields = ["deadline", "unit", "due", "reason", "by", "at"]


@admin.register(Project)
class ProjectAdmin(ExchangeAdmin):
    resource_classes = [ProjectResource]
    list_display = ["name", "code", "unit", "department", "category", "start", "end"]
    list_filter = [
        ("unit", admin.RelatedOnlyFieldListFilter),
        ("department", admin.RelatedOnlyFieldListFilter),
        "category",
        "nature",
    ]
    list_select_related = ["unit", "department"]
    search_fields = ["code", "name", "unit__name"]
    search_help_text = "按编码、名称、实施单位查找"
    autocomplete_fields = ["unit", "department"]
    formfield_overrides = {TextField: {"widget": UnfoldAdminExpandableTextareaWidget}}
    fields = ["code", "name", "unit", "department", "nature", "category", "start", "end"]
    import_notes = (
        "按项目编码对应：编码已有的修改，没有的新增；不删除项目。",
        "实施单位、主管部门填单位编码。日期如 2026-01-31。",
    )


@admin.register(BudgetExecution)
class BudgetExecutionAdmin(ExchangeAdmin):
    resource_classes = [BudgetExecutionResource]
    list_display = [
        "project",
        "unit",
        "year",
        "source",
        *(
            number_column(BudgetExecution, name, grouped)
            for name in ("initial_budget", "annual_budget", "executed")
        ),
        "file",
        "as_of",
    ]
    list_filter = [
        "year",
        "source",
        ("project__unit", admin.RelatedOnlyFieldListFilter),
    ]
    list_select_related = ["project__unit", "year"]
    search_fields = ["project__code", "project__name", "project__unit__name", "file"]
    search_help_text = "按项目编码、名称、实施单位、来源文件查找"
    autocomplete_fields = ["project"]
    fields = [
        "project",
        "year",
        "source",
        "initial_budget",
        "annual_budget",
        "executed",
        "file",
        "as_of",
    ]
    import_notes = (
        "按项目编码、年度、资金来源对应：已有的修改，没有的新增；不删除。",
        "金额以元为单位，空着的格不等于 0。",
        "资金来源填资金总额、当年财政拨款、上年结转资金、其他资金之一，空着为资金总额。",
        "项目名称、实施单位可以不填；填了项目名称而与编码不符，算错误。",
        "财务系统导出的表不必改成这个样子：在「批量导入」的「导入预算执行表」里直接上传。",
    )

    @admin.display(description="实施单位", ordering="project__unit__code")
    def unit(self, figures: BudgetExecution) -> str:
        return str(figures.project.unit)


class GrantForm(forms.ModelForm):
    def clean_valid_until(self) -> Any:
        """A new leave that is over already would open nothing."""
        until = self.cleaned_data["valid_until"]
        if self.instance.pk is None and until < timezone.localdate():
            raise forms.ValidationError("截止日期已过")
        return until


@admin.register(ProjectGrant)
class ProjectGrantAdmin(GivenBy, MasterAdmin):
    form = GrantForm
    recorded_as = AuditAction.RIGHTS
    list_display = ["user", "project_count", "valid_from", "valid_until", "reason", "by", "at"]
    list_filter = ["valid_until"]
    list_select_related = ["user", "by"]
    search_fields = ["user__username", "user__full_name", "projects__name", "reason"]
    search_help_text = "按用户、项目、事由查找"
    autocomplete_fields = ["user", "projects"]
    formfield_overrides = {TextField: {"widget": UnfoldAdminExpandableTextareaWidget}}
    fields = ["user", "projects", "valid_from", "valid_until", "reason", "by", "at"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[ProjectGrant]:
        counted = Count("projects", distinct=True)
        return super().get_queryset(request).annotate(project_total=counted)

    @admin.display(description="项目数", ordering="project_total")
    def project_count(self, grant: Any) -> int:
        return grant.project_total


class VisibleForms:
    """Mixed into the admin of a form or of what belongs to one: those that the person may see at all."""

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        queryset: QuerySet = super().get_queryset(request)  # type: ignore[misc]
        user: Any = request.user
        visible = Form.objects.visible_to(user)
        name = "pk" if queryset.model is Form else "form"
        return queryset.filter(**{f"{name}__in": visible})


class WholeForm(VisibleForms):
    """Mixed into the admin of a form: it has a page in the application too, by the same number."""

    def view_on_site(self, instance: Model) -> str:
        return reverse("scoring:form-detail", args=[instance.pk])


class FundingLineInline(ReadOnlyInline):
    model = FundingLine
    fields = [
        "source",
        *(
            number_column(FundingLine, name, grouped)
            for name in (
                "project_amount",
                "requested",
                "initial_budget",
                "annual_budget",
                "executed",
                "execution_rate",
            )
        ),
    ]
    readonly_fields = fields


class FormVersionInline(ReadOnlyInline):
    model = FormVersion
    fields = ["number", "reason", "by", "at"]
    readonly_fields = fields
    show_change_link = True


@admin.register(Form)
class FormAdmin(WholeForm, ReadOnlyAdmin):
    list_display = ["shown_name", "year", "kind", "unit", "status", "findings", "updated_at"]
    list_filter = ["year", "kind", "status", ("project__unit", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["year", "project__unit"]
    search_fields = ["project_name", "unit_name", "project__code"]
    search_help_text = "按项目名称、编码、单位查找"
    date_hierarchy = "updated_at"
    ordering = ["-year_id", "project__unit__code", "project__code"]
    inlines = [FundingLineInline, FormVersionInline]
    fields = [
        "kind",
        "year",
        "status",
        "version",
        "project",
        "project_name",
        "unit_name",
        "department_name",
        "money_unit",
        "findings",
        "source",
        "damage",
        "created_at",
        "updated_at",
    ]

    @admin.display(description="项目名称", ordering="project_name")
    def shown_name(self, form: Form) -> str:
        return form.shown_name

    @admin.display(description="实施单位", ordering="project__unit__code")
    def unit(self, form: Form) -> str:
        return str(form.project.unit)

    @admin.display(description="检查结果", ordering="error_count")
    def findings(self, form: Form) -> str:
        counts = (form.error_count, form.warning_count, form.hint_count)
        return "错误 {}，警告 {}，提示 {}".format(*counts) if any(counts) else "无"

    @admin.display(description="源文件损坏处")
    def damage(self, form: Form) -> str:
        return pretty(form.damaged) if form.damaged else "无"


@admin.register(FormVersion)
class FormVersionAdmin(VisibleForms, ReadOnlyAdmin):
    list_display = ["form", "number", "reason", "by", "at"]
    list_filter = ["reason", "form__year"]
    list_select_related = ["form", "by"]
    search_fields = ["form__project_name", "form__unit_name"]
    search_help_text = "按项目名称、单位查找"
    date_hierarchy = "at"
    fields = ["form", "number", "reason", "by", "at", "content"]

    @admin.display(description="内容（JSON）")
    def content(self, version: FormVersion) -> str:
        return pretty(version.document)


def pretty(data: object) -> str:
    """JSON laid out for reading."""
    text = json.dumps(data, ensure_ascii=False, indent=2)
    return format_html('<pre style="white-space:pre-wrap">{}</pre>', text)
