"""Pairs for the checks that read either form: required cells, texts, names, goals."""

from __future__ import annotations

from perfgoals.common.findings import Level
from tests.rules.checks.builders import GOAL, Pair, declaration, evaluation

ERROR, WARNING, HINT = Level.ERROR, Level.WARNING, Level.HINT

PASSAGE = "持续构建多层安全防护体系，抵御外部网络攻击。及时更新系统安全补丁，修复潜在安全漏洞。"

PAIRS: dict[str, list[Pair]] = {
    "required.head": [
        Pair(
            declaration({"project.name": ""}),
            "project.name",
            ERROR,
            ("项目名称未填写",),
            declaration(),
        ),
        Pair(evaluation({"unit": ""}), "unit", ERROR, ("实施单位未填写",), evaluation()),
    ],
    "required.rows": [
        Pair(
            declaration(drop=range(8)),
            "",
            ERROR,
            ("没有一条",),
            declaration(drop=range(7)),
        )
    ],
    "required.row": [
        # 核查测试流程合规率 of 移动源管理技术支持 (2026) has no target.
        Pair(
            declaration({"indicators.3.target": ""}),
            "indicators.3.target",
            ERROR,
            ("「核查数据准确率」的年度指标值未填写",),
            # A row that the blank template left behind says nothing and is no fault.
            declaration(add=[("产出指标", "数量指标", "指标2", ""), ("产出指标", "", "……", "")]),
        ),
        Pair(
            evaluation({"indicators.2.level2": ""}),
            "indicators.2.level2",
            ERROR,
            ("二级指标未填写",),
            evaluation(),
        ),
    ],
    "text.filler": [
        Pair(
            declaration({"indicators.6.target": " —— "}),
            "indicators.6.target",
            ERROR,
            ("年度指标值只有「——」",),
            declaration({"indicators.6.target": "A"}),
        ),
        Pair(
            evaluation({"actual_outcome": " \n\u3000"}),
            "actual_outcome",
            ERROR,
            ("实际完成情况只有空格或换行",),
            evaluation({"actual_outcome": " 已完成\n"}),
        ),
        Pair(
            evaluation({"indicators.5.actual": "***"}),
            "indicators.5.actual",
            ERROR,
            ("实际完成值只有「***」",),
            evaluation(),
        ),
        Pair(
            declaration({"overall_goal": "-"}),
            "overall_goal",
            WARNING,
            ("项目总目标只有「-」",),
            declaration({"overall_goal": ""}),
        ),
    ],
    "text.placeholder": [
        Pair(
            declaration({"annual_goal": GOAL + "服务XXX企业。"}),
            "annual_goal",
            ERROR,
            ("年度总体目标", "「XXX」"),
            declaration({"annual_goal": GOAL + "服务MAXX企业。"}),
        ),
        Pair(
            declaration({"indicators.6.name": "指标3"}),
            "indicators.6.name",
            ERROR,
            ("「指标3」",),
            declaration({"indicators.6.name": "指标3：移动源核查数据库"}),
        ),
        Pair(
            evaluation({"indicators.5.actual": "请填写实际完成情况"}),
            "indicators.5.actual",
            ERROR,
            ("「请填写」",),
            evaluation({"indicators.5.actual": "建成并投入使用，资料有待补充"}),
        ),
    ],
    "name.number": [
        Pair(
            declaration({"indicators.6.name": "2026"}),
            "indicators.6.name",
            ERROR,
            ("「2026」",),
            declaration({"indicators.6.name": "2026年移动源核查数据库"}),
        )
    ],
    "source.unreadable": [
        Pair(
            declaration({"indicators.6.target": "…", "indicators.6.damaged": {"target": "lost"}}),
            "indicators.6.target",
            HINT,
            ("无法辨认", "对照原件"),
            declaration({"indicators.6.damaged": {"target": "partial"}}),
        ),
        Pair(
            evaluation({"total_score": None, "damaged": {"total_score": "lost"}}),
            "total_score",
            HINT,
            ("各项得分合计 98.90",),
            evaluation({"damaged": {"total_score": "reconstructed"}}),
        ),
    ],
    "name.duplicate": [
        Pair(
            declaration(add=[("产出指标", "数量指标", "核查报告数量", "=12.（份）")]),
            "indicators.8.name",
            ERROR,
            ("第 3 行", "名称、指标值都相同"),
            declaration(add=[("产出指标", "数量指标", "核查季报数量", "=12(份)")]),
        ),
        # 建设项目竣工环保自主验收效果抽查评估时间 (2026) stands twice with two targets.
        Pair(
            declaration(add=[("产出指标", "数量指标", "核查报告数量", "=4(份)")]),
            "indicators.8.name",
            WARNING,
            ("第 3 行", "指标值不同"),
            # Sub-projects told apart by their numbers are no repetition.
            declaration(
                {"indicators.6.name": "1. 移动源核查数据库"},
                add=[("效益指标", "可持续影响指标", "2. 移动源核查数据库", "按规范建成")],
            ),
        ),
        # 企业年度企业温室气体排放报告核查 (2024) stands under 数量 and 质量.
        Pair(
            declaration(add=[("产出指标", "质量指标", "核查报告数量", "报告规范")]),
            "indicators.8.name",
            WARNING,
            ("第 3 行（数量指标）",),
            declaration(),
        ),
        Pair(
            declaration(add=[("产出指标", "数量指标", "核查 报告，数量", "=12(份)")]),
            "indicators.8.name",
            WARNING,
            ("「核查 报告，数量」", "只差空格或标点"),
            declaration(),
        ),
        Pair(
            evaluation(
                add=[("产出指标", "数量指标", "核查报告数量", "=12(份)", "12(份)", "1", "1")]
            ),
            "indicators.7.name",
            WARNING,  # an error on a declaration, one level milder once the targets are approved
            ("第 2 行",),
            evaluation(),
        ),
    ],
    "name.is_class": [
        # 数量, 质量, 经济效益 of a licence system (2020).
        Pair(
            declaration({"indicators.5.name": "社会效益"}),
            "indicators.5.name",
            WARNING,
            ("「社会效益」", "重复了类名"),
            declaration({"indicators.5.name": "社会效益知晓率"}),
        )
    ],
    "rows.all_alike": [
        Pair(
            declaration({f"indicators.{row}.target": "完成" for row in range(8)}),
            "",
            ERROR,
            ("8 条", "「完成」"),
            declaration({f"indicators.{row}.target": "完成" for row in range(7)}),
        ),
        Pair(
            declaration({f"indicators.{row}.target": "=100(%)" for row in range(8)}),
            "",
            WARNING,
            ("8 条", "「=100(%)」"),
            declaration({f"indicators.{row}.target": "=100(%)" for row in range(5)}, drop=range(5)),
        ),
    ],
    "rows.qualitative_share": [
        Pair(
            declaration({f"indicators.{row}.target": "规范" for row in (2, 3, 5, 7)}),
            "",
            HINT,
            ("8 条指标中 5 条是定性指标", "62.5%"),
            declaration({f"indicators.{row}.target": "规范" for row in (2, 3, 5)}),
        )
    ],
    "goal.no_figure": [
        Pair(
            declaration(
                {"annual_goal": "1、不断加强移动源现场核查，建成核查数据库，2026年投入使用。"}
            ),
            "annual_goal",
            HINT,
            ("「不断」、「加强」", "没有一个数量"),
            declaration({"annual_goal": "不断加强移动源现场核查，全年核查 100 辆，建成数据库。"}),
        )
    ],
    "goal.pasted_twice": [
        # 信息化运维项目 (2026).
        Pair(
            declaration({"annual_goal": PASSAGE + "\n" + PASSAGE}),
            "annual_goal",
            WARNING,
            ("「持续构建多层安全防护体系，抵御外…」", f"{len(PASSAGE)} 个字"),
            declaration({"annual_goal": PASSAGE + "\n" + GOAL}),
        )
    ],
    "goal.same_as_overall": [
        Pair(
            declaration({"overall_goal": GOAL.replace("，", ", ")}),
            "annual_goal",
            HINT,
            ("文字相同",),
            declaration(),
        )
    ],
    "goal.row_untraceable": [
        Pair(
            declaration({"indicators.6.name": "低碳出行宣传手册"}),
            "annual_goal",
            HINT,
            ("1 条", "「低碳出行宣传手册」"),
            declaration({"indicators.6.name": "按期完成率"}),
        )
    ],
    "goal.figure_without_row": [
        # 移动源管理技术支持 (2026) promises 170 petrol stations, and no indicator counts them.
        Pair(
            declaration({"annual_goal": GOAL + "评估加油站 170 座。"}),
            "annual_goal",
            HINT,
            ("「170 座」",),
            declaration({"annual_goal": GOAL + "核查移动源 90~100 辆，依据第3批名单，用时5个月。"}),
        )
    ],
    "goal.amount": [
        Pair(
            declaration({"annual_goal": GOAL + "年度预算资金共 36 万元。"}),
            "annual_goal",
            HINT,
            ("36 万元", "360,000.00 元", "300,000.00 元"),
            # 30 万元 is 300,000 元; an amount without unit cannot be decided.
            declaration({"annual_goal": GOAL + "年度预算资金共 30 万元，其中经费 36。"}),
        )
    ],
}
