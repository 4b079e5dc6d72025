"""What the tests of the rules share: shipped schemes, published forms, a row in one line."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

from hypothesis import settings

from indicators.values import read_value
from perfgoals.common.documents import read_json
from scoring.documents import SelfEvaluationDocument
from scoring.rules.rows import Row, Suggestion
from scoring.rules.scheme import Scheme, read_schemes
from scoring.rules.suggestion import suggest
from scoring.rules.wording import Attainment

untimed = settings(deadline=None)
"""For properties: how long a machine takes over an example says nothing about the rule."""

FIXTURES = Path(__file__).parents[2] / "fixtures"
SCHEMES_JSON: list[dict[str, Any]] = read_json((FIXTURES / "scoring_schemes.json").read_text())
SCHEMES = {scheme.id: scheme for scheme in read_schemes(SCHEMES_JSON)}
SHANGHAI_2020 = SCHEMES["shanghai-2020"]
SHANGHAI_2024 = SCHEMES["shanghai-2024"]
MINISTRY = SCHEMES["ministry-2020"]


def published(year: int) -> dict[str, SelfEvaluationDocument]:
    """The published self-evaluations of a year by project name."""
    text = (FIXTURES / "published" / f"self_evaluations_{year}.json").read_text()
    forms = [SelfEvaluationDocument.read(form) for form in read_json(text)]
    return {form.project.name: form for form in forms}


def changed(scheme: Scheme, path: str, value: Any) -> Scheme:
    """The scheme with one member of its JSON replaced: ``changed(s, "overfulfilment.effect.effect",
    "deduct")``."""
    data = scheme.as_json()
    *parents, last = path.split(".")
    place = data
    for name in parents:
        place = place[name]
    place[last] = value
    return Scheme.read(data)


def judge(
    target: str,
    actual: str,
    weight: str | None = "10",
    score: str | None = None,
    *,
    scheme: Scheme = SHANGHAI_2024,
    level1: str = "产出指标",
    level2: str = "数量指标",
    name: str = "",
    attainment: Attainment | None = None,
) -> Suggestion:
    """The suggestion for a row as a form would print it."""
    return suggest(
        Row(
            level1=level1,
            level2=level2,
            name=name,
            target=read_value(target, year=2024),
            actual=read_value(actual, year=2024),
            weight=None if weight is None else Decimal(weight),
            score=None if score is None else Decimal(score),
            attainment=attainment,
        ),
        scheme,
    )
