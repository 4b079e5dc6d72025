"""What reviewers say of a form: comments, waived findings; and the adjustment of goals."""

from __future__ import annotations

import re

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from projects.models.forms import Form
from projects.querysets import WaiverQuerySet


class Comment(models.Model):
    """批注: what a reviewer says of a cell, with the answers to it.

    place: the cell by its stable path ("row:CODE.target" for a cell of a row, which moves); "" for the
    form as a whole. quote: what the cell said then. number: the version of the form it was said of.
    """

    form = models.ForeignKey(
        Form, verbose_name="表", on_delete=models.CASCADE, related_name="comments"
    )
    parent = models.ForeignKey(
        "self",
        verbose_name="所答复的批注",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="answers",
    )
    place = models.CharField("位置", max_length=120, blank=True)
    label = models.TextField("位置名称", blank=True)
    quote = models.TextField("当时的内容", blank=True)
    text = models.TextField("内容")
    number = models.PositiveIntegerField("版本")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="批注人", on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField("时间", db_default=Now())
    resolved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="处理人",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    resolved_at = models.DateTimeField("处理时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "批注"
        ordering = ["form", "at", "id"]
        indexes = [models.Index(name="comment_by_time", fields=["-at"])]
        constraints = [
            models.CheckConstraint(
                name="comment_not_blank",
                condition=~Q(text=""),
                violation_error_message="批注不能为空",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.form}：{self.text[:40]}"


_OTHER_FORM = re.compile(r"〖另表 \d+〗")


class Waiver(models.Model):
    """豁免: a finding that was looked at and let pass, with the reason.

    It holds for the very sentence that was waived: when the cell changes so that the finding says
    something else, the finding is open again. A sentence about another form names it by its number.
    """

    form = models.ForeignKey(
        Form, verbose_name="表", on_delete=models.CASCADE, related_name="waivers"
    )
    code = models.CharField("检查", max_length=80)
    place = models.CharField("位置", max_length=120, blank=True)
    message = models.TextField("检查结果")
    reason = models.TextField("豁免理由")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="豁免人", on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField("豁免时间", db_default=Now())
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="撤销人",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    revoked_at = models.DateTimeField("撤销时间", null=True, blank=True)

    objects = WaiverQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "豁免"
        ordering = ["form", "at", "id"]
        constraints = [
            models.UniqueConstraint(
                name="waiver_once",
                fields=["form", "code", "place", "message"],
                condition=Q(revoked_at__isnull=True),
                violation_error_message="这条检查结果已豁免",
            ),
            models.CheckConstraint(
                name="waiver_has_reason",
                condition=~Q(reason=""),
                violation_error_message="请写明豁免理由",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.form}：{self.words}"

    @property
    def words(self) -> str:
        """The sentence for readers who may not all see the other form that it is about."""
        return _OTHER_FORM.sub("另一份表", self.message)


class Adjustment(models.Model):
    """目标调整: an approved declaration was opened again to change its goals.

    before: the approved version that stays on record; after: the version approved anew, null while the
    change is under way and where it was given up.
    """

    form = models.ForeignKey(
        Form, verbose_name="申报表", on_delete=models.CASCADE, related_name="adjustments"
    )
    before = models.PositiveIntegerField("调整前的版本")
    after = models.PositiveIntegerField("调整后的版本", null=True, blank=True)
    reason = models.TextField("调整理由")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="申请人", on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField("申请时间", db_default=Now())
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="办结人",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    closed_at = models.DateTimeField("办结时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "目标调整"
        ordering = ["form", "at"]
        constraints = [
            models.UniqueConstraint(
                name="adjustment_open_once",
                fields=["form"],
                condition=Q(closed_at__isnull=True),
                violation_error_message="这份申报表正在调整",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.form}，第 {self.before} 版起"
