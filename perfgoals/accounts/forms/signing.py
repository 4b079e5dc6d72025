"""Signing in, passwords, one-time codes, and tokens."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm
from django.core.exceptions import ValidationError

from perfgoals.accounts.services import confirm_password, record_failure


class SignInForm(AuthenticationForm):
    """Name and password. One message for every refusal, so that it does not tell which names exist."""

    error_messages = {
        "invalid_login": "用户名或密码不正确，请核对后重试（密码区分大小写）。",
        "inactive": "用户名或密码不正确，请核对后重试（密码区分大小写）。",
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].error_messages["required"] = "请填写用户名。"
        self.fields["password"].error_messages["required"] = "请填写密码。"

    def get_invalid_login_error(self) -> ValidationError:
        assert self.request is not None  # the view hands it in
        record_failure(self.request, self.cleaned_data["username"])
        return super().get_invalid_login_error()


class OwnPasswordForm(PasswordChangeForm):
    """The old password and, twice, a new one."""

    error_messages = {
        "password_mismatch": "两次输入的新密码不一致",
        "password_incorrect": "现在的密码不正确",
    }

    def __init__(self, request: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(request.user, *args, **kwargs)
        self.request = request
        for name, label, wanted in (
            ("old_password", "现在的密码", "请填写现在的密码"),
            ("new_password1", "新密码", "请填写新密码"),
            ("new_password2", "再输一次新密码", "请再输一次新密码"),
        ):
            self.fields[name].label = label
            self.fields[name].error_messages["required"] = wanted

    def clean_old_password(self) -> str:
        password: str = self.cleaned_data["old_password"]
        if not confirm_password(self.request, password):
            raise ValidationError(self.error_messages["password_incorrect"])
        return password

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        new = cleaned.get("new_password1")
        if new and new == cleaned.get("old_password"):
            self.add_error("new_password1", "新密码不能与现在的密码相同")
        return cleaned


class CodeForm(forms.Form):
    """A one-time code, or a recovery code instead."""

    code = forms.CharField(
        label="动态验证码",
        max_length=20,
        widget=forms.TextInput({"autocomplete": "one-time-code", "spellcheck": "false"}),
        error_messages={"required": "请填写验证码", "max_length": "验证码没有这么长"},
    )


class CodeAndPasswordForm(CodeForm):
    """Who switches one-time codes off shows the password as well."""

    password = forms.CharField(
        label="密码",
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "current-password"}),
        error_messages={"required": "请填写密码"},
    )
    field_order = ["password", "code"]


class TokenForm(forms.Form):
    """What a new token is for."""

    name = forms.CharField(
        label="用途",
        max_length=100,
        widget=forms.TextInput({"placeholder": "如：财务系统每月取数", "autocomplete": "off"}),
        error_messages={"required": "请写明令牌的用途", "max_length": "用途最多 100 个字"},
    )
