"""Projects, and who may read them besides their units."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from perfgoals.accounts.models import Unit
from projects.querysets import GrantQuerySet


class Project(models.Model):
    """A project of a unit. It lives on from year to year; what a year's form said of it stays there."""

    code = models.CharField("项目编码", max_length=40, unique=True)
    name = models.TextField("项目名称")
    unit = models.ForeignKey(
        Unit, verbose_name="实施单位", on_delete=models.PROTECT, related_name="projects"
    )
    department = models.ForeignKey(
        Unit,
        verbose_name="主管部门",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="supervised_projects",
    )
    nature = models.TextField("项目性质", blank=True)
    category = models.TextField("项目类别", blank=True)
    start = models.DateField("计划开始日期", null=True, blank=True)
    end = models.DateField("计划完成日期", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "项目"
        ordering = ["unit", "code"]
        indexes = [models.Index(name="project_by_name", fields=["unit", "name"])]
        constraints = [
            models.CheckConstraint(
                name="project_ends_after_start",
                condition=Q(start__isnull=True) | Q(end__isnull=True) | Q(end__gte=F("start")),
                violation_error_message="计划完成日期早于计划开始日期",
            ),
            models.CheckConstraint(
                name="project_name_not_blank",
                condition=~Q(name=""),
                violation_error_message="项目名称不能为空",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ProjectGrant(models.Model):
    """Leave to read the forms of chosen projects, for a limited time (查阅授权, 抽查): for people who
    have no role in the units."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="用户",
        on_delete=models.CASCADE,
        related_name="project_grants",
    )
    projects = models.ManyToManyField(Project, verbose_name="项目", related_name="grants")
    valid_from = models.DateField("起始日期", null=True, blank=True)
    valid_until = models.DateField("截止日期")
    reason = models.TextField("事由")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="授权人",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
    )
    at = models.DateTimeField("授权时间", db_default=Now(), editable=False)

    objects = GrantQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "查阅授权"
        ordering = ["-at"]
        constraints = [
            models.CheckConstraint(
                name="project_grant_ends_after_start",
                condition=Q(valid_from__isnull=True) | Q(valid_until__gte=F("valid_from")),
                violation_error_message="截止日期早于起始日期",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}，至 {self.valid_until}"
