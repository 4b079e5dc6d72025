"""Declarations read back as documents."""

from __future__ import annotations

from typing import Any

from django.db.models import Q

from indicators.documents import (
    DeclarationDocument,
    DeclaredIndicator,
    DeclaredProject,
    RequestedFunds,
)
from indicators.models import IndicatorCategory
from perfgoals.common.documents import stated
from projects.access import printed_amounts
from projects.models import Form, FundingSource


def declaration_document(form: Form) -> DeclarationDocument:
    """What the form says. Expects a form of kind declaration; three queries unless prefetched."""
    declaration = form.declaration
    money = printed_amounts(form)
    project, requested = "project_amount", "requested"
    return DeclarationDocument(
        form="declaration",
        year=form.year_id,
        department=form.department_name,
        unit=form.unit_name,
        project=DeclaredProject(
            name=form.project_name,
            nature=declaration.nature,
            category=declaration.category,
            start=declaration.start,
            end=declaration.end,
        ),
        money_unit=form.money_unit,
        funds=RequestedFunds(
            project_total=money[FundingSource.TOTAL, project],
            project_fiscal=money[FundingSource.APPROPRIATION, project],
            project_other=money[FundingSource.OTHER, project],
            annual_request=money[FundingSource.TOTAL, requested],
            appropriation=money[FundingSource.APPROPRIATION, requested],
            carryover=money[FundingSource.CARRYOVER, requested],
            other=money[FundingSource.OTHER, requested],
        ),
        overall_goal=declaration.overall_goal,
        annual_goal=declaration.annual_goal,
        indicators=[
            DeclaredIndicator(
                level1=row.level1,
                level2=row.level2,
                name=row.name,
                target=row.target,
                **stated(code=row.code, damaged=row.damaged),
            )
            for row in declaration.indicators.all()
        ],
        **stated(source=form.source, summary_title=declaration.summary_title, damaged=form.damaged),
    )


def taxonomy_of(year: int) -> list[dict[str, Any]]:
    """The classes of level 1 in use in the year, in their order: ``name``, and as ``children`` the names
    of those of level 2 below it."""
    in_use = IndicatorCategory.objects.filter(
        Q(first_year__isnull=True) | Q(first_year__lte=year),
        Q(last_year__isnull=True) | Q(last_year__gte=year),
    )
    categories = list(in_use.order_by("order", "code"))
    return [
        {
            "name": top.name,
            "children": [one.name for one in categories if one.parent_id == top.pk],
        }
        for top in categories
        if top.parent_id is None
    ]
