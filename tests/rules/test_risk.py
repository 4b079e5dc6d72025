"""The risk of a form: every point is told, and the draw of a sample can be repeated by anybody."""

from __future__ import annotations

from dataclasses import fields, replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.rules import risk
from scoring.rules.risk import MOST, Risk, RiskFacts, RiskLevel, Sign, level_of, risk_of
from scoring.rules.sampling import drawn, lot, number_of_share

SOUND = RiskFacts(
    is_evaluated=True,
    rate=Decimal("96.5"),
    stated_total=Decimal("98.5"),
    computed_total=Decimal("98.5"),
    suggested_total=Decimal("98.5"),
    last_total=Decimal("97"),
    full_rows=9,
)


def told(**facts: object) -> tuple[str, ...]:
    return risk_of(replace(SOUND, **facts)).sentences  # type: ignore[arg-type]


def test_a_sound_form_has_no_risk() -> None:
    assert risk_of(SOUND) == Risk(0, ())
    assert risk_of(RiskFacts()) == Risk(0, ())


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        ({"errors": 2}, "错误 2 处，每处 20 分，计 40 分"),
        ({"errors": 5}, "错误 5 处，每处 20 分，最多 60 分，计 60 分"),
        ({"warnings": 3}, "警告 3 处，每处 3 分，计 9 分"),
        ({"hints": 20}, "提示 20 处，每处 1 分，最多 8 分，计 8 分"),
        ({"rate": None}, "预算执行率无法计算，计 10 分"),
        ({"rate": Decimal("104.2")}, "预算执行率 104.20%，超过 100%，计 10 分"),
        ({"rate": Decimal("49.99")}, "预算执行率 49.99%，低于 50%，计 15 分"),
        ({"rate": Decimal("63.23")}, "预算执行率 63.23%，低于 70%，计 10 分"),
        ({"rate": Decimal("79.03")}, "预算执行率 79.03%，低于 80%，计 6 分"),
        ({"rate": Decimal("89.99")}, "预算执行率 89.99%，低于 90%，计 3 分"),
        (
            {"stated_total": Decimal("99")},
            "自评总分 99，按各项得分核算为 98.5，相差 0.5 分，每相差 1 分计 5 分，计 5 分",
        ),
        (
            {"suggested_total": Decimal("92")},
            "核算总分 98.5，高于按规则的建议总分 92，相差 6.5 分，每相差 1 分计 2 分，计 14 分",
        ),
        (
            {"last_total": Decimal("89.5")},
            "核算总分 98.5，上年 89.5，相差 9 分，每相差 1 分计 1 分，计 9 分",
        ),
        ({"all_full": True}, "各项指标全部满分，计 10 分"),
        (
            {"over_fulfilled": 2},
            "完成值远超目标而未说明原因的有 2 行，每处 3 分，计 6 分",
        ),
        (
            {"without_evidence": 4},
            "满分的 9 行中 4 行没有佐证材料，每处 1 分，计 4 分",
        ),
        ({"cross_findings": 1}, "与其他表比对发现 1 处，每处 5 分，计 5 分"),
        ({"is_late": True}, "逾期送审，计 5 分"),
    ],
)
def test_each_sign_says_what_it_counts(facts: dict[str, object], sentence: str) -> None:
    assert told(**facts) == (sentence,)


@pytest.mark.parametrize("rate", ["90", "100"])
def test_rates_from_90_to_100_are_no_sign(rate: str) -> None:
    assert told(rate=Decimal(rate)) == ()


def test_a_total_below_the_suggested_one_is_no_sign() -> None:
    assert told(suggested_total=Decimal("100")) == ()


def test_less_than_five_points_from_last_year_are_no_sign() -> None:
    assert told(last_total=Decimal("93.51")) == ()


def test_a_declaration_has_findings_only() -> None:
    found = risk_of(RiskFacts(warnings=1, is_late=True))
    assert found.sentences == ("逾期送审，计 5 分", "警告 1 处，每处 3 分，计 3 分")
    assert found.points == 8


