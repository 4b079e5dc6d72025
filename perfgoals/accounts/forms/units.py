"""Units: what the admin checks, and what a keeper of a part of the tree may fill in."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from perfgoals.accounts.access import Reach
from perfgoals.accounts.models import Unit
from perfgoals.common.selects import LongSelect

INDENT = "\u3000"  # a full-width blank for each step down the tree


class UnitForm(forms.ModelForm):
    def clean_parent(self) -> Unit | None:
        """Neither itself nor one of the units below it. The constraint of the model says the first of
        these too, but is not asked in a form, as the number of the unit is no field of it."""
        parent: Unit | None = self.cleaned_data["parent"]
        if parent is not None and parent.pk == self.instance.pk:
            raise ValidationError("上级单位不能是单位自己")
        above, seen = parent, set()
        while above is not None and above.pk not in seen:
            if above.pk == self.instance.pk:
                raise ValidationError(f"上级单位成环：「{parent}」在「{self.instance}」之下")
            seen.add(above.pk)
            above = above.parent
        return parent


class ReachedUnit(forms.TypedChoiceField):
    """One of the units within somebody's reach, as a tree. Any other is no choice, be there one or not."""

    def __init__(self, reach: Reach, *, blank: str = "请选择", **options: Any) -> None:
        lines = [(str(one.pk), f"{INDENT * one.depth}{one.unit}") for one in reach.tree]
        super().__init__(
            choices=[("", blank), *lines],
            coerce=lambda number: reach.units[int(number)],
            empty_value=None,
            widget=LongSelect,
            error_messages={
                "required": "请选择单位",
                "invalid_choice": "不在您管理的范围内，请选择列出的单位",
            },
            **options,
        )


class ReachedUnitForm(UnitForm):
    """A unit within reach. At the top of it a person's own doing ends: what it is called, and what it
    belongs to, is decided above."""

    class Meta:
        model = Unit
        fields = ["code", "name", "parent", "reviews_first", "is_active"]
        widgets = {
            "code": forms.TextInput({"autocomplete": "off", "spellcheck": "false"}),
            "name": forms.TextInput({"autocomplete": "off"}),
        }
        error_messages = {
            "code": {"required": "请填写单位编码", "unique": "这个编码已经有单位使用"},
            "name": {"required": "请填写单位名称", "unique": "这个名称已经有单位使用"},
        }

    def __init__(self, reach: Reach, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["parent"] = ReachedUnit(
            reach,
            label="上级单位",
            required=not reach.is_whole,
            blank="（没有上级单位）" if reach.is_whole else "请选择",
        )
        self.fields["parent"].error_messages["required"] = "请选择上级单位"
        self.fields["is_active"].help_text = "停用后不能再为它新建表；已有的表和人员不变"
        if reach.is_top(self.instance):
            for name in ("code", "name", "parent"):
                self.fields[name].disabled = True
            parent = self.fields["parent"]
            assert isinstance(parent, ReachedUnit)
            above = self.instance.parent
            parent.required = False
            parent.choices = [(str(above.pk), str(above))] if above else [("", "（没有上级单位）")]
            parent.coerce = lambda number: above

    def clean_parent(self) -> Unit | None:
        if self.fields["parent"].disabled:
            return self.instance.parent
        return super().clean_parent()
