"""Beginning a form: what is taken over, what is marked, how the weights are proposed."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from indicators.models import LibraryIndicator
from perfgoals.accounts.models import Unit
from projects.models import FiscalYear, Form, FormVersion
from projects.services import create_project
from scoring.documents import SelfEvaluationDocument
from scoring.services import judge, start_declaration, start_self_evaluation, unconfirmed_paths
from tests.cast import CENTRE, Cast
from tests.drafts import change, copied_declaration, evaluation_of, put, said

pytestmark = pytest.mark.django_db


def unconfirmed(form: Form) -> list[str]:
    return unconfirmed_paths(form, said(form))


def test_a_copy_carries_goals_and_indicators(cast: Cast) -> None:
    published = cast.form("固定源管理技术支持", 2026)
    form = copied_declaration(cast.preparer, published)
    old, new = said(published), said(form)
    assert (form.status, form.version, new.year) == ("draft", 1, 2027)
    assert new.annual_goal == old.annual_goal
    assert [(r.level1, r.level2, r.name, r.target) for r in new.indicators] == [
        (r.level1, r.level2, r.name, r.target) for r in old.indicators
    ]
    assert form.versions.get().reason == FormVersion.Reason.COPIED
    codes = [row.code for row in new.indicators]
    assert all(codes)
    assert len(set(codes)) == 17


def test_a_copy_marks_amounts_and_dated_schedules_to_be_confirmed(cast: Cast) -> None:
    """The form of 2026 asks for 2,220,000.00 and has two schedules, in its rows 14 and 15; the project's
    plan ends in 2026."""
    form = copied_declaration(cast.preparer, cast.form("固定源管理技术支持", 2026))
    assert unconfirmed(form) == [
        "project.start",
        "project.end",
        "funds.annual_request",
        "funds.appropriation",
        "funds.carryover",
        "funds.other",
        "indicators.13.target",
        "indicators.14.target",
    ]
    marked = [f for f in judge(said(form), form).findings if f.code == "copied.unconfirmed"]
    assert [f.path for f in marked] == unconfirmed(form)
    assert {(f.level.value, f.message) for f in marked} == {
        ("error", "从其他表复制而来，请核对后确认或改写")
    }


def test_a_mark_goes_when_the_cell_is_set_and_moves_with_its_row(cast: Cast) -> None:
    form = copied_declaration(cast.preparer, cast.form("固定源管理技术支持", 2026))
    same = said(form).indicators[13].target
    change(
        form,
        cast.preparer,
        put("indicators.13.target", same),
        put("funds.annual_request", "2300000"),
        {"op": "move", "path": "indicators", "at": 14, "to": 0},
    )
    left = unconfirmed(Form.objects.get(pk=form.pk))
    assert "indicators.13.target" not in left
    assert "funds.annual_request" not in left
    assert "indicators.0.target" in left


def test_a_copy_of_a_damaged_form_marks_what_is_damaged(cast: Cast) -> None:
    published = cast.form("固定源管理技术支持", 2026)
    row = published.declaration.indicators.get(order=0)
    row.damaged = {"target": "reconstructed"}
    row.save()
    form = copied_declaration(cast.preparer, published)
    assert "indicators.0.target" in unconfirmed(form)
    assert said(form).indicators[0].damaged == {}


def test_a_name_that_holds_the_year_is_marked(cast: Cast) -> None:
    published = cast.form("固定源管理技术支持", 2026)
    row = published.declaration.indicators.get(order=4)
    row.name = "2026年动态更新总结报告数"
    row.save()
    assert "indicators.4.name" in unconfirmed(copied_declaration(cast.preparer, published))


def test_only_a_declaration_can_be_copied(cast: Cast) -> None:
    project = cast.form("固定源管理技术支持", 2026).project
    with pytest.raises(ValidationError, match="申报表只能从另一份申报表复制"):
        start_declaration(project=project, year=2027, by=cast.preparer, copy_of=cast.planning)
    assert not Form.objects.filter(project=project, year=2027).exists()


def test_one_declaration_a_year(cast: Cast) -> None:
    project = cast.declaration.project
    with pytest.raises(ValidationError, match="「移动源管理技术支持」2026 年度已有申报表"):
        start_declaration(project=project, year=2026, by=cast.preparer)


def test_a_year_that_is_closed_takes_no_new_form(cast: Cast) -> None:
    FiscalYear.objects.create(year=2027, is_open=False)
    with pytest.raises(ValidationError, match="2027 年度没有开放填报"):
        start_declaration(project=cast.declaration.project, year=2027, by=cast.preparer)


def test_a_blank_declaration_says_whose_it_is(cast: Cast) -> None:
    project = cast.declaration.project
    document = said(start_declaration(project=project, year=2027, by=cast.preparer))
    assert (document.department, document.unit) == ("上海市生态环境局", CENTRE)
    assert document.project.name == "移动源管理技术支持"
    assert (document.money_unit, document.indicators) == ("元", [])


def test_a_declaration_from_the_library_has_the_order_of_the_official_tree(cast: Cast) -> None:
    chosen = LibraryIndicator.objects.filter(topic="固定源管理").order_by("-name")
    form = start_declaration(
        project=cast.declaration.project, year=2027, by=cast.preparer, library=list(chosen)
    )
    classes = [row.level2 for row in said(form).indicators]
    assert list(dict.fromkeys(classes)) == [
        "经济成本指标",
        "数量指标",
        "质量指标",
        "时效指标",
        "社会效益指标",
    ]
    assert classes == sorted(classes, key=list(dict.fromkeys(classes)).index)
    assert len(classes) == len(chosen)


def test_a_self_evaluation_takes_over_the_approved_declaration(cast: Cast) -> None:
    """The form of 2026 asks for 2,220,000.00 元; a self-evaluation is in 万元."""
    published = cast.form("固定源管理技术支持", 2026)
    form = evaluation_of(cast.preparer, published)
    document = said(form)
    assert isinstance(document, SelfEvaluationDocument)
    assert form.self_evaluation.declaration == published.declaration
    assert document.money_unit == "万元"
    assert document.funds.total.initial_budget == Decimal("222.00")
    assert document.funds.appropriation.initial_budget == Decimal("222.00")
    assert document.funds.total.annual_budget is None
    assert document.expected_goal == said(published).annual_goal
    assert [(row.name, row.target) for row in document.indicators] == [
        (row.name, row.target) for row in said(published).indicators
    ]
    assert (document.department, document.unit) == ("上海市生态环境局", CENTRE)


@pytest.mark.parametrize(
    ("project", "year"),
    [
        ("移动源管理技术支持", 2026),
        ("固定源管理技术支持", 2026),
        ("信息化运维项目", 2026),
        ("信息化建设项目", 2026),
        ("现代化生态环境监测体系建设专项保障", 2026),
        ("碳排放管理技术支持", 2026),
        ("“三监联动”跟踪评估技术支持", 2026),
        ("减污降碳工作专项经费", 2024),
        ("交通工具购置及更新", 2024),
    ],
)
def test_proposed_weights_sum_up_to_90_and_10(cast: Cast, project: str, year: int) -> None:
    document = said(evaluation_of(cast.preparer, cast.form(project, year)))
    assert isinstance(document, SelfEvaluationDocument)
    weights = [row.weight for row in document.indicators]
    assert all(weight is not None and weight > 0 for weight in weights)
    assert sum(weight for weight in weights if weight is not None) == 90
    assert document.funds.total.weight == 10
    assert document.total_weight == 100
    assert not [f for f in judge(document).findings if f.code.startswith("weight.total")]


def test_with_cost_indicators_the_classes_have_20_40_20_and_10(cast: Cast) -> None:
    document = said(evaluation_of(cast.preparer, cast.declaration))
    assert isinstance(document, SelfEvaluationDocument)
    sums: dict[str, Decimal] = {}
    for row in document.indicators:
        sums[row.level1] = sums.get(row.level1, Decimal(0)) + (row.weight or 0)
    assert sums == {"成本指标": 20, "产出指标": 40, "效益指标": 20, "满意度指标": 10}


def test_a_self_evaluation_without_its_declaration(cast: Cast) -> None:
    form = evaluation_of(cast.preparer, cast.declaration, with_declaration=False)
    assert form.self_evaluation.declaration is None
    assert said(form).indicators == []


def test_a_self_evaluation_of_a_year_without_declaration_starts_blank(cast: Cast) -> None:
    project = cast.declaration.project
    form = start_self_evaluation(project=project, year=2025, by=cast.preparer)
    assert said(form).indicators == []


def test_a_draft_is_no_approved_declaration(cast: Cast) -> None:
    draft = copied_declaration(cast.preparer, cast.declaration)
    form = start_self_evaluation(project=draft.project, year=2027, by=cast.preparer)
    assert form.self_evaluation.declaration is None


def test_a_new_project_belongs_to_the_unit_and_the_department_above(cast: Cast) -> None:
    unit = Unit.objects.get(name=CENTRE)
    project = create_project(name="低碳宣传", unit=unit, nature="其他一次性项目")
    assert (project.unit.name, str(project.department)) == (CENTRE, "上海市生态环境局")
    with pytest.raises(ValidationError, match="已有同名项目「低碳宣传」"):
        create_project(name="低碳宣传", unit=unit)
