"""The total and the rating that the form states, against those that its rows give."""

from __future__ import annotations

from collections.abc import Iterator

from indicators.checks.basis import CIRCULAR_10, SCHEME
from perfgoals.common.findings import Level, Remark
from perfgoals.common.numbers import padded, trimmed
from scoring.checks.form import EVALUATION, Evaluated


@EVALUATION.check("total.score", Level.ERROR, "总分与各项得分之和不符", basis=CIRCULAR_10)
def the_total_is_the_sum(subject: Evaluated) -> Iterator[Remark]:
    printed, evaluation = subject.document.total_score, subject.evaluation
    if printed is None or printed == evaluation.total_score:
        return
    # What is still blank (a left-over row of the template is not) would explain the difference.
    scores = [evaluation.execution.score, *(row.result.score for row in subject.rows)]
    if any(score is None for score in scores):
        return
    difference = printed - evaluation.total_score
    message = (
        f"总分填 {padded(printed)}，各项得分合计 {padded(evaluation.total_score)}，"
        f"{'多' if difference > 0 else '少'} {padded(abs(difference))}"
    )
    readable = all(row.row.readable("score") for row in subject.rows)
    level = None if readable else Level.HINT
    yield Remark("total_score", message, level)


@EVALUATION.check("rating.mismatch", Level.ERROR, "评分等级与总分不符", basis=SCHEME)
def the_rating_fits_the_total(subject: Evaluated) -> Iterator[Remark]:
    printed, evaluation = subject.document.rating, subject.evaluation
    if not printed or not printed.strip():
        return
    labels = [band.label for band in evaluation.scheme.rating]
    bands = "，".join(
        f"{band.label} ≥{trimmed(band.at_least)}" for band in evaluation.scheme.rating
    )
    if printed.strip() not in labels:
        message = f"评分等级「{printed.strip()}」不是计分办法的等级，应为{'、'.join(labels)}之一"
        yield Remark("rating", message)
    elif evaluation.rating is not None and printed.strip() != evaluation.rating:
        message = (
            f"评分等级填「{printed.strip()}」，总分 {padded(evaluation.total_score)} 应为"
            f"「{evaluation.rating}」（{bands}）"
        )
        yield Remark("rating", message)
