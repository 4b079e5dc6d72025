"""The shipped indicator tree: it knows every class of every published form, and can be loaded again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from indicators.models import IndicatorCategory
from indicators.services import load_categories

SHIPPED = json.loads((settings.FIXTURES_DIR / "indicator_categories.json").read_text())


def published_rows() -> list[tuple[int, str, str]]:
    """Year, level 1 and level 2 of each published row."""
    rows = []
    for file in sorted(Path(settings.FIXTURES_DIR, "published").glob("*.json")):
        for form in json.loads(file.read_text()):
            rows += [(form["year"], row["level1"], row["level2"]) for row in form["indicators"]]
    return rows


def in_use(item: dict[str, Any], year: int) -> bool:
    first, last = item["first_year"], item["last_year"]
    return (first is None or first <= year) and (last is None or year <= last)


def test_every_class_of_the_published_rows_is_known_for_its_year() -> None:
    rows = published_rows()
    assert len(rows) == 526
    for year in (2020, 2024, 2026):
        known = {
            (parent["name"], child["name"])
            for parent in SHIPPED
            for child in parent["children"]
            if in_use(parent, year) and in_use(child, year)
        }
        assert {(level1, level2) for of, level1, level2 in rows if of == year} <= known


def test_cost_is_level_2_below_output_until_2021_and_level_1_from_2022() -> None:
    cost, output = SHIPPED[0], SHIPPED[1]
    below = next(child for child in output["children"] if child["name"] == "成本指标")
    assert [in_use(cost, year) for year in (2021, 2022)] == [False, True]
    assert [in_use(below, year) for year in (2021, 2022)] == [True, False]


def test_order_of_the_forms_and_a_source_for_each() -> None:
    assert [(one["name"], one["order"]) for one in SHIPPED] == [
        ("成本指标", 1),
        ("产出指标", 2),
        ("效益指标", 3),
        ("满意度指标", 4),
    ]
    for parent in SHIPPED:
        orders = [child["order"] for child in parent["children"]]
        assert orders == list(range(1, len(orders) + 1))
    everything = [*SHIPPED, *(child for parent in SHIPPED for child in parent["children"])]
    assert all(item["source"] for item in everything)
    assert len({item["code"] for item in everything}) == len(everything) == 16


@pytest.mark.django_db
def test_loading_again_adds_nothing_and_leaves_changes_alone() -> None:
    IndicatorCategory.objects.all().delete()
    assert load_categories(SHIPPED) == 16
    assert load_categories(SHIPPED) == 0
    for category in IndicatorCategory.objects.all():
        category.full_clean()
    IndicatorCategory.objects.filter(code="101").update(name="经济成本", first_year=2023)
    IndicatorCategory.objects.filter(code="102").update(code="X2")
    assert load_categories(SHIPPED) == 0
    assert IndicatorCategory.objects.get(code="101").name == "经济成本"
    IndicatorCategory.objects.get(code="401").delete()
    assert load_categories(SHIPPED) == 1
