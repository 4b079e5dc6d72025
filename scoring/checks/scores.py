"""The scores of the rows against their weights, the rules, and the reasons given."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from indicators.checks.basis import CIRCULAR_10, FORM_NOTES, OWN, PRACTICE_SELF
from indicators.checks.targets import WHOLE
from indicators.values import Comparison
from indicators.values.words import quoted
from perfgoals.common.findings import Level, Remark
from perfgoals.common.numbers import padded, trimmed
from scoring.checks.form import EVALUATION, Evaluated, ResultRow
from scoring.rules.rows import Method

# Scores are printed with two decimals; some software cuts where the rules round.
LAST_DIGIT = Decimal("0.01")
_BY_NUMBER = (Method.FORMULA, Method.ZERO_TARGET, Method.COMPOUND, Method.DEADLINE, Method.STEPS)


@EVALUATION.check("score.over_weight", Level.ERROR, "得分超过分值", basis=CIRCULAR_10)
def scores_stay_within_the_weight(subject: Evaluated) -> Iterator[Remark]:
    for row in subject.rows:
        if row.points and row.points[1] > row.points[0]:
            weight, score = row.points
            message = f"{row.label}得分 {trimmed(score)}，超过分值 {trimmed(weight)}，请改正"
            yield Remark(row.path("score"), message)
    total = subject.document.funds.total
    if total.score is not None and total.weight is not None and total.score > total.weight:
        message = f"预算执行率得分 {trimmed(total.score)}，超过分值 {trimmed(total.weight)}"
        yield Remark("funds.total.score", message)


@EVALUATION.check("score.negative", Level.ERROR, "得分为负数", basis=PRACTICE_SELF)
def scores_are_not_negative(subject: Evaluated) -> Iterator[Remark]:
    for row in subject.rows:
        if row.result.score is not None and row.result.score < 0:
            message = f"{row.label}得分 {trimmed(row.result.score)} 为负数，最低为 0"
            yield Remark(row.path("score"), message)
    score = subject.document.funds.total.score
    if score is not None and score < 0:
        yield Remark("funds.total.score", f"预算执行率得分 {trimmed(score)} 为负数，最低为 0")


@dataclass(frozen=True, slots=True)
class _Judged:
    """A row whose score can be held against a formula; ``suggested`` in points."""

    row: ResultRow
    weight: Decimal
    score: Decimal
    suggested: Decimal

    @property
    def compared(self) -> str:
        row = self.row
        return f"{row.label}目标{quoted(row.row.target)}，实际{quoted(row.result.actual)}"

    @property
    def surpassed(self) -> bool:
        """More than an 「=」 asked for: no rule says what that costs, so it is no error."""
        reached = self.row.suggestion.fulfilment
        equal = self.row.row.value.comparison is Comparison.EQUAL
        return equal and reached is not None and reached > WHOLE

    @property
    def note(self) -> str:
        return "；已写原因，请审核" if self.row.gives_reason else "，请改正或说明原因"

    def remark(self, message: str, level: Level) -> Remark:
        level = Level.WARNING if self.surpassed and level is Level.ERROR else level
        return Remark(self.row.path("score"), message + self.note, self.row.softened(level))


def _judged(subject: Evaluated) -> Iterator[_Judged]:
    """The rows whose score is another than their formula gives."""
    for row in subject.rows:
        suggestion = row.suggestion
        if row.points is None or suggestion.score is None or row.points[1] == suggestion.score:
            continue
        weight, score = row.points
        by_number = suggestion.method in _BY_NUMBER and row.row.readable("target", "actual")
        if by_number and 0 <= score <= weight:
            yield _Judged(row, weight, score, suggestion.score)


@EVALUATION.check("score.full_not_met", Level.ERROR, "未达目标却得满分", basis=CIRCULAR_10)
def misses_do_not_get_full_marks(subject: Evaluated) -> Iterator[Remark]:
    for judged in _judged(subject):
        missed = judged.row.suggestion.met is False and judged.suggested < judged.weight
        if missed and judged.score == judged.weight:
            told = "超出了目标而不是相等" if judged.surpassed else "没有达到目标"
            yield judged.remark(
                f"{judged.compared}，{told}，却得满分 {trimmed(judged.score)}，"
                f"建议得分 {padded(judged.suggested)}",
                Level.ERROR,
            )


@EVALUATION.check("score.deducted_though_met", Level.WARNING, "达到目标却扣分", basis=CIRCULAR_10)
def hits_get_full_marks(subject: Evaluated) -> Iterator[Remark]:
    for judged in _judged(subject):
        if judged.row.suggestion.met is True and judged.score < judged.weight == judged.suggested:
            yield judged.remark(
                f"{judged.compared}，已达到目标，得分 {trimmed(judged.score)}，"
                f"比分值 {trimmed(judged.weight)} 少 {trimmed(judged.weight - judged.score)}",
                Level.WARNING,
            )


@EVALUATION.check("score.suggested", Level.ERROR, "得分与按公式计算的不同", basis=CIRCULAR_10)
def scores_follow_the_formula(subject: Evaluated) -> Iterator[Remark]:
    for judged in _judged(subject):
        score, suggested = judged.score, judged.suggested
        # Full marks for a miss and a deduction for a hit are said by the two checks above.
        if judged.weight in (score, suggested) or abs(score - suggested) <= LAST_DIGIT:
            continue
        side = "高" if score > suggested else "低"
        # Too much is held against the preparer, too little is his own loss.
        yield judged.remark(
            f"{judged.compared}，得分 {trimmed(score)}，比建议得分 {padded(suggested)} "
            f"{side} {trimmed(abs(score - suggested))}",
            Level.ERROR if score > suggested else Level.WARNING,
        )


@EVALUATION.check("score.interval", Level.ERROR, "定性得分不在档次区间内", basis=FORM_NOTES)
def scores_lie_within_their_level(subject: Evaluated) -> Iterator[Remark]:
    for row in subject.rows:
        interval, points = row.suggestion.interval, row.points
        if interval is None or points is None or not row.row.readable("target", "actual"):
            continue
        weight, score = points
        if not 0 <= score <= weight or interval.allows(score, weight):
            continue
        stated = row.result.attainment is not None
        label = row.suggestion.attainment.label if row.suggestion.attainment else ""
        ground = "所选档次" if stated else f"按实际完成值{quoted(row.result.actual)}看，档次"
        message = (
            f"{row.label}{ground}为「{label}」，得分应在 {trimmed(interval.low)} 至 "
            f"{trimmed(interval.high)} 之间，填的是 {trimmed(score)}（分值 {trimmed(weight)}）"
        )
        level = Level.ERROR if stated else row.softened(Level.WARNING)
        yield Remark(row.path("score"), message, level)


@EVALUATION.check("total.all_full", Level.HINT, "各项指标全部满分", basis=OWN)
def not_everything_is_perfect(subject: Evaluated) -> Iterator[Remark]:
    if len(subject.rows) > 1 and all(row.is_full for row in subject.rows):
        message = f"{len(subject.rows)} 条指标全部得满分，请核对目标是否偏低、佐证材料是否齐全"
        yield Remark("", message)
