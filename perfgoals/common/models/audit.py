"""The log of who did what (审计日志)."""

from __future__ import annotations

from django.apps import apps
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from perfgoals.common.querysets import AuditQuerySet


class AuditAction(models.TextChoices):
    """What kind of act an entry tells of."""

    CREATED = "created", "新建"
    CHANGED = "changed", "修改"
    DELETED = "deleted", "删除"
    MOVED = "moved", "流转"
    REVIEWED = "reviewed", "复核"
    COMMENTED = "commented", "批注"
    WAIVED = "waived", "豁免"
    SAMPLED = "sampled", "抽查"
    IMPORTED = "imported", "导入"
    EXPORTED = "exported", "导出"
    RIGHTS = "rights", "权限变动"
    SIGNED_IN = "signed_in", "登录"
    SIGNED_OUT = "signed_out", "退出"
    SIGN_IN_FAILED = "sign_in_failed", "登录失败"
    LOCKED = "locked", "登录锁定"
    PASSWORD = "password", "密码变动"
    DENIED = "denied", "拒绝访问"


class Channel(models.TextChoices):
    """Which way the act came in."""

    PAGE = "page", "页面"
    API = "api", "接口"
    ADMIN = "admin", "后台管理"
    COMMAND = "command", "命令行"
    WORKER = "worker", "后台任务"


class AuditEntry(models.Model):
    """One act, as it was done. Entries are only ever added: the database refuses to change or delete one.

    Names stand beside the numbers as they were then, without foreign keys, so that an entry says the
    same for ever whatever is deleted later. changes: a list of {"path", "label", "before", "after"}.
    """

    at = models.DateTimeField("时间", db_default=Now())
    action = models.CharField("类别", max_length=20, choices=AuditAction.choices)
    summary = models.TextField("事项")
    user_id = models.BigIntegerField("用户编号", null=True, blank=True)
    user_name = models.TextField("用户", blank=True)
    address = models.CharField("来源地址", max_length=64, blank=True)
    channel = models.CharField("途径", max_length=10, choices=Channel.choices)
    subject_type = models.CharField("对象种类", max_length=60, blank=True)
    subject_id = models.CharField("对象编号", max_length=64, blank=True)
    subject = models.TextField("对象", blank=True)
    reason = models.TextField("理由", blank=True)
    changes = models.JSONField("变动", default=list)
    details = models.JSONField("其他", default=dict)

    objects = AuditQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "审计日志"
        ordering = ["-at", "-id"]
        indexes = [
            models.Index(name="audit_by_time", fields=["-at", "-id"]),
            models.Index(name="audit_by_user", fields=["user_id", "-at"]),
            models.Index(name="audit_by_subject", fields=["subject_type", "subject_id", "-at"]),
        ]
        constraints = [
            models.CheckConstraint(
                name="audit_action_known",
                condition=Q(action__in=[action.value for action in AuditAction]),
                violation_error_message="不认识的类别",
            ),
            models.CheckConstraint(
                name="audit_channel_known",
                condition=Q(channel__in=[channel.value for channel in Channel]),
                violation_error_message="不认识的途径",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_name or '—'} {self.summary}"

    @property
    def kind(self) -> str:
        """What kind of thing it is about: 「项目」, "" for none."""
        return kind_of(self.subject_type)


def kind_of(label: str) -> str:
    """What a model is called, 「项目」 for "projects.project"; the label itself where it is gone."""
    try:
        return str(apps.get_model(label)._meta.verbose_name) if label else ""
    except (LookupError, ValueError):
        return label
