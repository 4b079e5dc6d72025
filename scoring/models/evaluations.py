"""Scoring schemes, and the 自评表 in tables."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from indicators.models import Declaration, IndicatorRow
from projects.models import Form
from scoring.querysets import ResultQuerySet, SchemeQuerySet
from scoring.rules.scheme import Scheme


class ScoringScheme(models.Model):
    """计分办法: the numbers by which forms of a span of years are scored, each with its source."""

    code = models.CharField("编码", max_length=40, unique=True)
    name = models.CharField("名称", max_length=200)
    first_year = models.PositiveSmallIntegerField("启用年度", null=True, blank=True)
    last_year = models.PositiveSmallIntegerField("停用年度", null=True, blank=True)
    content = models.JSONField("内容", help_text="各项数值及其出处")

    objects = SchemeQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "计分办法"
        ordering = [F("first_year").desc(nulls_last=True), "code"]
        constraints = [
            models.CheckConstraint(
                name="scoring_scheme_years_in_order",
                condition=Q(first_year__isnull=True)
                | Q(last_year__isnull=True)
                | Q(last_year__gte=F("first_year")),
                violation_error_message="停用年度早于启用年度",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def as_scheme(self) -> Scheme:
        """The scheme as the rules take it."""
        return Scheme.read(self.content)


class SelfEvaluation(models.Model):
    """财政项目支出绩效自评表: what the form states, and beside it what the rules give (points; the rate in
    per cent)."""

    form = models.OneToOneField(
        Form, on_delete=models.CASCADE, primary_key=True, related_name="self_evaluation"
    )
    declaration = models.ForeignKey(
        Declaration,
        verbose_name="申报表",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="self_evaluations",
        help_text="自评所依据的、已批准的申报表；指标和指标值取自其中",
    )
    expected_goal = models.TextField("预期目标", blank=True)
    actual_outcome = models.TextField("实际完成情况", blank=True)
    execution_weight = models.DecimalField(
        "执行率分值", max_digits=12, decimal_places=4, null=True, blank=True
    )
    execution_score = models.DecimalField(
        "执行率得分", max_digits=12, decimal_places=4, null=True, blank=True
    )
    execution_reason = models.TextField("执行偏差原因", blank=True)
    total_weight = models.DecimalField(
        "分值合计", max_digits=12, decimal_places=4, null=True, blank=True
    )
    total_score = models.DecimalField(
        "总分", max_digits=12, decimal_places=4, null=True, blank=True
    )
    rating = models.TextField("评分等级", null=True, blank=True)  # noqa: DJ001 - a form without the row is not one with a blank row
    scheme = models.ForeignKey(
        ScoringScheme, verbose_name="计分办法", on_delete=models.PROTECT, related_name="+"
    )
    computed_rate = models.DecimalField(
        "核算执行率（%）", max_digits=16, decimal_places=4, null=True, blank=True
    )
    computed_execution_score = models.DecimalField(
        "核算执行率得分", max_digits=12, decimal_places=4, null=True, blank=True
    )
    computed_total = models.DecimalField(
        "核算总分", max_digits=12, decimal_places=4, null=True, blank=True
    )
    suggested_total = models.DecimalField(
        "建议总分", max_digits=12, decimal_places=4, null=True, blank=True
    )
    computed_rating = models.TextField("核算等级", blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "绩效自评表"

    def __str__(self) -> str:
        return str(self.form)


class IndicatorResult(IndicatorRow):
    """指标自评结果: a row of the self-evaluation; weight and scores in points."""

    # Found by the index of its constraint below.
    self_evaluation = models.ForeignKey(
        SelfEvaluation,
        verbose_name="自评表",
        on_delete=models.CASCADE,
        related_name="results",
        db_index=False,
    )
    actual = models.TextField("实际完成值", blank=True)
    weight = models.DecimalField("分值", max_digits=12, decimal_places=4, null=True, blank=True)
    score = models.DecimalField("得分", max_digits=12, decimal_places=4, null=True, blank=True)
    suggested_score = models.DecimalField(
        "建议得分", max_digits=12, decimal_places=4, null=True, blank=True
    )
    deviation_reason = models.TextField("偏差原因分析及改进措施", blank=True)
    attainment = models.CharField(
        "完成档次",
        max_length=10,
        blank=True,
        choices=[("achieved", "达成"), ("partial", "部分达成"), ("missed", "未达成")],
    )

    objects = ResultQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "指标自评结果"
        ordering = ["self_evaluation", "order"]
        constraints = [
            models.UniqueConstraint(
                name="indicator_result_order_once",
                fields=["self_evaluation", "order"],
                violation_error_message="两行指标的次序相同",
            ),
            models.CheckConstraint(
                name="indicator_result_attainment_known",
                condition=Q(attainment__in=["", "achieved", "partial", "missed"]),
                violation_error_message="不认识的完成档次",
            ),
        ]
