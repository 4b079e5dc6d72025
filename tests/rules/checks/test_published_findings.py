"""What the checks find on the 36 published forms. The expectations come from reading the forms."""

from __future__ import annotations

from functools import cache

import pytest

from indicators.documents import DeclarationDocument
from perfgoals.common.documents import read_json
from perfgoals.common.findings import Finding, Level
from scoring.documents import SelfEvaluationDocument
from scoring.rules.scheme import scheme_for
from tests.rules.checks.builders import findings_of
from tests.rules.shipped import FIXTURES, SCHEMES, published

# Checks of sums, products and quotients that the form itself prints.
ARITHMETIC = {
    *("funds.sum", "funds.request_sum", "funds.project_sum", "funds.execution_rate"),
    *("funds.source_rate", "funds.execution_score", "funds.negative", "weight.sum"),
    *("weight.printed_total", "weight.positive", "score.over_weight", "score.negative"),
    *("total.score", "rating.mismatch"),
}
SOIL = "土壤固废化学品污染防治"


@cache
def forms() -> dict[tuple[int, str], DeclarationDocument | SelfEvaluationDocument]:
    """All 36 by year and project; no year has a declaration and a self-evaluation of one name."""
    found: dict[tuple[int, str], DeclarationDocument | SelfEvaluationDocument] = {}
    for year in (2020, 2024):
        found |= {(year, name): form for name, form in published(year).items()}
    for year in (2024, 2026):
        text = (FIXTURES / f"published/declarations_{year}.json").read_text()
        declared = map(DeclarationDocument.read, read_json(text))
        found |= {(year, form.project.name): form for form in declared}
    return found


@cache
def findings(year: int, project: str) -> tuple[Finding, ...]:
    scheme = scheme_for(year, list(SCHEMES.values()))
    return tuple(findings_of(forms()[year, project], scheme))


def all_findings() -> list[tuple[int, str, Finding]]:
    return [(*key, finding) for key in forms() for finding in findings(*key)]


def sentence(year: int, project: str, code: str, path: str) -> str:
    """The one finding of that code at that cell."""
    [found] = [f for f in findings(year, project) if (f.code, f.path) == (code, path)]
    return found.message


def test_all_forms_are_read() -> None:
    assert len(forms()) == 36


def test_arithmetic_is_clean_but_for_the_form_that_lacks_a_row() -> None:
    found = [
        (year, project, f.code, f.path, f.level, f.message)
        for year, project, f in all_findings()
        if f.code in ARITHMETIC
    ]
    planning = "综合规划、区域协作及资金管理"
    assert found == [
        (
            2020,
            planning,
            "weight.sum",
            "total_weight",
            Level.ERROR,
            "分值合计 94，应为 100，相差 6（含预算执行率 10）",
        ),
        (
            2020,
            planning,
            "total.score",
            "total_score",
            Level.ERROR,
            "总分填 95.35，各项得分合计 89.35，多 6.00",
        ),
    ]


def test_errors_are_these_and_no_others() -> None:
    found = [
        (year, project, f.code, f.path)
        for year, project, f in all_findings()
        if f.level is Level.ERROR and f.code not in ARITHMETIC
    ]
    assert found == [
        (2020, "三江路监测大楼业务网络通讯费", "class.required", ""),
        (2020, "综合规划、区域协作及资金管理", "actual.not_number", "indicators.9.actual"),
        (2020, "环境影响评价和排污许可证管理", "reason.missing", "indicators.13.deviation_reason"),
        (2020, "环境影响评价和排污许可证管理", "actual.not_number", "indicators.19.actual"),
        (
            2024,
            "生态环境监测、总量控制、环境统计(污染源动态更新)、绿色发展评价和排污权交易管理",
            "reason.missing",
            "indicators.7.deviation_reason",
        ),
        (2026, "移动源管理技术支持", "required.row", "indicators.28.target"),
    ]


def test_missing_reasons_name_the_points() -> None:
    tax = sentence(
        2020, "环境影响评价和排污许可证管理", "reason.missing", "indicators.13.deviation_reason"
    )
    assert tax == "「促进税收」分值 3，得分 2，扣 1 分，未写偏差原因和改进措施"


