"""Lists of executed budgets among the imports."""

from __future__ import annotations

from django.db import models

from projects.models import FiscalYear
from scoring.models.imports import ImportBatch


class ExecutionFile(models.Model):
    """A list of executed budgets (预算执行表): what was read of it, and whose each row is taken for.

    content: {} before the file was read; then its projects with their candidates, and what was passed over
    or could not be taken. choices: by key of the project in the list the number of the project that was
    chosen for it, null where it is left out. money_unit: what amounts are in of which the file does not
    say. figures: the budget execution figures that the import changed, by which they are taken back.
    """

    batch = models.OneToOneField(
        ImportBatch,
        verbose_name="批量导入",
        on_delete=models.CASCADE,
        primary_key=True,
        related_name="execution",
    )
    year = models.ForeignKey(
        FiscalYear, verbose_name="年度", on_delete=models.PROTECT, related_name="+"
    )
    content = models.JSONField("读取情况", default=dict)
    choices = models.JSONField("对应", default=dict)
    money_unit = models.CharField("金额单位", max_length=10, blank=True)
    figures = models.JSONField("预算执行数", default=list)

    class Meta:
        verbose_name = verbose_name_plural = "预算执行表"

    def __str__(self) -> str:
        return f"{self.batch}（{self.year_id} 年预算执行表）"

    @property
    def is_read(self) -> bool:
        return bool(self.content)
