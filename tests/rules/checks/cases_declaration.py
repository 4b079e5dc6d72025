"""Pairs for the checks that read a declaration alone, and for those on the funds of either form."""

from __future__ import annotations

from perfgoals.common.findings import Level
from tests.rules.checks.builders import Pair, declaration, evaluation

ERROR, WARNING, HINT = Level.ERROR, Level.WARNING, Level.HINT

LONG = {"project.end": "2027-12-31"}

PAIRS: dict[str, list[Pair]] = {
    "required.goal": [
        Pair(
            declaration({"annual_goal": ""}),
            "annual_goal",
            ERROR,
            ("年度总体目标未填写",),
            declaration({"overall_goal": ""}),
        )
    ],
    "required.request": [
        Pair(
            declaration(
                {
                    "funds.annual_request": None,
                    "funds.appropriation": None,
                    "funds.carryover": None,
                    "funds.other": None,
                }
            ),
            "funds.annual_request",
            ERROR,
            ("年度资金申请总额未填写",),
            declaration({"funds.annual_request": "0.00"}),
        )
    ],
    "required.period": [
        Pair(
            declaration({"project.end": None}),
            "project.end",
            WARNING,
            ("计划完成日期未填写",),
            declaration(),
        )
    ],
    "class.cost": [
        Pair(
            declaration(drop=[0]),
            "",
            WARNING,
            ("没有成本指标",),
            # Before 2024 the form had no such class.
            declaration(
                {
                    "year": 2020,
                    "project.start": "2020-01-01",
                    "project.end": "2020-12-31",
                    "indicators.4.target": "2020-12-20",
                },
                drop=[0],
            ),
        )
    ],
    "cost.over_request": [
        # 固定源管理技术支持 (2026) promises ceilings that come to more than it asks for.
        Pair(
            declaration({"indicators.0.target": "≤3000.50(元/辆)"}),
            "funds.annual_request",
            WARNING,
            ("3000.5×100", "300,050.00 元", "300,000.00 元", "50.00 元"),
            declaration({"indicators.0.target": "≤3000(元/辆)"}),
        ),
        Pair(
            declaration({"indicators.0.name": "核查总成本", "indicators.0.target": "≤30.01(万元)"}),
            "funds.annual_request",
            WARNING,
            ("300,100.00 元", "100.00 元"),
            # No quantity goes with that unit cost, so nothing can be reckoned.
            declaration({"indicators.0.target": "≤999999(元/套)"}),
        ),
    ],
    "funds.request_sum": [
        Pair(
            declaration({"funds.carryover": "0.01"}),
            "funds.annual_request",
            ERROR,
            ("300,000.00 + 0.01 + 0.00 = 300,000.01 元", "相差 0.01"),
            declaration({"funds.carryover": None}),
        ),
        Pair(
            declaration({"funds.annual_request": "300001", "funds.other": None}),
            "funds.annual_request",
            WARNING,
            ("300,001.00 元", "= 300,000.00 元", "相差 1.00", "其他资金未填"),
            # Without any part there is nothing to add up.
            declaration(
                {"funds.appropriation": None, "funds.carryover": None, "funds.other": None}
            ),
        ),
        Pair(
            declaration({"funds.annual_request": None}),
            "funds.annual_request",
            ERROR,
            ("年度资金申请总额未填", "应填 300,000.00"),
            declaration(),
        ),
        Pair(
            declaration(
                {
                    "money_unit": "万元",
                    "funds.project_total": "30",
                    "funds.project_fiscal": "30",
                    "funds.annual_request": "30.00",
                    "funds.appropriation": "29.97",
                }
            ),
            "funds.annual_request",
            ERROR,
            ("29.97 + 0.00 + 0.00 = 29.97 万元", "相差 0.03"),
            # Four rounded figures may differ by 0.02.
            declaration(
                {
                    "money_unit": "万元",
                    "funds.project_total": "30",
                    "funds.project_fiscal": "30",
                    "funds.annual_request": "30.00",
                    "funds.appropriation": "29.98",
                }
            ),
        ),
    ],
    "funds.project_sum": [
        Pair(
            declaration({"funds.project_other": "5000"}),
            "funds.project_total",
            ERROR,
            ("300,000.00 + 5,000.00 = 305,000.00 元", "相差 5,000.00"),
            declaration({"funds.project_fiscal": "295000", "funds.project_other": "5000"}),
        )
    ],
    "funds.request_over_total": [
        Pair(
            declaration({"funds.project_total": "250000", "funds.project_fiscal": "250000"}),
            "funds.annual_request",
            WARNING,
            ("300,000.00 元", "250,000.00 元", "多出 50,000.00"),
            declaration(
                {**LONG, "funds.project_total": "600000", "funds.project_fiscal": "600000"}
            ),
        ),
        Pair(
            declaration({"funds.project_total": "600000", "funds.project_fiscal": "600000"}),
            "funds.project_total",
            HINT,
            ("600,000.00 元", "300,000.00 元"),
            declaration(),
        ),
    ],
    "funds.project_blank": [
        # All nine published declarations leave the left column blank.
        Pair(
            declaration(
                {
                    "funds.project_total": None,
                    "funds.project_fiscal": None,
                    "funds.project_other": None,
                }
            ),
            "funds.project_total",
            HINT,
            ("300,000.00 元", "未填"),
            declaration({"funds.project_other": None}),
        )
    ],
    "funds.negative": [
        Pair(
            declaration(
                {
                    "funds.other": "-5000",
                    "funds.appropriation": "305000",
                }
            ),
            "funds.other",
            ERROR,
            ("其他资金 -5,000.00 元为负数",),
            declaration({"funds.other": "0"}),
        ),
        Pair(
            evaluation({"funds.carryover.executed": "-1", "funds.other.executed": "1"}),
            "funds.carryover.executed",
            ERROR,
            ("上年结转资金的全年执行数 -1.00 元为负数",),
            evaluation(),
        ),
    ],
    "funds.unit_implausible": [
        Pair(
            declaration({"money_unit": "万元"}),
            "funds.project_total",
            WARNING,
            ("300,000.00 万元", "10,000 万元"),
            declaration(
                {
                    "money_unit": "万元",
                    "funds.project_total": "10000",
                    "funds.project_fiscal": "10000",
                    "funds.annual_request": "10000",
                    "funds.appropriation": "10000",
                }
            ),
        ),
        Pair(
            declaration(
                {
                    "funds.project_total": "999",
                    "funds.project_fiscal": "999",
                    "funds.annual_request": "999",
                    "funds.appropriation": "999",
                }
            ),
            "funds.project_total",
            WARNING,
            ("999.00 元", "1,000 元"),
            declaration(
                {
                    "funds.project_total": "1000",
                    "funds.project_fiscal": "1000",
                    "funds.annual_request": "1000",
                    "funds.appropriation": "1000",
                }
            ),
        ),
    ],
    "period.reversed": [
        Pair(
            declaration({"project.start": "2026-12-31", "project.end": "2026-12-30"}),
            "project.end",
            ERROR,
            ("2026-12-30", "2026-12-31"),
            declaration({"project.start": "2026-12-31"}),
        )
    ],
    "period.outside_year": [
        Pair(
            declaration({"project.start": "2027-01-01", "project.end": "2027-12-31"}),
            "project.start",
            WARNING,
            ("2027-01-01", "2026 年度"),
            declaration({"project.start": "2025-01-01"}),
        ),
        Pair(
            declaration({"project.start": "2025-01-01", "project.end": "2025-12-31"}),
            "project.end",
            WARNING,
            ("2025-12-31", "2026 年度"),
            declaration(LONG),
        ),
    ],
    "period.cross_year": [
        Pair(
            declaration({**LONG, "overall_goal": ""}),
            "overall_goal",
            HINT,
            ("2026-01-01", "2027-12-31", "2 个年度"),
            declaration({"overall_goal": ""}),
        ),
        Pair(
            declaration({**LONG, "overall_goal": "甲、乙、丙。", "annual_goal": "甲 乙 丙"}),
            "annual_goal",
            HINT,
            ("2 个年度", "相同"),
            declaration(LONG),
        ),
    ],
    "goal.overall_missing": [
        # Two declarations of 2026 do so.
        Pair(
            declaration({"overall_goal": "", "indicators.6.target": "通过验收，满足项目总目标"}),
            "overall_goal",
            WARNING,
            ("1 条", "移动源核查数据库"),
            declaration({"indicators.6.target": "通过验收，满足项目总目标"}),
        )
    ],
    "project.nature": [
        Pair(
            declaration(
                {
                    "project.nature": "其他一次性项目",
                    "indicators.6.name": "移动源核查数据库日常运维",
                }
            ),
            "project.nature",
            HINT,
            ("其他一次性项目", "1 条", "移动源核查数据库日常运维"),
            declaration({"indicators.6.name": "移动源核查数据库日常运维"}),
        )
    ],
}
