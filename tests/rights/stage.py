"""One of everything that an address can name, and one person of each kind that can ask for it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cached_property
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.core import signing
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.utils import timezone

from perfgoals.accounts.models import ApiToken, Membership, Role, Unit, User
from perfgoals.accounts.services import create_api_token
from perfgoals.common.audit import record
from perfgoals.common.findings import Finding
from perfgoals.common.jobs import JobRun
from perfgoals.common.models import AuditAction, AuditEntry, Job
from projects.models import (
    Attachment,
    BudgetExecution,
    Comment,
    Deadline,
    DeadlineExtension,
    Form,
    Project,
    ProjectGrant,
    Waiver,
)
from projects.models import Stage as Stages
from projects.services import add_comment, answer_comment, waive_finding
from projects.workflow import FormKind, Status
from scoring.access import form_document
from scoring.models import ExecutionFile, ImportBatch, Review, Sample
from scoring.services import add_attachment, judge
from scoring.services.execution_lists import ExecutionRow, keep_list, match_rows
from scoring.services.sampling import Draw, draw_sample, grant_reading
from scoring.workbooks import form_workbook
from scoring.workbooks.execution import ReadList
from tests.cast import BUREAU, CENTRE, INFORMATION, Cast
from tests.deadlines import in_days
from tests.submitted import handed_in_again, returned, submitted_declaration, submitted_evaluation

ELSEWHERE = "上海市水务局"
PDF = b"%PDF-1.7 x"

# Where each works: the forms are those of two units below the bureau, and the stranger works in the bureau
# itself, for preparers do not reach the units below.
POSTS: dict[str, tuple[tuple[str, str], ...]] = {
    "preparer": ((CENTRE, "preparer"), (INFORMATION, "preparer")),
    "colleague": ((CENTRE, "preparer"), (INFORMATION, "preparer")),
    "unit_reviewer": ((CENTRE, "unit_reviewer"), (INFORMATION, "unit_reviewer")),
    "auditor": ((BUREAU, "auditor"),),
    "viewer": ((BUREAU, "viewer"),),
    "admin": ((BUREAU, "admin"),),
    "reader": (),
    "superuser": (),
    "clerk": (),
    "log_auditor": ((BUREAU, "log_auditor"),),
    "stranger": ((BUREAU, "preparer"), (BUREAU, "unit_reviewer")),
    "other_auditor": ((ELSEWHERE, "auditor"),),
    "newcomer": (),
    "lapsed": tuple((unit, role) for unit in (BUREAU, CENTRE, INFORMATION) for role in Role.values),
}
"""reader: has leave to read two projects. clerk: may enter the admin, without any right there. lapsed: has
had every role, until yesterday."""

PEOPLE = (*POSTS, "anonymous")


@dataclass
class Stage:
    """What stands on it. person, user: who is asking just now."""

    people: dict[str, User]
    evaluation: Form
    declaration: Form
    published: Form
    comment: Comment
    answer: Comment
    waiver: Waiver
    finding: Finding
    sample: Sample
    leave: ProjectGrant
    entry: AuditEntry
    token: ApiToken
    settled: Sample
    job: Job
    batch: ImportBatch
    listing: ImportBatch
    attachment: Attachment | None = None
    session: str = ""
    person: str = "anonymous"
    keys: dict[str, str] = field(default_factory=dict)
    browser: Client = field(default_factory=Client)

    @property
    def user(self) -> User:
        return self.people[self.person]

    def client(self, person: str) -> Client:
        self.person = person
        self.browser.cookies.clear()
        if person in self.keys:
            self.browser.cookies[settings.SESSION_COOKIE_NAME] = self.keys[person]
        return self.browser

    def form(self, about: str) -> Form:
        return self.evaluation if about == "evaluation" else self.declaration

    @property
    def evidence(self) -> SimpleUploadedFile:
        return SimpleUploadedFile("验收.pdf", PDF + b"2")

    @property
    def document(self) -> dict[str, Any]:
        return form_document(self.evaluation).as_json()

    @cached_property
    def _workbook(self) -> bytes:
        return form_workbook(self.evaluation, form_document(self.evaluation))

    @property
    def workbook(self) -> SimpleUploadedFile:
        return SimpleUploadedFile("自评表.xlsx", self._workbook)

    @property
    def looked_at(self) -> str:
        """What the browser holds after a look at an uploaded workbook."""
        content = {
            "user": 0 if self.person == "anonymous" else self.user.pk,
            "form": self.evaluation.pk,
            "version": self.evaluation.version,
            "name": "自评表.xlsx",
            "document": form_document(self.evaluation).as_json() | {"actual_outcome": "已完成"},
        }
        return signing.dumps(content, salt="scoring.form_workbook", compress=True)

    @property
    def untouched_project(self) -> Project:
        """A project of the unit's that has no form for 2027."""
        return Project.objects.filter(unit__name=CENTRE).exclude(forms__year=2027)[0]

    @contextmanager
    def standing(self, about: str, status: Status | None) -> Iterator[None]:
        """The form in that status, with the review as it would be; afterwards all is as before."""
        with transaction.atomic():
            if status is not None:
                form = self.form(about)
                adjusts = form.version if about == "adjusted" else None
                Form.objects.filter(pk=form.pk).update(status=status.value, adjusts_version=adjusts)
                stage, outcome = _REVIEWS[status]
                decided = {} if outcome == "pending" else self._decided()
                latest = form.reviews.order_by("-id")[:1].values("pk")
                Review.objects.filter(pk__in=list(latest.values_list("pk", flat=True))).update(
                    stage=stage, outcome=outcome, **decided
                )
            yield
            transaction.set_rollback(True)

    def _decided(self) -> dict[str, Any]:
        return {"decided_by": self.people["auditor"], "decided_at": timezone.now()}


