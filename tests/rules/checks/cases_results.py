"""Pairs for the checks on the results of a self-evaluation: scores, reasons, actual values."""

from __future__ import annotations

from perfgoals.common.findings import Level
from tests.rules.checks.builders import GOAL, Pair, evaluation
from tests.rules.shipped import SHANGHAI_2024, changed

ERROR, WARNING, HINT = Level.ERROR, Level.WARNING, Level.HINT

BECAUSE = {"indicators.0.deviation_reason": "受台风影响，今后将提前安排核查"}


def first_row(actual: str, score: str, **more: str) -> dict[str, str]:
    return {"indicators.0.actual": actual, "indicators.0.score": score, **more}


PAIRS: dict[str, list[Pair]] = {
    "score.over_weight": [
        Pair(
            evaluation({"indicators.2.score": "15.01"}),
            "indicators.2.score",
            ERROR,
            ("得分 15.01", "分值 15"),
            evaluation(),
        ),
        Pair(
            evaluation({"funds.total.score": "10.01"}),
            "funds.total.score",
            ERROR,
            ("10.01", "分值 10"),
            evaluation({"funds.total.score": "10.00"}),
        ),
    ],
    "score.negative": [
        Pair(
            evaluation({"indicators.2.score": "-1"}),
            "indicators.2.score",
            ERROR,
            ("-1",),
            evaluation({"indicators.2.score": "0"}),
        )
    ],
    "score.full_not_met": [
        Pair(
            evaluation(first_row("80(辆)", "10")),
            "indicators.0.score",
            ERROR,
            ("「≥100(辆)」", "「80(辆)」", "满分 10", "建议得分 8.00"),
            # Exactly the bound.
            evaluation(first_row("100(辆)", "10")),
        ),
        Pair(
            evaluation(first_row("80(辆)", "10", **BECAUSE)),
            "indicators.0.score",
            WARNING,
            ("建议得分 8.00", "已写原因"),
            evaluation(),
        ),
        # More than an 「=」 asks for (科技与国际合作交流 2024: 50 for =42) is no error.
        Pair(
            evaluation({"indicators.1.actual": "13(份)"}),
            "indicators.1.score",
            WARNING,
            ("「=12(份)」", "「13(份)」", "超出了目标"),
            evaluation(),
        ),
    ],
    "score.deducted_though_met": [
        # 报告验收合格率 (生态环境监测… 2024).
        Pair(
            evaluation({"indicators.2.score": "14"}),
            "indicators.2.score",
            WARNING,
            ("「≥98(%)」", "「99(%)」", "得分 14", "少 1"),
            evaluation({"indicators.2.score": "14", "indicators.2.actual": "97(%)"}),
        ),
        Pair(
            evaluation(first_row("105(辆)", "9", **BECAUSE)),
            "indicators.0.score",
            HINT,
            ("少 1", "已写原因"),
            evaluation(),
        ),
    ],
    "score.suggested": [
        Pair(
            evaluation(first_row("80(辆)", "8.02")),
            "indicators.0.score",
            ERROR,
            ("得分 8.02", "建议得分 8.00", "高 0.02"),
            # The last digit may have been cut.
            evaluation(first_row("80(辆)", "8.01")),
        ),
        # 申报登记单位数 (土壤固废化学品污染防治 2020): 1.99 for 1.76, with a reason.
        Pair(
            evaluation(first_row("80(辆)", "9.9", **BECAUSE)),
            "indicators.0.score",
            WARNING,
            ("高 1.9", "已写原因"),
            evaluation(first_row("80(辆)", "8.00", **BECAUSE)),
        ),
        Pair(
            evaluation(first_row("80(辆)", "5")),
            "indicators.0.score",
            WARNING,
            ("得分 5", "建议得分 8.00", "低 3"),
            evaluation(),
        ),
    ],
    "score.interval": [
        Pair(
            evaluation(
                {
                    "indicators.5.attainment": "partial",
                    "indicators.5.score": "12",
                    "indicators.5.deviation_reason": "数据库尚在试运行，将于下年度投入使用",
                }
            ),
            "indicators.5.score",
            ERROR,
            ("「部分达成」", "9 至 12", "12", "分值 15"),
            evaluation({"indicators.5.attainment": "partial", "indicators.5.score": "11.99"}),
        ),
        # 环境影响评价管理 (2020): 基本完成 and full marks.
        Pair(
            evaluation({"indicators.5.actual": "基本建成"}),
            "indicators.5.score",
            WARNING,
            ("「基本建成」", "「部分达成」", "9 至 12", "15"),
            evaluation({"indicators.5.actual": "基本建成", "indicators.5.score": "9"}),
        ),
    ],
    "reason.missing": [
        # 促进税收 (环境影响评价和排污许可证管理 2020) loses a point without a word.
        Pair(
            evaluation({"indicators.6.deviation_reason": ""}),
            "indicators.6.deviation_reason",
            ERROR,
            ("分值 10", "得分 9", "扣 1 分"),
            evaluation(
                {
                    "indicators.6.deviation_reason": "",
                    "indicators.6.damaged": {"deviation_reason": "lost"},
                }
            ),
        )
    ],
    "reason.idle": [
        Pair(
            evaluation({"indicators.6.deviation_reason": "无。"}),
            "indicators.6.deviation_reason",
            ERROR,
            ("扣 1 分", "「无。」"),
            evaluation({"indicators.2.deviation_reason": "无"}),
        ),
        Pair(
            evaluation({"indicators.6.deviation_reason": "-"}),
            "indicators.6.deviation_reason",
            ERROR,
            ("「-」",),
            evaluation({"indicators.2.deviation_reason": "-"}),
        ),
        Pair(
            evaluation({"indicators.6.deviation_reason": "改进中"}),
            "indicators.6.deviation_reason",
            WARNING,
            ("「改进中」", "过于简短"),
            evaluation({"indicators.6.deviation_reason": "将予改进"}),
        ),
    ],
    "reason.shared": [
        # 体制机制建立 and 行业人才培养 (科技与国际合作交流 2020).
        Pair(
            evaluation(
                {
                    "indicators.0.score": "9",
                    "indicators.0.deviation_reason": "需持续推进相关工作,进一步提升工作成效",
                    "indicators.6.deviation_reason": "需持续推进相关工作，进一步提升工作成效",
                }
            ),
            "indicators.6.deviation_reason",
            WARNING,
            ("第 1 行「移动源现场核查数量」", "一字不差"),
            evaluation({"indicators.0.score": "9", **BECAUSE}),
        )
    ],
    "reason.no_measure": [
        Pair(
            evaluation({"indicators.6.deviation_reason": "受疫情影响，部分车主未能到场"}),
            "indicators.6.deviation_reason",
            HINT,
            ("没有改进措施",),
            evaluation({"indicators.6.deviation_reason": "受疫情影响，今后改为线上调查"}),
        )
    ],
    "reason.over_fulfilled": [
        Pair(
            evaluation(first_row("130(辆)", "10")),
            "indicators.0.deviation_reason",
            WARNING,
            ("「≥100(辆)」", "「130(辆)」", "130%", "应说明原因"),
            evaluation(first_row("130(辆)", "10", **BECAUSE)),
        ),
        Pair(
            evaluation({**first_row("150", "10"), "indicators.0.target": "100辆"}),
            "indicators.0.deviation_reason",
            WARNING,
            ("150%",),
            # A cost without sign is a ceiling.
            evaluation(
                {
                    **first_row("150元", "10"),
                    "indicators.0.target": "100元",
                    "indicators.0.level2": "成本指标",
                }
            ),
        ),
        Pair(
            evaluation(first_row("120(辆)", "10")),
            "indicators.0.deviation_reason",
            HINT,
            ("120%", "接近 130%"),
            evaluation(first_row("119.99(辆)", "10")),
        ),
        Pair(
            evaluation(first_row("300(辆)", "10")),
            "indicators.0.deviation_reason",
            WARNING,
            ("300%", "扣 2 分"),
            evaluation({**first_row("30(辆)", "10"), "indicators.0.target": "≤100(辆)"}),
            changed(SHANGHAI_2024, "overfulfilment.effect.effect", "deduct"),
        ),
    ],
    "actual.not_number": [
        # 全部反馈 for 90%以上 (综合规划、区域协作及资金管理 2020).
        Pair(
            evaluation({"indicators.2.actual": "全部准确"}),
            "indicators.2.actual",
            ERROR,
            ("「≥98(%)」", "「全部准确」不是数字"),
            evaluation({"indicators.2.actual": "100%"}),
        ),
        # >80% for ≥80% (环境影响评价和排污许可证管理 2020).
        Pair(
            evaluation({"indicators.2.actual": ">98(%)"}),
            "indicators.2.actual",
            ERROR,
            ("「>98(%)」", "比较符号"),
            evaluation({"indicators.2.actual": "=98(%)"}),
        ),
        Pair(
            evaluation(first_row("105辆，其中重型20辆", "10")),
            "indicators.0.actual",
            WARNING,
            ("「105辆，其中重型20辆」", "不是一个确定的数"),
            evaluation(first_row("已完成105辆", "10")),
        ),
        Pair(
            evaluation({"indicators.2.actual": "无"}),
            "indicators.2.actual",
            ERROR,
            ("「无」不是数字",),
            # Words answer words.
            evaluation({"indicators.5.actual": "无"}),
        ),
    ],
    "actual.copied": [
        Pair(
            evaluation({"indicators.2.actual": "≥98(%)"}),
            "indicators.2.actual",
            WARNING,
            ("「≥98(%)」", "连同比较符号"),
            evaluation({"indicators.2.actual": "98(%)"}),
        ),
        # 落实国家和市委市政府相关工作要求 (科技与国际合作交流 2020).
        Pair(
            evaluation(
                {
                    "indicators.5.target": "建成数据库并向各区开放",
                    "indicators.5.actual": "建成数据库，并向各区开放",
                }
            ),
            "indicators.5.actual",
            HINT,
            ("一字不差",),
            evaluation({"indicators.5.target": "建成", "indicators.5.actual": "建成"}),
        ),
    ],
    "actual.unit": [
        # 5份 for 2% (土壤固废化学品污染防治 2020).
        Pair(
            evaluation({"indicators.2.actual": "5份"}),
            "indicators.2.actual",
            WARNING,
            ("「5份」的单位是「份」", "「≥98(%)」的单位是「%」"),
            evaluation(first_row("0.0105万辆", "10")),
        ),
        # 60 for ≥25个 (the same form).
        Pair(
            evaluation(first_row("105", "10")),
            "indicators.0.actual",
            HINT,
            ("「105」没有计量单位", "「辆」"),
            evaluation(),
        ),
    ],
    "actual.strict_hit": [
        # >10.00(个) for ≥ (…后勤保障工作 2024).
        Pair(
            evaluation({**first_row("10.00(辆)", "10"), "indicators.0.target": ">10.00(辆)"}),
            "indicators.0.target",
            WARNING,
            ("「>10.00(辆)」", "10辆", "可能是 ≥"),
            evaluation({**first_row("11.00(辆)", "10"), "indicators.0.target": ">10.00(辆)"}),
        ),
        # <100.00(%) for = (the form without a readable name, 2024).
        Pair(
            evaluation({"indicators.2.target": "<100.00(%)", "indicators.2.actual": "100.00(%)"}),
            "indicators.2.target",
            WARNING,
            ("「<100.00(%)」", "100%", "≤ 或 ="),
            evaluation({"indicators.2.target": "=100.00(%)", "indicators.2.actual": "100.00(%)"}),
        ),
    ],
    "actual.approximate": [
        Pair(
            evaluation(first_row("100余辆", "10")),
            "indicators.0.actual",
            HINT,
            ("「100余辆」是约数",),
            evaluation(),
        )
    ],
    "actual.unfinished": [
        Pair(
            evaluation(first_row("正在核查", "10")),
            "indicators.0.score",
            WARNING,
            ("「正在」", "满分"),
            evaluation(first_row("正在核查", "6", **BECAUSE)),
        )
    ],
    "outcome.copies_goal": [
        Pair(
            evaluation({"actual_outcome": GOAL.replace("完成", "已完成")}),
            "actual_outcome",
            HINT,
            ("文字相同",),
            evaluation(),
        )
    ],
}
