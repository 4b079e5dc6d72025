"""Texts that are alike find each other; texts that are not do not."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from scoring.rules.resemblance import (
    BANDS,
    agreement,
    bands_of,
    comparable_text,
    pieces_of,
    share_found,
)

GOAL = (
    "按国家部署和要求完成不少于140家的市管企业执行报告审核和各区企业年度执行报告抽查审核工作，实施执行报告"
    "审核要点的动态更新，规范项目资金和实施过程管理；推进排污许可固定污染源核心制度落实，提高管理效能。"
)
OTHER = (
    "通过完成242辆新生产机动车和非道路移动机械配置的核查，完成29辆机动车的排放测试抽查，完成17份新车关键字段"
    "比对统计清单，核查测试流程合规率达到100%，各类数据比对准确率达到100%，提高车辆环保标准认证效率。"
)

FIRST_KEYS = (661332222917280787, 7648889508822494955)


def alike(one: str, other: str) -> int:
    return agreement(pieces_of(comparable_text(one)), pieces_of(comparable_text(other)))


def meet(one: str, other: str) -> bool:
    return bool(set(bands_of(comparable_text(one))) & set(bands_of(comparable_text(other))))


def test_a_text_is_like_itself_whatever_its_spaces_marks_and_width() -> None:
    assert comparable_text("完成 140家（市管）。") == comparable_text("完成１４０家(市管)")
    assert alike(GOAL, GOAL.replace("，", ", ")) == 100


def test_other_figures_make_no_other_text() -> None:
    assert alike(GOAL, GOAL.replace("140", "95")) == 100
    assert bands_of(comparable_text(GOAL)) == bands_of(comparable_text(GOAL.replace("140", "8")))


def test_two_projects_share_next_to_nothing() -> None:
    assert alike(GOAL, OTHER) < 5
    assert not meet(GOAL, OTHER)


def test_a_copy_with_a_changed_end_is_found() -> None:
    copy = GOAL.replace("提高管理效能", "全面完成任务")
    assert alike(GOAL, copy) >= 80
    assert meet(GOAL, copy)


def test_a_part_that_stands_in_a_longer_text() -> None:
    whole, part = pieces_of(comparable_text(GOAL + OTHER)), pieces_of(comparable_text(GOAL))
    assert share_found(part, whole) == 100
    assert 40 <= share_found(whole, part) <= 60


def test_keys_are_the_same_on_every_machine() -> None:
    """They are stored: another release must find the texts again."""
    assert len(bands_of("全面完成年度工作任务")) == BANDS
    assert bands_of("全面完成年度工作任务")[:2] == FIRST_KEYS


def test_nothing_has_no_keys() -> None:
    assert bands_of("") == ()
    assert len(bands_of("完成")) == BANDS


def test_slips_of_the_pen_do_not_hide_a_copy() -> None:
    chance = random.Random(7)
    found = 0
    for _ in range(50):
        letters = list(GOAL)
        for place in chance.sample(range(len(letters)), len(letters) // 25):
            letters[place] = chance.choice(OTHER)
        found += meet(GOAL, "".join(letters))
    assert found == 50


@given(st.text())
def test_any_text_can_be_compared(text: str) -> None:
    plain = comparable_text(text)
    keys = bands_of(plain)
    assert len(keys) in (0, BANDS)
    assert all(0 <= key < 2**63 for key in keys)
    assert agreement(pieces_of(plain), pieces_of(plain)) == 100
