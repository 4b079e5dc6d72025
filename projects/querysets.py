"""Forms as the pages need them. Nothing fetches a form but through ``visible_to``."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Self

from django.apps import apps
from django.db import models
from django.db.models import Avg, Case, Count, F, Q, Value, When
from django.db.models.functions import Coalesce, NullIf
from django.utils import timezone

from perfgoals.accounts.querysets import READING, WRITING, reach_of
from projects.workflow import BEFORE_SUBMIT, FormKind, Status

if TYPE_CHECKING:
    from perfgoals.accounts.models import User

_EVALUATION = "self_evaluation__"
# What the form states goes before what the rules give; a form without the row has the latter only.
_SHOWN_TOTAL = Coalesce(f"{_EVALUATION}total_score", f"{_EVALUATION}computed_total")
_NOTHING = Value("", output_field=models.TextField())
_SHOWN_RATING = Coalesce(
    NullIf(f"{_EVALUATION}rating", _NOTHING), NullIf(f"{_EVALUATION}computed_rating", _NOTHING)
)
_TOTAL_DIFFERS = Q(self_evaluation__total_score__isnull=False) & ~Q(
    self_evaluation__total_score=F(f"{_EVALUATION}computed_total")
)
_STATUS_ORDER = Case(
    *(When(status=status.value, then=Value(place)) for place, status in enumerate(Status)),
    output_field=models.IntegerField(),
)

CHECKS: dict[str, tuple[str, Q]] = {
    "errors": ("有错误", Q(error_count__gt=0)),
    "warnings": ("有警告", Q(warning_count__gt=0)),
    "differs": ("总分与核算不一致", _TOTAL_DIFFERS),
    "clean": ("没有错误和警告", Q(error_count=0, warning_count=0)),
    "sound": ("没有错误", Q(error_count=0)),
    "late": ("逾期送审", Q(is_late=True)),
}
"""What the list can be narrowed to by the outcome of the checks: the word for it, and the condition."""

SORTS: dict[str, tuple[Any, ...]] = {
    "year": ("year_id",),
    "project": ("project_name",),
    "unit": ("unit_name",),
    "kind": ("kind",),
    "status": (_STATUS_ORDER,),
    "rate": (f"{_EVALUATION}computed_rate",),
    "score": (_SHOWN_TOTAL,),
    "rating": (_SHOWN_RATING,),
    "findings": ("error_count", "warning_count", "hint_count"),
    "saved": ("updated_at",),
}
"""The columns by which the list can be sorted."""


class GrantQuerySet(models.QuerySet):
    def in_force(self) -> Self:
        """Grants that hold today."""
        today = timezone.localdate()
        begun = Q(valid_from__isnull=True) | Q(valid_from__lte=today)
        return self.filter(begun, valid_until__gte=today)


class WaiverQuerySet(models.QuerySet):
    def in_force(self) -> Self:
        """Waivers that were not taken back."""
        return self.filter(revoked_at__isnull=True)


class FormQuerySet(models.QuerySet):
    def per_unit(self, units: Collection[int]) -> dict[int, int]:
        """For each of the units (by number) that has forms, how many."""
        counted = self.filter(project__unit__in=list(units)).order_by().values("project__unit")
        return dict(counted.annotate(total=Count("pk")).values_list("project__unit", "total"))

    def visible_to(self, user: User) -> Self:
        """The forms that the user may see: those of the units that the memberships reach, and those of
        projects granted; all for a superuser. Auditors and readers see a form once it was submitted.
        """
        if user.is_superuser:
            return self
        shown = ~Q(status__in=list(BEFORE_SUBMIT)) | Q(adjusts_version__isnull=False)
        granted = apps.get_model("projects", "ProjectGrant").objects.in_force().filter(user=user.pk)
        return self.filter(
            Q(project__unit_id__in=reach_of(user.pk, WRITING))
            | (
                shown
                & (
                    Q(project__unit_id__in=reach_of(user.pk, READING))
                    | Q(project_id__in=granted.values("projects"))
                )
            )
        )

    def for_list(self) -> Self:
        """With what a row of the list shows: ``shown_total`` (points) and ``shown_rating``, as stated
        or else as reckoned. The long texts stay where they are."""
        return (
            self.select_related("self_evaluation")
            .defer(
                "self_evaluation__expected_goal",
                "self_evaluation__actual_outcome",
                "self_evaluation__execution_reason",
            )
            .annotate(shown_total=_SHOWN_TOTAL, shown_rating=_SHOWN_RATING)
        )

    def narrowed(self, chosen: Mapping[str, Any]) -> Self:
        """Those that fit every filter chosen: year, kind, unit (its id), status, rating, check (a key
        of CHECKS) and q, words that must all occur in the names of project, unit or indicators."""
        forms = self
        for key, column in (
            ("year", "year_id"),
            ("kind", "kind"),
            ("unit", "project__unit_id"),
            ("status", "status"),
        ):
            if chosen.get(key):
                forms = forms.filter(**{column: chosen[key]})
        if chosen.get("rating"):
            forms = forms.alias(rating=_SHOWN_RATING).filter(rating=chosen["rating"])
        if chosen.get("check"):
            forms = forms.filter(CHECKS[chosen["check"]][1])
        for word in chosen.get("q", "").split():
            forms = forms.filter(self._mentions(word))
        return forms

    def _mentions(self, word: str) -> Q:
        """Project, unit or some indicator is named so. Rows are looked up in subqueries, so that a form
        with several of them is still one form."""
        everything = self.model._default_manager.order_by()
        return (
            Q(project_name__icontains=word)
            | Q(unit_name__icontains=word)
            | Q(
                pk__in=everything.filter(declaration__indicators__name__icontains=word).values("pk")
            )
            | Q(
                pk__in=everything.filter(self_evaluation__results__name__icontains=word).values(
                    "pk"
                )
            )
        )

    def sorted_by(self, key: str, *, descending: bool) -> Self:
        """In the order of a column (a key of SORTS), forms without a value last either way; among
        equals the newest year first, then as they were entered."""
        columns = []
        for column in SORTS[key]:
            expression = F(column) if isinstance(column, str) else column
            columns.append(
                expression.desc(nulls_last=True) if descending else expression.asc(nulls_last=True)
            )
        return self.order_by(*columns, "-year_id", "unit_name", "kind", "pk")

    def with_row_count(self) -> Self:
        """Declarations with the number of their indicators: ``row_count``."""
        return self.annotate(row_count=Count("declaration__indicators"))

    def list_choices(self) -> Iterable[tuple[int, int, str, str | None]]:
        """What the filters of the list can offer: every year, unit id, unit name and rating that occurs
        together."""
        return (
            self.order_by()
            .annotate(shown_rating=_SHOWN_RATING)
            .values_list("year_id", "project__unit_id", "project__unit__name", "shown_rating")
            .distinct()
        )

    def in_role(self, user_id: int, role: str) -> Self:
        """Those of the units that the person's memberships in that role reach today."""
        return self.filter(project__unit_id__in=reach_of(user_id, (role,)))

    def counts_for_home(self) -> dict[str, int]:
        """How many forms there are: of each status, ``all`` together, and by each key of CHECKS; with
        ``submitted_errors`` for those waiting, ``draft_errors`` and ``draft_sound`` for drafts."""
        draft = Q(status=Status.DRAFT.value)
        return self.aggregate(
            all=Count("pk"),
            **{status.value: Count("pk", filter=Q(status=status.value)) for status in Status},
            **{key: Count("pk", filter=condition) for key, (_, condition) in CHECKS.items()},
            submitted_errors=Count(
                "pk", filter=Q(status=Status.SUBMITTED.value, error_count__gt=0)
            ),
            draft_errors=Count("pk", filter=draft & CHECKS["errors"][1]),
            draft_sound=Count("pk", filter=draft & CHECKS["sound"][1]),
        )

    def standing_for_home(
        self, years: Iterable[int], units: Iterable[int]
    ) -> Iterable[tuple[int, int, str, str, int]]:
        """How many forms of the units and years are in which status: unit id, year, kind, status,
        number. Numbers only, drafts as well: who may count them need not be allowed to open them."""
        return (
            self.order_by()
            .filter(year_id__in=list(years), project__unit_id__in=list(units))
            .values_list("project__unit_id", "year_id", "kind", "status")
            .annotate(forms=Count("pk"))
        )

    def overview_for_home(self) -> Iterable[dict[str, Any]]:
        """For each year, kind and reckoned rating: ``forms``, how many ``with_errors``, and the
        ``average`` reckoned total (points; None for declarations)."""
        return (
            self.order_by("-year_id", "kind")
            .values("year_id", "kind", rating=F(f"{_EVALUATION}computed_rating"))
            .annotate(
                forms=Count("pk"),
                with_errors=Count("pk", filter=Q(error_count__gt=0)),
                average=Avg(f"{_EVALUATION}computed_total"),
            )
        )

    def to_look_at_for_home(self, most: int) -> Self:
        """The forms with errors or with a total that differs, the worst first."""
        return (
            self.for_list()
            .filter(CHECKS["errors"][1] | CHECKS["differs"][1])
            .sorted_by("findings", descending=True)[:most]
        )

    def for_booklets(self) -> models.QuerySet[Any, Any]:
        """The booklets that could be printed: year, kind, unit id, unit name, number of forms."""
        return (
            self.order_by("-year_id", "kind", "project__unit__name")
            .values_list("year_id", "kind", "project__unit_id", "project__unit__name")
            .annotate(forms=Count("pk"))
        )

    def with_documents(self) -> Self:
        """Forms of either kind with all that their documents hold; a handful of queries for all."""
        return (
            self.select_related("project", "declaration", "self_evaluation")
            .prefetch_related(
                "funding_lines", "declaration__indicators", "self_evaluation__results"
            )
            .order_by("pk")
        )

    def of_booklet(self, *, year: int, kind: str, unit: int) -> Self:
        """The forms of a booklet as they were entered, which for published ones is the order of the
        publication; with all that their documents hold."""
        children = {
            FormKind.DECLARATION: ("declaration", "declaration__indicators"),
            FormKind.SELF_EVALUATION: ("self_evaluation", "self_evaluation__results"),
        }[FormKind(kind)]
        return (
            self.filter(year_id=year, kind=kind, project__unit_id=unit)
            .select_related(children[0])
            .prefetch_related("funding_lines", children[1])
            .order_by("pk")
        )


class BudgetExecutionQuerySet(models.QuerySet):
    def of(self, project: int, year: int) -> Self:
        """What the accounts say of the project's money in the year, by source."""
        return self.filter(project_id=project, year_id=year).order_by("pk")
