"""Targets and actual values, read by hand first. A short notation keeps the tables readable:
「≥85.00 %」 is comparison, number and measure as the reader should find them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from indicators.values import (
    Comparison,
    Kind,
    Value,
    base_amount,
    comparable,
    is_met,
    print_value,
    read_value,
)


def shown(value: Value) -> str:
    """Comparison, number, measure, ~ for approximate: what the tables state by hand."""
    if value.number is None:
        return value.kind.value
    sign = value.comparison.value if value.comparison else ""
    about = "~" if value.approximate else ""
    return f"{about}{sign}{value.number:f} {value.measure}".rstrip()


def read_words(text: str) -> list[str]:
    """Cells of a table, several in a line; # begins a heading."""
    lines = [line for line in text.splitlines() if not line.strip().startswith("#")]
    return [cell.strip() for line in lines for cell in line.split("|") if cell.strip()]


def read_table(text: str) -> list[tuple[str, str]]:
    """Cells 「printed → reading」."""
    pairs = [cell.split("→") for cell in read_words(text)]
    return [(printed.strip(), reading.strip()) for printed, reading in pairs]


QUANTITIES = read_table(
    """
    # as published
    ≥85.00(%) → ≥85.00 % | =1(份) → =1 份 | <3(秒) → <3 秒 | >2000.00(次/月) → >2000.00 次/月
    ≤3.20(万元/月) → ≤3.20 万元/月 | ≥20.00(万辆) → ≥20.00 万辆
    ≤312.60(元/辆) → ≤312.60 元/辆 | ≤600.00(元/辆次) → ≤600.00 元/辆次
    =5(分钟/点) → =5 分钟/点 | =0.00(%) → =0.00 % | 2.00(个) → 2.00 个 | 0起 → 0 起
    7家 → 7 家 | 17 → 17 | ≥1500 → ≥1500 | ≥25个 → ≥25 个 | 100% → 100 % | >80% → >80 %
    1小时内 → ≤1 小时 | 每周1次 → 1 次/周 | 90%以上 → ≥90 % | 9个以上 → ≥9 个
    10个工作日 → 10 个工作日 | 2年 → 2 年 | 400套（件） → 400 套（件） | 400人次 → 400 人次
    2000余人次 → ~2000 人次
    # signs and widths as people type them
    >=85% → ≥85 % | =>85% → ≥85 % | ≧85% → ≥85 % | ⩾85% → ≥85 % | ≮85% → ≥85 %
    ＞＝８５％ → ≥85 % | <=5% → ≤5 % | ≦5% → ≤5 % | ≯5% → ≤5 % | ＜3（秒） → <3 秒
    ＝１（份） → =1 份 | ==1 → =1 | 100.00（%） → 100.00 % | ≥85.00【%】 → ≥85.00 %
    ≥85.00(% → ≥85.00 % | 85.00%) → 85.00 % | 85 % → 85 % | 3 万元 → 3 万元
    =100.00(%)。 → =100.00 % | （≥85%） → ≥85 %
    # numbers
    1,500 → 1500 | 1,500.50元 → 1500.50 元 | 1，500家 → 1500 家 | 1，500，000元 → 1500000 元
    5‰ → 5 ‰ | -3(度) → -3 度 | ≥-3(度) → ≥-3 度 | −3度 → -3 度 | +5% → 5 % | .5 → 0.5
    230万 → 230 万 | 3.5亿元 → 3.5 亿元 | 5亿千瓦时 → 5 亿千瓦时
    # words for a comparison
    不低于90% → ≥90 % | 不少于80个 → ≥80 个 | 不小于5 → ≥5 | 不得少于20家 → ≥20 家
    不应低于90% → ≥90 % | 至少2次 → ≥2 次 | 大于等于80 → ≥80 | 大于或等于80% → ≥80 %
    不超过100元 → ≤100 元 | 不高于3% → ≤3 % | 不大于5 → ≤5 | 不多于3次 → ≤3 次
    未超过5% → ≤5 % | 没有超过3起 → ≤3 起 | 至多3次 → ≤3 次 | 小于等于5% → ≤5 %
    超过100家 → >100 家 | 超20家 → >20 家 | 高于90% → >90 % | 大于5 → >5 | 小于3 → <3
    低于10% → <10 % | 不足5家 → <5 家 | 不到5家 → <5 家 | 等于5 → =5 | 20个以下 → ≤20 个
    3天以内 → ≤3 天 | 3天之内 → ≤3 天 | 90%及以上 → ≥90 % | 90%（含）以上 → ≥90 %
    60分（含60分）以上 → ≥60 分 | 400(人次)以上 → ≥400 人次 | 9以上（个） → ≥9 个
    不低于90%以上 → ≥90 % | 控制在5%以内 → ≤5 % | 3次以上/年 → ≥3 次/年
    # about
    约2000人 → ~2000 人 | 近130家 → ~130 家 | 大约90%左右 → ~90 % | 20多家 → ~20 家
    2万余人次 → ~2 万人次 | 1000+家 → ~1000 家 | 节约3万元 → 3 万元
    # how often, and for each what
    1次/周 → 1 次/周 | 每月1次 → 1 次/月 | 每季度不少于2次 → ≥2 次/季度
    每年至少1次 → ≥1 次/年 | 每辆不超过3000元 → ≤3000 元/辆 | ≤3000元/人·天 → ≤3000 元/人·天
    ≤0.5mg/m³ → ≤0.5 mg/m³ | 5吨CO2 → 5 吨CO2
    # with a subject, an object, a remark
    满意度≥85% → ≥85 % | 合格率100% → 100 % | 合格率：100% → 100 %
    第三方满意度达到90%以上 → ≥90 % | PM2.5浓度≤35微克/立方米 → ≤35 微克/立方米
    抽查项目不少于80个 → ≥80 个 | 提出不少于20项问题建议 → ≥20 项 | 共20家企业 → 20 家
    完成5家 → 5 家 | 2024年共完成100家企业 → 100 家 | 2024年清单5份 → 5 份 | 100%完成 → 100 %
    100%覆盖重点企业 → 100 % | 24小时内响应 → ≤24 小时 | 10家内资企业 → 10 家
    100%（全覆盖） → 100 % | ≥85.00(%)（问卷调查） → ≥85.00 %
    5份（每季度1份，年度2份） → 5 份 | 5份，已提交 → 5 份 | ≥90%，持续提升 → ≥90 %
    1.报告5份 → 5 份 | 截至2024年底，共完成100家 → 100 家 | ≥3级 → ≥3 级
    """
)


