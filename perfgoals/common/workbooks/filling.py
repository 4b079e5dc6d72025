"""A found form as a document: what the sheet shows over what it does not show.

A cell that cannot be taken is named with its sheet, place and label, with what was found there and what
belongs there; all of them at once.
"""

from __future__ import annotations

import copy
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal, localcontext
from enum import StrEnum
from typing import Any, Generic, TypeVar

from perfgoals.common.documents import Document, DocumentError, plain, unpadded
from perfgoals.common.patches import MAX_ROWS, row_pairs
from perfgoals.common.sheets import LOST
from perfgoals.common.workbooks.cells import SheetCell
from perfgoals.common.workbooks.formats import shown_places
from perfgoals.common.workbooks.official import Found, FoundRow, OfficialForm, PassedOver

ROWS = "indicators"
_SIGNS = frozenset({"", "-", "—", "——", "–", "―", "/", "无"})  # printed where no number belongs
_NUMBER = re.compile(r"[+-]?(\d{1,3}(,\d{3})+|\d+)(\.\d*)?|[+-]?\.\d+")
_SHOWN = 40
_NAMED = 20
_UNPLACED = {"year": ("年度", "没有找到年度，请在表的标题下写明，如「（2024年度）」")}
_COMPARISON = "应为 ≥、＞、≤、＜、＝ 之一，或 定性"
_JOINED = ("target", "actual")
_CLASSES = ("level1", "level2")
_POINTS_BESIDE = re.compile(r"[（(]\s*\d+(\.\d+)?\s*分?\s*[)）]$")
_CONTENT = ("actual", "score", "deviation_reason")

D = TypeVar("D", bound=Document)
Convert = Callable[[Decimal], Decimal]
Join = Callable[[str, str, str], str | None]
"""Comparison, value and unit to the text of a cell; None for a comparison that is none."""


class CellKind(StrEnum):
    """What a cell of a document holds."""

    TEXT = "text"
    AMOUNT = "amount"
    RATE = "rate"
    POINTS = "points"
    DAY = "day"


_PLACES = {CellKind.AMOUNT: 6, CellKind.RATE: 4, CellKind.POINTS: 4}
_EXPECTED = {
    CellKind.TEXT: "文字",
    CellKind.AMOUNT: "金额（数字）",
    CellKind.RATE: "百分数",
    CellKind.POINTS: "分数（数字）",
    CellKind.DAY: "日期（如 2026-01-31）",
}


@dataclass(frozen=True, slots=True)
class CellProblem:
    """A cell that cannot be taken. label: its name on the form. found: what stands there, "" for
    nothing. expected: what belongs there, or what to do."""

    sheet: str
    cell: str
    label: str
    found: str
    expected: str
    path: str = ""

    @property
    def message(self) -> str:
        sheet = f"工作表「{self.sheet}」" if self.sheet else ""
        place = f"{sheet}{self.cell}"
        read = f"读到「{self.found}」，" if self.found else ""
        return f"{place}（{self.label}）：{read}{self.expected}"


@dataclass(slots=True)
class Filled(Generic[D]):
    """document: None where there are problems. places: the cells of the sheet by path, for findings.
    remarks: what was passed over, and what else should be known. passed: rows of the blank template that
    nobody filled. rows: how many indicators there are; blank_rows: how many rows were blank."""

    document: D | None
    problems: list[CellProblem] = field(default_factory=list)
    places: dict[str, str] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)
    passed: list[PassedOver] = field(default_factory=list)
    rows: int = 0
    blank_rows: int = 0


def fill(
    form: OfficialForm,
    document_type: type[D],
    data: Mapping[str, Any],
    *,
    kind_of: Callable[[str], CellKind],
    join: Join,
    is_leftover: Callable[[str, str], bool],
    convert: Convert = lambda amount: amount,
) -> Filled[D]:
    """The document that the sheet makes of ``data`` (the JSON of the form as it now stands, or what a
    new one begins with).

    kind_of: what the cell of a path holds, without row numbers (``indicators.weight``). join: makes one
    text of comparison, value and unit that stand in columns of their own. is_leftover: whether a row
    with that name and target is one of the blank template. convert: takes amounts from the money unit of
    the sheet to that of the document.
    """
    return _Filler(form, document_type, data, kind_of, join, is_leftover, convert).filled()


