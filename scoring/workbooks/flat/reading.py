"""Flat tables turned into forms, in one go or while they come."""

from __future__ import annotations

from collections.abc import Sequence

from perfgoals.common.garbage import collector_at_rest
from perfgoals.common.workbooks.tables.table import Table
from scoring.workbooks.flat.finding import Known, begun_flat, find_flat
from scoring.workbooks.flat.gathering import Each, FlatFile, Gathering, Report


@collector_at_rest()
def read_flat(
    tables: Sequence[Table], *, report: Report | None = None, each: Each | None = None
) -> FlatFile:
    """The forms in the tables of a flat workbook. Raises UnreadableWorkbook for a workbook that is none
    (``template``) or of a later way of writing it (``newer``)."""
    return FlatReading(report=report, each=each).finish(tables)


class FlatReading:
    """Reads the tables of a flat workbook; those that come first already while others are on their way."""

    def __init__(self, *, report: Report | None = None, each: Each | None = None) -> None:
        self._report, self._each = report, each
        self._came: list[Table] = []
        self._known: Known = {}
        self._reader: Gathering | None = None

    def take(self, table: Table) -> None:
        """A table has come: read what can be read now."""
        self._came.append(table)
        begun = begun_flat(self._came, self._known)
        if begun is None:
            return
        if self._reader is None:
            self._reader = Gathering(begun, self._report, self._each)
        self._reader.tables |= begun.found
        self._reader.go_on()

    def finish(self, tables: Sequence[Table]) -> FlatFile:
        """All have come, in their order: read the rest. Raises what ``read_flat`` raises."""
        flat = find_flat(tables, self._known)
        reader = self._reader
        if reader is None or not reader.is_reading(flat):
            reader = Gathering(flat, self._report, self._each)
        return reader.finish(flat)
