"""A form while it is being gathered from the rows of the four tables."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, get_args

from perfgoals.common.documents import Damage, DocumentError, ShapeError
from perfgoals.common.patches import MAX_ROWS
from perfgoals.common.workbooks.cells import column_letters
from perfgoals.common.workbooks.filling import CellProblem
from perfgoals.common.workbooks.tables.reading import FoundTable
from perfgoals.common.workbooks.tables.table import CellValue
from projects.workflow import FormKind
from scoring.documents import FormDocument, read_form
from scoring.workbooks.files import ReadForm
from scoring.workbooks.flat.columns import FUND_PATHS, OPTIONAL
from scoring.workbooks.flat.places import FormPlaces
from scoring.workbooks.flat.references import Reference

_NOTE = re.compile(r"\s*(\w+)\s*[=:=:]\s*(\w+)\s*(?:[;;,,]|$)")
_DAMAGES = frozenset(get_args(Damage))
_NO_UNIT = "请填「元」或「万元」，这份表在「资金」表里有金额"


@dataclass(slots=True)
class Draft:
    """A form as far as it was read. kind: None where the row does not say it, or says it wrongly; such
    a form has no data. data: the JSON of the document. named: the cells that the first ``counted``
    problems name. doubtful: a row holds what its document may refuse."""

    kind: FormKind | None
    reference: Reference
    places: FormPlaces
    problems: list[CellProblem]
    version: int = 0
    data: dict[str, Any] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)
    has_amounts: bool = False
    named: set[tuple[str, str]] = field(default_factory=set)
    counted: int = 0
    doubtful: bool = False

    def begin_funds(self, found: FoundTable | None) -> None:
        """A blank cell for every amount that the table has a column for."""
        if found is None or self.kind is None:
            return
        for (_, key), path in FUND_PATHS[self.kind].items():
            if key in found.places and key not in OPTIONAL and path not in OPTIONAL:
                put_at(self.data, path, None)

    def check_money(self) -> None:
        if self.has_amounts and "money_unit" not in self.data:
            projects = self.places.projects
            row = self.places.project
            cell = projects.address(row, "money_unit") or f"第 {row} 行"
            if not self.is_named(projects.name, cell):
                self.problems.append(
                    CellProblem(projects.name, cell, "金额单位", "", _NO_UNIT, "money_unit")
                )

    def notes(self, text: str, path: str) -> dict[str, str]:
        """The notes on damaged cells: ``name=lost; rating=partial``."""
        pairs = _NOTE.findall(text)
        rest = _NOTE.sub("", text).strip()
        if rest or not pairs or any(damage not in _DAMAGES for _, damage in pairs):
            self.complain(path, text[:40], "由系统填写，不能改动；不需要时请清空")
            return {}
        return dict(pairs)

    def complain(self, path: str, found: str, expected: str) -> None:
        place = self.places.get(path)
        sheet = place.sheet if place else self.places.projects.name
        cell = place.cell if place else f"第 {self.places.project} 行"
        if not self.is_named(sheet, cell):
            label = self.places.label(path)
            self.problems.append(CellProblem(sheet, cell, label, found, expected, path))

    def is_named(self, sheet: str, cell: str) -> bool:
        """Whether a problem names the cell already; there may be a hundred thousand of them."""
        self.named |= {(one.sheet, one.cell) for one in self.problems[self.counted :]}
        self.counted = len(self.problems)
        return (sheet, cell) in self.named

    def remark_if(self, cell: CellValue, found: FoundTable, row: int, key: str) -> None:
        """Say that a cell was passed over which this kind of form does not have."""
        if cell is None or self.kind is None or (isinstance(cell, str) and not cell.strip()):
            return
        heading = next(c.heading for c in found.spec.columns if c.key == key)
        place = f"工作表「{found.name}」{found.address(row, key)}"
        self.remarks.append(f"{place}（{heading}）：{self.kind.label}没有这一栏，未读取")

    def finished(self) -> ReadForm:
        """The form, with whatever is wrong with it."""
        document = self.document()
        found, row = self.places.projects, self.places.project
        last = column_letters(max(found.places.values()) + 1)
        uncoded = self.uncoded()
        if uncoded and (self.reference.form or self.reference.project_code):
            self.remarks.append(f"{uncoded} 行指标没有行码，按二级指标、三级指标和先后次序对应")
        sound = document is not None and not self.problems
        return ReadForm(
            head=document if sound else None,
            data=self.data if sound and not self.doubtful else None,
            sheet=found.name,
            range=f"A{row}:{last}{row}",
            problems=self.problems,
            places=self.places,
            project_code=self.reference.project_code,
            form=self.reference.form,
            version=self.version,
            why=self.why(),
            remarks=self.remarks,
            rows=len(self.places.rows),
            name=str(self.data.get("project", {}).get("name") or ""),
        )

    def why(self) -> str:
        if self.reference.form:
            return "按表编号对应"
        if self.reference.project_code:
            return "按项目编码、年度和表种对应"
        return "没有编码，按实施单位、年度、项目名称和表种对应"

    def document(self) -> FormDocument | None:
        """What the document makes of the data, of its rows only where they are in doubt; what it refuses
        is added to the problems."""
        if self.kind is None:
            return None
        self.check_rows()
        try:
            return read_form(self.data if self.doubtful else {**self.data, "indicators": []})
        except DocumentError as error:
            for item in error.errors:
                self.take_error(item)
            return None

    def take_error(self, item: ShapeError) -> None:
        expected, _, read = item.message.partition("，读到")
        self.complain(item.path, read.strip().removeprefix("「").removesuffix("」"), expected)

    def check_rows(self) -> None:
        rows = self.data.get("indicators", [])
        if len(rows) > MAX_ROWS:
            self.complain(
                f"indicators.{MAX_ROWS}.name",
                "",
                f"这份表的指标有 {len(rows)} 行，一份表最多 {MAX_ROWS} 行",
            )
            del rows[MAX_ROWS:]  # that is said; the others need not be looked at
        seen: dict[str, int] = {}
        for number, row in enumerate(rows):
            code = row.get("code")
            if code and seen.setdefault(code, number) != number:
                earlier = self.places.rows[seen[code]]
                expected = f"行码与第 {earlier} 行的相同；复制出来的行请清空行码"
                self.complain(f"indicators.{number}.code", code, expected)

    def uncoded(self) -> int:
        return sum(1 for row in self.data.get("indicators", []) if not row.get("code"))


def put_at(data: dict[str, Any], path: str, value: Any) -> None:
    """Put a value into its place in the JSON of a document."""
    *walk, last = path.split(".")
    for part in walk:
        data = data.setdefault(part, {})
    data[last] = value