class _Filler(Generic[D]):
    def __init__(
        self,
        form: OfficialForm,
        document_type: type[D],
        data: Mapping[str, Any],
        kind_of: Callable[[str], CellKind],
        join: Join,
        is_leftover: Callable[[str, str], bool],
        convert: Convert,
    ) -> None:
        self.form, self.document_type = form, document_type
        self.join, self.is_leftover = join, is_leftover
        self.leftovers: list[str] = []
        self.data: dict[str, Any] = copy.deepcopy(dict(data))
        self.kind_of, self.convert = kind_of, convert
        self.found: dict[str, Found] = {}
        self.problems: list[CellProblem] = []

    def filled(self) -> Filled[D]:
        if len(self.form.rows) > MAX_ROWS:
            expected = f"指标有 {len(self.form.rows)} 行，一份表最多 {MAX_ROWS} 行"
            return Filled(None, [CellProblem(self.form.sheet, "", "指标", "", expected)])
        for path, found in self.form.cells.items():
            *walk, last = path.split(".")
            place = self.data
            for part in walk:
                place = place.setdefault(part, {})
            self.put(place, last, path, found, self.kind_of(path))
        self.data[ROWS] = self.rows(self.data.get(ROWS, []))
        for fault in self.form.faults:
            found = Found(fault.path, fault.title, fault.cell.row, fault.cell.column, fault.cell)
            self.found.setdefault(fault.path, found)
            self.complain(fault.path, found, fault.expected)
        document = self.read()
        self.problems.sort(key=self.position)
        places = {path: found.address for path, found in self.found.items()}
        passed = []
        if self.leftovers:
            where = "、".join(self.leftovers)
            passed = [PassedOver("rows", where, "", "是没有填写的模板行，已略过")]
        remarks = [f"没有找到「{title}」，保持不变" for title in self.form.missing]
        remarks += [one.sentence for one in (*self.form.passed, *passed)]
        remarks += self.form.remarks
        blank = self.form.blank_rows + len(self.leftovers)
        rows = len(self.data[ROWS])
        return Filled(document, self.problems, places, remarks, passed, rows, blank)

    def read(self) -> D | None:
        try:
            document = self.document_type.read(self.data)
        except DocumentError as error:
            for item in error.errors:
                found = self.found.get(item.path)
                if found is None:
                    label, expected = _UNPLACED.get(item.path, (item.path, item.message))
                    self.problems.append(
                        CellProblem(self.form.sheet, "", label, "", expected, item.path)
                    )
                elif not any(problem.path == item.path for problem in self.problems):
                    # The message of the document repeats what was read; here it is told apart.
                    expected = item.message.partition("，读到")[0]
                    self.complain(item.path, found, expected)
            return None
        return None if self.problems else document

    def position(self, problem: CellProblem) -> tuple[int, int]:
        found = self.found.get(problem.path)
        return (found.row, found.column) if found else (0, 0)

    def complain(self, path: str, found: Found, expected: str) -> None:
        text = found.cell.text if found.cell else ""
        shown = f"{text[:_SHOWN]}…" if len(text) > _SHOWN else text
        self.problems.append(
            CellProblem(self.form.sheet, found.address, found.title, shown, expected, path)
        )

    def put(
        self, place: dict[str, Any], name: str, path: str, found: Found, kind: CellKind
    ) -> None:
        """Write what was found into its place; what says the same as before stays as it was."""
        self.found[path] = found
        before = place.get(name)
        cell = found.cell
        if cell is None:
            place[name] = None if before is None or kind is not CellKind.TEXT else ""
        elif cell.problem:
            self.complain(path, found, cell.problem)
        elif cell.text == LOST:
            place.setdefault(name, None)
        else:
            value = self.value(path, found, cell, kind)
            if isinstance(value, Decimal):
                padded = unpadded(value)
                value = before if _same(before, value) or padded is None else plain(padded)
            place[name] = value

    def value(self, path: str, found: Found, cell: SheetCell, kind: CellKind) -> Any:
        value = cell.value
        if kind is CellKind.TEXT:
            return cell.text
        if kind is CellKind.DAY:
            return _day(value)
        if not isinstance(value, Decimal | str):
            self.complain(path, found, f"应为{_EXPECTED[kind]}")
            return None
        if cell.is_percent and kind is not CellKind.RATE:
            self.complain(path, found, f"应为{_EXPECTED[kind]}，不是百分数")
            return None
        number = _number(cell, kind, self.form.money_unit or "" if found.money else "")
        if isinstance(number, Decimal) and found.money:
            with localcontext() as context:
                context.prec = 60
                number = self.convert(number)
        return number

    # -- rows --------------------------------------------------------------------------------------

    def rows(self, before: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """The rows of the sheet in its order, each over the one of its code."""
        known = matched_rows(self.form, before)
        rows: list[dict[str, Any]] = []
        for found in self.form.rows:
            earlier = known.get(found.number)
            if found.blank and not self.was_blank(earlier):
                continue  # its content was cleared: it is gone
            if earlier is None and self.is_of_template(found):
                self.leftovers.append(str(found.number))
                continue
            row = copy.deepcopy(earlier) if earlier is not None else {}
            if found.code and earlier is None and not before:
                row["code"] = found.code
            named = found.cells["name"].cell
            for name, cell in found.cells.items():
                path = f"{ROWS}.{len(rows)}.{name}"
                if named is not None:
                    cell = replace(cell, title=f"{named.text[:_NAMED]} · {cell.title}")
                if name in _JOINED:
                    cell = self.joined(found, name, cell)
                elif name in _CLASSES:
                    cell = _class_alone(cell)
                self.put(row, name, path, cell, self.kind_of(f"{ROWS}.{name}"))
            rows.append(row)
        return rows

    def is_of_template(self, found: FoundRow) -> bool:
        """Whether the row is one that the blank form has for filling and nobody filled."""
        cells = {name: one.cell for name, one in found.cells.items() if one.cell is not None}
        if any(name in cells for name in _CONTENT):
            return False
        name, target = (cells[key].text if key in cells else "" for key in ("name", "target"))
        return self.is_leftover(name, target)

    def joined(self, row: FoundRow, name: str, found: Found) -> Found:
        """The cell with the comparison and the unit that stand in columns of their own."""
        cell = found.cell
        parts = [row.comparison if name == "target" else None, row.measure]
        if cell is None or cell.problem or not any(parts):
            return found
        if name == "actual" and not any(char.isdigit() for char in cell.text):
            return found  # 「达成指标」 is no number of anything
        sign, measure = (part.text if part is not None else "" for part in parts)
        text = self.join(sign, cell.text, measure)
        if text is None and row.comparison is not None:
            part = row.comparison
            place = Found(found.path, f"{found.title} · 比较符号", part.row, part.column, part)
            self.complain(f"{ROWS}.{row.number}.comparison", place, _COMPARISON)
            return found
        return replace(found, cell=SheetCell(cell.row, cell.column, text or cell.text))

    def was_blank(self, row: Mapping[str, Any] | None) -> bool:
        names = self.form.columns - {"level1", "level2"}
        return row is not None and not any(row.get(name) for name in names)


def matched_rows(form: OfficialForm, before: list[dict[str, Any]]) -> dict[int, dict[str, Any]]:
    """For the rows of the sheet (by number) the row of the form they stand for: that of their code;
    without one, that of the same class and name or target which no code claims."""
    pairs, _ = row_pairs(
        [_RowKey(**{name: row.get(name, "") for name in _RowKey.model_fields}) for row in before],
        [_key(found) for found in form.rows],
    )
    return {form.rows[place].number: before[earlier] for place, earlier in pairs.items()}


class _RowKey(Document):
    """What a row is known by."""

    code: str = ""
    level2: str = ""
    name: str = ""
    target: str = ""


def _key(found: FoundRow) -> _RowKey:
    cells = {name: found.cells[name].cell for name in found.cells}
    texts = {name: cell.text for name, cell in cells.items() if cell is not None}
    known = {name: text for name, text in texts.items() if name in _RowKey.model_fields}
    return _RowKey(**known | {"code": found.code})


def _class_alone(found: Found) -> Found:
    """The name of a class without line breaks, blanks between its words, and the points that are
    sometimes written behind it: 「产出\\n指标（50分）」."""
    cell = found.cell
    if cell is None or cell.problem or not isinstance(cell.value, str):
        return found
    name = _POINTS_BESIDE.sub("", "".join(cell.value.split()))
    return found if name == cell.value else replace(found, cell=replace(cell, value=name))


def _same(before: Any, value: Decimal) -> bool:
    return isinstance(before, str) and _NUMBER.fullmatch(before) and Decimal(before) == value  # type: ignore[return-value]


def _day(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.date().isoformat()
    return value.isoformat() if isinstance(value, date) else str(value)


def _number(cell: SheetCell, kind: CellKind, money_unit: str) -> Decimal | str | None:
    """The number, None for a sign that stands for none, or the text as it is, to be refused.

    A calculated number with more decimals than the form keeps is taken as it is shown. A text may end
    with its unit, where that is the one of the form (「20分」, 「1,200元」).
    """
    if isinstance(cell.value, Decimal):
        number = cell.value * 100 if cell.is_percent else cell.value
        places = shown_places(cell.format)
        if places is not None and number != round(number, _PLACES[kind]):
            places -= 2 if cell.is_percent else 0
            number = number.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
        return number
    text = unicodedata.normalize("NFKC", cell.text).strip()
    if text in _SIGNS:
        return None
    bare = text.lstrip("¥").strip()
    if kind is CellKind.RATE:
        bare = bare.removesuffix("%").strip()
    bare = bare.removesuffix("分" if kind is CellKind.POINTS else money_unit).strip()
    return Decimal(bare.replace(",", "")) if _NUMBER.fullmatch(bare) else cell.text
