"""Pairs for the checks on the funds, weights and total of a self-evaluation."""

from __future__ import annotations

from perfgoals.common.findings import Level
from tests.rules.checks.builders import Pair, evaluation

ERROR, WARNING, HINT = Level.ERROR, Level.WARNING, Level.HINT

FUNDS_REASON = {"funds.total.deviation_reason": "采购节约，下年度将据实编制预算"}


def spent(executed: str, rate: str, score: str, **more: str) -> dict[str, str]:
    """The funds block with another amount executed."""
    return {
        "funds.total.executed": executed,
        "funds.total.execution_rate": rate,
        "funds.total.score": score,
        "funds.appropriation.executed": executed,
        "funds.appropriation.execution_rate": rate,
        **more,
    }


def budget(initial: str, annual: str) -> dict[str, str]:
    return {
        "funds.total.initial_budget": initial,
        "funds.appropriation.initial_budget": initial,
        "funds.total.annual_budget": annual,
        "funds.appropriation.annual_budget": annual,
    }


PAIRS: dict[str, list[Pair]] = {
    "required.outcome": [
        Pair(
            evaluation({"actual_outcome": ""}),
            "actual_outcome",
            ERROR,
            ("实际完成情况未填写",),
            evaluation(),
        )
    ],
    "required.funds": [
        Pair(
            evaluation(
                {
                    "funds.total.executed": None,
                    "funds.appropriation.executed": None,
                    "funds.carryover.executed": None,
                    "funds.other.executed": None,
                }
            ),
            "funds.total.executed",
            ERROR,
            ("全年执行数未填写",),
            evaluation(spent("0", "0.00", "0.00")),
        ),
        Pair(
            evaluation({"funds.total.weight": None}),
            "funds.total.weight",
            ERROR,
            ("分值未填写", "10"),
            evaluation(),
        ),
    ],
    "required.result": [
        Pair(
            evaluation({"indicators.2.score": None}),
            "indicators.2.score",
            ERROR,
            ("「核查数据准确率」的得分未填写",),
            evaluation({"indicators.2.score": "0", "indicators.2.actual": "0(%)"}),
        )
    ],
    "required.computed": [
        Pair(
            evaluation({"total_score": None}),
            "total_score",
            WARNING,
            ("总分未填写", "98.90"),
            evaluation({"total_score": None, "damaged": {"total_score": "lost"}}),
        ),
        Pair(
            evaluation({"funds.total.execution_rate": None}),
            "funds.total.execution_rate",
            WARNING,
            ("应为 99.00%",),
            evaluation(),
        ),
    ],
    "funds.sum": [
        Pair(
            evaluation({"funds.carryover.annual_budget": "0.01"}),
            "funds.total.annual_budget",
            ERROR,
            ("全年预算数 300,000.00 元", "= 300,000.01 元", "相差 0.01"),
            # The small forms of 2020 fill in the total alone.
            evaluation(
                {
                    "funds.appropriation.initial_budget": None,
                    "funds.carryover.initial_budget": None,
                    "funds.other.initial_budget": None,
                }
            ),
        ),
        Pair(
            evaluation({"funds.other.executed": "100"}),
            "funds.total.executed",
            ERROR,
            ("相差 100.00",),
            evaluation(),
        ),
    ],
    "funds.execution_rate": [
        Pair(
            evaluation({"funds.total.execution_rate": "99.01"}),
            "funds.total.execution_rate",
            ERROR,
            ("99.01%", "应为 99.00%", "297,000.00 ÷ 300,000.00"),
            evaluation({"funds.total.execution_rate": "99"}),
        )
    ],
    "funds.source_rate": [
        Pair(
            evaluation({"funds.appropriation.execution_rate": "98.00"}),
            "funds.appropriation.execution_rate",
            ERROR,
            ("当年财政拨款", "98.00%", "应为 99.00%"),
            evaluation({"funds.appropriation.execution_rate": None}),
        ),
        Pair(
            evaluation({"funds.other.execution_rate": "100.00"}),
            "funds.other.execution_rate",
            ERROR,
            ("其他资金", "100.00%", "应为 0.00"),
            evaluation(),
        ),
    ],
    "funds.execution_score": [
        Pair(
            evaluation({"funds.total.score": "9.40"}),
            "funds.total.score",
            ERROR,
            ("9.40", "应为 9.90", "相差 0.50"),
            evaluation({"funds.total.score": "9.9"}),
        ),
        # Whole points are common elsewhere.
        Pair(
            evaluation({"funds.total.score": "10"}),
            "funds.total.score",
            WARNING,
            ("10.00", "应为 9.90", "相差 0.10"),
            evaluation(),
        ),
    ],
    "funds.execution_weight": [
        Pair(
            evaluation({"funds.total.weight": "20"}),
            "funds.total.weight",
            WARNING,
            ("20", "计分办法为 10"),
            evaluation({"funds.total.weight": "10"}),
        )
    ],
    "funds.zero_budget": [
        Pair(
            evaluation({**budget("0", "0"), **spent("0", "0.00", "0.00")}),
            "funds.total.annual_budget",
            WARNING,
            ("全年预算数为 0",),
            evaluation(budget("0", "300000")),
        )
    ],
    "funds.overspent": [
        Pair(
            evaluation(
                {
                    **spent("297000", "99.00", "9.90"),
                    "funds.other.executed": "0.50",
                    "funds.total.executed": "297000.50",
                }
            ),
            "funds.other.executed",
            WARNING,
            ("其他资金", "0.50", "多出 0.50"),
            evaluation(spent("300000", "100.00", "10.00")),
        ),
        Pair(
            evaluation(
                {
                    **spent("300000", "100.00", "10.00", **FUNDS_REASON),
                    "funds.total.executed": "301000",
                }
            ),
            "funds.total.executed",
            HINT,
            ("301,000.00", "300,000.00", "多出 1,000.00"),
            evaluation(),
        ),
    ],
    "funds.low_rate_reason": [
        # 全市生态环境…保障 (2024): 63.23 %.
        Pair(
            evaluation(spent("269970", "89.99", "9.00")),
            "funds.total.deviation_reason",
            WARNING,
            ("89.99%", "90%"),
            evaluation(spent("270000", "90.00", "9.00")),
        ),
        Pair(
            evaluation(spent("269970", "89.99", "9.00", **{"funds.total.deviation_reason": "无"})),
            "funds.total.deviation_reason",
            WARNING,
            ("89.99%",),
            evaluation(spent("269970", "89.99", "9.00", **FUNDS_REASON)),
        ),
    ],
    "funds.budget_changed": [
        Pair(
            evaluation(budget("390000", "300000")),
            "funds.total.deviation_reason",
            WARNING,
            ("390,000.00", "300,000.00", "调减 90,000.00 元"),
            evaluation({**budget("390000", "300000"), **FUNDS_REASON}),
        ),
        # Added during the year: nothing at its start.
        Pair(
            evaluation(budget("0", "300000")),
            "funds.total.deviation_reason",
            WARNING,
            ("调增 300,000.00 元",),
            evaluation(),
        ),
    ],
    "funds.low_rate_full_outputs": [
        Pair(
            evaluation(spent("149997", "49.99", "5.00", **FUNDS_REASON)),
            "funds.total.execution_rate",
            HINT,
            ("49.99%", "4 条产出指标"),
            evaluation(spent("150000", "50.00", "5.00", **FUNDS_REASON)),
        )
    ],
    "weight.sum": [
        # 综合规划、区域协作及资金管理 (2020): 94 under a printed 100.
        Pair(
            evaluation({"indicators.6.weight": "4"}),
            "total_weight",
            ERROR,
            ("分值合计 94", "应为 100", "相差 6"),
            evaluation({"indicators.0.weight": "10.5", "indicators.1.weight": "9.5"}),
        )
    ],
    "weight.printed_total": [
        Pair(
            evaluation({"total_weight": "90"}),
            "total_weight",
            ERROR,
            ("填 90", "合计 100"),
            evaluation({"total_weight": "100"}),
        )
    ],
    "weight.positive": [
        Pair(
            evaluation({"indicators.1.weight": "0", "indicators.0.weight": "20"}),
            "indicators.1.weight",
            ERROR,
            ("「核查报告数量」的分值为 0",),
            evaluation({"indicators.1.weight": "0.5", "indicators.0.weight": "19.5"}),
        )
    ],
    "weight.class": [
        Pair(
            evaluation({"indicators.0.weight": "20", "indicators.4.weight": "5"}),
            "",
            WARNING,
            ("产出 60、效益 20、满意度 10", "产出 50、效益 30、满意度 10"),
            evaluation({"indicators.0.weight": "5", "indicators.1.weight": "15"}),
        ),
        # 三江路监测大楼业务网络通讯费 (2020): a class that no form may lack.
        Pair(
            evaluation({"indicators.6.weight": "40"}, drop=[4, 5]),
            "",
            WARNING,
            ("产出 50、满意度 40", "产出 50、效益 30、满意度 10"),
            evaluation({"indicators.5.weight": "25"}, drop=[6]),
        ),
    ],
    "weight.parent_child": [
        Pair(
            evaluation(
                {
                    "indicators.0.name": "1 移动源现场核查",
                    "indicators.1.name": "1.1 核查报告数量",
                }
            ),
            "indicators.0.weight",
            ERROR,
            ("「1 移动源现场核查」", "「1.1 核查报告数量」", "上级 10"),
            # Numbers of sub-projects, as 减污降碳工作专项经费 (2024) has them.
            evaluation(
                {
                    "indicators.0.name": "1. 移动源现场核查",
                    "indicators.1.name": "11. 核查报告数量",
                }
            ),
        ),
        Pair(
            evaluation({"indicators.1.name": "产出小计"}),
            "indicators.1.weight",
            ERROR,
            ("「产出小计」", "10"),
            evaluation({"indicators.1.name": "产出小计", "indicators.1.weight": None}),
        ),
    ],
    "total.score": [
        # 综合规划、区域协作及资金管理 (2020): 95.35 over rows that make 89.35.
        Pair(
            evaluation({"total_score": "104.90"}),
            "total_score",
            ERROR,
            ("104.90", "98.90", "多 6.00"),
            evaluation({"total_score": "98.9"}),
        ),
        # A row that the blank template left behind does not hide the difference.
        Pair(
            evaluation({"total_score": "104.90"}, add=[("产出指标", "", "指标9", "", "", "", "")]),
            "total_score",
            ERROR,
            ("多 6.00",),
            # A score that is still to come does.
            evaluation({"total_score": "104.90", "indicators.0.score": None}),
        ),
        Pair(
            evaluation({"total_score": "98.89"}),
            "total_score",
            ERROR,
            ("98.89", "98.90", "少 0.01"),
            evaluation({"total_score": "98.89", "damaged": {"total_score": "partial"}}),
        ),
    ],
    "total.all_full": [
        Pair(
            evaluation({"indicators.6.score": "10", "indicators.6.actual": "90(%)"}),
            "",
            HINT,
            ("7 条指标全部得满分",),
            evaluation(),
        )
    ],
    "rating.mismatch": [
        Pair(
            evaluation({"rating": "良"}),
            "rating",
            ERROR,
            ("「良」", "98.90", "「优」", "优 ≥90"),
            evaluation({"rating": None}),
        ),
        Pair(
            evaluation({"rating": "中"}),
            "rating",
            ERROR,
            ("「中」", "优、良、合格、不合格"),
            evaluation({"rating": "优"}),
        ),
    ],
}