@pytest.mark.parametrize(("text", "reading"), QUANTITIES)
def test_one_number_is_quantitative(text: str, reading: str) -> None:
    value = read_value(text)
    assert (value.kind, shown(value)) == (Kind.QUANTITATIVE, reading)
    assert (value.text, value.parts) == (text, ())


QUALITATIVE = """
    完成 | 达成指标 | 全部反馈 | 全覆盖 | 全年 | 逐小时分析 | A等 | 无 | — | … | ≥ | ①
    小于预算拨付金额 | 成本不超当年预算
    提升对全上海近130家机动车排放检验领域第三方机构违规行为的精准识别与预警能力。
    对约全年约230万条检测纪录进行数据分析及问题车辆预警，并进行线索推送。
    完成180张排污许可证质量抽查 | 已抽查318个项目，计划现场采样20个地块
    已完成。实际完成1160块排放口标识牌和650块采样口标识牌的制作。
    按要求完成2020年市管企业执行报告审核工作，共计完成审核31家。
    系统（不少于6个）协同联动情况开展跟踪评估
    符合《排污许可提质增效工作方案（2022-2024年）》等相关文件的要求
    # a bound that contradicts itself, or none that is known
    不超过90%以上 | =90%以上 | 不等于5 | ≠5 | ±5%
    # ranks, codes, ratios, points in time
    3级 | 2等奖 | 5号 | 第3名 | 前3名 | 4A级 | 达到3类 | 1:1 | 3/4 | 8:00 | 7×24小时 | 007
    021-12345678 | 1.1.1.1 | 1e5 | COVID-19 | 3天前 | 5分钟后 | 提前5天 | 5年一遇
    # not reached
    未完成5家 | 5家未完成 | 不发生1起 | 2024年12月31日前未完成 | 2024年12月31日前不能完成
    # numbers in characters; each of what
    一百家 | 百分之九十 | 一周一次 | 每两周1次 | 每人每天1次
    # years that are no dates
    2024年清单 | 2024年内部控制 | 2024年底数清单 | 不低于2023年水平 | 年底总结 | 年终奖
    2024年12月前的项目 | 2020年12月监测数据 | 2024年6月，组织开展了专项检查，发现问题50个
"""


