"""Dates and periods as officials write them: 2024-12-31, 2024年12月底, 当年内, 2024年1-12月.

「以前」「以内」 include the day named (as 以内 and 届满 do in 民法典 article 1259). A month named
alone lasts to its last day, 上旬 to the 10th, 中旬 to the 20th; 初 and 年中 name no day.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date

_FOUR = "(?:19|20)[0-9]{2}"
_TO = r"\s*[-~至到]\s*"
_ISO = re.compile(
    rf"(?P<year>{_FOUR})(?P<stroke>[-/.])(?P<month>[0-9]{{1,2}})(?P=stroke)(?P<day>[0-9]{{1,2}})"
    r"(?![0-9.])日?(?:[T\s]\s*[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?)?"
)
_ISO_MONTH = re.compile(rf"(?P<year>{_FOUR})[-/](?P<month>0[1-9]|1[0-2])(?![-/0-9.])")
_NAMED = re.compile(
    rf"(?:(?P<year>{_FOUR})(?:\s*年度?|(?={_TO}{_FOUR}\s*年))"
    r"|(?P<same>[当本今]年度?|每年度?)|(?P<next>次年度?|翌年|明年))?\s*的?"
    r"(?:\s*(?P<month>[0-9]{1,2})\s*(?:月份?|(?=[-~至到]\s*[0-9]{1,2}\s*月))"
    r"(?:\s*(?P<day>[0-9]{1,2})\s*[日号](?:24[时点])?)?"
    r"|第?(?P<quarter>[一二三四1-4])季度|(?P<half>[上下])半年|(?P<whole>年度?)(?=[底末终内]))?"
)
# The words behind 底, 前, 内 … that make them part of another word: 底数, 前期, 内部, 初步, 中央.
_EDGE = re.compile(
    r"\s*(?:\((?:含|周|星期)[^()]{0,8}\))?"
    r"(?P<part>[上中下]旬|月?[底末](?![数册库层泥线端级])|终(?![端止])|初(?![步期始审稿次级])|中(?=$|[前完]))?"
    r"\s*(?:\((?:含|周|星期)[^()]{0,8}\))?"
    r"(?P<mark>[之以]?前(?![端期置往列瞻后景])|[之以]?内(?![部容控外涝河陆资])|为?止)?"
)
_BETWEEN = re.compile(_TO)
_RECURRING = re.compile(
    r"(?:每个?月|每个?季度?|[次下当]月)(?:首月|末月|次月)?"
    r"(?:[0-9]{1,2}[日号]\s*(?:[之以]?前|为?止)|[底末]\s*(?:[之以]?前|为?止)?)"
)
_QUARTERS = {"一": 1, "二": 2, "三": 3, "四": 4, "1": 1, "2": 2, "3": 3, "4": 4}


@dataclass(frozen=True, slots=True)
class Period:
    """A stretch of days found in a text.

    first, last  its days; None when they cannot be told (no year, 月初, 31 February)
    end          place behind it in the text
    year         the year it names itself, else None
    marked       says 前, 底, 内 or the like: certainly a limit, whatever follows
    exact        names a month or less; a year alone is often no date at all (2024年清单)
    """

    first: date | None
    last: date | None
    end: int
    year: int | None
    marked: bool
    exact: bool


def match_period(text: str, start: int, year: int | None) -> Period | None:
    """The period that begins at ``start`` of the folded ``text``; ``year`` where it names none."""
    recurring = _RECURRING.match(text, start)
    if recurring:
        return Period(None, None, recurring.end(), None, marked=True, exact=True)
    begin = _match_one(text, start, year)
    if begin is None:
        return None
    between = _BETWEEN.match(text, begin.end)
    finish = _match_one(text, between.end(), begin.year or year) if between else None
    if finish is None:
        return begin
    return Period(
        begin.first,
        finish.last,
        finish.end,
        finish.year or begin.year,
        marked=True,
        exact=True,
    )


def _match_one(text: str, start: int, year: int | None) -> Period | None:
    found = _ISO.match(text, start) or _ISO_MONTH.match(text, start) or _NAMED.match(text, start)
    if found is None or found.end() == start:
        return None
    named = found.groupdict()
    if not any(named.values()):
        return None
    edge = _EDGE.match(text, found.end())
    part, mark, end = (
        (edge["part"], edge["mark"], edge.end()) if edge else (None, None, found.end())
    )
    exact = any(named.get(key) for key in ("month", "quarter", "half"))
    if (named.get("same") or "").startswith("每") and not exact and not part:
        return None  # 每年1次 is a frequency
    own = int(named["year"]) if named["year"] else None
    meant = own if own is not None else year
    if meant is not None and named.get("next"):
        meant += 1
    first, last = _days(named, part, meant)
    if mark and mark.endswith("前"):
        first = None
    return Period(first, last, end, own, marked=bool(part or mark), exact=exact)


def _days(
    named: dict[str, str | None], part: str | None, year: int | None
) -> tuple[date | None, date | None]:
    if year is None or not date.min.year <= year <= date.max.year or part in ("初", "中"):
        return None, None
    from_month, to_month = _months(named)
    if not 1 <= from_month <= 12:
        return None, None
    month_end = monthrange(year, to_month)[1]
    if day := named.get("day"):
        if not 1 <= int(day) <= month_end:
            return None, None
        return date(year, from_month, int(day)), date(year, to_month, int(day))
    first, last = date(year, from_month, 1), date(year, to_month, month_end)
    if part == "上旬":
        return first, last.replace(day=10)
    if part == "中旬":
        return first.replace(day=11), last.replace(day=20)
    if part:  # 下旬, 底, 末, 终
        return last.replace(day=21), last
    return first, last


def _months(named: dict[str, str | None]) -> tuple[int, int]:
    if month := named.get("month"):
        return int(month), int(month)
    if quarter := named.get("quarter"):
        last = 3 * _QUARTERS[quarter]
        return last - 2, last
    if half := named.get("half"):
        return (1, 6) if half == "上" else (7, 12)
    return 1, 12
