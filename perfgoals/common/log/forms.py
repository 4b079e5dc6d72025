"""The filters of the log; all of them stand in the address."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import QueryDict

from perfgoals.common.filters import AddressFilter
from perfgoals.common.models import AuditAction, AuditEntry, Channel, kind_of

_LONGEST = 100


class LogFilter(AddressFilter):
    """What the log is narrowed to. A filter that cannot be read is named, and narrows nothing."""

    q = forms.CharField(
        label="搜索",
        required=False,
        max_length=_LONGEST,
        widget=forms.TextInput({"type": "search", "placeholder": "事项、对象、理由中的文字"}),
    )
    user = forms.CharField(
        label="用户",
        required=False,
        max_length=_LONGEST,
        widget=forms.TextInput({"placeholder": "姓名或用户名"}),
    )
    action = forms.ChoiceField(
        label="类别", required=False, choices=[("", "全部类别"), *AuditAction.choices]
    )
    channel = forms.ChoiceField(
        label="途径", required=False, choices=[("", "全部途径"), *Channel.choices]
    )
    address = forms.CharField(
        label="来源地址",
        required=False,
        max_length=64,
        widget=forms.TextInput({"placeholder": "完整的 IP 地址"}),
    )
    subject_type = forms.ChoiceField(label="对象种类", required=False)
    subject = forms.CharField(
        label="对象",
        required=False,
        max_length=_LONGEST,
        widget=forms.TextInput({"placeholder": "编号或名称"}),
    )
    since = forms.DateField(
        label="起始日期", required=False, widget=forms.DateInput({"type": "date"}, "%Y-%m-%d")
    )
    until = forms.DateField(
        label="截止日期", required=False, widget=forms.DateInput({"type": "date"}, "%Y-%m-%d")
    )

    def __init__(self, data: QueryDict) -> None:
        super().__init__(data)
        kinds = AuditEntry.objects.kinds_of_subjects()
        wanted = data.get("subject_type", "")
        # A link may ask for a kind that nothing has been recorded of yet.
        if wanted and wanted not in kinds and kind_of(wanted) != wanted:
            kinds.append(wanted)
        self.offer("subject_type", "全部种类", sorted((k, kind_of(k)) for k in kinds))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and until < since:
            self.add_error("until", "截止日期早于起始日期")
        return cleaned

    @property
    def in_words(self) -> dict[str, str]:
        """The filters that are set, for the log itself: 「类别」 → 「导出」."""
        words = {}
        for name, value in self.chosen.items():
            field = self.fields[name]
            if isinstance(field, forms.ChoiceField):
                value = dict(field.choices).get(value, value)  # type: ignore[arg-type]
            words[str(field.label)] = str(value)
        return words
