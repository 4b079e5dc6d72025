"""Cross-form checks: run for a form when it is submitted, for those that it touches, and for all forms of a
year."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Protocol

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone

from perfgoals.common.audit import record
from perfgoals.common.models import AuditAction
from projects.models import FiscalYear, Form
from projects.workflow import BEFORE_SUBMIT, FormKind
from scoring.access import form_document
from scoring.checks.across import (
    Compared,
    FormFacts,
    Identity,
    Likeness,
    facts_of,
    run_across,
)
from scoring.models import CrossFinding, IndicatorResult, Review
from scoring.services.editing import Judged
from scoring.services.likenesses import KeptTexts, Targets, TextsOfYear, keep_marks

if TYPE_CHECKING:
    from perfgoals.accounts.models import User

Progress = Callable[[int, int], None]

MOST_NEIGHBOURS = 20
_CHUNK = 200
_ROWS = {
    FormKind.DECLARATION: ("declaration", "declaration__indicators"),
    FormKind.SELF_EVALUATION: ("self_evaluation", "self_evaluation__results"),
}


class Texts(Protocol):
    """Where copies are looked for."""

    def likenesses(self, facts: FormFacts) -> tuple[Likeness, ...]: ...


@transaction.atomic
def refresh_cross_findings(form: Form, judged: Judged) -> int:
    """Hold a form that was just submitted against the others. Returns how much was found.

    What is stored is derived from the forms and is not in the audit log; the submit is.
    """
    facts = facts_of(judged.document, _identity(form), total=_total(form))
    return _hold(facts)


@transaction.atomic
def refresh_neighbours(form: Form) -> None:
    """Hold those forms anew that the form was or is held against: the others of its project of the same
    year and later, and those whose findings speak of it. For when it was submitted, or taken back.

    Of others it may still be that they are found to say the same, or that their unit has given full marks
    throughout; that is for the next run over the year. A form that somebody has in hand at this very moment
    is left alone, for its own submit comes after.
    """
    submitted = Form.objects.exclude(_unsubmitted()).exclude(pk=form.pk)
    same = submitted.filter(project=form.project_id, year__gte=form.year_id)
    named = submitted.filter(pk__in=CrossFinding.objects.filter(other=form).values("form"))
    numbers = [*same.values_list("pk", flat=True), *named.values_list("pk", flat=True)]
    chosen = list(dict.fromkeys(numbers))[:MOST_NEIGHBOURS]
    free = Form.objects.filter(pk__in=chosen)
    for one in free.select_for_update(no_key=True, skip_locked=True).order_by("pk"):
        for facts in _read(Form.objects.filter(pk=one.pk), FormKind(one.kind)):
            _hold(facts)


@transaction.atomic
def forget_cross_findings(form: Form) -> None:
    """The form was taken back: what it says is its unit's own business again."""
    form.cross_findings.all().delete()
    refresh_neighbours(form)


@transaction.atomic
def refresh_stored(form: Form) -> int:
    """Hold a submitted form as it is stored against the others as they now are. Returns how much was
    found."""
    Form.objects.select_for_update(no_key=True).get(pk=form.pk)
    [facts] = _read(Form.objects.filter(pk=form.pk), FormKind(form.kind))
    return _hold(facts)


def _hold(facts: FormFacts) -> int:
    """Hold one form against the others."""
    keep_marks([facts])
    targets = Targets(facts.year, facts.kind, of=facts)
    full = _full_marks(Form.objects.filter(project__unit=facts.identity.unit), facts.year)
    return _store([facts], texts=KeptTexts(), targets=targets, full=full)


def check_year(year: int, progress: Progress | None = None) -> int:
    """Hold all forms of the year that came before a reviewer against each other. Returns how much was
    found. Each part of the work is stored by itself; a run that is broken off can be begun again."""
    numbers = list(
        Form.objects.filter(year=year)
        .exclude(_unsubmitted())
        .order_by("pk")
        .values_list("pk", "kind")
    )
    chunks = [
        (kind, part)
        for kind in FormKind
        for part in _cut([pk for pk, its in numbers if its == kind.value])
    ]
    done, total = 0, 2 * len(numbers)
    for kind, part in chunks:
        with transaction.atomic():
            keep_marks(_read(_held(part), kind))
        done += len(part)
        _tell(progress, done, total)
    texts: Texts = TextsOfYear(year)
    full = _full_marks(Form.objects.all(), year)
    targets = {kind: Targets(year, kind.value) for kind in FormKind}
    found = 0
    for kind, part in chunks:
        with transaction.atomic():
            forms = _read(_held(part), kind)
            found += _store(forms, texts=texts, targets=targets[kind], full=full)
        done += len(part)
        _tell(progress, done, total)
    return found


def _held(numbers: Sequence[int]) -> QuerySet[Form]:
    """Those of the forms that are still before a reviewer, locked so that a submit at the same moment
    comes before or after. Other forms may go on to refer to them."""
    wanted = Form.objects.filter(pk__in=numbers).exclude(_unsubmitted())
    held = list(wanted.select_for_update(no_key=True).order_by("pk").values_list("pk", flat=True))
    return Form.objects.filter(pk__in=held)


def _tell(progress: Progress | None, done: int, total: int) -> None:
    if progress is not None:
        progress(done, total)


