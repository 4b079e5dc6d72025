"""Every cross-form check: a form that trips it, with what its sentence says, and a near miss."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import pytest

from perfgoals.common.findings import Level
from scoring.checks.across import (
    OTHER_FORM,
    Compared,
    CrossFound,
    Elsewhere,
    FormFacts,
    Identity,
    Likeness,
    all_checks,
    facts_of,
    run_across,
)
from scoring.documents import FormDocument
from tests.rules.checks.builders import declaration, evaluation

NOW, BEFORE, DECLARED = 1, 2, 3
OUTCOME = (
    "全年核查移动源 105 辆，编写核查报告 12 份，移动源核查数据库已建成并投入使用，核查结果全部推送至各区，"
    "各区已按核查结果整改。"
)


def facts(document: FormDocument, number: int = NOW, **told: Any) -> FormFacts:
    total = told.pop("total", None)
    return replace(facts_of(document, Identity(number, 1, 1), total=total), **told)


def declared(changes: dict[str, Any] | None = None, **told: Any) -> FormFacts:
    return facts(declaration(changes, **told))


def before(changes: dict[str, Any] | None = None, *, year: int = 2025) -> FormFacts:
    return facts(declaration({"year": year, **(changes or {})}), BEFORE)


def evaluated(changes: dict[str, Any] | None = None, number: int = NOW, **told: Any) -> FormFacts:
    drop, add = told.pop("drop", ()), told.pop("add", ())
    return facts(evaluation(changes, drop=drop, add=add), number, **told)


def of_same_year(changes: dict[str, Any] | None = None, **told: Any) -> FormFacts:
    """The declaration of the year of the self-evaluation; its cost row is not evaluated there."""
    drop = told.pop("drop", (0,))
    changed = {"year": 2024, "indicators.4.target": "2024-12-20", **(changes or {})}
    return facts(declaration(changed, drop=drop, **told), DECLARED)


def elsewhere(
    sign: str, number: str, measure: str, forms: int = 1, name: str = "车主满意度"
) -> dict[str, tuple[Elsewhere, ...]]:
    return {name: (Elsewhere(sign, Decimal(number), measure, forms, 9),)}


def cost_row(target: str) -> tuple[str, ...]:
    name = "移动源现场核查单位成本"
    return "成本指标", "经济成本指标", name, target, "3000(元/辆)", "0.00", "0.00", ""


def like(subject: FormFacts, share: int, others: int = 1) -> tuple[Likeness, ...]:
    goal = next(text for text in subject.long_texts() if text.path == "annual_goal")
    return (Likeness(goal, share, 9, others),)


@dataclass(frozen=True)
class Case:
    """code: of the check; words: what its sentence says; other: the number of the form it names."""

    code: str
    trips: Compared
    path: str
    level: Level
    words: tuple[str, ...]
    other: int | None
    passes: Compared


ALL_FULL = {"indicators.6.score": "10.00"}

CASES = [
    Case(
        "across.measure_changed",
        Compared(declared(), before({"indicators.1.target": "≥100(个)"})),
        "indicators.1.target",
        Level.HINT,
        ("「≥100(辆)」", "「辆」", "上年（2025 年度）", "「≥100(个)」"),
        BEFORE,
        Compared(declared(), before({"indicators.1.target": "≥0.01(万辆)"})),
    ),
    Case(
        "across.target_lowered",
        Compared(declared(), before({"indicators.1.target": "≥120(辆)"}, year=2023)),
        "indicators.1.target",
        Level.HINT,
        ("「≥100(辆)」", "本项目2023 年度", "「≥120(辆)」"),
        BEFORE,
        Compared(declared(), before({"indicators.1.target": "≥80(辆)"})),
    ),
    Case(
        "across.target_below_result",
        Compared(
            declared(),
            result=evaluated({"year": 2025, "indicators.0.actual": "130(辆)"}, BEFORE),
        ),
        "indicators.1.target",
        Level.HINT,
        ("「≥100(辆)」", "上年（2025 年度）", "「130(辆)」"),
        BEFORE,
        Compared(
            declared(),
            result=evaluated({"year": 2025, "indicators.0.actual": "129(辆)"}, BEFORE),
        ),
    ),
    Case(
        "across.funds_changed",
        Compared(declared(), before({"funds.annual_request": "200000.00"})),
        "funds.annual_request",
        Level.HINT,
        ("300,000.00 元", "200,000.00 元", "增加 50%"),
        BEFORE,
        Compared(declared(), before({"funds.annual_request": "200001.00"})),
    ),
    Case(
        "across.low_execution",
        Compared(
            declared(),
            result=evaluated({"year": 2025, "funds.total.executed": "179999.00"}, BEFORE),
        ),
        "funds.annual_request",
        Level.HINT,
        ("300,000.00 元", "179,999.00 元", "60.00%", "上年（2025 年度）"),
        BEFORE,
        Compared(
            declared(),
            result=evaluated({"year": 2025, "funds.total.executed": "180000.00"}, BEFORE),
        ),
    ),
    Case(
        "across.score_changed",
        Compared(
            evaluated(total=Decimal("98.90")),
            evaluated({"year": 2023}, BEFORE, total=Decimal("88.90")),
        ),
        "total_score",
        Level.HINT,
        ("98.90", "上年（2023 年度）为 88.90", "高 10.00 分"),
        BEFORE,
        Compared(
            evaluated(total=Decimal("98.90")),
            evaluated({"year": 2023}, BEFORE, total=Decimal("88.91")),
        ),
    ),
    Case(
        "across.all_full",
        Compared(evaluated(ALL_FULL), in_unit=3, full_in_unit=3),
        "",
        Level.HINT,
        ("本单位 2024 年度 3 份自评表",),
        None,
        Compared(evaluated(ALL_FULL), in_unit=4, full_in_unit=3),
    ),
    Case(
        "across.outcome_repeated",
        Compared(
            evaluated({"actual_outcome": OUTCOME}),
            evaluated({"actual_outcome": OUTCOME.replace("105", "98"), "year": 2023}, BEFORE),
        ),
        "actual_outcome",
        Level.WARNING,
        ("上年（2023 年度）", "100% 相同"),
        BEFORE,
        Compared(
            evaluated({"actual_outcome": OUTCOME}),
            evaluated({"actual_outcome": OUTCOME[:30], "year": 2023}, BEFORE),
        ),
    ),
    Case(
        "across.rows_missing",
        Compared(evaluated(), declared=of_same_year(drop=())),
        "",
        Level.WARNING,
        ("1 条指标", "「移动源现场核查单位成本」"),
        DECLARED,
        Compared(evaluated(), declared=of_same_year()),
    ),
    Case(
        "across.target_differs",
        Compared(evaluated(), declared=of_same_year({"indicators.2.target": "=13(份)"})),
        "indicators.1.target",
        Level.WARNING,
        ("「核查报告数量」", "「=12(份)」", "「=13(份)」"),
        DECLARED,
        Compared(evaluated(), declared=of_same_year({"indicators.2.target": "12份"})),
    ),
    Case(
        "across.goal_differs",
        Compared(evaluated(), declared=of_same_year({"annual_goal": OUTCOME})),
        "expected_goal",
        Level.HINT,
        ("% 的文字相同",),
        DECLARED,
        Compared(evaluated(), declared=of_same_year()),
    ),
    Case(
        "across.initial_budget",
        Compared(evaluated(), declared=of_same_year({"funds.annual_request": "310000.00"})),
        "funds.total.initial_budget",
        Level.HINT,
        ("300,000.00 元", "310,000.00 元", "相差 10,000.00 元"),
        DECLARED,
        # In 万元 with two decimals that is the same amount.
        Compared(evaluated(), declared=of_same_year({"funds.annual_request": "300099.00"})),
    ),
    Case(
        "across.cost_over_budget",
        Compared(evaluated(add=[cost_row("≤3001(元/辆)")])),
        "funds.total.annual_budget",
        Level.HINT,
        ("3001×100 = 300,100.00 元", "300,000.00 元", "相差 100.00 元"),
        None,
        Compared(evaluated(add=[cost_row("≤3000(元/辆)")])),
    ),
    Case(
        "across.other_measure",
        Compared(declared(), elsewhere=elsewhere("≥", "90", "分")),
        "indicators.7.target",
        Level.HINT,
        ("「≥90(%)」", "「%」", f"{OTHER_FORM}用「分」"),
        9,
        Compared(
            declared(),
            elsewhere={
                "车主满意度": (
                    *elsewhere("≥", "90", "分")["车主满意度"],
                    *elsewhere("≥", "85", "%")["车主满意度"],
                )
            },
        ),
    ),
    Case(
        "across.easier_target",
        Compared(declared(), elsewhere=elsewhere("≥", "95", "%", forms=3)),
        "indicators.7.target",
        Level.HINT,
        ("「≥90(%)」", f"{OTHER_FORM}等 3 份表", "≥95", "宽松"),
        9,
        Compared(
            declared(),
            elsewhere={
                "车主满意度": (
                    *elsewhere("≥", "95", "%", forms=3)["车主满意度"],
                    *elsewhere("≥", "90", "%", forms=3)["车主满意度"],
                )
            },
        ),
    ),
    Case(
        "across.copied_text",
        Compared(declared(), likenesses=like(declared(), 92, others=2)),
        "annual_goal",
        Level.WARNING,
        ("年度总体目标", "92% 的文字", f"{OTHER_FORM}等 2 份表"),
        9,
        Compared(declared()),
    ),
    Case(
        "across.goal_uncovered",
        Compared(
            declared(
                {
                    "annual_goal": "1、完成 100 辆移动源的现场核查；2、编写核查报告 12 份；"
                    "3、召开长三角区域大气和水污染防治协作小组会议。"
                }
            )
        ),
        "annual_goal",
        Level.HINT,
        ("1 处没有对应的指标", "「召开长三角区域"),
        None,
        Compared(
            declared(
                {
                    "annual_goal": "1、完成 100 辆移动源的现场核查；2、编写核查报告 12 份；"
                    "3、为召开长三角区域大气和水污染防治协作小组会议提供依据。"
                }
            )
        ),
    ),
]


def found(subject: Compared, code: str) -> list[CrossFound]:
    return [one for one in run_across(subject) if one.finding.code == code]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.code)
def test_it_trips(case: Case) -> None:
    [one] = found(case.trips, case.code)
    assert (one.finding.path, one.finding.level) == (case.path, case.level)
    for words in case.words:
        assert words in one.finding.message
    assert one.other == case.other


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.code)
def test_a_near_miss_passes(case: Case) -> None:
    assert found(case.passes, case.code) == []


def test_every_check_has_a_case() -> None:
    assert sorted(case.code for case in CASES) == [check.code for check in all_checks()]


def test_none_is_an_error() -> None:
    assert all(Level.ERROR not in check.levels.values() for check in all_checks())


def test_a_sound_form_alone_is_given_no_finding() -> None:
    assert run_across(Compared(declared())) == []
    assert run_across(Compared(evaluated())) == []
    assert run_across(Compared(declared(), before())) == []


def test_a_partial_copy_is_a_hint() -> None:
    [one] = found(Compared(declared(), likenesses=like(declared(), 89)), "across.copied_text")
    assert one.finding.level is Level.HINT


def test_full_marks_two_years_running() -> None:
    last = evaluated({"year": 2023, **ALL_FULL}, BEFORE)
    [one] = found(Compared(evaluated(ALL_FULL), last), "across.all_full")
    assert "上年（2023 年度）也全部满分" in one.finding.message
    assert one.other == BEFORE


def test_rows_that_were_added() -> None:
    subject = Compared(evaluated(), declared=of_same_year(drop=(0, 2)))
    [one] = found(subject, "across.rows_missing")
    assert one.finding.level is Level.HINT
    assert "「核查报告数量」" in one.finding.message


def test_points_of_different_wholes_are_not_compared() -> None:
    """综合规划 (2020) lacks a row of 6 points in its source: its total says nothing about the next year's."""
    incomplete = evaluated({"year": 2023}, BEFORE, total=Decimal("80.00"), drop=(1,))
    now = evaluated(total=Decimal("98.90"))
    assert found(Compared(now, incomplete), "across.score_changed") == []


def test_what_the_source_lost_is_not_compared() -> None:
    lost = {"indicators.1.damaged": {"target": "lost"}, "indicators.1.target": "≥9(个)"}
    assert run_across(Compared(declared(), before(lost))) == []


def test_paths_hold_when_rows_move() -> None:
    coded = {"indicators.1.code": "a1"}
    subject = Compared(declared(coded), before({"indicators.1.target": "≥120(辆)"}))
    [one] = found(subject, "across.target_lowered")
    assert one.finding.path == "row:a1.target"


def test_a_name_that_stands_twice_is_not_compared() -> None:
    twice = {"indicators.2.name": "移动源现场核查数量", "indicators.1.target": "≥120(辆)"}
    assert found(Compared(declared(), before(twice)), "across.target_lowered") == []
