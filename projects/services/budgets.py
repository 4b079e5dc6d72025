"""Keeping what the accounts say of the money of projects."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Q

from perfgoals.common.audit import Act, record_all
from perfgoals.common.models import AuditAction
from perfgoals.common.snapshots import Snapshot, changes_of, snapshot
from projects.models import BudgetExecution, FundingSource

if TYPE_CHECKING:
    from perfgoals.accounts.models import User

AMOUNTS = ("initial_budget", "annual_budget", "executed")
_FIELDS = (*AMOUNTS, "file", "as_of")
_AT_ONCE = 500

Said = dict[str, str | None]
"""The fields of a figure as JSON keeps them."""


@dataclass(frozen=True, slots=True)
class Figure:
    """What a list says of one source of a project's money, in 元; a column that the list does not have is
    not among the amounts."""

    project: int
    year: int
    source: str
    amounts: Mapping[str, Decimal]
    file: str = ""
    as_of: date | None = None


@dataclass(slots=True)
class _Written:
    created: list[BudgetExecution] = field(default_factory=list)
    changed: list[BudgetExecution] = field(default_factory=list)
    acts: list[Act] = field(default_factory=list)

    def act(
        self, action: AuditAction, why: str, one: BudgetExecution, by: User | None, *told: Snapshot
    ) -> None:
        before, after = told
        changes = changes_of(BudgetExecution, before or None, after or None)
        summary = f"{action.label}预算执行数"
        self.acts.append(Act(action, summary, by=by, subject=one, reason=why, changes=changes))


@transaction.atomic
def keep_figures(figures: Sequence[Figure], *, by: User, reason: str) -> list[dict[str, Any]]:
    """Keep the figures, those of the same project, year and source replaced: what a list does not say of
    them stays. reason: for the log.

    Returns for each that changed what it said before (None for a new one) and says now, by which
    ``restore_figures`` takes it back.
    """
    kept = _kept((one.project, one.year) for one in figures)
    written, told = _Written(), []
    for figure in figures:
        key = (figure.project, figure.year, figure.source)
        one = kept.get(key)
        before, before_said = (snapshot(one), _said(one)) if one else ({}, None)
        one = one or BudgetExecution(
            project_id=figure.project, year_id=figure.year, source=figure.source
        )
        for column, amount in figure.amounts.items():
            setattr(one, column, amount)
        one.file, one.as_of = figure.file[:255], figure.as_of
        after_said = _said(one)
        if after_said == before_said:
            continue
        one.clean_fields()
        (written.changed if before_said else written.created).append(one)
        told.append({"key": list(key), "before": before_said, "after": after_said})
        if before_said:
            written.act(AuditAction.CHANGED, reason, one, by, before, snapshot(one))
    BudgetExecution.objects.bulk_create(written.created, batch_size=_AT_ONCE)
    BudgetExecution.objects.bulk_update(written.changed, _FIELDS, batch_size=_AT_ONCE)
    for one in written.created:
        written.act(AuditAction.CREATED, reason, one, by, {}, snapshot(one))
    record_all(written.acts)
    return told


@transaction.atomic
def restore_figures(told: Iterable[Mapping[str, Any]], *, by: User, reason: str) -> int:
    """Take back what ``keep_figures`` returned. A figure that says something else by now is left. Returns
    how many were taken back."""
    listed = list(told)
    kept = _kept((one["key"][0], one["key"][1]) for one in listed)
    written, gone = _Written(), []
    for change in listed:
        one = kept.get(tuple(change["key"]))
        if one is None or _said(one) != change["after"]:
            continue
        now = snapshot(one)
        if change["before"] is None:
            written.act(AuditAction.DELETED, reason, one, by, now, {})
            gone.append(one.pk)
            continue
        for name, value in change["before"].items():
            setattr(one, name, _read(name, value))
        written.changed.append(one)
        written.act(AuditAction.CHANGED, reason, one, by, now, snapshot(one))
    BudgetExecution.objects.bulk_update(written.changed, _FIELDS, batch_size=_AT_ONCE)
    record_all(written.acts)
    BudgetExecution.objects.filter(pk__in=gone).delete()
    return len(gone) + len(written.changed)


def figures_of(project: int, year: int) -> dict[str, BudgetExecution]:
    """What is kept of the project's money in the year, by source. One query."""
    return {one.source: one for one in BudgetExecution.objects.of(project, year)}


def whence(figures: Mapping[str, BudgetExecution]) -> str:
    """Where the figures come from, in Chinese: 「执行表.xlsx」，截至 2025-12-31."""
    first = figures.get(FundingSource.TOTAL.value) or next(iter(figures.values()), None)
    if first is None:
        return ""
    file = f"「{first.file}」" if first.file else "系统管理中录入"
    return f"{file}，截至 {first.as_of}" if first.as_of else file


def _kept(keys: Iterable[tuple[int, int]]) -> dict[tuple[int, int, str], BudgetExecution]:
    """Those of the projects and years, under lock."""
    wanted = set(keys)
    found = BudgetExecution.objects.select_for_update(of=("self",)).select_related("project")
    asked = Q(project__in={project for project, _ in wanted}, year__in={year for _, year in wanted})
    return {(one.project_id, one.year_id, one.source): one for one in found.filter(asked)}


def _said(one: BudgetExecution) -> Said:
    amounts = {name: _plain(getattr(one, name)) for name in AMOUNTS}
    return amounts | {"file": one.file, "as_of": one.as_of.isoformat() if one.as_of else None}


def _plain(amount: Decimal | None) -> str | None:
    return None if amount is None else f"{amount:.6f}"


def _read(name: str, value: str | None) -> Any:
    if name in AMOUNTS:
        return None if value is None else Decimal(value)
    if name == "as_of":
        return None if value is None else date.fromisoformat(value)
    return value
