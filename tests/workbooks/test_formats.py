"""Numbers and dates as Excel shows them."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pytest

from perfgoals.common.workbooks.formats import (
    shown_date,
    shown_number,
    shown_places,
    shows_date,
    shows_percent,
)


@pytest.mark.parametrize(
    ("number", "code", "shown"),
    [
        ("0.85", "0%", "85%"),
        ("0.9013", "0.00%", "90.13%"),
        ("1234567.891", "#,##0.00", "1,234,567.89"),
        ("9.915", "0.00", "9.92"),
        ("3000", '0"家"', "3000家"),
        ("3000", "General", "3000"),
        ("12.50", "General", "12.5"),
        ("0.5", "#.##", ".5"),
        ("5", "000", "005"),
        ("-1234.5", "#,##0.00_);[Red](#,##0.00)", "(1,234.50)"),
        ("-3", "0;-0", "-3"),
        ("0", '0;-0;"—"', "—"),
        ("12", '"≥"0"辆次"', "≥12辆次"),
        ("1234.5", "[$¥-804]#,##0.00", "¥1,234.50"),
        ("14256600", '0.00,"千元"', "14256.60千元"),
        ("12", "@", "12"),
        ("0.00001", "0.00E+00", "0.00001"),
        ("5", "G/通用格式", "5"),
        ("5", "", "5"),
    ],
)
def test_numbers(number: str, code: str, shown: str) -> None:
    assert shown_number(Decimal(number), code) == shown


@pytest.mark.parametrize(
    ("moment", "code", "shown"),
    [
        (date(2024, 12, 31), "yyyy-mm-dd", "2024-12-31"),
        (date(2024, 1, 5), 'yyyy"年"m"月"d"日"', "2024年1月5日"),
        (date(2024, 1, 5), "[$-804]yyyy年m月", "2024年1月"),
        (date(2024, 1, 5), "yyyy/m/d;@", "2024/1/5"),
        (datetime.fromisoformat("2024-01-05T09:30"), "yyyy/m/d h:mm", "2024/1/5 9:30"),
        (datetime.fromisoformat("2024-01-05T15:04"), "上午/下午h:mm", "下午3:04"),
        (date(2024, 1, 5), "aaaa", "星期五"),
        (date(2024, 1, 5), "General", "2024-01-05"),
    ],
)
def test_dates(moment: date, code: str, shown: str) -> None:
    assert shown_date(moment, code) == shown


def test_what_a_format_shows() -> None:
    assert shows_percent("0.00%")
    assert not shows_percent('0"%"')
    assert shows_date("yyyy-mm")
    assert not shows_date('0.00"day"')
    assert not shows_date("General")
    assert not shows_date("[Red]0.00")
    assert (shown_places("0.00"), shown_places("0%"), shown_places("General")) == (2, 2, None)