@pytest.mark.parametrize("text", [*read_words(QUALITATIVE), "9" * 41 + "元"])
def test_what_is_no_number_is_qualitative(text: str) -> None:
    assert read_value(text, year=2024) == Value(text, Kind.QUALITATIVE)


@pytest.mark.parametrize("text", ["", " ", "\u3000\n\t", "\u200b", " " * 32_767])
def test_blank(text: str) -> None:
    assert read_value(text) == Value(text, Kind.BLANK)


DAYS = read_table(
    """
    2024-12-31 → 2024-12-31 | 2024/12/31 → 2024-12-31 | 2024.12.31完成 → 2024-12-31
    2024-12-31 00:00:00 → 2024-12-31 | 2024-02 → 2024-02-29
    ２０２４年１２月３１日 → 2024-12-31 | 2024 年 12 月 31 日前 → 2024-12-31
    2024年12月31日（含）前完成 → 2024-12-31 | 2024年12月31日（周二）前 → 2024-12-31
    2024年11月底前完成全部工作 → 2024-11-30 | 在2020年12月31日前完成，提交项目成果 → 2020-12-31
    已于2024年11月30日完成 → 2024-11-30 | 全部工作于2024年12月31日前完成 → 2024-12-31
    完成时间：2024年12月 → 2024-12-31 | 2024年12月底 → 2024-12-31
    2026年12月全部完成 → 2026-12-31 | 2026年12月上旬 → 2026-12-10
    2026年12月中旬前完成项目验收 → 2026-12-20 | 2026年2月下旬 → 2026-02-28
    2026年度 → 2026-12-31 | 2024年年底前 → 2024-12-31 | 2024年上半年 → 2024-06-30
    2024年第一季度 → 2024-03-31 | 2024年1-11月 → 2024-11-30
    2024年1月1日至2025年6月30日 → 2025-06-30 | 2024-2025年 → 2025-12-31
    """
)


@pytest.mark.parametrize(("text", "day"), DAYS)
def test_the_last_day_meant(text: str, day: str) -> None:
    value = Value(text, Kind.DEADLINE, deadline=date.fromisoformat(day))
    assert read_value(text) == value
    assert read_value(text, year=1999) == value, "a year that is printed stands"


DAYS_OF_THE_FORM = read_table(
    """
    当年内完成 → 2024-12-31 | 当年内启动 → 2024-12-31 | 本年度内完成 → 2024-12-31
    年底前 → 2024-12-31 | 年内 → 2024-12-31 | 12月底 → 2024-12-31 | 12月31日24时前 → 2024-12-31
    2月 → 2024-02-29 | 3月内 → 2024-03-31 | 四季度末 → 2024-12-31 | 次年3月底前 → 2025-03-31
    每年6月底前完成 → 2024-06-30
    """
)


@pytest.mark.parametrize(("text", "day"), DAYS_OF_THE_FORM)
def test_a_day_known_only_with_the_year_of_the_form(text: str, day: str) -> None:
    assert read_value(text) == Value(text, Kind.DEADLINE)
    assert read_value(text, year=2024).deadline == date.fromisoformat(day)


OPEN_DAYS = """
    在2020年12月31日前完成或按照既定计划完成 | 2024年2月30日 | 2024年13月底前 | 2021年初 | 每月10日前
    每季度末前完成
"""


