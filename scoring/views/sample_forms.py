"""What people type about samples."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils import timezone

from perfgoals.accounts.models import User
from perfgoals.common.selects import LongSelect
from projects.models import KIND_CHOICES
from scoring.models import Sample, SampleItem
from scoring.rules.risk import MOST
from scoring.services.sampling import LONGEST_LEAVE, outsiders

_BLANK = {"required": "请填写", "invalid": "请填整数", "invalid_choice": "没有这一选项"}


class SampleForm(forms.Form):
    """What is to be drawn."""

    name = forms.CharField(
        label="名称", max_length=100, error_messages={**_BLANK, "max_length": "最多 100 字"}
    )
    year = forms.TypedChoiceField(label="年度", coerce=int, error_messages=_BLANK)
    kind = forms.ChoiceField(label="表种", choices=KIND_CHOICES, error_messages=_BLANK)
    unit = forms.TypedChoiceField(
        label="单位（含下级）", coerce=int, widget=LongSelect, error_messages=_BLANK
    )
    method = forms.ChoiceField(
        label="抽取方式",
        choices=Sample.Method.choices,
        initial=Sample.Method.SHARE.value,
        error_messages=_BLANK,
    )
    amount = forms.IntegerField(
        label="比例（%）、份数或风险下限",
        min_value=1,
        max_value=100_000,
        error_messages={
            **_BLANK,
            "min_value": "应不小于 1",
            "max_value": "应不大于 100000",
        },
        help_text=f"按比例填 1 至 100；按数量填份数；按风险填 1 至 {MOST}，抽取达到这一风险的全部",
    )

    def __init__(
        self, data: Any, *, years: Iterable[int], units: Iterable[tuple[int, str]], **options: Any
    ) -> None:
        super().__init__(data, **options)
        for name, choices in (
            ("year", [(year, f"{year} 年") for year in years]),
            ("unit", list(units)),
        ):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = choices


class ItemForm(forms.Form):
    """What a second review found."""

    outcome = forms.ChoiceField(
        label="复查结果",
        choices=[choice for choice in SampleItem.Outcome.choices if choice[0] != "pending"],
        widget=forms.RadioSelect,
        error_messages={**_BLANK, "required": "请选择复查结果"},
    )
    score = forms.DecimalField(
        label="复查得分",
        required=False,
        min_value=0,
        max_value=100,
        decimal_places=2,
        error_messages={
            "invalid": "请填数字",
            "min_value": "应不小于 0",
            "max_value": "应不大于 100",
            "max_decimal_places": "最多两位小数",
            "max_digits": "数字太长",
        },
        help_text="满分 100，可不填",
    )
    remark = forms.CharField(
        label="复查意见",
        required=False,
        max_length=2000,
        widget=forms.Textarea({"rows": 4}),
        error_messages={"max_length": "最多 2000 字"},
        help_text="与原审核不一致的，请写明不一致之处",
    )
    seen = forms.ChoiceField(choices=SampleItem.Outcome.choices, widget=forms.HiddenInput)


class GrantForm(forms.Form):
    """Who may read the sampled projects, and until when."""

    reader = forms.ModelChoiceField(
        label="查阅人",
        queryset=User.objects.none(),
        empty_label="请选择",
        error_messages={**_BLANK, "required": "请选择查阅人"},
        help_text="没有岗位的用户",
    )
    until = forms.DateField(
        label="截止日期（当天仍可查阅）",
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": "请填截止日期", "invalid": "日期应如 2026-12-31"},
    )
    reason = forms.CharField(
        label="事由", required=False, max_length=200, error_messages={"max_length": "最多 200 字"}
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        reader = self.fields["reader"]
        assert isinstance(reader, forms.ModelChoiceField)
        reader.queryset = outsiders()
        today = timezone.localdate()
        until = self.fields["until"].widget
        until.attrs |= {"min": f"{today}", "max": f"{today + LONGEST_LEAVE}"}


class CloseForm(forms.Form):
    """The conclusion of a sample."""

    conclusion = forms.CharField(
        label="结论",
        max_length=2000,
        widget=forms.Textarea({"rows": 4}),
        error_messages={"required": "请写明结论", "max_length": "最多 2000 字"},
    )
