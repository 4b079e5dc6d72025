"""A file with forms, whatever it is: official sheets, a flat workbook, CSV or JSON, told by its content."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from perfgoals.common.documents import DocumentError, ShapeError, read_json
from perfgoals.common.sheets import shipped_layouts
from perfgoals.common.workbooks.cells import ReadSheet, SheetCell
from perfgoals.common.workbooks.container import Limits, UnreadableWorkbook
from perfgoals.common.workbooks.filling import CellProblem
from perfgoals.common.workbooks.formats import GENERAL
from perfgoals.common.workbooks.marks import FORMAT
from perfgoals.common.workbooks.official import (
    OfficialForm,
    PassedOver,
    PassedSheet,
    find_forms,
)
from perfgoals.common.workbooks.reading import (
    IMPORT_LIMITS,
    read_sheets_or_tables,
    read_workbook,
)
from perfgoals.common.workbooks.tables import Formatted, Table
from perfgoals.common.workbooks.tables.delimited import csv_table, zip_tables
from perfgoals.common.workbooks.tables.table import CellValue, Faulty
from projects.workflow import FormKind
from scoring.documents import FormDocument, read_form
from scoring.workbooks.execution.headings import UnusableSheet, headed
from scoring.workbooks.files import FileKind, Ignored, Place, ReadFile, ReadForm, Skipped
from scoring.workbooks.flat import Each, FlatFile, FlatReading, kept_over, looks_flat, read_flat
from scoring.workbooks.flat.columns import TABLES
from scoring.workbooks.official import form_from
from scoring.workbooks.sureness import grouped, sureness_of

Report = Callable[[int, int], None]
"""Told how much of how much was read."""

_EVERY = 20  # forms
_SHOWN = 40
_NAMED = 5
_TABLE_NAMES = frozenset().union(*(spec.names for spec in TABLES), {spec.name for spec in TABLES})
_TEMPLATE = (
    "没有找到可以导入的内容：既没有申报表、自评表，也不是平铺工作簿。请用本系统下载的工作簿，"
    "或各单位的申报表、自评表（有「项目名称」和带「三级指标」「年度指标值」的标题行）"
)


@dataclass(slots=True)
class OfficialRead(ReadForm):
    """A form on an official sheet. found: as it stands there, so that it can be read once more over a
    kept form."""

    found: OfficialForm | None = None


def read_file(
    data: bytes,
    *,
    name: str = "",
    limits: Limits = IMPORT_LIMITS,
    heard: Report | None = None,
    report: Report | None = None,
    each: Each | None = None,
) -> ReadFile:
    """What a file holds. name: of the file; only a missing year is looked for in it. heard: is told how
    far the file itself is read, report: then how many of its rows are; each: of flat tables every form as
    soon as it is read. Nothing is saved, and no database
    is asked. Raises UnreadableWorkbook; its codes besides those of ``read_workbook``:
    ``json``, ``csv``, ``template`` (nothing of ours in it), ``blank`` (no content at all), ``newer``
    (written by a later version), ``execution`` (a list of executed budgets)."""
    if len(data) > limits.size:
        message = f"文件超过 {limits.size >> 20} MB，请删去图片和不用的工作表后再上传"
        raise UnreadableWorkbook("size", message)
    head = data[:200].lstrip(b"\xef\xbb\xbf \r\n\t")
    if head.startswith((b"{", b"[")):
        return _read_json(data)
    flat = FlatReading(report=report, each=each)
    try:
        sheets, tables = read_sheets_or_tables(data, limits, _TABLE_NAMES, heard, flat.take)
    except UnreadableWorkbook as refused:
        listed = _of_values(data, name, refused, limits)
        return _of_tables(listed, report)
    if tables:
        if looks_flat(tables):
            return flat.finish(tables)
        sheets = read_workbook(data, limits)
    return _of_sheets(sheets, name, report)


def over_kept(read: ReadForm, before: FormDocument, file: ReadFile) -> FormDocument:
    """A form that was read without problems, as it would be if ``before`` took over what the file says:
    what the file does not show stays as it was."""
    document = read.document
    if document is None or document.form != before.form:
        raise ValueError("only a form without problems, and over one of its kind")
    if isinstance(read, OfficialRead) and read.found is not None:
        return form_from(read.found, before).document or document
    if isinstance(file, FlatFile):
        return kept_over(before, document, file.unseen.get(FormKind(document.form), frozenset()))
    return document


# -- official sheets -------------------------------------------------------------------------------


def _of_sheets(sheets: Sequence[ReadSheet], name: str, report: Report | None) -> ReadFile:
    reading = find_forms(sheets, shipped_layouts(), file_name=name)
    if not any(found.mark for found in reading.forms):
        tables = [as_table(sheet) for sheet in sheets]
        if looks_flat(tables):
            return read_flat(tables, report=report)
        if not reading.forms:
            _refuse_tables(tables)
    if not reading.forms:
        raise _nothing(sheets, reading.skipped)
    if any(found.mark and found.mark.format > FORMAT for found in reading.forms):
        message = (
            "工作簿由更新版本的系统导出，这里还不能读取。请在本系统重新下载，把内容填进去再上传"
        )
        raise UnreadableWorkbook("newer", message)
    file = ReadFile(FileKind.OFFICIAL)
    file.skipped = [Skipped(sheet.sheet, sheet.reason) for sheet in reading.skipped]
    for number, found in enumerate(reading.forms, 1):
        file.forms.append(_official(found, file))
        if report is not None and (number % _EVERY == 0 or number == len(reading.forms)):
            report(number, len(reading.forms))
    file.rows = sum(form.rows for form in file.forms)
    file.blank_rows = sum(form.blank_rows for form in file.forms)
    return file


def _official(found: OfficialForm, file: ReadFile) -> OfficialRead:
    filled = form_from(found)
    sureness, why, assumed = sureness_of(found)
    file.ignored += [_ignored(found.sheet, one) for one in (*found.passed, *filled.passed)]
    missing = [f"没有找到「{title}」" for title in grouped(found.missing)]
    return OfficialRead(
        head=filled.document,
        sheet=found.sheet,
        range=found.range,
        problems=filled.problems,
        places={path: Place(found.sheet, cell) for path, cell in filled.places.items()},
        form=found.mark.form if found.mark else 0,
        version=found.mark.version if found.mark else 0,
        sureness=sureness,
        why=why,
        remarks=[*assumed, *missing, *found.remarks],
        rows=filled.rows,
        blank_rows=filled.blank_rows,
        name=named.cell.text if (named := found.cells.get("project.name")) and named.cell else "",
        found=found,
    )


def _ignored(sheet: str, passed: PassedOver) -> Ignored:
    where = f"{passed.where}（{passed.label}）" if passed.label else passed.where
    return Ignored(sheet, passed.what, where, passed.reason)


def _nothing(sheets: Sequence[ReadSheet], skipped: Iterable[PassedSheet]) -> UnreadableWorkbook:
    if not any(sheet.cells for sheet in sheets):
        message = "工作簿里没有内容，所有工作表都是空的。请选择填好的工作簿"
        return UnreadableWorkbook("blank", message)
    hidden = [f"「{one.sheet}」" for one in skipped if one.reason.startswith("是隐藏的")]
    told = f"（隐藏的工作表 {'、'.join(hidden[:_NAMED])} 不读取）" if hidden else ""
    return UnreadableWorkbook("template", f"{_TEMPLATE}{told}")


# -- lists -----------------------------------------------------------------------------------------


def as_table(sheet: ReadSheet) -> Table:
    """The cells of a sheet as rows of plain values; of merged cells the first holds the value."""
    rows: dict[int, list[CellValue]] = {}
    for (row, column), cell in sorted(sheet.cells.items()):
        cells = rows.setdefault(row, [])
        cells.extend([None] * (column - len(cells)))
        cells[column - 1] = _plain(cell)
    return Table(sheet.name, sheet.hidden, list(rows.items()))


def _plain(cell: SheetCell) -> CellValue:
    if cell.problem:
        text = cell.value if isinstance(cell.value, str) else cell.text
        return Faulty(text, cell.problem)
    if cell.format != GENERAL and isinstance(cell.value, Decimal):
        return Formatted(cell.value, cell.format)
    return cell.value


def _of_tables(tables: Sequence[Table], report: Report | None) -> ReadFile:
    if looks_flat(tables):
        return read_flat(tables, report=report)
    _refuse_tables(tables)
    raise UnreadableWorkbook("template", _TEMPLATE)


def _refuse_tables(tables: Sequence[Table]) -> None:
    """Say so where a file is a list of executed budgets."""
    if any(lists_execution(table) for table in tables if not table.hidden):
        message = (
            "这是预算执行表，不是申报表或自评表。请在「批量导入」页面的「导入预算执行表」里上传"
        )
        raise UnreadableWorkbook("execution", message)


def lists_execution(table: Table) -> bool:
    """Whether the sheet is a list of executed budgets: projects with 年初预算, 全年预算, 执行数."""
    try:
        found = headed(table)
    except UnusableSheet:
        return False
    return any(len(columns) >= 2 for columns in found.blocks.values())


def _of_values(data: bytes, name: str, refused: UnreadableWorkbook, limits: Limits) -> list[Table]:
    """The tables of a CSV file or of an archive of them; for anything else the refusal stands."""
    if refused.code == "text":
        return [csv_table(data, name.rpartition("/")[2].removesuffix(".csv"))]
    if refused.code == "other" and data.startswith(b"PK"):
        try:
            return zip_tables(data, limits.unpacked)
        except UnreadableWorkbook as error:
            if error.code != "other":
                raise
    raise refused


# -- JSON ------------------------------------------------------------------------------------------


def _read_json(data: bytes) -> ReadFile:
    """One form in the published shape, a list of them, or the list under ``forms``; or what the command
    ``read_workbook`` wrote, whose ``documents`` say where they came from."""
    try:
        content = read_json(data)
    except DocumentError as error:
        message = f"文件内容有误：{error.errors[0].message}。请检查后再上传"
        raise UnreadableWorkbook("json", message) from error
    except ArithmeticError as error:  # 1e999999999999999999 is more than a decimal holds
        message = "文件内容有误：含有过大的数字。请检查后再上传"
        raise UnreadableWorkbook("json", message) from error
    if isinstance(content, dict) and "form" not in content:
        if isinstance(content.get("documents"), list):
            content = [_without_place(item) for item in content["documents"]]
        else:
            content = content.get("forms", content)
    items = content if isinstance(content, list) else [content]
    if not items:
        raise UnreadableWorkbook("blank", "文件里没有表，请选择导出的 JSON 文件")
    file = ReadFile(FileKind.JSON)
    file.forms = [_json_form(item, number) for number, item in enumerate(items, 1)]
    file.rows = sum(form.rows for form in file.forms)
    return file


def _without_place(item: Any) -> Any:
    if not isinstance(item, dict):
        return item
    return {key: value for key, value in item.items() if key not in ("sheet", "range")}


def _json_form(item: Any, number: int) -> ReadForm:
    place = f"第 {number} 份"
    rows = item.get("indicators") if isinstance(item, dict) else None
    form = ReadForm(None, "", place, rows=len(rows) if isinstance(rows, list) else 0)
    form.why = "JSON 写明了是什么表"
    project = item.get("project") if isinstance(item, dict) else None
    name = project.get("name") if isinstance(project, dict) else None
    form.name = name if isinstance(name, str) else ""
    try:
        form.head = read_form(item)
    except DocumentError as error:
        form.problems = [_json_problem(item, place, one) for one in error.errors]
    return form


def _json_problem(item: Any, place: str, error: ShapeError) -> CellProblem:
    found = item
    for part in error.path.split(".") if error.path else ():
        if isinstance(found, list) and part.isdecimal() and int(part) < len(found):
            found = found[int(part)]
        elif isinstance(found, dict):
            found = found.get(part)
        else:
            found = None
    text = "" if found is None or isinstance(found, dict | list) else str(found)
    shown = f"{text[:_SHOWN]}…" if len(text) > _SHOWN else text
    expected = error.message.partition("，读到")[0]
    return CellProblem("", place, error.path or "整份表", shown, expected, error.path)
