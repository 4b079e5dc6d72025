"""Undoing a batch: what was changed since is left as it is, and listed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import ProtectedError, Q
from django.utils import timezone

from perfgoals.common.audit import Act, changes_between, record, record_all
from perfgoals.common.bulk import update_rows
from perfgoals.common.garbage import collector_at_rest
from perfgoals.common.models import AuditAction, Job
from projects.models import Attachment, Comment, Form, FormVersion, Project, ProjectGrant
from projects.workflow import Action, FormKind, Status, WrongStatus, next_status
from scoring.checks.judging import judge_document
from scoring.documents import read_form
from scoring.models import ImportBatch, ImportItem, SelfEvaluation
from scoring.services.importing.comparing import changed_cells
from scoring.services.importing.judging import Schemes, waivers_of
from scoring.services.importing.progress import Report
from scoring.services.importing.uploading import WrongStanding, locked_batch
from scoring.services.importing.writing import Told, Write, lock, write_forms

if TYPE_CHECKING:
    from perfgoals.accounts.models import User

State = ImportBatch.State
Outcome = ImportItem.Outcome


@dataclass(frozen=True, slots=True)
class Undone:
    """How many forms were taken back, and how many were left because of what happened since."""

    undone: int
    kept: int


@collector_at_rest()
@transaction.atomic
def undo_batch(batch: ImportBatch, *, by: User, report: Report, job: Job | None = None) -> Undone:
    """Make changed forms say again what they said, as one more version, and remove those that were made,
    with their projects where the batch made these too and nothing else is in them. Forms that were changed
    since are left. Raises WrongStanding.
    """
    batch = locked_batch(batch.pk)
    if job is not None and batch.state == State.UNDONE and batch.job_id == job.pk:
        return _told(batch)
    expected = State.APPLIED if job is None else State.UNDOING
    state = batch.standing if job is None else batch.state
    if state != expected or (job is not None and batch.job_id != job.pk):
        raise WrongStanding("这次撤销已被别的操作取代")
    report(0, 0, "正在准备")
    done = list(batch.items.filter(outcome=Outcome.DONE.value).order_by("number"))
    report(0, 0, "正在等待别的导入结束")
    forms = lock((), (item.form_id for item in done if item.form_id))
    used = _used(forms)
    back: list[tuple[ImportItem, Form]] = []
    for item in done:
        form = forms.get(item.form_id or 0)
        why = _why_kept(item, form, used)
        if why or form is None:
            item.outcome, item.why = Outcome.KEPT.value, why
        else:
            item.outcome = Outcome.UNDONE.value
            back.append((item, form))
    changed = [(item, form) for item, form in back if item.version_before is not None]
    made = [(item, form) for item, form in back if item.version_before is None]
    writes = _earlier(changed, report)
    note = f"撤销批量导入「{batch.name}」"
    told = Told(FormVersion.Reason.RESTORED, note, "撤销批量导入", details={"批次": str(batch.pk)})
    write_forms(writes, by=by, told=told, report=report)
    _remove(made, note, by=by)
    update_rows(ImportItem, done, ["outcome", "why"])
    batch.state, batch.undone_at = State.UNDONE.value, timezone.now()
    batch.save(update_fields=["state", "undone_at"])
    answer = Undone(len(back), len(done) - len(back))
    record(
        AuditAction.IMPORTED,
        note,
        by=by,
        subject=batch,
        details={"已撤销": answer.undone, "此后有修改，未撤销": answer.kept},
    )
    return answer


def _why_kept(item: ImportItem, form: Form | None, used: set[int]) -> str:
    """What has happened since that must not be lost, "" for nothing."""
    if form is None:
        return "此后已被删除"
    if form.version != item.version_after:
        return f"导入后是第 {item.version_after} 版，现在是第 {form.version} 版"
    try:
        next_status(Status(form.status), Action.EDIT)
    except WrongStatus as error:
        return str(error)
    if item.version_before is None and form.pk in used:
        return "此后有了佐证材料或批注"
    return ""


def _used(forms: Iterable[int]) -> set[int]:
    """The forms that something hangs on which would go with them."""
    numbers = list(forms)
    found = set(Attachment.objects.filter(form__in=numbers).values_list("form", flat=True))
    return found | set(Comment.objects.filter(form__in=numbers).values_list("form", flat=True))


def _earlier(changed: Sequence[tuple[ImportItem, Form]], report: Report) -> list[Write]:
    """The forms as they were before, judged anew: waivers may have come or gone."""
    wanted = {form.pk: item.version_before for item, form in changed}
    versions = FormVersion.objects.filter(
        form__in=list(wanted), number__in=set(wanted.values())
    ).order_by()
    before = {
        version.form_id: version.document
        for version in versions.iterator()
        if version.number == wanted[version.form_id]
    }
    evaluations = SelfEvaluation.objects.in_bulk(
        [form.pk for _, form in changed if form.kind == FormKind.SELF_EVALUATION]
    )
    waived = waivers_of(wanted)
    schemes = Schemes()
    writes = []
    for done, (item, form) in enumerate(changed, 1):
        document = read_form(before[form.pk])
        if form.pk in evaluations:
            form.self_evaluation = evaluations[form.pk]
        scheme = schemes.read(document, form)
        found = judge_document(document, scheme, waived.get(form.pk, frozenset()))
        changes = changes_between(changed_cells(read_form(item.document), document))
        writes.append(Write(form, found.counts, document, ruled=found, changes=changes))
        report(done, len(changed), "正在恢复")
    return writes


def _remove(made: Sequence[tuple[ImportItem, Form]], note: str, *, by: User) -> None:
    if not made:
        return
    record_all(
        Act(
            AuditAction.DELETED,
            "撤销批量导入，删除新建的表",
            by=by,
            subject=form,
            reason=note,
            details={"版本": form.version},
        )
        for _, form in made
    )
    Form.objects.filter(pk__in=[form.pk for _, form in made]).delete()
    projects = {item.project_id for item, _ in made if item.made_project and item.project_id}
    nothing_else = (
        Project.objects.filter(pk__in=projects, forms__isnull=True)
        .exclude(Q(pk__in=ProjectGrant.objects.values("projects")))
        .order_by("pk")
    )
    empty = list(nothing_else)
    record_all(
        Act(AuditAction.DELETED, "撤销批量导入，删除新建的项目", by=by, subject=one, reason=note)
        for one in empty
    )
    try:
        with transaction.atomic():
            Project.objects.filter(pk__in=[one.pk for one in empty]).delete()
    except ProtectedError:  # something that this module knows nothing of hangs on one of them
        raise WrongStanding("新建的项目此后已被使用，不能撤销") from None


def _told(batch: ImportBatch) -> Undone:
    undone = batch.items.filter(outcome=Outcome.UNDONE.value).count()
    return Undone(undone, batch.items.filter(outcome=Outcome.KEPT.value).count())
