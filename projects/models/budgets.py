"""What the accounts say of the money of projects."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from projects.models.forms import FundingSource
from projects.models.projects import Project
from projects.models.years import FiscalYear
from projects.querysets import BudgetExecutionQuerySet


class BudgetExecution(models.Model):
    """The budget of a project for a year and what was spent of it, by source, in 元. A blank amount is null,
    which is not 0.00.

    file: the list that it was taken from, "" where it was typed in. as_of: the day until which the accounts
    were kept.
    """

    project = models.ForeignKey(
        Project, verbose_name="项目", on_delete=models.PROTECT, related_name="budget_executions"
    )
    year = models.ForeignKey(
        FiscalYear, verbose_name="年度", on_delete=models.PROTECT, related_name="+"
    )
    source = models.CharField(
        "资金来源",
        max_length=20,
        choices=FundingSource.choices,
        default=FundingSource.TOTAL.value,
    )
    initial_budget = models.DecimalField(
        "年初预算数（元）", max_digits=26, decimal_places=6, null=True, blank=True
    )
    annual_budget = models.DecimalField(
        "全年预算数（元）", max_digits=26, decimal_places=6, null=True, blank=True
    )
    executed = models.DecimalField(
        "全年执行数（元）", max_digits=26, decimal_places=6, null=True, blank=True
    )
    file = models.CharField("来源文件", max_length=255, blank=True)
    as_of = models.DateField("截至日期", null=True, blank=True)

    objects = BudgetExecutionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "预算执行数"
        ordering = ["-year_id", "project__unit", "project__code", "id"]
        constraints = [
            models.UniqueConstraint(
                name="budget_execution_once",
                fields=["project", "year", "source"],
                violation_error_message="该项目这一年度的这项资金来源已有预算执行数",
            ),
            models.CheckConstraint(
                name="budget_execution_source_known",
                condition=Q(source__in=[source.value for source in FundingSource]),
                violation_error_message="不认识的资金来源",
            ),
            models.CheckConstraint(
                name="budget_execution_budgets_not_negative",
                condition=(Q(initial_budget__isnull=True) | Q(initial_budget__gte=0))
                & (Q(annual_budget__isnull=True) | Q(annual_budget__gte=0)),
                violation_error_message="预算数不能是负数",
            ),
            models.CheckConstraint(
                name="budget_execution_says_something",
                condition=Q(initial_budget__isnull=False)
                | Q(annual_budget__isnull=False)
                | Q(executed__isnull=False),
                violation_error_message="年初预算数、全年预算数、全年执行数至少填一项",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.year_id} 年「{self.project}」{self.get_source_display()}"
