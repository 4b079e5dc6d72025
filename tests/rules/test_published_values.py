"""Every target and actual value of the 36 published forms, against readings made by hand.

The expected readings below were written from the printed text, row by row; a value in the official
spelling 「≥85.00(%)」 is taken apart here by its punctuation alone, without the reader.
"""

from __future__ import annotations

from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from indicators.values import Comparison, Kind, Value, is_met, print_value, read_value
from perfgoals.common.documents import read_json

PUBLISHED = Path(__file__).parents[2] / "fixtures" / "published"
SETS = (
    "declarations_2024",
    "declarations_2026",
    "self_evaluations_2020",
    "self_evaluations_2024",
)


def rows(name: str) -> list[tuple[int, dict[str, Any]]]:
    """Year and row for all rows of one published set."""
    forms = read_json((PUBLISHED / f"{name}.json").read_text())
    return [(form["year"], row) for form in forms for row in form["indicators"]]


def values(name: str, column: str) -> list[Value]:
    return [read_value(row[column], year=year) for year, row in rows(name) if column in row]


TARGETS = [value for name in SETS for value in values(name, "target")]
ACTUALS = [value for name in SETS for value in values(name, "actual")]


def test_all_rows_are_there() -> None:
    assert (len(TARGETS), len(ACTUALS)) == (93 + 161 + 95 + 177, 95 + 177) == (526, 272)


@pytest.mark.parametrize(
    ("name", "kinds"),
    [
        (
            "declarations_2024",
            {"quantitative": 39, "deadline": 8, "compound": 1, "qualitative": 45},
        ),
        (
            "declarations_2026",
            {"quantitative": 98, "deadline": 4, "compound": 4, "qualitative": 54, "blank": 1},
        ),
        (
            "self_evaluations_2020",
            {"quantitative": 20, "deadline": 1, "compound": 2, "qualitative": 72},
        ),
        ("self_evaluations_2024", {"quantitative": 106, "deadline": 4, "qualitative": 67}),
    ],
)
def test_kinds_of_the_targets(name: str, kinds: dict[str, int]) -> None:
    assert Counter(value.kind.value for value in values(name, "target")) == kinds


def test_kinds_of_all_526_targets() -> None:
    assert Counter(value.kind for value in TARGETS) == {
        Kind.QUANTITATIVE: 263,
        Kind.DEADLINE: 17,
        Kind.COMPOUND: 7,
        Kind.QUALITATIVE: 238,
        Kind.BLANK: 1,
    }


@pytest.mark.parametrize(
    ("name", "kinds"),
    [
        ("self_evaluations_2020", {"quantitative": 19, "deadline": 1, "qualitative": 75}),
        ("self_evaluations_2024", {"quantitative": 106, "qualitative": 71}),
    ],
)
def test_kinds_of_the_272_actual_values(name: str, kinds: dict[str, int]) -> None:
    assert Counter(value.kind.value for value in values(name, "actual")) == kinds


def test_comparisons_of_2024_as_counted_by_hand() -> None:
    signs = Counter(value.comparison for value in values("self_evaluations_2024", "target"))
    assert signs == {
        Comparison.EQUAL: 54,
        Comparison.AT_LEAST: 48,
        Comparison.GREATER: 3,
        Comparison.LESS: 1,
        None: 71,
    }


def test_every_value_in_the_official_spelling() -> None:
    """134 targets of the declarations, 106 targets and 106 actual values of 2024."""
    seen = 0
    for value in TARGETS + ACTUALS:
        sign = value.text[0] if value.text[:1] in tuple("≥>≤<=") else ""
        number, bracket, measure = value.text.removeprefix(sign).partition("(")
        if not bracket or not number.replace(".", "", 1).isdigit():
            continue
        seen += 1
        assert value == Value(
            text=value.text,
            kind=Kind.QUANTITATIVE,
            comparison=Comparison(sign) if sign else None,
            number=Decimal(number),
            measure=measure.removesuffix(")"),
        )
        assert str(value.number) == number, "trailing zeros are kept"
        assert print_value(value.comparison, Decimal(number), value.measure) == value.text
    assert seen == 134 + 106 + 106


