"""Weights for the rows that have none, beside those that are kept."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.rules.weights import complete_weights, propose_weights
from tests.rules.shipped import SHANGHAI_2024, untimed

ROWS = ["产出指标"] * 4 + ["效益指标"] * 2 + ["满意度指标"]


def points(*texts: str | None) -> list[Decimal | None]:
    return [None if text is None else Decimal(text) for text in texts]


def test_a_proposal_shares_50_30_10_among_the_rows() -> None:
    weights = propose_weights(ROWS, SHANGHAI_2024)
    assert weights == points("12.5", "12.5", "12.5", "12.5", "15", "15", "10")


def test_a_kept_row_leaves_the_rest_of_its_class_to_the_others() -> None:
    kept = points("20", None, None, None, None, None, None)
    weights = complete_weights(ROWS, kept, SHANGHAI_2024)
    assert weights == points("20", "10", "10", "10", "15", "15", "10")


def test_what_a_class_has_left_is_what_its_open_row_gets() -> None:
    kept = points("20", "15", "11", None, None, None, None)
    weights = complete_weights(ROWS, kept, SHANGHAI_2024)
    assert weights == points("20", "15", "11", "4", "15", "15", "10")


def test_where_a_class_is_wholly_kept_the_others_make_up_the_difference() -> None:
    kept = points("10", "10", "10", "10", None, None, None)
    weights = complete_weights(ROWS, kept, SHANGHAI_2024)
    assert sum(weights) == 90
    assert weights[:4] == points("10", "10", "10", "10")
    assert weights[4] > 15
    assert weights[6] > 10


def test_nothing_left_to_share_is_said() -> None:
    with pytest.raises(ValueError, match="已定的分值合计 95，应小于 90，其余 6 行无分值可分"):
        complete_weights(ROWS, points("95", *[None] * 6), SHANGHAI_2024)
    with pytest.raises(ValueError, match="各行分值合计 70，应为 90，没有可调整的行"):
        complete_weights(ROWS, points(*["10"] * 7), SHANGHAI_2024)


@untimed
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["成本指标", "产出指标", "效益指标", "满意度指标", "其他"]),
            st.none() | st.integers(1, 12).map(Decimal),
        ),
        min_size=1,
        max_size=60,
    )
)
def test_it_always_sums_up_or_says_why_not(rows: list[tuple[str, Decimal | None]]) -> None:
    level1, kept = [row[0] for row in rows], [row[1] for row in rows]
    fixed = sum(weight for weight in kept if weight is not None)
    if (fixed >= 90 and None in kept) or (fixed != 90 and None not in kept):
        with pytest.raises(ValueError, match="分值合计"):
            complete_weights(level1, kept, SHANGHAI_2024)
        return
    weights = complete_weights(level1, kept, SHANGHAI_2024)
    assert sum(weights) == 90
    assert all(weight > 0 for weight in weights)
    assert all(old is None or old == new for old, new in zip(kept, weights, strict=True))
