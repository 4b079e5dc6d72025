"""Official forms found on a worksheet by their labels, wherever these stand.

Rows may have been put in, taken out or moved, columns may stand in another order, notes may stand
beside and below: what is known is taken, what is not is named. Several forms may stand below one
another on one sheet.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from perfgoals.common.sheets import Layout
from perfgoals.common.workbooks.cells import ReadSheet, SheetCell, address
from perfgoals.common.workbooks.labels import Wording, fold, is_sign, wording
from perfgoals.common.workbooks.marks import Mark
from perfgoals.common.workbooks.official.fixed import FixedCells
from perfgoals.common.workbooks.official.found import (
    Found,
    FoundRow,
    OfficialForm,
    PassedOver,
    PassedSheet,
    Reading,
)
from perfgoals.common.workbooks.official.identity import (
    kind_of,
    layout_of,
    mark_of,
    money_unit_of,
    year_in_name,
    year_of,
)
from perfgoals.common.workbooks.official.region import Region, regions
from perfgoals.common.workbooks.official.tree import Tree, tree_header

__all__ = [
    "Found",
    "FoundRow",
    "OfficialForm",
    "PassedOver",
    "PassedSheet",
    "Reading",
    "find_forms",
]

_NO_FORM = (
    "中没有找到申报表或自评表（应有「项目名称」和带「三级指标」「年度指标值」的标题行），未读取"
)
_LONGEST = 40
_NAMED = 20


def find_forms(
    sheets: Iterable[ReadSheet], layouts: Sequence[Layout], *, file_name: str = ""
) -> Reading:
    """Every official form in the workbook that one of the layouts describes. file_name: where the year
    is looked for when the sheet does not state it."""
    reading = Reading()
    for sheet in sheets:
        if sheet.hidden:
            reading.skipped.append(PassedSheet(sheet.name, "是隐藏的，未读取"))
            continue
        found = _on_sheet(sheet, layouts, file_name)
        reading.forms += found
        if not found and sheet.cells:
            reading.skipped.append(PassedSheet(sheet.name, _NO_FORM))
    return reading


def _on_sheet(sheet: ReadSheet, layouts: Sequence[Layout], file_name: str) -> list[OfficialForm]:
    forms: list[OfficialForm] = []
    for region in regions(sheet):
        form = _form(region, layouts, _year_of(region, forms, file_name))
        if form is not None:
            forms.append(form)
    return forms


def _year_of(
    region: Region, above: Sequence[OfficialForm], file_name: str
) -> tuple[int | None, str]:
    """The year, and where it stands."""
    earlier = above[-1].year if above else None
    for source, year in (
        ("title", year_of(region)),
        ("above", earlier),
        ("sheet", year_in_name(region.sheet.name)),
        ("file", year_in_name(file_name)),
    ):
        if year is not None:
            return year, source
    return None, ""


def _form(
    region: Region, layouts: Sequence[Layout], year: tuple[int | None, str]
) -> OfficialForm | None:
    mark = mark_of(region)
    layout = layout_of(region, layouts, mark, year[0])
    if layout is None:
        return None
    words = wording(layout)
    header = tree_header(region, words)
    if header is None:
        return None
    tree, fixed = Tree(region, words, header), FixedCells(region, words)
    region.reword(words.head_words, region.first, tree.top - 1)
    region.reword(words.closing_words, tree.below, region.last)
    found = [*fixed.head(tree.top), *fixed.goals(tree.top)]
    end, closing = fixed.closing(header, tree.below)
    rows, blank = tree.rows(end, is_ours=mark is not None)
    absent = [words.titles[name] for text, name in words.tree.items() if text not in header]
    money_unit, faults = money_unit_of(region, tree.top, words.known)
    return OfficialForm(
        sheet=region.sheet.name,
        range=_range(region),
        first_row=region.first,
        last_row=region.last,
        layout=layout,
        mark=mark,
        year=year[0],
        year_from=year[1],
        money_unit=money_unit,
        kind_stated=kind_of(region) == layout.form,
        cells={one.path: one for one in (*found, *closing)},
        rows=rows,
        columns=frozenset(words.tree[text] for text in header),
        asked=len(words.places) + len(words.tree),
        missing=(*fixed.missing, *absent),
        passed=(*_left_over(region, words, fixed, tree, end), *tree.passed),
        remarks=(*fixed.remarks, *tree.remarks),
        faults=faults,
        blank_rows=blank,
    )


def _range(region: Region) -> str:
    columns = [cell.column for cell in region.cells]
    last = max(region.sheet.span(cell.row, cell.column).right for cell in region.cells)
    return f"{address(region.first, min(columns))}:{address(region.last, last)}"


def _left_over(
    region: Region, words: Wording, fixed: FixedCells, tree: Tree, end: int
) -> Iterator[PassedOver]:
    """What stands above and below the tree and went into no cell of the form. Above the name of the
    project is the title."""
    known = words.known | words.head_words.keys() | words.closing_words.keys()
    for row, cells in region.rows.items():
        if row < region.name_row or tree.top <= row <= end:
            continue
        left = [
            cell
            for cell in cells
            if (cell.row, cell.column) not in fixed.read and not _is_label(cell, known)
        ]
        if left:
            label = "、".join(cell.text.strip() for cell in left).replace("\n", "")
            if len(label) > _LONGEST:
                label = f"{label[:_LONGEST]}…"
            if len(left) == len(cells):
                yield PassedOver("rows", str(row), label, "不属于本表，未读取")
            else:
                where = "、".join(cell.address for cell in left[:_NAMED])
                yield PassedOver("cells", where, label, "不属于本表，未读取")


def _is_label(cell: SheetCell, known: frozenset[str]) -> bool:
    """A label of the layout, the mark, or a sign where nothing belongs."""
    if not isinstance(cell.value, str):
        return False
    is_mark = Mark.read(cell.value) is not None
    return is_mark or is_sign(cell.value) or fold(cell.value) in known