def _cut(numbers: Sequence[int]) -> Iterable[Sequence[int]]:
    return (numbers[start : start + _CHUNK] for start in range(0, len(numbers), _CHUNK))


def _unsubmitted() -> Q:
    return Q(status__in=list(BEFORE_SUBMIT))


def _identity(form: Form) -> Identity:
    return Identity(form.pk, form.project_id, form.project.unit_id, form.version)


def _total(form: Form) -> Decimal | None:
    """Of a self-evaluation, as it was reckoned when it was saved."""
    return form.self_evaluation.computed_total if form.kind == FormKind.SELF_EVALUATION else None


def _read(forms: QuerySet[Form], kind: FormKind) -> list[FormFacts]:
    """The facts of forms of one kind, in five queries."""
    child, rows = _ROWS[kind]
    read = forms.select_related("project", child).prefetch_related("funding_lines", rows)
    return [
        facts_of(form_document(form), _identity(form), total=_total(form))
        for form in read.order_by("pk")
    ]


def _store(
    forms: Sequence[FormFacts], *, texts: Texts, targets: Targets, full: dict[int, tuple[int, int]]
) -> int:
    """Compare forms of one kind and year, and keep what is found in place of what was."""
    related = _related(forms)
    findings = []
    for facts in forms:
        in_unit, full_in_unit = full.get(facts.identity.unit, (0, 0))
        compared = Compared(
            facts,
            **related.get(facts.identity.number, {}),
            likenesses=texts.likenesses(facts),
            elsewhere=targets.elsewhere(facts),
            in_unit=in_unit,
            full_in_unit=full_in_unit,
        )
        for found in run_across(compared):
            one = found.finding
            findings.append(
                CrossFinding(
                    form_id=facts.identity.number,
                    code=one.code,
                    level=one.level.value,
                    path=one.path,
                    message=one.message,
                    basis=one.basis,
                    other_id=found.other,
                )
            )
    numbers = [facts.identity.number for facts in forms]
    CrossFinding.objects.filter(form__in=numbers).delete()
    CrossFinding.objects.bulk_create(findings, batch_size=1_000)
    Review.objects.waiting().filter(form__in=numbers).update(compared_at=timezone.now())
    return len(findings)


def _related(forms: Sequence[FormFacts]) -> dict[int, dict[str, FormFacts]]:
    """For each form the others of its project that it is held against, by the name in ``Compared``."""
    if not forms:
        return {}
    chosen = _chosen(forms)
    read: dict[int, FormFacts] = {}
    for kind in FormKind:
        numbers = [number for number, its in chosen.values() if its == kind.value]
        if numbers:
            found = _read(Form.objects.filter(pk__in=numbers), kind)
            read.update((facts.identity.number, facts) for facts in found)
    related: dict[int, dict[str, FormFacts]] = defaultdict(dict)
    by_project = {facts.identity.project: facts.identity.number for facts in forms}
    for (name, project), (number, _) in chosen.items():
        related[by_project[project]][name] = read[number]
    return related


def _chosen(forms: Sequence[FormFacts]) -> dict[tuple[str, int], tuple[int, str]]:
    """By name and project the number and kind of the other form."""
    year, kind = forms[0].year, forms[0].kind
    known = (
        Form.objects.filter(project__in=[facts.identity.project for facts in forms], year__lte=year)
        .exclude(_unsubmitted())
        .order_by("year_id")
        .values_list("project_id", "kind", "year_id", "pk")
    )
    chosen: dict[tuple[str, int], tuple[int, str]] = {}
    for project, its_kind, its_year, number in known:
        name = _place(kind, its_kind, earlier=its_year < year)
        if name:  # the latest year stands last, and stays
            chosen[name, project] = number, its_kind
    return chosen


def _place(kind: str, other: str, *, earlier: bool) -> str:
    """What a form of the same project is to a form of that kind; "" where nothing."""
    if kind == other:
        return "before" if earlier else ""
    if kind == FormKind.DECLARATION:
        return "result" if earlier else ""
    return "" if earlier else "declared"


def _full_marks(forms: QuerySet[Form], year: int) -> dict[int, tuple[int, int]]:
    """For each unit its self-evaluations of the year, and those of them with full marks on every row."""
    rows = IndicatorResult.objects.filter(self_evaluation=OuterRef("pk"))
    lacking = Q(weight__isnull=True) | Q(score__isnull=True) | Q(score__lt=Coalesce("weight", 0))
    counted = (
        forms.filter(year=year, kind=FormKind.SELF_EVALUATION.value)
        .exclude(_unsubmitted())
        .order_by()
        .annotate(is_full=Exists(rows) & ~Exists(rows.filter(lacking)))
        .values_list("project__unit_id", "is_full")
    )
    found: dict[int, tuple[int, int]] = defaultdict(lambda: (0, 0))
    for unit, is_full in counted:
        all_of_them, full = found[unit]
        found[unit] = all_of_them + 1, full + bool(is_full)
    return found


@transaction.atomic
def tell_of_check(year: int, *, by: User | None) -> None:
    """Put on record that somebody has the forms of a year held against each other. Raises
    FiscalYear.DoesNotExist."""
    subject = FiscalYear.objects.get(pk=year)
    record(AuditAction.REVIEWED, "开始全年跨表检查", by=by, subject=subject)
