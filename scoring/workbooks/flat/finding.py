"""Which sheets of a file are the tables of a flat workbook, and what the workbook says it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from perfgoals.common.workbooks.container import UnreadableWorkbook
from perfgoals.common.workbooks.filling import CellProblem
from perfgoals.common.workbooks.labels import fold
from perfgoals.common.workbooks.tables.reading import FoundTable, find_table, text_of
from perfgoals.common.workbooks.tables.spec import TableSpec
from perfgoals.common.workbooks.tables.table import Table
from perfgoals.common.workbooks.tables.writing import OPTIONS
from projects.workflow import FormKind
from scoring.workbooks.files import Ignored, Skipped
from scoring.workbooks.flat.columns import (
    FORMAT,
    IDENTITY,
    INSTRUCTIONS,
    MARK,
    PROJECTS,
    TABLES,
)

_AGAIN = "请在「批量导入」页下载平铺工作簿的模板，把内容填进去再上传"
_OWN = frozenset({MARK, OPTIONS, INSTRUCTIONS})
_KINDS = {kind.label: kind for kind in FormKind}


@dataclass(slots=True)
class FlatTables:
    """The tables by name. kind, year: what the workbook was made for, None where it does not say."""

    found: dict[str, FoundTable] = field(default_factory=dict)
    kind: FormKind | None = None
    year: int | None = None
    skipped: list[Skipped] = field(default_factory=list)
    ignored: list[Ignored] = field(default_factory=list)
    problems: list[CellProblem] = field(default_factory=list)


def looks_flat(tables: Sequence[Table]) -> bool:
    """Whether the file is a flat workbook, by its mark, or by the headings of its table 项目."""
    if _mark_of(tables):
        return True
    found = _of_spec(_visible(tables), PROJECTS, {})
    return found is not None and len(found.required_missing) <= 1


Known = dict[tuple[int, str], FoundTable | None]
"""What was found already: by the identity of the sheet, and by the name of what was looked for on it."""


def begun_flat(tables: Sequence[Table], known: Known) -> FlatTables | None:
    """What can be told of a flat workbook while some of its tables are still to come: it says itself what it
    is, and its sheets bear the very names of the tables. None where that is not so, or where columns are
    missing; what is right then ``find_flat`` tells in the end."""
    flat = FlatTables()
    mark = _mark_of(tables)
    if not mark:
        return None
    try:
        _read_mark(flat, mark)
    except UnreadableWorkbook:
        return None
    specs = {spec.name: spec for spec in TABLES}
    for table in _visible(tables):
        spec = specs.get(table.name)
        found = _found(table, spec, known) if spec else None
        if found is not None:
            _look_at_columns(flat, found)
            flat.found[found.spec.name] = found
    return None if flat.problems else flat


def find_flat(tables: Sequence[Table], known: Known) -> FlatTables:
    """The tables of a flat workbook. Raises UnreadableWorkbook (``template``, ``newer``)."""
    flat = FlatTables()
    _read_mark(flat, _mark_of(tables))
    visible = _visible(tables)
    for spec in TABLES:
        found = _of_spec([one for one in visible if one.name not in flat.found], spec, known)
        if found is not None:
            flat.found[spec.name] = found
    if PROJECTS.name not in flat.found:
        message = f"这不是平铺工作簿，或者用错了模板：没有找到工作表「{PROJECTS.name}」。{_AGAIN}"
        raise UnreadableWorkbook("template", message)
    for found in flat.found.values():
        _look_at_columns(flat, found)
    taken = {found.name for found in flat.found.values()}
    for table in tables:
        if table.name not in taken and table.name not in _OWN and table.rows:
            reason = "隐藏的工作表，未读取" if table.hidden else "不是平铺工作簿的表，未读取"
            flat.skipped.append(Skipped(table.name, reason))
    return flat


def _visible(tables: Sequence[Table]) -> list[Table]:
    return [table for table in tables if not table.hidden and table.name not in _OWN]


def _of_spec(tables: Sequence[Table], spec: TableSpec, known: Known) -> FoundTable | None:
    """The sheet with the name of the table; without one, that with all the columns it needs, if it
    has no name of another table."""
    named = [table for table in tables if fold(table.name) in spec.names]
    named.sort(key=lambda table: table.name != spec.name)
    for table in named:
        found = _found(table, spec, known)
        if found is not None:
            return found
    names = frozenset().union(*(one.names for one in TABLES))
    for table in tables:
        if fold(table.name) not in names:
            found = _found(table, spec, known)
            if found is not None and not found.required_missing:
                return found
    return None


def _found(table: Table, spec: TableSpec, known: Known) -> FoundTable | None:
    key = (id(table), spec.name)
    if key not in known:
        known[key] = find_table(table, spec)
    return known[key]


def _look_at_columns(flat: FlatTables, found: FoundTable) -> None:
    for letters, heading, reason in found.ignored:
        flat.ignored.append(Ignored(found.name, "columns", f"{letters}（{heading}）", reason))
    for column in found.required_missing:
        if (column.key == "kind" and flat.kind) or (column.key == "year" and flat.year):
            continue
        place = f"第 {found.heading_row} 行"
        expected = f"缺少「{column.heading}」这一列，请补上（标题写「{column.heading}」）再上传"
        flat.problems.append(CellProblem(found.name, place, column.heading, "", expected))


def _mark_of(tables: Sequence[Table]) -> dict[str, str]:
    for table in tables:
        if table.name == MARK:
            texts = [[str(text_of(cell)) for cell in cells[:2]] for _, cells in table.rows[:20]]
            return {row[0]: row[1] for row in texts if len(row) == 2}
    return {}


def _read_mark(flat: FlatTables, mark: dict[str, str]) -> None:
    if not mark:
        return
    if mark.get("文件类型") != IDENTITY:
        found = mark.get("文件类型", "")[:40]
        raise UnreadableWorkbook(
            "template", f"用错了模板：这是「{found}」，不是平铺工作簿。{_AGAIN}"
        )
    number = mark.get("格式版本", "")
    if not number.isdecimal() or int(number) > FORMAT:
        message = (
            "工作簿由更新版本的系统导出，这里还不能读取。请在本系统重新下载模板，把内容填进去再上传"
        )
        raise UnreadableWorkbook("newer", message)
    flat.kind = _KINDS.get(mark.get("表种", ""))
    year = mark.get("年度", "")
    flat.year = int(year) if year.isdecimal() else None
