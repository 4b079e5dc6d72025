"""What to say where somebody changed in between what a page showed."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db import models


def differences(form: forms.ModelForm, stored: models.Model) -> list[str]:
    """What is stored now, for each field in which something else was typed."""
    typed: Any = form.cleaned_data
    found = []
    for name, value in typed.items():
        now = getattr(stored, name)
        if now != value:
            found.append(f"{form.fields[name].label}：现在是「{_said(now)}」")
    return found


def _said(value: Any) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    return str(value) if value is not None and value != "" else "空"
