"""The list of all checks, as a table for the terminal and as the page ``docs/checks.md``."""

from __future__ import annotations

from itertools import groupby

from indicators.checks import all_checks as declaration_checks
from indicators.checks.register import ListedCheck
from perfgoals.common.findings import Level
from scoring.checks import all_checks as evaluation_checks
from scoring.checks.across import all_checks as cross_checks

_GROUPS = {
    "required": "必填项",
    "text": "文字",
    "source": "来源",
    "project": "项目",
    "period": "起止日期",
    "funds": "资金与执行率",
    "goal": "目标",
    "outcome": "实际完成情况",
    "rows": "指标整体",
    "name": "指标名称",
    "class": "指标类别",
    "cost": "成本指标",
    "target": "年度指标值",
    "actual": "实际完成值",
    "weight": "分值",
    "score": "得分",
    "reason": "偏差原因",
    "total": "总分",
    "rating": "评分等级",
    "across": "跨表检查",
}

_HEAD = """# 检查清单

本页由 `manage.py list_checks --markdown` 生成，请勿手改。

- **错误**：必须改正，否则不能送审。**警告**：请核对，确有理由的请写明原因。**提示**：供审核时参考。
- 表中是最重的级别。写了偏差原因的，得分类检查降一级；同一检查中较轻的情形级别也较轻。
- 目标、指标文字类检查在自评表上降一级：指标值已随申报表批复，填报人不能自行改动。
- 来源文件中无法辨认的单元格不作检查，只给提示。
- 跨表检查在送审时和按年度统一运行时与其他表比较，供审核人参考，不影响送审。
"""


def checks() -> list[ListedCheck]:
    """All checks of both forms, those across forms too, in the order of the groups and then of the codes."""
    order = list(_GROUPS)
    return sorted(
        [*declaration_checks(), *evaluation_checks(), *cross_checks()],
        key=lambda check: (order.index(_group(check)), check.code),
    )


def checks_table() -> str:
    """One line for each check: code, levels, title, basis."""
    listed = checks()
    width = max(len(check.code) for check in listed)
    return "\n".join(
        f"{check.code:<{width}}  {_levels(check)}  {check.title}（{check.basis}）"
        for check in listed
    )


def checks_markdown() -> str:
    """The page: one table for each group."""
    parts = [_HEAD]
    for group, members in groupby(checks(), key=_group):
        rows = [
            f"| `{check.code}` | {check.title} | {_levels(check)} | {check.basis} |"
            for check in members
        ]
        table = ["| 代码 | 检查 | 级别 | 依据 |", "| --- | --- | --- | --- |", *rows]
        parts.append("\n".join([f"## {_GROUPS[group]}", "", *table, ""]))
    return "\n".join(parts)


def _group(check: ListedCheck) -> str:
    return check.code.partition(".")[0]


def _levels(check: ListedCheck) -> str:
    """「错误」 for one level on whichever form; 「申报表 警告 · 自评表 提示」 where they differ."""
    levels: set[Level] = set(check.levels.values())
    if len(levels) == 1 and len(check.levels) > 1:
        return levels.pop().label
    return " · ".join(f"{form} {level.label}" for form, level in check.levels.items())
