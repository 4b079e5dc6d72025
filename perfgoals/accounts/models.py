"""People, the units they belong to, and the role they have there."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone

from perfgoals.accounts.querysets import UnitQuerySet, in_force


class Role(models.TextChoices):
    """What a person does in a unit (岗位)."""

    PREPARER = "preparer", "填报人"
    AUDITOR = "auditor", "审核人"
    ADMIN = "admin", "管理员"
    VIEWER = "viewer", "查阅人"
    UNIT_REVIEWER = "unit_reviewer", "单位审核人"
    LOG_AUDITOR = "log_auditor", "日志审计员"


class Unit(models.Model):
    """A budget unit (单位). The department that answers for it (主管部门) is the one above it."""

    code = models.CharField("单位编码", max_length=40, unique=True)
    name = models.CharField("单位名称", max_length=200, unique=True)
    parent = models.ForeignKey(
        "self",
        verbose_name="上级单位",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
    )
    is_active = models.BooleanField("使用中", default=True)
    reviews_first = models.BooleanField(
        "单位先审",
        db_default=False,
        help_text="本单位及下级单位送审的表，先由单位审核人审核，再到主管部门",
    )

    objects = UnitQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "单位"
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                name="unit_not_its_own_parent",
                condition=~Q(parent=F("id")),
                violation_error_message="上级单位不能是单位自己",
            ),
            models.CheckConstraint(
                name="unit_name_not_blank",
                condition=~Q(name=""),
                violation_error_message="单位名称不能为空",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class User(AbstractUser):
    """A person who signs in."""

    full_name = models.CharField("姓名", max_length=60, blank=True)
    must_change_password = models.BooleanField(
        "须改密码",
        db_default=False,
        default=False,
        editable=False,
        help_text="密码是别人给的，登录后先换成自己的",
    )
    units = models.ManyToManyField(
        Unit, verbose_name="单位", through="Membership", related_name="people"
    )

    REQUIRED_FIELDS = []

    class Meta:
        verbose_name = verbose_name_plural = "用户"
        ordering = ["username"]

    def __str__(self) -> str:
        return self.full_name or self.username

    @property
    def roles(self) -> frozenset[str]:
        """The roles that the person has today, in whatever units: as they were read with the person, and
        otherwise by a query."""
        read = self.__dict__.get("roles_read")
        if read is None:
            read = self.memberships.filter(in_force()).values_list("role", flat=True)
        return frozenset(read)


class Membership(models.Model):
    """A role in a unit (岗位), for a limited time where ``valid_until`` says so.

    Auditors, readers and administrators reach the units below as well; preparers and the unit's own
    reviewers their own unit only; a log auditor reaches the log and no form.
    """

    user = models.ForeignKey(
        User, verbose_name="用户", on_delete=models.CASCADE, related_name="memberships"
    )
    unit = models.ForeignKey(
        Unit, verbose_name="单位", on_delete=models.CASCADE, related_name="memberships"
    )
    role = models.CharField("岗位", max_length=20, choices=Role.choices)
    valid_until = models.DateField(
        "有效期至", null=True, blank=True, help_text="最后一天仍有效；不填为长期"
    )
    created_at = models.DateTimeField("设置时间", db_default=Now(), editable=False)

    class Meta:
        verbose_name = verbose_name_plural = "岗位"
        ordering = ["unit", "role"]
        constraints = [
            models.UniqueConstraint(
                name="membership_once",
                fields=["user", "unit", "role"],
                violation_error_message="该用户在这个单位已有同一岗位",
            ),
            models.CheckConstraint(
                name="membership_role_known",
                condition=Q(role__in=[role.value for role in Role]),
                violation_error_message="不认识的岗位",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.unit} · {self.get_role_display()}"

    @property
    def has_ended(self) -> bool:
        """Whether its last day is over."""
        return self.valid_until is not None and self.valid_until < timezone.localdate()


class ApiToken(models.Model):
    """A personal token for the interface. Only its digest is kept; the token is shown once."""

    user = models.ForeignKey(
        User, verbose_name="用户", on_delete=models.CASCADE, related_name="api_tokens"
    )
    name = models.CharField("用途", max_length=100)
    digest = models.CharField("摘要", max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField("建立时间", db_default=Now(), editable=False)
    last_used_at = models.DateTimeField("最近使用", null=True, blank=True, editable=False)

    class Meta:
        verbose_name = verbose_name_plural = "接口令牌"
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(
                name="api_token_named",
                condition=~Q(name=""),
                violation_error_message="请写明令牌的用途",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.name}"


class UserSession(AbstractBaseSession):
    """A session, with what a person needs to tell one from another. Whoever deletes it ends it."""

    user = models.ForeignKey(
        User, verbose_name="用户", on_delete=models.CASCADE, null=True, related_name="sessions"
    )
    address = models.CharField("来源地址", max_length=64, blank=True)
    browser = models.CharField("浏览器", max_length=80, blank=True)
    started_at = models.DateTimeField("登录时间")
    seen_at = models.DateTimeField("最近使用", db_index=True)

    class Meta:
        verbose_name = verbose_name_plural = "会话"
        ordering = ["-seen_at"]

    def __str__(self) -> str:
        return f"{self.browser} {self.address}".strip()

    @classmethod
    def get_session_store_class(cls) -> Any:
        return import_module(settings.SESSION_ENGINE).SessionStore
