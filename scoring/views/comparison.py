"""Two versions of a form side by side: the sheet with both values where they differ, and the differences
in words."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString

from perfgoals.common.patches import Happened, differences, row_pairs
from perfgoals.common.sheets import Anchors, Sheet, SheetView, cell_id, view_sheet
from perfgoals.common.sheets.view import CellView, RowView
from scoring.documents import FormDocument
from scoring.sheets import form_sheet
from scoring.views.cell_names import cell_name, row_name

_HAPPENED = {
    Happened.CHANGED: "改动",
    Happened.ADDED: "新增",
    Happened.REMOVED: "删除",
    Happened.MOVED: "移动",
}
_ATTAINMENT = {"achieved": "达成", "partial": "部分达成", "missed": "未达成"}
EMPTY = "（空）"


@dataclass(frozen=True, slots=True)
class Told:
    """A difference in words. ``row``: the name of the indicator, "" outside the rows; ``target``: the
    fragment of its cell on the sheet, "" where the sheet has none."""

    happened: str
    label: str
    row: str
    before: str
    after: str
    target: str


@dataclass(frozen=True, slots=True)
class Comparison:
    sheet: SheetView
    told: tuple[Told, ...]


@dataclass(frozen=True, slots=True)
class Aligned:
    """Both documents with the same rows in the same places, so that a path is the same cell in both.

    Rows that one of them lacks stand there as the other has them. places: of the rows of each document
    among them. fates: of the rows that were added, removed or moved (with where they were).
    """

    before: FormDocument
    after: FormDocument
    places_before: dict[int, int]
    places_after: dict[int, int]
    fates: dict[int, tuple[Happened, str]]


def compare(before: FormDocument, after: FormDocument) -> Comparison:
    """What became of ``before`` in ``after``. Expects two documents of one form."""
    aligned = _align(before, after)
    old, new = form_sheet(aligned.before), form_sheet(aligned.after)
    return Comparison(_marked(old, new, aligned.fates), _told(before, after, aligned, old, new))


def _align(before: FormDocument, after: FormDocument) -> Aligned:
    pairs, steady = row_pairs(before.indicators, after.indicators)
    places_of = {earlier: later for later, earlier in pairs.items()}
    # A row that is gone stands below the row that it followed.
    gone: dict[int, list[int]] = defaultdict(list)
    follows = -1
    for place in range(len(before.indicators)):
        if place in places_of:
            follows = places_of[place]
        else:
            gone[follows].append(place)
    rows: list[tuple[Any, Any]] = []
    places_before: dict[int, int] = {}
    places_after: dict[int, int] = {}
    fates: dict[int, tuple[Happened, str]] = {}

    def append_gone(place: int) -> None:
        for earlier in gone[place]:
            row = before.indicators[earlier]
            fates[len(rows)] = (Happened.REMOVED, "")
            places_before[earlier] = len(rows)
            rows.append((row, row))

    append_gone(-1)
    for place, row in enumerate(after.indicators):
        earlier = pairs.get(place)
        places_after[place] = len(rows)
        if earlier is None:
            fates[len(rows)] = (Happened.ADDED, "")
            rows.append((row, row))
        else:
            if earlier not in steady:
                fates[len(rows)] = (Happened.MOVED, f"原第 {earlier + 1} 行")
            places_before[earlier] = len(rows)
            rows.append((before.indicators[earlier], row))
        append_gone(place)
    return Aligned(
        before.model_copy(update={"indicators": [old for old, _ in rows]}),
        after.model_copy(update={"indicators": [new for _, new in rows]}),
        places_before,
        places_after,
        fates,
    )


def _marked(old: Sheet, new: Sheet, fates: dict[int, tuple[Happened, str]]) -> SheetView:
    """The later sheet with its changes marked; never by colour alone."""
    earlier = Anchors(old)
    view = view_sheet(new)

    def row(one: RowView) -> RowView:
        return replace(one, cells=tuple(cell(each) for each in one.cells))

    def cell(one: CellView) -> CellView:
        if not one.path:
            return one
        fate = _fate_of(one.path, fates)
        group = one.path.endswith((".level1", ".level2"))
        if fate and not group:
            return _with_fate(one, *fate, named=one.path.endswith(".name"))
        known = earlier.cell(one.path)
        was = known.text if known else ""
        now = f"{one.text}{one.marked}"
        return one if was == now.replace("\n指标", "指标") else _changed(one, was, now)

    tables = tuple(
        replace(table, body=tuple(row(one) for one in table.body)) for table in view.tables
    )
    return replace(view, tables=tables)


def _fate_of(path: str, fates: dict[int, tuple[Happened, str]]) -> tuple[Happened, str] | None:
    parts = path.split(".")
    found = fates.get(int(parts[1])) if parts[0] == "indicators" else None
    # Of a row that moved only the name is marked; its cells may have changed as well.
    return None if found and found[0] is Happened.MOVED and parts[-1] != "name" else found


def _with_fate(one: CellView, happened: Happened, detail: str, *, named: bool) -> CellView:
    text: str | SafeString = f"{one.text}{one.marked}"
    if happened is Happened.REMOVED:
        text = format_html("<del>{}</del>", text)
    elif happened is Happened.ADDED:
        text = format_html("<ins>{}</ins>", text)
    if named:
        label = f"{_HAPPENED[happened]}{f'，{detail}' if detail else ''}"
        text = format_html('<span class="fate">{}</span>{}', label, text)
    return replace(
        one, text=text, marked="", title="", classes=f"{one.classes} is-{happened.value}".strip()
    )


def _changed(one: CellView, was: str, now: str) -> CellView:
    both = format_html("<del>{}</del> <ins>{}</ins>", was or EMPTY, now or EMPTY)
    return replace(one, text=both, marked="", title="", classes=f"{one.classes} is-changed".strip())


def _told(
    before: FormDocument, after: FormDocument, aligned: Aligned, old: Sheet, new: Sheet
) -> tuple[Told, ...]:
    old_cells, new_cells = Anchors(old), Anchors(new)
    found = []
    for one in differences(before, after):
        label = cell_name(one.path)
        if label is None:
            continue
        removed = one.happened is Happened.REMOVED
        places = aligned.places_before if removed else aligned.places_after
        path = _moved_path(one.path, places)
        cell = new_cells.cell(path)
        was, now = _shown(one.before), _shown(one.after)
        if one.happened is Happened.CHANGED:
            # As printed, with thousands separators, where the sheet has the very cell.
            was, now = _printed(old_cells, path, was), _printed(new_cells, path, now)
            if was == now:
                continue  # 「10」 and 「10.00」 of an amount
        found.append(
            Told(
                _HAPPENED[one.happened],
                f"原{label}" if removed else label,
                row_name(before if removed else after, one.path),
                was,
                now,
                cell_id(cell.path) if cell else "",
            )
        )
    return tuple(found)


def _moved_path(path: str, places: dict[int, int]) -> str:
    parts = path.split(".")
    if parts[0] == "indicators":
        parts[1] = str(places[int(parts[1])])
    return ".".join(parts)


def _printed(cells: Anchors, path: str, otherwise: str) -> str:
    cell = cells.cell(path)
    return (cell.text or EMPTY) if cell and cell.path == path else otherwise


def _shown(value: Any) -> str:
    if value is None or value == "":
        return EMPTY
    return _ATTAINMENT.get(value, str(value))
