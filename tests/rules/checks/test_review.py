"""What is wrong or doubtful with a reviewer's own scores."""

from __future__ import annotations

from decimal import Decimal

import pytest

from perfgoals.common.findings import Level
from scoring.checks.review import RowReview, check_review
from scoring.documents import SelfEvaluationDocument


def form(*rows: tuple[str, str | None, str | None]) -> SelfEvaluationDocument:
    """Rows of name, weight and own score; each has its name as its code."""
    return SelfEvaluationDocument.read(
        {
            "form": "self_evaluation",
            "year": 2025,
            "indicators": [
                {"name": name, "code": name, "weight": weight, "score": score}
                for name, weight, score in rows
            ],
        }
    )


def found(document: SelfEvaluationDocument, **rows: tuple[str | None, str]) -> list[str]:
    given = {
        code: RowReview(None if score is None else Decimal(score), remark)
        for code, (score, remark) in rows.items()
    }
    return [finding.message for finding in check_review(document, given)]


def test_a_score_above_the_weight_is_an_error() -> None:
    (finding,) = check_review(form(("a", "10", "10")), {"a": RowReview(Decimal("10.5"), "好")})
    assert (finding.level, finding.path) == (Level.ERROR, "indicators.0.score")
    assert finding.message == "第 1 行「a」分值 10，复核分 10.5 高于分值，请改正"


def test_a_row_without_a_weight_takes_no_score() -> None:
    assert found(form(("a", None, None)), a=("1", "好")) == [
        "第 1 行「a」没有分值，复核分 1 高于分值，请改正"
    ]


@pytest.mark.parametrize("remark", ["", "  ", "无", "0", "—", "同上"])
def test_points_taken_away_want_a_remark(remark: str) -> None:
    assert found(form(("a", "10", "10")), a=("8", remark)) == [
        "第 1 行「a」自评 10，复核分 8，减 2 分，未写复核意见"
    ]


def test_a_score_below_the_weight_wants_a_remark_even_where_the_unit_gave_as_much() -> None:
    assert found(form(("a", "10", "8")), a=("8", "")) == [
        "第 1 行「a」分值 10，复核分 8，减 2 分，未写复核意见"
    ]
    assert found(form(("a", "10", None)), a=("9.5", "")) == [
        "第 1 行「a」分值 10，复核分 9.5，减 0.5 分，未写复核意见"
    ]


def test_less_than_a_score_that_was_above_the_weight_is_less_all_the_same() -> None:
    assert found(form(("a", "10", "12")), a=("10", "")) == [
        "第 1 行「a」自评 12，复核分 10，减 2 分，未写复核意见"
    ]


@pytest.mark.parametrize(
    ("score", "remark"), [("8", "台账只见一半"), ("10", ""), (None, ""), (None, "好")]
)
def test_nothing_is_wrong_with_a_remark_full_points_or_no_score(
    score: str | None, remark: str
) -> None:
    assert found(form(("a", "10", "9.5")), a=(score, remark)) == []


def test_findings_stand_in_the_order_of_the_form() -> None:
    document = form(("a", "10", "10"), ("b", "10", "10"), ("c", "10", "10"))
    messages = found(document, c=("20", ""), b=("5", ""), a=("20", ""))
    assert [message[:5] for message in messages] == ["第 1 行", "第 2 行", "第 3 行"]
