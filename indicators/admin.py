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
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from indicators.models import Declaration, Indicator, IndicatorCategory, LibraryIndicator
from indicators.resources import (
    IndicatorCategoryResource,
    LibraryIndicatorResource,
    misplaced,
)
from perfgoals.common.admin_bases import ReadOnlyAdmin, ReadOnlyInline
from perfgoals.common.exchange.views import ExchangeAdmin
from projects.admin import WholeForm


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


class LibraryIndicatorForm(forms.ModelForm):
    """Names and targets are one line each; the classes are those of the taxonomy."""

    class Meta:
        widgets = dict.fromkeys(("topic", "name", "target", "source"), UnfoldAdminTextInputWidget)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = IndicatorCategory.objects.filter(parent__isnull=False).select_related("parent")
        classes = list(known.order_by("parent__order", "order"))
        names = {
            "level1": dict.fromkeys(one.parent.name for one in classes if one.parent),
            "level2": dict.fromkeys(one.name for one in classes),
        }
        for field, offered in names.items():
            choices = {"": "—", **{name: name for name in offered}}
            if stated := getattr(self.instance, field):
                choices.setdefault(stated, stated)
            self.fields[field].widget = UnfoldAdminSelectWidget(choices=choices.items())

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        level1, level2 = (self.cleaned_data.get(name) for name in ("level1", "level2"))
        placed = IndicatorCategory.objects.filter(parent__name=level1, name=level2).exists()
        if level1 and level2 and not placed:
            raise ValidationError({"level2": f"「{level2}」不在「{level1}」之下"})
        return cleaned


@admin.register(LibraryIndicator)
class LibraryIndicatorAdmin(ExchangeAdmin):
    form = LibraryIndicatorForm
    resource_classes = [LibraryIndicatorResource]
    list_display = ["name", "level2", "topic", "target", "source", "is_active"]
    list_filter = ["is_active", "level1", "level2", "topic"]
    search_fields = ["code", "name", "topic", "target"]
    search_help_text = "按编码、名称、主题、参考指标值查找"
    fields = ["code", "level1", "level2", "topic", "name", "target", "source", "is_active"]
    import_notes = (
        "按编码对应：编码已有的修改，没有的新增；不删除指标。",
        "一级指标、二级指标填指标分类中的名称。不再使用的，「使用中」填「否」。",
    )


class IndicatorInline(ReadOnlyInline):
    model = Indicator
    fields = ["level1", "level2", "name", "target", "target_kind"]


@admin.register(Declaration)
class DeclarationAdmin(WholeForm, ReadOnlyAdmin):
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
