"""Cells that hold a number: printed digits are kept, and what tables give back is told at once."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from perfgoals.common.documents import DocumentError, read_json
from scoring.documents import IndicatorResult, read_form
from tests.rules.shipped import untimed

PUBLISHED = sorted((settings.FIXTURES_DIR / "published").glob("*_20*.json"))


@pytest.mark.parametrize("file", PUBLISHED, ids=lambda file: file.stem)
def test_a_published_form_read_as_kept_is_what_the_tables_give_back(file: Any) -> None:
    for data in read_json(file.read_bytes()):
        assert read_form(data, kept=True).as_json() == read_form(data).as_kept().as_json()
        assert read_form(data).as_json() == data  # byte for byte as ever, whatever was read before


@pytest.mark.parametrize("printed", ["5", "5.0", "5.00", "5.000", "05.00", "+5", "５.００"])
def test_equal_numbers_keep_their_own_digits(printed: str) -> None:
    shown = {"5": "5", "５.００": "5.00", "05.00": "5.00", "+5": "5"}.get(printed, printed)
    assert IndicatorResult.read({"score": printed}).as_json() == {"score": shown}
    assert IndicatorResult.read({"score": printed}, kept=True).as_json() == {"score": "5.00"}


def test_tables_give_back_two_decimals_or_as_many_as_are_needed() -> None:
    told = {"5": "5.00", "5.1": "5.10", "5.123": "5.123", "5.1230": "5.123", "0": "0.00"}
    for printed, kept in told.items():
        assert IndicatorResult.read({"score": printed}, kept=True).as_json() == {"score": kept}


@untimed
@given(st.decimals(-(10**6), 10**6, places=4).map(str) | st.integers(-(10**6), 10**6).map(str))
def test_reading_as_kept_is_reading_and_then_keeping(printed: str) -> None:
    try:
        row = IndicatorResult.read({"score": printed})
    except DocumentError:
        with pytest.raises(DocumentError):
            IndicatorResult.read({"score": printed}, kept=True)
    else:
        assert IndicatorResult.read({"score": printed}, kept=True) == row.as_kept()


@pytest.mark.parametrize("kept", [False, True])
@pytest.mark.parametrize("given", ["十", "1e3", "NaN", [], {}, ["5"], {"a": 1}, True, 0.5])
def test_what_is_no_number_is_named(given: object, kept: bool) -> None:
    with pytest.raises(DocumentError, match="score：应为数字"):
        IndicatorResult.read({"score": given}, kept=kept)
