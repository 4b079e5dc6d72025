"""One number in a clause: its comparison, measure, and the words before and behind it.

A clause is a *quantity* when it reads 「主语 + 比较 + 数 + 计量单位 + 以上/以下 + 宾语」 around
exactly one number, and

- nothing stands behind the measure (「排放口标识牌1000块」), or
- the bound is stated in so many words (「不少于20项问题建议」), or
- it opens the clause, after 共 or 完成 at most, and a short noun follows (「共20家企业」) or
  it is a percentage (「100%覆盖重点企业」).

Years (2024年) and digits inside a word (PM2.5) are no numbers here. 以上, 以下 and 以内 include the
number, 超过 and 不满 do not (民法典 article 1259).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from indicators.values.folding import SEPARATORS, bracket_ends, fold
from indicators.values.measures import DENOMINATOR, MULTIPLIER, PER, UNIT, is_time
from indicators.values.model import Comparison

LONGEST_NUMBER = 40  # digits; what is longer is no amount but an account number
_LONGEST_SUBJECT = 30
_LONGEST_OBJECT = 20
_SHORT_OBJECT = 4
_LONGEST_MEASURE = 20

_UP = (Comparison.AT_LEAST, Comparison.GREATER)
_DOWN = (Comparison.AT_MOST, Comparison.LESS)

_NUMBER = re.compile(
    r"(?<![0-9A-Za-z_.])(?:[0-9]{1,3}(?:,[0-9]{3})++(?![0-9])|[0-9]++)(?:\.[0-9]++)?(?![0-9.])"
    r"|(?<![0-9A-Za-z_.])\.[0-9]++(?![0-9.])"
)
_YEAR = re.compile(r"(?:19|20)[0-9]{2}\s*年")
_SIGN_ENDINGS = (
    ("≠", None),
    (">=", Comparison.AT_LEAST),
    ("=>", Comparison.AT_LEAST),
    ("≥=", Comparison.AT_LEAST),
    ("≥", Comparison.AT_LEAST),
    ("<=", Comparison.AT_MOST),
    ("=<", Comparison.AT_MOST),
    ("≤=", Comparison.AT_MOST),
    ("≤", Comparison.AT_MOST),
    ("==", Comparison.EQUAL),
    (">", Comparison.GREATER),
    ("<", Comparison.LESS),
    ("=", Comparison.EQUAL),
)
_LAST_SIGNS = tuple({sign[-1] for sign, _ in _SIGN_ENDINGS})
_WORD_ENDING = re.compile(
    r"(?P<not>(?:不|未|没有?)(?:得|应当?|能够?|可以?|会|宜|准|允许)?)?"
    r"(?P<word>[大高多]于或?者?等于|[小低少]于或?者?等于|超过|超出|超|突破|[大高多长]于|[小低少短]于|等于)$"
    r"|(?P<fixed>至少|最少|最低|起码|不下于|至多|最多|最高|不止|不足|不满|不到|未满|未达到?|未到)$"
)
_FIXED = {
    "至少": Comparison.AT_LEAST,
    "最少": Comparison.AT_LEAST,
    "最低": Comparison.AT_LEAST,
    "起码": Comparison.AT_LEAST,
    "不下于": Comparison.AT_LEAST,
    "至多": Comparison.AT_MOST,
    "最多": Comparison.AT_MOST,
    "最高": Comparison.AT_MOST,
    "不止": Comparison.GREATER,
}
_ABOUT = re.compile(
    r"(?:大约|大概|将近|接近|(?<![节合条公预签制违契履集])约|(?<![附最临邻靠])近|[≈~])$"
)
_PER = re.compile(rf"每个?(?P<per>{PER})$")
_EVENT = re.compile(r"(?:后|起)的?$")
# Words before the number that leave no doubt that it is not the amount: 第3名, 前3名, 未完成5家.
_SPOILT = re.compile(
    r"第$|前$|-$|[≥≤<>=≠±]|未(?![来成])|尚|没有|无法|不能|不发生|不出现|杜绝|避免|防止"
)
_SUMMING = re.compile(
    r"(?:(?:19|20)[0-9]{2}\s*年度?|[全当本今]年度?)?\s*"
    r"(?:已|均|共计?|合计|累计|总计|实际|预计|计划|全部|新增|开展|完成|达到?|为|是|有|其中|:)*+"
)
_TAIL = re.compile(
    rf"\s*(?P<times>{MULTIPLIER})?\s*(?P<over>[余多+])?\s*(?P<more>{MULTIPLIER})?\s*"
    rf"(?P<unit>{UNIT}(?:\s*[/·]\s*{DENOMINATOR})*+)?"
)
_BOUND = re.compile(
    r"\s*(?:\(含[^()]{0,8}\))?\s*"
    r"(?P<word>[及或]?以[上下](?![级旬])|[以之]内|左右|上下|内(?![部容控外涝河陆资审训检测业科])|[余多+](?=$))?"
)
_UNLISTED = re.compile(
    r"\s*(?P<unit>[^\W\d_]{1,6}?(?:/[^\W\d_]{1,6}?)?)\s*"
    r"(?=$|\(|[及或]?以[上下]$|[以之]?内$|左右$|上下$)"
)
_BRACKETED = re.compile(
    rf"\s*(?!含)(?P<unit>[^0-9\s()+*/=<>≥≤~_!?{SEPARATORS}-]"
    rf"[^{SEPARATORS}]{{0,{_LONGEST_MEASURE - 1}}}?)\s*(?=$|[{SEPARATORS}])"
)
_BRACKET = re.compile(r"[()]")
_BY_THE = re.compile(rf"\s*/\s*{DENOMINATOR}")
_RANGE = re.compile(r"\s*[-~至到]\s*")
# 3级, 2等, 5号 name a rank; 12月, 8时 a point in time; 3天前, 5分钟后 a distance from one.
_RANKS = tuple("级等档号版星届型类")
_NO_MEASURE = tuple("月时含前后外的之以内余多左上至到和或与及")
_NO_OBJECT = tuple("级前后外的之以和或与及一")
_DONE = ("完成", "已完成", "达标", "到位", "覆盖", "合格", "通过", "落实", "执行", "整改", "反馈")
_DIGIT = re.compile(r"[0-9]")
_WORD = re.compile(r"[^\W\d_]|[《“]")


@dataclass(frozen=True, slots=True)
class Quantity:
    """What a clause says about its one number. ``since``: it is a time limit from an event."""

    comparison: Comparison | None
    number: Decimal
    measure: str
    approximate: bool
    since: bool = False


@dataclass(frozen=True, slots=True)
class _Lead:
    """The words before the number: subject, comparison, 每 what."""

    subject: str
    comparison: Comparison | None
    approximate: bool
    per: str


@dataclass(frozen=True, slots=True)
class _Tail:
    """The words behind the number: measure, bound, object."""

    measure: str
    comparison: Comparison | None
    approximate: bool
    object: str


def find_number(text: str) -> re.Match[str] | None:
    """The first number of a folded text that is neither a year nor part of a word."""
    for found in _NUMBER.finditer(text):
        start = found.start()
        joined = start > 1 and text[start - 1] == "-" and "A" <= text[start - 2] <= "z"
        if not joined and not _YEAR.match(text, start):
            return found
    return None


def read_quantity(text: str, printed: str) -> Quantity | None:
    """The quantity in a clause; ``text`` is ``printed`` folded. None when the clause is none."""
    found = find_number(text)
    if found is None or not _is_amount(found[0]) or _is_aside(text, found.start()):
        return None
    start, sign = _signed(text, found.start())
    lead = _read_lead(text[:start])
    if lead is None:
        return None
    tail = _read_tail(text, printed, found.end(), ranks=lead.comparison is not None)
    if not _agree(lead.comparison, tail.comparison):
        return None
    comparison = lead.comparison or tail.comparison
    since = (
        comparison is Comparison.AT_MOST
        and is_time(tail.measure)
        and _EVENT.search(lead.subject) is not None
    )
    opening = _SUMMING.fullmatch(lead.subject) is not None
    if comparison is None and tail.measure == "类" and "(" not in text[found.end() :]:
        return None  # 达到3类 is a class of water
    if not (
        _may_lead(lead, tail.measure, since=since)
        and _may_follow(tail, opening=opening, bounded=comparison is not None)
    ):
        return None
    return Quantity(
        comparison=comparison,
        number=Decimal(sign + found[0].replace(",", "")),
        measure=f"{tail.measure}/{lead.per}" if lead.per else tail.measure,
        approximate=lead.approximate or tail.approximate,
        since=since,
    )


def read_range(text: str, printed: str) -> tuple[Quantity, Quantity] | None:
    """「80%-90%」「3至5次」 as its two bounds; None when the clause is no such range."""
    low = find_number(text)
    if low is None:
        return None
    lead = _read_lead(text[: low.start()])
    unit = _TAIL.match(text, low.end())
    to = _RANGE.match(text, unit.end() if unit else low.end())
    high = _NUMBER.match(text, to.end()) if to else None
    if lead is None or lead.comparison or high is None or unit is None:
        return None
    tail = _read_tail(text, printed, high.end(), ranks=False)
    measure = _printed(unit, printed, "times", "more", "unit") or tail.measure
    if (
        not (_is_amount(low[0]) and _is_amount(high[0]))
        or (tail.object or tail.comparison or measure != tail.measure)
        or not _may_lead(lead, measure, since=False)
    ):
        return None
    bounds = [Decimal(number[0].replace(",", "")) for number in (low, high)]
    if bounds[0] >= bounds[1]:
        return None
    about = lead.approximate or tail.approximate
    return (
        Quantity(Comparison.AT_LEAST, bounds[0], measure, about),
        Quantity(Comparison.AT_MOST, bounds[1], measure, about),
    )


def _is_amount(digits: str) -> bool:
    """Not an account number, nor a code such as 007."""
    return len(digits) <= LONGEST_NUMBER and not (digits[0] == "0" and digits[1:2].isdigit())


def _is_aside(text: str, place: int) -> bool:
    """In brackets that do not end the clause: 系统（不少于6个）协同."""
    return any(start < place < end < len(text) - 1 for start, end in bracket_ends(text).items())


def _signed(text: str, start: int) -> tuple[int, str]:
    """Where the number begins with its sign, and the sign. Behind a word a stroke is no sign."""
    if start and text[start - 1] in "+-":
        before = text[: start - 1].rstrip()
        if not before or before[-1] in "≥≤<>=≈~" or _WORD_ENDING.search(before[-12:]):
            return start - 1, text[start - 1]
    return start, ""


def _read_lead(text: str) -> _Lead | None:
    comparison: Comparison | None = None
    approximate = False
    text = text.strip()
    while True:
        if about := _ABOUT.search(text[-4:]):
            approximate = True
            text = text[: len(text) - len(about[0])].rstrip()
            continue
        ending = _comparison_ending(text)
        if ending is None:
            break
        length, found = ending
        if found is None or comparison is not None:
            return None
        comparison = found
        text = text[:-length].rstrip()
    per = _PER.search(text[-8:])
    if per:
        text = text[: len(text) - len(per[0])].rstrip()
    return _Lead(text, comparison, approximate, per["per"] if per else "")


def _comparison_ending(text: str) -> tuple[int, Comparison | None] | None:
    """Length and sense of the comparison that ``text`` ends with; sense None for 不等于."""
    for sign, comparison in _SIGN_ENDINGS if text.endswith(_LAST_SIGNS) else ():
        if text.endswith(sign):
            return len(sign), comparison
    found = _WORD_ENDING.search(text[-12:])
    if found is None:
        return None
    if found["fixed"]:
        return len(found[0]), _FIXED.get(found["fixed"], Comparison.LESS)
    word = found["word"]
    negated = found["not"] is not None
    if word.endswith("等于"):
        if negated:
            return len(found[0]), None
        if word == "等于":
            return len(found[0]), Comparison.EQUAL
        upward = word[0] in "大高多"
        return len(found[0]), Comparison.AT_LEAST if upward else Comparison.AT_MOST
    upward = word[0] in "超突大高多长"
    if negated:
        return len(found[0]), Comparison.AT_MOST if upward else Comparison.AT_LEAST
    return len(found[0]), Comparison.GREATER if upward else Comparison.LESS


def _read_tail(text: str, printed: str, start: int, *, ranks: bool) -> _Tail:
    ends = bracket_ends(text)
    found = _TAIL.match(text, start)
    assert found is not None  # every part of it is optional
    place = found.end()
    measure = _printed(found, printed, "times", "more", "unit")
    words = [found["over"]]
    if not found["unit"]:
        place, early = _read_bound(text, place)
        words.append(early)
        unit, place = _other_measure(text, printed, place, ends, ranks=ranks)
        measure += unit
    behind, late = _read_bound(text, place)
    if late != "内" or is_time(measure) or not text[behind:].strip():
        place = behind
        words.append(late)
    by_the = _BY_THE.match(text, place) if measure else None  # 3次以上/年
    if by_the:
        measure += printed[place : by_the.end()].strip()
        place = by_the.end()
    place = _skip_remarks(text, place, ends)
    comparison = None
    for word in filter(None, words):
        if word.endswith("以上"):
            comparison = Comparison.AT_LEAST
        elif word.endswith(("以下", "内")):
            comparison = Comparison.AT_MOST
    approximate = any(word in ("余", "多", "+", "左右", "上下") for word in words)
    return _Tail(measure, comparison, approximate, text[place:].strip(" )"))


def _printed(found: re.Match[str], printed: str, *groups: str) -> str:
    """The groups as printed; only the per cent sign has one width, for all who ask for it."""
    pieces = (printed[slice(*found.span(group))] for group in groups if found[group])
    return "".join("%" if fold(piece) == "%" else piece for piece in pieces)


def _read_bound(text: str, start: int) -> tuple[int, str | None]:
    found = _BOUND.match(text, start)
    assert found is not None  # every part of it is optional
    return found.end(), found["word"]


def _other_measure(
    text: str, printed: str, start: int, ends: Mapping[int, int], *, ranks: bool
) -> tuple[str, int]:
    """A measure in brackets, or an unlisted one that ends the clause; and the place behind."""
    place = start + len(text[start:]) - len(text[start:].lstrip())
    if text[place : place + 1] == "(":
        end = ends.get(place, len(text))  # a bracket left open reaches to the end
        if place not in ends and _BRACKET.search(text, place + 1):
            return "", start
        content = _BRACKETED.match(text, place + 1, end)
        return (_printed(content, printed, "unit"), end + 1) if content else ("", start)
    found = _UNLISTED.match(text, start)
    if found is None or found["unit"].startswith(_NO_MEASURE) or found["unit"] in _DONE:
        return "", start
    if not ranks and found["unit"].startswith(_RANKS):
        return "", start
    return _printed(found, printed, "unit"), found.end()


def _skip_remarks(text: str, start: int, ends: Mapping[int, int]) -> int:
    while start < len(text) and (text[start] == " " or start in ends):
        start = ends.get(start, start) + 1
    return start


def _agree(before: Comparison | None, behind: Comparison | None) -> bool:
    """Whether two bounds on one number go together: 不低于90%以上 does, 不超过90%以上 does not."""
    if before is None or behind is None:
        return True
    return (before in _UP and behind in _UP) or (before in _DOWN and behind in _DOWN)


def _may_lead(lead: _Lead, measure: str, *, since: bool) -> bool:
    if len(lead.subject) > _LONGEST_SUBJECT or _SPOILT.search(lead.subject):
        return False
    if lead.per and (not measure or "/" in measure):
        return False
    return since or "每" not in lead.subject


def _may_follow(tail: _Tail, *, opening: bool, bounded: bool) -> bool:
    words = tail.object
    if not words:
        return True
    if (
        not tail.measure
        or not _WORD.match(words)
        or len(words) > _LONGEST_OBJECT
        or words.startswith(_NO_OBJECT)
        or _DIGIT.search(words)
        or _SPOILT.search(words)
    ):
        return False
    if bounded or words in _DONE:
        return True
    if is_time(tail.measure):
        return False  # 24小时值守, 5年评估: how long, not how much
    if tail.measure == "%":
        return opening
    return opening and len(words) <= _SHORT_OBJECT and not tail.measure[-1].isascii()
