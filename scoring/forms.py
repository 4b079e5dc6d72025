"""The filters of the list of forms and of the list of booklets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from urllib.parse import urlencode

from django import forms
from django.http import QueryDict

from perfgoals.common.filters import AddressFilter
from projects.models import KIND_CHOICES, STATUS_CHOICES
from projects.querysets import CHECKS

Choices = Iterable[tuple[int, int, str, str | None]]


class BookletFilter(AddressFilter):
    """Year, kind and unit."""

    year = forms.TypedChoiceField(label="年度", required=False, coerce=int, empty_value=None)
    kind = forms.ChoiceField(label="表种", required=False)
    unit = forms.TypedChoiceField(label="单位", required=False, coerce=int, empty_value=None)

    def __init__(self, data: QueryDict, *, choices: Choices) -> None:
        """choices: every year, unit id, unit name and rating that the user's forms have together."""
        super().__init__(data)
        self.offer_all(list(choices))

    def offer_all(self, offered: list[tuple[int, int, str, str | None]]) -> None:
        years = sorted({year for year, *_ in offered}, reverse=True)
        units = sorted({(name, pk) for _, pk, name, _ in offered})
        self.offer("year", "全部年度", [(year, f"{year} 年") for year in years])
        self.offer("kind", "全部表种", KIND_CHOICES)
        self.offer("unit", "全部单位", [(pk, name) for name, pk in units])


ROLES = [("preparer", "填报人"), ("unit_reviewer", "单位审核人"), ("auditor", "审核人")]
"""Of what is in a person's hands in one of these roles the list can consist."""


class FormFilter(BookletFilter):
    """What the list of forms is narrowed to."""

    q = forms.CharField(
        label="搜索",
        required=False,
        max_length=100,
        widget=forms.TextInput({"type": "search", "placeholder": "项目、单位或指标名称"}),
        error_messages={"max_length": "搜索的文字最多 100 个字"},
    )
    status = forms.ChoiceField(label="状态", required=False)
    rating = forms.ChoiceField(label="等级", required=False)
    check = forms.ChoiceField(label="检查", required=False)
    role = forms.ChoiceField(label="我的岗位", required=False)

    field_order = ["q", "year", "kind", "unit", "status", "rating", "check", "role"]

    def offer_all(self, offered: list[tuple[int, int, str, str | None]]) -> None:
        super().offer_all(offered)
        ratings = sorted({rating for *_, rating in offered if rating})
        self.offer("status", "全部状态", STATUS_CHOICES)
        self.offer("rating", "全部等级", [(rating, rating) for rating in ratings])
        self.offer("check", "不限", [(key, label) for key, (label, _) in CHECKS.items()])
        self.offer("role", "全部岗位", ROLES)
        if not self.data.get("role"):
            # Set by the links of the home page; without them few have a use for it.
            del self.fields["role"]


class CrossFilter(BookletFilter):
    """What the list of cross-form findings is narrowed to. A year is always chosen, the newest where the
    address names none."""

    check = forms.ChoiceField(label="检查", required=False)

    def __init__(self, data: QueryDict, *, choices: Choices, checks: Mapping[str, str]) -> None:
        """checks: the titles of the checks by code."""
        self._checks = checks
        offered = list(choices)
        if not data.get("year") and offered:
            data = data.copy()
            data["year"] = str(max(year for year, *_ in offered))
        super().__init__(data, choices=offered)

    def offer_all(self, offered: list[tuple[int, int, str, str | None]]) -> None:
        super().offer_all(offered)
        self.offer("check", "全部检查", self._checks.items())
        field = self.fields["year"]
        assert isinstance(field, forms.ChoiceField)
        years = sorted({year for year, *_ in offered}, reverse=True)
        field.choices = [(year, f"{year} 年") for year in years]

    def with_check(self, code: str) -> str:
        """The part of the address that chooses the same, and that check."""
        given = {name: self.data.get(name) for name in self.fields} | {"check": code}
        return urlencode({name: value for name, value in given.items() if value})
