"""Whatever stands in a list of executed budgets: nothing in it makes the reader fail."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from perfgoals.common.workbooks.tables import Faulty, Formatted, Table
from scoring.workbooks.execution import read_execution

WORDS = [
    *(
        "项目名称",
        "项目",
        "单位",
        "资金来源",
        "预算数",
        "年初预算",
        "全年预算",
        "执行数",
        "执行情况",
    ),
    *(
        "合计",
        "其中：当年财政拨款",
        "其他资金",
        "单位：万元",
        "甲项目",
        "乙项目",
        "",
        " ",
        "—",
        "1,0",
        "=1",
    ),
]
CELLS = st.one_of(
    st.none(),
    st.sampled_from(WORDS),
    st.text(max_size=6),
    st.decimals(-(10**20), 10**20),
    st.booleans(),
    st.dates(),
    st.just(Faulty("#N/A", "是错误值 #N/A")),
    st.builds(Formatted, st.decimals(-1000, 1000), st.sampled_from(["0%", "0.00", "#,##0"])),
)
TABLES = st.lists(st.lists(CELLS, max_size=8), max_size=12)


@given(TABLES, TABLES)
@settings(max_examples=200, deadline=None)
def test_no_table_is_too_odd(first: list[list[Any]], second: list[list[Any]]) -> None:
    """Every row is either read, said to be wrong, or passed over."""
    head: list[Any] = ["项目名称", "资金来源", "年初预算", "全年预算", "执行数"]
    tables = [
        Table("一", rows=list(enumerate(first, 1))),
        Table("二", rows=list(enumerate([head, *second], 1))),
    ]
    found = read_execution(tables, units=["甲单位"])
    numbers = [row.number for row in found.rows]
    assert numbers == list(range(1, len(numbers) + 1))
    assert all(row.name or row.code for row in found.rows)
    assert all(amount.is_finite() for row in found.rows for amount in row.amounts.values())
    assert all(one.cell and one.expected for one in found.problems)
