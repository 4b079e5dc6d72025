"""What a file does not show of a form stays as the kept form has it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from perfgoals.common.patches import row_pairs
from perfgoals.common.workbooks.tables.reading import FoundTable
from projects.workflow import FormKind
from scoring.documents import FormDocument, read_form
from scoring.workbooks.flat.columns import (
    FUND_PATHS,
    FUNDS,
    PROJECT_PATHS,
    PROJECTS,
    REFERENCE_KEYS,
    ROW_FIELDS,
    ROW_TABLES,
)
from scoring.workbooks.flat.drafts import put_at

_ROWS = "indicators"


def unseen_paths(found: Mapping[str, FoundTable]) -> dict[FormKind, frozenset[str]]:
    """For each kind of form the paths that the tables have no column for. ``indicators`` alone where
    there is no table of them at all."""
    return {kind: frozenset(_unseen(kind, found)) for kind in FormKind}


def _unseen(kind: FormKind, found: Mapping[str, FoundTable]) -> list[str]:
    projects, funds = found[PROJECTS.name].places, found.get(FUNDS.name)
    rows = found.get(ROW_TABLES[kind].name)
    paths = [
        path
        for key, path in PROJECT_PATHS[kind].items()
        if key not in projects and key not in ("year", "money_unit")
    ]
    paths += [
        path
        for (_, key), path in FUND_PATHS[kind].items()
        if funds is None or key not in funds.places
    ]
    if rows is None:
        return [*paths, _ROWS]
    keys = [c.key for c in rows.spec.columns if c.key not in REFERENCE_KEYS]
    return paths + [f"{_ROWS}.{ROW_FIELDS.get(key, key)}" for key in keys if key not in rows.places]


def kept_over(before: FormDocument, read: FormDocument, unseen: frozenset[str]) -> FormDocument:
    """The form as the file has it; where the file has no column, as it was before. Rows are the same by
    their code, else by class, name and order. Raises DocumentError where both together are no form."""
    if not unseen or before.form != read.form:
        return read
    data, old = read.as_json(), before.as_json()
    pairs, _ = row_pairs(before.indicators, read.indicators)
    for path in unseen:
        first, _, name = path.partition(".")
        if first == _ROWS and name:
            for place, earlier in pairs.items():
                value = old[_ROWS][earlier].get(name)
                if value is not None:
                    data[_ROWS][place][name] = value
        else:
            value, is_there = _at(old, path)
            if is_there:
                put_at(data, path, value)
    return read_form(data)


def _at(data: dict[str, Any], path: str) -> tuple[Any, bool]:
    value: Any = data
    for part in path.split("."):
        if not isinstance(value, dict) or part not in value:
            return None, False
        value = value[part]
    return value, True
