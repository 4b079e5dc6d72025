"""Rows of flat tables gathered into forms: every row to its form, every wrong cell with its place.

Nothing of a form is taken on trust: each goes through the reading of its document, as one from the
browser does. References that say the same are looked up once.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from operator import itemgetter
from typing import Any, cast

from perfgoals.common.documents import is_sound_points, is_sound_text, unpadded
from perfgoals.common.workbooks.filling import CellProblem
from perfgoals.common.workbooks.tables.reading import FoundTable
from perfgoals.common.workbooks.tables.spec import ColumnKind, TableSpec
from perfgoals.common.workbooks.tables.table import CellValue
from projects.documents import YUAN_PER_UNIT, MoneyUnit
from projects.workflow import FormKind
from scoring.workbooks.files import FileKind, ReadFile, ReadForm
from scoring.workbooks.flat.columns import (
    BLANK,
    FUND_PATHS,
    FUNDS,
    OPTIONAL,
    PROJECT_PATHS,
    PROJECTS,
    REFERENCE_KEYS,
    ROW_FIELDS,
    ROW_TABLES,
)
from scoring.workbooks.flat.drafts import Draft, put_at
from scoring.workbooks.flat.finding import FlatTables
from scoring.workbooks.flat.places import FormPlaces
from scoring.workbooks.flat.references import Reference, References, Unresolved
from scoring.workbooks.flat.steps import (
    Step,
    is_blank,
    problem_at,
    steps_of,
    text_as_found,
    value_at,
)
from scoring.workbooks.flat.unseen import unseen_paths

Report = Callable[[int, int], None]
"""Told how many rows of how many were read."""

_EVERY = 2_000


@dataclass(slots=True)
class FlatFile(ReadFile):
    """unseen: for each kind of form the paths for which the file has no column (rows of indicators
    without their number: ``indicators.attainment``). What a kept form says there stays;
    ``kept_over`` sees to it."""

    unseen: dict[FormKind, frozenset[str]] = field(default_factory=dict)


Each = Callable[[ReadForm], None]
"""Told of every form as soon as it is read."""


class Gathering:
    """tables: those that have come, by name."""

    def __init__(self, flat: FlatTables, report: Report | None, each: Each | None) -> None:
        self.kind, self.year = flat.kind, flat.year
        self.report = report
        self.each = each
        self.tables: dict[str, FoundTable] = {}
        self.done = 0
        self.drafts: list[Draft] = []
        self.references = References()
        self.problems: list[CellProblem] = []
        self.blank_rows = 0
        self.finished: dict[int, ReadForm] = {}
        self.steps: deque[tuple[Callable[[], None], tuple[TableSpec, ...]]] = deque(
            [
                (self.read_projects, (PROJECTS, FUNDS)),
                (self.read_funds, (FUNDS,)),
                *((partial(self.read_forms, kind), (ROW_TABLES[kind],)) for kind in FormKind),
            ]
        )

    def go_on(self) -> None:
        """Take the next steps, as far as their tables have come."""
        while self.steps and all(spec.name in self.tables for spec in self.steps[0][1]):
            self.steps.popleft()[0]()

    def is_reading(self, flat: FlatTables) -> bool:
        """Whether this is the workbook that was taken for granted."""
        known = (flat.found.get(name) is found for name, found in self.tables.items())
        return not flat.problems and (self.kind, self.year) == (flat.kind, flat.year) and all(known)

    def finish(self, flat: FlatTables) -> FlatFile:
        self.tables |= flat.found
        if not flat.problems:
            for step, _ in self.steps:
                step()
            self.finish_forms(None)
        tables = flat.found.values()
        file = FlatFile(
            FileKind.FLAT,
            forms=[form for _, form in sorted(self.finished.items())],
            skipped=flat.skipped,
            ignored=flat.ignored,
            problems=[*flat.problems, *self.problems],
            rows=self.total,
            blank_rows=self.blank_rows + sum(found.blank_rows for found in tables),
            unseen=unseen_paths(flat.found),
        )
        self.tell(self.total)
        for found in tables:
            found.rows = []  # what they held is in the forms now, whose places remember the table
        return file

    @property
    def total(self) -> int:
        """How many rows have come."""
        return sum(len(found.rows) for found in self.tables.values())

    def tell(self, done: int) -> None:
        if self.report is not None:
            self.report(done, self.total)

    def read_forms(self, kind: FormKind) -> None:
        self.read_rows(kind)
        self.finish_forms(kind)

    def finish_forms(self, kind: FormKind | None) -> None:
        """At once: others may set to work on those that are read."""
        for place, draft in enumerate(self.drafts):
            if draft.kind is kind:
                form = self.finished[place] = draft.finished()
                if self.each is not None:
                    self.each(form)

    def counted(self, found: FoundTable) -> Iterator[tuple[int, list[CellValue]]]:
        """The rows, with a word on how far it is now and then."""
        for row in found.rows:
            self.done += 1
            if self.done % _EVERY == 0:
                self.tell(self.done)
            yield row

    # -- 项目 --------------------------------------------------------------------------------------

    def read_projects(self) -> None:
        found = self.tables[PROJECTS.name]
        steps = {step.name: step for step in steps_of(found, {})}
        for row, cells in self.counted(found):
            problems: list[CellProblem] = []
            values = {
                name: value_at(found, row, cells, step, problems) for name, step in steps.items()
            }
            kind_given = values.get("kind") or (self.kind and self.kind.value)
            year = values.get("year") or self.year
            wrong = {problem.label for problem in problems}
            for key, value in (("kind", kind_given), ("year", year)):
                column = next(c for c in PROJECTS.columns if c.key == key)
                if not value and column.heading not in wrong:
                    problems.append(problem_at(found, row, column, "", "不能为空，请填写"))
            values |= {"kind": kind_given, "year": year}
            self.drafts.append(self.draft(row, cells, values, problems))

    def draft(
        self, row: int, cells: list[CellValue], values: dict[str, Any], problems: list[CellProblem]
    ) -> Draft:
        found = self.tables[PROJECTS.name]
        kind = FormKind(values["kind"]) if values["kind"] else None
        reference = Reference(
            **{
                key: values[key] or Reference._field_defaults[key]
                for key in REFERENCE_KEYS
                if values.get(key)
            }
        )
        places = FormPlaces(kind or FormKind.DECLARATION, self.tables, row)
        draft = Draft(kind, reference, places, problems, version=values.get("version") or 0)
        again = self.references.add(reference)
        if again is not None:
            column = next(c for c in PROJECTS.columns if c.key == again.key)
            text = text_as_found(cells[found.places[again.key]])
            problems.append(problem_at(found, row, column, text, again.expected))
        if kind is None:
            return draft
        draft.data = {"form": kind.value, "year": values["year"]}
        for key, path in PROJECT_PATHS[kind].items():
            if key in values and key not in ("year", "money_unit"):
                self.put(draft, key, path, values[key])
        self.set_money(draft, values.get("money_unit"))
        for key, place in found.places.items():
            if key not in PROJECT_PATHS[kind] and key not in _OF_EVERY_KIND:
                draft.remark_if(cells[place], found, row, key)
        return draft

    def put(self, draft: Draft, key: str, path: str, value: Any) -> None:
        if key == "rating":
            value = None if value == "" else "" if value == BLANK else value
        if key == "damaged" and value:
            value = draft.notes(value, "damaged")
        if (key in OPTIONAL or path in OPTIONAL) and value in ("", None):
            return
        put_at(draft.data, path, value)

    def set_money(self, draft: Draft, stated: str | None) -> None:
        """The money unit that the form states, or that all headings of amounts state."""
        funds = self.tables.get(FUNDS.name)
        units = set(funds.money_units.values()) if funds else set()
        if not stated and len(units) == 1:
            stated = units.pop()
        if stated:
            draft.data["money_unit"] = stated

    # -- 资金 --------------------------------------------------------------------------------------

    def read_funds(self) -> None:
        found = self.tables.get(FUNDS.name)
        for draft in self.drafts:
            draft.begin_funds(found)
        if found is None:
            return
        steps = steps_of(found, {})
        source_step = next(step for step in steps if step.name == "source")
        cells_of = [s for s in steps if s.name not in REFERENCE_KEYS and s is not source_step]
        finder = _Finder(self, found, None)
        for row, cells in self.counted(found):
            content = [step for step in cells_of if cells[step.place] is not None]
            if not content and cells[source_step.place] is None:
                self.blank_rows += 1
                continue
            owner = finder.find(row, cells)
            if owner is None:
                continue
            source = value_at(found, row, cells, source_step, owner.problems)
            if not source:
                if not owner.problems or owner.problems[-1].cell != found.address(row, "source"):
                    problem = problem_at(
                        found, row, source_step.column, "", "不能为空，请选择资金来源"
                    )
                    owner.problems.append(problem)
                continue
            self.take_funds(owner, found, row, cells, source, content)
        for draft in self.drafts:
            draft.check_money()

    def take_funds(
        self,
        draft: Draft,
        found: FoundTable,
        row: int,
        cells: list[CellValue],
        source: str,
        content: Sequence[Step],
    ) -> None:
        earlier = draft.places.funds.setdefault(source, row)
        if earlier != row:
            column = next(c for c in FUNDS.columns if c.key == "source")
            expected = f"同一份表的这种资金来源已写在第 {earlier} 行，请合并成一行"
            word = column.offered[source]
            draft.problems.append(problem_at(found, row, column, word, expected))
            return
        if draft.kind is None:
            return
        paths = FUND_PATHS[draft.kind]
        for step in content:
            path = paths.get((source, step.name))
            if path is None:
                draft.remark_if(cells[step.place], found, row, step.name)
                continue
            value = value_at(found, row, cells, step, draft.problems, path)
            if step.column.kind is ColumnKind.AMOUNT and value is not None:
                draft.has_amounts = True
                value = self.in_money_of(draft, value, found.money_units.get(step.name))
            self.put(draft, step.name, path, value)

    def in_money_of(self, draft: Draft, amount: Decimal, heading: str | None) -> Decimal:
        own = draft.data.get("money_unit")
        if not heading or not own or heading == own:
            return amount
        factor = YUAN_PER_UNIT[cast(MoneyUnit, heading)] / YUAN_PER_UNIT[cast(MoneyUnit, own)]
        return unpadded(amount * factor) or amount

    # -- 绩效指标, 自评结果 ------------------------------------------------------------------------

    def read_rows(self, kind: FormKind) -> None:
        found = self.tables.get(ROW_TABLES[kind].name)
        if found is None:
            return
        for draft in self.drafts:
            if draft.kind is kind:
                draft.data["indicators"] = []
        steps = [s for s in steps_of(found, ROW_FIELDS) if s.column.key not in REFERENCE_KEYS]
        finder = _Finder(self, found, kind)
        for row, cells in self.counted(found):
            if is_blank(cells, steps):
                self.blank_rows += 1
                continue
            owner = finder.find(row, cells)
            if owner is not None and owner.kind is not None:
                self.take_row(owner, found, row, cells, steps)

    def take_row(
        self,
        draft: Draft,
        found: FoundTable,
        row: int,
        cells: list[CellValue],
        steps: Sequence[Step],
    ) -> None:
        rows = draft.data["indicators"]
        indicator: dict[str, Any] = {}
        if not is_sound_text("".join([cell for cell in cells if type(cell) is str])):
            draft.doubtful = True
        for step in steps:
            cell = cells[step.place]
            if cell is None:
                if not step.optional:
                    indicator[step.name] = step.blank
            elif step.is_text and type(cell) is str:
                indicator[step.name] = cell
            else:
                path = f"indicators.{len(rows)}.{step.name}"
                value = value_at(found, row, cells, step, draft.problems, path)
                if not step.optional or value not in ("", None):
                    indicator[step.name] = value
                    if not _is_sound(value):
                        draft.doubtful = True
        if "damaged" in indicator:
            indicator["damaged"] = draft.notes(
                indicator["damaged"], f"indicators.{len(rows)}.damaged"
            )
        rows.append(indicator)
        draft.places.rows.append(row)


def _is_sound(value: Any) -> bool:
    """Whether the document of a row takes the value of a cell for certain."""
    if isinstance(value, Decimal):
        return is_sound_points(value)
    return not isinstance(value, str) or is_sound_text(value)


_OF_EVERY_KIND = frozenset(REFERENCE_KEYS) | {"version"}


def _nothing(_: list[CellValue]) -> tuple[CellValue, ...]:
    return ()


class _Finder:
    """Finds the forms of the rows of a table. Most rows say the same as the one before."""

    def __init__(self, reader: Gathering, found: FoundTable, kind: FormKind | None) -> None:
        self.reader, self.found, self.kind = reader, found, kind
        self.steps = [s for s in steps_of(found, {}) if s.column.key in REFERENCE_KEYS]
        places = [step.place for step in self.steps]
        self.key_of = itemgetter(*places) if places else _nothing
        self.known: dict[Any, Draft] = {}

    def find(self, row: int, cells: list[CellValue]) -> Draft | None:
        """The form; None where there is none, which is then said among the problems of the file."""
        key = self.key_of(cells)
        try:
            return self.known[key]
        except KeyError:
            pass
        problems: list[CellProblem] = []
        values = {s.name: value_at(self.found, row, cells, s, problems) for s in self.steps}
        if self.kind is not None:
            values["kind"] = self.kind.value
        if not problems:
            reference = Reference(**{name: value for name, value in values.items() if value})
            place = self.reader.references.find(reference)
            if not isinstance(place, Unresolved):
                draft = self.reader.drafts[place]
                self.known[key] = draft
                return draft
            problems.append(self.complaint(row, cells, place))
        self.reader.problems += problems
        return None

    def complaint(self, row: int, cells: list[CellValue], why: Unresolved) -> CellProblem:
        step = next((s for s in self.steps if s.column.key == why.key), None)
        if step is None:
            return CellProblem(self.found.name, f"第 {row} 行", "所属项目", "", why.expected)
        text = text_as_found(cells[step.place])
        return problem_at(self.found, row, step.column, text, why.expected)
