"""Writing many forms at once: header, money, rows, versions and log, a few statements for all of them.

The columns are those of the services that write one form; only the way into the tables is another.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
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
from perfgoals.common.bulk import insert_rows, insert_values, reserve_ids, update_rows
from perfgoals.common.copying import Intake
from perfgoals.common.models import AuditAction
from perfgoals.common.snapshots import changes_of, snapshot
from projects.models import Form, FormVersion, FundingLine, Project
from projects.services import funding_columns
from projects.workflow import FormKind, Status
from scoring.checks.judging import Judgement, read_judgement
from scoring.documents import FormDocument, read_form
from scoring.models import IndicatorResult, ScoringScheme, SelfEvaluation
from scoring.services.evaluations import (
    RESULT_COLUMNS,
    result_columns,
    spent_amounts,
    stated_columns,
)
from scoring.services.importing.judging import Schemes
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
_VERSION = ("form_id", "first_number", "number", "written", "by_id", "reason", "note")
_INDICATOR = ("declaration_id", "order", *ROW_COLUMNS)
_RESULT = ("self_evaluation_id", "order", *RESULT_COLUMNS)
_COUNTS = ("error_count", "warning_count", "hint_count")
_LINE = (
    *("form_id", "source", "project_amount", "requested"),
    *("initial_budget", "annual_budget", "executed", "execution_rate"),
)


@dataclass(slots=True)
class Write:
    """A form to be written. form: the kept one, locked; or a new one, not stored yet. counts: of errors,
    warnings and hints that are open. given: what it is to say; written: its JSON, of which one is enough.
    ruled: the judgement on it; judged: its JSON, of which one is enough. changes: for the log."""

    form: Form
    counts: tuple[int, int, int]
    given: FormDocument | None = None
    written: str = ""
    ruled: Judgement | None = None
    judged: str = ""
    is_new: bool = False
    changes: list[AuditChange] = field(default_factory=list)

    @property
    def document(self) -> Any:
        """Of either kind; read when it is first asked for."""
        if self.given is None:
            self.given = read_form(json.loads(self.written))
        return self.given

    @property
    def judgement(self) -> Judgement:
        """Read when it is first asked for."""
        if self.ruled is None:
            self.ruled = read_judgement(self.judged)
        return self.ruled

    def text(self) -> str:
        """What it is to say, as JSON."""
        return self.written or self.document.as_json_text()


@dataclass(frozen=True, slots=True)
class NewProject:
    """A project that is made with a form, whose header says the rest of it. project: as far as it is known
    without. departments: by name."""

    project: Project
    write: Write
    departments: Mapping[str, Unit]

    def whole(self) -> Project:
        project, document = self.project, self.write.document
        project.department = self.departments.get(document.department, project.department)
        if isinstance(document, DeclarationDocument):
            header = document.project
            project.nature, project.category = header.nature, header.category
            if not (header.start and header.end and header.end < header.start):
                # Otherwise it is a finding on the form; no project is kept so.
                project.start, project.end = header.start, header.end
        return project


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


def number_projects(projects: Sequence[Project]) -> None:
    """Give new projects their numbers, so that forms can be of them, and a code where they have none."""
    for project, pk in zip(projects, reserve_ids(Project, len(projects)), strict=True):
        project.pk = pk
        project.code = project.code or f"P{secrets.token_hex(5)}"


def write_forms(
    writes: Sequence[Write],
    *,
    by: User,
    told: Told,
    report: Report,
    projects: Sequence[NewProject] = (),
) -> None:
    """Make every form say its document, as one more version of it. To be called in a transaction that
    holds the locks of ``lock`` and has looked that nothing was changed since. projects: new ones,
    which have their numbers already (``number_projects``), and are stored with the forms."""
    if not writes:
        return
    tell = counted(report, "正在写入", 2 * len(writes))
    new = [one for one in writes if one.is_new]
    old = [one for one in writes if not one.is_new]
    for one, pk in zip(new, reserve_ids(Form, len(new)), strict=True):
        one.form.pk = pk
    schemes = Schemes()
    evaluated = {one.form.year_id for one in new if not _is_declared(one)}
    in_force = {year: schemes.stored_for(year) for year in evaluated}
    if old:
        _change(old)
    with Intake() as intake:
        # First what needs no more than the text: the server takes it in while the documents are read here.
        versions = _versions(writes, tell, by=by, told=told)
        insert_values(FormVersion, _VERSION, versions, intake=intake)
        insert_rows(Project, (one.whole() for one in projects), intake=intake)
        insert_rows(Form, (_headed(one) for one in new), intake=intake)
        declared = (_declaration(one) for one in new if _is_declared(one))
        insert_rows(Declaration, declared, intake=intake)
        evaluations = (_evaluation(one, in_force) for one in new if not _is_declared(one))
        insert_rows(SelfEvaluation, evaluations, intake=intake)
        lines = (line for one in writes for line in _lines(one))
        insert_values(FundingLine, _LINE, lines, intake=intake)
        _insert_indicators(writes, tell, intake)
        report(0, 0, "正在写入日志")
        copy_all((_made(one.project, by=by) for one in projects), intake=intake)
        copy_all((_act(one, by=by, told=told) for one in writes), intake=intake)


def _change(old: Sequence[Write]) -> None:
    """Write what the tables hold once for a form; of the others take away what it says no longer."""
    now = timezone.now()
    for one in old:
        one.form.version += 1
        one.form.updated_at = now
    header = [*header_columns(old[0].document), *_COUNTS, "version", "updated_at"]
    update_rows(Form, [_headed(one) for one in old], header)
    declared = [one for one in old if _is_declared(one)]
    evaluated = [one for one in old if not _is_declared(one)]
    if declared:
        columns = list(declaration_columns(declared[0].document))
        update_rows(Declaration, map(_declaration, declared), columns)
    if evaluated:
        columns = [*stated_columns(evaluated[0].document), *_COMPUTED]
        update_rows(SelfEvaluation, map(_evaluation, evaluated), columns)
    keys = [one.form.pk for one in old]
    FundingLine.objects.filter(form__in=keys).delete()
    for model, owner in ((Indicator, "declaration"), (IndicatorResult, "self_evaluation")):
        model.objects.filter(**{f"{owner}__in": keys})._raw_delete("default")


def _versions(
    writes: Iterable[Write], tell: Callable[[int], None], *, by: User, told: Told
) -> Iterator[dict[str, Any]]:
    for done, one in enumerate(writes, 1):
        yield {
            "form_id": one.form.pk,
            "first_number": one.form.version,
            "number": one.form.version,
            "written": one.text(),
            "by_id": by.pk,
            "reason": told.reason.value,
            "note": told.note,
        }
        assert one.document is not None  # read now, see above
        tell(done)


def _headed(one: Write) -> Form:
    columns = header_columns(one.document) | dict(zip(_COUNTS, one.counts, strict=True))
    for name, value in columns.items():
        setattr(one.form, name, value)
    return one.form


def _is_declared(one: Write) -> bool:
    return one.form.kind == FormKind.DECLARATION


def _declaration(one: Write) -> Declaration:
    return Declaration(form_id=one.form.pk, **declaration_columns(one.document))


def _evaluation(one: Write, in_force: Mapping[int, ScoringScheme] | None = None) -> SelfEvaluation:
    """in_force: for a new one, which is scored by the scheme of its year."""
    evaluation = SelfEvaluation(
        form_id=one.form.pk, **stated_columns(one.document), **one.judgement.computed
    )
    if in_force is not None:
        evaluation.scheme = in_force[one.form.year_id]
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


def _insert_indicators(
    writes: Sequence[Write], tell: Callable[[int], None], intake: Intake
) -> None:
    done = len(writes)

    def rows(*, declared: bool) -> Iterator[dict[str, Any]]:
        nonlocal done
        for one in writes:
            if _is_declared(one) is declared:
                yield from _rows(one)
                done += 1
                tell(done)

    declared, evaluated = rows(declared=True), rows(declared=False)
    insert_values(Indicator, _INDICATOR, declared, intake=intake)
    intake.look_up()
    insert_values(IndicatorResult, _RESULT, evaluated, intake=intake)


def _rows(one: Write) -> Sequence[dict[str, Any]]:
    document = one.document
    if isinstance(document, DeclarationDocument):
        return indicator_columns(one.form.pk, document, one.judgement.targets)
    return result_columns(one.form.pk, document, one.judgement.suggested, one.judgement.targets)


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


def _made(project: Project, *, by: User) -> Act:
    return Act(
        AuditAction.CREATED,
        "新增项目",
        by=by,
        subject=project,
        changes=changes_of(Project, None, snapshot(project)),
    )
