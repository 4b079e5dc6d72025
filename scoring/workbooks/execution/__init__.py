"""Lists of executed budgets as accounting systems export them: a row for each project, or for each source
of its money, with 年初预算, 全年预算 and 执行数."""

from scoring.workbooks.execution.reading import (
    MOST_ROWS,
    ReadList,
    read_execution,
    read_execution_file,
)

__all__ = ["MOST_ROWS", "ReadList", "read_execution", "read_execution_file"]