@pytest.mark.parametrize(
    ("year", "project", "row", "reached"),
    [
        (2020, SOIL, 11, "420.96%"),  # 62个 → 261
        (2020, SOIL, 9, "282.5%"),  # 40个 → 113
        (2020, SOIL, 10, "300%"),  # 20个 → 60
        (2020, SOIL, 20, "500%"),  # 400人次 → 2000余人次
        (2024, "生态环境执法和应急", 2, "21970.5%"),  # ≥200 → 43941家
        (2024, "生态环境执法和应急", 0, "534.73%"),  # ≥95 → 508份
        (2024, "大气生态环境保护", 0, "300%"),  # ≥3 → 9个
    ],
)
def test_overshoots_without_a_word(year: int, project: str, row: int, reached: str) -> None:
    path = f"indicators.{row}.deviation_reason"
    assert reached in sentence(year, project, "reason.over_fulfilled", path)


def test_wrong_entries() -> None:
    two = sentence(2020, SOIL, "target.unit_unlike_name", "indicators.8.target")
    assert two == "「评估报告数量」是数量，指标值「2%」却用 %，请核对计量单位"
    assert "「5份」" in sentence(2020, SOIL, "actual.unit", "indicators.8.actual")
    law = sentence(2024, "…", "actual.strict_hit", "indicators.10.target")
    assert "「<100.00(%)」" in law
    assert "恰为 100%" in law
    logistics = "…环…育、管理及后勤保障工作"
    assert "≥" in sentence(2024, logistics, "actual.strict_hit", "indicators.8.target")


def test_one_sentence_for_two_rows() -> None:
    path = "indicators.5.deviation_reason"
    message = sentence(2020, "科技与国际合作交流", "reason.shared", path)
    assert message.startswith("「行业人才培养」的偏差原因与第 5 行「体制机制建立」一字不差")


def test_unusual_weights() -> None:
    found = {
        project: f.message
        for year, project, f in all_findings()
        if f.code == "weight.class" and year == 2020
    }
    assert len(found) == 5
    assert "产出 69、效益 18、满意度 3" in found["环境影响评价和排污许可证管理"]
    assert not [f for year, _, f in all_findings() if f.code == "weight.class" and year == 2024]


def test_changed_budgets() -> None:
    changed = [year for year, _, f in all_findings() if f.code == "funds.budget_changed"]
    assert (changed.count(2020), changed.count(2024)) == (4, 2)


def test_declarations() -> None:
    pasted = sentence(2026, "信息化运维项目", "goal.pasted_twice", "annual_goal")
    assert "出现了两次" in pasted
    twice = sentence(2026, "固定源管理技术支持", "name.duplicate", "indicators.13.name")
    assert "建设项目竣工环保自主验收效果抽查评估时间" in twice
    over = sentence(2026, "固定源管理技术支持", "cost.over_request", "funds.annual_request")
    assert "10×50000 + 50000×22 + 7000×140 = 2,580,000.00 元" in over
    assert "2,220,000.00 元，相差 360,000.00 元" in over
    missing_goal = [project for _, project, f in all_findings() if f.code == "goal.overall_missing"]
    assert missing_goal == ["信息化建设项目", "“三监联动”跟踪评估技术支持"]
    without_cost = [project for _, project, f in all_findings() if f.code == "class.cost"]
    assert without_cost == ["交通工具购置及更新", "信息化运维项目"]
    vehicles = sentence(2024, "交通工具购置及更新", "goal.figure_without_row", "overall_goal")
    assert "「1辆」" in vehicles


def test_nobody_is_blamed_for_what_the_source_lost() -> None:
    for (year, project), form in forms().items():
        marks = {"project.name" if key == "name" else key for key in form.damaged}
        rows = form.as_json()["indicators"]
        for index, row in enumerate(rows):
            marks |= {f"indicators.{index}.{key}" for key in row.get("damaged", {})}
        blamed = [f for f in findings(year, project) if f.path in marks]
        assert {(f.code, f.level) for f in blamed} <= {("source.unreadable", Level.HINT)}
    lost = sentence(2024, "环境影响评价和排污许可证管理", "source.unreadable", "total_score")
    assert "各项得分合计 99.97" in lost


def test_findings_stand_in_the_order_of_the_form() -> None:
    paths = [f.path for f in findings(2020, "综合规划、区域协作及资金管理")]
    rows = [int(path.split(".")[1]) for path in paths if path.startswith("indicators.")]
    assert rows == sorted(rows)
    assert paths[0] == ""
    assert paths[-1] == "total_score"
    assert paths.index("funds.total.deviation_reason") < paths.index("expected_goal")
