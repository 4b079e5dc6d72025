"""Document and layout in, sheet out. The one place where a form is turned into its official grid."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Any

from perfgoals.common.documents import Damage, DocumentError, ShapeError
from perfgoals.common.sheets.grid import LOST, Block, Cell, CellKind, Row, Sheet
from perfgoals.common.sheets.layout import (
    FORMATS,
    CellSpec,
    ColumnSpec,
    Layout,
    TreeSpec,
    place_cells,
)

Convert = Callable[[Decimal], Decimal]
"""An amount in the money unit of the document, in that of the layout."""

HEAD_LABEL = "项目基本情况和资金"
TREE_LABEL = "绩效指标"
_UNREADABLE = ("", "…")


def build_sheet(document: Any, layout: Layout, convert: Convert) -> Sheet:
    """The sheet of ``document`` (a declaration or a self-evaluation) in ``layout``.

    ``convert`` takes amounts from the money unit of the document to that of the layout.
    Raises DocumentError when the layout names a field that the document does not have.
    """
    return _Builder(document, layout, convert).sheet()


class _Builder:
    def __init__(self, document: Any, layout: Layout, convert: Convert) -> None:
        self.document = document
        self.layout = layout
        self.convert = convert
        self.next_row = 0

    def sheet(self) -> Sheet:
        layout = self.layout
        head = Block("head", HEAD_LABEL, (), self.fixed_rows(layout.head, "head"))
        goals = self.fixed_rows(layout.goals.header + layout.goals.rows, "goals", side=True)
        above = len(layout.goals.header)
        goals_label = goals[0].cells[0].text.replace("\n", "")
        tree = self.tree()
        closing = self.fixed_rows(layout.closing, "closing")
        return Sheet(
            form=layout.form,
            layout=layout.id,
            title=self.filled(layout.title),
            subtitle=self.filled(layout.subtitle),
            name=self.cell_text("project.name", self.document.project.name),
            money_unit=layout.money_unit,
            columns=tuple(layout.columns),
            blocks=(
                head,
                Block("goals", goals_label, goals[:above], goals[above:]),
                Block("indicators", TREE_LABEL, tree[:1], tree[1:], closing),
            ),
        )

    def filled(self, text: str) -> str:
        """A text of the layout with its year and money unit in place."""
        return text.replace("{year}", str(self.document.year)).replace(
            "{money_unit}", self.layout.money_unit
        )

    def cell_text(self, path: str, text: str) -> str:
        return LOST if text in _UNREADABLE and self.form_damage(path) == "lost" else text

    def form_damage(self, path: str) -> Damage | None:
        """The damage of a cell outside the tree; the published data name 项目名称 plainly ``name``."""
        damaged: dict[str, Damage] = self.document.damaged
        return damaged.get(path) or damaged.get(path.removeprefix("project."))

    # -- the fixed parts ---------------------------------------------------------------------------

    def fixed_rows(
        self, specs: Sequence[Sequence[CellSpec]], part: str, *, side: bool = False
    ) -> tuple[Row, ...]:
        """``side``: a cell of several rows in the first column is the side label of the block."""
        rows = []
        for spec_row, starts in zip(
            specs, place_cells(specs, len(self.layout.columns), part), strict=True
        ):
            cells = []
            for spec, start in zip(spec_row, starts, strict=True):
                cell = self.fixed_cell(spec, start)
                if side and start == 0 and spec.rows > 1:
                    cell = self.placed(cell.text, start, spec, "side")
                cells.append(cell)
            rows.append(Row(self.next_row, tuple(cells)))
            self.next_row += 1
        return tuple(rows)

    def placed(self, text: str, column: int, spec: CellSpec, kind: CellKind, **more: Any) -> Cell:
        return Cell(
            text,
            self.next_row,
            column,
            spec.rows,
            spec.span,
            kind=kind,
            align=spec.align,
            indent=spec.indent,
            **more,
        )

    def fixed_cell(self, spec: CellSpec, column: int) -> Cell:
        if spec.field is not None:
            value = _field(self.document, spec.field, self.layout)
            if spec.money and value is not None:
                value = self.convert(value)
            damage = self.form_damage(spec.field)
            text = _printed(value, spec.format, damage)
            kind: CellKind = "number" if isinstance(value, Decimal) or spec.money else "text"
            return self.placed(
                text, column, spec, kind, path=spec.field, damaged=damage, value=value
            )
        if spec.mark is not None:
            return self.placed(spec.mark, column, spec, "mark" if spec.mark else "blank")
        if not spec.label:
            return self.placed("", column, spec, "blank")
        kind = "column" if spec.scope == "col" else "label"
        return self.placed(self.filled(spec.label), column, spec, kind)

    # -- the indicator tree ------------------------------------------------------------------------

    def tree(self) -> tuple[Row, ...]:
        """The header row and the rows of the tree; a form without indicators keeps one empty row."""
        spec = self.layout.indicators
        items = _field(self.document, spec.path, self.layout)
        header: list[Cell] = []
        top = self.next_row
        count = max(1, len(items))
        column = 0
        if spec.side:
            header.append(Cell(self.filled(spec.side), top, 0, rowspan=1 + count, kind="side"))
            column = 1
        starts = []
        for part in spec.columns:
            starts.append(column)
            header.append(
                Cell(self.filled(part.label), top, column, colspan=part.span, kind="column")
            )
            column += part.span
        rows: list[list[Cell]] = [[] for _ in range(count)]
        groups = [(0, count)]
        for part, start in zip(spec.columns, starts, strict=True):
            if part.kind == "group" and items:
                groups = list(_merge(items, part.field, groups))
                for first, length in groups:
                    rows[first].append(
                        self.tree_cell(spec, part, start, top + 1, items, first, length)
                    )
            else:
                for number, cells in enumerate(rows):
                    cells.append(self.tree_cell(spec, part, start, top + 1, items, number, 1))
        self.next_row = top + 1 + count
        return (
            Row(top, tuple(header)),
            *(Row(top + 1 + number, tuple(cells)) for number, cells in enumerate(rows)),
        )

    def tree_cell(
        self,
        spec: TreeSpec,
        part: ColumnSpec,
        column: int,
        top: int,
        items: Sequence[Any],
        number: int,
        length: int,
    ) -> Cell:
        if not items:
            return Cell("", top, column, colspan=part.span, kind="blank")
        value = _field(items[number], part.field, self.layout)
        marks = (item.damaged.get(part.field) for item in items[number : number + length])
        damage = next((mark for mark in marks if mark), None)
        kind: CellKind = "text"
        if part.kind != "value":
            kind = part.kind
        elif not isinstance(value, str):
            kind = "number"
        return Cell(
            _printed(value, part.format, damage),
            top + number,
            column,
            length,
            part.span,
            path=f"{spec.path}.{number}.{part.field}",
            kind=kind,
            align=part.align,
            damaged=damage,
            value=value,
        )


def _merge(
    items: Sequence[Any], field: str, groups: Sequence[tuple[int, int]]
) -> Iterator[tuple[int, int]]:
    """Runs (first row, length) of equal neighbours inside each of ``groups``; a blank stays alone."""
    for first, length in groups:
        rows = range(first, first + length)
        for value, run in groupby(rows, key=lambda number: getattr(items[number], field, "")):
            numbers = list(run)
            if value == "":
                yield from ((number, 1) for number in numbers)
            else:
                yield numbers[0], len(numbers)


def _field(source: Any, path: str, layout: Layout) -> Any:
    value = source
    for name in path.split("."):
        if value is None or not hasattr(value, name):
            message = f"版式「{layout.id}」引用的「{path}」在表单中不存在"
            raise DocumentError([ShapeError(path, "layout", message)])
        value = getattr(value, name)
    return value


def _printed(value: Any, number_format: str, damage: Damage | None) -> str:
    if isinstance(value, Decimal):
        text = FORMATS[number_format](value)
    elif isinstance(value, date):
        text = value.isoformat()
    else:
        text = value or ""
    return LOST if damage == "lost" and text in _UNREADABLE else text