@pytest.mark.parametrize("text", read_words(OPEN_DAYS))
def test_a_deadline_without_a_certain_day(text: str) -> None:
    assert read_value(text, year=2024) == Value(text, Kind.DEADLINE)


LIMITS = read_table(
    """
    每月结束之后的30日内完成 → ≤30 日 | 企业存证结束后3个工作日内 → ≤3 个工作日
    自合同签订之日起2个月内 → ≤2 个月 | 接到报警后30分钟内到达现场 → ≤30 分钟
    """
)


@pytest.mark.parametrize(("text", "limit"), LIMITS)
def test_a_limit_from_an_event_is_a_deadline_with_a_number(text: str, limit: str) -> None:
    value = read_value(text, year=2024)
    assert (value.kind, shown(value), value.deadline) == (Kind.DEADLINE, limit, None)


def test_a_number_due_by_a_day_has_both() -> None:
    value = read_value("2024年12月底前完成不少于20家")
    assert (value.kind, shown(value)) == (Kind.QUANTITATIVE, "≥20 家")
    assert value.deadline == date(2024, 12, 31)


COMPOUNDS = read_table(
    """
    烟度测试≤1500元/辆，PEMS测试≤85000元/辆，I型实验≤30000元/辆 → ≤1500 元/辆; ≤85000 元/辆; ≤30000 元/辆
    预计完成排放口标识牌1000块，采样口标识牌750块 → 1000 块; 750 块
    抽查项目不少于80个，其中涉及现场取样评估的项目不少于20个 → ≥80 个; ≥20 个
    1、报告5份；2、图件3套。 → 5 份; 3 套 | （1）≥5个；（2）≥1,500个 → ≥5 个; ≥1500 个
    80%-90% → ≥80 %; ≤90 % | 3至5个工作日 → ≥3 个工作日; ≤5 个工作日
    """
)


@pytest.mark.parametrize(("text", "parts"), COMPOUNDS)
def test_several_readable_clauses_are_compound(text: str, parts: str) -> None:
    value = read_value(text)
    assert (value.kind, value.text, value.number) == (Kind.COMPOUND, text, None)
    assert [shown(part) for part in value.parts] == parts.split("; ")


def test_a_part_is_its_clause_as_printed() -> None:
    parts = read_value("1、报告5份；\n2、图件 1，500（套）。").parts
    assert [part.text for part in parts] == ["报告5份", "图件 1，500（套）"]


def test_a_schedule_is_its_steps_and_ends_with_the_last() -> None:
    value = read_value("2026年6月底前，完成调研；7月底前，完成面上检查；12月上旬完成项目验收。")
    assert (value.kind, value.deadline) == (Kind.COMPOUND, date(2026, 12, 10))
    assert [(part.text, part.deadline) for part in value.parts] == [
        ("2026年6月底前，完成调研", date(2026, 6, 30)),
        ("7月底前，完成面上检查", date(2026, 7, 31)),
        ("12月上旬完成项目验收", date(2026, 12, 10)),
    ]


BASE = read_table(
    """
    ≥20.00(万辆) → 200000 辆 | ≤3.20(万元/月) → 32000 元/月 | 3.5亿元 → 350000000 元
    2千万元 → 20000000 元 | 5亿千瓦时 → 500000000000 瓦时 | 230万 → 2300000 | 5‰ → 0.5 %
    100.00（％） → 100 % | 5(次/万人) → 0.0005 次/人 | 3个月 → 3 月 | 400套（件） → 400 套(件)
    1320家 → 1320 家
    """
)


@pytest.mark.parametrize(("text", "base"), BASE)
def test_base_amount(text: str, base: str) -> None:
    amount, _, measure = base.partition(" ")
    assert base_amount(read_value(text)) == (Decimal(amount), measure)


