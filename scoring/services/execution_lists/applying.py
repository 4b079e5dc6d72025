"""Applying a list, and taking it back: the forms go the way of every batch, and the figures of all projects
that were chosen are kept beside them, in the same transaction."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from datetime import date
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from perfgoals.common.audit import record
from perfgoals.common.models import AuditAction, Job
from projects.services import Figure, keep_figures, restore_figures
from scoring.models import ExecutionFile, ImportBatch, ImportItem
from scoring.services.execution_lists.files import chosen_projects
from scoring.services.execution_lists.filling import filling_of
from scoring.services.execution_lists.matching import reached_projects
from scoring.services.importing import (
    BY_ITSELF,
    IN_THE_WAY,
    NotApplied,
    Report,
    WrongStanding,
    apply_batch,
    undo_batch,
)
from scoring.services.importing.uploading import locked_batch

if TYPE_CHECKING:
    from perfgoals.accounts.models import User

State = ImportBatch.State


@transaction.atomic
def apply_list(
    batch: ImportBatch,
    *,
    mode: ImportBatch.Mode,
    by: User,
    report: Report,
    chosen: Collection[int] = (),
    job: Job | None = None,
) -> None:
    """Apply the batch of a list and keep its figures: both, or nothing. As ``apply_batch``, but a list whose
    projects have no self-evaluation yet is applied too. Raises NotApplied and WrongStanding."""
    batch = locked_batch(batch.pk)
    if job is not None and batch.state == State.APPLIED and batch.job_id == job.pk:
        return
    file = ExecutionFile.objects.select_for_update().get(pk=batch.pk)
    figures = list(_figures(file, batch))
    taken = batch.items.filter(plan__in=BY_ITSELF).exists() or bool(
        set(chosen) & set(batch.items.filter(takeable=True).values_list("number", flat=True))
    )
    if taken or not figures:
        apply_batch(batch, mode=mode, by=by, report=report, chosen=chosen, job=job)
    else:
        _apply_without_forms(batch, mode, len(figures), by=by, job=job)
    report(0, 0, "正在保存预算执行数")
    file.figures = keep_figures(figures, by=by, reason=f"导入预算执行表「{batch.name}」")
    file.save(update_fields=["figures"])


@transaction.atomic
def undo_list(batch: ImportBatch, *, by: User, report: Report, job: Job | None = None) -> None:
    """Undo the batch of a list, and take its figures back; those that were changed since stay. Raises
    WrongStanding."""
    undo_batch(batch, by=by, report=report, job=job)
    file = ExecutionFile.objects.select_for_update().get(pk=batch.pk)
    restore_figures(file.figures, by=by, reason=f"撤销导入预算执行表「{batch.name}」")
    file.figures = []
    file.save(update_fields=["figures"])


def _figures(file: ExecutionFile, batch: ImportBatch) -> Iterator[Figure]:
    """What the list says of the projects that were chosen once each, and that the person administers."""
    projects = chosen_projects(file)
    times = Counter(number for _, number in projects if number is not None)
    reached = reached_projects(batch.by).filter(pk__in=set(times))
    known = set(reached.values_list("pk", flat=True))
    as_of = file.content.get("as_of")
    for listed, number in projects:
        if number is None or number not in known or times[number] > 1:
            continue
        by_source: dict[str, dict] = {}
        for (source, column), amount in filling_of(listed.rows).amounts.items():
            by_source.setdefault(source, {})[column] = amount
        for source, amounts in by_source.items():
            yield Figure(
                number,
                file.year_id,
                source,
                amounts,
                file=batch.name,
                as_of=date.fromisoformat(as_of) if as_of else None,
            )


def _apply_without_forms(
    batch: ImportBatch, mode: ImportBatch.Mode, figures: int, *, by: User, job: Job | None
) -> None:
    expected = State.READY if job is None else State.APPLYING
    state = batch.standing if job is None else batch.state
    if state != expected or (job is not None and batch.job_id != job.pk):
        raise WrongStanding("这次导入已被别的操作取代")
    wrong = batch.items.filter(plan__in=IN_THE_WAY).count() + len(batch.summary.get("problems", ()))
    if mode == ImportBatch.Mode.ALL and wrong:
        raise NotApplied(
            f"有 {wrong} 份表（处）有错误或不能改，按「全部导入」的方式没有导入任何内容"
        )
    batch.items.update(outcome=ImportItem.Outcome.LEFT.value)
    batch.state, batch.mode, batch.applied_at = State.APPLIED.value, mode.value, timezone.now()
    batch.message = ""
    batch.save(update_fields=["state", "mode", "applied_at", "message"])
    record(
        AuditAction.IMPORTED,
        f"批量导入「{batch.name}」",
        by=by,
        subject=batch,
        details={"方式": mode.label, "预算执行数": figures},
    )
