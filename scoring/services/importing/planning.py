"""What a file would do: each of its forms held against the one that is kept, judged, and told."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import transaction

from perfgoals.common.audit import record
from perfgoals.common.bulk import insert_values
from perfgoals.common.documents import DocumentError
from perfgoals.common.findings import Level
from perfgoals.common.garbage import Litter
from perfgoals.common.models import AuditAction, Job
from perfgoals.common.patches import Difference
from projects.models import Form
from projects.workflow import Action, FormKind, Status, WrongStatus, next_status
from scoring.access import form_document
from scoring.checks.judging import Waived
from scoring.documents import FormDocument
from scoring.models import ImportBatch, ImportItem
from scoring.services.cell_names import cell_name
from scoring.services.importing.comparing import as_kept_form, changed_cells, people_at
from scoring.services.importing.items import ITEM_COLUMNS, item_columns
from scoring.services.importing.judging import (
    AT_ONCE,
    Answer,
    Judges,
    Schemes,
    Verdict,
    Wanted,
    waivers_of,
)
from scoring.services.importing.matching import Desk, Match, Mismatch, repeated
from scoring.services.importing.progress import Report
from scoring.services.importing.telling import (
    no_cell,
    storable,
    summary_of,
    told_finding,
    where,
)
from scoring.services.importing.uploading import WrongStanding, forget_marked, locked_batch

if TYPE_CHECKING:
    from perfgoals.accounts.models import User
    from scoring.workbooks.files import ReadFile, ReadForm

Plan = ImportItem.Plan
State = ImportBatch.State
Over = Callable[["ReadForm", FormDocument], FormDocument]
"""The form as the file has it, over what is kept: cells that the file does not show stay. May raise
DocumentError where both together are no form."""

_LOADED = 10 * AT_ONCE  # kept forms that are looked up at a time
_AHEAD = 2 * _LOADED // AT_ONCE  # groups of forms that are made ready while earlier ones are judged
_CHECKING = "正在核对和检查"


@dataclass(slots=True)
class Draft:
    """A form of the file on its way to an item. document: as the file would have the form, of a new one
    perhaps without its rows; written: as it
    would be kept, in the JSON of its document."""

    read: ReadForm
    match: Match | None = None
    plan: ImportItem.Plan = Plan.ERROR
    why: str = ""
    document: FormDocument | None = None
    written: str = ""
    version: int | None = None
    changes: list[Difference] = field(default_factory=list)
    problems: list[dict[str, Any]] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    wanted: Wanted | None = None
    verdict: Verdict = field(default_factory=Verdict)
    takeable: bool = False

    def refuse(self, plan: ImportItem.Plan, why: str) -> None:
        self.plan, self.why = plan, why

    def forget(self) -> None:
        """Let go of what is kept as an item now."""
        self.document = self.wanted = None
        self.written = ""
        self.read.forget()

    def settle(self, written: str, verdict: Verdict) -> None:
        """Take what was said of a form that would be written."""
        self.written, self.verdict = written, verdict
        errors = sum(finding.level is Level.ERROR for finding in verdict.findings)
        self.takeable = self.plan is Plan.CONFLICT or bool(errors)
        if errors:
            self.refuse(Plan.ERROR, f"检查有 {errors} 处错误")


@transaction.atomic
def plan_batch(
    batch: ImportBatch,
    file: ReadFile,
    *,
    over: Over,
    report: Report,
    job: Job | None = None,
    judges: Judges | None = None,
) -> ImportBatch:
    """Keep what the file would do as the items of the batch, which then waits for an answer.

    job: the one that was ordered; without one the batch is read at once. judges: those who wait for its
    forms already, if any. Raises WrongStanding where the batch has gone another way since, and NotJudged.
    """
    batch = locked_batch(batch.pk)
    if job is not None and (batch.state != State.READING or batch.job_id != job.pk):
        raise WrongStanding("这次读取已被别的操作取代")
    batch.items.all().delete()
    drafts: list[Draft] = []
    with nullcontext(judges) if judges else Judges() as judges:
        judges.expect(len(file.forms))
        for some in drafted(file, judges, by=batch.by, over=over, report=report):
            first = len(drafts) + 1
            items = (item_columns(batch, number, one) for number, one in enumerate(some, first))
            insert_values(ImportItem, ITEM_COLUMNS, items)
            for one in some:
                one.forget()
            drafts += some
    report(0, 0, "正在保存读取结果")
    batch.kind, batch.state, batch.message = file.kind.value, State.READY.value, ""
    batch.summary = summary_of(file, drafts)
    forget_marked(batch)
    batch.save(update_fields=["kind", "state", "message", "summary", "marked"])
    record(
        AuditAction.CREATED,
        f"读取待导入的文件「{batch.name}」",
        by=batch.by,
        subject=batch,
        details={"表": len(drafts), "行": file.rows, **batch.summary["plans"]},
    )
    return batch


def drafted(
    file: ReadFile, judges: Judges, *, by: User, over: Over, report: Report
) -> Iterator[list[Draft]]:
    """Every form of the file, in its order, with what would become of it; a number of them at a time, while
    others are being judged. Nothing is written."""
    drafts = [Draft(one, remarks=list(_remarks(one))) for one in file.forms]
    desk = Desk(file.forms, by=by)
    for draft in drafts:
        _find(draft, desk)
    for places in repeated(one.match.key if one.match else None for one in drafts).values():
        for place in places:
            others = "、".join(where(drafts[other].read) for other in places if other != place)
            _complain(drafts[place], "import.repeated", "", "", f"同一份表在文件里还有：{others}")
    report(0, len(drafts), _CHECKING)
    done = 0
    for some in _judged(_prepared(drafts, _Work(desk, judges.schemes, over)), judges):
        for draft in some:
            _tell_problems(draft)
            draft.problems = [storable(one) for one in draft.problems]
        done += len(some)
        report(done, len(drafts), _CHECKING)
        yield some


def _prepared(drafts: Sequence[Draft], work: _Work) -> Iterator[list[Draft]]:
    with Litter() as litter:
        for start in range(0, len(drafts), _LOADED):
            near = drafts[start : start + _LOADED]
            kept = [one.match.form for one in near if one.match and one.match.form]
            work.load(kept)
            for place in range(0, len(near), AT_ONCE):
                some = list(near[place : place + AT_ONCE])
                for draft in some:
                    if draft.match is not None:
                        work.plan(draft)
                yield some
            if kept:
                work.load(())
                litter.pick_up()


def _judged(groups: Iterator[list[Draft]], judges: Judges) -> Iterator[list[Draft]]:
    """The groups, in their order, with what is to be said of those that would be written."""
    waiting: deque[tuple[list[Draft], list[Answer]]] = deque()
    for some in groups:
        waiting.append((some, judges.give([one.wanted for one in some if one.wanted])))
        while len(waiting) > _AHEAD or _is_answered(waiting):
            yield _taken(*waiting.popleft(), judges)
    while waiting:
        yield _taken(*waiting.popleft(), judges)


def _is_answered(waiting: deque[tuple[list[Draft], list[Answer]]]) -> bool:
    return bool(waiting) and all(answer.is_there() for answer in waiting[0][1])


def _taken(some: list[Draft], answers: list[Answer], judges: Judges) -> list[Draft]:
    asked = [draft for draft in some if draft.wanted]
    for draft, (written, verdict) in zip(asked, judges.take(answers), strict=True):
        draft.settle(written, verdict)
    return some


def _remarks(read: ReadForm) -> Iterator[str]:
    """What the reader says of the form: first how sure it is, where it is not."""
    if read.sureness != "certain":
        yield f"识别{read.sureness.label}：{read.why}"
    yield from read.remarks


def _find(draft: Draft, desk: Desk) -> None:
    read = draft.read
    for problem in read.problems:
        draft.problems.append(
            {
                "sheet": problem.sheet,
                "cell": problem.cell,
                "label": problem.label,
                "level": Level.ERROR.value,
                "code": "cell",
                "path": problem.path,
                "found": problem.found,
                "message": problem.expected,
            }
        )
    if read.head is None:
        draft.refuse(Plan.ERROR, "有不能读入的单元格")
        return
    found = desk.match(read, read.head)
    if isinstance(found, Mismatch):
        _complain(draft, found.code, found.path, found.found, found.message)
        return
    if not desk.may_reach(found.unit):
        draft.refuse(Plan.FORBIDDEN, f"「{found.unit.name}」不在您管理的单位之内")
        return
    draft.match = found


def _complain(draft: Draft, code: str, path: str, found: str, message: str) -> None:
    """An error that belongs to the form as such: it cannot be taken."""
    place = draft.read.places.get(path)
    draft.problems.append(
        {
            "sheet": place.sheet if place else draft.read.sheet,
            "cell": place.cell if place else no_cell(draft.read),
            "label": cell_name(path) or "整份表",
            "level": Level.ERROR.value,
            "code": code,
            "path": path,
            "found": found[:80],
            "message": message,
        }
    )
    draft.match = None
    draft.refuse(Plan.ERROR, message)


class _Work:
    """Comparing and judging, chunk by chunk."""

    def __init__(self, desk: Desk, schemes: Schemes, over: Over) -> None:
        self.desk, self.schemes, self.over = desk, schemes, over
        self.kept: dict[int, Form] = {}
        self.waived: dict[int, Waived] = {}
        self.present: dict[int, list[str]] = {}

    def load(self, numbers: Sequence[int]) -> None:
        """The kept forms with all that they say; a handful of queries for all of them."""
        self.kept = {
            form.pk: form
            for kind, children in _CHILDREN.items()
            for form in Form.objects.filter(pk__in=numbers, kind=kind.value)
            .select_related(children[0])
            .prefetch_related("funding_lines", "__".join(children))
            .order_by()
        }
        self.waived = waivers_of(numbers)
        self.present = people_at(numbers)

    def plan(self, draft: Draft) -> None:
        match = draft.match
        assert match is not None  # who calls has looked
        if match.form is None:
            self.plan_new(draft, match)
        else:
            self.plan_kept(draft, match, self.kept[match.form])

    def plan_new(self, draft: Draft, match: Match) -> None:
        document = draft.read.head
        assert document is not None
        if not self.desk.years[document.year]:
            draft.refuse(Plan.FORBIDDEN, f"{document.year} 年度已停止填报")
            return
        if match.project is None:
            draft.remarks.append(f"将新建项目「{document.project.name}」")
        self.want(draft, document, None, draft.read.data)
        draft.plan, draft.why = Plan.NEW, match.how

    def plan_kept(self, draft: Draft, match: Match, form: Form) -> None:
        read = draft.read
        before = form_document(form)
        draft.version = form.version
        try:
            over = self.over(read, before)
        except DocumentError as error:
            for item in error.errors:
                _complain(draft, item.code, item.path, "", item.message)
            return
        after, remarks = as_kept_form(form, before, over)
        draft.remarks += remarks
        draft.changes = changed_cells(before, after)
        if not draft.changes:
            draft.refuse(Plan.UNCHANGED, match.how)
            return
        if not self.desk.years[form.year_id]:
            draft.refuse(Plan.FORBIDDEN, f"{form.year_id} 年度已停止填报")
            return
        try:
            next_status(Status(form.status), Action.EDIT)
        except WrongStatus as error:
            draft.refuse(Plan.LOCKED, str(error))
            return
        self.want(draft, after, form)
        conflict = self.conflict(read, form)
        draft.plan = Plan.CONFLICT if conflict else Plan.CHANGED
        draft.why = conflict or match.how

    def want(
        self,
        draft: Draft,
        document: FormDocument,
        form: Form | None,
        data: dict[str, Any] | None = None,
    ) -> None:
        draft.document = document
        waived = self.waived.get(form.pk, frozenset()) if form else frozenset()
        draft.wanted = Wanted(document, self.schemes.of(document, form), waived, data)

    def conflict(self, read: ReadForm, form: Form) -> str:
        """Why the kept form may hold work that the file knows nothing of, "" where it does not."""
        if read.version and read.version != form.version:
            return f"文件是第 {read.version} 版时下载的，表现在是第 {form.version} 版，其间另有修改"
        people = self.present.get(form.pk)
        return f"{'、'.join(people)}正打开着这份表" if people else ""


_CHILDREN = {
    FormKind.DECLARATION: ("declaration", "indicators"),
    FormKind.SELF_EVALUATION: ("self_evaluation", "results"),
}


def _tell_problems(draft: Draft) -> None:
    """The findings on a form that would be written, each with the cell it is about."""
    draft.problems += [told_finding(draft.read, finding) for finding in draft.verdict.findings]