_REVIEWS = {
    Status.DRAFT: ("department", "withdrawn"),
    Status.UNIT_REVIEW: ("unit", "pending"),
    Status.SUBMITTED: ("department", "pending"),
    Status.RETURNED: ("department", "returned"),
    Status.APPROVED: ("department", "approved"),
    Status.PUBLISHED: ("department", "approved"),
}


def make_stage(cast: Cast) -> Stage:
    """In the tables, all but files."""
    Unit.objects.create(code="U-else", name=ELSEWHERE)
    people = {name: _person(cast, name) for name in POSTS}
    preparer, auditor = people["preparer"], people["auditor"]
    evaluation = submitted_evaluation(preparer, cast.maintenance)
    comment = add_comment(evaluation, by=auditor, text="请附验收报告", label="整张表")
    answer = answer_comment(comment, by=preparer, text="已附上")
    # A first round that ended with a return: there is an opinion to print.
    evaluation = handed_in_again(returned(evaluation, auditor), preparer)
    declaration = submitted_declaration(preparer, cast.form("信息化运维项目", 2026))
    declaration = handed_in_again(returned(declaration, auditor), preparer)
    judged = judge(form_document(evaluation), evaluation)
    finding, other = judged.findings[:2]
    waiver = waive_finding(evaluation, judged.document, other, by=auditor, reason="已核实")
    draw = Draw(
        name="年度抽查",
        year=2020,
        kind=FormKind.SELF_EVALUATION,
        unit=Unit.objects.get(name=BUREAU),
        method=Sample.Method.NUMBER,
        amount=9,
    )
    sample = draw_sample(draw, by=auditor)
    settled = draw_sample(replace(draw, name="已查完", amount=1), by=auditor)
    settled.items.update(outcome="confirmed", by=auditor, at=timezone.now())
    batch = ImportBatch.objects.create(
        name="汇总.xlsx", size=9, sha256="0" * 64, state="ready", by=people["admin"]
    )
    batch.items.create(number=1, plan="error", project_name="某项目")
    BudgetExecution.objects.create(
        project=evaluation.project, year=evaluation.year, executed=1, file="决算.xlsx"
    )
    DeadlineExtension.objects.create(
        deadline=Deadline.objects.create(
            year=evaluation.year, stage=Stages.SELF_EVALUATION.value, due=in_days(30)
        ),
        unit=evaluation.project.unit,
        due=in_days(40),
        reason="系统停机",
    )
    outsider = User.objects.create_user("outsider", full_name="郑外审")
    until = in_days(30)
    grant_reading(sample, reader=outsider, until=until, by=auditor, reason="外部审计")
    _leave(people["reader"], evaluation, declaration, cast.maintenance, until=until)
    _leave(people["lapsed"], evaluation, declaration, cast.maintenance, until=in_days(-1))
    token, _ = create_api_token(user=preparer, name="取数")
    record(AuditAction.CHANGED, "试写一条", by=auditor, subject=evaluation)
    elsewhere = _signed_in(preparer)
    return Stage(
        people=people,
        evaluation=evaluation,
        declaration=declaration,
        published=cast.maintenance,
        comment=comment,
        answer=answer,
        waiver=waiver,
        finding=finding,
        sample=sample,
        leave=ProjectGrant.objects.get(user=outsider),
        entry=AuditEntry.objects.latest("id"),
        token=token,
        settled=settled,
        batch=batch,
        listing=_listing(people["admin"], evaluation),
        job=Job.objects.create(kind="booklet", title="汇总表", owner=preparer),
        session=sha256(elsewhere.encode()).hexdigest()[:24],
        keys={name: _signed_in(user) for name, user in people.items()},
    )


