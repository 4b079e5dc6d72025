"""Changes to a document by path, and the differences between two documents.

The browser, the API and a workbook that comes back all speak of cells by their paths. A change
names a cell or rows of a list; what a cell cannot hold is refused for that cell alone.
"""

from __future__ import annotations

import copy
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any, Literal, TypeVar

from pydantic import Field

from perfgoals.common.documents import Document, DocumentError, ShapeError

MAX_ROWS = 1_000
_ABSENT = object()

D = TypeVar("D", bound=Document)


class SetCell(Document):
    """Put a value into the cell at ``path``."""

    op: Literal["set"]
    path: str
    value: Any = None


class InsertRows(Document):
    """Insert rows into the list at ``path``, before row ``at``."""

    op: Literal["insert"]
    path: str
    at: Annotated[int, Field(ge=0)]
    rows: list[dict[str, Any]]


class RemoveRows(Document):
    """Take ``count`` rows out of the list at ``path``, from row ``at`` on."""

    op: Literal["remove"]
    path: str
    at: Annotated[int, Field(ge=0)]
    count: Annotated[int, Field(ge=1)] = 1


class MoveRow(Document):
    """Move the row ``at`` of the list at ``path`` so that it becomes row ``to``."""

    op: Literal["move"]
    path: str
    at: Annotated[int, Field(ge=0)]
    to: Annotated[int, Field(ge=0)]


Change = Annotated[SetCell | InsertRows | RemoveRows | MoveRow, Field(discriminator="op")]


class Happened(StrEnum):
    """What became of a cell or a row between two documents."""

    CHANGED = "changed"
    ADDED = "added"
    REMOVED = "removed"
    MOVED = "moved"


@dataclass(frozen=True, slots=True)
class Difference:
    """A cell or a whole row that differs.

    path: where it stands in the later document; of what was removed, where it stood in the earlier.
    before, after: what the cell says; for a row its name. None on the side that lacks it.
    """

    path: str
    happened: Happened
    before: Any
    after: Any


def apply_changes(document: D, changes: Sequence[Change]) -> tuple[D, list[ShapeError]]:
    """The document after the changes, and the cells that could not take theirs.

    A cell that cannot hold its value keeps the one it had; every other change is made. Changes of
    rows that point outside the list raise DocumentError, for then all later paths would be wrong.
    """
    data = document.as_json()
    replaced: dict[tuple[int, Any], Any] = {}
    for change in changes:
        _apply(data, change, replaced)
    try:
        return type(document).read(data), []
    except DocumentError as error:
        refused = error.errors
    for item in refused:
        parent, last = _parent(data, item.path)
        # The rows may have moved since; the container of the cell is the same wherever it is now.
        before = replaced.get((id(parent), last), _ABSENT)
        if before is _ABSENT:
            del parent[last]
        else:
            parent[last] = before
    return type(document).read(data), refused


def differences(before: Document, after: Document) -> list[Difference]:
    """Every cell and row that differs, in the order of the later form.

    Rows are paired by their codes, those without one by class and name, so that a row put in at the
    top does not make every row below it differ.
    """
    old, new = before.as_json(), after.as_json()
    found = []
    for name in [*new, *(name for name in old if name not in new)]:
        one, other = old.get(name), new.get(name)
        if isinstance(one, list) or isinstance(other, list):
            found += _row_differences(name, one or [], other or [])
        else:
            found += _cell_differences(name, one, other)
    return found


def row_pairs(
    before: Sequence[Document], after: Sequence[Document]
) -> tuple[dict[int, int], set[int]]:
    """Which rows are the same: place in ``after`` → place in ``before``. And the places in ``before`` of
    those that kept their order; the others were moved."""
    pairs = _paired([row.as_json() for row in before], [row.as_json() for row in after])
    return pairs, _longest_rising(list(pairs.values()))


def _cell_differences(path: str, before: Any, after: Any) -> list[Difference]:
    if before == after:
        return []  # most rows of a form that is saved or imported again
    old, new = _cells(before, path), _cells(after, path)
    return [
        Difference(place, Happened.CHANGED, old.get(place), new.get(place))
        for place in [*new, *(place for place in old if place not in new)]
        # An empty text and an absent cell say the same.
        if (old.get(place) or None) != (new.get(place) or None)
    ]


def _row_differences(
    path: str, before: list[dict[str, Any]], after: list[dict[str, Any]]
) -> list[Difference]:
    pairs = _paired(before, after)
    steady = _longest_rising(list(pairs.values()))
    found = []
    for place, row in enumerate(after):
        where = f"{path}.{place}"
        if place not in pairs:
            found.append(Difference(where, Happened.ADDED, None, row.get("name", "")))
            continue
        earlier = pairs[place]
        if earlier not in steady:
            found.append(
                Difference(where, Happened.MOVED, f"第 {earlier + 1} 行", f"第 {place + 1} 行")
            )
        found += _cell_differences(where, before[earlier], row)
    taken = set(pairs.values())
    found += [
        Difference(f"{path}.{place}", Happened.REMOVED, row.get("name", ""), None)
        for place, row in enumerate(before)
        if place not in taken
    ]
    return found


