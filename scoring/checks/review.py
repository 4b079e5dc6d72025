"""The checks of a reviewer's own scores: 复核分 against 分值 and against the reason given for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from indicators.checks.basis import PRACTICE_SELF
from indicators.values.words import has_content
from perfgoals.common.findings import CheckRegister, Finding, Level, Remark
from perfgoals.common.numbers import trimmed
from scoring.checks.form import is_idle
from scoring.documents import IndicatorResult, SelfEvaluationDocument


@dataclass(frozen=True, slots=True)
class RowReview:
    """What a reviewer says of a row: score (points; None for the unit's own) and remark."""

    score: Decimal | None = None
    remark: str = ""


@dataclass(frozen=True, slots=True)
class ReviewedForm:
    """A self-evaluation with what its reviewer says of the rows, by their codes."""

    document: SelfEvaluationDocument
    rows: Mapping[str, RowReview]

    def scored(self) -> Iterator[tuple[int, IndicatorResult, Decimal, RowReview]]:
        """The rows with a 复核分: their number, and the score."""
        for number, row in enumerate(self.document.indicators):
            review = self.rows.get(row.code) if row.code else None
            if review is not None and review.score is not None:
                yield number, row, review.score, review


REVIEW: CheckRegister[ReviewedForm] = CheckRegister()


@REVIEW.check("review.above_weight", Level.ERROR, "复核分高于分值", basis=PRACTICE_SELF)
def scores_keep_to_the_weight(subject: ReviewedForm) -> Iterator[Remark]:
    for number, row, score, _ in subject.scored():
        if row.weight is None or score > row.weight:
            weight = "没有分值" if row.weight is None else f"分值 {trimmed(row.weight)}"
            message = f"{_named(number, row)}{weight}，复核分 {trimmed(score)} 高于分值，请改正"
            yield Remark(f"indicators.{number}.score", message)


@REVIEW.check("review.no_remark", Level.WARNING, "复核扣分未写意见", basis=PRACTICE_SELF)
def deductions_are_explained(subject: ReviewedForm) -> Iterator[Remark]:
    for number, row, score, review in subject.scored():
        if row.weight is None or score > row.weight or _says_something(review.remark):
            continue
        # A score below the unit's own takes points away even where that was above the weight.
        label, full = ("分值", row.weight)
        if row.score is not None and score < row.score:
            label, full = ("自评", row.score)
        elif score == row.weight:
            continue
        taken = f"{label} {trimmed(full)}，复核分 {trimmed(score)}，减 {trimmed(full - score)} 分"
        message = f"{_named(number, row)}{taken}，未写复核意见"
        yield Remark(f"indicators.{number}.score", message)


def check_review(document: SelfEvaluationDocument, rows: Mapping[str, RowReview]) -> list[Finding]:
    """What is wrong or doubtful with a reviewer's scores, in the order of the form."""
    place = {f"indicators.{number}.score": number for number in range(len(document.indicators))}
    return sorted(REVIEW.run(ReviewedForm(document, rows)), key=lambda finding: place[finding.path])


def _named(number: int, row: IndicatorResult) -> str:
    return f"第 {number + 1} 行「{row.name}」" if row.name else f"第 {number + 1} 行"


def _says_something(remark: str) -> bool:
    return has_content(remark) and not is_idle(remark)
