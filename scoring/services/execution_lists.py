"""Lists of executed budgets against the self-evaluations of a year: which row is which form's, and what
the form would say."""

from __future__ import annotations

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from perfgoals.accounts.models import Role
from perfgoals.accounts.querysets import reach_of
from projects.documents import MoneyUnit, from_yuan, to_yuan
from projects.models import Form, FundingSource
from projects.workflow import FormKind
from scoring.documents import SelfEvaluationDocument
from scoring.evaluation import Evaluation, evaluate
from scoring.rules.scheme import Scheme

if TYPE_CHECKING:
    from perfgoals.accounts.models import User

OFFERED = 3
"""So many candidates are offered for a row that fits no form."""

_LEAST_LIKE = 0.2
_AMOUNTS = ("initial_budget", "annual_budget", "executed")
_PARTS = (
    FundingSource.APPROPRIATION.value,
    FundingSource.CARRYOVER.value,
    FundingSource.OTHER.value,
)


@dataclass(frozen=True, slots=True)
class ExecutionRow:
    """A row of a list. number: its place among the rows; row: of the sheet. source: a FundingSource, ""
    where none is named. amounts: by name of the column, in ``money_unit``; cells: where they stand."""

    number: int
    sheet: str
    row: int
    name: str
    code: str
    unit: str
    source: str
    amounts: Mapping[str, Decimal]
    cells: Mapping[str, str] = field(default_factory=dict)
    money_unit: MoneyUnit | None = None


class How(StrEnum):
    """By what a row was told to be a form's."""

    CODE = "code"
    NAME = "name"
    FOLDED = "folded"
    SEVERAL = "several"
    NEAREST = "nearest"
    NONE = "none"

    @property
    def label(self) -> str:
        return {
            "code": "项目编码相同",
            "name": "项目名称相同",
            "folded": "项目名称相同（空格、全半角或括号不同）",
            "several": "有几份同名的表，请选择",
            "nearest": "没有同名的表，请从名称相近的表中选择",
            "none": "没有名称相近的表",
        }[self.value]

    @property
    def is_sure(self) -> bool:
        return self in (How.CODE, How.NAME, How.FOLDED)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A self-evaluation that a row may mean. likeness: of the names, 0 to 1."""

    form: int
    name: str
    unit: str
    status: str
    likeness: float = 1.0

    @property
    def percent(self) -> int:
        return round(self.likeness * 100)


@dataclass(frozen=True, slots=True)
class ListedProject:
    """What several rows of the list say of one project: they have the same code, unit and name."""

    rows: Sequence[ExecutionRow]
    how: How
    candidates: Sequence[Candidate]

    @property
    def key(self) -> int:
        """By which it is chosen: the number of its first row."""
        return self.rows[0].number

    @property
    def form(self) -> int | None:
        """The form that it is, None where that cannot be told."""
        return self.candidates[0].form if self.how.is_sure else None


def folded_name(name: str) -> str:
    """A name without what is written differently from system to system: spaces, width of characters,
    brackets and other signs."""
    text = unicodedata.normalize("NFKC", name).casefold()
    return "".join(sign for sign in text if sign.isalnum())


def match_rows(rows: Iterable[ExecutionRow], *, year: int, by: User) -> list[ListedProject]:
    """The projects of the list, each with the self-evaluation of the year that it is, or with those that
    it may be. Only forms of units that the person administers; all for a superuser. One query."""
    grouped: dict[tuple[str, str, str], list[ExecutionRow]] = defaultdict(list)
    for row in rows:
        grouped[row.code, folded_name(row.unit), folded_name(row.name)].append(row)
    forms = Form.objects.filter(kind=FormKind.SELF_EVALUATION.value, year=year)
    if not by.is_superuser:
        forms = forms.filter(project__unit_id__in=reach_of(by.pk, (Role.ADMIN.value,)))
    index = _Index(forms)
    return [ListedProject(found, *index.match(found[0])) for found in grouped.values()]


class _Index:
    def __init__(self, forms: Any) -> None:
        self.candidates: list[Candidate] = []
        self.by_code: dict[str, list[int]] = defaultdict(list)
        self.by_name: dict[str, list[int]] = defaultdict(list)
        self.by_folded: dict[str, list[int]] = defaultdict(list)
        self.by_pair: dict[str, list[int]] = defaultdict(list)
        self.pairs: list[frozenset[str]] = []
        self.units: list[frozenset[str]] = []
        columns = ("project_name", "project__unit__name", "project__unit__code", "project__code")
        found = forms.order_by("unit_name", "pk").values_list("pk", "status", *columns)
        for place, (pk, status, name, unit, unit_code, code) in enumerate(found):
            self.candidates.append(Candidate(pk, name, unit, status))
            self.by_code[code].append(place)
            self.by_name[name.strip()].append(place)
            self.by_folded[folded_name(name)].append(place)
            pairs = _pairs(name)
            self.pairs.append(pairs)
            for pair in pairs:
                self.by_pair[pair].append(place)
            self.units.append(frozenset({folded_name(unit), folded_name(unit_code)}))

    def match(self, row: ExecutionRow) -> tuple[How, list[Candidate]]:
        if row.code and len(self.by_code.get(row.code, ())) == 1:
            return How.CODE, [self.candidates[self.by_code[row.code][0]]]
        unit = folded_name(row.unit)
        for how, places in (
            (How.NAME, self.by_name.get(row.name, [])),
            (How.FOLDED, self.by_folded.get(folded_name(row.name), [])),
        ):
            if not row.name:
                continue
            own = [place for place in places if not unit or unit in self.units[place]]
            if len(own) == 1:
                return how, [self.candidates[own[0]]]
            if own:
                return How.SEVERAL, [self.candidates[place] for place in own]
        nearest = self.nearest(row, unit)
        return (How.NEAREST if nearest else How.NONE), nearest

    def nearest(self, row: ExecutionRow, unit: str) -> list[Candidate]:
        """Those whose names share most pairs of characters with the name; of the row's unit first."""
        wanted = _pairs(row.name)
        shared = Counter(place for pair in wanted for place in self.by_pair.get(pair, ()))
        likeness = {
            place: common / (len(wanted) + len(self.pairs[place]) - common)
            for place, common in shared.items()
        }
        near = [place for place, like in likeness.items() if like >= _LEAST_LIKE]
        near.sort(key=lambda place: (unit not in self.units[place], -likeness[place], place))
        return [
            Candidate(c.form, c.name, c.unit, c.status, likeness[place])
            for place in near[:OFFERED]
            for c in [self.candidates[place]]
        ]