def _longest_rising(places: list[int]) -> set[int]:
    """The most rows that kept their order among each other; only the others were moved."""
    tails: list[int] = []
    previous: dict[int, int | None] = {}
    for place in places:
        at = bisect_left(tails, place)
        previous[place] = tails[at - 1] if at else None
        tails[at : at + 1] = [place]
    rising = set()
    link = tails[-1] if tails else None
    while link is not None:
        rising.add(link)
        link = previous[link]
    return rising


def _paired(before: list[dict[str, Any]], after: list[dict[str, Any]]) -> dict[int, int]:
    """For each row of ``after`` that has a counterpart, the counterpart's place in ``before``."""
    pairs: dict[int, int] = {}
    for key in (_code_of, _name_of, _class_of):
        free: dict[Any, list[int]] = defaultdict(list)
        taken = set(pairs.values())
        for place, row in enumerate(before):
            if place not in taken and key(row):
                free[key(row)].append(place)
        for place, row in enumerate(after):
            if place not in pairs and free.get(key(row)):
                pairs[place] = free[key(row)].pop(0)
    return dict(sorted(pairs.items()))


def _code_of(row: dict[str, Any]) -> Any:
    return row.get("code")


def _name_of(row: dict[str, Any]) -> Any:
    return row.get("name") and (row.get("level2"), row["name"])


def _class_of(row: dict[str, Any]) -> Any:
    """The weakest tie: a row whose name was rewritten, of one class and with one target."""
    return row.get("target") and (row.get("level2"), row["target"])


def _cells(data: Any, path: str = "") -> dict[str, Any]:
    """Every cell of a document's JSON by its path, in the order of the form."""
    members = (
        data.items()
        if isinstance(data, dict)
        else enumerate(data)
        if isinstance(data, list)
        else None
    )
    if members is None:
        return {path: data}
    cells: dict[str, Any] = {}
    for name, value in members:
        cells |= _cells(value, f"{path}.{name}" if path else str(name))
    return cells


def _apply(data: dict[str, Any], change: Any, replaced: dict[tuple[int, Any], Any]) -> None:
    if isinstance(change, SetCell):
        parent, last = _parent(data, change.path)
        if isinstance(parent, list):
            raise _outside(change.path, "整行不能当作一格改写")
        replaced.setdefault((id(parent), last), parent.get(last, _ABSENT))
        parent[last] = change.value
        return
    rows = _rows(data, change.path)
    if isinstance(change, InsertRows):
        if change.at > len(rows) or len(rows) + len(change.rows) > MAX_ROWS:
            raise _outside(change.path, f"不能在第 {change.at + 1} 行插入")
        rows[change.at : change.at] = copy.deepcopy(change.rows)
    elif isinstance(change, RemoveRows):
        if change.at + change.count > len(rows):
            raise _outside(change.path, f"没有第 {change.at + change.count} 行可删")
        del rows[change.at : change.at + change.count]
    else:
        if max(change.at, change.to) >= len(rows):
            raise _outside(change.path, f"没有第 {max(change.at, change.to) + 1} 行可移动")
        rows.insert(change.to, rows.pop(change.at))


def _parent(data: Any, path: str) -> tuple[Any, Any]:
    """The container of the cell at ``path`` and the cell's place in it."""
    *walk, last = path.split(".")
    here = data
    for part in walk:
        here = _step(here, part, path)
    if isinstance(here, list):
        if not last.isdecimal() or int(last) >= len(here):
            raise _outside(path, "没有这一行")
        return here, int(last)
    if not isinstance(here, dict):
        raise _outside(path, "没有这一格")
    return here, last


def _step(here: Any, part: str, path: str) -> Any:
    if isinstance(here, list) and part.isdecimal() and int(part) < len(here):
        return here[int(part)]
    if isinstance(here, dict):
        return here.setdefault(part, {})
    raise _outside(path, "没有这一格")


def _rows(data: dict[str, Any], path: str) -> list[Any]:
    parent, last = _parent(data, path)
    rows = parent.setdefault(last, []) if isinstance(parent, dict) else parent[last]
    if not isinstance(rows, list):
        raise _outside(path, "这里没有可增删的行")
    return rows


def _outside(path: str, message: str) -> DocumentError:
    return DocumentError([ShapeError(path, "outside", message)])