def _listing(user: User, form: Form) -> ImportBatch:
    """A list of executed budgets that was read, with one project of which the unit of money is told."""
    row = ExecutionRow(1, "执行", 2, form.project_name, "", "", "", {"executed": Decimal(1)})
    found = ReadList(rows=[replace(row, money_unit="元")], rows_read=1)
    batch = ImportBatch.objects.create(name="决算.xlsx", size=9, sha256="1" * 64, by=user)
    ExecutionFile.objects.create(batch=batch, year=form.year)
    return keep_list(batch, found, match_rows(found.rows, year=form.year_id, by=user), job=None)


def _person(cast: Cast, name: str) -> User:
    """One of the cast's loses what it had there."""
    user, _ = User.objects.get_or_create(username=name)
    user.memberships.all().delete()
    if name == "superuser":
        user.is_superuser = True
    user.is_staff = name in {"superuser", "clerk"}
    if name == "admin":
        user.is_superuser = False
    user.save()
    for unit, role in POSTS[name]:
        Membership.objects.create(
            user=user,
            unit=Unit.objects.get(name=unit),
            role=role,
            valid_until=in_days(-1) if name == "lapsed" else None,
        )
    return user


def _leave(user: User, *forms: Form, until: Any) -> None:
    grant = ProjectGrant.objects.create(user=user, valid_until=until)
    grant.projects.set([form.project for form in forms])


def _signed_in(user: User) -> str:
    """The key of a new session."""
    client = Client()
    client.force_login(user)
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def furnish(stage: Stage) -> None:
    """Files, which no two tests share."""
    form, status = Form.objects.filter(pk=stage.evaluation.pk), stage.evaluation.status
    form.update(status=Status.DRAFT.value)
    stage.attachment = add_attachment(
        form.get(),
        file=SimpleUploadedFile("合同.pdf", PDF),
        name="合同.pdf",
        row_code="",
        by=stage.people["preparer"],
    )
    form.update(status=status)
    # Heard of just now: it waits, and nothing is wrong with it.
    Job.objects.filter(pk=stage.job.pk).update(heartbeat_at=timezone.now())
    JobRun(stage.job).keep("汇总表.pdf", PDF)
    stage.batch.file.save("汇总.xlsx", ContentFile(PDF))
    stage.batch.marked.save("汇总.xlsx", ContentFile(PDF))
