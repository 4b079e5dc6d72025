"""What a person has seen, and whether they want to be told by mail."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class Visit(models.Model):
    """How far a person has read what others did (``seen_at``), and their daily digest.

    digested_at: up to when the last digest sent told of changes; digest_tried_on: the last day on which
    one was tried, sent or not, so that there is never a second one on a day.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        verbose_name="用户",
        on_delete=models.CASCADE,
        primary_key=True,
        related_name="visit",
    )
    seen_at = models.DateTimeField("已读至", null=True, blank=True)
    wants_digest = models.BooleanField("每日提醒邮件", db_default=False)
    digested_at = models.DateTimeField("邮件已告知至", null=True, blank=True)
    digest_tried_on = models.DateField("最近尝试发送", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "已读与提醒"

    def __str__(self) -> str:
        return str(self.user)
