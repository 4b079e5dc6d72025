"""审核: what became of a form each time it came before a reviewer."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from projects.models import Form
from scoring.querysets import ReviewQuerySet


class Review(models.Model):
    """一次审核: from the moment a form was submitted until it is decided.

    version: the form's version that was submitted; edits: how often the reviewer saved, by which two tabs
    are told apart. Points and ratings are those of the moment of the decision. last_total: the total of
    the same project's self-evaluation of the year before (points). compared_at: when the form was last held
    against others while it waited. opinion_number: 发文字号 of the printed opinion, where it was given one.
    """

    class Stage(models.TextChoices):
        UNIT = "unit", "单位审核"
        DEPARTMENT = "department", "主管部门审核"

    class Outcome(models.TextChoices):
        PENDING = "pending", "待审核"
        RETURNED = "returned", "退回修改"
        APPROVED = "approved", "审核通过"
        WITHDRAWN = "withdrawn", "填报人撤回"

    form = models.ForeignKey(
        Form, verbose_name="表", on_delete=models.CASCADE, related_name="reviews"
    )
    stage = models.CharField("阶段", max_length=20, choices=Stage.choices)
    version = models.PositiveIntegerField("送审的版本")
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="送审人", on_delete=models.PROTECT, related_name="+"
    )
    opened_at = models.DateTimeField("送审时间", db_default=Now())
    risk = models.PositiveSmallIntegerField("风险", default=0)
    risk_reasons = models.JSONField("风险缘由", default=list)
    last_total = models.DecimalField(
        "上年总分", max_digits=12, decimal_places=4, null=True, blank=True
    )
    compared_at = models.DateTimeField("跨表比较时间", null=True, blank=True)
    edits = models.PositiveIntegerField("保存次数", default=0)
    opinion = models.TextField("审核意见", blank=True)
    outcome = models.CharField(
        "结果", max_length=20, choices=Outcome.choices, default=Outcome.PENDING.value
    )
    reason = models.TextField("理由", blank=True)
    self_total = models.DecimalField(
        "自评总分", max_digits=12, decimal_places=4, null=True, blank=True
    )
    self_rating = models.TextField("自评等级", blank=True)
    review_total = models.DecimalField(
        "复核总分", max_digits=12, decimal_places=4, null=True, blank=True
    )
    review_rating = models.TextField("复核等级", blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="审核人",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    decided_at = models.DateTimeField("审核时间", null=True, blank=True)
    reopened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="重新打开人",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    reopened_at = models.DateTimeField("重新打开时间", null=True, blank=True)
    reopened_reason = models.TextField("重新打开的理由", blank=True)
    opinion_number = models.CharField("发文字号", max_length=60, blank=True, db_default="")

    objects = ReviewQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "审核"
        ordering = ["form", "opened_at", "id"]
        indexes = [
            models.Index(
                name="review_waiting_by_risk",
                fields=["stage", "-risk", "opened_at"],
                condition=Q(outcome="pending"),
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                name="review_pending_once",
                fields=["form"],
                condition=Q(outcome="pending"),
                violation_error_message="这份表已在审核中",
            ),
            models.CheckConstraint(
                name="review_outcome_known",
                condition=Q(outcome__in=["pending", "returned", "approved", "withdrawn"]),
                violation_error_message="不认识的审核结果",
            ),
            models.CheckConstraint(
                name="review_stage_known",
                condition=Q(stage__in=["unit", "department"]),
                violation_error_message="不认识的审核阶段",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.form}：{self.get_stage_display()}，{self.get_outcome_display()}"


class ReviewRow(models.Model):
    """复核分 and 复核意见 of one row, by the row's code. score: points; null where the reviewer leaves
    the unit's own."""

    review = models.ForeignKey(
        Review, verbose_name="审核", on_delete=models.CASCADE, related_name="rows"
    )
    row_code = models.CharField("指标行", max_length=60)
    score = models.DecimalField("复核分", max_digits=12, decimal_places=4, null=True, blank=True)
    remark = models.TextField("复核意见", blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "复核"
        ordering = ["review", "id"]
        constraints = [
            models.UniqueConstraint(
                name="review_row_once",
                fields=["review", "row_code"],
                violation_error_message="这一行已有复核",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.review} · {self.row_code}"
