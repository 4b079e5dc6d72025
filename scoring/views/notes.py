"""What stands in the margin of the sheet: beside each row how its numbers come about, whether they agree
with the printed ones, and what was found there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from indicators.documents import DeclarationDocument
from indicators.models import KIND_LABELS
from indicators.values import Kind, Value, read_value
from perfgoals.common.findings import Finding
from perfgoals.common.numbers import padded, percent, trimmed
from scoring.documents import SelfEvaluationDocument, SpentFunds
from scoring.evaluation import Evaluation
from scoring.rules.execution import ExecutionCase, ExecutionResult

TOTAL = "total_score"


@dataclass(frozen=True, slots=True)
class Agreement:
    """A printed number held against the reckoned one. ``agrees`` None: there is nothing to compare."""

    text: str
    agrees: bool | None = None


@dataclass(frozen=True, slots=True)
class Note:
    """A piece of the margin. path: the cell beside which it stands. label names the row for those who
    read the notes as a list."""

    path: str
    label: str
    explanation: str = ""
    comparisons: tuple[Agreement, ...] = ()
    findings: tuple[Finding, ...] = ()


def evaluation_notes(
    document: SelfEvaluationDocument,
    evaluation: Evaluation,
    findings: Iterable[Finding],
    *,
    places: Mapping[str, str],
) -> list[Note]:
    """The margin of a 自评表.

    places: for the path of each finding, the path beside whose row it stands; one that is missing there
    has no place on the sheet.
    """
    explained = [
        _execution(document, evaluation),
        *_sources(document, evaluation),
        *_rows(document, evaluation),
        _total(document, evaluation),
    ]
    if document.rating is not None:
        explained.append(_rating(document, evaluation))
    return _with_findings(explained, findings, places)


def declaration_notes(
    document: DeclarationDocument, findings: Iterable[Finding], *, places: Mapping[str, str]
) -> list[Note]:
    """The margin of a 申报表: how each target was read."""
    explained = [
        Note(
            f"indicators.{index}.name",
            row.name or f"第 {index + 1} 行",
            told(read_value(row.target, year=document.year)),
        )
        for index, row in enumerate(document.indicators)
    ]
    return _with_findings(explained, findings, places)


def told(value: Value) -> str:
    """How a target was read: 「定量：≥ 85.00 %」, 「时限：2026-12-31 止」, 「定性」."""
    if value.kind is Kind.BLANK:
        return "未填"
    label = KIND_LABELS[value.kind]
    if value.parts:
        return f"{label}，{len(value.parts)} 项：{'；'.join(_figure(part) for part in value.parts)}"
    figure = _figure(value)
    return f"{label}：{figure}" if figure else label


def _figure(value: Value) -> str:
    """The number or the date that was read, "" for words."""
    if value.number is not None:
        words = [value.comparison.value if value.comparison else "", trimmed(value.number)]
        words.append(value.measure or "（无单位）")
        about = "（约数）" if value.approximate else ""
        return " ".join(filter(None, words)) + about
    if value.deadline is not None:
        return f"{value.deadline.isoformat()} 止"
    return "" if value.kind is not Kind.QUALITATIVE else value.text


def _execution(document: SelfEvaluationDocument, evaluation: Evaluation) -> Note:
    funds, result = document.funds.total, evaluation.execution
    comparisons = [_rate(evaluation, funds, result), _score("得分", funds.score, result.score)]
    return Note(
        "funds.total.executed",
        "年度资金总额",
        result.explanation,
        tuple(found for found in comparisons if found),
    )


def _sources(document: SelfEvaluationDocument, evaluation: Evaluation) -> Iterator[Note]:
    labels = {"appropriation": "当年财政拨款", "carryover": "上年结转资金", "other": "其他资金"}
    for source, label in labels.items():
        funds: SpentFunds = getattr(document.funds, source)
        result = evaluation.sources[source]
        if result.case is ExecutionCase.BLANK and funds.execution_rate is None:
            continue
        compared = _rate(evaluation, funds, result)
        yield Note(
            f"funds.{source}.executed", label, result.explanation, (compared,) if compared else ()
        )


def _rate(evaluation: Evaluation, funds: SpentFunds, result: ExecutionResult) -> Agreement | None:
    stated, rate = funds.execution_rate, result.rate
    if stated is None:
        return None if rate is None else Agreement("表上未印执行率")
    if rate is None:
        # A source without a budget has no rate, but the forms print one.
        if stated == evaluation.scheme.execution.printed_without_budget.value:
            return Agreement(f"表上印 {percent(stated)}，与惯例一致", agrees=True)
        return Agreement(f"表上印 {percent(stated)}，核算没有执行率", agrees=False)
    return _compared("执行率", percent(stated), percent(rate), stated - rate)


def _rows(document: SelfEvaluationDocument, evaluation: Evaluation) -> Iterator[Note]:
    for index, (row, suggestion) in enumerate(
        zip(document.indicators, evaluation.rows, strict=True)
    ):
        compared: Agreement | None = None
        interval = suggestion.interval
        if row.score is None:
            compared = Agreement("得分未填")
        elif interval is not None and row.weight is not None:
            inside = interval.allows(row.score, row.weight)
            span = f"{padded(interval.low)}—{padded(interval.high)}"
            words = f"得分 {padded(row.score)} 在区间 {span} {'之内' if inside else '之外'}"
            compared = Agreement(words, agrees=inside)
        elif suggestion.score is not None:
            compared = _score("得分", row.score, suggestion.score, reckoned="建议")
        label = row.name or f"第 {index + 1} 行"
        yield Note(
            f"indicators.{index}.name",
            label,
            suggestion.explanation,
            (compared,) if compared else (),
        )


def _total(document: SelfEvaluationDocument, evaluation: Evaluation) -> Note:
    comparisons = [_score("总分", document.total_score, evaluation.total_score)]
    if document.total_weight is not None and document.total_weight != evaluation.weight_total:
        comparisons.append(_score("分值合计", document.total_weight, evaluation.weight_total))
    if evaluation.suggested_total != evaluation.total_score:
        comparisons.append(Agreement(evaluation.suggested_explanation))
    if document.rating is None:
        comparisons.append(Agreement(evaluation.rating_explanation))
    found = tuple(one for one in comparisons if one)
    return Note(TOTAL, "总分", evaluation.total_explanation, found)


def _rating(document: SelfEvaluationDocument, evaluation: Evaluation) -> Note:
    compared: Agreement | None = None
    if evaluation.rating and document.rating:
        agrees = evaluation.rating == document.rating
        words = "一致" if agrees else "不一致"
        compared = Agreement(f"表上印{document.rating}，{words}", agrees=agrees)
    return Note(
        "rating", "评分等级", evaluation.rating_explanation, (compared,) if compared else ()
    )


def _score(
    label: str, stated: Decimal | None, computed: Decimal | None, *, reckoned: str = "核算"
) -> Agreement | None:
    """A number of points held against the reckoned one."""
    if computed is None:
        return None
    if stated is None:
        return Agreement(f"表上未印{label}，{reckoned} {padded(computed)}")
    return _compared(label, padded(stated), padded(computed), stated - computed, reckoned=reckoned)


def _compared(
    label: str, stated: str, computed: str, difference: Decimal, *, reckoned: str = "核算"
) -> Agreement:
    if difference == 0:
        return Agreement(f"{label} {stated}，一致", agrees=True)
    words = f"{label} {stated}，{reckoned} {computed}，不一致（相差 {padded(abs(difference))}）"
    return Agreement(words, agrees=False)


def _with_findings(
    explained: Iterable[Note], findings: Iterable[Finding], places: Mapping[str, str]
) -> list[Note]:
    """The findings put with the note of their row, or in a note of their own beside their cell."""
    notes = {_row_of(note.path): note for note in explained}
    found: dict[str, list[Finding]] = {}
    for finding in findings:
        if finding.path in places:
            found.setdefault(_row_of(finding.path), []).append(finding)
    for row, here in found.items():
        note = notes.get(row) or Note(places[here[0].path], "")
        notes[row] = Note(note.path, note.label, note.explanation, note.comparisons, tuple(here))
    return list(notes.values())


def _row_of(path: str) -> str:
    """``indicators.3`` for a cell of that row, ``funds.total`` for one of that; the total row for both
    its cells; otherwise the cell itself."""
    if path in ("total_weight", TOTAL):
        return TOTAL
    parts = path.split(".")
    return ".".join(parts[:2]) if len(parts) == 3 else path
