"""People, as an administrator of units keeps them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.core.exceptions import ValidationError
from django.http import QueryDict

from perfgoals.accounts.access import Reach
from perfgoals.accounts.forms.units import ReachedUnit
from perfgoals.accounts.models import Membership, Role, User
from perfgoals.common.filters import NOT_OFFERED, AddressFilter

_DAY = "%Y-%m-%d"
_LONGEST = 100


def _until() -> forms.DateField:
    return forms.DateField(
        label="有效期至",
        required=False,
        widget=forms.DateInput({"type": "date"}, _DAY),
        help_text="最后一天仍有效；不填为长期",
        error_messages={"invalid": "请填写 2026-12-31 这样的日期"},
    )


class PeopleFilter(AddressFilter):
    """What the list of people is narrowed to. A filter that cannot be read narrows nothing."""

    q = forms.CharField(
        label="搜索",
        required=False,
        max_length=_LONGEST,
        widget=forms.TextInput({"type": "search", "placeholder": "姓名或用户名中的字"}),
    )
    unit = forms.Field()
    role = forms.ChoiceField(label="岗位", required=False)

    def __init__(self, reach: Reach, data: QueryDict) -> None:
        super().__init__(data)
        unit = ReachedUnit(reach, label="单位", required=False, blank="全部单位")
        unit.error_messages["invalid_choice"] = NOT_OFFERED
        self.fields["unit"] = unit
        self.offer("role", "全部岗位", Membership._meta.get_field("role").flatchoices)


class RoleForm(forms.Form):
    """A role in a unit within reach. own: it is for the administrator, who gets no more of the same."""

    role = forms.ChoiceField(
        label="岗位",
        error_messages={"required": "请选择岗位", "invalid_choice": "没有可以给的这个岗位"},
    )
    valid_until = _until()

    def __init__(self, reach: Reach, *args: Any, own: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        role = self.fields["role"]
        assert isinstance(role, forms.ChoiceField)
        given = [one for one in reach.roles if not (own and one is Role.ADMIN)]
        role.choices = [("", "请选择"), *((one.value, one.label) for one in given)]
        self.fields = {"unit": ReachedUnit(reach, label="单位"), **self.fields}


class ExistingPersonForm(RoleForm):
    """A role for somebody who is there already, by the exact name they sign in with."""

    username = forms.CharField(
        label="用户名",
        max_length=150,
        widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false"}),
        help_text="完整的用户名，请向本人询问",
        error_messages={"required": "请填写用户名", "max_length": "用户名没有这么长"},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.order_fields(["username", "unit", "role", "valid_until"])


class UntilForm(forms.Form):
    """Until when a role that somebody has is to hold."""

    valid_until = _until()


class PersonForm(forms.ModelForm):
    """What is told of a person."""

    class Meta:
        model = User
        fields = ["full_name", "email", "is_active"]
        labels = {"email": "邮箱", "is_active": "使用中"}
        help_texts = {"is_active": "不勾为停用：不能再登录，已有的登录立即结束；历史和日志不变"}
        widgets = {"full_name": forms.TextInput({"autocomplete": "off"})}
        error_messages = {"email": {"invalid": "邮箱地址的格式不对"}}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        name = self.fields["full_name"]
        name.required = True
        name.error_messages["required"] = "请填写姓名"
        self.fields["email"].error_messages["invalid"] = "邮箱地址的格式不对"


class GivenPasswordForm(forms.Form):
    """A password that an administrator gives, twice. user: whose it will be."""

    password = forms.CharField(
        label="初始密码",
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
        help_text="至少 10 个字符；不能全是数字，不能是常见密码，不能与用户名、姓名相近",
        error_messages={"required": "请填写密码"},
    )
    password_again = forms.CharField(
        label="再输一次密码",
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
        error_messages={"required": "请再输一次密码"},
    )

    def __init__(self, *args: Any, user: User | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        password, again = cleaned.get("password"), cleaned.get("password_again")
        if password and again and password != again:
            self.add_error("password_again", "两次输入的密码不一致")
        elif password:
            try:
                validate_password(password, self.user or self.described())
            except ValidationError as error:
                self.add_error("password", error)
        return cleaned

    def described(self) -> User:
        """Whom the password must not resemble, where there is nobody yet."""
        told = ("username", "full_name", "email")
        return User(**{name: self.cleaned_data.get(name) or "" for name in told})


class PersonNewForm(GivenPasswordForm, RoleForm):
    """A new person, with a password and a role to begin with."""

    username = forms.CharField(
        label="用户名",
        max_length=150,
        validators=[UnicodeUsernameValidator(message="用户名只能有字母、数字和 @ . + - _")],
        widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false"}),
        help_text="登录用，以后不能改：字母、数字和 @ . + - _",
        error_messages={"required": "请填写用户名", "max_length": "用户名最多 150 个字"},
    )
    full_name = forms.CharField(
        label="姓名",
        max_length=60,
        widget=forms.TextInput({"autocomplete": "off"}),
        error_messages={"required": "请填写姓名", "max_length": "姓名最多 60 个字"},
    )
    email = forms.EmailField(
        label="邮箱", required=False, error_messages={"invalid": "邮箱地址的格式不对"}
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.order_fields(
            ["username", "full_name", "email", "unit", "role", "valid_until", "password"]
        )

    def clean_username(self) -> str:
        name = User.normalize_username(self.cleaned_data["username"])
        if User.objects.filter(username=name).exists():
            raise ValidationError("这个用户名已被使用，请换一个")
        return name
