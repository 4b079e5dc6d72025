"""Which form stands in a region: its mark, year, layout and money unit."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence

from perfgoals.common.sheets import Layout, layout_for
from perfgoals.common.workbooks.cells import SheetCell
from perfgoals.common.workbooks.labels import fold, wording
from perfgoals.common.workbooks.marks import Mark
from perfgoals.common.workbooks.official.found import Fault
from perfgoals.common.workbooks.official.region import Region

_YEARS = (
    re.compile(r"(?<!\d)((?:19|20|21)\d\d)年度"),
    re.compile(r"年度:?((?:19|20|21)\d\d)(?!\d)"),
    re.compile(r"(?<!\d)((?:19|20|21)\d\d)年(?!\d{1,2}月)"),
)
_YEAR_IN_NAME = re.compile(r"(?<!\d)(20\d\d)(?!\d)")
_UNIT = re.compile(r"[(:,](?:金额)?(?:单位)?:?(?:人民币)?([百千万亿]{0,2}元)\)?[:。]?$")
_KNOWN_UNITS = ("元", "万元")
_LONGEST = 40
_KIND_WORDS = {"自评": "self_evaluation", "申报表": "declaration", "目标表": "declaration"}


def mark_of(region: Region) -> Mark | None:
    for cell in region.cells:
        if isinstance(cell.value, str) and (mark := Mark.read(cell.value)):
            return mark
    return None


def year_of(region: Region) -> int | None:
    """The year in the title: 「2024年度」, 「(2020 年度)」, rather than that of a day."""
    titles = list(_titles(region))
    for pattern in _YEARS:
        for text in titles:
            if match := pattern.search(text):
                return int(match[1])
    return None


def year_in_name(name: str) -> int | None:
    """The year that the name of a sheet or file holds, if it is only one."""
    text = unicodedata.normalize("NFKC", name)
    years = {int(year) for year in _YEAR_IN_NAME.findall(text)}
    return years.pop() if len(years) == 1 else None


def _titles(region: Region) -> Iterator[str]:
    """The texts above the first row of the form, without spaces."""
    last = region.name_row
    for cell in region.cells:
        if cell.row < last and isinstance(cell.value, str) and Mark.read(cell.value) is None:
            yield _plain(cell.value)


def kind_of(region: Region) -> str | None:
    """The form that the title names, None where it names none or both."""
    kinds = {kind for text in _titles(region) for word, kind in _KIND_WORDS.items() if word in text}
    return kinds.pop() if len(kinds) == 1 else None


def layout_of(
    region: Region, layouts: Sequence[Layout], mark: Mark | None, year: int | None
) -> Layout | None:
    """The layout that the mark names; else, of the kind that the title names or whose words the sheet
    has most of, that of its year."""
    if mark is not None:
        for layout in layouts:
            if (layout.form, layout.id) == (mark.kind, mark.layout):
                return layout
    present = {label.text for label in region.labels}

    def known(layout: Layout) -> int:
        words = wording(layout)
        asked = set(words.tree) | {w for p in words.places for w in (p.label, p.column)}
        return len(asked & present)

    stated = kind_of(region)
    layouts = [one for one in layouts if one.form == stated] or layouts
    if not layouts:
        return None
    best = max(layouts, key=known)
    if year is None:
        return best
    return layout_for(best.form, year, [x for x in layouts if x.form == best.form])


def money_unit_of(
    region: Region, below: int, known: frozenset[str]
) -> tuple[str | None, list[Fault]]:
    """元 or 万元, as the label 项目资金(…), a line such as 「单位：万元」 or the headings of amounts say.
    Units that contradict each other, or that a form cannot have, are faults."""
    stated: dict[str, SheetCell] = {}
    for cell in region.cells:
        if cell.row >= below or not isinstance(cell.value, str) or len(cell.value) > _LONGEST:
            continue
        text = _plain(cell.value)
        match = _UNIT.search(text)
        if match and ("项目资金" in text or "单位" in text or fold(cell.value) in known):
            stated.setdefault(match[1], cell)
    others = [Fault(stated[u], "金额单位", "只能是 元 或 万元", "money_unit") for u in stated]
    if len(stated) > 1:
        first, *rest = stated.values()
        said = f"与 {first.address}「{' '.join(first.text.split())}」不一致，请统一成 元 或 万元"
        return None, [Fault(cell, "金额单位", said, "money_unit") for cell in rest]
    unit = next(iter(stated), None)
    return (unit, []) if unit is None or unit in _KNOWN_UNITS else (None, others)


def _plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split())