def test_the_published_form_whose_total_is_wrong() -> None:
    """综合规划、区域协作及资金管理 (2020) prints 95.35, its rows give 89.35; rate 93.54."""
    found = risk_of(
        replace(
            SOUND,
            rate=Decimal("93.54"),
            stated_total=Decimal("95.35"),
            computed_total=Decimal("89.35"),
            suggested_total=Decimal("89.35"),
            last_total=None,
            errors=1,
        )
    )
    assert found.sentences == (
        "错误 1 处，每处 20 分，计 20 分",
        "自评总分 95.35，按各项得分核算为 89.35，相差 6 分，每相差 1 分计 5 分，最多 20 分，计 20 分",
    )
    assert found.points == 40


def test_no_more_than_a_hundred_and_that_is_said() -> None:
    found = risk_of(replace(SOUND, errors=9, warnings=9, hints=9, rate=None, all_full=True))
    assert found.points == 100
    assert found.sentences[-1] == "以上合计 112 分，按最高 100 分计"


@given(
    st.builds(
        RiskFacts,
        errors=st.integers(0, 9),
        warnings=st.integers(0, 30),
        hints=st.integers(0, 30),
        is_evaluated=st.booleans(),
        rate=st.none() | st.decimals(0, 200, places=2),
        stated_total=st.none() | st.decimals(0, 110, places=2),
        computed_total=st.none() | st.decimals(0, 110, places=2),
        suggested_total=st.none() | st.decimals(0, 110, places=2),
        last_total=st.none() | st.decimals(0, 110, places=2),
        all_full=st.booleans(),
        over_fulfilled=st.integers(0, 20),
        full_rows=st.integers(0, 60),
        without_evidence=st.integers(0, 60),
        cross_findings=st.integers(0, 20),
        is_late=st.booleans(),
    )
)
def test_the_points_are_those_of_the_reasons(facts: RiskFacts) -> None:
    found = risk_of(facts)
    assert 0 <= found.points <= MOST
    assert found.points == min(MOST, sum(reason.points for reason in found.reasons))
    for reason, sentence in zip(found.reasons, found.sentences, strict=False):
        assert reason.points > 0
        assert sentence.endswith(f"计 {reason.points} 分")


def test_every_sign_names_its_source() -> None:
    signs = [value for value in vars(risk).values() if isinstance(value, Sign)]
    signs += [sign for _, sign in risk.LOW_RATES]
    assert len(signs) == 17
    assert all(sign.source and 0 < sign.each <= sign.most for sign in signs)
    assert {field.name for field in fields(Sign)} == {"each", "most", "source"}


@pytest.mark.parametrize(
    ("points", "label"), [(0, "低"), (19, "低"), (20, "中"), (49, "中"), (50, "高"), (100, "高")]
)
def test_levels(points: int, label: str) -> None:
    level = level_of(points)
    assert level.label == label
    assert level.least <= points < level.below


def test_the_levels_leave_no_gap() -> None:
    spans = sorted((level.least, level.below) for level in RiskLevel)
    assert spans == [(0, 20), (20, 50), (50, 101)]


def test_a_draw_that_was_written_down() -> None:
    """Reckoned with sha256sum over "perfgoals:1" to "perfgoals:10"."""
    assert drawn(range(1, 11), seed="perfgoals", number=3) == [10, 3, 4]
    assert lot("perfgoals", 10).startswith("01e75df991e404df")


@given(st.sets(st.integers(1, 10_000), max_size=60), st.text(max_size=20), st.integers(0, 70))
def test_the_same_seed_draws_the_same_forms(population: set[int], seed: str, number: int) -> None:
    first = drawn(sorted(population), seed=seed, number=number)
    assert drawn(sorted(population, reverse=True), seed=seed, number=number) == first
    assert len(first) == len(set(first)) == min(number, len(population))
    assert drawn(population, seed=seed, number=len(population))[: len(first)] == first


@pytest.mark.parametrize(
    ("share", "population", "number"),
    [(10, 100, 10), (10, 101, 11), (1, 3, 1), (100, 7, 7), (33, 3, 1), (34, 3, 2), (5, 0, 0)],
)
def test_a_share_is_rounded_up(share: int, population: int, number: int) -> None:
    assert number_of_share(share, population) == number