UP, DOWN = Comparison.AT_LEAST, Comparison.AT_MOST
OTHER_NUMBERS = {
    # comparison, number, measure of every number that is spelt otherwise
    "0起": (None, "0", "起"),
    "1小时内": (DOWN, "1", "小时"),
    "每周1次": (None, "1", "次/周"),
    "7家": (None, "7", "家"),
    "90%以上": (UP, "90", "%"),
    "≥80%": (UP, "80", "%"),
    ">80%": (Comparison.GREATER, "80", "%"),
    "4场": (None, "4", "场"),
    "400套（件）": (None, "400", "套（件）"),
    "450套": (None, "450", "套"),
    "≥25个": (UP, "25", "个"),
    "60": (None, "60", ""),
    "100%": (None, "100", "%"),
    "2年": (None, "2", "年"),
    "≥60个": (UP, "60", "个"),
    "108": (None, "108", ""),
    "≥1500": (UP, "1500", ""),
    "1320家": (None, "1320", "家"),
    "2%": (None, "2", "%"),
    "5份": (None, "5", "份"),
    "40个": (None, "40", "个"),
    "113": (None, "113", ""),
    "20个": (None, "20", "个"),
    "62个": (None, "62", "个"),
    "261": (None, "261", ""),
    "43": (None, "43", ""),
    "10个工作日": (None, "10", "个工作日"),
    "400人次": (None, "400", "人次"),
    "2000余人次": (None, "2000", "人次"),
    "9个以上": (UP, "9", "个"),
    "17": (None, "17", ""),
    "10个以上": (UP, "10", "个"),
    "18": (None, "18", ""),
}


def test_every_number_in_another_spelling() -> None:
    found = {
        value.text: (value.comparison, str(value.number), value.measure)
        for value in TARGETS + ACTUALS
        if value.kind is Kind.QUANTITATIVE and "(" not in value.text
    }
    assert found == OTHER_NUMBERS
    about = {value.text for value in TARGETS + ACTUALS if value.approximate}
    assert about == {"2000余人次"}


def test_every_deadline() -> None:
    """「每月…30日内」 and 「…3个工作日内」 run from an event; 或 leaves the day open."""
    found = {v.text: v.deadline for v in TARGETS + ACTUALS if v.kind is Kind.DEADLINE}
    assert found == {
        "每月结束之后的30日内完成": None,
        "企业存证结束后3个工作日内": None,
        "2024年12月31日前完成": date(2024, 12, 31),
        "2024年12月31日前": date(2024, 12, 31),
        "2024年11月底前完成全部工作": date(2024, 11, 30),
        "2024年12月10日前完成": date(2024, 12, 10),
        "2026年度": date(2026, 12, 31),
        "2026年12月全部完成": date(2026, 12, 31),
        "在2020年12月31日前完成，提交项目成果": date(2020, 12, 31),
        "在2020年12月31日前完成或按照既定计划完成": None,
        "当年内启动": date(2024, 12, 31),
        "当年内完成": date(2024, 12, 31),
        "2024-12-31": date(2024, 12, 31),
        "2024年12月底": date(2024, 12, 31),
    }
    limits = {
        v.text: (v.comparison, v.number, v.measure)
        for v in TARGETS
        if v.kind is Kind.DEADLINE and v.number is not None
    }
    assert limits == {
        "每月结束之后的30日内完成": (DOWN, Decimal(30), "日"),
        "企业存证结束后3个工作日内": (DOWN, Decimal(3), "个工作日"),
    }


