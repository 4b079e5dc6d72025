"""Numbers against numbers: the formulas, over-fulfilment, several numbers in one cell."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.rules.rows import Method
from scoring.rules.scheme import Scheme
from tests.rules.shipped import (
    SCHEMES,
    SHANGHAI_2020,
    SHANGHAI_2024,
    changed,
    judge,
    untimed,
)

EXCESS = changed(SHANGHAI_2024, "quantitative.at_most.formula", "excess")
DEDUCTING = changed(SHANGHAI_2024, "overfulfilment.effect.effect", "deduct")
PLATES = "预计完成排放口标识牌1000块，采样口标识牌750块"  # 2020 环境影响评价和排污许可证管理

SIGNS = st.sampled_from(["≥", ">", "≤", "<", "=", ""])
NUMBERS = st.decimals(0, 10**6, places=2)
ALL_SCHEMES = st.sampled_from([*SCHEMES.values(), EXCESS, DEDUCTING])
WEIGHTS = st.decimals(0, 100, places=2)


@pytest.mark.parametrize(
    ("target", "actual", "score", "met"),
    [
        ("≥25个", "60", "10.00", True),
        ("≥1500", "1320家", "8.80", False),
        ("≥85.00(%)", "85.00(%)", "10.00", True),
        ("≥85.00(%)", "84.99(%)", "10.00", False),
        ("≥80%", "60%", "7.50", False),
        (">4.00(次)", "5.00(次)", "10.00", True),
        (">4.00(次)", "4.00(次)", "10.00", False),
        (">4.00(次)", "2.00(次)", "5.00", False),
        ("≤3.20(万元/月)", "3.20(万元/月)", "10.00", True),
        ("≤3.20(万元/月)", "4.00(万元/月)", "8.00", False),
        ("<100.00(%)", "100.00(%)", "10.00", False),
        ("<3(秒)", "4(秒)", "7.50", False),
        ("=1.00(个)", "1.00(个)", "10.00", True),
        ("=12(次)", "9(次)", "7.50", False),
        ("=42.00(项)", "50.00(项)", "8.40", False),
        ("7家", "7家", "10.00", True),
        ("40个", "113", "10.00", True),
        ("40个", "30", "7.50", False),
        ("90%以上", "95%", "10.00", True),
        ("≥3(个)", "1(个)", "3.33", False),
        ("≥20.00(万辆)", "100000(辆)", "5.00", False),
        ("400套（件）", "450套", "10.00", True),
    ],
)
def test_a_number_against_a_number(target: str, actual: str, score: str, met: bool) -> None:
    result = judge(target, actual)
    assert (result.score, result.met) == (Decimal(score), met)
    assert result.method is Method.FORMULA


@pytest.mark.parametrize(
    ("target", "actual", "explanation"),
    [
        (
            "≥1500",
            "1320家",
            "目标 ≥1500，实际 1320家，未达到目标，建议得分 10 × 1320 ÷ 1500 = 8.80",
        ),
        ("≥3(个)", "3(个)", "目标 ≥3(个)，实际 3(个)，达到目标，建议得分 10.00"),
        (
            ">4.00(次)",
            "4.00(次)",
            "目标 >4.00(次)，实际 4.00(次)，恰等于目标，按「>」不算达到，但完成比例为 100%"
            "（比较符号如有误，应说明），建议得分 10 × 4 ÷ 4 = 10.00",
        ),
        (
            "=42.00(项)",
            "50.00(项)",
            "目标 =42.00(项)，实际 50.00(项)，超出目标，按「=」不算达到，"
            "建议得分 10 × 42 ÷ 50 = 8.40",
        ),
        (
            "≤3.20(万元/月)",
            "4.00(万元/月)",
            "目标 ≤3.20(万元/月)，实际 4.00(万元/月)，超过目标，建议得分 10 × 3.2 ÷ 4 = 8.00",
        ),
    ],
)
def test_an_explanation_names_its_numbers(target: str, actual: str, explanation: str) -> None:
    assert judge(target, actual).explanation == explanation


@pytest.mark.parametrize(
    ("actual", "score"), [("100", "10.00"), ("110", "9.00"), ("150", "5.00"), ("250", "0.00")]
)
def test_the_second_reverse_formula_reaches_zero_at_twice_the_target(
    actual: str, score: str
) -> None:
    assert judge("≤100(元)", actual, scheme=EXCESS).score == Decimal(score)


def test_the_second_reverse_formula_is_explained() -> None:
    assert judge("≤100(元)", "110(元)", scheme=EXCESS).explanation.endswith(
        "建议得分 10 × (1 − (110 − 100) ÷ 100) = 9.00"
    )
    wider = changed(EXCESS, "quantitative.excess_zero_from.value", "3")
    assert judge("≤100(元)", "150(元)", scheme=wider).explanation.endswith(
        "建议得分 10 × (1 − (150 − 100) ÷ (100 × 2)) = 7.50"
    )


def test_equality_can_be_all_or_nothing() -> None:
    strict = changed(SHANGHAI_2024, "quantitative.equal.formula", "exact")
    assert judge("=42(项)", "41(项)", scheme=strict).score == 0
    assert judge("=42(项)", "42(项)", scheme=strict).score == 10


@pytest.mark.parametrize(
    ("target", "actual", "score"),
    [
        ("=0.00(%)", "0.00(%)", "10.00"),
        ("=0(起)", "1(起)", "0.00"),
        ("0起", "0起", "10.00"),
        ("0起", "2起", "0.00"),
        ("≤0(起)", "1(起)", "0.00"),
        ("≤0(起)", "-1(起)", "10.00"),
        ("≥0(%)", "3(%)", "10.00"),
        (">0(%)", "0(%)", "0.00"),
    ],
)
def test_a_target_of_zero_gives_all_or_nothing(target: str, actual: str, score: str) -> None:
    result = judge(target, actual)
    assert (result.score, result.method) == (Decimal(score), Method.ZERO_TARGET)


def test_a_negative_actual_value_counts_as_zero() -> None:
    result = judge("≥10(%)", "-3(%)")
    assert (result.score, result.met) == (Decimal("0.00"), False)


def test_a_negative_target_allows_no_ratio() -> None:
    assert judge("≥-5(%)", "-3(%)").score == 10
    missed = judge("≥-5(%)", "-8(%)")
    assert (missed.score, missed.met) == (None, False)
    assert "目标为负数" in missed.explanation


@pytest.mark.parametrize(
    ("target", "level1", "level2", "actual", "score"),
    [
        ("10个工作日", "产出指标", "时效指标", "12个工作日", "8.33"),
        ("10个工作日", "产出指标", "时效指标", "8个工作日", "10.00"),
        ("2年", "产出指标", "数量指标", "1年", "5.00"),
        ("100%", "产出指标", "时效指标", "90%", "9.00"),
        ("500元/辆", "成本指标", "经济成本指标", "625元/辆", "8.00"),
        ("5%", "成本指标", "经济成本指标", "4%", "8.00"),
    ],
)
def test_bare_costs_and_time_limits_are_upper_bounds(
    target: str, level1: str, level2: str, actual: str, score: str
) -> None:
    assert judge(target, actual, level1=level1, level2=level2).score == Decimal(score)


def test_another_measure_gives_no_suggestion() -> None:
    result = judge("2%", "5份")  # 2020 评估报告数量
    assert (result.score, result.met, result.method) == (None, None, Method.OTHER_MEASURE)
    assert result.explanation == "目标 2%，实际 5份，单位不同（%、份），不能比较，请核对后计分"


@pytest.mark.parametrize(
    ("target", "actual", "limit", "remark"),
    [
        ("≥200.00(家)", "43941.00(家)", "130", "实际为目标的 21970.5%，已达 130%，应说明原因"),
        ("≥10(个)", "13(个)", "130", "实际为目标的 130%，已达 130%，应说明原因"),
        ("≥80%", "100%", "120", "实际为目标的 125%，已达 120%，请留意目标是否偏低"),
        ("≥100(个)", "119.99(个)", None, "建议得分 10.00"),
        ("≤100(个)", "10(个)", None, "建议得分 10.00"),
    ],
)
def test_over_fulfilment_is_noted(target: str, actual: str, limit: str | None, remark: str) -> None:
    result = judge(target, actual)
    assert result.score == 10
    assert result.overfulfilled_from == (None if limit is None else Decimal(limit))
    assert result.explanation.endswith(remark)


def test_over_fulfilment_can_cost_points_or_be_ignored() -> None:
    deducted = judge("≥10(个)", "20(个)", scheme=DEDUCTING)
    assert deducted.score == Decimal("8.00")
    assert deducted.explanation.endswith("已达 130%，扣 2 分，计 8.00")
    assert judge("≥10(个)", "20(个)", "1", scheme=DEDUCTING).score == 0
    assert judge("≥10(个)", "12(个)", scheme=DEDUCTING).score == 10
    ignoring = changed(SHANGHAI_2024, "overfulfilment.effect.effect", "ignore")
    assert "130" not in judge("≥10(个)", "20(个)", scheme=ignoring).explanation


def test_satisfaction_goes_by_ratio_and_by_the_table_where_the_scheme_says_so() -> None:
    assert judge("≥85%", "68%", level1="满意度指标").score == 8
    stepped = changed(SHANGHAI_2024, "satisfaction.method.method", "steps")
    scores = [
        judge("≥90%", actual, level1="满意度指标", scheme=stepped).score
        for actual in ("95%", "90%", "85%", "60%", "59%")
    ]
    assert scores == [10, 10, 8, 5, 0]
    assert judge("≥90%", "85%", level1="满意度指标", scheme=stepped).explanation == (
        "目标 ≥90%，实际 85%，在满意度 ≥80% 一档，建议得分 10 × 80% = 8.00"
    )
    assert judge("≥90%", "45%", level1="产出指标", scheme=stepped).score == 5


@pytest.mark.parametrize(
    ("actual", "score", "met"),
    [(">80%", "10.00", True), (">60%", None, None), ("<70%", None, False), ("≥80%", "10.00", True)],
)
def test_a_range_is_no_number(actual: str, score: str | None, met: bool | None) -> None:
    result = judge("≥80%", actual)
    assert result.score == (None if score is None else Decimal(score))
    assert result.met is met
    assert "实际完成值是范围" in result.explanation


def test_an_approximate_number_is_taken_as_written_and_said_so() -> None:
    result = judge("400人次", "2000余人次", "5")
    assert (result.score, result.met) == (Decimal("5.00"), True)
    assert "（按约数计）" in result.explanation
    assert judge("≥30个", "约30个").met is None


def test_several_numbers_in_one_cell_make_one_score() -> None:
    actual = "已完成。实际完成1160块排放口标识牌和650块采样口标识牌的制作。"
    result = judge(PLATES, actual, "6", scheme=SHANGHAI_2020)
    assert (result.score, result.met, result.method) == (Decimal("5.60"), False, Method.COMPOUND)
    assert result.explanation == (
        "预计完成排放口标识牌1000块，实际 1160块，达到目标；采样口标识牌750块，实际 650块，"
        "未达到目标；建议得分 6 × (1 + 650 ÷ 750) ÷ 2 = 5.60"
    )
    lowest = changed(SHANGHAI_2020, "quantitative.compound.method", "lowest")
    assert judge(PLATES, actual, "6", scheme=lowest).score == Decimal("5.20")


def test_several_ceilings_in_one_cell() -> None:
    ceilings = "烟度测试≤1500元/辆，PEMS测试≤85000元/辆"
    kept = judge(ceilings, "烟度测试1400元/辆，PEMS测试85000元/辆")
    assert (kept.score, kept.met) == (Decimal("10.00"), True)
    assert judge(ceilings, "烟度测试3000元/辆，PEMS测试85000元/辆").score == Decimal("7.50")


def test_numbers_that_cannot_be_paired_are_read_by_words() -> None:
    assert judge(PLATES, "完成1160块").method is Method.WORDS
    assert judge(PLATES, "已开展相关工作").score is None


@untimed
@given(sign=SIGNS, target=NUMBERS, actual=NUMBERS, weight=WEIGHTS, scheme=ALL_SCHEMES)
def test_a_suggestion_lies_between_zero_and_the_weight(
    sign: str, target: Decimal, actual: Decimal, weight: Decimal, scheme: Scheme
) -> None:
    result = judge(f"{sign}{target}(个)", f"{actual}(个)", str(weight), scheme=scheme)
    assert result.score is not None
    assert 0 <= result.score <= weight
    assert not result.met or scheme is DEDUCTING or result.score == weight


@untimed
@given(target=NUMBERS, one=NUMBERS, two=NUMBERS, scheme=st.sampled_from([SHANGHAI_2024, EXCESS]))
def test_better_is_never_less(target: Decimal, one: Decimal, two: Decimal, scheme: Scheme) -> None:
    low, high = sorted((one, two))
    for sign, worse, better in (("≥", low, high), ("≤", high, low)):
        poor = judge(f"{sign}{target}(个)", f"{worse}(个)", scheme=scheme).score
        good = judge(f"{sign}{target}(个)", f"{better}(个)", scheme=scheme).score
        assert poor is not None
        assert good is not None
        assert poor <= good
