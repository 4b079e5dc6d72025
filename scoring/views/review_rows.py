"""What stands beside each row while it is reviewed: the suggestion, last year's figures, its evidence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any, cast

from django.urls import reverse

from indicators.documents import DeclaredIndicator
from perfgoals.common.documents import Document
from perfgoals.common.numbers import grouped, padded, percent, trimmed
from perfgoals.common.patches import row_pairs
from projects.models import Form
from projects.workflow import FormKind
from scoring.access import form_document
from scoring.documents import FormDocument, IndicatorResult, SelfEvaluationDocument
from scoring.services import Judged
from scoring.views.attachments import Evidence
from scoring.views.notes import Note, declaration_notes, evaluation_notes

if TYPE_CHECKING:
    from perfgoals.accounts.models import User

_FIELDS = {
    "target": "年度指标值",
    "actual": "实际完成值",
    "weight": "分值",
    "score": "得分",
    "deviation_reason": "偏差原因",
}


@dataclass(frozen=True, slots=True)
class ReviewedRow:
    """A row as its margin shows it. Numbers are texts, "" where there is none. note: how the suggestion
    comes about; differs: whether the unit gave itself another score."""

    index: int
    code: str
    name: str
    weight: str = ""
    score: str = ""
    suggested: str = ""
    differs: bool = False
    note: Note = field(default_factory=lambda: Note("", ""))

    @property
    def number(self) -> int:
        return self.index + 1


@dataclass(frozen=True, slots=True)
class LastRow:
    """A row of last year's forms; number: this year's row, None where it has none. values: labels with
    what it said there."""

    number: int | None
    name: str
    values: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class LastYear:
    """The project's forms of the year before. facts: what they say as a whole, in a few words each;
    texts: their goals and outcome."""

    year: int
    forms: tuple[Form, ...]
    facts: tuple[tuple[str, str], ...] = ()
    texts: tuple[tuple[str, str], ...] = ()
    rows: tuple[LastRow, ...] = ()


def reviewed_rows(judged: Judged) -> list[ReviewedRow]:
    """The rows of the form with what the rules say of them."""
    document, evaluation = judged.document, judged.evaluation
    coded: Sequence[DeclaredIndicator | IndicatorResult] = document.indicators
    notes = {note.path: note for note in review_notes(judged)}
    if not isinstance(document, SelfEvaluationDocument) or evaluation is None:
        return [
            ReviewedRow(index, row.code, row.name, note=notes[f"indicators.{index}.name"])
            for index, row in enumerate(coded)
        ]
    return [
        ReviewedRow(
            index=index,
            code=row.code,
            name=row.name,
            weight=_points(row.weight),
            score=_points(row.score),
            suggested=_points(suggestion.score),
            differs=None not in (suggestion.score, row.score) and suggestion.score != row.score,
            note=notes[f"indicators.{index}.name"],
        )
        for index, (row, suggestion) in enumerate(
            zip(document.indicators, evaluation.rows, strict=True)
        )
    ]


def review_notes(judged: Judged) -> list[Note]:
    """How the numbers of the form come about; what was found stands in a list of its own."""
    if isinstance(judged.document, SelfEvaluationDocument):
        assert judged.evaluation is not None  # every self-evaluation has one
        return evaluation_notes(judged.document, judged.evaluation, (), places={})
    return declaration_notes(judged.document, (), places={})


def last_year_of(user: User, form: Form, document: FormDocument) -> LastYear | None:
    """What the project said of itself a year before, as far as the person may see it; None where there
    is nothing. Rows are the same by code, else by class and name."""
    found = Form.objects.visible_to(user).filter(project=form.project_id, year=form.year_id - 1)
    forms = {
        one.kind: one for one in found.select_related("declaration", "self_evaluation__scheme")
    }
    if not forms:
        return None
    own = forms.get(FormKind.SELF_EVALUATION)
    promised = forms.get(FormKind.DECLARATION)
    main = form_document(cast(Form, own or promised))
    targets = form_document(promised) if own and promised else None
    return LastYear(
        year=form.year_id - 1,
        forms=tuple(one for one in (own, promised) if one),
        facts=tuple(_facts(own, main, targets)),
        texts=tuple(one for one in _texts(main, targets) if one[1]),
        rows=tuple(_last_rows(document, main, targets)),
    )


def row_data(
    rows: Iterable[ReviewedRow], last: LastYear | None, evidence: Evidence
) -> list[dict[str, Any]]:
    """The rows as the script of the page reads them."""
    before = {one.number: one for one in last.rows} if last else {}
    files = {place.code: place.attachments for place in evidence.places if place.code}
    return [
        {
            "code": row.code,
            "name": row.name,
            "weight": row.weight,
            "score": row.score,
            "suggested": row.suggested,
            "explanation": row.note.explanation,
            "comparisons": [
                {"text": one.text, "agrees": one.agrees} for one in row.note.comparisons
            ],
            "last": _last_data(before.get(row.number), last),
            "files": [
                {
                    "name": one.name,
                    "href": reverse("scoring:attachment-file", args=[one.form_id, one.pk]),
                }
                for one in files.get(row.code, ())
            ],
        }
        for row in rows
    ]


def _last_data(row: LastRow | None, last: LastYear | None) -> dict[str, Any] | None:
    if row is None or last is None:
        return None
    return {"year": last.year, "values": [["三级指标", row.name], *row.values]}


def _last_rows(
    document: FormDocument, main: FormDocument, targets: FormDocument | None
) -> Iterable[LastRow]:
    """Last year's rows in this year's order, those that were dropped below."""
    pairs = _pairs(main, document)
    promised = _pairs(targets, main) if targets else {}
    used = set()
    for number, _ in enumerate(document.indicators, 1):
        earlier = pairs.get(number - 1)
        if earlier is not None:
            used.add(earlier)
            yield _last_row(number, main, earlier, targets, promised)
    for place in range(len(main.indicators)):
        if place not in used:
            yield _last_row(None, main, place, targets, promised)


def _pairs(before: FormDocument | None, after: FormDocument) -> dict[int, int]:
    if before is None:
        return {}
    rows: list[Sequence[Document]] = [before.indicators, after.indicators]
    return row_pairs(*rows)[0]


def _last_row(
    number: int | None,
    main: FormDocument,
    place: int,
    targets: FormDocument | None,
    promised: Mapping[int, int],
) -> LastRow:
    row = main.indicators[place]
    values = {name: _told(getattr(row, name, None)) for name in _FIELDS}
    if targets is not None and not values["target"] and place in promised:
        values["target"] = targets.indicators[promised[place]].target
    said = tuple((label, values[name]) for name, label in _FIELDS.items() if values[name])
    return LastRow(number, row.name, said)


def _facts(
    own: Form | None, main: FormDocument, targets: FormDocument | None
) -> Iterable[tuple[str, str]]:
    if isinstance(main, SelfEvaluationDocument) and own is not None:
        stored = own.self_evaluation
        if stored.computed_total is not None:
            rating = f"（{stored.computed_rating}）" if stored.computed_rating else ""
            yield "核算总分", f"{padded(stored.computed_total)}{rating}"
        if stored.computed_rate is not None:
            yield "执行率", percent(stored.computed_rate)
        for label, amount in (
            ("全年预算数", main.funds.total.annual_budget),
            ("全年执行数", main.funds.total.executed),
        ):
            if amount is not None:
                yield label, f"{grouped(amount)} {main.money_unit}"
    promise = main if targets is None else targets
    if not isinstance(promise, SelfEvaluationDocument) and promise.funds.annual_request is not None:
        request = promise.funds.annual_request
        yield "年度资金申请总额", f"{grouped(request)} {promise.money_unit}"


def _texts(main: FormDocument, targets: FormDocument | None) -> Iterable[tuple[str, str]]:
    if isinstance(main, SelfEvaluationDocument):
        yield "预期目标", main.expected_goal
        yield "实际完成情况", main.actual_outcome
    promise = main if targets is None else targets
    if not isinstance(promise, SelfEvaluationDocument):
        yield "年度总体目标", promise.annual_goal


def _told(value: Any) -> str:
    if value is None:
        return ""
    return trimmed(value) if isinstance(value, Decimal) else str(value)


def _points(number: Decimal | None) -> str:
    return "" if number is None else trimmed(number)
