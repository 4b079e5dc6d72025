"""Suggested scores: every deduction that the published forms print, and the rules one by one."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.evaluation import evaluate
from scoring.rules.rows import Method
from scoring.rules.scheme import Scheme, scheme_for
from scoring.rules.wording import Attainment
from tests.rules.shipped import (
    SCHEMES,
    SHANGHAI_2024,
    changed,
    judge,
    published,
    untimed,
)

ACHIEVED, PARTIAL, MISSED = Attainment

# Every published row below its weight: form, row, printed score, suggestion (None: none made).
DEDUCTIONS = [
    (2020, "三江路监测大楼业务网络通讯费", "保证网络正常", "17", "20.00"),
    (2020, "三江路监测大楼业务网络通讯费", "使用者满意度", "28", "21.00"),
    (2020, "综合规划、区域协作及资金管理", "区域合作工作量", "5", None),
    (2020, "综合规划、区域协作及资金管理", "预算资金管理相关工作完成质量", "5", "4.20"),
    (2020, "综合规划、区域协作及资金管理", "实施计划完成及时性", "5.5", "4.20"),
    (2020, "综合规划、区域协作及资金管理", "信息公开", "5.5", None),
    (2020, "综合规划、区域协作及资金管理", "相关处室共享审计结果", "5", "4.20"),
    (2020, "环境影响评价和排污许可证管理", "排放口信息化标志牌制作", "4", "5.60"),
    (2020, "环境影响评价和排污许可证管理", "产业结构调整项目污染物减排量审核评估", "4", "6.00"),
    (2020, "环境影响评价和排污许可证管理", "促进税收", "2", "3.00"),
    (2020, "环境影响评价和排污许可证管理", "环境质量改善", "2", None),
    (2020, "科技与国际合作交流", "工作量", "16", "12.60"),
    (2020, "科技与国际合作交流", "工作完成质量", "16", "11.90"),
    (2020, "科技与国际合作交流", "完成时间", "14", "10.50"),
    (2020, "科技与国际合作交流", "生态环境效益", "8", None),
    (2020, "科技与国际合作交流", "体制机制建立", "7", None),
    (2020, "科技与国际合作交流", "行业人才培养", "6.5", "8.00"),
    (2020, "科技与国际合作交流", "资料共享使用", "3.5", None),
    (2020, "土壤固废化学品污染防治", "抽查项目", "1.99", "1.40"),
    (2020, "土壤固废化学品污染防治", "申报登记单位数", "1.99", "1.76"),
    (2020, "土壤固废化学品污染防治", "成果报告", "1.99", "1.40"),
    (2020, "土壤固废化学品污染防治", "总时间", "1.99", None),
    (
        2024,
        "生态环境监测、总量控制、环境统计(污染源动态更新)、绿色发展评价和排污权交易管理",
        "上海市排污权有偿使用和交易技术评估报告",
        "2.00",
        "4.00",
    ),
    (
        2024,
        "生态环境监测、总量控制、环境统计(污染源动态更新)、绿色发展评价和排污权交易管理",
        "培训次数",
        "4.00",
        "5.00",
    ),
    (
        2024,
        "生态环境监测、总量控制、环境统计(污染源动态更新)、绿色发展评价和排污权交易管理",
        "报告验收合格率",
        "4.00",
        "5.00",
    ),
    (2024, "科技与国际合作交流", "科研项目综合绩效评价完成数量", "14.90", "12.60"),
    (2024, "…", "合同法律审查完成率", "1.90", "2.00"),
    (2024, "…环…育、管理及后勤保障工作", "系统漏洞扫描和渗透测试次数", "2.00", "2.10"),
]


def test_the_published_deductions_are_all_listed() -> None:
    found = [
        (year, form.project.name, row.name, str(row.score))
        for year in (2020, 2024)
        for form in published(year).values()
        for row in form.indicators
        if row.score != row.weight
    ]
    assert found == [(year, form, name, printed) for year, form, name, printed, _ in DEDUCTIONS]
    assert len(found) == 28


@pytest.mark.parametrize(
    ("year", "form", "name", "printed", "suggested"),
    DEDUCTIONS,
    ids=lambda value: str(value)[:12],
)
def test_what_is_suggested_for_a_published_deduction(
    year: int, form: str, name: str, printed: str, suggested: str | None
) -> None:
    document = published(year)[form]
    result = evaluate(document, scheme_for(year, list(SCHEMES.values())))
    pairs = zip(document.indicators, result.rows, strict=True)
    row, suggestion = next(pair for pair in pairs if pair[0].name == name)
    assert row.score == Decimal(printed)
    assert suggestion.score == (None if suggested is None else Decimal(suggested))
    if suggested is not None:
        assert suggested in suggestion.explanation
    else:
        assert "请选择完成档次" in suggestion.explanation


def test_no_row_of_2024_without_deduction_is_suggested_less() -> None:
    rows = 0
    for form in published(2024).values():
        result = evaluate(form, SHANGHAI_2024)
        for row, suggestion in zip(form.indicators, result.rows, strict=True):
            if row.score == row.weight:
                rows += 1
                assert (suggestion.score, suggestion.met) == (row.weight, True), row.name
    assert rows == 171


@pytest.mark.parametrize(
    ("target", "actual", "score", "met"),
    [
        ("90%以上", "全部反馈", "10.00", True),
        ("≥80(个)", "已完成", "10.00", True),
        ("≥80(个)", "达成指标", "10.00", True),
        ("=0(起)", "未发生安全事故", "10.00", True),
        ("≥80(个)", "未完成", None, False),
        ("≥80(个)", "部分完成", None, False),
        ("≥80(个)", "正常", None, None),
        ("≤5%", "全部合格率", None, None),
    ],
)
def test_words_for_a_number(target: str, actual: str, score: str | None, met: bool | None) -> None:
    result = judge(target, actual)
    assert result.score == (None if score is None else Decimal(score))
    assert result.met is met
    assert "填" in result.explanation
    assert "数字" in result.explanation


@pytest.mark.parametrize(
    ("target", "actual", "method", "score"),
    [
        ("2024-12-31", "2024-11-30", Method.DEADLINE, "10.00"),
        ("2024-12-31", "2024-12-31", Method.WORDS, "10.00"),
        ("2024-12-31", "2025-01-15", Method.DEADLINE, "7.00"),
        ("2024年12月底", "2024年12月20日", Method.DEADLINE, "10.00"),
        ("当年内完成", "达成指标", Method.WORDS, "10.00"),
        ("2024-12-31", "未完成", Method.WORDS, "3.00"),
    ],
)
def test_deadlines(target: str, actual: str, method: Method, score: str) -> None:
    result = judge(target, actual, level2="时效指标")
    assert (result.method, result.score) == (method, Decimal(score))


def test_a_late_date_counts_as_the_scheme_says() -> None:
    assert judge("2024-12-31", "2025-01-15", score="7.5").explanation == (
        "期限 2024-12-31，实际 2025-01-15，逾期 15 天，按「部分达成预期指标并具有一定效果」计，"
        "区间 6.00—8.00 分，自评得分 7.50 在区间内，建议保留"
    )
    harsher = changed(SHANGHAI_2024, "late_deadline.attainment", "missed")
    assert judge("2024-12-31", "2025-01-15", scheme=harsher).score == Decimal("3.00")


def test_what_is_only_planned_is_not_done() -> None:
    target = "抽查项目不少于80个，其中涉及现场取样评估的项目不少于20个"
    result = judge(target, "已抽查318个项目，计划现场采样20个地块", "2", "1.99")
    assert (result.score, result.attainment) == (Decimal("1.40"), PARTIAL)
    assert "实际完成值写有「计划」" in result.explanation


@pytest.mark.parametrize(
    ("target", "actual", "weight", "explanation"),
    [
        ("≥1(个)", "1(个)", None, "分值未填，不能计算建议得分"),
        ("≥1(个)", "1(个)", "-2", "分值 -2 为负数，不能计算建议得分"),
        ("≥1(个)", " ", "2", "实际完成值未填，不能计算建议得分"),
        ("", "1(个)", "2", "年度指标值未填，不能计算建议得分"),
    ],
)
def test_blank_cells_give_no_suggestion(
    target: str, actual: str, weight: str | None, explanation: str
) -> None:
    result = judge(target, actual, weight)
    assert (result.score, result.met, result.method) == (None, None, Method.BLANK)
    assert result.explanation == explanation


def test_long_cells_are_cut_in_explanations() -> None:
    result = judge("提升\n服务" + "很" * 100, "已开展\r\n工作" + "了" * 100)
    assert len(result.explanation) < 200
    assert len(result.explanation.splitlines()) == 1


@untimed
@given(
    target=st.text(max_size=60),
    actual=st.text(max_size=60),
    level1=st.text(max_size=6),
    level2=st.sampled_from(["", "时效指标", "成本指标"]),
    attainment=st.none() | st.sampled_from(Attainment),
    weight=st.none() | st.decimals(-100, 100, places=2).map(str),
    scheme=st.sampled_from(list(SCHEMES.values())),
)
def test_no_text_raises(
    target: str,
    actual: str,
    level1: str,
    level2: str,
    attainment: Attainment | None,
    weight: str | None,
    scheme: Scheme,
) -> None:
    result = judge(
        target,
        actual,
        weight,
        level1=level1,
        level2=level2,
        attainment=attainment,
        scheme=scheme,
    )
    assert len(result.explanation.splitlines()) == 1
    assert result.score is None or 0 <= result.score <= Decimal(weight or 0)
