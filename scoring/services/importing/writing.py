"""Writing many forms at once: header, money, rows, versions and log, a few statements for all of them.

The columns are those of the services that write one form; only the way into the tables is another.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from indicators.documents import DeclarationDocument
from indicators.models import Declaration, Indicator
from indicators.services import (
    ROW_COLUMNS,
    declaration_columns,
    header_columns,
    indicator_columns,
    requested_amounts,
)
from perfgoals.accounts.models import Unit
from perfgoals.common.audit import Act, AuditChange, copy_all
from perfgoals.common.bulk import JsonText, insert_rows, insert_values, reserve_ids, update_rows
from perfgoals.common.models import AuditAction
from perfgoals.common.snapshots import changes_of, snapshot
from projects.models import Form, FormVersion, FundingLine, Project
from projects.services import funding_columns
from projects.workflow import FormKind, Status
from scoring.documents import FormDocument, read_form
from scoring.models import IndicatorResult, SelfEvaluation
from scoring.services.evaluations import (
    RESULT_COLUMNS,
    result_columns,
    spent_amounts,
    stated_columns,
)
from scoring.services.importing.judging import Schemes, Verdict
from scoring.services.importing.progress import Report, counted

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
_LINE = (
    *("form_id", "source", "project_amount", "requested"),
    *("initial_budget", "annual_budget", "executed", "execution_rate"),
)


@dataclass(slots=True)
class Write:
    """A form to be written. form: the kept one, locked; or a new one, not stored yet. given: what it is to
    say; written: its JSON, of which one is enough. counts: of errors, warnings and hints that are open.
    changes: for the log."""

    form: Form
    verdict: Verdict
    counts: tuple[int, int, int]
    given: FormDocument | None = None
    written: JsonText | None = None
    is_new: bool = False
    changes: list[AuditChange] = field(default_factory=list)

    @property
    def document(self) -> Any:
        """Of either kind; read when it is first asked for."""
        if self.given is None:
            self.given = read_form(json.loads(self.written or ""))
        return self.given

    def as_json(self) -> Any:
        return self.document.as_json() if self.written is None else self.written


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
    tell = counted(report, "正在写入", 2 * len(writes))
    now = timezone.now()
    new = [one for one in writes if one.is_new]
    old = [one for one in writes if not one.is_new]
    for one, pk in zip(new, reserve_ids(Form, len(new)), strict=True):
        one.form.pk = pk
    for one in old:
        one.form.version += 1
        one.form.updated_at = now
    # First what needs no more than the text: the server takes it in while the documents are read here.
    insert_rows(FormVersion, _versions(writes, tell, by=by, told=told))
    for one in writes:
        columns = header_columns(one.document) | dict(zip(_COUNTS, one.counts, strict=True))
        for name, value in columns.items():
            setattr(one.form, name, value)
    insert_rows(Form, (one.form for one in new))
    header = [*header_columns(writes[0].document), *_COUNTS, "version", "updated_at"]
    if old:
        update_rows(Form, (one.form for one in old), header)
        FundingLine.objects.filter(form__in=[one.form.pk for one in old]).delete()
    _write_kinds(new, old)
    insert_values(FundingLine, _LINE, (line for one in writes for line in _lines(one)))
    _write_rows(old, writes, tell)
    report(0, 0, "正在写入日志")
    copy_all(_act(one, by=by, told=told) for one in writes)


def _versions(
    writes: Iterable[Write], tell: Callable[[int], None], *, by: User, told: Told
) -> Iterator[FormVersion]:
    for done, one in enumerate(writes, 1):
        yield _version(one, by=by, told=told)
        assert one.document is not None  # read now, see above
        tell(done)


def _write_kinds(new: Sequence[Write], old: Sequence[Write]) -> None:
    schemes = Schemes()
    insert_rows(Declaration, [_declaration(one) for one in new if _is_declared(one)])
    insert_rows(SelfEvaluation, [_evaluation(one, schemes) for one in new if not _is_declared(one)])
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


def _lines(one: Write) -> Iterable[dict[str, Any]]:
    document = one.document
    amounts = (
        requested_amounts(document)
        if isinstance(document, DeclarationDocument)
        else spent_amounts(document)
    )
    for columns in funding_columns(amounts, money_unit=document.money_unit):
        yield {"form_id": one.form.pk, **columns}


def _write_rows(old: Sequence[Write], writes: Sequence[Write], tell: Callable[[int], None]) -> None:
    keys = [one.form.pk for one in old]
    if keys:
        for model, owner in ((Indicator, "declaration"), (IndicatorResult, "self_evaluation")):
            model.objects.filter(**{f"{owner}__in": keys})._raw_delete("default")
    done = len(writes)

    def rows(declared: bool) -> Iterator[dict[str, Any]]:
        nonlocal done
        for one in writes:
            if _is_declared(one) is declared:
                yield from _rows(one)
                done += 1
                tell(done)

    insert_values(Indicator, ("declaration_id", "order", *ROW_COLUMNS), rows(declared=True))
    insert_values(
        IndicatorResult, ("self_evaluation_id", "order", *RESULT_COLUMNS), rows(declared=False)
    )


def _rows(one: Write) -> Sequence[dict[str, Any]]:
    document = one.document
    if isinstance(document, DeclarationDocument):
        return indicator_columns(one.form.pk, document, one.verdict.targets)
    return result_columns(one.form.pk, document, one.verdict.suggested, one.verdict.targets)


def _version(one: Write, *, by: User, told: Told) -> FormVersion:
    return FormVersion(
        form=one.form,
        first_number=one.form.version,
        number=one.form.version,
        document=one.as_json(),
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
    copy_all(
        Act(
            AuditAction.CREATED,
            "新增项目",
            by=by,
            subject=project,
            changes=changes_of(Project, None, snapshot(project)),
        )
        for project in wanted
    )
