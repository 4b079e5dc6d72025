"""Execution rate and score: worked examples from the published forms, and the cases beside them."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.rules.execution import ExecutionCase, ExecutionResult, execute
from scoring.rules.scheme import Scheme
from tests.rules.shipped import MINISTRY, SCHEMES, SHANGHAI_2020, SHANGHAI_2024, changed, untimed


def reckon(
    executed: str | None, budget: str | None, scheme: Scheme, weight: str | None = "10"
) -> ExecutionResult:
    return execute(
        None if budget is None else Decimal(budget),
        None if executed is None else Decimal(executed),
        scheme,
        weight=None if weight is None else Decimal(weight),
    )


@pytest.mark.parametrize(
    ("executed", "budget", "scheme", "rate", "score", "explanation"),
    [
        (
            "980710",
            "1088156.00",
            SHANGHAI_2020,
            "90.13",
            "9.01",
            "执行率 980,710.00 ÷ 1,088,156.00 = 90.13%（进位），得分 10 × 90.13% = 9.01",
        ),
        (
            "1721494.3",
            "1736311.00",
            SHANGHAI_2020,
            "99.15",
            "9.92",
            "执行率 1,721,494.30 ÷ 1,736,311.00 = 99.15%（进位），得分 10 × 99.15% = 9.92"
            "（9.915 恰在正中，四舍六入五成双取 9.92）",
        ),
        (
            "12886544.5",
            "13010800.00",
            SHANGHAI_2020,
            "99.05",
            "9.90",
            "执行率 12,886,544.50 ÷ 13,010,800.00 = 99.05%（进位），得分 10 × 99.05% = 9.90"
            "（9.905 恰在正中，四舍六入五成双取 9.90）",
        ),
        (
            "233.93",
            "234.73",
            SHANGHAI_2024,
            "99.65",
            "9.97",
            "执行率 233.93 ÷ 234.73 = 99.65%（截断），得分 10 × 99.65% = 9.97"
            "（9.965 恰在正中，四舍五入取 9.97）",
        ),
        (
            "771.12",
            "779.05",
            SHANGHAI_2024,
            "98.98",
            "9.90",
            "执行率 771.12 ÷ 779.05 = 98.98%（截断），得分 10 × 98.98% = 9.90",
        ),
        (
            "20.37",
            "25.00",
            SHANGHAI_2024,
            "81.48",
            "8.15",
            "执行率 20.37 ÷ 25.00 = 81.48%，得分 10 × 81.48% = 8.15",
        ),
    ],
)
def test_published_figures_come_out_as_printed(
    executed: str, budget: str, scheme: Scheme, rate: str, score: str, explanation: str
) -> None:
    result = reckon(executed, budget, scheme)
    assert result == ExecutionResult(
        ExecutionCase.NORMAL, Decimal(rate), Decimal(10), Decimal(score), explanation
    )


def test_the_ministry_default_rounds_half_up() -> None:
    result = reckon("2", "3", MINISTRY)
    assert (result.rate, result.score) == (Decimal("66.67"), Decimal("6.67"))
    assert "（四舍五入）" in result.explanation


def test_another_weight_is_used_as_it_stands() -> None:
    result = reckon("50.00", "100.00", SHANGHAI_2024, weight="20.00")
    assert result.score == Decimal("10.00")
    assert result.explanation.endswith("得分 20 × 50.00% = 10.00")


def test_a_source_of_money_has_a_rate_and_no_score() -> None:
    # 2024 全市生态环境…保障: 其中当年财政拨款 79.03, 年度资金总额 63.23
    result = reckon("316.13", "400.00", SHANGHAI_2024, weight=None)
    assert (result.rate, result.score, result.weight) == (Decimal("79.03"), None, None)
    assert result.explanation == "执行率 316.13 ÷ 400.00 = 79.03%（截断）"
    assert reckon("0.00", "99.96", SHANGHAI_2024, weight=None).rate == Decimal("0.00")


def test_a_budget_of_zero_divides_nothing() -> None:
    result = reckon("0.00", "0.00", SHANGHAI_2024)
    assert (result.case, result.rate, result.score) == (ExecutionCase.ZERO_BUDGET, None, None)
    assert result.explanation == "全年预算数为 0，执行数 0.00，不计算执行率，不计得分"
    spent = reckon("12.50", "0", SHANGHAI_2024)
    assert spent.rate is None
    assert "执行数 12.50" in spent.explanation


@pytest.mark.parametrize(
    ("executed", "budget", "named"),
    [
        (None, "100", "全年执行数未填"),
        ("100", None, "全年预算数未填"),
        (None, None, "全年预算数、全年执行数未填"),
    ],
)
def test_a_blank_amount_gives_no_rate(executed: str | None, budget: str | None, named: str) -> None:
    result = reckon(executed, budget, SHANGHAI_2020)
    assert (result.case, result.rate, result.score) == (ExecutionCase.BLANK, None, None)
    assert result.explanation == f"{named}，不计算执行率，不计得分"


def test_more_than_the_budget_is_capped_at_the_weight() -> None:
    result = reckon("1200", "1000", SHANGHAI_2024)
    assert result.case is ExecutionCase.OVER_BUDGET
    assert (result.rate, result.score) == (Decimal("120.00"), Decimal("10.00"))
    assert result.explanation == (
        "执行率 1,200.00 ÷ 1,000.00 = 120.00%，得分 10 × 120.00% = 12.00，超过分值，按 10.00 分计"
        "；执行数超过预算数，应说明原因"
    )


def test_a_scheme_without_cap_keeps_the_score() -> None:
    uncapped = changed(SHANGHAI_2024, "execution.capped_at_weight.value", False)
    assert reckon("1200", "1000", uncapped).score == Decimal("12.00")


def test_a_negative_amount_executed_earns_nothing() -> None:
    result = reckon("-50", "1000", SHANGHAI_2024)
    assert result.case is ExecutionCase.NEGATIVE
    assert (result.rate, result.score) == (Decimal("-5.00"), Decimal("0.00"))
    assert "执行数为负数" in result.explanation


def test_a_negative_budget_gives_no_rate() -> None:
    result = reckon("50", "-1000", SHANGHAI_2024)
    assert (result.case, result.rate) == (ExecutionCase.NEGATIVE, None)
    assert "全年预算数 -1,000.00 为负数" in result.explanation


AMOUNTS = st.decimals(0, 10**14, places=2, allow_nan=False)


@untimed
@given(budget=AMOUNTS, executed=AMOUNTS, scheme=st.sampled_from(list(SCHEMES.values())))
def test_a_score_lies_between_zero_and_the_weight(
    budget: Decimal, executed: Decimal, scheme: Scheme
) -> None:
    result = execute(budget, executed, scheme, weight=Decimal(10))
    assert (result.score is None) == (budget == 0)
    assert result.score is None or 0 <= result.score <= 10


@untimed
@given(
    budget=st.decimals(1, 10**10, places=2),
    less=AMOUNTS,
    more=AMOUNTS,
    scheme=st.sampled_from(list(SCHEMES.values())),
)
def test_who_spends_more_of_the_budget_has_no_lower_score(
    budget: Decimal, less: Decimal, more: Decimal, scheme: Scheme
) -> None:
    less, more = sorted((less, more))
    low = execute(budget, less, scheme, weight=Decimal(10))
    high = execute(budget, more, scheme, weight=Decimal(10))
    assert low.rate is not None
    assert high.rate is not None
    assert low.score is not None
    assert high.score is not None
    assert low.rate <= high.rate
    assert low.score <= high.score


@untimed
@given(
    budget=st.decimals(allow_nan=False, allow_infinity=False, places=2),
    executed=st.decimals(allow_nan=False, allow_infinity=False, places=2),
    weight=st.none() | st.decimals(-(10**6), 10**6, places=3),
)
def test_no_amount_raises_and_the_explanation_is_one_line(
    budget: Decimal, executed: Decimal, weight: Decimal | None
) -> None:
    result = execute(budget, executed, SHANGHAI_2020, weight=weight)
    assert result.explanation
    assert "\n" not in result.explanation


@untimed
@given(
    budget=st.decimals(1, 10**9, places=2),
    executed=AMOUNTS,
    scheme=st.sampled_from(list(SCHEMES.values())),
)
def test_yuan_and_ten_thousand_yuan_give_the_same(
    budget: Decimal, executed: Decimal, scheme: Scheme
) -> None:
    yuan = execute(budget * 10_000, executed * 10_000, scheme, weight=Decimal(10))
    larger = execute(budget, executed, scheme, weight=Decimal(10))
    assert (yuan.rate, yuan.score) == (larger.rate, larger.score)
