"""Schemes as services and commands need them, rows as the editor does, reviews as the queue does."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Self

from django.apps import apps
from django.db import models
from django.db.models import Count, Exists, F, Func, Max, Min, OuterRef, Q, Subquery, Value
from django.db.models.expressions import RawSQL
from django.db.models.functions import Cast, Coalesce, Concat, JSONObject, NullIf

from indicators.querysets import IndicatorRowQuerySet
from perfgoals.accounts.querysets import reach_of
from projects.workflow import BEFORE_SUBMIT
from scoring.checks.across.register import OTHER_FORM
from scoring.rules.risk import ERROR, HINT, WARNING, RiskLevel

if TYPE_CHECKING:
    from perfgoals.accounts.models import User
    from scoring.models import ScoringScheme

# A unit and all below it.
_BELOW = """
WITH RECURSIVE tree (unit_id) AS (
    SELECT id FROM accounts_unit WHERE id = %s
    UNION
    SELECT unit.id FROM accounts_unit AS unit JOIN tree ON unit.parent_id = tree.unit_id
)
SELECT unit_id FROM tree
"""


def units_from(unit_id: int) -> RawSQL:
    """A subquery of the ids of the unit and all units below it."""
    return RawSQL(_BELOW, [unit_id])


JUDGING = {"department": "auditor", "unit": "unit_reviewer"}
"""Who decides a review, by its stage."""

_EVALUATION = "form__self_evaluation__"
_FINDINGS_WEIGHT = (
    F("form__error_count") * ERROR.each
    + F("form__warning_count") * WARNING.each
    + F("form__hint_count") * HINT.each
)
_DIFFERENCE = F(f"{_EVALUATION}total_score") - F(f"{_EVALUATION}computed_total")
_SINCE_LAST_YEAR = F(f"{_EVALUATION}computed_total") - F("last_total")

QUEUE_SORTS: dict[str, tuple[Any, ...]] = {
    "risk": ("risk",),
    "project": ("form__project_name",),
    "unit": ("form__unit_name",),
    "kind": ("form__kind",),
    "year": ("form__year_id",),
    "findings": ("form__error_count", "form__warning_count", "form__hint_count"),
    "weight": ("findings_weight",),
    "rate": (f"{_EVALUATION}computed_rate",),
    "score": (f"{_EVALUATION}total_score",),
    "computed": (f"{_EVALUATION}computed_total",),
    "difference": (_DIFFERENCE,),
    "last": (_SINCE_LAST_YEAR,),
    "since": ("opened_at",),
    "late": ("form__is_late",),
    "times": ("times",),
}
"""The columns by which the queue can be sorted."""

QUEUE_CHECKS: dict[str, tuple[str, Q]] = {
    "errors": ("有错误", Q(form__error_count__gt=0)),
    "warnings": ("有警告", Q(form__warning_count__gt=0)),
    "clean": ("没有错误和警告", Q(form__error_count=0, form__warning_count=0)),
    "differs": (
        "总分与核算不一致",
        Q(form__self_evaluation__total_score__isnull=False)
        & ~Q(form__self_evaluation__total_score=F(f"{_EVALUATION}computed_total")),
    ),
}
"""What the queue can be narrowed to by the outcome of the checks."""


class ResultQuerySet(IndicatorRowQuerySet):
    form_path = "self_evaluation__form"


class SchemeQuerySet(models.QuerySet["ScoringScheme"]):
    def in_force(self, year: int) -> ScoringScheme:
        """The scheme for forms of that year: of those whose years hold it the one that began last, so
        that a rule of the place goes before the Ministry's default, which has no years.

        Raises ScoringScheme.DoesNotExist where none is kept at all.
        """
        holding = self.filter(
            Q(first_year__isnull=True) | Q(first_year__lte=year),
            Q(last_year__isnull=True) | Q(last_year__gte=year),
        ).order_by(F("first_year").desc(nulls_last=True), "code")
        scheme = holding.first()
        if scheme is None:
            raise self.model.DoesNotExist(f"没有适用于 {year} 年度的计分办法")
        return scheme


class ReviewQuerySet(models.QuerySet):
    def waiting(self) -> Self:
        """Reviews that wait for a decision."""
        return self.filter(outcome="pending")

    def waiting_for(self, user: User) -> Self:
        """Reviews that wait for a decision of the user's roles, of forms that the user may see; every one
        for a superuser."""
        waiting = self.waiting()
        if user.is_superuser:
            return waiting
        judged = Q()
        for stage, role in JUDGING.items():
            judged |= Q(stage=stage, form__project__unit_id__in=reach_of(user.pk, [role]))
        visible = apps.get_model("projects", "Form").objects.visible_to(user)
        return waiting.filter(judged, form__in=visible.order_by().values("pk"))

    def queued(self, chosen: Mapping[str, Any], user: User) -> Self:
        """Those that fit every filter chosen: year, kind, unit (its id; those below it too), risk (a
        RiskLevel), check (a key of QUEUE_CHECKS), late (yes, no), earlier (who decided it before: mine,
        others, nobody) and q, words that must all occur in the names of project or unit."""
        reviews = self
        if chosen.get("year"):
            reviews = reviews.filter(form__year_id=chosen["year"])
        if chosen.get("kind"):
            reviews = reviews.filter(form__kind=chosen["kind"])
        if chosen.get("unit"):
            reviews = reviews.filter(form__project__unit_id__in=units_from(chosen["unit"]))
        if chosen.get("risk"):
            level = RiskLevel(chosen["risk"])
            reviews = reviews.filter(risk__gte=level.least, risk__lt=level.below)
        if chosen.get("check"):
            reviews = reviews.filter(QUEUE_CHECKS[chosen["check"]][1])
        if chosen.get("late"):
            reviews = reviews.filter(form__is_late=chosen["late"] == "yes")
        if chosen.get("earlier"):
            reviews = reviews._decided_before(chosen["earlier"], user)
        for word in chosen.get("q", "").split():
            reviews = reviews.filter(
                Q(form__project_name__icontains=word) | Q(form__unit_name__icontains=word)
            )
        return reviews

    def _decided_before(self, whose: str, user: User) -> Self:
        earlier = self.model._default_manager.filter(
            form=OuterRef("form"), outcome__in=["returned", "approved"]
        )
        return self.filter(
            {
                "mine": Exists(earlier.filter(decided_by=user.pk)),
                "others": Exists(earlier.exclude(decided_by=user.pk)),
                "nobody": ~Exists(earlier),
            }[whose]
        )

    def queue_sorted_by(self, key: str, *, descending: bool) -> Self:
        """In the order of a column (a key of QUEUE_SORTS), reviews without a value last either way; among
        equals the riskiest and then the longest waiting first."""
        reviews = self
        if key == "weight":
            reviews = reviews.annotate(findings_weight=_FINDINGS_WEIGHT)
        elif key == "times":
            reviews = reviews.annotate(times=self._times())
        columns = []
        for column in QUEUE_SORTS[key]:
            expression = F(column) if isinstance(column, str) else column
            columns.append(
                expression.desc(nulls_last=True) if descending else expression.asc(nulls_last=True)
            )
        return reviews.order_by(*columns, "-risk", "opened_at", "pk")

    def for_queue(self) -> Self:
        """With what a row of the queue shows; the long texts of the forms stay where they are."""
        return (
            self.select_related("form__self_evaluation")
            .annotate(findings_weight=_FINDINGS_WEIGHT, times=self._times())
            .defer(
                "form__unconfirmed",
                "form__source",
                "form__self_evaluation__expected_goal",
                "form__self_evaluation__actual_outcome",
                "form__self_evaluation__execution_reason",
            )
        )

    def _times(self) -> Subquery:
        """How often the form came before a reviewer of this stage."""
        same = (
            self.model._default_manager.filter(form=OuterRef("form"), stage=OuterRef("stage"))
            .order_by()
            .values("form")
        )
        return Subquery(same.annotate(times=Count("pk")).values("times"))

    def queue_years(self) -> Iterable[tuple[int, int]]:
        """Each year that occurs, the newest first, with how many there are."""
        return (
            self.order_by("-form__year_id")
            .values_list("form__year_id")
            .annotate(reviews=Count("pk"))
        )


class SampleQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> Self:
        """The samples drawn from units that the user audits or administers; all for a superuser."""
        if user.is_superuser:
            return self
        return self.filter(unit_id__in=reach_of(user.pk, ["auditor", "admin"]))

    def with_progress(self) -> Self:
        """With ``drawn``, ``confirmed`` and ``disputed``: how many forms."""
        return self.annotate(
            drawn=Count("items"),
            confirmed=Count("items", filter=Q(items__outcome="confirmed")),
            disputed=Count("items", filter=Q(items__outcome="disputed")),
        )


class MarkQuerySet(models.QuerySet):
    def in_the_open(self) -> Self:
        """Marks of forms that came before a reviewer; a draft is its unit's own business."""
        return self.exclude(form__status__in=list(BEFORE_SUBMIT))


