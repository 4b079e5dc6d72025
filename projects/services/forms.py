"""Years, projects and what both forms have in common: header, money, rows, history."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeVar

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import QuerySet, Subquery
from django.utils import timezone

from perfgoals.accounts.models import Unit
from perfgoals.common.audit import changes_between, record
from perfgoals.common.documents import Document
from perfgoals.common.findings import Finding, Level
from perfgoals.common.models import AuditAction
from perfgoals.common.patches import differences
from perfgoals.common.snapshots import changes_of, snapshot
from projects.documents import MoneyUnit, to_yuan
from projects.models import (
    FiscalYear,
    Form,
    FormPresence,
    FormVersion,
    FundingLine,
    FundingSource,
    Project,
)
from projects.workflow import Status

if TYPE_CHECKING:
    from perfgoals.accounts.models import User


class StaleVersion(Exception):
    """The form was saved by somebody else since it was read. Nothing was written."""

    def __init__(self, form: Form, expected: int) -> None:
        self.form, self.expected = form, expected
        super().__init__(
            f"「{form}」已有更新的版本，未覆盖他人的修改（您读到的是第 {expected} 版）"
        )


@transaction.atomic
def ensure_unit(*, name: str, parent: Unit | None = None, by: User | None = None) -> Unit:
    """The unit of that name; made, below ``parent``, where there is none."""
    unit = Unit.objects.filter(name=name).first()
    if unit is None:
        unit = Unit.objects.create(code=f"U{secrets.token_hex(4)}", name=name, parent=parent)
        _record_new(unit, by=by)
    return unit


@transaction.atomic
def ensure_project(
    *,
    name: str,
    unit: str,
    department: str,
    details: Mapping[str, Any] | None = None,
    by: User | None = None,
) -> Project:
    """The project of that name in the unit of that name; both made where there is none.

    department: the name of the unit above, "" where the unit is its own. details: nature, category,
    start and end as a declaration states them; they fill a project that has none yet and never
    overwrite what an administrator keeps.
    """
    above = ensure_unit(name=department or unit, by=by)
    below = ensure_unit(name=unit, parent=above, by=by)
    project = Project.objects.filter(unit=below, name=name).first()
    if project is None:
        project = Project.objects.create(
            code=f"P{secrets.token_hex(5)}",
            name=name,
            unit=below,
            department=above,
            **(details or {}),
        )
        _record_new(project, by=by)
        return project
    missing = {
        field: value for field, value in (details or {}).items() if not getattr(project, field)
    }
    if missing:
        before = snapshot(project)
        for field, value in missing.items():
            setattr(project, field, value)
        project.save(update_fields=list(missing))
        changes = changes_of(Project, before, snapshot(project))
        record(AuditAction.CHANGED, "补充项目资料", by=by, subject=project, changes=changes)
    return project


@transaction.atomic
def create_project(
    *,
    name: str,
    unit: Unit,
    nature: str = "",
    category: str = "",
    start: date | None = None,
    end: date | None = None,
    by: User | None = None,
) -> Project:
    """A new project of the unit. Raises ValidationError where the unit has one of that name."""
    if Project.objects.filter(unit=unit, name=name).exists():
        raise ValidationError(f"「{unit}」已有同名项目「{name}」，请直接选择它")
    project = Project(
        code=f"P{secrets.token_hex(5)}",
        name=name,
        unit=unit,
        department=unit.parent or unit,
        nature=nature,
        category=category,
        start=start,
        end=end,
    )
    project.full_clean()
    project.save()
    _record_new(project, by=by)
    return project


@transaction.atomic
def ensure_year(year: int, *, by: User | None = None) -> FiscalYear:
    """The fiscal year; made where there is none."""
    stored, created = FiscalYear.objects.get_or_create(year=year)
    if created:
        _record_new(stored, by=by)
    return stored


def _record_new(instance: models.Model, *, by: User | None) -> None:
    model = type(instance)
    changes = changes_of(model, None, snapshot(instance))
    summary = f"新增{model._meta.verbose_name}"
    record(AuditAction.CREATED, summary, by=by, subject=instance, changes=changes)


def claim_version(form: Form, *, expected: int, values: Mapping[str, Any] | None = None) -> None:
    """Move the form on by one version, if it still is at ``expected``; with it change the columns in
    ``values``.

    One conditional update, so of two writers exactly one succeeds. Raises StaleVersion.
    """
    columns = {**(values or {}), "version": expected + 1, "updated_at": timezone.now()}
    stored = Form.objects.filter(pk=form.pk, version=expected)
    if form.version != expected or not stored.update(**columns):
        raise StaleVersion(form, expected)
    for field, value in columns.items():
        setattr(form, field, value)


def write_header(
    form: Form,
    values: Mapping[str, Any],
    findings: Iterable[Finding],
    *,
    expected_version: int | None = None,
) -> None:
    """Save the columns that both forms share, and how many findings of each level are open.

    expected_version: the version that the form is moved on from; None for a form that is new. Raises
    StaleVersion.
    """
    levels = Counter(finding.level for finding in findings)
    columns = {
        **values,
        "error_count": levels[Level.ERROR],
        "warning_count": levels[Level.WARNING],
        "hint_count": levels[Level.HINT],
    }
    if expected_version is not None:
        claim_version(form, expected=expected_version, values=columns)
        return
    for field, value in columns.items():
        setattr(form, field, value)
    form.save(update_fields=list(columns))


def write_columns(instance: models.Model, values: Mapping[str, Any]) -> None:
    """Save the columns that differ from what the instance says; nothing where none does."""
    changed = [field for field, value in values.items() if getattr(instance, field) != value]
    for field in changed:
        setattr(instance, field, values[field])
    if changed:
        instance.save(update_fields=changed)


def write_funding_lines(
    form: Form, amounts: Mapping[str, Mapping[str, Decimal | None]], *, money_unit: MoneyUnit
) -> None:
    """Replace the funds block. ``amounts``: for each source its columns, printed in ``money_unit``;
    the column ``execution_rate`` is per cent and stays as it is."""
    form.funding_lines.all().delete()
    FundingLine.objects.bulk_create(
        FundingLine(form=form, **columns)
        for columns in funding_columns(amounts, money_unit=money_unit)
    )


def funding_columns(
    amounts: Mapping[str, Mapping[str, Decimal | None]], *, money_unit: MoneyUnit
) -> list[dict[str, Any]]:
    """The rows of a funds block that is given as to ``write_funding_lines``, whoever's they are."""
    return [
        {
            "source": source.value,
            **{
                column: amount if column == "execution_rate" else to_yuan(amount, money_unit)
                for column, amount in amounts.get(source.value, {}).items()
            },
        }
        for source in FundingSource
    ]