def _pairs(name: str) -> frozenset[str]:
    folded = folded_name(name)
    return frozenset(folded[place : place + 2] for place in range(max(1, len(folded) - 1)))


# -- what a form would say -------------------------------------------------------------------------


@dataclass(slots=True)
class Filling:
    """The amounts of one form, in 元, by source and column; cells: the sheet and address of each path.
    remarks: how they came about, in Chinese."""

    amounts: dict[tuple[str, str], Decimal] = field(default_factory=dict)
    cells: dict[str, tuple[str, str]] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)


def filling_of(rows: Sequence[ExecutionRow]) -> Filling:
    """What the rows of one project say together. Rows of one source are added up; where only sources are
    given, the total is their sum."""
    filling = Filling()
    by_source: dict[str, list[ExecutionRow]] = defaultdict(list)
    for row in rows:
        by_source[row.source or FundingSource.TOTAL.value].append(row)
    for source, same in by_source.items():
        if len(same) > 1:
            places = "、".join(f"第 {row.row} 行" for row in same)
            label = FundingSource(source).label
            filling.remarks.append(f"{places}都是它的「{label}」，金额已相加")
        for row in same:
            _add(filling, source, row)
    total = FundingSource.TOTAL.value
    if total not in by_source:
        for (source, column), amount in list(filling.amounts.items()):
            key = (total, column)
            filling.amounts[key] = filling.amounts.get(key, Decimal(0)) + amount
            filling.cells.setdefault(
                f"funds.{total}.{column}", filling.cells[f"funds.{source}.{column}"]
            )
        filling.remarks.append("清单只列各项资金来源，资金总额为它们之和")
    return filling


def _add(filling: Filling, source: str, row: ExecutionRow) -> None:
    for column, amount in row.amounts.items():
        yuan = to_yuan(amount, row.money_unit or "元")
        assert yuan is not None  # the amount is none
        filling.amounts[source, column] = filling.amounts.get((source, column), Decimal(0)) + yuan
        place = (row.sheet, row.cells.get(column, ""))
        filling.cells.setdefault(f"funds.{source}.{column}", place)


def filled_document(
    before: SelfEvaluationDocument, filling: Filling, scheme: Scheme
) -> SelfEvaluationDocument:
    """The form with these amounts.

    Where the list gives the total alone and the form has money of one source only, that source follows.
    What the form states beside the amounts (rates, scores, total, rating) follows where it is what the
    rules gave before; where it was not, it stays, and the checks say so.
    """
    amounts = dict(filling.amounts)
    total = FundingSource.TOTAL.value
    if {source for source, _ in amounts} == {total}:
        only = _only_source(before)
        for (_, column), amount in list(amounts.items()):
            if only:
                amounts[only, column] = amount
    data = before.as_json()
    for (source, column), amount in amounts.items():
        kept = getattr(getattr(before.funds, source), column)
        new = from_yuan(amount, before.money_unit)
        if kept is None or kept != new:
            data["funds"][source][column] = f"{new:f}"
    after = SelfEvaluationDocument.read(data)
    return _restated(before, after, evaluate(before, scheme), evaluate(after, scheme))


def _only_source(document: SelfEvaluationDocument) -> str:
    """The one source with money, where its amounts are those of the total; else ""."""
    total = document.funds.total
    used = [
        source
        for source in _PARTS
        if any(getattr(getattr(document.funds, source), column) for column in _AMOUNTS)
    ]
    if len(used) != 1:
        return ""
    one = getattr(document.funds, used[0])
    same = all(getattr(one, column) == getattr(total, column) for column in _AMOUNTS)
    return used[0] if same else ""


def _restated(
    before: SelfEvaluationDocument,
    after: SelfEvaluationDocument,
    earlier: Evaluation,
    later: Evaluation,
) -> SelfEvaluationDocument:
    data = after.as_json()
    funds, old = data["funds"], before.funds
    for source in _PARTS:
        now = later.sources.get(source)
        then = earlier.sources.get(source)
        stated = getattr(old, source).execution_rate
        if stated is not None and then is not None and now is not None and stated == then.rate:
            funds[source]["execution_rate"] = _text(now.rate)
    if old.total.execution_rate is not None and old.total.execution_rate == earlier.execution.rate:
        funds["total"]["execution_rate"] = _text(later.execution.rate)
    if old.total.score is not None and old.total.score == earlier.execution.score:
        funds["total"]["score"] = _text(later.execution.score)
    if before.total_score is not None and before.total_score == earlier.total_score:
        data["total_score"] = _text(later.total_score)
    if before.rating and before.rating == earlier.rating:
        data["rating"] = later.rating or ""
    return SelfEvaluationDocument.read(data)


def _text(number: Decimal | None) -> str | None:
    return None if number is None else f"{number:f}"
