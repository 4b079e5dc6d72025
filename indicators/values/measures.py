"""计量单位: the words that count as one, and one spelling for comparing them."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

# Words that follow a number without brackets. What is not listed is still a measure where it ends
# the clause (「5瓮」); the list is what lets 「80个项目」 be 80 个.
_COUNTED = (
    "个 家 份 人 名 位 户 辆 台 套 件 批 项 场 起 处 座 条 块 张 篇 期 类 种 例 宗 封 部 本 "
    "册 页 幅 口 根 支 只 头 株 棵 点 点位 组 轮 趟 架 艘 班 门 节 间 站 字 题 票 枚 样 对 副 "
    "双 盒 箱 袋 瓶 桶 路 卷 款 倍 分 岁 周岁 次 人次 辆次 台次 户次 批次 场次 组次 轮次 架次 "
    "航次 班次 车次 频次 家次 项次 点次 站次 件次 份次 台套 人天 人日 人月 人年 课时 学时"
)
_PHYSICAL = (
    "元 美元 米 公里 千米 厘米 毫米 微米 海里 平方米 平方公里 平方千米 平米 立方米 公顷 亩 "
    "升 毫升 吨 公斤 千克 克 毫克 微克 度 摄氏度 分贝 瓦 千瓦 兆瓦 千瓦时 瓦时 千伏 伏 "
    "百分点 个百分点 吨标准煤 吨标煤 吨二氧化碳 吨二氧化碳当量"
)
_TIMES = (
    "毫秒 秒 秒钟 分钟 小时 个小时 天 日 自然日 个自然日 工作日 个工作日 周 星期 个星期 个月 "
    "季 季度 个季度 年 年度 个年度 周年"
)
_PERIODS = "月 月度 半年 个月 班 天 日 周 季 季度 年 年度 小时 分钟 秒 工作日 星期"


def _choice(*words: str) -> str:
    every = {word for line in words for word in line.split()}
    return "|".join(re.escape(word) for word in sorted(every, key=lambda w: (-len(w), w)))


MULTIPLIER = "(?:万亿|[十百千]?[万亿]|千)"
_LATIN = r"[A-Za-zμµΩ°℃㎡㎥%‰][A-Za-zμµΩ°℃²³23·]{0,7}"
_KNOWN = _choice(_COUNTED, _PHYSICAL, _TIMES)
# 月 counts only behind a stroke or in brackets: 「12月」 is December, 「12个月」 a length of time.
# Chemistry behind a weight (吨CO2), and a second word for the same count (套（件）), belong to it.
UNIT = rf"(?:(?:吨|千克|公斤|克){_LATIN}|(?:{_KNOWN})(?:\s*\((?!含)[^()0-9\s]{{1,2}}\))?|{_LATIN})"
DENOMINATOR = rf"(?:{MULTIPLIER}?(?:{_choice(_COUNTED, _PHYSICAL, _TIMES, _PERIODS)}|{_LATIN}))"
PER = rf"(?:{_choice(_COUNTED, _PHYSICAL, _PERIODS)})"

_SAME = {
    "%": "%",
    "百分比": "%",
    "百分点": "百分点",
    "天": "日",
    "自然日": "日",
    "星期": "周",
    "年度": "年",
    "周年": "年",
    "季度": "季",
    "月度": "月",
    "秒钟": "秒",
    "s": "秒",
    "min": "分钟",
    "h": "小时",
    "钟头": "小时",
    "m": "米",
    "km": "千米",
    "公里": "千米",
    "kg": "千克",
    "公斤": "千克",
    "g": "克",
    "mg": "毫克",
    "t": "吨",
    "l": "升",
    "平米": "平方米",
    "m2": "平方米",
    "m3": "立方米",
    "km2": "平方千米",
    "平方公里": "平方千米",
    "kw": "千瓦",
    "kwh": "千瓦时",
    "人民币": "元",
}
_GE_BEFORE = ("个小时", "个月", "个星期", "个季度", "个年度", "个工作日", "个自然日", "个百分点")
_POWERS = {"十": 1, "百": 2, "千": 3, "万": 4, "亿": 8}
_MULTIPLIED = re.compile(rf"({MULTIPLIER})(.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Scale:
    """A measure without its multipliers: one of it is ``10 ** power`` of ``unit``."""

    unit: str
    power: int


@lru_cache(maxsize=1024)  # measures are few and recur on every form
def normalised(measure: str) -> str:
    """One spelling of a measure: half-width, no blanks, 天 as 日, km as 千米, 个月 as 月."""
    folded = "".join(unicodedata.normalize("NFKC", measure).casefold().split())
    return "/".join(_one_spelling(piece) for piece in folded.split("/"))


def _one_spelling(piece: str) -> str:
    if piece in _GE_BEFORE:
        piece = piece[1:]
    return _SAME.get(piece, piece)


@lru_cache(maxsize=1024)
def scale(measure: str) -> Scale:
    """The measure without 千, 万, 亿, above and below the stroke; ‰ becomes %."""
    above, *below = normalised(measure).split("/")
    unit, power = _without_multiplier(above)
    if unit == "‰":
        unit, power = "%", power - 1
    units = [unit]
    for piece in below:
        unit, down = _without_multiplier(piece)
        units.append(unit)
        power -= down
    return Scale("/".join(units), power)


def _without_multiplier(piece: str) -> tuple[str, int]:
    power = 0
    while found := _MULTIPLIED.fullmatch(piece):
        power += sum(_POWERS[character] for character in found[1])
        piece = found[2]
    return _SAME.get(piece, piece), power


_LENGTHS_OF_TIME = frozenset(normalised(word) for word in (*_TIMES.split(), "月"))
_MONEY = frozenset({"元", "美元"})


def is_time(measure: str) -> bool:
    """A length of time, be it by the piece (小时/次)."""
    return normalised(measure).split("/")[0] in _LENGTHS_OF_TIME


def is_money(measure: str) -> bool:
    """An amount of money, be it by the piece (万元/月)."""
    return scale(measure).unit.split("/")[0] in _MONEY
