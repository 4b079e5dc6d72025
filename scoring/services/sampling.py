"""抽查: drawing approved forms for a second review, what it found, and who may read them."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from perfgoals.accounts.models import Membership, Unit, User
from perfgoals.accounts.querysets import in_force, reach_of
from perfgoals.common.audit import AuditChange, record
from perfgoals.common.documents import plain
from perfgoals.common.models import AuditAction
from projects.models import Form, ProjectGrant
from projects.services import stated_reason
from projects.workflow import FormKind, Status
from scoring.models import Review, Sample, SampleItem
from scoring.querysets import units_from
from scoring.rules.risk import MOST as MOST_RISK
from scoring.rules.sampling import drawn, number_of_share

SETTLED = (Status.APPROVED.value, Status.PUBLISHED.value)
"""A form can be drawn once it was approved, and still when it is published."""

LONGEST_LEAVE = timedelta(days=366)
"""For how long somebody from outside may be given leave to read."""

_FULL = Decimal(100)


class SampleConflict(Exception):
    """It came too late; the message is a Chinese sentence. Nothing was written."""


class SampleClosed(SampleConflict):
    """The sample was closed."""

    def __init__(self, sample: Sample) -> None:
        day = "" if sample.closed_at is None else f"于 {timezone.localdate(sample.closed_at)} "
        super().__init__(f"这次抽查已{day}办结，不能再改")


class ItemTaken(SampleConflict):
    """A second review was recorded since the page was opened."""

    def __init__(self, item: SampleItem) -> None:
        super().__init__(
            f"这份表刚由{item.by}记录为「{item.get_outcome_display()}」，请刷新后再记录"
        )


@dataclass(frozen=True, slots=True)
class Draw:
    """What is to be drawn. unit: it and all below it. amount: per cent, a number of forms, or the lowest
    risk, as the method says."""

    name: str
    year: int
    kind: FormKind
    unit: Unit
    method: Sample.Method
    amount: int


@dataclass(frozen=True, slots=True)
class Sampled:
    """A sample and its items, and how the second reviews came out so far."""

    sample: Sample
    items: tuple[SampleItem, ...]

    @property
    def population(self) -> int:
        return len(self.sample.population)

    @property
    def confirmed(self) -> int:
        return self._count(SampleItem.Outcome.CONFIRMED)

    @property
    def disputed(self) -> int:
        return self._count(SampleItem.Outcome.DISPUTED)

    @property
    def pending(self) -> int:
        return self._count(SampleItem.Outcome.PENDING)

    def _count(self, outcome: SampleItem.Outcome) -> int:
        return sum(item.outcome == outcome for item in self.items)


def audits(user: User, unit: Unit) -> bool:
    """Whether the user is an auditor whose reach holds the unit: only such a one draws samples, closes
    them and makes second reviews."""
    return Unit.objects.filter(pk=unit.pk, pk__in=reach_of(user.pk, ["auditor"])).exists()


def population_of(draw: Draw, *, by: User) -> dict[int, tuple[int, int]]:
    """The forms that could be drawn, by number: of the year, the kind and the units, approved or published;
    each with its version and its risk, that of its latest review by the department, 0 where it had none."""
    latest = Review.objects.filter(
        form=OuterRef("pk"), stage=Review.Stage.DEPARTMENT, outcome=Review.Outcome.APPROVED
    ).order_by("-decided_at", "-pk")
    forms = (
        Form.objects.visible_to(by)
        .filter(
            year_id=draw.year,
            kind=draw.kind.value,
            status__in=SETTLED,
            project__unit_id__in=units_from(draw.unit.pk),
        )
        .annotate(risk=Coalesce(Subquery(latest.values("risk")[:1]), 0))
        .order_by("pk")
        .values_list("pk", "version", "risk")
    )
    return {pk: (version, risk) for pk, version, risk in forms}


@transaction.atomic
def draw_sample(draw: Draw, *, by: User) -> Sample:
    """Draw forms for second review, and keep which, and what they were drawn from.

    Raises PermissionDenied for a unit that the person does not audit, and ValidationError for an amount
    that makes no sense and where there is nothing to draw.
    """
    if not audits(by, draw.unit):
        raise PermissionDenied("只有审核人可以在所审核的单位范围内抽查")
    name = stated_reason(draw.name, what="抽查名称")
    if len(name) > 100:
        raise ValidationError("抽查名称最多 100 字")
    _check_amount(draw)
    forms = population_of(draw, by=by)
    if not forms:
        raise ValidationError("这一范围内没有审核通过或已公开的表，无可抽取")
    seed = "" if draw.method is Sample.Method.RISK else secrets.token_hex(16)
    chosen = _chosen(draw, {pk: risk for pk, (_, risk) in forms.items()}, seed)
    if not chosen:
        raise ValidationError(f"{len(forms)} 份表中没有风险达到 {draw.amount} 分的")
    sample = Sample.objects.create(
        name=name,
        year_id=draw.year,
        kind=draw.kind.value,
        unit=draw.unit,
        method=draw.method.value,
        amount=draw.amount,
        seed=seed,
        population=sorted(forms),
        by=by,
    )
    SampleItem.objects.bulk_create(
        SampleItem(sample=sample, form_id=pk, place=place, version=forms[pk][0], risk=forms[pk][1])
        for place, pk in enumerate(chosen, 1)
    )
    record(
        AuditAction.SAMPLED,
        f"抽取 {len(chosen)} 份（总体 {len(forms)} 份）",
        by=by,
        subject=sample,
        details={
            "方式": sample.get_method_display(),
            "数值": draw.amount,
            "种子": seed,
            "表": chosen,
        },
    )
    return sample


def _check_amount(draw: Draw) -> None:
    most, what = {
        Sample.Method.SHARE: (100, "比例（%）"),
        Sample.Method.NUMBER: (100_000, "数量"),
        Sample.Method.RISK: (MOST_RISK, "风险下限"),
    }[draw.method]
    if not 1 <= draw.amount <= most:
        raise ValidationError(f"{what}应在 1 至 {most} 之间")


def _chosen(draw: Draw, risks: dict[int, int], seed: str) -> list[int]:
    if draw.method is Sample.Method.RISK:
        risky = [pk for pk, risk in risks.items() if risk >= draw.amount]
        return sorted(risky, key=lambda pk: (-risks[pk], pk))
    number = draw.amount
    if draw.method is Sample.Method.SHARE:
        number = number_of_share(draw.amount, len(risks))
    return drawn(risks, seed=seed, number=number)


def is_reproduced(sampled: Sampled) -> bool | None:
    """Whether drawing again with the seed from the population kept gives the very same forms in the same
    order. None for a sample by risk, which leaves nothing to chance."""
    sample = sampled.sample
    if sample.method == Sample.Method.RISK:
        return None
    again = drawn(sample.population, seed=sample.seed, number=len(sampled.items))
    return again == [item.form_id for item in sampled.items]


def approver_of(item: SampleItem) -> Review | None:
    """The review by which the form was approved as it was drawn."""
    decided = item.form.reviews.filter(
        stage=Review.Stage.DEPARTMENT, outcome=Review.Outcome.APPROVED, version__lte=item.version
    )
    return decided.select_related("decided_by").order_by("-decided_at", "-pk").first()


@transaction.atomic
def review_item(
    item: SampleItem,
    *,
    by: User,
    outcome: SampleItem.Outcome,
    score: Decimal | None = None,
    remark: str = "",
    seen: SampleItem.Outcome,
) -> None:
    """Record a second review. score: points, None where none is given. seen: the outcome that the person
    saw.

    Raises PermissionDenied for who does not audit the unit and for who approved the form, SampleConflict,
    and ValidationError for a dispute without a word and a score that cannot be.
    """
    if not audits(by, item.sample.unit):
        raise PermissionDenied("只有审核人可以复查")
    first = approver_of(item)
    if first is not None and first.decided_by_id == by.pk:
        raise PermissionDenied("这份表由您审核通过，不能再由您复查")
    sample = Sample.objects.select_for_update().get(pk=item.sample_id)
    if sample.closed_at is not None:
        raise SampleClosed(sample)
    kept = SampleItem.objects.select_for_update(of=("self",)).select_related("by").get(pk=item.pk)
    if kept.outcome != seen:
        raise ItemTaken(kept)
    remark = _checked_remark(outcome, remark)
    _check_score(item, score)
    changes = [
        AuditChange(path, old, new, label)
        for path, label, old, new in (
            ("outcome", "结果", kept.get_outcome_display(), outcome.label),
            ("score", "复查得分", _text(kept.score), _text(score)),
            ("remark", "复查意见", kept.remark, remark),
        )
        if old != new
    ]
    item.outcome, item.score, item.remark = outcome.value, score, remark
    item.by, item.at = by, timezone.now()
    item.save(update_fields=["outcome", "score", "remark", "by", "at"])
    record(
        AuditAction.SAMPLED,
        f"复查：{outcome.label}",
        by=by,
        subject=item.form,
        reason=remark,
        changes=changes,
        details={"抽查": str(sample), "抽查编号": sample.pk},
    )


def _checked_remark(outcome: SampleItem.Outcome, remark: str) -> str:
    if outcome is SampleItem.Outcome.PENDING:
        raise ValidationError("请选择复查结果")
    if outcome is SampleItem.Outcome.DISPUTED or remark.strip():
        return stated_reason(remark, what="复查意见（与原审核不一致之处）")
    return ""


def _check_score(item: SampleItem, score: Decimal | None) -> None:
    if score is None:
        return
    if item.form.kind != FormKind.SELF_EVALUATION:
        raise ValidationError("申报表不打分")
    if not score.is_finite() or not 0 <= score <= _FULL:
        raise ValidationError("复查得分应在 0 至 100 之间")
    if score != round(score, 2):
        raise ValidationError("复查得分最多两位小数")


def _text(score: Decimal | None) -> str | None:
    return None if score is None else plain(score)


@transaction.atomic
def close_sample(sample: Sample, *, by: User, conclusion: str) -> None:
    """Close a sample with a conclusion. Raises PermissionDenied, SampleClosed, and ValidationError for a
    blank conclusion and for forms not yet looked at."""
    if not audits(by, sample.unit):
        raise PermissionDenied("只有审核人可以办结抽查")
    conclusion = stated_reason(conclusion, what="结论")
    kept = Sample.objects.select_for_update().get(pk=sample.pk)
    if kept.closed_at is not None:
        raise SampleClosed(kept)
    left = kept.items.filter(outcome=SampleItem.Outcome.PENDING).count()
    if left:
        raise ValidationError(f"还有 {left} 份没有复查，复查完才能办结")
    sample.closed_at, sample.conclusion = timezone.now(), conclusion
    sample.save(update_fields=["closed_at", "conclusion"])
    record(AuditAction.SAMPLED, "办结抽查", by=by, subject=sample, reason=conclusion)


def leave_of(sample: Sample) -> QuerySet[ProjectGrant]:
    """The leave to read that was given for this sample, as far as it has not run out."""
    marked = ProjectGrant.objects.filter(reason__startswith=_mark(sample))
    return marked.filter(valid_until__gte=timezone.localdate()).select_related("user", "by")


def _mark(sample: Sample) -> str:
    return f"抽查 {sample.pk} 号「{sample.name}」"


@transaction.atomic
def grant_reading(
    sample: Sample, *, reader: User, until: date, by: User, reason: str = ""
) -> ProjectGrant:
    """Let somebody without a role of their own read the sampled projects' forms, until that day included.

    Raises PermissionDenied, SampleClosed, and ValidationError for a day that has passed or is too far and
    for somebody who has a role.
    """
    if not audits(by, sample.unit):
        raise PermissionDenied("只有审核人可以授权查阅")
    if sample.closed_at is not None:
        raise SampleClosed(sample)
    today = timezone.localdate()
    if until < today:
        raise ValidationError("截止日期已经过去")
    if until > today + LONGEST_LEAVE:
        raise ValidationError(f"截止日期最远到 {today + LONGEST_LEAVE}")
    if not outsiders().filter(pk=reader.pk).exists():
        raise ValidationError("只能授权给没有岗位的用户；有岗位的用户请由管理员调整岗位")
    reason = reason.strip()
    grant = ProjectGrant.objects.create(
        user=reader,
        valid_from=today,
        valid_until=until,
        reason=f"{_mark(sample)}{f'：{reason}' if reason else ''}",
        by=by,
    )
    projects = sorted(set(sample.items.values_list("form__project_id", flat=True)))
    grant.projects.set(projects)
    record(
        AuditAction.RIGHTS,
        f"授权 {reader} 查阅 {len(projects)} 个项目，至 {until}",
        by=by,
        subject=grant,
        reason=grant.reason,
        details={"抽查": sample.pk, "用户": reader.get_username(), "项目": projects},
    )
    return grant


@transaction.atomic
def end_reading(sample: Sample, grant: ProjectGrant, *, by: User) -> None:
    """Take leave to read back from now on. Raises PermissionDenied."""
    if not audits(by, sample.unit):
        raise PermissionDenied("只有审核人可以收回查阅授权")
    before, yesterday = grant.valid_until, timezone.localdate() - timedelta(days=1)
    if grant.valid_from is not None and grant.valid_from > yesterday:
        grant.valid_from = None
    grant.valid_until = yesterday
    grant.save(update_fields=["valid_from", "valid_until"])
    record(
        AuditAction.RIGHTS,
        f"收回 {grant.user} 的查阅授权",
        by=by,
        subject=grant,
        reason=grant.reason,
        changes=[AuditChange("valid_until", str(before), str(yesterday), "截止日期")],
    )


def outsiders() -> QuerySet[User]:
    """The people who can sign in and have no role that is in force, by name."""
    held = Membership.objects.filter(in_force(), user=OuterRef("pk"))
    people = User.objects.filter(is_active=True, is_superuser=False)
    return people.exclude(Exists(held)).order_by("full_name", "username")
