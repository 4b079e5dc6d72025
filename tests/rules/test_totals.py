"""Total, rating and the limits of the total; whole evaluations with blanks in them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.documents import SelfEvaluationDocument
from scoring.evaluation import Evaluation, evaluate
from scoring.rules.execution import execute
from scoring.rules.totals import ScoredRow, add_up, rate
from tests.rules.shipped import (
    MINISTRY,
    SCHEMES,
    SHANGHAI_2020,
    SHANGHAI_2024,
    changed,
    published,
    untimed,
)

HALF_SPENT = execute(Decimal(100), Decimal(55), SHANGHAI_2024, weight=Decimal(10))


def rows(*scores: str | None, level1: str = "产出指标") -> list[ScoredRow]:
    return [ScoredRow(level1, None if s is None else Decimal(s)) for s in scores]


def test_few_rows_are_written_out() -> None:
    total = add_up(HALF_SPENT, rows("20", "17.00", "10"), SHANGHAI_2024)
    assert total.score == Decimal("52.50")
    assert total.explanation == "总分 = 执行 5.50 + 20 + 17 + 10 = 52.50"


def test_many_rows_are_summed_up_by_class() -> None:
    listed = (
        rows(*["10"] * 4) + rows("6.5", "7", level1="效益指标") + rows("3", level1="满意度指标")
    )
    total = add_up(HALF_SPENT, listed, SHANGHAI_2024)
    assert total.explanation == ("总分 = 执行 5.50 + 产出 40.00 + 效益 13.50 + 满意度 3.00 = 62.00")


def test_blank_scores_count_as_nothing_and_are_named() -> None:
    total = add_up(HALF_SPENT, rows("20", None, None), SHANGHAI_2024)
    assert total.explanation == "总分 = 执行 5.50 + 20 = 25.50（另有 2 行没有得分）"
    unspent = execute(None, None, SHANGHAI_2024, weight=Decimal(10))
    assert add_up(unspent, rows("20"), SHANGHAI_2024).explanation == (
        "总分 = 执行（未计分） + 20 = 20.00"
    )


@pytest.mark.parametrize(
    ("total", "shanghai", "ministry"),
    [
        ("100", "优", "优"),
        ("90.00", "优", "优"),
        ("89.99", "良", "良"),
        ("89.5", "良", "良"),
        ("80", "良", "良"),
        ("79.99", "合格", "中"),
        ("60", "合格", "中"),
        ("59.99", "不合格", "差"),
        ("0", "不合格", "差"),
        ("-3", "不合格", "差"),
    ],
)
def test_a_rating_goes_by_the_lower_limits(total: str, shanghai: str, ministry: str) -> None:
    assert rate(Decimal(total), Decimal(100), SHANGHAI_2024).label == shanghai
    assert rate(Decimal(total), Decimal(100), MINISTRY).label == ministry


def test_a_rating_names_its_numbers() -> None:
    assert rate(Decimal("95.9"), Decimal("100.00"), SHANGHAI_2024).explanation == (
        "总分 95.90 ≥ 90，评分等级为优"
    )
    assert rate(Decimal("89.35"), Decimal(94), SHANGHAI_2020).explanation == (
        "总分 89.35 ≥ 80，评分等级为良；分值合计 94，不是 100，等级仅供参考"
    )


def test_limits_by_the_execution_rate_are_off_as_shipped() -> None:
    assert add_up(HALF_SPENT, rows("90"), SHANGHAI_2024).score == Decimal("95.50")


@pytest.mark.parametrize(
    ("executed", "limit"), [("49", "59"), ("50", "69"), ("65", "79"), ("79.99", "89"), ("80", None)]
)
def test_limits_by_the_execution_rate_can_be_switched_on(executed: str, limit: str | None) -> None:
    capping = changed(SHANGHAI_2024, "execution_caps.enabled", True)
    execution = execute(Decimal(100), Decimal(executed), capping, weight=Decimal(10))
    total = add_up(execution, rows("90"), capping)
    if limit is None:
        assert total.score == Decimal("98.00")
    else:
        assert total.score == Decimal(limit)
        assert f"总分不超过 {limit}，计 {limit}.00" in total.explanation


def test_a_low_total_is_not_lifted_to_the_limit() -> None:
    capping = changed(SHANGHAI_2024, "execution_caps.enabled", True)
    assert add_up(HALF_SPENT, rows("20"), capping).score == Decimal("25.50")


def form(**members: Any) -> SelfEvaluationDocument:
    return SelfEvaluationDocument.read({"form": "self_evaluation", "year": 2024, **members})


def spent(**members: Any) -> dict[str, Any]:
    return {"total": {"annual_budget": "100", "executed": "90", "weight": "10", **members}}


def indicator(**members: Any) -> dict[str, Any]:
    return {
        "level1": "产出指标",
        "level2": "数量指标",
        "name": "报告",
        "target": "≥5(份)",
        "actual": "4(份)",
        "weight": "90",
        "score": "80",
        **members,
    }


def evaluated(**members: Any) -> Evaluation:
    return evaluate(form(**members), SHANGHAI_2024)


def test_a_whole_evaluation() -> None:
    result = evaluated(funds=spent(), indicators=[indicator()])
    assert (result.execution.rate, result.execution.score) == (Decimal("90.00"), Decimal("9.00"))
    assert result.total_explanation == "总分 = 执行 9.00 + 80 = 89.00"
    assert result.suggested_explanation == "建议总分 = 执行 9.00 + 72 = 81.00"
    assert (result.total_score, result.suggested_total) == (Decimal("89.00"), Decimal("81.00"))
    assert (result.weight_total, result.complete, result.rating) == (Decimal(100), True, "良")


def test_what_the_form_states_is_not_taken_over() -> None:
    funds = spent(execution_rate="100.00", score="10.00")
    stated = evaluated(
        funds=funds, indicators=[indicator()], total_weight="100", total_score="100", rating="优"
    )
    silent = evaluated(funds=spent(), indicators=[indicator()])
    assert stated == silent


def test_an_empty_form_has_a_total_of_nothing_and_no_rating() -> None:
    result = evaluated()
    assert (result.total_score, result.suggested_total) == (Decimal("0.00"), None)
    assert (result.complete, result.rating) == (False, None)
    assert result.rating_explanation == "没有指标，执行率没有得分（未填），不评等级"


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"weight": None}, "1 行没有分值"),
        ({"score": None}, "1 行没有得分"),
    ],
)
def test_a_blank_cell_means_no_rating(change: dict[str, Any], named: str) -> None:
    result = evaluated(funds=spent(), indicators=[indicator(), indicator(**change)])
    assert not result.complete
    assert result.rating is None
    assert result.rating_explanation == f"{named}，不评等级"


def test_a_blank_execution_weight_is_that_of_the_scheme() -> None:
    result = evaluated(funds=spent(weight=None), indicators=[indicator()])
    assert result.execution.weight == 10
    assert (result.weight_total, result.rating) == (Decimal(100), "良")


def test_a_budget_of_zero_means_no_rating() -> None:
    result = evaluated(funds=spent(annual_budget="0.00"), indicators=[indicator()])
    assert result.rating_explanation == "执行率没有得分（预算数为 0），不评等级"
    assert result.suggested_explanation == "执行率没有得分（预算数为 0），不计算建议总分"


def test_rows_without_suggestion_count_with_their_own_score() -> None:
    unclear = indicator(target="提升", actual="有所动作", weight="10", score="9")
    result = evaluated(funds=spent(), indicators=[indicator(weight="80"), unclear])
    assert result.suggested_explanation == (
        "建议总分 = 执行 9.00 + 64 + 9 = 82.00（1 行没有建议得分，按自评得分计）"
    )


def test_without_suggestion_and_score_there_is_no_suggested_total() -> None:
    unclear = indicator(target="提升", actual="有所动作", score=None)
    result = evaluated(funds=spent(), indicators=[unclear])
    assert result.suggested_total is None
    assert result.suggested_explanation == ("1 行既没有建议得分也没有自评得分，不计算建议总分")


NUMBERS = st.none() | st.decimals(-(10**5), 10**5, places=3).map(lambda n: f"{n:f}"[:40])
CELLS = st.text(max_size=30).filter(lambda text: all(c >= " " and c != "\x7f" for c in text))


@untimed
@given(
    money_unit=st.sampled_from(["元", "万元"]),
    budget=NUMBERS,
    executed=NUMBERS,
    cells=st.lists(
        st.fixed_dictionaries(
            {
                "level1": CELLS,
                "target": CELLS | st.sampled_from(["≥5(个)", "0起", "2024-12-31", "A≤3元，B≤4元"]),
                "actual": CELLS | st.sampled_from(["-3", "5(份)", "2025-01-02", "A2元，B5元"]),
                "weight": NUMBERS,
                "score": NUMBERS,
                "attainment": st.sampled_from([None, "achieved", "partial", "missed"]),
            }
        ),
        max_size=4,
    ),
    scheme=st.sampled_from(list(SCHEMES.values())),
)
def test_no_form_raises(
    money_unit: str, budget: str, executed: str, cells: list[dict[str, Any]], scheme: Any
) -> None:
    funds = {"total": {"annual_budget": budget, "executed": executed}}
    result = evaluate(form(money_unit=money_unit, funds=funds, indicators=cells), scheme)
    assert len(result.rows) == len(cells)
    for text in (result.total_explanation, *(row.explanation for row in result.rows)):
        assert len(text.splitlines()) == 1


def test_left_over_rows_of_the_template_lack_nothing() -> None:
    form = published(2020)["上海市环境保护局信息化能力建设项目(运维)"]
    with_template_rows = {
        **form.as_json(),
        "indicators": [
            *form.as_json()["indicators"],
            {"level1": "效益指标", "name": "指标2：……"},
            {"level1": "", "name": ""},
        ],
    }
    outcome = evaluate(SelfEvaluationDocument.read(with_template_rows), SHANGHAI_2020)
    assert outcome.complete
    assert outcome.rating == "优"
    assert outcome.suggested_total == Decimal("99.01")
