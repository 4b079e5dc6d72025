"""Signing in, and tokens."""

from __future__ import annotations

from django import forms
from django.contrib.auth.forms import AuthenticationForm


class SignInForm(AuthenticationForm):
    """Name and password. One message for every refusal, so that it does not tell which names exist."""

    error_messages = {
        "invalid_login": "用户名或密码不正确，请核对后重试（密码区分大小写）。",
        "inactive": "用户名或密码不正确，请核对后重试（密码区分大小写）。",
    }

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].error_messages["required"] = "请填写用户名。"
        self.fields["password"].error_messages["required"] = "请填写密码。"


class TokenForm(forms.Form):
    """What a new token is for."""

    name = forms.CharField(
        label="用途",
        max_length=100,
        widget=forms.TextInput({"placeholder": "如：财务系统每月取数", "autocomplete": "off"}),
        error_messages={"required": "请写明令牌的用途", "max_length": "用途最多 100 个字"},
    )
