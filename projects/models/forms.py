"""What both forms have in common: the form itself, its money, its history, its evidence."""

from __future__ import annotations

import json
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from projects.models.projects import Project
from projects.models.years import FiscalYear
from projects.querysets import FormQuerySet
from projects.workflow import FormKind, Status

KIND_CHOICES = [(kind.value, kind.label) for kind in FormKind]
STATUS_CHOICES = [(status.value, status.label) for status in Status]


class FundingSource(models.TextChoices):
    """A row of the funds block."""

    TOTAL = "total", "资金总额"
    APPROPRIATION = "appropriation", "当年财政拨款"
    CARRYOVER = "carryover", "上年结转资金"
    OTHER = "other", "其他资金"


class Form(models.Model):
    """What both forms have in common: one number, one life, one history.

    The names of project, unit and department are kept as the form states them: a unit that is renamed
    later does not change what an approved form says.
    """

    kind = models.CharField("表种", max_length=20, choices=KIND_CHOICES)
    project = models.ForeignKey(
        Project, verbose_name="项目", on_delete=models.PROTECT, related_name="forms"
    )
    year = models.ForeignKey(
        FiscalYear, verbose_name="年度", on_delete=models.PROTECT, related_name="forms"
    )
    status = models.CharField(
        "状态", max_length=20, choices=STATUS_CHOICES, default=Status.DRAFT.value
    )
    version = models.PositiveIntegerField("版本", default=1)
    project_name = models.TextField("项目名称", blank=True)
    unit_name = models.TextField("实施单位", blank=True)
    department_name = models.TextField("主管部门", blank=True)
    money_unit = models.CharField("金额单位", max_length=4, default="元")
    source = models.TextField("来源文件", blank=True)
    damaged = models.JSONField("源文件损坏处", default=dict, blank=True)
    # When it last came before a reviewer, and whether that was after the last day; null while it never
    # did, and again after a withdrawal.
    submitted_at = models.DateTimeField("送审时间", null=True, blank=True)
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="送审人",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    is_late = models.BooleanField("逾期送审", db_default=False)
    # The approved version that stands while the goals are being adjusted.
    adjusts_version = models.PositiveIntegerField("调整前的版本", null=True, blank=True)
    # Cells that were copied and that the preparer has yet to look at, by stable path ("row:CODE.target"
    # for a cell of a row, which moves).
    unconfirmed = models.JSONField("待确认", default=list, blank=True)
    error_count = models.PositiveIntegerField("错误", default=0)
    warning_count = models.PositiveIntegerField("警告", default=0)
    hint_count = models.PositiveIntegerField("提示", default=0)
    created_at = models.DateTimeField("建立时间", db_default=Now())
    updated_at = models.DateTimeField("保存时间", db_default=Now())

    objects = FormQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "表"
        ordering = ["-year_id", "project"]
        indexes = [models.Index(name="form_by_status", fields=["status", "year", "kind"])]
        constraints = [
            models.UniqueConstraint(
                name="form_once_a_year",
                fields=["project", "year", "kind"],
                violation_error_message="该项目本年度已有同一种表",
            ),
            models.CheckConstraint(
                name="form_kind_known",
                condition=Q(kind__in=[kind.value for kind in FormKind]),
                violation_error_message="不认识的表种",
            ),
            models.CheckConstraint(
                name="form_status_known",
                condition=Q(status__in=[status.value for status in Status]),
                violation_error_message="不认识的状态",
            ),
            models.CheckConstraint(
                name="form_money_unit_known",
                condition=Q(money_unit__in=["元", "万元"]),
                violation_error_message="金额单位应为元或万元",
            ),
            models.CheckConstraint(
                name="form_version_positive",
                condition=Q(version__gte=1),
                violation_error_message="版本号应从 1 开始",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.year_id} 年{self.get_kind_display()}：{self.shown_name}"

    @property
    def is_draft(self) -> bool:
        """Whether it is still being written: such a form says 草稿 on every printed page."""
        return Status(self.status) in (Status.DRAFT, Status.RETURNED)

    @property
    def shown_name(self) -> str:
        """The project's name, or a word in its place where the source cannot be read or is blank."""
        if self.damaged.get("name") == "lost":
            return "〔名称无法辨认〕"
        return self.project_name or "〔未填名称〕"


class FundingLine(models.Model):
    """A row of the funds block of a form, in 元. A blank cell is null, which is not 0.00."""

    form = models.ForeignKey(
        Form, verbose_name="表", on_delete=models.CASCADE, related_name="funding_lines"
    )
    source = models.CharField("资金来源", max_length=20, choices=FundingSource.choices)
    project_amount = models.DecimalField(
        "项目资金", max_digits=26, decimal_places=6, null=True, blank=True
    )
    requested = models.DecimalField(
        "年度资金申请", max_digits=26, decimal_places=6, null=True, blank=True
    )
    initial_budget = models.DecimalField(
        "年初预算数", max_digits=26, decimal_places=6, null=True, blank=True
    )
    annual_budget = models.DecimalField(
        "全年预算数", max_digits=26, decimal_places=6, null=True, blank=True
    )
    executed = models.DecimalField(
        "全年执行数", max_digits=26, decimal_places=6, null=True, blank=True
    )
    execution_rate = models.DecimalField(
        "执行率（%）", max_digits=16, decimal_places=4, null=True, blank=True
    )

    class Meta:
        verbose_name = verbose_name_plural = "项目资金"
        ordering = ["form", "id"]
        constraints = [
            models.UniqueConstraint(
                name="funding_line_once",
                fields=["form", "source"],
                violation_error_message="同一资金来源出现两次",
            ),
            models.CheckConstraint(
                name="funding_source_known",
                condition=Q(source__in=[source.value for source in FundingSource]),
                violation_error_message="不认识的资金来源",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.form} · {self.get_source_display()}"


class FormVersion(models.Model):
    """A whole form as it stood: its document, with who, when and why.

    The autosaves of one sitting are one version: it covers ``first_number`` to ``number``, and holds
    the form as it stood at the last of them. written: the JSON of the document. It is text, for it is only
    ever read and copied whole, and the database needs half the time to take it in.
    """

    class Reason(models.TextChoices):
        LOADED = "loaded", "载入公开表"
        CREATED = "created", "新建"
        COPIED = "copied", "复制建立"
        SAVED = "saved", "填写"
        SUBMITTED = "submitted", "送审"
        WITHDRAWN = "withdrawn", "撤回"
        RESTORED = "restored", "恢复旧版本"
        UPLOADED = "uploaded", "从工作簿导入"
        ENDORSED = "endorsed", "单位审核通过"
        RETURNED = "returned", "退回"
        APPROVED = "approved", "审核通过"
        PUBLISHED = "published", "公开"
        UNPUBLISHED = "unpublished", "撤回公开"
        REOPENED = "reopened", "重新打开"
        ADJUSTED = "adjusted", "目标调整"
        ADJUSTMENT_CANCELLED = "adjustment_cancelled", "取消调整"

    form = models.ForeignKey(
        Form, verbose_name="表", on_delete=models.CASCADE, related_name="versions"
    )
    first_number = models.PositiveIntegerField("起始版本", default=1)
    number = models.PositiveIntegerField("版本")
    written = models.TextField("内容")
    reason = models.CharField("缘由", max_length=20, choices=Reason.choices)
    note = models.TextField("说明", blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="操作人",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    started_at = models.DateTimeField("开始时间", db_default=Now())
    at = models.DateTimeField("时间", db_default=Now())

    class Meta:
        verbose_name = verbose_name_plural = "历史版本"
        ordering = ["form", "-number"]
        indexes = [models.Index(name="form_version_by_time", fields=["-at"])]
        constraints = [
            models.UniqueConstraint(
                name="form_version_once",
                fields=["form", "number"],
                violation_error_message="该版本已存在",
            ),
            models.CheckConstraint(
                name="form_version_numbers_in_order",
                condition=Q(first_number__lte=F("number")),
                violation_error_message="起始版本不能大于版本",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.form} 第 {self.number} 版"

    @property
    def document(self) -> dict[str, Any]:
        """The JSON of the form as it stood."""
        read: dict[str, Any] = json.loads(self.written)
        return read


class FormPresence(models.Model):
    """A tab in which somebody has a form open, so that two people know of each other."""

    form = models.ForeignKey(
        Form, verbose_name="表", on_delete=models.CASCADE, related_name="presences"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="用户", on_delete=models.CASCADE, related_name="+"
    )
    tab = models.CharField("标签页", max_length=40)
    seen_at = models.DateTimeField("最近在线", db_default=Now())

    class Meta:
        verbose_name = verbose_name_plural = "正在打开"
        constraints = [
            models.UniqueConstraint(
                name="form_presence_once",
                fields=["form", "user", "tab"],
                violation_error_message="同一标签页重复登记",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.form}"


class Attachment(models.Model):
    """佐证材料: a file that proves what a row, or the form as a whole, says. Kept privately."""

    form = models.ForeignKey(
        Form, verbose_name="表", on_delete=models.CASCADE, related_name="attachments"
    )
    row_code = models.CharField("指标行", max_length=60, blank=True)
    name = models.CharField("文件名", max_length=255)
    content_type = models.CharField("类型", max_length=100)
    size = models.PositiveBigIntegerField("大小（字节）")
    sha256 = models.CharField("SHA-256", max_length=64)
    file = models.FileField("文件", upload_to="attachments/%Y/")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="上传人",
        on_delete=models.PROTECT,
        related_name="+",
    )
    at = models.DateTimeField("上传时间", db_default=Now())

    class Meta:
        verbose_name = verbose_name_plural = "佐证材料"
        ordering = ["form", "row_code", "at"]
        constraints = [
            models.UniqueConstraint(
                name="attachment_once",
                fields=["form", "row_code", "sha256"],
                violation_error_message="这一行已有同样的文件",
            ),
        ]

    def __str__(self) -> str:
        return self.name
