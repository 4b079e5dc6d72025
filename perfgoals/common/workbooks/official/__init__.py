"""Official forms found on a worksheet by their labels, wherever these stand.

Rows may have been put in, taken out or moved, columns may stand in another order, notes may stand
beside and below: what is known is taken, what is not is named. Several forms may stand below one
another on one sheet.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from perfgoals.common.sheets import Layout
from perfgoals.common.workbooks.cells import ReadSheet
from perfgoals.common.workbooks.labels import wording
from perfgoals.common.workbooks.official.fixed import FixedCells
from perfgoals.common.workbooks.official.found import Found, FoundRow, OfficialForm, Reading
from perfgoals.common.workbooks.official.identity import (
    layout_of,
    mark_of,
    money_unit_of,
    year_of,
)
from perfgoals.common.workbooks.official.region import Region, regions
from perfgoals.common.workbooks.official.tree import Tree, tree_header

__all__ = ["Found", "FoundRow", "OfficialForm", "Reading", "find_forms"]


def find_forms(sheets: Iterable[ReadSheet], layouts: Sequence[Layout]) -> Reading:
    """Every official form in the workbook that one of the layouts describes."""
    reading = Reading()
    for sheet in sheets:
        if sheet.hidden:
            reading.skipped.append(f"工作表「{sheet.name}」是隐藏的，未读取")
            continue
        forms = [form for region in regions(sheet) if (form := _form(region, layouts)) is not None]
        reading.forms += forms
        if not forms and sheet.cells:
            reading.skipped.append(
                f"工作表「{sheet.name}」中没有找到申报表或自评表"
                "（应有「项目名称」和带「三级指标」「年度指标值」的标题行），未读取"
            )
    return reading


def _form(region: Region, layouts: Sequence[Layout]) -> OfficialForm | None:
    mark, year = mark_of(region), year_of(region)
    layout = layout_of(region, layouts, mark, year)
    if layout is None:
        return None
    words = wording(layout)
    header = tree_header(region, words)
    if header is None:
        return None
    tree, fixed = Tree(region, words, header), FixedCells(region, words)
    found = [*fixed.head(tree.top), *fixed.goals(tree.top)]
    end, closing = fixed.closing(header, tree.below)
    rows, blank = tree.rows(end)
    absent = [words.titles[name] for text, name in words.tree.items() if text not in header]
    return OfficialForm(
        sheet=region.sheet.name,
        first_row=region.first,
        last_row=region.last,
        layout=layout,
        mark=mark,
        year=year,
        money_unit=money_unit_of(region, tree.top),
        cells={one.path: one for one in (*found, *closing)},
        rows=rows,
        columns=frozenset(words.tree[text] for text in header),
        missing=(*fixed.missing, *absent),
        remarks=tuple(tree.remarks),
        blank_rows=blank,
    )
