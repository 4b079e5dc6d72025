"""What is kept so that forms can be compared with each other, and what the comparison showed.

All of it is derived from the forms and can be reckoned anew at any time, so the audit log does not tell of
it: it tells of the submit, or of the start of a year's run, that made it.
"""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from perfgoals.accounts.models import Unit
from perfgoals.common.findings import Level
from projects.models import KIND_CHOICES, Form, Project
from scoring.querysets import CrossFindingQuerySet, TargetMarkQuerySet, TextMarkQuerySet

LEVELS = [(level.value, level.label) for level in Level if level is not Level.ERROR]


class Mark(models.Model):
    """Something of a form as it was last submitted, by which other forms of the year find it."""

    form = models.ForeignKey(
        Form, verbose_name="表", on_delete=models.CASCADE, related_name="%(class)ss"
    )
    year = models.PositiveSmallIntegerField("年度")
    kind = models.CharField("表种", max_length=20, choices=KIND_CHOICES)
    project = models.ForeignKey(
        Project, verbose_name="项目", on_delete=models.CASCADE, related_name="+"
    )
    path = models.TextField("位置")

    class Meta:
        abstract = True


class TextMark(Mark):
    """A long text. text: as it is compared; bands: the keys of which similar texts share some; since: when
    it first stood in the form, for of two like texts the later one is the copy."""

    unit = models.ForeignKey(
        Unit, verbose_name="实施单位", on_delete=models.CASCADE, related_name="+"
    )
    sort = models.CharField("种类", max_length=10)
    text = models.TextField("文字")
    bands = ArrayField(models.BigIntegerField(), verbose_name="特征")
    since = models.DateTimeField("始见时间", db_default=Now())

    objects = TextMarkQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "文字特征"
        ordering = ["form", "id"]
        indexes = [
            GinIndex(name="text_mark_by_band", fields=["bands"], fastupdate=False),
            models.Index(name="text_mark_by_year", fields=["year", "kind", "sort"]),
        ]
        constraints = [
            models.UniqueConstraint(
                name="text_mark_once",
                fields=["form", "path"],
                violation_error_message="这一处文字已有特征",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.form} · {self.path}"


class TargetMark(Mark):
    """A target that is a number. name_key: of the indicator's name; number and measure with 万 and 亿
    multiplied out."""

    name_key = models.BigIntegerField("名称特征")
    comparison = models.CharField("比较符号", max_length=1, blank=True)
    number = models.DecimalField("指标数值", max_digits=40, decimal_places=8)
    measure = models.TextField("计量单位")

    objects = TargetMarkQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "指标特征"
        ordering = ["form", "id"]
        indexes = [models.Index(name="target_mark_by_name", fields=["year", "kind", "name_key"])]

    def __str__(self) -> str:
        return f"{self.form} · {self.path}"


class CrossFinding(models.Model):
    """What a cross-form check found on a form. path: stable; message: with ``OTHER_FORM`` in place of the
    other form's name, for not every reader may be told it."""

    form = models.ForeignKey(
        Form, verbose_name="表", on_delete=models.CASCADE, related_name="cross_findings"
    )
    code = models.CharField("检查", max_length=60)
    level = models.CharField("级别", max_length=10, choices=LEVELS)
    path = models.TextField("位置", blank=True)
    message = models.TextField("内容")
    basis = models.TextField("依据")
    other = models.ForeignKey(
        Form,
        verbose_name="另一份表",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="cross_findings_elsewhere",
    )
    at = models.DateTimeField("检查时间", db_default=Now())

    # What the queryset adds where it is asked to.
    key: str
    waiver: dict[str, Any] | None
    sees_form: bool
    sees_other: bool

    objects = CrossFindingQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "跨表检查结果"
        ordering = ["form", "id"]
        constraints = [
            models.CheckConstraint(
                name="cross_finding_never_an_error",
                condition=Q(level__in=["warning", "hint"]),
                violation_error_message="跨表检查只有警告和提示",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.form} · {self.code}"
