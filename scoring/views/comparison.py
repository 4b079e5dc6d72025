"""Two versions of a form side by side: the sheet with both values where they differ, and the differences
in words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString

from perfgoals.common.patches import Happened, differences, row_pairs
from perfgoals.common.sheets import Anchors, Sheet, SheetView, cell_id, view_sheet
from perfgoals.common.sheets.view import CellView, RowView
from scoring.documents import FormDocument
from scoring.rules.differing import Difference, differing
from scoring.sheets import form_sheet
from scoring.views.cell_names import cell_name, row_name

_HAPPENED = {
    Happened.CHANGED: "改动",
    Happened.ADDED: "新增",
    Happened.REMOVED: "删除",
    Happened.MOVED: "移动",
}
_ATTAINMENT = {"achieved": "达成", "partial": "部分达成", "missed": "未达成"}
_GONE = _HAPPENED[Happened.REMOVED]
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

    @property
    def part(self) -> Difference:
        """The part that differs, for a list."""
        return differing(self.before, self.after).shortened()


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
    marked = _marked(old, view_sheet(new), aligned.fates)
    return Comparison(marked, _told(before, after, aligned, old, new))


def mark_changes(view: SheetView, before: FormDocument, after: FormDocument) -> Comparison:
    """The view of ``after`` with the cells marked that say something else than ``before``; both values
    stand in them. Rows that were removed have no place on it and are told only."""
    pairs, steady = row_pairs(before.indicators, after.indicators)
    fates: dict[int, tuple[Happened, str]] = {}
    rows: list[Any] = []
    for place, row in enumerate(after.indicators):
        earlier = pairs.get(place)
        rows.append(row if earlier is None else before.indicators[earlier])
        if earlier is None:
            fates[place] = (Happened.ADDED, "")
        elif earlier not in steady:
            fates[place] = (Happened.MOVED, f"原第 {earlier + 1} 行")
    placed = before.model_copy(update={"indicators": rows})
    aligned = Aligned(
        placed,
        after,
        dict.fromkeys(range(len(before.indicators)), len(rows)),
        {place: place for place in range(len(rows))},
        fates,
    )
    old = form_sheet(placed)
    told = _told(before, after, aligned, old, form_sheet(after))
    return Comparison(
        _marked(old, view, fates),
        tuple(replace(one, target="") if one.happened == _GONE else one for one in told),
    )


@dataclass(frozen=True, slots=True)
class SideBySide:
    """Two sheets with the same rows in the same places, what differs marked in both."""

    before: SheetView
    after: SheetView
    told: tuple[Told, ...]


def side_by_side(before: FormDocument, after: FormDocument) -> SideBySide:
    """Both forms, each with its own values. Expects two documents of one form."""
    aligned = _align(before, after)
    old, new = form_sheet(aligned.before), form_sheet(aligned.after)
    return SideBySide(
        _one_side(old, new, aligned.fates, lacks=Happened.ADDED),
        _one_side(new, old, aligned.fates, lacks=Happened.REMOVED),
        _told(before, after, aligned, old, new),
    )


def _one_side(
    sheet: Sheet, other: Sheet, fates: dict[int, tuple[Happened, str]], *, lacks: Happened
) -> SheetView:
    """One of two sheets side by side. lacks: the fate of the rows that it does not have."""
    opposite = Anchors(other)
    # The cells of two sheets on one page cannot have the same ids.
    earlier = lacks is Happened.ADDED
    view = view_sheet(sheet, anchor="before" if earlier else "cell")
    view = replace(view, label=f"{view.label}（{'调整前' if earlier else '调整后'}）")

    def cell(one: CellView) -> CellView:
        if not one.path:
            return one
        fate = _fate_of(one.path, fates)
        if fate and not one.path.endswith((".level1", ".level2")):
            happened, detail = fate
            named = one.path.endswith(".name")
            if happened is lacks:
                text = "（无此行）" if named else ""
                return _rewritten(one, text, "is-absent")
            return _with_fate(one, happened, detail, named=named)
        found = opposite.cell(one.path)
        now = f"{one.text}{one.marked}"
        if (found.text if found else "") == now.replace("\n指标", "指标"):
            return one
        told = differing(now or EMPTY, (found.text if found else "") or EMPTY)
        marked = _tagged("del" if lacks is Happened.ADDED else "ins", told.was)
        return _rewritten(one, format_html("{}{}{}", told.lead, marked, told.tail), "is-changed")

    return _each_cell(view, cell)


def _each_cell(view: SheetView, change: Callable[[CellView], CellView]) -> SheetView:
    def row(one: RowView) -> RowView:
        return replace(one, cells=tuple(change(each) for each in one.cells))

    tables = tuple(
        replace(table, body=tuple(row(one) for one in table.body)) for table in view.tables
    )
    return replace(view, tables=tables)


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


def _marked(old: Sheet, view: SheetView, fates: dict[int, tuple[Happened, str]]) -> SheetView:
    """The later sheet with its changes marked; never by colour alone."""
    earlier = Anchors(old)

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

    return _each_cell(view, cell)


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
    return _rewritten(one, text, f"is-{happened.value}")


def _changed(one: CellView, was: str, now: str) -> CellView:
    told = differing(was or EMPTY, now or EMPTY)
    parts = [_tagged("del", told.was), _tagged("ins", told.now)]
    both = format_html("{}{}{}", told.lead, SafeString(" ".join(filter(None, parts))), told.tail)
    return _rewritten(one, both, "is-changed")


def _tagged(tag: str, text: str) -> SafeString:
    return format_html(f"<{tag}>{{}}</{tag}>", text) if text else SafeString("")


def _rewritten(one: CellView, text: str, mark: str) -> CellView:
    classes = f"{one.classes} {mark}".strip()
    return replace(one, text=text, marked="", title="", classes=classes)


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
        was, now = shown_value(one.before), shown_value(one.after)
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


def shown_value(value: Any) -> str:
    """A cell of a document's JSON as lists of changes tell it."""
    if value is None or value == "":
        return EMPTY
    return _ATTAINMENT.get(value, str(value))


def shown_happening(happened: str) -> str:
    """「改动」, 「新增」, 「删除」 or 「移动」."""
    return _HAPPENED[Happened(happened)]
