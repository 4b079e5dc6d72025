"""Which form stands in a region: its mark, year, layout and money unit."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from perfgoals.common.sheets import Layout, layout_for
from perfgoals.common.workbooks.labels import fold, wording
from perfgoals.common.workbooks.marks import Mark
from perfgoals.common.workbooks.official.region import NAME_LABEL, Region

_YEAR = re.compile(r"(?<!\d)(\d{4})年")
_UNIT = re.compile(r"[(:](?:金额)?(?:单位)?:?(?:人民币)?(万元|元)\)?$")


def mark_of(region: Region) -> Mark | None:
    for cell in region.cells:
        if isinstance(cell.value, str) and (mark := Mark.read(cell.value)):
            return mark
    return None


def year_of(region: Region) -> int | None:
    """The year in the title: 「2024年度」, 「(2020 年度)」."""
    for cell in region.cells[:10]:
        if fold(cell.text) == NAME_LABEL:
            break
        match = _YEAR.search("".join(unicodedata.normalize("NFKC", cell.text).split()))
        if match:
            return int(match[1])
    return None


def layout_of(
    region: Region, layouts: Sequence[Layout], mark: Mark | None, year: int | None
) -> Layout | None:
    """The layout that the mark names; else, of the kind whose words the sheet has most of, that of
    its year."""
    if mark is not None:
        for layout in layouts:
            if (layout.form, layout.id) == (mark.kind, mark.layout):
                return layout
    present = {label.text for label in region.labels}

    def known(layout: Layout) -> int:
        words = wording(layout)
        asked = set(words.tree) | {w for p in words.places for w in (p.label, p.column)}
        return len(asked & present)

    if not layouts:
        return None
    best = max(layouts, key=known)
    if year is None:
        return best
    return layout_for(best.form, year, [x for x in layouts if x.form == best.form])


def money_unit_of(region: Region, below: int) -> str | None:
    """元 or 万元, as the label 项目资金(…) or a line such as 「单位：万元」 says."""
    for cell in region.cells:
        if cell.row >= below or not isinstance(cell.value, str):
            continue
        text = "".join(unicodedata.normalize("NFKC", cell.value).split())
        stated = len(text) < 20 and ("项目资金" in text or "单位" in text)
        bracketed = _UNIT.search(text)
        if stated and bracketed:
            return bracketed[1]
    return None
