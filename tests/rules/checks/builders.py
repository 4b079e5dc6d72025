"""Sound forms to start from: no check finds anything on them. A case changes what it is about."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from indicators.checks import check_declaration
from indicators.documents import DeclarationDocument
from perfgoals.common.findings import Finding, Level
from scoring.checks import check_self_evaluation
from scoring.documents import SelfEvaluationDocument
from scoring.evaluation import evaluate
from scoring.rules.scheme import Scheme
from tests.rules.shipped import SHANGHAI_2024

GOAL = (
    "年内完成 100 辆移动源的现场核查，编写核查报告 12 份，核查数据准确率达到 98%，"
    "核查结果推送率达到 95%，建成移动源核查数据库，车主满意度达到 90%。"
)

DECLARATION: dict[str, Any] = {
    "form": "declaration",
    "year": 2026,
    "department": "上海市生态环境局",
    "unit": "上海市减污降碳管理运行技术中心",
    "project": {
        "name": "移动源监管技术支持",
        "nature": "其他经常性项目",
        "category": "特定目标类",
        "start": "2026-01-01",
        "end": "2026-12-31",
    },
    "money_unit": "元",
    "funds": {
        "project_total": "300000.00",
        "project_fiscal": "300000.00",
        "project_other": "0.00",
        "annual_request": "300000.00",
        "appropriation": "300000.00",
        "carryover": "0.00",
        "other": "0.00",
    },
    "overall_goal": "对全市移动源开展现场核查，掌握排放状况，为监管提供依据。",
    "annual_goal": GOAL,
    "indicators": [
        {
            "level1": "成本指标",
            "level2": "经济成本指标",
            "name": "移动源现场核查单位成本",
            "target": "≤2000(元/辆)",
        },
        {
            "level1": "产出指标",
            "level2": "数量指标",
            "name": "移动源现场核查数量",
            "target": "≥100(辆)",
        },
        {"level1": "产出指标", "level2": "数量指标", "name": "核查报告数量", "target": "=12(份)"},
        {"level1": "产出指标", "level2": "质量指标", "name": "核查数据准确率", "target": "≥98(%)"},
        {
            "level1": "产出指标",
            "level2": "时效指标",
            "name": "核查完成时间",
            "target": "2026-12-20",
        },
        {
            "level1": "效益指标",
            "level2": "社会效益指标",
            "name": "核查结果推送率",
            "target": "≥95(%)",
        },
        {
            "level1": "效益指标",
            "level2": "可持续影响指标",
            "name": "移动源核查数据库",
            "target": "建成并投入使用",
        },
        {
            "level1": "满意度指标",
            "level2": "服务对象满意度指标",
            "name": "车主满意度",
            "target": "≥90(%)",
        },
    ],
}


def _result(
    level1: str,
    level2: str,
    name: str,
    target: str,
    actual: str,
    weight: str,
    score: str,
    reason: str = "",
) -> dict[str, Any]:
    return {
        "level1": level1,
        "level2": level2,
        "name": name,
        "target": target,
        "actual": actual,
        "weight": weight,
        "score": score,
        "deviation_reason": reason,
    }


_FULL_LINE = {
    "initial_budget": "300000.00",
    "annual_budget": "300000.00",
    "executed": "297000.00",
    "execution_rate": "99.00",
}
_EMPTY_LINE = {
    "initial_budget": "0.00",
    "annual_budget": "0.00",
    "executed": "0.00",
    "execution_rate": "0.00",
}

# 9.90 + 20 + 15 + 15 + 15 + 15 + 9 = 98.90, 优 by the practice of 2024.
EVALUATION: dict[str, Any] = {
    "form": "self_evaluation",
    "year": 2024,
    "department": "上海市生态环境局",
    "unit": "上海市减污降碳管理运行技术中心",
    "project": {"name": "移动源监管技术支持"},
    "money_unit": "元",
    "funds": {
        "total": {**_FULL_LINE, "weight": "10.00", "score": "9.90"},
        "appropriation": dict(_FULL_LINE),
        "carryover": dict(_EMPTY_LINE),
        "other": dict(_EMPTY_LINE),
    },
    "expected_goal": GOAL,
    "actual_outcome": "全年核查移动源 105 辆，编写核查报告 12 份，数据库已建成并投入使用。",
    "indicators": [
        _result(
            "产出指标", "数量指标", "移动源现场核查数量", "≥100(辆)", "105(辆)", "10.00", "10.00"
        ),
        _result("产出指标", "数量指标", "核查报告数量", "=12(份)", "12(份)", "10.00", "10.00"),
        _result("产出指标", "质量指标", "核查数据准确率", "≥98(%)", "99(%)", "15.00", "15.00"),
        _result(
            "产出指标", "时效指标", "核查完成时间", "2024-12-20", "2024-12-10", "15.00", "15.00"
        ),
        _result("效益指标", "社会效益指标", "核查结果推送率", "≥95(%)", "96(%)", "15.00", "15.00"),
        _result(
            "效益指标",
            "可持续影响指标",
            "移动源核查数据库",
            "建成并投入使用",
            "已建成并投入使用",
            "15.00",
            "15.00",
        ),
        _result(
            "满意度指标",
            "服务对象满意度指标",
            "车主满意度",
            "≥90(%)",
            "81(%)",
            "10.00",
            "9.00",
            "部分车主对预约等候时间不满意，下一步将增加预约时段",
        ),
    ],
    "total_weight": "100.00",
    "total_score": "98.90",
    "rating": "优",
}


def declaration(
    changes: Mapping[str, Any] | None = None,
    *,
    add: Sequence[tuple[str, str, str, str]] = (),
    drop: Sequence[int] = (),
) -> DeclarationDocument:
    """The sound declaration with cells changed by path, rows added (level 1, level 2, name, target)
    and rows dropped by their number in the sound form."""
    rows = [dict(zip(("level1", "level2", "name", "target"), row, strict=True)) for row in add]
    return DeclarationDocument.read(_changed(DECLARATION, changes, rows, drop))


def evaluation(
    changes: Mapping[str, Any] | None = None,
    *,
    add: Sequence[tuple[str, ...]] = (),
    drop: Sequence[int] = (),
) -> SelfEvaluationDocument:
    """The sound self-evaluation with cells changed by path, rows added (level 1, level 2, name,
    target, actual, weight, score, reason) and rows dropped."""
    rows = [_result(*row) for row in add]
    return SelfEvaluationDocument.read(_changed(EVALUATION, changes, rows, drop))


@dataclass(frozen=True)
class Pair:
    """A form that trips a check once, at ``path`` with ``level`` and ``words`` in its sentence, and
    a near miss, on which the check finds nothing. ``scheme`` scores a self-evaluation."""

    trips: DeclarationDocument | SelfEvaluationDocument
    path: str
    level: Level
    words: tuple[str, ...]
    passes: DeclarationDocument | SelfEvaluationDocument
    scheme: Scheme = SHANGHAI_2024

    def findings(self, document: DeclarationDocument | SelfEvaluationDocument) -> list[Finding]:
        return findings_of(document, self.scheme)


def findings_of(
    document: DeclarationDocument | SelfEvaluationDocument, scheme: Scheme = SHANGHAI_2024
) -> list[Finding]:
    """What all checks of its kind find on the form."""
    if isinstance(document, DeclarationDocument):
        return check_declaration(document)
    return check_self_evaluation(document, evaluate(document, scheme))


def _changed(
    sound: Mapping[str, Any],
    changes: Mapping[str, Any] | None,
    add: Sequence[Mapping[str, Any]],
    drop: Sequence[int],
) -> dict[str, Any]:
    data: dict[str, Any] = copy.deepcopy(dict(sound))
    for path, value in (changes or {}).items():
        *way, last = path.split(".")
        place: Any = data
        for step in way:
            place = place[int(step)] if isinstance(place, list) else place.setdefault(step, {})
        place[int(last) if isinstance(place, list) else last] = value
    kept = [row for index, row in enumerate(data["indicators"]) if index not in drop]
    data["indicators"] = [*kept, *add]
    return data
