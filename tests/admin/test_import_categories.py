"""The indicator tree out of a workbook: two levels and no more."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from indicators.models import IndicatorCategory
from tests.admin.workbooks import (
    CATEGORIES,
    bring_in,
    exported,
    previewed,
    problems,
    upload,
    workbook,
)

HEADERS = ("编码", "名称", "一级指标", "次序", "启用年度", "停用年度", "依据")


@pytest.fixture
def admin(client_of: Callable[[str], Client]) -> Client:
    return client_of("admin")


def test_a_new_class_with_its_level_2(admin: Client) -> None:
    bring_in(
        admin,
        CATEGORIES,
        HEADERS,
        ("501", "投入数量指标", "500", 1, 2027, None, None),
        ("500", "投入指标", None, 5, 2027, None, "某文件"),
    )
    level2 = IndicatorCategory.objects.get(code="501")
    assert level2.parent is not None
    assert (level2.parent.name, level2.first_year, level2.order) == ("投入指标", 2027, 1)


def test_faults(admin: Client) -> None:
    response = upload(
        admin,
        CATEGORIES,
        workbook(
            HEADERS,
            ("600", "三级指标", "201", 1, None, None, None),
            ("200", "产出指标", "300", 2, None, None, None),
            ("601", "数量指标", "200", "一", 2026, 2020, None),
            ("602", "质量指标", "300", 1, 2026, 2020, None),
        ),
    )
    assert problems(response) == [
        ("第 2 行", "一级指标", "没有编码为「201」的一级指标"),
        ("第 3 行", "一级指标", "「产出指标」下面有二级指标，不能再归入别的一级指标"),
        ("第 4 行", "", "同一级下已有同名指标分类"),
        ("第 4 行", "", "停用年度早于启用年度"),
        ("第 4 行", "次序", "应为整数，读到「一」"),
        ("第 5 行", "", "停用年度早于启用年度"),
    ]


def test_what_was_exported_changes_nothing(admin: Client) -> None:
    rows = exported(admin, CATEGORIES)
    assert rows[0] == HEADERS
    assert [row[1] for row in rows[1:5]] == [
        "成本指标",
        "经济成本指标",
        "社会成本指标",
        "生态环境成本指标",
    ]
    assert {row[1] for row in previewed(upload(admin, CATEGORIES, workbook(*rows)))} == {"未变"}


@pytest.mark.parametrize(
    ("parent", "sentence"),
    [("300", "「产出指标」下面有二级指标，不能再归入别的一级指标"), ("200", "一级指标不能是自己")],
)
def test_the_form_refuses_what_the_import_refuses(
    admin: Client, parent: str, sentence: str
) -> None:
    output = IndicatorCategory.objects.get(code="200")
    above = IndicatorCategory.objects.get(code=parent)
    data = {"code": "200", "name": "产出指标", "parent": above.pk, "order": 2}
    response = admin.post(f"{CATEGORIES}{output.pk}/change/", data)
    assert response.context["adminform"].form.errors["parent"] == [sentence]
