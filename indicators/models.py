"""The indicator tree, and the 申报表 in tables."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from indicators.querysets import IndicatorRowQuerySet, LibraryQuerySet
from indicators.values import Comparison, Kind
from projects.models import Form

KIND_LABELS = {
    Kind.QUANTITATIVE: "定量",
    Kind.DEADLINE: "时限",
    Kind.COMPOUND: "复合",
    Kind.QUALITATIVE: "定性",
    Kind.BLANK: "空白",
}


class IndicatorCategory(models.Model):
    """A class of indicators of level 1 or 2 (指标体系), with the years in which forms use it."""

    code = models.CharField("编码", max_length=40, unique=True)
    name = models.CharField("名称", max_length=60)
    parent = models.ForeignKey(
        "self",
        verbose_name="一级指标",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        limit_choices_to={"parent": None},
    )
    order = models.PositiveSmallIntegerField("次序", default=0)
    first_year = models.PositiveSmallIntegerField("启用年度", null=True, blank=True)
    last_year = models.PositiveSmallIntegerField("停用年度", null=True, blank=True)
    source = models.CharField("依据", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "指标分类"
        ordering = [F("parent__order").asc(nulls_first=True), "order", "code"]
        constraints = [
            models.UniqueConstraint(
                name="indicator_category_once",
                fields=["parent", "name"],
                nulls_distinct=False,
                violation_error_message="同一级下已有同名指标分类",
            ),
            models.CheckConstraint(
                name="indicator_category_not_its_own_parent",
                condition=~Q(parent=F("id")),
                violation_error_message="一级指标不能是自己",
            ),
            models.CheckConstraint(
                name="indicator_category_years_in_order",
                condition=Q(first_year__isnull=True)
                | Q(last_year__isnull=True)
                | Q(last_year__gte=F("first_year")),
                violation_error_message="停用年度早于启用年度",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Declaration(models.Model):
    """财政项目支出绩效目标申报表."""

    form = models.OneToOneField(
        Form, on_delete=models.CASCADE, primary_key=True, related_name="declaration"
    )
    summary_title = models.TextField("汇总表标题", blank=True)
    nature = models.TextField("项目性质", blank=True)
    category = models.TextField("项目类别", blank=True)
    start = models.DateField("计划开始日期", null=True, blank=True)
    end = models.DateField("计划完成日期", null=True, blank=True)
    overall_goal = models.TextField("项目总目标", blank=True)
    annual_goal = models.TextField("年度总体目标", blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "绩效目标申报表"

    def __str__(self) -> str:
        return str(self.form)


class IndicatorRow(models.Model):
    """A row of the indicator tree as both forms have it. The target keeps its printed text; comparison,
    number and measure are what was read from it."""

    order = models.PositiveIntegerField("次序")
    code = models.TextField("行码", blank=True)
    level1 = models.TextField("一级指标", blank=True)
    level2 = models.TextField("二级指标", blank=True)
    name = models.TextField("三级指标", blank=True)
    target = models.TextField("年度指标值", blank=True)
    target_kind = models.CharField(
        "指标值种类",
        max_length=20,
        choices=[(kind.value, label) for kind, label in KIND_LABELS.items()],
    )
    target_comparison = models.CharField(
        "比较符号", max_length=1, blank=True, choices=[(c.value, c.value) for c in Comparison]
    )
    target_number = models.DecimalField(
        "指标数值", max_digits=30, decimal_places=8, null=True, blank=True
    )
    target_measure = models.TextField("计量单位", blank=True)
    damaged = models.JSONField("源文件损坏处", default=dict, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name


class Indicator(IndicatorRow):
    """A declared indicator (绩效指标)."""

    # Found by the index of its constraint below.
    declaration = models.ForeignKey(
        Declaration,
        verbose_name="申报表",
        on_delete=models.CASCADE,
        related_name="indicators",
        db_index=False,
    )

    objects = IndicatorRowQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "绩效指标"
        ordering = ["declaration", "order"]
        constraints = [
            models.UniqueConstraint(
                name="indicator_order_once",
                fields=["declaration", "order"],
                violation_error_message="两行指标的次序相同",
            ),
        ]


class LibraryIndicator(models.Model):
    """指标库: a shared indicator with a typical target, offered while a name is typed."""

    code = models.CharField("编码", max_length=40, unique=True)
    level1 = models.TextField("一级指标")
    level2 = models.TextField("二级指标")
    topic = models.TextField("主题", blank=True)
    name = models.TextField("三级指标")
    target = models.TextField("参考指标值", blank=True)
    source = models.TextField("来源", blank=True)
    is_active = models.BooleanField("使用中", default=True)

    objects = LibraryQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "指标库"
        ordering = ["level1", "level2", "topic", "name"]
        constraints = [
            models.UniqueConstraint(
                name="library_indicator_once",
                fields=["level2", "topic", "name"],
                violation_error_message="同一分类和主题下已有同名指标",
            ),
            models.CheckConstraint(
                name="library_indicator_named",
                condition=~Q(name="") & ~Q(level2=""),
                violation_error_message="二级指标和三级指标名称不能为空",
            ),
        ]

    def __str__(self) -> str:
        return self.name
