"""A form as the cross-form checks read it, and what it is compared with: plain values, nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from indicators.checks.form import Row, TextCell, marks_of, rows_of
from indicators.documents import DeclarationDocument
from indicators.values import Value, base_amount, read_value
from indicators.values.words import has_content, is_template_name, normal
from perfgoals.common.documents import Damage
from projects.documents import stable_path, to_yuan
from scoring.documents import FormDocument, SelfEvaluationDocument

DECLARATION, EVALUATION = "declaration", "self_evaluation"

# A shorter text is alike by chance, or because there is no other way to say it (characters, without
# spaces and marks). Own.
LONG_TEXT = 40
LONG_REASON = 24

GOAL, OUTCOME, REASON = "goal", "outcome", "reason"


@dataclass(frozen=True, slots=True)
class Identity:
    """Which form it is. project, unit: the numbers of the stored ones."""

    number: int
    project: int
    unit: int
    version: int = 1


@dataclass(frozen=True, slots=True)
class LongText:
    """A text of a form that is compared with those of others. path: stable."""

    path: str
    label: str
    sort: str
    text: str


@dataclass(frozen=True, slots=True)
class RowFacts:
    """A row of the indicator tree; ``stem`` is its stable path without the cell, ``key`` its name for
    comparing ("" for one that the source shows damaged or that has none)."""

    row: Row
    stem: str
    key: str
    actual: str = ""
    reason: str = ""

    def path(self, cell: str) -> str:
        return f"{self.stem}.{cell}"

    @property
    def value(self) -> Value:
        return self.row.value

    @property
    def result(self) -> Value:
        return read_value(self.actual, year=self.row.year)

    @property
    def amount(self) -> tuple[Decimal, str] | None:
        """The number of the target with its measure, 万 and 亿 multiplied out."""
        return base_amount(self.value)


@dataclass(frozen=True, slots=True)
class FormFacts:
    """What the checks need of a form. Amounts in 元, total in points; None where it is not stated.

    whole: the points that could be had, all weights together; None where one is blank.
    full: a self-evaluation all of whose rows have full marks.
    """

    identity: Identity
    kind: str
    year: int
    project: str
    goals: tuple[TextCell, ...]
    outcome: TextCell | None
    rows: tuple[RowFacts, ...]
    marks: Mapping[str, Damage]
    request: Decimal | None = None
    initial_budget: Decimal | None = None
    annual_budget: Decimal | None = None
    executed: Decimal | None = None
    total: Decimal | None = None
    whole: Decimal | None = None
    full: bool = False

    @property
    def kind_label(self) -> str:
        return "申报表" if self.kind == DECLARATION else "自评表"

    @property
    def named(self) -> dict[str, RowFacts]:
        """The rows by the key of their name, without those whose name stands twice."""
        once: dict[str, RowFacts] = {}
        twice: set[str] = set()
        for row in self.rows:
            if row.key in once:
                twice.add(row.key)
            once[row.key] = row
        return {key: row for key, row in once.items() if key and key not in twice}

    def long_texts(self) -> Iterator[LongText]:
        """The texts that are compared with those of other forms; what the source lost is not."""
        cells = [(GOAL, cell) for cell in self.goals]
        if self.outcome is not None:
            cells.append((OUTCOME, self.outcome))
        for sort, cell in cells:
            if cell.path not in self.marks and len(normal(cell.text)) >= LONG_TEXT:
                yield LongText(cell.path, cell.label, sort, cell.text)
        for row in self.rows:
            if row.row.readable("deviation_reason") and len(normal(row.reason)) >= LONG_REASON:
                label = f"{row.row.label}的偏差原因"
                yield LongText(row.path("deviation_reason"), label, REASON, row.reason)


@dataclass(frozen=True, slots=True)
class Likeness:
    """A text that stands in another form too.

    share: how much of it stands there (per cent); other: the form, of another project, that had it first;
    others: how many such forms there are.
    """

    text: LongText
    share: int
    other: int
    others: int


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A target that ``forms`` other forms of the year have for an indicator of that name; ``other`` is
    one of them."""

    comparison: str
    number: Decimal
    measure: str
    forms: int
    other: int


@dataclass(frozen=True, slots=True)
class Compared:
    """A form with what it is held against.

    before: the project's form of the same kind of the latest year before.
    result: a declaration's: the project's self-evaluation of the latest year before.
    declared: a self-evaluation's: the declaration of the same project and year.
    elsewhere: for the key of a name the targets of the other forms of the year and kind.
    in_unit, full_in_unit: the unit's self-evaluations of the year, this one among them, and those of them
    with full marks on every row.
    """

    facts: FormFacts
    before: FormFacts | None = None
    result: FormFacts | None = None
    declared: FormFacts | None = None
    likenesses: tuple[Likeness, ...] = ()
    elsewhere: Mapping[str, tuple[Elsewhere, ...]] = field(default_factory=dict)
    in_unit: int = 1
    full_in_unit: int = 0


def facts_of(
    document: FormDocument, identity: Identity, *, total: Decimal | None = None
) -> FormFacts:
    """The facts of a form. total: of a self-evaluation, as the rules reckon it."""
    rows = _rows(document)
    marks = marks_of(document.damaged, [row.damaged for row in document.indicators])
    if isinstance(document, DeclarationDocument):
        return FormFacts(
            identity,
            DECLARATION,
            document.year,
            document.project.name,
            goals=(
                TextCell("overall_goal", "项目总目标", document.overall_goal),
                TextCell("annual_goal", "年度总体目标", document.annual_goal),
            ),
            outcome=None,
            rows=rows,
            marks=marks,
            request=to_yuan(document.funds.annual_request, document.money_unit),
        )
    spent = document.funds.total
    return FormFacts(
        identity,
        EVALUATION,
        document.year,
        document.project.name,
        goals=(TextCell("expected_goal", "预期目标", document.expected_goal),),
        outcome=TextCell("actual_outcome", "实际完成情况", document.actual_outcome),
        rows=rows,
        marks=marks,
        initial_budget=to_yuan(spent.initial_budget, document.money_unit),
        annual_budget=to_yuan(spent.annual_budget, document.money_unit),
        executed=to_yuan(spent.executed, document.money_unit),
        total=total,
        whole=_whole(document),
        full=_is_full(document),
    )


def _rows(document: FormDocument) -> tuple[RowFacts, ...]:
    given = ((row, row.damaged, True) for row in document.indicators)
    facts = []
    for row in rows_of(given, document.year):
        stated = document.indicators[row.index]
        stem = stable_path(document, row.path("name")).removesuffix(".name")
        named = has_content(row.name) and not is_template_name(row.name)
        key = row.plain_name if named and row.readable("name") else ""
        actual = getattr(stated, "actual", "")
        facts.append(RowFacts(row, stem, key, actual, getattr(stated, "deviation_reason", "")))
    return tuple(facts)


def _whole(document: SelfEvaluationDocument) -> Decimal | None:
    weights = [document.funds.total.weight, *(row.weight for row in document.indicators)]
    given = [weight for weight in weights if weight is not None]
    return sum(given, Decimal(0)) if len(given) == len(weights) else None


def _is_full(document: SelfEvaluationDocument) -> bool:
    rows = document.indicators
    return bool(rows) and all(
        row.weight is not None and row.score is not None and row.score >= row.weight for row in rows
    )