COMPARABLE = read_table(
    """
    ≥25个 <- 60 → 25 60 | ≥1500 <- 1320家 → 1500 1320
    ≥20.00(万辆) <- 21.50(万辆) → 20.00 21.50 | ≥20.00(万辆) <- 213000辆 → 200000 213000
    ≥20.00(万辆) <- 21.3 → 20.00 21.3 | ≤3.20(万元/月) <- 31000（元／月） → 32000 31000
    400套（件） <- 450套 → 400 450 | 400套（件） <- 450（件） → 400 450
    ≥85.00(%) <- ８６％ → 85.00 86 | ≥85.00(%) <- 86 → 85.00 86 | ≤1% <- 5‰ → 1 0.5
    ≤1小时 <- 50分钟 → 3600 3000 | ≥15000.00(公里) <- 15000千米 → 15000 15000
    企业存证结束后3个工作日内 <- 2个工作日 → 3 2 | 2% <- 5份 → - | 5份 <- 2% → -
    ≥85.00(%) <- 86分 → - | ≥85% <- 3个百分点 → - | ≥85% <- 5万 → - | 20个 <- 20份 → -
    每月5次 <- 5次 → - | 90%以上 <- 全部反馈 → - | 2024-12-31 <- 5 → -
    """
)


@pytest.mark.parametrize(("pair", "numbers"), COMPARABLE)
def test_comparable(pair: str, numbers: str) -> None:
    target, actual = (read_value(text) for text in pair.split(" <- "))
    found = comparable(target, actual)
    assert found == (None if numbers == "-" else tuple(Decimal(n) for n in numbers.split()))


def test_a_blank_is_not_compared() -> None:
    assert comparable(read_value(""), read_value("5")) is None
    assert is_met(read_value("≥85%"), read_value("")) is None


MET = read_table(
    """
    ≥85.00(%) <- 85.00(%) → yes | ≥85.00(%) <- 84.99(%) → no | >4.00(次) <- 4.00(次) → no
    >4.00(次) <- 5.00(次) → yes | <100.00(%) <- 100.00(%) → no
    ≤3000(元/辆) <- 0.3万元/辆 → yes | ≤3000(元/辆) <- 3001元/辆 → no
    =42.00(项) <- 50.00(项) → no | =100(%) <- 100.00(%) → yes | =0.00(%) <- 0.00(%) → yes
    # a bare number is a floor, a bare nought a ceiling, a bare time or price neither
    40个 <- 113 → yes | 40个 <- 39 → no | 7家 <- 7家 → yes | 0起 <- 0起 → yes | 0起 <- 1起 → no
    10个工作日 <- 10个工作日 → yes | 10个工作日 <- 8个工作日 → unknown | 2年 <- 3年 → unknown
    500元/人 <- 480元/人 → unknown | 1小时内 <- 0.5小时 → yes | 1小时内 <- 90分钟 → no
    # actual values that are bounds or estimates
    ≥80% <- >80% → yes | 9个以上 <- 10个以上 → yes | ≥85% <- ≥80% → unknown | ≥85% <- <80% → no
    >80% <- ≥80% → unknown | =80% <- ≥80% → unknown | ≤5% <- <5% → yes
    400人次 <- 2000余人次 → yes | ≥2000人次 <- 2000余人次 → yes
    ≥2000人次 <- 约2000人次 → unknown | ≥2000人次 <- 近2000人次 → no
    ≥1900人次 <- 近2000人次 → unknown | ≥2000人次 <- 约1000人次 → no
    约2000人 <- 1950人 → unknown | 约2000人 <- 2010人 → yes | 约2000人 <- 1000人 → no
    # another unit, words, the target copied
    2% <- 5份 → unknown | 90%以上 <- 全部反馈 → unknown | ≥85% <- 达成指标 → unknown
    ≥85% <- ≥85% → unknown | 完成 <- 完成 → unknown | 80%-90% <- 85% → unknown
    # dates
    2024-12-31 <- 2024年11月 → yes | 2024-12-31 <- 2024年12月31日 → yes
    2024-12-31 <- 2025-01-02 → no | 2024-12-31 <- 2025年3月完成 → no
    2024年12月10日前完成 <- 2024年12月 → unknown
    2024年12月10日前完成 <- 2024年12月31日前 → unknown
    2024年12月31日前 <- 2024年12月31日前 → unknown | 2024-12-31 <- 达成指标 → unknown
    2024-12-31 <- 2024年2月30日 → unknown
    2024年6月完成调研；10月完成验收 <- 2024年9月 → unknown
    """
)


