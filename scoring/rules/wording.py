"""Which of the three levels the words of an actual value speak of.

Source: the notes printed on self-evaluation forms name the levels (达成, 部分达成并具有一定效果,
未达成且效果较差) and leave the choice to the preparer. Where no level was chosen, plain words
decide it: the words of the 272 published rows and their like. What they do not say clearly stays
undecided.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from indicators.values.words import in_one_width


class Attainment(StrEnum):
    """完成档次."""

    ACHIEVED = "achieved"
    PARTIAL = "partial"
    MISSED = "missed"

    @property
    def label(self) -> str:
        return {"achieved": "达成", "partial": "部分达成", "missed": "未达成"}[self.value]


@dataclass(frozen=True, slots=True)
class WordReading:
    """The level, None where the words leave it open, and what it was read from (Chinese)."""

    attainment: Attainment | None
    ground: str


_MANNER = (
    r"(?:已经|已|均|都|全部|全面|如期|按期|按时|按要求|按计划|及时|提前|顺利|圆满|超额|切实){0,5}"
)
_DONE = re.compile(
    rf"[^,。;未不没无]{{0,4}}?{_MANNER}(?:(?:按|依据|根据)[^,。;]{{0,40}}?)?{_MANNER}"
    r"(?:完成|达成|达到|达标|实现|符合|满足)(?!后|时|前|率|中)"
)
_BY_RULE = re.compile(r"(?:按|依据|根据)[^,。;]*,")
_PARTIAL_RATE = re.compile(r"\D{0,2}\d+(?:\.\d+)?%")
_ONGOING = re.compile(r"[,;。](?:积极|持续|稳步|有序|大力|不断|逐步)*(?:推进|推动|探索)")
_WHOLE = re.compile(
    rf"{_MANNER}(?:达成|达成指标|达成目标|达到|达到目标|达标|完成|完成目标|完成任务|完成指标|实现|实现目标|"
    r"合格|满意|很满意|非常满意|及时|规范|通过|验收通过|通过验收|符合|符合要求|到位|落实|执行|保证|保障)了?"
)
_PARTLY = re.compile(
    r"(?:已|均)?(基本(?!农田|公共|建设|医疗|养老|生活|信息|情况|制度|草原|药物|保险|民生|支出|盘|单位|"
    r"功能|设施|条件|要求|目标|任务)|部分|大部分|大体|初步|多数|(?:未|没有|不)(?:能)?(?:全部|完全|充分))"
)
_FAIRLY = re.compile(r"(较好地?|比较|较为|较)(.+)")
_GOOD = (
    r"(?:满意|合格|达标|及时|规范|符合|通过|到位|完善|健全|足|满足|理想|完整|准确|合理|明显|稳定)"
)
_NOT = re.compile(
    r"(?:尚|还|仍|均|都|全部|暂时?)*(未(?!来)|没有|没|无法|不能|难以|"
    rf"不(?={_GOOD}))|.*(?P<end>不{_GOOD})$"
)
_EVENT = r"(?:出现|发生|发现|存在|造成|引发|产生|接到|收到)"
_HARM = (
    r"(?:超(?!额完成)|突破|逾期|延期|延误|推迟|滞后|拖欠|违|漏|误|差错|错误|事故|投诉|问题|泄|失|故障|"
    r"风险|污染|火灾|伤|亡|舆情|信访|案件|中断|纠纷|损|缺陷|不良|不合格|瑕疵|异常|隐患|处罚|举报)"
)
_NO_HARM = re.compile(
    rf"[^,。;]{{0,12}}?(?:未|没有|没|不|无)(?:有|再)?{_EVENT}[^,。;]{{0,12}}?{_HARM}|"
    r"[^,。;]{0,12}?(?:未|没有|没|不)(?:超(?!额完成)|突破|逾期|延期|延误|推迟|滞后|拖欠|违|遗漏|泄)|"
    rf"(?:全年|本年度?|年内|项目|均|已)*(?:无|零|没有)[^,。;]{{0,6}}?{_HARM}"
)
_NO_EVENT = re.compile(rf"(?:均|全年|年内)*(?:无|零|没有|(?:未|没有|没|不|无)(?:有|再)?{_EVENT})")
_ZERO_WANTED = re.compile(rf"未|无|零|没有|不|杜绝|避免|防止|(?<![\d.])0(?:\.0+)?(?![\d.])|{_HARM}")
# Without one of these words nothing is denied. That is soon found out, unlike what is denied.
_DENIAL = re.compile("[未没无不零难]")
_DIGIT = re.compile(r"\d")
_OPEN = re.compile(
    r"尚未|暂未|未能|未完成|未达|没有完成|正在(?!运行|使用)|尚在|推进中|进行中|实施中|编制中|后方可|"
    r"(?<![未无没不有])(?:延期|延后|延误|推迟|暂缓|顺延|逾期|滞后)|仍需|有待|尚需|部分完成|一半|"
    r"(?:^|[,。;])(?:计划|拟|预计|将)"
)
_NEGATION = re.compile(r"(?:未|不|没|没有|无|尚未|难以|无法|非)(?:能|够|完全|全部|及时)?$")
_ALREADY = re.compile(r"^(?:已经|已|均已|均|全部)")


def read_attainment(target: str, actual: str, name: str = "") -> WordReading:
    """The level that ``actual`` speaks of, seen against ``target`` and the indicator's ``name``."""
    wanted, reached = _fold(target), _fold(actual)
    if not reached:
        return WordReading(None, "实际完成值未填")
    if reached == wanted:
        return WordReading(Attainment.ACHIEVED, "实际完成值与年度指标值相同")
    for judge in (_no_harm, _graded, _open, _repeated, _done):
        reading = judge(wanted, reached, name)
        if reading is not None:
            return reading
    return WordReading(None, "从文字看不出档次")