RowModel = TypeVar("RowModel", bound=models.Model)


def write_rows(
    stored: QuerySet[RowModel], rows: Sequence[RowModel], columns: Sequence[str]
) -> None:
    """Make the stored rows (in their order) say what ``rows`` say, touching only those that differ,
    so that a change of one cell of a long form is a change of one row."""
    existing = list(stored)
    changed = []
    differing: set[str] = set()
    for old, new in zip(existing, rows, strict=False):
        new.pk = old.pk
        other = {column for column in columns if getattr(old, column) != getattr(new, column)}
        if other:
            changed.append(new)
            differing |= other
    if changed:
        stored.model._default_manager.bulk_update(changed, sorted(differing))
    if len(rows) > len(existing):
        stored.model._default_manager.bulk_create(rows[len(existing) :])
    elif len(existing) > len(rows):
        stored.filter(pk__in=[row.pk for row in existing[len(rows) :]]).delete()


SITTING = timedelta(minutes=30)
"""Autosaves of one person that follow each other within this time are one sitting."""


def record_version(
    form: Form,
    document: Document,
    *,
    by: User | None,
    reason: FormVersion.Reason,
    note: str = "",
    before: Document | None = None,
) -> None:
    """Keep the whole document as it now stands, and write the log.

    An autosave that follows another one of the same person within the same sitting takes its place, so
    that the history is a list of sittings and not of keystrokes; the log names every change. before:
    what the form said until now.
    """
    changes = changes_between(differences(before, document)) if before is not None else []
    action, summary = _ACTS.get(reason, (AuditAction.MOVED, reason.label))
    record(
        action,
        summary,
        by=by,
        subject=form,
        reason=note,
        changes=changes,
        details={"版本": form.version, "状态": Status(form.status).label},
    )
    written = document.as_json_text()
    if reason is FormVersion.Reason.SAVED and by is not None:
        now = timezone.now()
        latest = FormVersion.objects.filter(form=form).order_by("-number").values("pk")[:1]
        same_sitting = FormVersion.objects.filter(
            pk=Subquery(latest), reason=reason.value, by=by, at__gt=now - SITTING
        )
        if same_sitting.update(number=form.version, written=written, at=now):
            return
    FormVersion.objects.create(
        form=form,
        first_number=form.version,
        number=form.version,
        written=written,
        by=by,
        reason=reason.value,
        note=note,
    )


_ACTS = {
    FormVersion.Reason.LOADED: (AuditAction.IMPORTED, "载入公开表"),
    FormVersion.Reason.CREATED: (AuditAction.CREATED, "新建表"),
    FormVersion.Reason.COPIED: (AuditAction.CREATED, "复制建表"),
    FormVersion.Reason.SAVED: (AuditAction.CHANGED, "填写"),
    FormVersion.Reason.RESTORED: (AuditAction.CHANGED, "恢复旧版本"),
    FormVersion.Reason.UPLOADED: (AuditAction.CHANGED, "从工作簿导入"),
}


PRESENT = timedelta(seconds=45)
"""How long after its last sign of life a tab counts as open."""


def note_presence(form: Form, *, user: User, tab: str) -> list[str]:
    """Note that the person has the form open in this tab.

    Returns who else has it open now: the names of others, and 「您的另一个标签页」 for another tab of the
    same person.
    """
    now = timezone.now()
    FormPresence.objects.update_or_create(form=form, user=user, tab=tab, defaults={"seen_at": now})
    FormPresence.objects.filter(form=form, seen_at__lt=now - PRESENT).delete()
    others = form.presences.exclude(user=user, tab=tab).select_related("user")
    return sorted({"您的另一个标签页" if p.user_id == user.pk else str(p.user) for p in others})


def end_presence(form: Form, *, user: User, tab: str) -> None:
    """The tab was closed."""
    form.presences.filter(user=user, tab=tab).delete()
