"""Writing many forms at once: header, money, rows, versions and log, a few statements for all of them.

The columns are those of the services that write one form; only the way into the tables is another.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from indicators.documents import DeclarationDocument
from indicators.models import Declaration, Indicator
from indicators.services import (
    declaration_columns,
    header_columns,
    indicator_rows,
    requested_amounts,
)
from perfgoals.accounts.models import Unit
from perfgoals.common.audit import Act, AuditChange, record_all
from perfgoals.common.bulk import insert_rows, reserve_ids, update_rows
from perfgoals.common.models import AuditAction
from perfgoals.common.snapshots import changes_of, snapshot
from projects.models import Form, FormVersion, FundingLine, Project
from projects.services import funding_lines
from projects.workflow import FormKind, Status
from scoring.models import IndicatorResult, SelfEvaluation
from scoring.services.evaluations import result_rows, spent_amounts, stated_columns
from scoring.services.importing.judging import Schemes, Verdict
from scoring.services.importing.progress import Report

if TYPE_CHECKING:
    from perfgoals.accounts.models import User

_COMPUTED = (
    "computed_rate",
    "computed_execution_score",
    "computed_total",
    "suggested_total",
    "computed_rating",
)
_COUNTS = ("error_count", "warning_count", "hint_count")


@dataclass(slots=True)
class Write:
    """A form to be written. form: the kept one, locked; or a new one, not stored yet. document: of either
    kind. counts: of errors,
    warnings and hints that are open. changes: for the log."""

    form: Form
    document: Any
    verdict: Verdict
    counts: tuple[int, int, int]
    is_new: bool = False
    changes: list[AuditChange] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Told:
    """What versions and log say of it. new: of forms that are made; details: beside the version."""

    reason: FormVersion.Reason
    note: str
    summary: str
    new: str = ""
    details: dict[str, Any] = field(default_factory=dict)


def lock(units: Iterable[int], forms: Iterable[int]) -> dict[int, Form]:
    """Lock the units in which forms are made, then the forms, always in the order of their numbers: of two
    imports of the same projects the second waits for the first, and none for the other."""
    list(
        Unit.objects.filter(pk__in=set(units))
        .order_by("pk")
        .select_for_update(no_key=True)
        .values_list("pk", flat=True)
    )
    locked = Form.objects.filter(pk__in=set(forms)).order_by("pk").select_for_update(no_key=True)
    return {form.pk: form for form in locked}


def write_forms(writes: Sequence[Write], *, by: User, told: Told, report: Report) -> None:
    """Make every form say its document, as one more version of it. To be called in a transaction that
    holds the locks of ``lock`` and has looked that nothing was changed since."""
    if not writes:
        return
    total = sum(len(one.document.indicators) for one in writes)
    report(0, total, "正在写入")
    now = timezone.now()
    new = [one for one in writes if one.is_new]
    old = [one for one in writes if not one.is_new]
    for one, pk in zip(new, reserve_ids(Form, len(new)), strict=True):
        one.form.pk = pk
    for one in writes:
        columns = header_columns(one.document) | dict(zip(_COUNTS, one.counts, strict=True))
        for name, value in columns.items():
            setattr(one.form, name, value)
        if not one.is_new:
            one.form.version += 1
            one.form.updated_at = now
    insert_rows(Form, (one.form for one in new))
    header = [*header_columns(writes[0].document), *_COUNTS, "version", "updated_at"]
    if old:
        update_rows(Form, (one.form for one in old), header)
        FundingLine.objects.filter(form__in=[one.form.pk for one in old]).delete()
    _write_kinds(new, old)
    insert_rows(FundingLine, (line for one in writes for line in _lines(one)))
    _write_rows(old, writes, total, report)
    insert_rows(FormVersion, (_version(one, by=by, told=told) for one in writes))
    report(total, total, "正在写入日志")
    record_all(_act(one, by=by, told=told) for one in writes)


def _write_kinds(new: Sequence[Write], old: Sequence[Write]) -> None:
    schemes = Schemes()
    insert_rows(Declaration, (_declaration(one) for one in new if _is_declared(one)))
    insert_rows(SelfEvaluation, (_evaluation(one, schemes) for one in new if not _is_declared(one)))
    declared = [_declaration(one) for one in old if _is_declared(one)]
    evaluated = [_evaluation(one, None) for one in old if not _is_declared(one)]
    if declared:
        columns = next(declaration_columns(one.document) for one in old if _is_declared(one))
        update_rows(Declaration, declared, list(columns))
    if evaluated:
        columns = next(stated_columns(one.document) for one in old if not _is_declared(one))
        update_rows(SelfEvaluation, evaluated, [*columns, *_COMPUTED])


def _is_declared(one: Write) -> bool:
    return one.form.kind == FormKind.DECLARATION


def _declaration(one: Write) -> Declaration:
    return Declaration(form_id=one.form.pk, **declaration_columns(one.document))


def _evaluation(one: Write, schemes: Schemes | None) -> SelfEvaluation:
    """schemes: for a new one, which is scored by the one in force."""
    evaluation = SelfEvaluation(
        form_id=one.form.pk, **stated_columns(one.document), **one.verdict.computed
    )
    if schemes is not None:
        evaluation.scheme = schemes.stored_for(one.document.year)
    return evaluation


def _lines(one: Write) -> list[FundingLine]:
    document = one.document
    amounts = (
        requested_amounts(document)
        if isinstance(document, DeclarationDocument)
        else spent_amounts(document)
    )
    return funding_lines(one.form, amounts, money_unit=document.money_unit)


def _write_rows(old: Sequence[Write], writes: Sequence[Write], total: int, report: Report) -> None:
    keys = [one.form.pk for one in old]
    if keys:
        for model, owner in ((Indicator, "declaration"), (IndicatorResult, "self_evaluation")):
            model.objects.filter(**{f"{owner}__in": keys})._raw_delete("default")
    done = 0

    def rows(declared: bool) -> Iterable[Any]:
        nonlocal done
        for one in writes:
            if _is_declared(one) is declared:
                yield from _rows(one)
                done += len(one.document.indicators)
                report(done, total, "正在写入")

    insert_rows(Indicator, rows(declared=True))
    insert_rows(IndicatorResult, rows(declared=False))


def _rows(one: Write) -> Sequence[Any]:
    document = one.document
    if isinstance(document, DeclarationDocument):
        return indicator_rows(one.form.pk, document)
    return result_rows(one.form.pk, document, one.verdict.suggested)


def _version(one: Write, *, by: User, told: Told) -> FormVersion:
    return FormVersion(
        form=one.form,
        first_number=one.form.version,
        number=one.form.version,
        document=one.document.as_json(),
        by=by,
        reason=told.reason.value,
        note=told.note,
    )


def _act(one: Write, *, by: User, told: Told) -> Act:
    return Act(
        AuditAction.IMPORTED,
        told.new if one.is_new else told.summary,
        by=by,
        subject=one.form,
        reason=told.note,
        changes=one.changes,
        details={
            "版本": one.form.version,
            "状态": Status(one.form.status).label,
            **told.details,
        },
    )


def make_projects(wanted: Sequence[Project], *, by: User) -> None:
    """Store new projects, which get a code where they have none."""
    for project in wanted:
        project.code = project.code or f"P{secrets.token_hex(5)}"
    for project, pk in zip(wanted, reserve_ids(Project, len(wanted)), strict=True):
        project.pk = pk
    insert_rows(Project, wanted)
    record_all(
        Act(
            AuditAction.CREATED,
            "新增项目",
            by=by,
            subject=project,
            changes=changes_of(Project, None, snapshot(project)),
        )
        for project in wanted
    )