class TextMarkQuerySet(MarkQuerySet):
    def sharing(self, bands: Sequence[int], *, year: int, kind: str, sort: str) -> Self:
        """Texts of the same sort that share a band."""
        return self.filter(year=year, kind=kind, sort=sort, bands__overlap=list(bands))


class TargetMarkQuerySet(MarkQuerySet):
    def tally(self) -> Any:
        """For each name and target ``forms``, how many have it, and the ``first`` and ``last`` of them."""
        return (
            self.order_by()
            .values("name_key", "comparison", "number", "measure")
            .annotate(forms=Count("form", distinct=True), first=Min("form"), last=Max("form"))
        )


class CrossFindingQuerySet(models.QuerySet):
    def as_seen_by(self, user: User) -> Self:
        """With ``sees_form`` and ``sees_other``: which of the two forms the user may see."""
        visible = apps.get_model("projects", "Form")._default_manager.visible_to(user).order_by()
        return self.annotate(
            sees_form=Exists(visible.filter(pk=OuterRef("form_id"))),
            sees_other=Exists(visible.filter(pk=OuterRef("other_id"))),
        )

    def with_waivers(self) -> Self:
        """With ``key``, the sentence that a waiver names it by (which tells the other forms apart by their
        numbers), and ``waiver``: id, reason, by and at of the one that is in force, None where none is."""
        text = models.TextField()
        other = Concat(Value("〖另表 "), Cast("other_id", text), Value("〗"), output_field=text)
        waivers = apps.get_model("projects", "Waiver")._default_manager
        held = waivers.filter(
            form=OuterRef("form"),
            code=OuterRef("code"),
            place=OuterRef("path"),
            message=OuterRef("key"),
            revoked_at=None,
        )
        name = Coalesce(NullIf("by__full_name", Value("")), "by__username", output_field=text)
        told = JSONObject(id="pk", reason="reason", by=name, at="at")
        key = Func("message", Value(OTHER_FORM), other, function="REPLACE", output_field=text)
        return self.annotate(key=key).annotate(
            waiver=Subquery(held.order_by().values(told=told)[:1])
        )

    def not_waived(self) -> Self:
        return self.with_waivers().filter(waiver__isnull=True)

    def waived(self) -> Self:
        return self.with_waivers().filter(waiver__isnull=False)

    def named(self, *, code: str, place: str, key: str) -> Self:
        """What a waiver, or who wants one, speaks of."""
        return self.with_waivers().filter(code=code, path=place, key=key)

    def of_forms(self, forms: models.QuerySet) -> Self:
        """What was found on those forms."""
        return self.filter(form__in=forms.order_by().values("pk"))

    def for_page(self) -> Self:
        """In the order of the page: by check, then unit and project."""
        return self.select_related("form", "form__project__unit", "other").order_by(
            "code", "form__unit_name", "form__project_name", "form_id", "id"
        )

    def by_check(self) -> Any:
        """For each check its ``code``, how many ``findings`` there are and on how many ``forms``."""
        return (
            self.order_by("code")
            .values("code")
            .annotate(findings=Count("pk"), forms=Count("form", distinct=True))
        )


class ImportQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> Self:
        """A person's own batches; all for a superuser."""
        return self if user.is_superuser else self.filter(by=user)

    def for_list(self) -> Self:
        """With who uploaded it, what works on it and ``forms``, how many were read from it; the summary stays
        where it is."""
        return (
            self.select_related("by", "job")
            .defer("summary")
            .annotate(forms=Count("items"))
            .order_by("-at")
        )

    def with_same_content(self, batch: Any) -> Self:
        """Other batches with the very same content, the latest first."""
        return self.filter(sha256=batch.sha256).exclude(pk=batch.pk).order_by("-at")
