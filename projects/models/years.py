"""Budget years and what is due in them."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from perfgoals.accounts.models import Unit


class FiscalYear(models.Model):
    """A budget year (年度)."""

    year = models.PositiveSmallIntegerField("年度", primary_key=True)
    is_open = models.BooleanField("开放填报", default=True)

    class Meta:
        verbose_name = verbose_name_plural = "年度"
        ordering = ["-year"]
        constraints = [
            models.CheckConstraint(
                name="fiscal_year_plausible",
                condition=Q(year__gte=1990, year__lte=2100),
                violation_error_message="年度应在 1990 至 2100 之间",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.year} 年"


class Stage(models.TextChoices):
    """What is due at a date of the year."""

    DECLARATION = "declaration", "申报表送审"
    DECLARATION_REVIEW = "declaration_review", "申报表审核"
    SELF_EVALUATION = "self_evaluation", "自评表送审"
    SELF_EVALUATION_REVIEW = "self_evaluation_review", "自评表审核"
    DISCLOSURE = "disclosure", "信息公开"


class Deadline(models.Model):
    """The last day of a stage of a year (截止日期)."""

    year = models.ForeignKey(
        FiscalYear, verbose_name="年度", on_delete=models.CASCADE, related_name="deadlines"
    )
    stage = models.CharField("阶段", max_length=30, choices=Stage.choices)
    due = models.DateField("截止日期")
    warning_days = models.PositiveSmallIntegerField("提前提醒天数", default=7)

    class Meta:
        verbose_name = verbose_name_plural = "截止日期"
        ordering = ["-year_id", "due"]
        constraints = [
            models.UniqueConstraint(
                name="deadline_once",
                fields=["year", "stage"],
                violation_error_message="该年度这个阶段已有截止日期",
            ),
            models.CheckConstraint(
                name="deadline_stage_known",
                condition=Q(stage__in=[stage.value for stage in Stage]),
                violation_error_message="不认识的阶段",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.year_id} 年{self.get_stage_display()}：{self.due}"


class DeadlineExtension(models.Model):
    """A later last day for one unit (延期); the units below it have it too."""

    deadline = models.ForeignKey(
        Deadline, verbose_name="截止日期", on_delete=models.CASCADE, related_name="extensions"
    )
    unit = models.ForeignKey(
        Unit, verbose_name="单位", on_delete=models.CASCADE, related_name="deadline_extensions"
    )
    due = models.DateField("延至")
    reason = models.TextField("理由")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="批准人",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
    )
    at = models.DateTimeField("批准时间", db_default=Now(), editable=False)

    class Meta:
        verbose_name = verbose_name_plural = "延期"
        ordering = ["deadline", "unit"]
        constraints = [
            models.UniqueConstraint(
                name="deadline_extended_once",
                fields=["deadline", "unit"],
                violation_error_message="该单位这个阶段已有延期",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit}延至 {self.due}"
