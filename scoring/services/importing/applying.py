"""Applying a batch: everything that was chosen, or nothing, in one transaction."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from perfgoals.accounts.models import Unit
from perfgoals.common.audit import AuditChange, record
from perfgoals.common.bulk import update_rows
from perfgoals.common.garbage import collector_at_rest
from perfgoals.common.models import AuditAction, Job
from projects.models import FiscalYear, Form, FormVersion, Project
from projects.workflow import Action, Status, WrongStatus, next_status
from scoring.models import ImportBatch, ImportItem
from scoring.services.importing.progress import Report
from scoring.services.importing.uploading import WrongStanding, locked_batch
from scoring.services.importing.writing import (
    NewProject,
    Told,
    Write,
    lock,
    number_projects,
    write_forms,
)

if TYPE_CHECKING:
    from perfgoals.accounts.models import User

State = ImportBatch.State
Plan = ImportItem.Plan
Outcome = ImportItem.Outcome

BY_ITSELF = (Plan.NEW, Plan.CHANGED)
"""What is taken without being chosen."""

IN_THE_WAY = (Plan.ERROR, Plan.FORBIDDEN, Plan.LOCKED)
"""What keeps all from being taken, unless it is chosen itself."""

_NAMED = 20


class NotApplied(Exception):
    """Nothing was written. The text is a Chinese sentence that names the forms."""


@dataclass(frozen=True, slots=True)
class Applied:
    """What became of a batch: how many forms were made, changed, were the same already, and were left."""

    made: int
    changed: int
    same: int
    left: int


@dataclass(slots=True)
class _Taken:
    """An item that is to be applied, with what stands in its way now, "" for nothing."""

    item: ImportItem
    write: Write | None = None
    stale: str = ""
    project: Project | None = None
    new: NewProject | None = None


@dataclass(slots=True)
class _Ground:
    """What is kept now, under lock."""

    forms: dict[int, Form]
    years: dict[int, bool]
    units: dict[int, Unit]
    unit_by_name: dict[str, Unit]
    projects: dict[int, Project]
    named: dict[tuple[int, str], list[Project]]
    coded: dict[str, Project]
    kept: set[tuple[str, int, int]]
    wanted: dict[tuple[int, str, str], NewProject] = field(default_factory=dict)


@collector_at_rest()
@transaction.atomic
def apply_batch(
    batch: ImportBatch,
    *,
    mode: ImportBatch.Mode,
    by: User,
    report: Report,
    chosen: Collection[int] = (),
    job: Job | None = None,
) -> Applied:
    """Write what the batch says. The batch is applied in this very transaction: it is there wholly, or not
    at all, and taken up again after a death it is not done twice.

    chosen: numbers of items that are taken although they are in conflict or have errors. job: the one that
    was ordered; without one it is done at once. Raises NotApplied, and WrongStanding where the batch has
    gone another way since.
    """
    batch = locked_batch(batch.pk)
    if job is not None and batch.state == State.APPLIED and batch.job_id == job.pk:
        return _counted(batch)
    expected = State.READY if job is None else State.APPLYING
    state = batch.standing if job is None else batch.state
    if state != expected or (job is not None and batch.job_id != job.pk):
        raise WrongStanding("这次导入已被别的操作取代")
    report(0, 0, "正在准备")
    items = _items(batch)
    chosen = set(chosen)
    _refuse_unsound(batch, items, mode, chosen)
    taken = [
        _Taken(item)
        for item in items
        if item.written and (item.plan in BY_ITSELF or (item.takeable and item.number in chosen))
    ]
    if not taken:
        raise NotApplied("没有可以导入的表")
    _prepare(taken, report)
    stale = [one for one in taken if one.stale]
    if stale and mode == ImportBatch.Mode.ALL:
        raise NotApplied(f"预览以后有 {len(stale)} 份表已变，没有导入任何内容：{_listed(stale)}")
    good = [one for one in taken if not one.stale]
    if not good:
        raise NotApplied(f"要导入的表在预览以后都已变，没有导入任何内容：{_listed(stale)}")
    projects = list({id(one.new): one.new for one in good if one.new}.values())
    number_projects([one.project for one in projects])
    told = Told(
        FormVersion.Reason.UPLOADED,
        f"批量导入「{batch.name}」",
        "批量导入",
        "批量导入，新建表",
        {"批次": str(batch.pk)},
    )
    writes = [one.write for one in good if one.write is not None]
    for one in good:
        if one.write is not None and one.project is not None:
            one.write.form.project = one.project
    write_forms(writes, by=by, told=told, report=report, projects=projects)
    _note_outcomes(items, taken)
    batch.state, batch.mode, batch.applied_at = State.APPLIED.value, mode.value, timezone.now()
    batch.message = ""
    batch.save(update_fields=["state", "mode", "applied_at", "message"])
    answer = _tallied(items)
    record(
        AuditAction.IMPORTED,
        f"批量导入「{batch.name}」",
        by=by,
        subject=batch,
        details={
            "方式": mode.label,
            "新增": answer.made,
            "修改": answer.changed,
            "未采用": answer.left,
        },
    )
    return answer


def _items(batch: ImportBatch) -> list[ImportItem]:
    return list(batch.items.order_by("number").defer("problems", "remarks"))


def _refuse_unsound(
    batch: ImportBatch, items: Iterable[ImportItem], mode: ImportBatch.Mode, chosen: set[int]
) -> None:
    if mode != ImportBatch.Mode.ALL:
        return
    wrong = [one for one in items if one.plan in IN_THE_WAY and not _is_chosen(one, chosen)]
    number = len(wrong) + len(batch.summary.get("problems", ()))
    if number:
        raise NotApplied(
            f"有 {number} 份表（处）有错误或不能改，按「全部导入」的方式没有导入任何内容"
        )


def _is_chosen(item: ImportItem, chosen: set[int]) -> bool:
    return item.takeable and item.number in chosen


def _prepare(taken: list[_Taken], report: Report) -> None:
    """Lock what is written, and look once more whether all is as it was in the preview."""
    new = [one.item for one in taken if one.item.read_version is None]
    numbers = [one.item.form_id for one in taken if one.item.form_id is not None]
    report(0, 0, "正在等待别的导入结束")
    forms = lock((item.unit_id for item in new if item.unit_id), numbers)
    report(0, len(taken), "正在核对")
    ground = _ground(new, forms)
    for done, one in enumerate(taken, 1):
        if one.item.read_version is None:
            _prepare_new(one, ground)
        else:
            _prepare_kept(one, ground)
        if done % 50 == 0:
            report(done, len(taken), "正在核对")


def _ground(new: list[ImportItem], forms: dict[int, Form]) -> _Ground:
    units = {unit.pk: unit for unit in Unit.objects.all()}
    unit_ids = {item.unit_id for item in new}
    names = {item.project_name.strip() for item in new}
    codes = {item.project_code for item in new if item.project_code}
    projects = {
        project.pk: project
        for project in [
            *Project.objects.filter(pk__in={item.project_id for item in new if item.project_id}),
            *Project.objects.filter(unit__in=unit_ids, name__in=names),
            *Project.objects.filter(code__in=codes),
        ]
    }
    ground = _Ground(
        forms,
        dict(FiscalYear.objects.values_list("year", "is_open")),
        units,
        {unit.name: unit for unit in units.values()},
        projects,
        {},
        {project.code: project for project in projects.values()},
        set(
            Form.objects.filter(project__in=projects)
            .order_by()
            .values_list("kind", "year", "project")
        ),
    )
    for project in projects.values():
        ground.named.setdefault((project.unit_id, project.name.strip()), []).append(project)
    return ground


def _prepare_kept(one: _Taken, ground: _Ground) -> None:
    item = one.item
    form = ground.forms.get(item.form_id or 0)
    if form is None:
        one.stale = "已被删除"
    elif form.version != item.read_version:
        one.stale = f"预览时是第 {item.read_version} 版，现在是第 {form.version} 版"
    elif not ground.years.get(form.year_id, False):
        one.stale = f"{form.year_id} 年度已停止填报"
    else:
        try:
            next_status(Status(form.status), Action.EDIT)
        except WrongStatus as error:
            one.stale = str(error)
            return
        one.write = _write(item, form)


def _prepare_new(one: _Taken, ground: _Ground) -> None:
    item = one.item
    if item.unit_id is None or item.unit_id not in ground.units:
        one.stale = "它的单位已被删除"
    elif not ground.years.get(item.year or 0, False):
        one.stale = f"{item.year} 年度已停止填报"
    else:
        key = (item.unit_id, item.project_name.strip())
        named = ground.named.get(key, [])
        project = ground.projects.get(item.project_id) if item.project_id else None
        if item.project_id is not None and project is None:
            one.stale = "它的项目已被删除"
            return
        if project is None and (named or item.project_code in ground.coded):
            if item.project_code and (len(named) != 1 or named[0].code != item.project_code):
                one.stale = "预览以后已有人建了同名或同编码的项目"
                return
            project = named[0]
        if project is not None and (item.kind, item.year, project.pk) in ground.kept:
            one.stale = "预览以后已有人建了这份表"
            return
        form = Form(kind=item.kind, year_id=item.year or 0, status=Status.DRAFT.value)
        one.write = _write(item, form)
        if project is None:
            wanted = (*key, item.project_code)
            if wanted not in ground.wanted:
                unit = ground.units[item.unit_id]
                ground.wanted[wanted] = _new_project(item, unit, one.write, ground)
            one.new = ground.wanted[wanted]
            project = one.new.project
        one.project = project


def _new_project(item: ImportItem, unit: Unit, write: Write, ground: _Ground) -> NewProject:
    project = Project(
        code=item.project_code,
        name=item.project_name.strip(),
        unit=unit,
        department=ground.units.get(unit.parent_id or 0) or unit,
    )
    return NewProject(project, write, ground.unit_by_name)


def _write(item: ImportItem, form: Form) -> Write:
    changes = [
        AuditChange(change["path"], change["before"], change["after"]) for change in item.changes
    ]
    return Write(
        form,
        (item.error_count, item.warning_count, item.hint_count),
        written=item.written,
        judged=item.judged,
        is_new=item.read_version is None,
        changes=changes,
    )


def _note_outcomes(items: Iterable[ImportItem], taken: Iterable[_Taken]) -> None:
    by_number = {one.item.number: one for one in taken}
    changed = []
    for item in items:
        one = by_number.get(item.number)
        if one is None or one.write is None:
            item.outcome = Outcome.LEFT.value
            if one is not None:
                item.why = one.stale
        else:
            form = one.write.form
            item.outcome = Outcome.DONE.value
            item.form_id, item.project_id = form.pk, form.project_id
            item.made_project = one.new is not None
            item.version_before = None if one.write.is_new else form.version - 1
            item.version_after = form.version
        changed.append(item)
    columns = ["outcome", "why", "form", "project", "made_project"]
    update_rows(ImportItem, changed, [*columns, "version_before", "version_after"])


def _listed(stale: list[_Taken]) -> str:
    named = [
        f"{one.item.year} 年「{one.item.project_name}」（{one.stale}）" for one in stale[:_NAMED]
    ]
    more = f"等 {len(stale)} 份" if len(stale) > _NAMED else ""
    return "、".join(named) + more


def _counted(batch: ImportBatch) -> Applied:
    return _tallied(list(batch.items.all()))


def _tallied(items: Iterable[ImportItem]) -> Applied:
    tally: Counter[str] = Counter()
    for item in items:
        if item.outcome == Outcome.DONE:
            tally["made" if item.version_before is None else "changed"] += 1
        else:
            tally["same" if item.plan == Plan.UNCHANGED else "left"] += 1
    return Applied(tally["made"], tally["changed"], tally["same"], tally["left"])