@pytest.mark.parametrize(("pair", "answer"), MET)
def test_is_met(pair: str, answer: str) -> None:
    target, actual = (read_value(text) for text in pair.split(" <- "))
    assert is_met(target, actual) is {"yes": True, "no": False, "unknown": None}[answer]


def test_the_form_print() -> None:
    assert print_value(Comparison.AT_LEAST, Decimal("85.00"), "%") == "≥85.00(%)"
    assert print_value(Comparison.EQUAL, Decimal("1"), "份") == "=1(份)"
    assert print_value(None, Decimal("1E+3"), "") == "1000"


untimed = settings(deadline=None)
NUMBERS = st.decimals(-(10**12), 10**12, allow_nan=False, allow_infinity=False, places=2)
SIGNS = st.none() | st.sampled_from(Comparison)
MEASURES = st.sampled_from(
    ["", "%", "‰", "份", "万辆", "元/辆次", "套（件）", "次/月", "月", "年", "级", "μg/m³", "分 钟"]
)


@untimed
@given(SIGNS, NUMBERS, MEASURES)
def test_what_is_printed_is_read_back(
    comparison: Comparison | None, number: Decimal, measure: str
) -> None:
    value = read_value(print_value(comparison, number, measure))
    assert value.kind is Kind.QUANTITATIVE
    assert (value.comparison, value.number, value.measure) == (comparison, number, measure)


WORDS_OF_TEXT = """
    0 1 2 3 9 . , ， ； 、 。 （ ） ( ) [ ] % ‰ / - + ~ ≥ ≤ < > = 约 近 余 多 每 年 月 日
    内 前 后 底 不 第 不低于 超过 以上 以内 左右 万 亿 个 份 工作日 小时 报告 2024年 12月 31日
    2024-12-31 当年 完成 上旬 季度 （含） 截至
"""
WORDS = st.sampled_from([" ", "\n", *WORDS_OF_TEXT.split()])
TEXTS = st.text(max_size=60) | st.lists(WORDS, max_size=16).map("".join)


@untimed
@given(TEXTS, st.none() | st.integers(-5, 10_005))
@example("2024年13月45日", 0)
@example("次年12月底", 9999)
@example("(" * 60, None)
def test_any_text_has_a_reading(text: str, year: int | None) -> None:
    value = read_value(text, year=year)
    assert value.text == text
    assert (value.kind is Kind.COMPOUND) == (len(value.parts) > 1)
    assert (base_amount(value) is None) == (value.number is None)


@untimed
@given(TEXTS)
def test_a_quantity_survives_printing(text: str) -> None:
    value = read_value(text)
    if value.kind is Kind.QUANTITATIVE:
        assert value.number is not None
        again = read_value(print_value(value.comparison, value.number, value.measure))
        assert (again.kind, shown(again)) == (Kind.QUANTITATIVE, shown(value).removeprefix("~"))


@untimed
@given(TEXTS, TEXTS)
def test_comparing_never_fails(target: str, actual: str) -> None:
    pair = read_value(target, year=2024), read_value(actual, year=2024)
    assert is_met(*pair) in (True, False, None)
    numbers = comparable(*pair)
    assert numbers is None or all(number.is_finite() for number in numbers)


@pytest.mark.parametrize("piece", read_words("1 | 1, | ， | ( | 约 | 不 | 1个， | 2024年 | 、1."))
def test_a_full_cell_of_anything_is_read(piece: str) -> None:
    text = "完成" + piece * ((32_767 - 2) // len(piece))
    assert read_value(text).kind is Kind.QUALITATIVE
    shorter = "完成" + piece * (998 // len(piece))
    assert read_value(shorter).text == shorter


@pytest.mark.parametrize("text", ["\u3000≥ 5 次 ", " " * 5000 + "≥5次" + "\n" * 5000])
def test_outer_blanks_do_not_matter(text: str) -> None:
    assert (shown(read_value(text)), read_value(text).text) == ("≥5 次", text)
