"""Where two long texts differ."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.rules.differing import differing

GOAL = "项目软硬件正常运维，及时排除故障，无长时间故障，影响环境管理工作开展的情况发生，满足各部门使用需求。"


@pytest.mark.parametrize(
    ("before", "after", "was", "now"),
    [
        (GOAL, f"{GOAL}并增加系统巡检4次。", "", "并增加系统巡检4次。"),
        (GOAL, GOAL.replace("及时排除故障，", ""), "及时排除故障，", ""),
        (f"{GOAL}全年巡检120次。", f"{GOAL}全年巡检125次。", "120", "125"),
        (f"1200份报告，{GOAL}", f"1300份报告，{GOAL}", "1200", "1300"),
    ],
)
def test_a_few_words_in_a_long_text(before: str, after: str, was: str, now: str) -> None:
    told = differing(before, after)
    assert (told.was, told.now) == (was, now)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("≥3000(辆次)", "≥4000(辆次)"),
        ("（空）", GOAL),
        (
            GOAL,
            "完成全市环境信息系统的运行维护，编写年度运维报告，召开两次用户会议，更换老化设备，组织应急演练一次。",
        ),
    ],
)
def test_short_and_unlike_texts_are_told_as_they_are(before: str, after: str) -> None:
    told = differing(before, after)
    assert (told.was, told.now) == (before, after)


def test_of_a_list_only_what_is_near() -> None:
    told = differing(GOAL, f"{GOAL}并增加系统巡检4次。").shortened()
    assert told.lead == "…工作开展的情况发生，满足各部门使用需求。"
    assert told.now == "并增加系统巡检4次。"


@given(st.text("甲乙1", max_size=90), st.text("甲乙1", max_size=90))
def test_the_parts_are_the_texts(before: str, after: str) -> None:
    told = differing(before, after)
    assert told.lead + told.was + told.tail == before
    assert told.lead + told.now + told.tail == after
