"""What the cells of a form are called, by their paths."""

from __future__ import annotations

from collections.abc import Sequence

from scoring.documents import FormDocument

_CELLS = {
    "year": "年度",
    "department": "主管部门",
    "unit": "实施单位",
    "money_unit": "金额单位",
    "summary_title": "汇总表标题",
    "project.name": "项目名称",
    "project.nature": "项目性质",
    "project.category": "项目类别",
    "project.start": "计划开始日期",
    "project.end": "计划完成日期",
    "funds.project_total": "项目资金总额",
    "funds.project_fiscal": "项目资金总额中的财政资金",
    "funds.project_other": "项目资金总额中的其他资金",
    "funds.annual_request": "年度资金申请总额",
    "funds.appropriation": "当年财政拨款",
    "funds.carryover": "上年结转资金",
    "funds.other": "其他资金",
    "overall_goal": "项目总目标",
    "annual_goal": "年度总体目标",
    "expected_goal": "预期目标",
    "actual_outcome": "实际完成情况",
    "total_weight": "分值合计",
    "total_score": "总分",
    "rating": "评分等级",
}
_SOURCES = {
    "total": "年度资金总额",
    "appropriation": "当年财政拨款",
    "carryover": "上年结转资金",
    "other": "其他资金",
}
_SPENT = {
    "initial_budget": "年初预算数",
    "annual_budget": "全年预算数",
    "executed": "全年执行数",
    "execution_rate": "执行率",
    "weight": "分值",
    "score": "得分",
    "deviation_reason": "执行偏差原因",
}
_ROW = {
    "level1": "一级指标",
    "level2": "二级指标",
    "name": "三级指标",
    "target": "年度指标值",
    "actual": "实际完成值",
    "weight": "分值",
    "score": "得分",
    "deviation_reason": "偏差原因分析及改进措施",
    "attainment": "完成档次",
}


def cell_name(path: str) -> str | None:
    """「第 4 行 年度指标值」 for ``indicators.3.target``, 「年度资金总额 全年执行数」 for
    ``funds.total.executed``; None for what is no cell of the form (codes of rows, notes on the source)."""
    parts = path.split(".")
    if parts[0] == "indicators":
        return _row_cell_name(parts[1:])
    if len(parts) == 3 and parts[1] in _SOURCES and parts[2] in _SPENT:
        return f"{_SOURCES[parts[1]]} {_SPENT[parts[2]]}"
    return _CELLS.get(path)


def _row_cell_name(parts: Sequence[str]) -> str | None:
    if len(parts) == 1:
        return f"第 {int(parts[0]) + 1} 行"
    if len(parts) == 2 and parts[1] in _ROW:
        return f"第 {int(parts[0]) + 1} 行 {_ROW[parts[1]]}"
    return None


def row_name(document: FormDocument, path: str) -> str:
    """What the row of a path is named, "" for a cell outside the rows."""
    parts = path.split(".")
    if parts[0] != "indicators":
        return ""
    return document.indicators[int(parts[1])].name
