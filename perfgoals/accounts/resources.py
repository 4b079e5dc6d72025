"""Units and users as tables for import and export."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Any, ClassVar

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from import_export.fields import Field
from tablib import Dataset

from perfgoals.accounts.models import Membership, Role, Unit, User
from perfgoals.common.exchange.resources import MasterResource, TreeResource, UnusableColumnsError
from perfgoals.common.exchange.widgets import CellWidget, CodeWidget, TextWidget

PASSWORD = "初始密码"  # noqa: S105 - the header of a column
# Making a password's hash takes about half a second by design; the page must answer before a server
# gives up on it.
MAX_PASSWORDS = 20
_SEPARATORS = str.maketrans("；，、,\n", ";;;;;")

# 「310100 查阅人 至2026-12-31」: a unit, a role, and the last day where there is one.
_MEMBERSHIP = re.compile(r"(?P<code>.+?)\s+(?P<role>[^\s至]+)(?:\s*至\s*(?P<until>.*))?")

Held = list[tuple[Unit, str, date | None]]


class UnitResource(TreeResource):
    class Meta:
        model = Unit
        fields = ("code", "name", "parent", "is_active")

    def get_queryset(self) -> QuerySet[Unit]:
        return Unit.objects.select_related("parent")


class UsernameWidget(TextWidget):
    """A sign-in name, in the one form in which it is stored."""

    def read(self, value: Any) -> str:
        return User.normalize_username(super().read(value))


class MembershipsWidget(CellWidget):
    """Roles of a person in one cell: 「310100 填报人；310000 查阅人 至2026-12-31」."""

    ROLES: ClassVar[dict[str, str]] = {role.label: role.value for role in Role}

    def __init__(self) -> None:
        super().__init__()
        self.units = CodeWidget(Unit.objects.all(), title="单位")

    def read(self, value: Any) -> Held:
        pieces = TextWidget().read(value).translate(_SEPARATORS).split(";")
        held = [self._membership(piece.strip()) for piece in dict.fromkeys(pieces) if piece.strip()]
        for number, (unit, role, _) in enumerate(held):
            if any((unit, role) == one[:2] for one in held[:number]):
                raise ValueError(f"「{unit.code} {Role(role).label}」写了两次，有效期不同")
        return held

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        labels = {role.value: role.label for role in Role}
        return "；".join(
            f"{unit.code} {labels[role]}{f' 至{until:%Y-%m-%d}' if until else ''}"
            for unit, role, until in value or []
        )

    def _membership(self, text: str) -> tuple[Unit, str, date | None]:
        found = _MEMBERSHIP.fullmatch(text)
        if found is None:
            raise ValueError(f"应写成「单位编码 岗位」，几个之间用分号隔开，读到「{text}」")
        label = found["role"]
        if label not in self.ROLES:
            raise ValueError(f"没有「{label}」这个岗位（可填：{'、'.join(self.ROLES)}）")
        unit: Any = self.units.read(found["code"].strip())
        return unit, self.ROLES[label], self._until(found["until"], text)

    def _until(self, day: str | None, text: str) -> date | None:
        if day is None:
            return None
        try:
            return date.fromisoformat(day.strip())
        except ValueError:
            raise ValueError(f"有效期至应写成 2026-12-31 这样的日期，读到「{text}」") from None


class MembershipsField(Field):
    """The roles of a user: those the row gives once it has been read, else those stored."""

    def get_value(self, instance: Any) -> Held:
        if hasattr(instance, "given_memberships"):
            return instance.given_memberships
        if instance.pk is None:
            return []
        return _by_unit(
            (held.unit, held.role, held.valid_until) for held in instance.memberships.all()
        )

    def save(self, instance: Any, row: dict[str, Any], is_m2m: bool = False, **kwargs: Any) -> None:
        instance.given_memberships = _by_unit(self.clean(row))


class UserResource(MasterResource):
    extra_columns = (PASSWORD,)
    username = Field("username", column_name="用户名", widget=UsernameWidget())
    memberships = MembershipsField("memberships", column_name="岗位", widget=MembershipsWidget())

    class Meta:
        model = User
        import_id_fields = ("username",)
        fields = ("username", "full_name", "email", "is_active", "memberships")

    def get_queryset(self) -> QuerySet[User]:
        return User.objects.prefetch_related("memberships__unit")

    def before_import(self, dataset: Dataset, **kwargs: Any) -> None:
        super().before_import(dataset, **kwargs)
        given = sum(bool(row.get(PASSWORD)) for _, row in self.coded_rows(dataset))
        if given > MAX_PASSWORDS:
            raise UnusableColumnsError(
                f"{PASSWORD}填了 {given} 行；计算密码费时，一个文件最多 {MAX_PASSWORDS} 行，请分批导入"
            )

    def after_init_instance(self, instance: User, new: bool, row: Any, **kwargs: Any) -> None:
        if new:
            instance.set_unusable_password()

    def faults(
        self, instance: User, row: dict[str, Any], errors: dict[str, Any], **kwargs: Any
    ) -> Iterator[tuple[str, str]]:
        if instance.is_superuser and not kwargs["user"].is_superuser:
            yield "username", "系统管理员的资料只能由系统管理员修改"
        try:
            password = TextWidget().clean(row.get(PASSWORD))
        except ValueError as error:
            yield PASSWORD, str(error)
            return
        if not password:
            return
        if instance.pk is not None:
            yield PASSWORD, "用户已存在，导入不能改密码，请清空此格（改密码在用户页面）"
            return
        try:
            validate_password(password, instance)
        except ValidationError as error:
            yield from ((PASSWORD, message) for message in error.messages)
        else:
            if not kwargs["dry_run"]:
                instance.set_password(password)
                instance.must_change_password = True

    def after_save_instance(self, instance: User, row: Any, **kwargs: Any) -> None:
        given = getattr(instance, "given_memberships", None)
        if given is None:
            return
        wanted = {(unit.pk, role): until for unit, role, until in given}
        for held in Membership.objects.filter(user=instance):
            if (held.unit_id, held.role) not in wanted:
                held.delete()
                continue
            until = wanted.pop((held.unit_id, held.role))
            if held.valid_until != until:
                held.valid_until = until
                held.save(update_fields=["valid_until"])
        Membership.objects.bulk_create(
            Membership(user=instance, unit_id=unit, role=role, valid_until=until)
            for (unit, role), until in sorted(wanted.items(), key=lambda one: one[0])
        )


def _by_unit(held: Any) -> Held:
    return sorted(held, key=lambda one: (one[0].code, one[1]))
