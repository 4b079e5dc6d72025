"""What is asked first because it is cheap never says no where the long question says yes."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from indicators.checks import goals, required
from indicators.checks import wording as vague
from indicators.checks.goals import PASTED_LENGTH, repeated_passage
from indicators.values import dates, reading
from indicators.values.words import (
    has_content,
    in_one_width,
    is_blank,
    is_filler,
    normal,
    normal_each,
)
from perfgoals.common.documents import MAX_TEXT, is_sound_points, is_sound_text
from scoring.documents import IndicatorResult
from scoring.rules import wording
from tests.rules.shipped import untimed

# Pieces that the patterns speak of, among any other characters.
_SPOKEN_OF = (
    "2024年 2024-12-31 2024/6 12月 底前 每月 次月 第三季度 下半年 年度内 每季度末 明年 当年 翌年 10日 "
    "XX ×× ** __ 请填写 待补充 待填 （示例） 此处填写 ，。；：（） ％ ！ ？ Ａ ① ㎡ ﾊﾞ 　 \u200b \ufeff "
    "未 没有 无 不合格 难以 未发生 事故 投诉 不满意 零 尚未"
)
_PIECES = st.sampled_from(_SPOKEN_OF.split(" "))
TEXTS = st.lists(_PIECES | st.text(max_size=3), max_size=40).map("".join)


@untimed
@given(TEXTS)
def test_a_text_in_one_width_is_in_nfkc(text: str) -> None:
    assert in_one_width(text) == unicodedata.normalize("NFKC", text)


@untimed
@given(st.lists(TEXTS, max_size=6))
@example(["指标1：甲", "乙 丙"])
@example(["\N{YI SYLLABLE IT}", "甲"])
@example([""])
def test_texts_are_made_comparable_together_as_one_by_one(texts: list[str]) -> None:
    assert normal_each(texts) == [normal(text) for text in texts]


@untimed
@given(TEXTS | st.text(alphabet=st.characters(codec=None)))
@example("字" * (MAX_TEXT + 1))
@example("\x01")
@example("\ud800")
def test_a_text_that_is_said_to_be_sound_is_taken(text: str) -> None:
    if is_sound_text(text):
        assert IndicatorResult.read({"name": text}).name == text


@untimed
@given(st.decimals(allow_nan=False) | st.decimals(-(10**7), 10**7, places=5))
@example(Decimal("1000000"))
@example(Decimal("0.12345"))
@example(Decimal("1.00000"))
@example(Decimal("0E+10"))
def test_points_that_are_said_to_be_sound_are_taken(number: Decimal) -> None:
    if is_sound_points(number):
        assert IndicatorResult.read({"weight": number}).weight == number


def test_what_most_cells_hold_is_sound() -> None:
    """Otherwise nothing would be gained by asking."""
    assert is_sound_text("空气质量监测点位数量(≥95%)")
    assert all(map(is_sound_points, [Decimal("10"), Decimal("3.33"), Decimal("0")]))


@untimed
@given(TEXTS)
@example("\u200b")
@example("　——")
def test_a_text_is_blank_or_filler_or_has_content(text: str) -> None:
    assert has_content(text) is not (is_blank(text) or is_filler(text))
    assert not (is_blank(text) and text and not is_filler(text))


@untimed
@given(TEXTS, st.integers(0, 20))
def test_every_period_is_looked_for(text: str, start: int) -> None:
    if dates.match_period(text, start, 2024) is not None:
        assert reading._MAY_BE_DATED.search(text)


PLAINLY_WRITTEN = (
    (
        required._PLACEHOLDER,
        r"(?<![A-Za-z])[Xx]{2,}(?![A-Za-z])|[×＊]{2,}|\*{2,}|_{2,}"
        r"|请(?:在此)?(?:填写|输入|选择)|(?:此处|在此)填写|(?:^|[（(])示例[:：)）]"
        r"|(?<!有)(?:待填写?|待补充)",
    ),
    (
        vague._NO_FIGURE,
        r"《[^《》]*》|[〔\[]\d{4}[〕\]]|\d{4}\s*(?:[-—~至]\s*\d{4}\s*)?年度?"
        r"|PM\s?2\.5|PM\s?10|CO2|[（(]\d+[）)]|(?<!\d)\d{1,2}[、.．](?!\d)",
    ),
    (
        goals._SKIP,
        r"《[^《》]*》|(?<!\d)(?:\d{4}\s*年|第\s*\d{1,9}|\d{1,9}\s*个?(?:小时|分钟|工作日|月|年|季度))",
    ),
)
"""Patterns that are written for a quick search, beside what they are to find."""


@pytest.mark.parametrize(("quick", "plain"), PLAINLY_WRITTEN, ids=["placeholder", "figure", "skip"])
@untimed
@given(
    st.lists(
        st.sampled_from(
            "Xxa×＊*_（(）)示例：:待有填写请在此处0123年度月第个季《》〔〕[]、.．-至PMCO \n"
        )
        | st.sampled_from(
            ["XX", "示例：", "待补充", "请填写", "2025", "12个月", "PM2.5", "CO2", "年度"]
        ),
        max_size=14,
    ).map("".join)
)
def test_what_is_searched_quickly_is_found_as_written_plainly(
    quick: re.Pattern[str], plain: str, text: str
) -> None:
    found = [match.span() for match in quick.finditer(text)]
    assert found == [match.span() for match in re.finditer(plain, text)]


@untimed
@given(TEXTS)
def test_every_denial_is_looked_for(text: str) -> None:
    for pattern in (wording._NO_HARM, wording._NO_EVENT, wording._NOT):
        if pattern.match(text):
            assert wording._DENIAL.search(text)


@untimed
@given(
    st.text("甲乙丙丁", min_size=PASTED_LENGTH, max_size=90),
    st.text("子丑寅卯", max_size=30),
    st.text("金木水火", max_size=30),
)
def test_a_passage_that_stands_twice_is_found_wherever_it_stands(
    passage: str, before: str, between: str
) -> None:
    text = before + passage + between + passage
    assume(3 * len(passage) >= len(text))  # less is no large part of the text
    assert repeated_passage(text)
