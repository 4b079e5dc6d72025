"""Forms that narrow a list and are kept in its address."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlencode

from django import forms

NOT_OFFERED = "没有这一选项，未按它筛选"


class AddressFilter(forms.Form):
    """Filters that are kept in the address. A choice that is not offered is named as an error, and what
    is listed is narrowed by the others."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        super().__init__(data)
        for field in self.fields.values():
            field.error_messages["invalid_choice"] = NOT_OFFERED

    def offer(self, name: str, everything: str, choices: Iterable[tuple[Any, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", everything), *choices]

    @property
    def chosen(self) -> Mapping[str, Any]:
        """The filters that are set and sound."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}

    @property
    def is_set(self) -> bool:
        return bool(self.query)

    @property
    def query(self) -> str:
        """The part of the address that chooses the same again; "" where nothing is chosen."""
        given = {name: self.data.get(name) for name in self.fields}
        return urlencode({name: value for name, value in given.items() if value})
