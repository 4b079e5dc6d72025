"""What reviewers made of a form: the unit's own scores and theirs side by side, with their words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Prefetch

from perfgoals.common.numbers import padded
from projects.models import Form, FormVersion
from projects.workflow import Status
from scoring.documents import FormDocument, SelfEvaluationDocument, read_form
from scoring.evaluation import evaluate
from scoring.models import Review, ReviewRow


@dataclass(frozen=True, slots=True)
class Judgement:
    """A row as the unit and the reviewer scored it (points; None where there is none).

    own is the score that counts when the reviewer gives none; given is the one that counts.
    """

    number: int
    name: str
    level2: str
    target: str
    actual: str
    weight: Decimal | None
    own: Decimal | None
    given: Decimal | None
    remark: str
    reason: str = ""

    @property
    def difference(self) -> Decimal | None:
        """How much was taken off (below 0) or added; None where nothing was."""
        if self.own == self.given or self.given is None:
            return None
        return self.given - (self.own or Decimal(0))

    @property
    def points(self) -> dict[str, str]:
        """The numbers as a table prints them."""
        return {
            "weight": _points(self.weight),
            "own": _points(self.own),
            "given": _points(self.given),
            "difference": _signed(self.difference),
        }


@dataclass(frozen=True, slots=True)
class Result:
    """A decided review. rows: every row of a self-evaluation, of a declaration those with a remark.
    execution: weight and score of the budget's execution (points), None for a declaration. document: the
    form as it was reviewed, None where that is not on record."""

    review: Review
    rows: tuple[Judgement, ...]
    execution: tuple[Decimal | None, Decimal | None] | None
    document: FormDocument | None

    @property
    def points(self) -> dict[str, str]:
        """The numbers of execution and total as a table prints them."""
        weight, score = self.execution or (None, None)
        own, given = self.review.self_total, self.review.review_total
        return {
            "execution_weight": _points(weight),
            "execution_score": _points(score),
            "own_total": _points(own),
            "given_total": _points(given),
            "difference": _signed(None if own is None or given is None else given - own),
        }

    @property
    def told(self) -> str:
        return scores_told(self.review)

    @property
    def changed(self) -> list[Judgement]:
        """The rows whose score the reviewer changed."""
        return [row for row in self.rows if row.difference is not None]

    @property
    def remarked(self) -> list[Judgement]:
        """The rows that the reviewer said or changed something of."""
        return [row for row in self.rows if row.remark or row.difference is not None]


def _points(number: Decimal | None) -> str:
    return "—" if number is None else padded(number)


def _signed(number: Decimal | None) -> str:
    """「−1.00」, 「+0.50」; "" where there is no difference."""
    if not number:
        return ""
    return f"{'−' if number < 0 else '+'}{padded(abs(number))}"


def decided_reviews(form: Form) -> list[Review]:
    """The reviews that were decided, the latest first, with what they say of rows. Two queries."""
    rows = Prefetch("rows", ReviewRow.objects.order_by("id"))
    decided = form.reviews.exclude(outcome=Review.Outcome.PENDING)
    people = ("opened_by", "decided_by", "reopened_by")
    return list(decided.select_related(*people).prefetch_related(rows).order_by("-id"))


def scores_told(review: Review) -> str:
    """「自评 99.01 分（优），复核 98.01 分（优）」; "" for a declaration."""
    if review.self_total is None or review.review_total is None:
        return ""
    return "，".join(
        f"{name} {padded(total)} 分{f'（{rating}）' if rating else ''}"
        for name, total, rating in (
            ("自评", review.self_total, review.self_rating),
            ("复核", review.review_total, review.review_rating),
        )
    )


def results_of(form: Form, decided: Sequence[Review]) -> list[Result]:
    """The decided reviews with what they said of rows. One query, none without such reviews."""
    shown = [review for review in decided if review.outcome != Review.Outcome.WITHDRAWN]
    documents = _documents(form, shown)
    return [result_of(form, review, documents.get(review.version)) for review in shown]


def result_of(form: Form, review: Review, document: FormDocument | None) -> Result:
    """One decided review. document: the form as it was reviewed."""
    if document is None:
        return Result(review, (), None, None)
    said = {row.row_code: row for row in review.rows.all()}
    rows = []
    for number, row in enumerate(document.indicators, 1):
        word = said.get(getattr(row, "code", None) or "")
        own = getattr(row, "score", None)
        rows.append(
            Judgement(
                number=number,
                name=row.name,
                level2=row.level2,
                target=row.target,
                actual=getattr(row, "actual", ""),
                weight=getattr(row, "weight", None),
                own=own,
                given=own if word is None or word.score is None else word.score,
                remark=word.remark if word else "",
                reason=getattr(row, "deviation_reason", ""),
            )
        )
    if not isinstance(document, SelfEvaluationDocument):
        return Result(review, tuple(row for row in rows if row.remark), None, document)
    reckoned = evaluate(document, form.self_evaluation.scheme.as_scheme()).execution
    return Result(review, tuple(rows), (reckoned.weight, reckoned.score), document)


def standing_result(form: Form, results: Sequence[Result]) -> Result | None:
    """The review by which the form stands approved; None where it does not."""
    if form.status not in (Status.APPROVED, Status.PUBLISHED) or not results:
        return None
    latest = results[0]
    return latest if latest.review.outcome == Review.Outcome.APPROVED else None


def _documents(form: Form, reviews: Sequence[Review]) -> Mapping[int, FormDocument]:
    if not reviews:
        return {}
    numbers = [review.version for review in reviews]
    kept: Sequence[FormVersion] = list(form.versions.filter(number__in=numbers))
    return {version.number: read_form(version.document) for version in kept}
