"""抽查: forms drawn for a second review."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from perfgoals.accounts.models import Unit
from projects.models import KIND_CHOICES, FiscalYear, Form
from scoring.querysets import SampleQuerySet


class Sample(models.Model):
    """一次抽查. The draw can be repeated: the same seed over the same population, in the order of the
    forms' numbers, gives the same forms. population: the numbers of all forms it was drawn from.
    """

    class Method(models.TextChoices):
        SHARE = "share", "按比例随机"
        NUMBER = "number", "按数量随机"
        RISK = "risk", "按风险"

    name = models.CharField("名称", max_length=100)
    year = models.ForeignKey(
        FiscalYear, verbose_name="年度", on_delete=models.PROTECT, related_name="samples"
    )
    kind = models.CharField("表种", max_length=20, choices=KIND_CHOICES)
    unit = models.ForeignKey(
        Unit, verbose_name="范围（单位及下级）", on_delete=models.PROTECT, related_name="samples"
    )
    method = models.CharField("方式", max_length=10, choices=Method.choices)
    amount = models.PositiveIntegerField("比例（%）、数量或风险下限")
    seed = models.CharField("随机种子", max_length=64, blank=True)
    population = models.JSONField("总体", default=list)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="抽取人", on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField("抽取时间", db_default=Now())
    closed_at = models.DateTimeField("办结时间", null=True, blank=True)
    conclusion = models.TextField("结论", blank=True)

    objects = SampleQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "抽查"
        ordering = ["-at"]
        constraints = [
            models.CheckConstraint(
                name="sample_method_known",
                condition=Q(method__in=["share", "number", "risk"]),
                violation_error_message="不认识的抽取方式",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class SampleItem(models.Model):
    """A form of a sample, as it stood when it was drawn (``version``), and what the second look found.
    score: points."""

    class Outcome(models.TextChoices):
        PENDING = "pending", "待复查"
        CONFIRMED = "confirmed", "与原审核一致"
        DISPUTED = "disputed", "与原审核不一致"

    sample = models.ForeignKey(
        Sample, verbose_name="抽查", on_delete=models.CASCADE, related_name="items"
    )
    form = models.ForeignKey(
        Form, verbose_name="表", on_delete=models.PROTECT, related_name="sample_items"
    )
    place = models.PositiveIntegerField("次序")
    version = models.PositiveIntegerField("抽取时的版本")
    risk = models.PositiveSmallIntegerField("抽取时的风险", default=0)
    outcome = models.CharField(
        "结果", max_length=10, choices=Outcome.choices, default=Outcome.PENDING.value
    )
    score = models.DecimalField("复查得分", max_digits=12, decimal_places=4, null=True, blank=True)
    remark = models.TextField("复查意见", blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="复查人",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    at = models.DateTimeField("复查时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "抽查的表"
        ordering = ["sample", "place"]
        constraints = [
            models.UniqueConstraint(
                name="sample_item_once",
                fields=["sample", "form"],
                violation_error_message="这份表已在这次抽查中",
            ),
            models.CheckConstraint(
                name="sample_outcome_known",
                condition=Q(outcome__in=["pending", "confirmed", "disputed"]),
                violation_error_message="不认识的复查结果",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sample} · {self.form}"
