"""Forms of either kind read back as documents."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.db import DatabaseError
from django.db.models import prefetch_related_objects

from indicators.access import declaration_document
from indicators.models import Indicator, LibraryIndicator
from perfgoals.common.documents import read_json, stated, unpadded
from projects.access import printed_amounts
from projects.models import Form, FundingSource
from projects.workflow import FormKind
from scoring.documents import (
    EvaluatedFunds,
    EvaluatedProject,
    FormDocument,
    SelfEvaluationDocument,
    SpentFunds,
    TotalFunds,
)
from scoring.documents import IndicatorResult as ResultRow
from scoring.models import IndicatorResult, ScoringScheme
from scoring.rules.scheme import Scheme, read_schemes, scheme_for

OFFERED = 20
"""How many indicators are offered at most."""

_CHILDREN = {
    FormKind.DECLARATION: ("declaration", "indicators"),
    FormKind.SELF_EVALUATION: ("self_evaluation", "results"),
}


def form_document(form: Form) -> FormDocument:
    """What the form says, whichever kind it is; three queries unless prefetched."""
    if form.kind == FormKind.DECLARATION:
        return declaration_document(form)
    return self_evaluation_document(form)


@contextmanager
def read_once(form: Form) -> Iterator[None]:
    """Within it the amounts and rows of the form are read once, however often they are asked for; after
    it, when they may have been written, they are read anew."""
    child = _CHILDREN[FormKind(form.kind)]
    prefetch_related_objects([form], "funding_lines", f"{child[0]}__{child[1]}")
    try:
        yield
    finally:
        # There is no public way to forget what was prefetched but reading the whole object again.
        form._prefetched_objects_cache.pop("funding_lines", None)  # type: ignore[attr-defined]
        getattr(form, child[0])._prefetched_objects_cache.pop(child[1], None)


def offered_indicators(
    words: str, *, level2: str = "", form: Form | None = None
) -> list[dict[str, Any]]:
    """Indicators to choose from while a name is typed: id (of the library, else None), level1, level2,
    name, target and where it is ``from``.

    First those whose name begins with the words; among these what the unit of the form used in its other
    forms, the latest year first, and then the library. A name stands once in each class.
    """
    found: list[dict[str, Any]] = []
    if form is not None:
        found = _used(words, level2, form)
    found += [
        {
            "id": one.pk,
            "level1": one.level1,
            "level2": one.level2,
            "name": one.name,
            "target": one.target,
            "from": f"指标库 · {one.topic}" if one.topic else "指标库",
        }
        for one in LibraryIndicator.objects.offered(words, level2=level2)[: 2 * OFFERED]
    ]
    begins = words.strip().casefold()
    found.sort(key=lambda one: not one["name"].casefold().startswith(begins))
    once: dict[tuple[str, str], dict[str, Any]] = {}
    for one in found:
        once.setdefault((one["level2"], one["name"]), one)
    return list(once.values())[:OFFERED]


def _used(words: str, level2: str, form: Form) -> list[dict[str, Any]]:
    """What the unit used in its other forms, the latest year first."""
    used: list[dict[str, Any]] = []
    for model in (Indicator, IndicatorResult):
        rows = model.objects.used_by(form.project.unit_id, words, level2=level2, besides=form.pk)
        used += rows[: 4 * OFFERED]
    used.sort(key=lambda row: (row["level2"] != level2, -row["year"]))
    return [
        {
            "id": None,
            "level1": row["level1"],
            "level2": row["level2"],
            "name": row["name"],
            "target": "" if "target" in row["damaged"] else row["target"],
            "from": f"本单位 {row['year']} 年",
        }
        for row in used
    ]


def self_evaluation_document(form: Form) -> SelfEvaluationDocument:
    """What the form says. Expects a form of kind self_evaluation."""
    evaluation = form.self_evaluation
    money = printed_amounts(form)

    def spent(source: FundingSource) -> dict:
        return {
            column: money[source, column]
            for column in ("initial_budget", "annual_budget", "executed")
        } | stated(execution_rate=unpadded(money[source, "execution_rate"]))

    return SelfEvaluationDocument(
        form="self_evaluation",
        year=form.year_id,
        department=form.department_name,
        unit=form.unit_name,
        project=EvaluatedProject(name=form.project_name),
        money_unit=form.money_unit,
        funds=EvaluatedFunds(
            total=TotalFunds(
                **spent(FundingSource.TOTAL),
                weight=unpadded(evaluation.execution_weight),
                score=unpadded(evaluation.execution_score),
                **stated(deviation_reason=evaluation.execution_reason),
            ),
            appropriation=SpentFunds(**spent(FundingSource.APPROPRIATION)),
            carryover=SpentFunds(**spent(FundingSource.CARRYOVER)),
            other=SpentFunds(**spent(FundingSource.OTHER)),
        ),
        expected_goal=evaluation.expected_goal,
        actual_outcome=evaluation.actual_outcome,
        indicators=[
            ResultRow(
                level1=row.level1,
                level2=row.level2,
                name=row.name,
                target=row.target,
                actual=row.actual,
                weight=unpadded(row.weight),
                score=unpadded(row.score),
                deviation_reason=row.deviation_reason,
                **stated(code=row.code, attainment=row.attainment, damaged=row.damaged),
            )
            for row in evaluation.results.all()
        ],
        total_weight=unpadded(evaluation.total_weight),
        total_score=unpadded(evaluation.total_score),
        rating=evaluation.rating,
        **stated(source=form.source, damaged=form.damaged),
    )


def get_scheme(year: int, *, code: str | None = None) -> Scheme:
    """The scheme of that code, or the one in force for forms of that year.

    The schemes of the database decide, for an administrator may have changed them; where there is no
    database yet, those shipped with the application do, so that a form can be judged anywhere.
    Raises LookupError for an unknown code.
    """
    try:
        kept = ScoringScheme.objects.all()
        if code is None:
            return kept.in_force(year).as_scheme()
        return kept.get(code=code).as_scheme()
    except (DatabaseError, ScoringScheme.DoesNotExist):
        return shipped_scheme(year, code=code)


def shipped_scheme(year: int, *, code: str | None = None) -> Scheme:
    """The same among the schemes in fixtures/. Raises LookupError for an unknown code."""
    schemes = read_schemes(read_json((settings.FIXTURES_DIR / "scoring_schemes.json").read_bytes()))
    if code is None:
        return scheme_for(year, schemes)
    for scheme in schemes:
        if scheme.id == code:
            return scheme
    known = "、".join(scheme.id for scheme in schemes)
    raise LookupError(f"没有编码为「{code}」的计分办法，现有 {known}")
