"""Scoring schemes and, to be looked at, self-evaluations in the admin."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.contrib.admin.utils import flatten
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.template.loader import render_to_string
from unfold.widgets import UnfoldAdminTextareaWidget

from perfgoals.common.admin_bases import (
    MasterAdmin,
    ReadOnlyAdmin,
    ReadOnlyInline,
    number_column,
)
from perfgoals.common.documents import DocumentError, read_json
from projects.admin import WholeForm
from scoring.models import IndicatorResult, ScoringScheme, SelfEvaluation
from scoring.rules.scheme import Scheme, read_schemes


class SchemeForm(forms.ModelForm):
    """The whole scheme as JSON. Code, name and years are columns only to be searched by; they are what
    the content says."""

    content = forms.CharField(
        label="内容（JSON）",
        strip=False,
        widget=UnfoldAdminTextareaWidget(attrs={"class": "scheme", "spellcheck": "false"}),
        help_text="每一项规定都要写明出处（source）和可靠程度（certainty：found 见于公开文本或表格，"
        "computed 由公开的表推算，memory 未与原文核对，own 本系统的约定）。",
    )

    class Meta:
        model = ScoringScheme
        fields = ["content"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["content"] = _laid_out(self.instance)

    def clean_content(self) -> dict[str, Any]:
        text = self.cleaned_data["content"]
        others = ScoringScheme.objects.exclude(pk=self.instance.pk).order_by("code")
        contents = [other.content for other in others]
        try:
            scheme = read_schemes([*contents, read_json(text)])[-1]
        except DocumentError as error:
            raise ValidationError(_sentences(error, place=len(contents))) from error
        if self.instance.pk and scheme.id != self.instance.code:
            raise ValidationError(
                f"id：编号不能由「{self.instance.code}」改为「{scheme.id}」；要另立办法，请新增"
            )
        self._take_over(scheme)
        return scheme.as_json()

    def _take_over(self, scheme: Scheme) -> None:
        self.instance.code, self.instance.name = scheme.id, scheme.name
        self.instance.first_year, self.instance.last_year = scheme.first_year, scheme.last_year
        try:
            self.instance.full_clean(exclude=["content"])
        except ValidationError as error:
            titles = {field.name: str(field.verbose_name) for field in self.instance._meta.fields}
            raise ValidationError(
                [
                    f"{titles.get(name, '内容')}：{message}"
                    for name, messages in error.message_dict.items()
                    for message in messages
                ]
            ) from error


@admin.register(ScoringScheme)
class ScoringSchemeAdmin(MasterAdmin):
    form = SchemeForm
    list_display = ["name", "code", "years", "is_default", "use_count"]
    search_fields = ["code", "name"]
    readonly_fields = ["name", "code", "years", "issuer", "basis", "use_count", "provisions"]
    fieldsets = [
        (None, {"fields": ["name", "code", "years", "issuer", "basis", "use_count"]}),
        ("各项规定", {"fields": ["provisions"]}),
        (
            "修改",
            {
                "fields": ["content"],
                "description": "修改后，已保存的自评表分数不变；新保存的表按新的规定核算。",
            },
        ),
    ]
    add_fieldsets = [
        (
            None,
            {
                "fields": ["content"],
                "description": "下面是现行办法的内容，请改编号（id）、名称（name）、年度和各项规定后保存。",
            },
        )
    ]

    @admin.display(description="适用年度", ordering="first_year")
    def years(self, scheme: ScoringScheme) -> str:
        read = _readable(scheme)
        return read.years() if read else "—"

    @admin.display(description="默认", boolean=True)
    def is_default(self, scheme: ScoringScheme) -> bool:
        return bool(scheme.content.get("default"))

    @admin.display(description="已用于自评表")
    def use_count(self, scheme: ScoringScheme) -> str:
        return f"{SelfEvaluation.objects.filter(scheme=scheme).count()} 份"

    @admin.display(description="制定者")
    def issuer(self, scheme: ScoringScheme) -> str:
        return str(scheme.content.get("issuer", ""))

    @admin.display(description="依据")
    def basis(self, scheme: ScoringScheme) -> str:
        return str(scheme.content.get("basis", ""))

    @admin.display(description="规定及出处")
    def provisions(self, scheme: ScoringScheme) -> str:
        read = _readable(scheme)
        if read is None:
            return "内容不合本系统现在的格式，请在下面改正"
        return render_to_string("admin/scoring/provisions.html", {"entries": list(read.entries())})

    def get_deleted_objects(
        self, objs: Any, request: HttpRequest
    ) -> tuple[list[Any], dict[str, int], set[str], list[Any]]:
        deleted, counts, rights, protected = super().get_deleted_objects(objs, request)
        kept = [
            f"没有专门办法的各年度（{scheme}是默认的计分办法）"
            for scheme in objs
            if scheme.content.get("default")
        ]
        return deleted, counts, rights, [*protected, *kept]


class IndicatorResultInline(ReadOnlyInline):
    model = IndicatorResult
    fields = [
        *("level1", "level2", "name", "target", "actual"),
        *(number_column(IndicatorResult, name) for name in ("weight", "score", "suggested_score")),
    ]
    readonly_fields = fields


def _number(name: str) -> Callable[[Any], str | None]:
    return number_column(SelfEvaluation, name)


@admin.register(SelfEvaluation)
class SelfEvaluationAdmin(WholeForm, ReadOnlyAdmin):
    list_display = [
        *("__str__", "unit"),
        *(_number(name) for name in ("computed_rate", "total_score", "computed_total")),
        "rating",
    ]
    list_filter = ["form__year", "form__status", "rating", "scheme"]
    list_select_related = ["form__project__unit"]
    search_fields = ["form__project_name", "form__unit_name"]
    search_help_text = "按项目名称、单位查找"
    ordering = ["-form__year_id", "form__project__unit", "form__project__code"]
    inlines = [IndicatorResultInline]
    fields: ClassVar[list[Any]] = [
        "unit",
        "scheme",
        "expected_goal",
        "actual_outcome",
        (_number("execution_weight"), _number("execution_score")),
        (_number("computed_rate"), _number("computed_execution_score")),
        "execution_reason",
        (_number("total_weight"), _number("total_score")),
        (_number("computed_total"), _number("suggested_total")),
        ("rating", "computed_rating"),
    ]
    readonly_fields = flatten(fields)

    @admin.display(description="实施单位", ordering="form__project__unit__code")
    def unit(self, evaluation: SelfEvaluation) -> str:
        return str(evaluation.form.project.unit)


def _readable(scheme: ScoringScheme) -> Scheme | None:
    """The scheme, or None where it was stored before the rules took their present shape."""
    try:
        return scheme.as_scheme()
    except DocumentError:
        return None


def _laid_out(scheme: ScoringScheme) -> str:
    """The JSON to edit, in the order of the scheme, which the database does not keep. For a new scheme
    that of the one in force, with what must differ left blank."""
    source = scheme if scheme.pk else ScoringScheme.objects.first()
    if source is None:
        return ""
    read = _readable(source)
    content = read.as_json() if read else source.content
    if not scheme.pk:
        content |= {"id": "", "name": "", "default": False, "first_year": None, "last_year": None}
    return json.dumps(content, ensure_ascii=False, indent=2)


def _sentences(error: DocumentError, *, place: int) -> list[str]:
    """The faults of the scheme at ``place``, each beginning with the path of the cell."""
    found = []
    for fault in error.errors:
        index, _, path = fault.path.partition(".")
        if not index:
            found.append(fault.message)
        elif index == str(place):
            found.append(f"{path}：{fault.message}" if path else fault.message)
        elif not index.isdigit():
            found.append(f"{fault.path}：{fault.message}")
        else:
            found.append(f"另一个计分办法（第 {int(index) + 1} 个）的内容有误，请先改正：{fault}")
    return found
