"""What both forms have in common, as the checks read it: texts, rows, amounts, damaged cells."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from indicators.documents import DeclarationDocument, IndicatorRow, RequestedFunds, is_leftover
from indicators.values import Kind, Value, read_value
from indicators.values.words import has_content, normal_each, quoted
from perfgoals.common.documents import Damage
from perfgoals.common.once import once
from projects.documents import MoneyUnit, to_yuan


class TextCell(NamedTuple):
    """A cell of text with the label that the form prints beside it."""

    path: str
    label: str
    text: str


class Amount(NamedTuple):
    """A cell of the funds block that is filled in: in the money unit of the form."""

    path: str
    label: str
    number: Decimal


@dataclass(frozen=True)
class Row:
    """One row of the indicator tree. ``index`` counts all rows of the document, blank ones too.

    ``damaged`` holds the marks of its cells, ``year`` is that of the form; ``plain_name`` and
    ``plain_target`` are the texts for comparing, see ``words.normal``. What is told of the cells is worked
    out once, for dozens of checks ask for it.
    """

    index: int
    level1: str
    level2: str
    name: str
    target: str
    damaged: Mapping[str, Damage]
    year: int
    plain_name: str
    plain_target: str

    def path(self, cell: str) -> str:
        return f"indicators.{self.index}.{cell}"

    @once
    def value(self) -> Value:
        return read_value(self.target, year=self.year)

    @once
    def label(self) -> str:
        """The name in 「」; the number of the row where it has none."""
        return quoted(self.name) if has_content(self.name) else f"第 {self.index + 1} 行"

    def readable(self, *cells: str) -> bool:
        """Does the source show these cells undamaged? Nobody is blamed for the others."""
        return not self.damaged or self.damaged.keys().isdisjoint(cells)

    def is_of(self, word: str) -> bool:
        """Does level 1 or level 2 carry this word (成本, 产出, 数量 …)?"""
        return word in self.level1 or word in self.level2


@dataclass(frozen=True)
class Form:
    """The common part of both forms.

    rows: without the empty ones that a blank template leaves behind (指标2, ……).
    marks: the damaged cells, by path.
    amounts: the cells of the funds block that are filled in, in ``money_unit``.
    end: the last day of the project; None on a form that does not print it.
    results: the texts of what was delivered; none on a declaration.
    computed: what a cell would be by the rules, in words, for the cells that the source lost.
    """

    year: int
    head: tuple[TextCell, ...]
    goals: tuple[TextCell, ...]
    outcome: TextCell | None
    rows: tuple[Row, ...]
    money_unit: MoneyUnit
    amounts: tuple[Amount, ...]
    marks: Mapping[str, Damage]
    end: date | None = None
    results: tuple[TextCell, ...] = ()
    computed: Mapping[str, str] = field(default_factory=dict)

    def readable(self, *paths: str) -> bool:
        return not self.marks or self.marks.keys().isdisjoint(paths)

    @property
    def goals_readable(self) -> bool:
        return self.readable(*(goal.path for goal in self.goals))

    @property
    def goal_text(self) -> str:
        return "\n".join(goal.text for goal in self.goals)

    @once
    def texts(self) -> tuple[TextCell, ...]:
        """Every cell of text that tells of the project, head and rows included."""
        cells = [*self.head, *self.goals]
        if self.outcome is not None:
            cells.append(self.outcome)
        for row in self.rows:
            cells.append(TextCell(row.path("name"), "三级指标名称", row.name))
            cells.append(TextCell(row.path("target"), "年度指标值", row.target))
        return (*cells, *self.results)

    @once
    def quantities(self) -> tuple[tuple[Row, Value, Decimal], ...]:
        """The rows whose target is one number and can be read, each with target and number."""
        return tuple(
            (row, row.value, row.value.number)
            for row in self.rows
            if row.value.kind is Kind.QUANTITATIVE
            and row.value.number is not None
            and row.readable("target")
        )

    def yuan(self) -> list[Decimal]:
        """The amounts of the funds block in 元."""
        return [
            yuan for a in self.amounts if (yuan := to_yuan(a.number, self.money_unit)) is not None
        ]


def rows_of(
    rows: Iterable[tuple[IndicatorRow, Mapping[str, Damage], bool]], year: int
) -> tuple[Row, ...]:
    """The rows that say something; each is given with its marks and whether the rest is empty."""
    kept = [
        (index, row, damaged)
        for index, (row, damaged, bare) in enumerate(rows)
        if not (bare and is_leftover(row))
    ]
    names = normal_each([row.name for _, row, _ in kept])
    targets = normal_each([row.target for _, row, _ in kept])
    return tuple(
        Row(index, row.level1, row.level2, row.name, row.target, damaged, year, name, target)
        for (index, row, damaged), name, target in zip(kept, names, targets, strict=True)
    )


def marks_of(
    document: Mapping[str, Damage], rows: Iterable[Mapping[str, Damage]]
) -> dict[str, Damage]:
    """The marks of a document and of its rows, by path (the project's name is marked ``name``)."""
    marks = {"project.name" if key == "name" else key: mark for key, mark in document.items()}
    for index, row in enumerate(rows):
        if row:
            marks |= {f"indicators.{index}.{key}": mark for key, mark in row.items()}
    return marks


def filled(cells: Iterable[tuple[str, str, Decimal | None]]) -> tuple[Amount, ...]:
    return tuple(Amount(path, label, n) for path, label, n in cells if n is not None)


REQUEST_LABELS = {
    "project_total": "项目资金总额",
    "project_fiscal": "项目资金总额中的财政资金",
    "project_other": "项目资金总额中的其他资金",
    "annual_request": "年度资金申请总额",
    "appropriation": "当年财政拨款",
    "carryover": "上年结转资金",
    "other": "其他资金",
}


def parts_of_request(funds: RequestedFunds) -> tuple[Decimal | None, ...]:
    """The sources of the annual request."""
    return funds.appropriation, funds.carryover, funds.other


def declaration_form(document: DeclarationDocument) -> Form:
    """The common part of a declaration."""
    funds = document.funds
    return Form(
        year=document.year,
        head=(
            TextCell("project.name", "项目名称", document.project.name),
            TextCell("department", "主管部门", document.department),
            TextCell("unit", "实施单位", document.unit),
        ),
        goals=(
            TextCell("overall_goal", "项目总目标", document.overall_goal),
            TextCell("annual_goal", "年度总体目标", document.annual_goal),
        ),
        outcome=None,
        rows=rows_of(((row, row.damaged, True) for row in document.indicators), document.year),
        money_unit=document.money_unit,
        amounts=filled(
            (f"funds.{key}", label, getattr(funds, key)) for key, label in REQUEST_LABELS.items()
        ),
        marks=marks_of(document.damaged, [row.damaged for row in document.indicators]),
        end=document.project.end,
    )
