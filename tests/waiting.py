"""Forms that wait for review, as bare rows, and how the queue shows them."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from perfgoals.accounts.models import Unit, User
from projects.models import FiscalYear, Form, Project
from scoring.models import Review, ScoringScheme, SelfEvaluation
from tests.cast import BUREAU, CENTRE, INFORMATION, Cast
from tests.reading import texts

URL = "/review/"


def waiting(
    cast: Cast,
    name: str,
    *,
    unit: str = BUREAU,
    by: User | None = None,
    risk: int = 0,
    year: int = 2027,
    stage: str = "department",
    days: int = 0,
    late: bool = False,
    counts: tuple[int, int, int] = (0, 0, 0),
    **scores: Any,
) -> Form:
    """A self-evaluation that waits for review, as bare rows."""
    fiscal, _ = FiscalYear.objects.get_or_create(year=year)
    project = Project.objects.create(code=name, name=name, unit=Unit.objects.get(name=unit))
    who = by or cast.preparer
    at = timezone.now() - timedelta(days=days)
    form = Form.objects.create(
        kind="self_evaluation",
        project=project,
        year=fiscal,
        status="submitted" if stage == "department" else "unit_review",
        version=2,
        project_name=name,
        unit_name=unit,
        submitted_by=who,
        submitted_at=at,
        is_late=late,
        error_count=counts[0],
        warning_count=counts[1],
        hint_count=counts[2],
    )
    last = scores.pop("last", None)
    SelfEvaluation.objects.create(form=form, scheme=ScoringScheme.objects.in_force(year), **scores)
    Review.objects.create(
        form=form,
        stage=stage,
        version=2,
        opened_by=who,
        opened_at=at,
        risk=risk,
        risk_reasons=[f"试验，计 {risk} 分"] if risk else [],
        last_total=last,
    )
    return form


@pytest.fixture
def three(cast: Cast, db: None) -> list[Form]:
    """Three forms that wait for the auditor of the bureau, the riskiest first."""
    return [
        waiting(
            cast,
            "高风险项目",
            unit=INFORMATION,
            by=cast.stranger,
            risk=72,
            days=9,
            late=True,
            counts=(1, 2, 3),
            total_score=Decimal("95.35"),
            computed_total=Decimal("89.35"),
            computed_rate=Decimal("93.54"),
            last=Decimal("99"),
        ),
        waiting(
            cast,
            "中风险项目",
            unit=CENTRE,
            risk=30,
            days=2,
            counts=(0, 4, 0),
            year=2026,
            total_score=Decimal("98"),
            computed_total=Decimal("98"),
        ),
        waiting(cast, "低风险项目", risk=0),
    ]


@pytest.fixture
def sound_and_not(cast: Cast, db: None) -> tuple[Form, Form]:
    """Two published self-evaluations that wait again: one without an error, one with."""
    forms = []
    for form in (sound(cast), cast.planning):
        Form.objects.filter(pk=form.pk).update(
            status="submitted", submitted_by=cast.preparer, submitted_at=timezone.now()
        )
        Review.objects.create(
            form=form, stage="department", version=form.version, opened_by=cast.preparer
        )
        forms.append(Form.objects.get(pk=form.pk))
    return forms[0], forms[1]


def sound(cast: Cast) -> Form:
    found = Form.objects.filter(kind="self_evaluation", error_count=0).order_by("pk").first()
    assert found is not None
    return found


def names(client: Client, query: str = "") -> list[str]:
    response = client.get(f"{URL}{query}")
    assert response.status_code == 200
    return texts(response, "tbody th a")