def says_unfinished(actual: str) -> str:
    """The word by which ``actual`` says that something is still to be done, else ''."""
    return _open_word(_fold(actual))


@lru_cache(maxsize=512)  # the actual values of one form, which rules and checks ask for in turn
def _open_word(reached: str) -> str:
    found = _OPEN.search(reached)
    return found.group().strip(",。;") if found else ""


def _no_harm(wanted: str, reached: str, name: str) -> WordReading | None:
    """「未超出当年预算」「无违章」「未发生」 speak of success."""
    if not _DENIAL.search(reached):
        return None
    found = _NO_HARM.match(reached) or (
        _NO_EVENT.fullmatch(reached) if _ZERO_WANTED.search(wanted + _fold(name)) else None
    )
    if found and not says_unfinished(reached):
        return WordReading(Attainment.ACHIEVED, f"实际完成值写明「{found.group()}」")
    return None


def _graded(wanted: str, reached: str, name: str) -> WordReading | None:
    """Words of degree, and denials, at the head of the actual value."""
    if found := _PARTLY.match(reached):
        if reached in wanted or (wanted and wanted in reached and wanted.startswith(found[1])):
            return None  # the target itself asks for no more
        return WordReading(Attainment.PARTIAL, f"实际完成值写明「{found[1]}」")
    if _DENIAL.search(reached) and (found := _NOT.match(reached)):
        return WordReading(Attainment.MISSED, f"实际完成值写明「{found['end'] or found.group()}」")
    if (found := _FAIRLY.fullmatch(reached)) and found[2] in wanted:
        return WordReading(Attainment.ACHIEVED, f"实际完成值写明「{found[1]}」，程度在本档之内")
    return None


def _open(wanted: str, reached: str, name: str) -> WordReading | None:
    if word := says_unfinished(reached):
        return WordReading(Attainment.PARTIAL, f"实际完成值写有「{word}」")
    return None


def _repeated(wanted: str, reached: str, name: str) -> WordReading | None:
    """The target said again in the actual value, or the actual value an extract of the target."""
    close = len(wanted) >= 4 or (len(reached) <= len(wanted) + 4 and not _DIGIT.search(reached))
    if len(wanted) >= 2 and close and _holds(reached, wanted):
        return WordReading(Attainment.ACHIEVED, "实际完成值写明了年度指标值")
    extract = _ALREADY.sub("", reached)
    if len(extract) >= 2 and _holds(wanted, extract):
        return WordReading(Attainment.ACHIEVED, "实际完成值与年度指标值一致")
    return None


def _done(wanted: str, reached: str, name: str) -> WordReading | None:
    """Words of completion, alone or at the head of a report that names nothing still going on."""
    if _WHOLE.fullmatch(reached):
        return WordReading(Attainment.ACHIEVED, "从文字看已达成")
    body = _BY_RULE.sub("", reached, count=1) if _BY_RULE.match(reached) else reached
    found = None if _ONGOING.search(reached) else _DONE.match(body)
    if found is None or _PARTIAL_RATE.match(body, found.end()):
        return None
    return WordReading(Attainment.ACHIEVED, "实际完成值写明已完成")


def _holds(text: str, piece: str) -> bool:
    """Is ``piece`` in ``text``, not denied by the word before it?"""
    place = text.find(piece)
    return place >= 0 and not _NEGATION.search(text[:place])


def _fold(text: str) -> str:
    """Half-width signs, no spaces, no mark at the end. What is beyond the limit is not read."""
    return _folded(text[:2000])


@lru_cache(maxsize=512)
def _folded(text: str) -> str:
    folded = "".join(in_one_width(text).split())
    return folded.replace(":", ",").rstrip("。.,;!")
