"""The columns of a list of executed budgets, in the words of the systems that export them."""

from __future__ import annotations

import re

from perfgoals.common.workbooks.labels import fold
from perfgoals.common.workbooks.tables.spec import Column, ColumnKind, TableSpec
from projects.models import FundingSource
from scoring.workbooks.flat.columns import FUNDS

AMOUNTS = ("initial_budget", "annual_budget", "executed")

_N = ColumnKind.NAME
_APPROPRIATION = FundingSource.APPROPRIATION.value
_CARRYOVER = FundingSource.CARRYOVER.value
_SOURCES = dict(next(column for column in FUNDS.columns if column.key == "source").choices) | {
    "一般公共预算": _APPROPRIATION,
    "一般公共预算资金": _APPROPRIATION,
    "一般公共预算拨款": _APPROPRIATION,
    "一般公共预算财政拨款": _APPROPRIATION,
    "政府性基金": _APPROPRIATION,
    "政府性基金预算": _APPROPRIATION,
    "财政拨款": _APPROPRIATION,
    "本年财政拨款": _APPROPRIATION,
    "上年结转": _CARRYOVER,
    "上年结转结余": _CARRYOVER,
    "结转资金": _CARRYOVER,
}
_UNIT_NAMES = (
    *("实施单位", "预算单位", "预算单位名称", "单位名称", "项目单位", "填报单位", "部门单位"),
)
EXECUTION = TableSpec(
    "预算执行",
    (
        Column(
            "name", "项目名称", _N,
            ("项目", "预算项目", "预算项目名称", "项目支出", "二级项目", "二级项目名称"),
            required=True,
        ),
        Column("code", "项目编码", _N, ("项目代码", "项目编号", "预算项目编码", "预算项目代码")),
        Column("unit", "单位", _N, _UNIT_NAMES),
        Column(
            "source", "资金来源", ColumnKind.CHOICE, ("资金性质", "经费来源", "来源"),
            choices=_SOURCES,
        ),
        Column(
            "initial_budget", "年初预算数", ColumnKind.AMOUNT,
            ("年初预算", "年初数", "年初批复数", "年初批复预算", "年初预算批复数", "年初批复预算数"),
        ),
        Column(
            "annual_budget", "全年预算数", ColumnKind.AMOUNT,
            (
                "全年预算", "全年数", "调整后预算", "调整后预算数", "调整预算数", "调整后数", "预算数",
                "预算指标", "年度预算",
            ),
        ),
        Column(
            "executed", "全年执行数", ColumnKind.AMOUNT,
            (
                "执行数", "累计执行数", "累计支出", "累计支出数", "实际支出", "支出数", "实际支出数",
                "本年支出", "全年支出", "累计执行", "实际执行", "执行数累计", "支出数累计",
            ),
            required=True,
        ),
    ),
    ("预算执行表", "预算执行情况表"),
)  # fmt: skip

PLAINEST = {
    "initial_budget": frozenset({"年初预算数", "年初预算"}),
    "annual_budget": frozenset({"全年预算数", "全年预算", "调整后预算数", "调整后预算"}),
    "executed": frozenset({"全年执行数", "执行数", "累计执行数", "累计支出", "累计支出数"}),
}
"""Of several columns that could be meant, the one that is headed so."""

_TOTALS = frozenset({"合计", "总计", "小计", "资金总额", "年度资金总额", "资金合计", "全部资金"})
_ENDINGS = re.compile(r"(资金|拨款|预算)$")
_FOLDED = {fold(word): meaning for word, meaning in _SOURCES.items()}


def source_meant(text: str) -> str | None:
    """The FundingSource that a word means, "" for the total; None for another word."""
    folded = fold(text)
    if folded in _TOTALS:
        return FundingSource.TOTAL.value
    return _FOLDED.get(folded) or _FOLDED.get(_ENDINGS.sub("", folded))