SCHEDULE = [
    ("2026年6月底前，完成全市总体情况调研", date(2026, 6, 30)),
    ("7月底前，完成全市验收报告编制质量面上检查", date(2026, 7, 31)),
    ("11月底前完成全部（包括20个项目）抽查评估和评估报告编制工作", date(2026, 11, 30)),
    ("12月上旬完成项目验收", date(2026, 12, 10)),
    ("2026年6月完成执行报告审核要点动态更新", date(2026, 6, 30)),
    ("10月完成全市年度执行报告抽查工作", date(2026, 10, 31)),
    ("11月完成市管企业执行报告审核工作", date(2026, 11, 30)),
    ("12月中旬前完成项目验收", date(2026, 12, 20)),
]
PARTS = [
    ("不少于120项三监联动情形清单", UP, "120", "项"),
    ("不少于318家任务抽查", UP, "318", "家"),
    ("不少于80次现场踏勘", UP, "80", "次"),
    ("烟度测试≤1500元/辆", DOWN, "1500", "元/辆"),
    ("PEMS测试≤85000元/辆", DOWN, "85000", "元/辆"),
    ("I型实验≤30000元/辆", DOWN, "30000", "元/辆"),
    ("对空气质量保障攻坚调度模块进行不少于10类场景的评估", UP, "10", "类"),
    ("提出不少于20项问题建议", UP, "20", "项"),
    ("预计完成排放口标识牌1000块", None, "1000", "块"),
    ("采样口标识牌750块", None, "750", "块"),
    ("抽查项目不少于80个", UP, "80", "个"),
    ("其中涉及现场取样评估的项目不少于20个", UP, "20", "个"),
]


def test_every_part_of_a_compound_value() -> None:
    parts = [part for value in TARGETS for part in value.parts]
    dated = [(part.text, part.deadline) for part in parts if part.kind is Kind.DEADLINE]
    assert dated == SCHEDULE
    numbers = [
        (part.text, part.comparison, str(part.number), part.measure)
        for part in parts
        if part.kind is Kind.QUANTITATIVE
    ]
    assert numbers == PARTS
    assert not any(value.parts for value in ACTUALS)


def test_a_part_reads_alone_as_it_does_in_its_cell() -> None:
    for value in TARGETS:
        for part in value.parts:
            assert read_value(part.text, year=2026) == part


NARRATIVES = {
    # every qualitative target that holds a digit
    "符合《排污许可提质增效工作方案（2022-2024年）》等相关文件的要求",
    "提升对全上海近130家机动车排放检验领域第三方机构违规行为的精准识别与预警能力。",
    "对约全年约230万条检测纪录进行数据分析及问题车辆预警，并进行线索推送。",
    "签订2个对口交流协议，出台2020年协作重点工作计划文件，召开1次协作小组工作会议",
    "依申请完成2020年市管企业排污许可证申请和变更技术审核工作",
    "完成180张排污许可证质量抽查",
    "编制完成16个重点行业排污许可证范本",
}


def test_narratives_that_hold_numbers_are_words() -> None:
    found = {
        value.text
        for value in TARGETS
        if value.kind is Kind.QUALITATIVE and any(c in "0123456789" for c in value.text)
    }
    beginnings = sorted(text[:8] for text in found - NARRATIVES)
    assert (found & NARRATIVES, beginnings) == (NARRATIVES, ["1.对本市19个", "地下水污染重点污"])


def test_actual_values_of_2024_are_numbers_or_one_phrase() -> None:
    words = {
        value.text
        for value in values("self_evaluations_2024", "actual")
        if value.kind is not Kind.QUANTITATIVE
    }
    assert words == {"达成指标"}


def test_the_one_blank_target() -> None:
    blank = [
        row["name"]
        for name in SETS
        for _, row in rows(name)
        if read_value(row["target"]).kind is Kind.BLANK
    ]
    assert blank == ["核查测试流程合规率"]


def test_which_targets_were_missed() -> None:
    """Of the 124 rows whose two values can be compared, five fall short or miss an 「=」."""
    judged = [
        (row["target"], row["actual"], is_met(read_value(row["target"]), read_value(row["actual"])))
        for name in SETS[2:]
        for _, row in rows(name)
    ]
    assert Counter(met for *_, met in judged) == {True: 119, False: 5, None: 148}
    assert [(target, actual) for target, actual, met in judged if met is False] == [
        ("≥1500", "1320家"),
        (">4.00(次)", "4.00(次)"),
        ("=42.00(项)", "50.00(项)"),
        ("<100.00(%)", "100.00(%)"),
        (">10.00(个)", "10.00(个)"),
    ]
