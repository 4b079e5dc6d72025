"""Two versions of a form side by side."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from projects.models import Form
from tests.cast import Cast
from tests.drafts import change, copied_declaration, evaluation_of, put
from tests.reading import nothing_written, text, texts

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft(cast: Cast) -> Form:
    return copied_declaration(cast.preparer, cast.form("固定源管理技术支持", 2026))


@pytest.fixture
def preparer(client_of: Callable[[str], Client], draft: Form) -> Client:
    return client_of("preparer")


def compared(client: Client, form: Form, before: int = 1, after: object = "") -> Any:
    address = f"/forms/{form.pk}/versions/compare/?before={before}&after={after}"
    with nothing_written():
        response = client.get(address)
    assert response.status_code == 200
    return response


def test_a_changed_cell_shows_both_values(cast: Cast, preparer: Client, draft: Form) -> None:
    change(
        draft,
        cast.preparer,
        put("indicators.3.target", "≥52000.00(家)"),
        put("funds.annual_request", "2380000"),
        put("funds.project_total", "5000000.00"),
    )
    response = compared(preparer, draft)
    assert texts(response, ".sheet .is-changed del") == ["（空）", "2,220,000.00", "≥50000.00(家)"]
    assert texts(response, ".sheet .is-changed ins") == [
        "5,000,000.00",
        "2,380,000.00",
        "≥52000.00(家)",
    ]
    assert texts(response, ".differences li") == [
        "改动 项目资金总额 （空） → 5,000,000.00",
        "改动 年度资金申请总额 2,220,000.00 → 2,380,000.00",
        "改动 第 4 行 年度指标值 固定污染源信息库动态更新企业数 ≥50000.00(家) → ≥52000.00(家)",
    ]


def test_rows_that_came_went_and_moved_are_marked_with_words(
    cast: Cast, preparer: Client, draft: Form
) -> None:
    new = {"level1": "产出指标", "level2": "数量指标", "name": "培训次数", "target": "≥2.00(次)"}
    change(
        draft,
        cast.preparer,
        {"op": "insert", "path": "indicators", "at": 5, "rows": [new]},
        {"op": "remove", "path": "indicators", "at": 1, "count": 1},
        {"op": "move", "path": "indicators", "at": 15, "to": 2},
    )
    response = compared(preparer, draft)
    sheet = texts(response, ".sheet .name")
    assert "删除建设项目竣工环保自主验收效果抽查评估单位成本" in sheet
    assert "新增培训次数" in sheet
    assert "移动，原第 16 行固定污染源精细化监管数据支撑率" in sheet
    assert texts(response, ".sheet .is-removed del")[1] == "≤50000.00(元/份)"
    assert "≥2.00(次)" in texts(response, ".sheet .is-added ins")
    assert texts(response, ".sheet .is-changed") == []
    assert texts(response, ".differences li") == [
        "移动 第 3 行 固定污染源精细化监管数据支撑率 第 16 行 → 第 3 行",
        "新增 第 6 行 培训次数 新增一行",
        "删除 原第 2 行 建设项目竣工环保自主验收效果抽查评估单位成本 这一行已删除",
    ]


def test_every_difference_leads_to_its_cell(cast: Cast, preparer: Client, draft: Form) -> None:
    change(
        draft,
        cast.preparer,
        {"op": "remove", "path": "indicators", "at": 1, "count": 1},
        put("indicators.3.target", "=2.00(份)"),
        put("indicators.0.level2", "社会成本指标"),
    )
    page = compared(preparer, draft).content.decode()
    for number in range(3):
        anchor = (
            page.split('<ol class="differences">')[1].split('href="#')[number + 1].split('"')[0]
        )
        assert f'id="{anchor}"' in page


def test_a_row_that_lost_its_class_shows_the_old_one(
    cast: Cast, preparer: Client, draft: Form
) -> None:
    change(draft, cast.preparer, put("indicators.0.level2", "社会成本指标"))
    response = compared(preparer, draft)
    assert texts(response, ".sheet .is-changed del") == ["经济成本指标"]
    assert texts(response, ".differences li") == [
        "改动 第 1 行 二级指标 固定污染源信息库动态更新单位成本 经济成本指标 → 社会成本指标"
    ]


def test_a_self_evaluation(cast: Cast, client_of: Callable[[str], Client]) -> None:
    form = evaluation_of(cast.preparer, cast.form("固定源管理技术支持", 2026))
    change(
        form,
        cast.preparer,
        put("funds.total.executed", "200.5"),
        put("funds.total.deviation_reason", "招标节约"),
        put("indicators.16.attainment", "partial"),
    )
    response = compared(client_of("preparer"), form)
    assert texts(response, ".differences li") == [
        "改动 年度资金总额 全年执行数 （空） → 200.50",
        "改动 年度资金总额 执行偏差原因 （空） → 招标节约",
        "改动 第 17 行 完成档次 环境管理精细化水平 （空） → 部分达成",
    ]


def test_backwards_it_tells_the_opposite(cast: Cast, preparer: Client, draft: Form) -> None:
    change(draft, cast.preparer, {"op": "remove", "path": "indicators", "at": 16, "count": 1})
    response = compared(preparer, draft, before=2, after=1)
    assert texts(response, ".differences li") == ["新增 第 17 行 环境管理精细化水平 新增一行"]


def test_what_was_typed_is_shown_as_text(cast: Cast, preparer: Client, draft: Form) -> None:
    change(draft, cast.preparer, put("annual_goal", "<script>alert(1)</script>"))
    page = compared(preparer, draft).content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


def test_nothing_differs(preparer: Client, draft: Form) -> None:
    assert "两版内容完全相同。" in text(compared(preparer, draft, after=1), ".compare-list")


@pytest.mark.parametrize("address", ["", "?before=", "?before=x", "?before=7", "?before=1&after=9"])
def test_versions_that_are_not_there(preparer: Client, draft: Form, address: str) -> None:
    assert preparer.get(f"/forms/{draft.pk}/versions/compare/{address}").status_code == 404


def test_a_damaged_published_form_can_be_compared(
    cast: Cast, client_of: Callable[[str], Client]
) -> None:
    """Its sheet prints marks for what is lost; nothing of it differs from itself."""
    response = compared(client_of("auditor"), cast.damaged, after=1)
    assert texts(response, ".is-changed, .is-added, .is-removed") == []
