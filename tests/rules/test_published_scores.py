"""The 27 published self-evaluations, recomputed: every rate, score, total and rating they print."""

from __future__ import annotations

from decimal import Decimal

import pytest

from scoring.documents import SelfEvaluationDocument
from scoring.evaluation import Evaluation, evaluate
from scoring.rules.scheme import scheme_for
from tests.rules.shipped import FIXTURES, SCHEMES, published

FORMS = {(year, name): form for year in (2020, 2024) for name, form in published(year).items()}

# Rate, score and total as printed; None where the source has lost the total.
PRINTED = {
    (2020, "上海市环境保护局信息化能力建设项目(运维)"): ("90.13", "9.01", "99.01"),
    (2020, "上海市重点污染源主要污染物排放许可证监管与信息发布系统(2020升级改造)"): (
        "98.09",
        "9.81",
        "99.81",
    ),
    (2020, "上海市建设用地地块土壤污染环境管理系统"): ("98.92", "9.89", "99.89"),
    (2020, "三江路监测大楼业务网络通讯费"): ("99.15", "9.92", "94.92"),
    (2020, "上海市生态环境局一网通办服务系统"): ("99.94", "9.99", "99.99"),
    (2020, "综合规划、区域协作及资金管理"): ("93.54", "9.35", "95.35"),
    (2020, "环境影响评价和排污许可证管理"): ("99.05", "9.9", "93.9"),
    (2020, "科技与国际合作交流"): ("99.49", "9.95", "90.95"),
    (2020, "土壤固废化学品污染防治"): ("99.77", "9.98", "99.94"),
    (
        2024,
        "生态环境监测、总量控制、环境统计(污染源动态更新)、绿色发展评价和排污权交易管理",
    ): ("98.98", "9.90", "95.90"),
    (2024, "应对气候变化管理工作"): ("99.24", "9.92", "99.92"),
    (2024, "自然生态和农业农村环境保护"): ("99.78", "9.98", "99.98"),
    (2024, "海洋生态环境保护"): ("99.24", "9.92", "99.92"),
    (2024, "土壤固废化学品污染防治"): ("99.46", "9.95", "99.95"),
    (2024, "水生态环境综合管理"): ("99.58", "9.96", "99.96"),
    (2024, "全市生态环境…保障"): ("63.23", "6.32", "96.32"),
    (2024, "大气生态环境保护"): ("99.81", "9.98", "99.98"),
    (2024, "科技与国际合作交流"): ("99.57", "9.96", "99.86"),
    (2024, "党建、群建工作"): ("81.48", "8.15", "98.15"),
    (2024, "…"): ("96.84", "9.68", "99.58"),
    (2024, "干部人事管理和队伍建设"): ("66.88", "6.69", "96.69"),
    (2024, "生态环境执法和应急"): ("81.51", "8.15", "98.15"),
    (2024, "核与辐射安全管理"): ("99.65", "9.97", "99.97"),
    (2024, "环境影响评价和排污许可证管理"): ("99.74", "9.97", None),
    (2024, "上海市环保…经费"): ("97.31", "9.73", "99.73"),
    (2024, "综合规划、区域协作及资金管理"): ("93.51", "9.35", "99.35"),
    (2024, "…环…育、管理及后勤保障工作"): ("94.34", "9.43", "99.33"),
}
INCOMPLETE = (2020, "综合规划、区域协作及资金管理")
LOST = (2024, "环境影响评价和排污许可证管理")


def evaluated(form: SelfEvaluationDocument) -> Evaluation:
    return evaluate(form, scheme_for(form.year, list(SCHEMES.values())))


def test_all_published_forms_are_here() -> None:
    assert FORMS.keys() == PRINTED.keys()
    assert len(FORMS) == 27


@pytest.mark.parametrize("key", PRINTED, ids=lambda key: f"{key[0]} {key[1]}")
def test_rate_and_score_are_the_printed_ones(key: tuple[int, str]) -> None:
    rate, score, _ = PRINTED[key]
    form = FORMS[key]
    result = evaluated(form)
    assert (result.execution.rate, result.execution.score) == (Decimal(rate), Decimal(score))
    assert result.execution.rate == form.funds.total.execution_rate
    assert result.execution.score == form.funds.total.score


@pytest.mark.parametrize(
    "key", [key for key in PRINTED if key not in (INCOMPLETE, LOST)], ids=lambda k: f"{k[0]} {k[1]}"
)
def test_the_total_is_the_printed_one(key: tuple[int, str]) -> None:
    result = evaluated(FORMS[key])
    assert str(result.total_score) == str(Decimal(PRINTED[key][2] or "").quantize(Decimal("0.01")))
    assert result.total_score == FORMS[key].total_score
    assert result.weight_total == 100
    assert result.complete


def test_the_form_whose_rows_do_not_add_up_differs_by_six() -> None:
    form = FORMS[INCOMPLETE]
    result = evaluated(form)
    assert (form.total_weight, form.total_score) == (Decimal(100), Decimal("95.35"))
    assert (result.weight_total, result.total_score) == (Decimal(94), Decimal("89.35"))
    assert (form.total_score or 0) - result.total_score == Decimal("6.00")
    assert result.total_explanation == (
        "总分 = 执行 9.35 + 产出 39.50 + 效益 34.50 + 满意度 6.00 = 89.35"
    )


def test_the_lost_total_is_found_again() -> None:
    result = evaluated(FORMS[LOST])
    assert FORMS[LOST].total_score is None
    assert result.total_score == Decimal("99.97")
    assert (result.weight_total, result.rating) == (Decimal(100), "优")


def test_ratings_of_the_readable_forms_of_2024_are_the_printed_ones() -> None:
    readable = {key: form for key, form in FORMS.items() if form.rating is not None}
    assert len(readable) == 15
    assert {form.rating for form in readable.values()} == {"优"}
    for form in readable.values():
        assert evaluated(form).rating == "优"


def test_printed_rates_of_the_sources_come_out_the_same() -> None:
    compared = 0
    for form in FORMS.values():
        for name, result in evaluated(form).sources.items():
            printed = getattr(form.funds, name).execution_rate
            if printed is None:
                continue
            compared += 1
            scheme = scheme_for(form.year, list(SCHEMES.values()))
            without_budget = scheme.execution.printed_without_budget.value
            assert (without_budget if result.rate is None else result.rate) == printed
    assert compared == 54


def test_the_budget_after_adjustment_is_the_base() -> None:
    # With the year-start budget of 3,680,000.00 the rate would be 78.43.
    funds = FORMS[INCOMPLETE].funds.total
    assert funds.initial_budget == Decimal("3680000.00")
    assert evaluated(FORMS[INCOMPLETE]).execution.explanation == (
        "执行率 2,885,887.00 ÷ 3,085,400.00 = 93.54%（进位），得分 10 × 93.54% = 9.35"
    )


def test_the_worked_examples_of_the_manual_are_what_is_computed() -> None:
    manual = (FIXTURES.parent / "docs" / "scoring.md").read_text()
    quoted = [line[2:] for line in manual.splitlines() if line.startswith("> ")]
    told = set()
    for form in FORMS.values():
        result = evaluated(form)
        told |= {result.execution.explanation, result.total_explanation}
    assert len(quoted) == 4
    assert set(quoted) <= told
