"""A list on its way: ordered to be read, read, and its projects chosen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from django.db import transaction

from perfgoals.common.audit import record
from perfgoals.common.models import AuditAction, Job
from projects.documents import MoneyUnit
from projects.models import FiscalYear
from scoring.models import ExecutionFile, ImportBatch
from scoring.services.execution_lists.matching import ListedProject, stored_project
from scoring.services.importing import WrongStanding, order_reading
from scoring.services.importing.telling import storable
from scoring.services.importing.uploading import forget_marked, locked_batch

if TYPE_CHECKING:
    from perfgoals.accounts.models import User
    from scoring.workbooks.execution import ReadList

State = ImportBatch.State
PER_PAGE = 100
_KIND = "execution"


def open_years() -> list[int]:
    """The years that a list can be of, the latest first."""
    years = FiscalYear.objects.filter(is_open=True).order_by("-year")
    return list(years.values_list("year", flat=True))


@transaction.atomic
def order_listing(batch: ImportBatch, task: Any, *, kind: str, year: int, by: User) -> Job:
    """Have the file read as a list of executed budgets of the year, and its rows matched. Raises
    WrongStanding."""
    begin_list(batch, year=year, by=by)
    return order_reading(batch, task, kind=kind, by=by)


@transaction.atomic
def begin_list(batch: ImportBatch, *, year: int, by: User) -> None:
    """Take the file for a list of executed budgets of the year, of which nothing was read yet."""
    ExecutionFile.objects.update_or_create(
        batch=batch, defaults={"year_id": year, "content": {}, "choices": {}, "money_unit": ""}
    )
    record(
        AuditAction.CHANGED, f"「{batch.name}」作为 {year} 年预算执行表读取", by=by, subject=batch
    )


@transaction.atomic
def order_planning(batch: ImportBatch, task: Any, *, kind: str, by: User) -> Job:
    """Have it worked out what the chosen projects would change. Raises WrongStanding."""
    return order_reading(batch, task, kind=kind, by=by)


@transaction.atomic
def keep_list(
    batch: ImportBatch, found: ReadList, projects: Sequence[ListedProject], *, job: Job | None
) -> ImportBatch:
    """Keep what was read; the batch then waits for the choices. job: the one that was ordered, None where
    the file is read at once. Raises WrongStanding."""
    batch = locked_batch(batch.pk)
    if job is not None and (batch.state != State.READING or batch.job_id != job.pk):
        raise WrongStanding("这次读取已被别的操作取代")
    batch.items.all().delete()
    batch.kind, batch.state, batch.message = _KIND, State.UPLOADED.value, ""
    batch.summary = {}
    forget_marked(batch)
    batch.save(update_fields=["kind", "state", "message", "summary", "marked"])
    ExecutionFile.objects.filter(batch=batch).update(
        content={
            "projects": [one.as_json() for one in projects],
            "problems": [storable(asdict(one)) for one in found.problems],
            "ignored": [storable(asdict(one)) for one in found.ignored],
            "skipped": [storable(asdict(one)) for one in found.skipped],
            "rows_read": found.rows_read,
            "blank_rows": found.blank_rows,
            "money_unit": found.money_unit,
            "is_stated": found.is_stated,
            "as_of": found.as_of.isoformat() if found.as_of else None,
        },
        choices={str(one.key): one.sure.project if one.sure else None for one in projects},
        money_unit="",
    )
    record(
        AuditAction.CREATED,
        f"读取预算执行表「{batch.name}」",
        by=batch.by,
        subject=batch,
        details={
            "行": found.rows_read,
            "项目": len(projects),
            "已对应": sum(one.how.is_sure for one in projects),
        },
    )
    return batch


def listed_projects(file: ExecutionFile) -> list[ListedProject]:
    """The projects of the list: those that a person has to choose for first, each part in the order of the
    file."""
    listed = [stored_project(one) for one in file.content.get("projects", ())]
    return sorted(listed, key=lambda one: one.how.is_sure)


def needs_money_unit(file: ExecutionFile) -> bool:
    """Whether there are amounts of which the file does not say what they are in."""
    return not file.content.get("is_stated", True)


@transaction.atomic
def keep_choices(
    file: ExecutionFile, choices: Mapping[int, int | None], money_unit: str, *, by: User
) -> None:
    """Keep for projects of the list which project each is, None for one to be left out; what is not named
    stays as it was. What was never offered counts as left out. A preview that was made of other choices is
    none any more. Raises WrongStanding."""
    batch = locked_batch(file.batch_id)
    if batch.standing not in (State.UPLOADED, State.READY):
        raise WrongStanding(f"「{batch.name}」现在是「{batch.standing.label}」，不能再改对应的项目")
    file = ExecutionFile.objects.select_for_update().get(pk=file.pk)
    kept = dict(file.choices)
    for one in listed_projects(file):
        if one.key in choices:
            chosen = choices[one.key]
            taken = chosen is not None and one.offered(chosen) is not None
            kept[str(one.key)] = chosen if taken else None
    unit = money_unit if money_unit in ("元", "万元") else file.money_unit
    if (kept, unit) == (file.choices, file.money_unit):
        return
    changed = sum(kept[key] != file.choices.get(key) for key in kept)
    file.choices, file.money_unit = kept, unit
    file.save(update_fields=["choices", "money_unit"])
    if batch.state == State.READY:
        batch.state = State.UPLOADED.value
        batch.save(update_fields=["state"])
    record(
        AuditAction.CHANGED,
        "核对预算执行表的项目",
        by=by,
        subject=batch,
        details={"改动的对应": changed, "金额单位": unit},
    )


def chosen_projects(file: ExecutionFile) -> list[tuple[ListedProject, int | None]]:
    """The projects of the list in the order of the file, each with the project that was chosen for it, None
    where it is left out. Amounts of which the file does not say are in the unit that was chosen."""
    unit: MoneyUnit = "万元" if file.money_unit == "万元" else "元"
    answer = []
    for one in sorted(listed_projects(file), key=lambda one: one.key):
        rows = [replace(row, money_unit=row.money_unit or unit) for row in one.rows]
        answer.append((replace(one, rows=rows), file.choices.get(str(one.key))))
    return answer
