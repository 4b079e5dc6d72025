"""Pairs for the checks that read either form: targets, classes, cost indicators."""

from __future__ import annotations

from perfgoals.common.findings import Level
from tests.rules.checks.builders import Pair, declaration, evaluation

ERROR, WARNING, HINT = Level.ERROR, Level.WARNING, Level.HINT


PAIRS: dict[str, list[Pair]] = {
    "target.repeats_name": [
        # 减少生态环境领域的安全隐患 (生态环境执法和应急 2024).
        Pair(
            declaration(
                {
                    "indicators.6.name": "9. 减少移动源安全隐患",
                    "indicators.6.target": "减少移动源安全隐患。",
                }
            ),
            "indicators.6.target",
            WARNING,
            ("照抄了指标名称",),
            declaration(
                {
                    "indicators.6.name": "减少移动源安全隐患",
                    "indicators.6.target": "减少移动源安全隐患20处",
                }
            ),
        )
    ],
    "target.vague": [
        Pair(
            declaration({"indicators.6.target": "进一步提升"}),
            "indicators.6.target",
            WARNING,
            ("「进一步提升」没有数量",),
            declaration({"indicators.6.target": "进一步提升，接入单位不少于20家"}),
        ),
        # 推进 in the name of a body (环境影响评价和排污许可证管理 2020) promises nothing vague.
        Pair(
            evaluation({"indicators.5.target": "推进数据库建设"}),
            "indicators.5.target",
            HINT,
            ("「推进」",),
            evaluation({"indicators.5.target": "完成协调推进联席会议指定的建设"}),
        ),
    ],
    "target.rate_without_number": [
        # 检查比率 = 全覆盖 (减污降碳工作专项经费 2024).
        Pair(
            declaration({"indicators.5.target": "全覆盖"}),
            "indicators.5.target",
            WARNING,
            ("「核查结果推送率」", "「全覆盖」"),
            declaration({"indicators.5.name": "核查效率", "indicators.5.target": "全覆盖"}),
        )
    ],
    "class.required": [
        # 三江路监测大楼业务网络通讯费 (2020) has no benefits.
        Pair(
            declaration(drop=[5, 6]),
            "",
            ERROR,
            ("没有效益指标",),
            declaration(drop=[5]),
        ),
        Pair(declaration(drop=[7]), "", HINT, ("没有满意度指标",), declaration()),
    ],
    "class.misplaced": [
        Pair(
            declaration({"indicators.2.name": "核查报告合格率", "indicators.2.target": "≥95(%)"}),
            "indicators.2.level2",
            HINT,
            ("数量指标", "是比率"),
            declaration(),
        ),
        # 验收通过的报告数量 under 质量 (减污降碳工作专项经费 2024).
        Pair(
            declaration(
                {"indicators.3.name": "验收通过的报告数量", "indicators.3.target": "=2(份)"}
            ),
            "indicators.3.level2",
            HINT,
            ("质量指标", "宜归入数量指标"),
            declaration({"indicators.3.level2": "质量指标"}),
        ),
        Pair(
            declaration(
                {"indicators.2.name": "现场核查成本控制", "indicators.2.target": "≤9(万元)"}
            ),
            "indicators.2.level2",
            HINT,
            ("宜归入成本指标",),
            declaration(),
        ),
    ],
    "class.satisfaction_elsewhere": [
        Pair(
            declaration({"indicators.5.name": "公众满意率"}),
            "indicators.5.level2",
            HINT,
            ("「公众满意率」", "社会效益指标"),
            declaration({"indicators.2.name": "核查满意率调查报告"}),
        )
    ],
    "class.no_satisfaction": [
        # 船舶保障 (海洋生态环境保护 2024).
        Pair(
            declaration({"indicators.7.name": "车辆保障"}),
            "indicators.7.name",
            HINT,
            ("「车辆保障」",),
            declaration({"indicators.7.name": "车主", "indicators.7.target": "基本满意"}),
        )
    ],
    "cost.repeats_budget": [
        Pair(
            declaration({"indicators.0.name": "预算执行率", "indicators.0.target": "≥90(%)"}),
            "indicators.0.name",
            WARNING,
            ("「预算执行率」", "只重复了预算执行"),
            declaration({"indicators.0.name": "合同金额控制率", "indicators.0.target": "≤100(%)"}),
        ),
        Pair(
            evaluation(
                {"indicators.5.level2": "成本指标", "indicators.5.target": "成本不超当年预算"}
            ),
            "indicators.5.name",
            HINT,
            ("「成本不超当年预算」",),
            evaluation({"indicators.5.target": "成本不超当年预算"}),
        ),
    ],
    "cost.direction": [
        Pair(
            declaration({"indicators.0.target": "≥2000(元/辆)"}),
            "indicators.0.target",
            WARNING,
            ("「≥2000(元/辆)」", "应为 ≤"),
            declaration({"indicators.0.target": "=2000(元/辆)"}),
        )
    ],
    "target.percent_over_100": [
        Pair(
            declaration({"indicators.5.target": "≥120(%)"}),
            "indicators.5.target",
            WARNING,
            ("120%", "超过 100%"),
            declaration({"indicators.5.target": "≥100(%)"}),
        ),
        Pair(
            declaration({"indicators.5.target": ">100(%)"}),
            "indicators.5.target",
            WARNING,
            ("要求超过 100%",),
            declaration({"indicators.5.target": "=100.00(%)"}),
        ),
    ],
    "target.zero": [
        Pair(
            declaration({"indicators.2.target": "≥0(份)"}),
            "indicators.2.target",
            WARNING,
            ("为 0 且用 ≥",),
            declaration({"indicators.2.target": "=0(份)"}),
        ),
        Pair(
            declaration({"indicators.2.target": "<0(份)"}),
            "indicators.2.target",
            WARNING,
            ("小于 0",),
            declaration({"indicators.2.target": "≤0(份)"}),
        ),
    ],
    "target.no_unit": [
        # ≥1500 of 土壤固废化学品污染防治 (2020).
        Pair(
            declaration({"indicators.1.target": "≥1500"}),
            "indicators.1.target",
            WARNING,
            ("「≥1500」", "1500 后写明单位"),
            declaration({"indicators.1.target": "1500辆"}),
        )
    ],
    "target.unit_spellings": [
        # 元/份 beside 万元/份 in 移动源管理技术支持 (2026).
        Pair(
            declaration(
                add=[("成本指标", "经济成本指标", "核查车辆检测单位成本", "≤0.3(万元/辆)")]
            ),
            "indicators.8.target",
            WARNING,
            ("「万元/辆」", "第 1 行用「元/辆」"),
            declaration(add=[("成本指标", "经济成本指标", "核查窗口月成本", "≤0.3(万元/月)")]),
        )
    ],
    "target.unit_unlike_name": [
        # 评估报告数量 2% of 土壤固废化学品污染防治 (2020).
        Pair(
            declaration({"indicators.2.target": "2%"}),
            "indicators.2.target",
            WARNING,
            ("「核查报告数量」是数量", "「2%」"),
            declaration({"indicators.2.name": "移动源环境指数", "indicators.2.target": "≥2%"}),
        ),
        Pair(
            declaration({"indicators.5.target": "≥5(份)"}),
            "indicators.5.target",
            WARNING,
            ("「核查结果推送率」是比率", "「份」"),
            declaration({"indicators.5.name": "核查结果推送频率", "indicators.5.target": "≥5(次)"}),
        ),
    ],
    "target.direction": [
        # 合同法律审查完成率 <100.00(%) of the form without a readable name (2024).
        Pair(
            declaration({"indicators.5.name": "核查完成率", "indicators.5.target": "<100.00(%)"}),
            "indicators.5.target",
            WARNING,
            ("越高越好", "却用 <"),
            declaration({"indicators.5.name": "核查完成率", "indicators.5.target": "=100.00(%)"}),
        ),
        Pair(
            declaration({"indicators.5.name": "核查差错率", "indicators.5.target": "≥5(%)"}),
            "indicators.5.target",
            WARNING,
            ("越低越好", "却用 ≥"),
            declaration({"indicators.5.name": "核查差错率", "indicators.5.target": "≤5(%)"}),
        ),
    ],
    "target.deadline_outside_year": [
        Pair(
            declaration({"indicators.4.target": "2025-12-20"}),
            "indicators.4.target",
            WARNING,
            ("2025-12-20", "2026 年度"),
            declaration({"indicators.4.target": "2026-01-01"}),
        ),
        Pair(
            evaluation({"indicators.3.target": "2025-12-20"}),
            "indicators.3.target",
            WARNING,
            ("2025-12-20", "2024 年度"),
            evaluation(),
        ),
    ],
    "target.deadline_after_end": [
        Pair(
            declaration({"project.end": "2026-12-19"}),
            "indicators.4.target",
            ERROR,
            ("2026-12-20", "2026-12-19"),
            declaration({"project.end": "2026-12-20"}),
        )
    ],
}
