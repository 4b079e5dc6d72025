"""Rows that are judged by level: intervals, and the level that words speak of."""

from __future__ import annotations

from decimal import Decimal

import pytest

from scoring.rules.levels import interval_of
from scoring.rules.rows import Interval
from scoring.rules.wording import Attainment, read_attainment
from tests.rules.shipped import (
    SHANGHAI_2024,
    judge,
)

ACHIEVED, PARTIAL, MISSED = Attainment


@pytest.mark.parametrize(
    ("weight", "spans"),
    [
        ("6", ["4.80 6.00", "3.60 4.80", "0.00 3.60"]),
        ("2.10", ["1.68 2.10", "1.26 1.68", "0.00 1.26"]),
        ("0", ["0.00 0.00", "0.00 0.00", "0.00 0.00"]),
    ],
)
def test_a_level_allows_an_interval_of_points(weight: str, spans: list[str]) -> None:
    found = [interval_of(level, Decimal(weight), SHANGHAI_2024) for level in Attainment]
    assert [f"{low} {high}" for low, high in found] == spans


def test_the_lower_end_of_an_interval_belongs_to_it() -> None:
    partial = Interval(Decimal("3.60"), Decimal("4.80"))
    assert partial.allows(Decimal("3.6"), Decimal(6))
    assert not partial.allows(Decimal("4.8"), Decimal(6))
    achieved = Interval(Decimal("4.80"), Decimal("6.00"))
    assert achieved.allows(Decimal("4.8"), Decimal(6))
    assert achieved.allows(Decimal(6), Decimal(6))


@pytest.mark.parametrize(
    ("attainment", "score", "suggested", "words"),
    [
        (ACHIEVED, "6", "6.00", "区间 4.80—6.00 分，建议得分 6.00"),
        (ACHIEVED, "5", "6.00", "建议得分 6.00（自评得分 5.00 在区间内）"),
        (ACHIEVED, "4", "6.00", "建议得分 6.00（自评得分 4.00 不在区间内）"),
        (PARTIAL, "4", "4", "区间 3.60—4.80 分，自评得分 4.00 在区间内，建议保留"),
        (PARTIAL, "5", "4.20", "自评得分 5.00 不在区间内，建议取中值 4.20"),
        (PARTIAL, None, "4.20", "区间 3.60—4.80 分，建议取中值 4.20"),
        (MISSED, "3.6", "1.80", "自评得分 3.60 不在区间内，建议取中值 1.80"),
        (MISSED, "0", "0", "自评得分 0.00 在区间内，建议保留"),
    ],
)
def test_a_stated_level_decides(
    attainment: Attainment, score: str | None, suggested: str, words: str
) -> None:
    result = judge("完善", "有所完善", "6", score, attainment=attainment)
    assert result.score == Decimal(suggested)
    assert result.explanation.startswith(f"完成档次填为「{attainment.label}」，按「")
    assert result.explanation.endswith(words)
    assert (result.attainment, result.met) == (attainment, attainment is ACHIEVED)


def test_a_stated_level_needs_no_actual_value_and_gives_way_to_numbers() -> None:
    assert judge("完善", "", "6", attainment=PARTIAL).score == Decimal("4.20")
    assert judge("≥10(个)", "5(个)", "6", attainment=ACHIEVED).score == Decimal("3.00")


def test_without_a_level_the_three_intervals_are_offered() -> None:
    result = judge("提升", "开展了多项工作", "6", "5")
    assert (result.score, result.met, result.interval) == (None, None, None)
    assert result.explanation == (
        "目标 提升，实际 开展了多项工作，从文字看不出档次，请选择完成档次："
        "达成 4.80—6.00，部分达成 3.60—4.80，未达成 0.00—3.60 分；自评得分 5.00 在「达成」区间"
    )
    assert "；自评得分 7.00 不在任何区间" in judge("提升", "开展工作", "6", "7").explanation


@pytest.mark.parametrize(
    ("target", "actual", "level"),
    [
        # as printed in 2020 and 2024
        ("及时", "及时", ACHIEVED),
        ("稳步提升", "达成指标", ACHIEVED),
        ("通过培训提高技术水平", "达到年初设定目标", ACHIEVED),
        ("成本不超当年预算", "未超出当年预算", ACHIEVED),
        ("签订沪滇生态环境工作备忘录", "已签订", ACHIEVED),
        ("合格", "自评合格", ACHIEVED),
        ("争取继续保持A等", "A等", ACHIEVED),
        ("按期完成各项工作", "已按期完成各项工作", ACHIEVED),
        ("保证", "较好保证", ACHIEVED),
        ("满意", "基本满意", PARTIAL),
        ("符合市财政局相关文件要求", "基本符合", PARTIAL),
        ("按要求", "基本完成所有工作", PARTIAL),
        ("建立", "按照2020年度目标,有序推进相关配套制度建设", None),
        ("不断完善各项管理工作制度", "不断深化完善环评审批制度改革", None),
        # and their like
        ("达成", "部分达成", PARTIAL),
        ("完成", "大部分已完成", PARTIAL),
        ("完成", "未全部完成", PARTIAL),
        ("完成", "已完成主体工程，正在办理验收", PARTIAL),
        ("按期", "延期完成", PARTIAL),
        ("完成", "完成一半", PARTIAL),
        ("完成", "未完成", MISSED),
        ("完成", "尚未开展", MISSED),
        ("满意", "不满意", MISSED),
        ("通过", "验收不合格", MISSED),
        ("开展培训", "没有开展", MISSED),
        ("开展培训", "未发生", MISSED),
        ("完成整改", "未完成问题整改", MISSED),
        ("规范", "无违章", ACHIEVED),
        ("安全", "未出现质量问题", ACHIEVED),
        ("安全", "全年未发生安全事故", ACHIEVED),
        ("无投诉", "未发生", ACHIEVED),
        ("及时", "未延期", ACHIEVED),
        ("完成", "未超额完成", MISSED),
        ("基本建成", "基本建成", ACHIEVED),
        ("基本建成", "基本建成并投用", ACHIEVED),
        ("保护耕地", "基本农田得到保护", None),
        ("完成", "完成80%", None),
        ("优秀", "良好", None),
        ("完善", "解决无证排污问题", None),
        ("完善", "未来三年持续推进", None),
        ("完善", "不适用", None),
        ("完善", "", None),
    ],
)
def test_words_speak_of_a_level(target: str, actual: str, level: Attainment | None) -> None:
    assert read_attainment(target, actual).attainment is level


def test_the_name_tells_what_should_not_happen() -> None:
    assert read_attainment("可控", "未发生", "安全事故").attainment is ACHIEVED
    assert read_attainment("可控", "未发生", "技术培训").attainment is MISSED
