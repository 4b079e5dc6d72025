"""The indicator tree and, to be looked at, declarations in the admin."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import F
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.utils.html import format_html

from indicators.models import Declaration, Indicator, IndicatorCategory
from indicators.resources import IndicatorCategoryResource, misplaced
from perfgoals.common.admin_bases import ReadOnlyAdmin, ReadOnlyInline
from perfgoals.common.exchange.views import ExchangeAdmin
from projects.admin import FormPageLink


class IndicatorCategoryForm(forms.ModelForm):
    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        self.instance.parent = self.cleaned_data.get("parent")
        if message := misplaced(self.instance):
            raise ValidationError({"parent": message})
        return cleaned


@admin.register(IndicatorCategory)
class IndicatorCategoryAdmin(ExchangeAdmin):
    form = IndicatorCategoryForm
    resource_classes = [IndicatorCategoryResource]
    list_display = ["indented", "code", "order", "years", "source"]
    list_display_links = ["indented"]
    sortable_by = ()  # it is a tree
    list_filter = [("parent", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["parent"]
    search_fields = ["code", "name"]
    search_help_text = "按编码、名称查找"
    fields = ["code", "name", "parent", "order", "first_year", "last_year", "source"]
    import_notes = (
        "按编码对应：编码已有的修改，没有的新增；不删除分类。",
        "二级指标的「一级指标」填一级指标的编码，一级指标此格空着。",
    )

    def get_ordering(self, request: HttpRequest) -> list[Any]:
        """Each class of level 1 with its level 2 below it."""
        return [
            Coalesce("parent__order", "order"),
            Coalesce("parent__code", "code"),
            F("parent").asc(nulls_first=True),
            "order",
            "code",
        ]

    @admin.display(description="名称")
    def indented(self, category: IndicatorCategory) -> str:
        if category.parent_id is None:
            return format_html("<strong>{}</strong>", category.name)
        return format_html(
            '<span style="display:block;padding-left:1.5rem">{}</span>', category.name
        )

    @admin.display(description="适用年度")
    def years(self, category: IndicatorCategory) -> str:
        first, last = category.first_year, category.last_year
        if first and last:
            return f"{first}—{last} 年"
        if first:
            return f"{first} 年起"
        return f"至 {last} 年" if last else "各年度"


class IndicatorInline(ReadOnlyInline):
    model = Indicator
    fields = ["level1", "level2", "name", "target", "target_kind"]


@admin.register(Declaration)
class DeclarationAdmin(FormPageLink, ReadOnlyAdmin):
    list_display = ["__str__", "unit", "nature", "category", "start", "end"]
    list_filter = ["form__year", "form__status", "nature", "category"]
    list_select_related = ["form__project__unit"]
    search_fields = ["form__project_name", "form__unit_name"]
    search_help_text = "按项目名称、单位查找"
    ordering = ["-form__year_id", "form__project__unit", "form__project__code"]
    inlines = [IndicatorInline]
    fields = [
        "unit",
        "summary_title",
        "nature",
        "category",
        "start",
        "end",
        "overall_goal",
        "annual_goal",
    ]

    @admin.display(description="实施单位", ordering="form__project__unit__code")
    def unit(self, declaration: Declaration) -> str:
        return str(declaration.form.project.unit)
