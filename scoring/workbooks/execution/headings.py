"""Where the columns of a list of executed budgets stand: found by their headings, of one level or of two."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from perfgoals.common.workbooks.cells import column_letters
from perfgoals.common.workbooks.labels import fold
from perfgoals.common.workbooks.tables import Table
from perfgoals.common.workbooks.tables.spec import Column
from perfgoals.common.workbooks.tables.table import CellValue
from projects.documents import MoneyUnit
from projects.models import FundingSource
from scoring.workbooks.execution.columns import AMOUNTS, EXECUTION, PLAINEST, source_meant

_SEARCHED = 30  # rows from the top in which the headings may stand
_LEAST = 2
_SHOWN = 40
_BRACKETS = re.compile(r"[(\[【][^)\]】]*[)\]】]")
_MONEY = r"(亿元|百万元|万元|千元|百元|元)"
_IN_HEADING = re.compile(rf"[(\[【]\s*(?:金额)?(?:单位:?)?\s*(?:人民币)?\s*{_MONEY}\s*[)\]】]")
_STATED = re.compile(rf"(?:单位|金额):?\s*(?:人民币)?\s*{_MONEY}")
_ALONE = re.compile(rf"[(\[【]?\s*(?:人民币)?{_MONEY}\s*[)\]】]?")


class UnusableSheet(Exception):
    """No list that can be read. The text is Chinese, without full stop."""


@dataclass(frozen=True, slots=True)
class Head:
    """A heading. text: as it stands there, with the one above it where there is one; group: that one."""

    text: str
    group: str
    column: Column | None


@dataclass(slots=True)
class Headed:
    """The table on a sheet.

    rows: those below the headings that hold something, with their numbers. places: index of the column by
    its key. blocks: for each source of money the columns of its amounts; one alone, for the source "",
    where the columns do not tell sources. ignored: letters, heading and reason of columns that are not
    read. money_unit: None where nothing says. above: the texts above the headings.
    """

    name: str
    heading_row: int
    places: dict[str, int] = field(default_factory=dict)
    blocks: dict[str, dict[str, int]] = field(default_factory=dict)
    ignored: list[tuple[str, str, str]] = field(default_factory=list)
    money_unit: MoneyUnit | None = None
    above: list[str] = field(default_factory=list)
    rows: list[tuple[int, Sequence[CellValue]]] = field(default_factory=list)
    blank_rows: int = 0


def headed(table: Table) -> Headed:
    """The list on the sheet. Raises UnusableSheet."""
    at, heads = _best(table)
    found = Headed(table.name, table.rows[at][0] if heads else 0)
    if _are_alike(heads):  # then what stands above tells them apart
        heads = _heads(table.rows[at][1], _groups(table, at)) or heads
    keys = {head.column.key for head in heads.values() if head.column}
    if not {"name", "executed"} <= keys:
        raise UnusableSheet("没有「项目名称」和「执行数」的标题行")
    found.above = [
        unicodedata.normalize("NFKC", cell)
        for _, cells in table.rows[: at + 1]
        for cell in cells
        if isinstance(cell, str)
    ]
    _place(found, heads)
    found.money_unit = _money_unit(found, heads)
    _take_rows(found, table.rows[at + 1 :])
    return found


def _best(table: Table) -> tuple[int, dict[int, Head]]:
    """The row with most headings; alone, or together with the row above it where that finds more."""
    best: tuple[int, dict[int, Head]] = (0, {})
    most = _LEAST - 1
    for at, (_, cells) in enumerate(table.rows[:_SEARCHED]):
        above = _groups(table, at)
        for groups in ([], above) if above else ([],):
            heads = _heads(cells, groups)
            number = sum(head.column is not None for head in heads.values())
            if number > most:
                most, best = number, (at, heads)
    return best


def _are_alike(heads: dict[int, Head]) -> bool:
    """Whether amounts are headed alike, and nothing above tells them apart yet."""
    keys = [head.column.key for head in heads.values() if head.column]
    grouped = any(head.group for head in heads.values())
    return not grouped and any(keys.count(key) > 1 for key in AMOUNTS)


def _groups(table: Table, at: int) -> list[str]:
    """The headings above those of a row, each over the columns up to the next; nothing where the row is no
    row of headings."""
    cells = table.rows[at][1]
    if at == 0 or any(cell is not None and not isinstance(cell, str) for cell in cells):
        return []
    upper = table.rows[at - 1][1]
    groups, last = [], ""
    for place in range(max(len(cells), len(upper))):
        own = _text(upper, place)
        if own:
            last = own
        elif not _text(cells, place):
            last = ""
        groups.append(last)
    return groups


def _heads(cells: Sequence[CellValue], groups: Sequence[str]) -> dict[int, Head]:
    heads = {}
    for place in range(max(len(cells), len(groups))):
        own, group = _text(cells, place), groups[place] if place < len(groups) else ""
        if own or group:
            heads[place] = _head(own, group if group != own else "")
    return heads


def _head(own: str, group: str) -> Head:
    known = EXECUTION.headings
    told = " ".join(filter(None, (group, own)))
    for text in filter(None, (own or group, f"{own}{_bare(group)}", f"{_bare(group)}{own}")):
        if column := known.get(fold(text)):
            return Head(told, group if own else "", column)
    return Head(told, group if own else "", None)


def _text(cells: Sequence[CellValue], place: int) -> str:
    cell = cells[place] if place < len(cells) else None
    return " ".join(cell.split()) if isinstance(cell, str) else ""


def _bare(text: str) -> str:
    """Without brackets and spaces, its own words kept."""
    return "".join(_BRACKETS.sub("", unicodedata.normalize("NFKC", text)).split())


# -- which column is which -------------------------------------------------------------------------


def _place(found: Headed, heads: dict[int, Head]) -> None:
    at: dict[str, list[int]] = defaultdict(list)
    for place, head in heads.items():
        if head.column is not None:
            at[head.column.key].append(place)
    for key, places in at.items():
        if key not in AMOUNTS:
            found.places[key] = places[0]
    amounts = {key: at[key] for key in AMOUNTS if key in at}
    found.blocks = _blocks(amounts, heads)
    read = {*found.places.values(), *(p for one in found.blocks.values() for p in one.values())}
    for place, head in heads.items():
        if place in read or not head.text:
            continue
        why = "不属于本表，未读取" if head.column is None else "与别的列重复，未读取"
        found.ignored.append((column_letters(place + 1), head.text[:_SHOWN], why))


def _blocks(amounts: dict[str, list[int]], heads: dict[int, Head]) -> dict[str, dict[str, int]]:
    if all(len(places) == 1 for places in amounts.values()):
        return {"": {key: places[0] for key, places in amounts.items()}}
    by_source = _by_source(amounts, heads)
    if by_source is not None:
        return by_source
    chosen = {}
    for key, places in amounts.items():
        plainest = [p for p in places if _bare(heads[p].text) in PLAINEST[key]]
        if len(places) > 1 and len(plainest) != 1:
            named = "、".join(f"{column_letters(p + 1)}（{heads[p].text}）" for p in places)
            label = next(column.heading for column in EXECUTION.columns if column.key == key)
            raise UnusableSheet(f"有几列都像「{label}」：{named}，分不清读哪一列，请只留一列")
        chosen[key] = plainest[0] if len(places) > 1 else places[0]
    return {"": chosen}


def _by_source(
    amounts: dict[str, list[int]], heads: dict[int, Head]
) -> dict[str, dict[str, int]] | None:
    """The columns under the source that stands above each; None where that is not what stands there."""
    blocks: dict[str, dict[str, int]] = defaultdict(dict)
    for key, places in amounts.items():
        for place in places:
            source = source_meant(heads[place].group)
            source = "" if source == FundingSource.TOTAL.value else source
            if source is None or key in blocks[source]:
                return None
            blocks[source][key] = place
    return dict(blocks)


def _money_unit(found: Headed, heads: dict[int, Head]) -> MoneyUnit | None:
    """What the amounts are in: told by the headings, or above them."""
    places = {place for one in found.blocks.values() for place in one.values()}
    texts = [unicodedata.normalize("NFKC", heads[place].text) for place in sorted(places)]
    stated = [match[1] for text in texts if (match := _IN_HEADING.search(text))]
    if len(set(stated)) > 1:
        raise UnusableSheet(f"各列的金额单位不一致（{'、'.join(sorted(set(stated)))}）")
    if not stated:
        stated = list(_told_above(found.above))[:1]
    if not stated:
        return None
    if stated[0] not in ("元", "万元"):
        raise UnusableSheet(f"金额单位是{stated[0]}，只能读元或万元，请换算后再上传")
    return "万元" if stated[0] == "万元" else "元"


def _told_above(texts: Sequence[str]) -> Iterator[str]:
    for text in texts:
        match = _STATED.search(text) or _ALONE.fullmatch(text.strip())
        if match:
            yield match[1]


def _take_rows(found: Headed, rows: Sequence[tuple[int, list[CellValue]]]) -> None:
    last = found.heading_row
    for number, cells in rows:
        if any(cell is not None and (type(cell) is not str or cell.strip()) for cell in cells):
            found.rows.append((number, cells))
            last = number
    found.blank_rows = last - found.heading_row - len(found.rows)
