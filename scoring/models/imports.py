"""批量导入: files that were uploaded, what they would change, and what was changed."""

from __future__ import annotations

import json
import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from perfgoals.accounts.models import Unit
from perfgoals.common.models import Job
from projects.models import Form, Project
from scoring.querysets import ImportQuerySet


class ImportBatch(models.Model):
    """One uploaded file on its way: read, looked at, applied, perhaps undone.

    The bytes are kept privately under ``file``, under a name that tells nothing; marked: the workbook
    with its errors marked, "" while there is none. summary: what the reader said of the file as a whole
    (sheets skipped, rows and columns ignored, counts, grouped errors). mode: what is applied. job: what
    works on it, or did last.

    The states in which something works on it (reading, applying, undoing) are left in the transaction
    that does the work. Where the work ended otherwise (failed, cancelled, given up) nothing was done,
    and the batch stands where it stood before: that is ``standing``, by which everything goes.
    """

    class State(models.TextChoices):
        UPLOADED = "uploaded", "已上传"
        READING = "reading", "正在读取"
        REFUSED = "refused", "不能读取"
        READY = "ready", "待确认"
        APPLYING = "applying", "正在导入"
        APPLIED = "applied", "已导入"
        UNDOING = "undoing", "正在撤销"
        UNDONE = "undone", "已撤销"
        DISCARDED = "discarded", "已放弃"

    class Mode(models.TextChoices):
        ALL = "all", "全部导入，有一处错误就都不导入"
        SOUND = "sound", "只导入没有错误的表"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField("文件名", max_length=255)
    size = models.PositiveBigIntegerField("大小（字节）")
    sha256 = models.CharField("SHA-256", max_length=64)
    file = models.FileField("文件", upload_to="imports/%Y/")
    marked = models.FileField("标注错误的工作簿", upload_to="imports/%Y/", blank=True)
    kind = models.CharField("种类", max_length=20, blank=True)
    state = models.CharField(
        "状态", max_length=20, choices=State.choices, default=State.UPLOADED.value
    )
    mode = models.CharField("方式", max_length=10, choices=Mode.choices, default=Mode.ALL.value)
    message = models.TextField("说明", blank=True)
    summary = models.JSONField("读取情况", default=dict)
    job = models.ForeignKey(
        Job, verbose_name="后台任务", on_delete=models.SET_NULL, null=True, related_name="+"
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="上传人", on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField("上传时间", db_default=Now())
    applied_at = models.DateTimeField("导入时间", null=True, blank=True)
    undone_at = models.DateTimeField("撤销时间", null=True, blank=True)

    objects = ImportQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "批量导入"
        ordering = ["-at"]
        indexes = [models.Index(name="import_by_content", fields=["sha256"])]
        constraints = [
            models.CheckConstraint(
                name="import_state_known",
                condition=Q(
                    state__in=[
                        *("uploaded", "reading", "refused", "ready", "applying"),
                        *("applied", "undoing", "undone", "discarded"),
                    ]
                ),
                violation_error_message="不认识的导入状态",
            ),
            models.CheckConstraint(
                name="import_mode_known",
                condition=Q(mode__in=["all", "sound"]),
                violation_error_message="不认识的导入方式",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_worked_on(self) -> bool:
        """Whether a job is reading, applying or undoing it now."""
        return self.state in _BEFORE_WORK and self.job is not None and not self.job.is_over

    @property
    def is_marking(self) -> bool:
        """Whether the workbook with its errors marked is still being made."""
        is_over = self.job is None or self.job.is_over
        return self.state in (self.State.READY, self.State.APPLIED) and not is_over

    @property
    def standing(self) -> State:
        """Where it stands, whatever became of the last job."""
        state = self.State(self.state)
        return state if self.is_worked_on else _BEFORE_WORK.get(state, state)


_BEFORE_WORK = {
    ImportBatch.State.READING: ImportBatch.State.UPLOADED,
    ImportBatch.State.APPLYING: ImportBatch.State.READY,
    ImportBatch.State.UNDOING: ImportBatch.State.APPLIED,
}


class ImportItem(models.Model):
    """A form of a batch: what it would do, and what it did.

    written: the form as it would be kept, in the JSON of its document; blank where cells could not be
    taken. It is text, for it is only ever read and copied whole. changes: what differs
    from what is kept, cell by cell (path, happened, before, after, row). problems: cells that could not
    be taken, and findings: each with sheet, cell, label, level, code, path, found, message. judged: what
    the rules make of the document, as JSON text, so that applying need not judge again. remarks: what was
    passed over or is done besides, in Chinese. takeable: whether it can be applied when it is chosen,
    although it is no new or changed form without errors.

    project: the one that the form belongs to, null while there is none; project_code: what a new one is
    given. made_project: whether applying made the project. read_version: the kept form's version when
    the file was compared with it; version_before and version_after: of the form when the batch was
    applied, both needed to undo it; version_before is null for a form that was made.
    """

    class Plan(models.TextChoices):
        NEW = "new", "新增"
        CHANGED = "changed", "修改"
        UNCHANGED = "unchanged", "无变化"
        CONFLICT = "conflict", "与正在填写的草稿冲突"
        FORBIDDEN = "forbidden", "无权导入"
        LOCKED = "locked", "已送审或已批准，不能改"
        ERROR = "error", "有错误"

    class Outcome(models.TextChoices):
        WAITING = "waiting", "未导入"
        DONE = "done", "已导入"
        LEFT = "left", "未采用"
        UNDONE = "undone", "已撤销"
        KEPT = "kept", "此后有修改，未撤销"

    # Found by the index of its constraint below.
    batch = models.ForeignKey(
        ImportBatch,
        verbose_name="批量导入",
        on_delete=models.CASCADE,
        related_name="items",
        db_index=False,
    )
    number = models.PositiveIntegerField("次序")
    sheet = models.TextField("工作表", blank=True)
    range = models.CharField("范围", max_length=60, blank=True)
    kind = models.CharField("表种", max_length=20, blank=True)
    year = models.PositiveSmallIntegerField("年度", null=True, blank=True)
    unit_name = models.TextField("实施单位", blank=True)
    project_name = models.TextField("项目名称", blank=True)
    unit = models.ForeignKey(
        Unit, verbose_name="单位", on_delete=models.SET_NULL, null=True, related_name="+"
    )
    project = models.ForeignKey(
        Project, verbose_name="项目", on_delete=models.SET_NULL, null=True, related_name="+"
    )
    project_code = models.CharField("项目编码", max_length=40, blank=True)
    written = models.TextField("内容", blank=True)
    plan = models.CharField("处理", max_length=20, choices=Plan.choices)
    why = models.TextField("缘由", blank=True)
    changes = models.JSONField("改动", default=list)
    problems = models.JSONField("问题", default=list)
    judged = models.TextField("核算", blank=True)
    remarks = models.JSONField("备注", default=list)
    takeable = models.BooleanField("可选导入", default=False)
    rows = models.PositiveIntegerField("指标行数", default=0)
    error_count = models.PositiveIntegerField("错误", default=0)
    warning_count = models.PositiveIntegerField("警告", default=0)
    hint_count = models.PositiveIntegerField("提示", default=0)
    form = models.ForeignKey(
        Form, verbose_name="表", on_delete=models.SET_NULL, null=True, related_name="+"
    )
    read_version = models.PositiveIntegerField("比较时的版本", null=True, blank=True)
    outcome = models.CharField(
        "结果", max_length=10, choices=Outcome.choices, default=Outcome.WAITING.value
    )
    made_project = models.BooleanField("新建了项目", default=False)
    version_before = models.PositiveIntegerField("导入前的版本", null=True, blank=True)
    version_after = models.PositiveIntegerField("导入后的版本", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "导入的表"
        ordering = ["batch", "number"]
        constraints = [
            models.UniqueConstraint(
                name="import_item_once",
                fields=["batch", "number"],
                violation_error_message="次序重复",
            ),
            models.CheckConstraint(
                name="import_plan_known",
                condition=Q(
                    plan__in=[
                        *("new", "changed", "unchanged", "conflict"),
                        *("forbidden", "locked", "error"),
                    ]
                ),
                violation_error_message="不认识的处理",
            ),
            models.CheckConstraint(
                name="import_outcome_known",
                condition=Q(outcome__in=["waiting", "done", "left", "undone", "kept"]),
                violation_error_message="不认识的结果",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.batch} 第 {self.number} 份"

    @property
    def document(self) -> Any:
        """The JSON of the form; None where there is none."""
        return json.loads(self.written) if self.written else None
