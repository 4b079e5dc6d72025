"""Flat tables, one row per thing: what their columns are, writing them, and reading them back.

What is known of a table before its headings are is offered here; ``spec``, ``reading``, ``writing`` and
``delimited`` are imported by their own names, for whoever only reads files needs none of them.
"""

from perfgoals.common.workbooks.tables.table import (
    CellValue,
    Faulty,
    Formatted,
    Table,
    table_from_plain,
)

__all__ = ["CellValue", "Faulty", "Formatted", "Table", "table_from_plain"]
