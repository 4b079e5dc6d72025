"""A sheet made ready for its template: tags, classes, anchors, notes. Page and PDF share it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import ceil
from typing import Literal

from perfgoals.common.documents import Damage
from perfgoals.common.findings import Level
from perfgoals.common.sheets.grid import Block, Cell, Row, Sheet

CONTINUED = "（续）"

DAMAGE_TEXT: dict[Damage, str] = {
    "lost": "源文件此处无法辨认：文字已丢失",
    "partial": "源文件此处无法辨认：部分文字缺失，以“…”表示",
    "reconstructed": "源文件此处无法辨认：按可辨认的部分复原",
    "inferred": "源文件此处无法辨认：按上下文判断填入",
    "maybe_truncated": "源文件此处无法辨认：末尾可能有缺失",
}

LEGEND = (
    "※ 源文件此处无法辨认：〔无法辨认〕处文字已丢失，“…”处部分文字缺失，其余按可辨认的部分复原。"
)

_TALL = 14  # lines; a row up to this height (about a quarter of a page) is kept on one page
_EM_PER_CENT = 0.566  # one per cent of the sheet's width, in ems of its type: see sheet.css
_PADDING = 0.7  # ems of a cell's width that are no text
_ALIGN = {  # a th is centred and a td stands left unless a class says otherwise
    (True, "left"): "al",
    (True, "right"): "ar",
    (False, "center"): "ac",
    (False, "right"): "ar",
}
_LEVEL = "指标"  # what the names of levels 1 and 2 end with


@dataclass(frozen=True, slots=True)
class CellView:
    """A cell as the template prints it. ``title`` is the tooltip of a damaged cell, whose last character
    ``marked`` stays on one line with the mark; ``column`` is set where the printing process has to tell
    how much of the cell fell on which page."""

    tag: Literal["th", "td"]
    text: str
    marked: str
    classes: str
    rowspan: int
    colspan: int
    scope: str
    id: str
    path: str
    title: str
    column: str


@dataclass(frozen=True, slots=True)
class RowView:
    """A row as the template prints it. ``key`` names it to the printing process; ``notes`` are already
    rendered and stand outside the frame."""

    key: str
    classes: str
    cells: tuple[CellView, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TableView:
    """A block as the template prints it; ``widths`` are the classes of its columns."""

    name: str
    label: str
    widths: tuple[str, ...]
    header: tuple[RowView, ...]
    body: tuple[RowView, ...]


@dataclass(frozen=True, slots=True)
class SheetView:
    """What ``sheets/_sheet.html`` needs. ``loose_notes``: notes whose path has no place on the sheet."""

    title: str
    subtitle: str
    name: str
    label: str
    anchor: str
    tables: tuple[TableView, ...]
    legend: str
    noted: bool
    linked: bool
    loose_notes: tuple[str, ...]


class Anchors:
    """Finds the cell of a sheet that stands for a path of the document."""

    def __init__(self, sheet: Sheet) -> None:
        self._cells: dict[str, Cell] = {}
        for cell in sheet.cells():
            if not cell.path or cell.repeated or cell.path in self._cells:
                continue
            self._cells[cell.path] = cell
            tree, number, field = _tree_path(cell.path)
            if cell.kind == "group" and field:
                for offset in range(1, cell.rowspan):
                    self._cells[f"{tree}.{number + offset}.{field}"] = cell
            elif cell.kind == "name" and field:
                self._cells[f"{tree}.{number}"] = cell

    def cell(self, path: str) -> Cell | None:
        """The cell of ``path``: itself, the merged cell that covers it, else the nearest one (the name
        of its row, the first cell of its part of the form). None for the form as a whole."""
        while path:
            if path in self._cells:
                return self._cells[path]
            inside = f"{path}."
            for known, cell in self._cells.items():
                if known.startswith(inside):
                    return cell
            path = path.rpartition(".")[0]
        return None


def _tree_path(path: str) -> tuple[str, int, str]:
    """``indicators.3.name`` as its three parts; an empty field for a path outside the tree."""
    parts = path.split(".")
    if len(parts) == 3 and parts[1].isdecimal():
        return parts[0], int(parts[1]), parts[2]
    return path, 0, ""


def cell_id(path: str, anchor: str = "cell") -> str:
    """The id of the element that shows ``path``."""
    return f"{anchor}-{path.replace('.', '-')}"


def view_sheet(
    sheet: Sheet,
    *,
    notes: Mapping[str, str] | None = None,
    levels: Mapping[str, Level] | None = None,
    linked: bool = True,
    anchor: str = "cell",
) -> SheetView:
    """The sheet for its template.

    notes: path → rendered note, printed beside the row, outside the official frame.
    levels: path → gravest finding, which becomes the class has-error, has-warning or has-hint.
    linked: whether cells carry ``id`` and ``data-path``; a PDF does without.
    anchor: first part of every id, to tell several sheets on one page apart.
    """
    return _Viewer(sheet, notes or {}, levels or {}, linked, anchor).view()


class _Viewer:
    def __init__(
        self,
        sheet: Sheet,
        notes: Mapping[str, str],
        levels: Mapping[str, Level],
        linked: bool,
        anchor: str,
    ) -> None:
        self.sheet = sheet
        self.linked = linked
        self.anchor = anchor
        self.noted = bool(notes)
        anchors = Anchors(sheet) if notes or levels else None
        self.levels: dict[str, Level] = {}
        self.notes: dict[int, list[str]] = {}
        self.loose: list[str] = []
        for path, level in levels.items():
            cell = anchors.cell(path) if anchors else None
            if cell:
                known = self.levels.get(cell.path)
                self.levels[cell.path] = min(known or level, level, key=lambda x: x.rank)
        for path, note in notes.items():
            cell = anchors.cell(path) if anchors else None
            if cell:
                # Beside a merged cell the note stands at the very row that its path names.
                _, number, field = _tree_path(path)
                below = number - _tree_path(cell.path)[1] if field and cell.kind == "group" else 0
                self.notes.setdefault(cell.row + below, []).append(note)
            else:
                self.loose.append(note)

    def view(self) -> SheetView:
        sheet = self.sheet
        return SheetView(
            title=sheet.title,
            subtitle=sheet.subtitle,
            name=sheet.name,
            label=f"{sheet.title}：{sheet.name}",
            anchor=self.anchor,
            tables=tuple(self.table(block) for block in sheet.blocks),
            legend=LEGEND if sheet.damaged else "",
            noted=self.noted,
            linked=self.linked,
            loose_notes=tuple(self.loose),
        )

    def table(self, block: Block) -> TableView:
        """HTML cannot span from a header into a body: there the side label begins in the body, below
        an empty corner."""
        header = []
        sides: list[Cell] = []
        end = block.body[0].cells[0].row
        for row in block.header:
            cells = []
            for cell in row.cells:
                below = cell.row + cell.rowspan - end
                if below > 0:
                    sides.append(cell)
                    cells.append(self.cell(cell, rowspan=cell.rowspan - below, corner=True))
                else:
                    cells.append(self.cell(cell, rowspan=cell.rowspan))
            header.append(self.row(row, cells, told=False))
        body = []
        for number, row in enumerate(block.body):
            tall = row.cut or self.lines(row) > _TALL
            cells = [self.cell(cell, rowspan=cell.rowspan, told=tall) for cell in row.cells]
            if number == 0:
                cells = [
                    self.cell(cell, rowspan=cell.row + cell.rowspan - end) for cell in sides
                ] + cells
            classes = ["tall" if tall else "short"] + ["cut"] * row.cut
            classes += ["closing"] * (number >= len(block.rows))
            body.append(self.row(row, cells, *classes))
        widths = tuple(f"w{width}" for width in self.sheet.columns)
        return TableView(block.name, block.label, widths, tuple(header), tuple(body))

    def row(self, row: Row, cells: Iterable[CellView], *classes: str, told: bool = True) -> RowView:
        key = f"{self.anchor}.{row.source}" if told and not self.linked else ""
        notes = tuple(self.notes.get(row.source, ()))
        return RowView(key, " ".join(classes), tuple(cells), notes)

    def cell(
        self, cell: Cell, *, rowspan: int, corner: bool = False, told: bool = False
    ) -> CellView:
        header = (
            cell.kind in ("label", "column", "side", "group") and cell.text != "" and not corner
        )
        level = self.levels.get(cell.path) if cell.path else None
        classes = [
            "corner" if corner else cell.kind if self.linked else "",
            "" if cell.column else "c0",
            "" if cell.row else "top",
            _ALIGN.get((header, cell.align), ""),
            f"in{cell.indent}" if cell.indent else "",
            "damaged" if cell.damaged else "",
            f"has-{level.value}" if level else "",
        ]
        linked = self.linked and cell.path and not cell.repeated
        text = "" if corner else self.cell_text(cell)
        kept = len(text) - 1 if cell.damaged else len(text)
        return CellView(
            tag="th" if header else "td",
            text=text[:kept],
            marked=text[kept:],
            classes=" ".join(filter(None, classes)),
            rowspan=rowspan if rowspan > 1 else 0,
            colspan=cell.colspan if cell.colspan > 1 else 0,
            scope=_scope(cell, rowspan) if header and self.linked else "",
            id=cell_id(cell.path, self.anchor) if linked else "",
            path=cell.path if linked else "",
            title=DAMAGE_TEXT[cell.damaged] if cell.damaged else "",
            column=str(cell.column) if told and not (self.linked or cell.repeated) else "",
        )

    def cell_text(self, cell: Cell) -> str:
        """The text with its （续）; a level of the tree that does not fit on one line breaks before its
        「指标」 rather than inside."""
        text = cell.text
        if cell.kind == "group" and text.endswith(_LEVEL) and "\n" not in text:
            head, fit = len(text) - len(_LEVEL), int(self.width(cell))
            if head + len(_LEVEL) > fit and ceil(head / fit) + 1 == ceil(len(text) / fit):
                text = f"{text[:head]}\n{_LEVEL}"
        if not cell.repeated:
            return text
        return f"{text}\n{CONTINUED}" if cell.kind == "side" else f"{text}{CONTINUED}"

    def width(self, cell: Cell) -> float:
        """How much text fits on one line of the cell, in ems."""
        span = self.sheet.columns[cell.column : cell.column + cell.colspan]
        return max(1.0, sum(span) * _EM_PER_CENT - _PADDING)

    def lines(self, row: Row) -> int:
        """How many lines the row needs at most, told from the width of its columns."""
        return max((self.cell_lines(cell) for cell in row.cells if not cell.merged), default=1)

    def cell_lines(self, cell: Cell) -> int:
        width = self.width(cell)
        return sum(
            max(1, ceil(sum(1.0 if c > "\u02ff" else 0.6 for c in part) / width))
            for part in cell.text.split("\n")
        )


def _scope(cell: Cell, rowspan: int) -> str:
    if cell.kind == "column":
        return "col"
    return "rowgroup" if rowspan > 1 else "row"
