"""Which cell of the workbook a path of a form stands for, worked out when it is asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from perfgoals.common.workbooks.tables.reading import FoundTable
from projects.workflow import FormKind
from scoring.workbooks.files import Place
from scoring.workbooks.flat.columns import (
    FUND_PATHS,
    FUNDS,
    PROJECT_PATHS,
    PROJECTS,
    REFERENCE_KEYS,
    ROW_FIELDS,
    ROW_TABLES,
)

_BY_PATH = {
    kind: {path: key for key, path in paths.items()} for kind, paths in PROJECT_PATHS.items()
}
_FUNDS_BY_PATH = {
    kind: {path: place for place, path in paths.items()} for kind, paths in FUND_PATHS.items()
}
_COLUMNS = {name: key for key, name in ROW_FIELDS.items()}


@dataclass(slots=True, eq=False)
class FormPlaces(Mapping[str, Place]):
    """The places of one form. tables: by name; project: the row of the table 项目; funds: rows of the
    table 资金 by source; rows: those of the indicators, in their order."""

    kind: FormKind
    tables: Mapping[str, FoundTable]
    project: int
    funds: dict[str, int] = field(default_factory=dict)
    rows: list[int] = field(default_factory=list)

    @property
    def projects(self) -> FoundTable:
        return self.tables[PROJECTS.name]

    @property
    def row_table(self) -> FoundTable | None:
        return self.tables.get(ROW_TABLES[self.kind].name)

    def __getitem__(self, path: str) -> Place:
        found = self._find(path)
        if found is not None:
            table, row, key = found
            address = table.address(row, key)
            if address:
                return Place(table.name, address)
        raise KeyError(path)

    def _find(self, path: str) -> tuple[FoundTable, int, str] | None:
        first, _, rest = path.partition(".")
        if first == "indicators" and (row_table := self.row_table) is not None:
            number, _, name = rest.partition(".")
            if not number.isdecimal() or int(number) >= len(self.rows):
                return None
            name = name.partition(".")[0] or "name"
            return row_table, self.rows[int(number)], _COLUMNS.get(name, name)
        if first == "funds" and (fund_table := self.tables.get(FUNDS.name)) is not None:
            source, key = _FUNDS_BY_PATH[self.kind].get(path, ("", ""))
            row = self.funds.get(source)
            return None if row is None else (fund_table, row, key)
        path = first if first == "damaged" else path
        return self.projects, self.project, _BY_PATH[self.kind].get(path, "")

    def label(self, path: str) -> str:
        """The heading above the cell of a path."""
        found = self._find(path)
        if found is None:
            return path
        return next((c.heading for c in found[0].spec.columns if c.key == found[2]), path)

    def __iter__(self) -> Iterator[str]:
        for path in _BY_PATH[self.kind]:
            if path in self:
                yield path
        for path in _FUNDS_BY_PATH[self.kind]:
            if path in self:
                yield path
        if (row_table := self.row_table) is not None:
            keys = [key for key in row_table.places if key not in REFERENCE_KEYS]
            for number in range(len(self.rows)):
                yield from (f"indicators.{number}.{ROW_FIELDS.get(k, k)}" for k in keys)

    def __len__(self) -> int:
        return sum(1 for _ in self)
