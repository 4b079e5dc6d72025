"""From a cell to its value: its clauses, what each says, and what they make together."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

from indicators.values.dates import Period, match_period
from indicators.values.folding import SEPARATORS, bracket_ends, fold
from indicators.values.model import Kind, Value
from indicators.values.quantities import Quantity, find_number, read_quantity, read_range

LONGEST_READ = 1_000
"""Characters. What is longer is a narrative and is not scanned at all, so that the time one cell
can take is bounded, whatever stands in it. The longest published target has 172."""

_MOST_CONTINUATIONS = 2
_GROUPED = re.compile(r"(?<![0-9.,])[0-9]{1,3}(?:,[0-9]{3})++(?![0-9])")
_NUMBERING = re.compile(r"\s*(?:\([0-9]{1,2}\)|[0-9]{1,2}[.、)](?![0-9]))(?=\s*[^\s0-9])\s*")
_DIGIT = re.compile(r"[0-9]")

# A clause without one of these names no period: see the patterns of ``dates``.
_MAY_BE_DATED = re.compile(r"[年月季]|(?:19|20)[0-9]{2}[-/.]")
_BEFORE_DATE = re.compile(
    r"(?:完成(?:时间|时限|日期)|时间|时限|最迟|不[迟晚]于|早于|截至到?|截止到?|计划|预计|确保|力争"
    r"|[应已须需将拟均在于至到为:\s])*+"
)
_DATED_SUBJECT = re.compile(
    r"[^0-9]{1,20}?(?:(?<![低高大小少多等优劣早晚])于|在|:|为|时间|时限|日期|期限|最迟|计划|预计)\s*"
    r"(?=(?:19|20)[0-9]{2}\s*[年/.-]|[0-9]{1,2}\s*月|[当本今次明]年|年度?[底末内])"
)
_AS_OF = re.compile(r"截[至止]")
_VERBS = (
    "完成|提交|启动|建成|建立|通过|上线|交付|验收|出具|形成|结束|结项|结题|竣工|开工|投入|投运|投用|发布"
    "|印发|报送|上报|实现|达到|达标|到位|落实|办结|开展|召开|组织|举办|进行|实施|签订|编制|制定|出台|采购|招标|运行"
)
_FINISHING = re.compile(
    rf"(?:全部|全面|已|均|都|基本|按期|按时|如期|顺利|正式|初步|并|工作|项目|任务)*+(?:{_VERBS})"
)
_FINISHED = re.compile(rf"(?:{_VERBS})$")
_ATTRIBUTE = tuple("的及和与或等以起后至到、/")
_NOT_DONE = re.compile(r"未(?![来成])|尚|没有|无法|不能|延期|推迟|延后|推后|暂缓|取消|逾期|超期")


@dataclass(frozen=True, slots=True)
class _Piece:
    """A readable clause from ``start`` to ``end`` of the text.

    remarks    a quantity: what follows without digits is a remark on it
    continues  a date that says more in the next clauses (「6月底前，完成调研」)
    as_of      截至 a date: says when something was counted
    """

    start: int
    end: int
    values: tuple[Value, ...]
    remarks: bool = False
    continues: bool = False
    as_of: bool = False
    year: int | None = None


def read_value(text: str, *, year: int | None = None) -> Value:
    """The value in a cell, as a careful official would read it. Never raises: what is no number
    and no date is a qualitative value. ``year`` is the year of the form; it makes a day of 当年内,
    年底前 and of a month without a year. The package says where the kinds begin and end."""
    if len(text) <= LONGEST_READ:
        return _read(text, year)
    stripped = fold(text).strip()
    if len(stripped) > LONGEST_READ:
        return Value(text, Kind.QUALITATIVE)
    return replace(_read(stripped, year), text=text)


@lru_cache(maxsize=8192)
def _read(text: str, year: int | None) -> Value:
    folded = fold(text)
    if not folded.strip():
        return Value(text, Kind.BLANK)
    pieces = _pieces(text, folded, year)
    values = tuple(value for piece in pieces for value in piece.values)
    if not values:
        return Value(text, Kind.QUALITATIVE)
    if len(values) == 1:
        return values[0] if values[0].text == text else replace(values[0], text=text)
    days = [value.deadline for value in values if value.deadline]
    last = max(days) if len(days) == len(values) else None
    return Value(text, Kind.COMPOUND, deadline=last, parts=values)


def _pieces(text: str, folded: str, year: int | None) -> list[_Piece]:
    """Every clause as a piece; empty when one clause can neither be read nor belongs to another."""
    pieces: list[_Piece] = []
    continued = 0
    for start, end in _clauses(text, folded):
        piece = _read_clause(text, folded, start, end, year)
        if piece is not None:
            pieces.append(piece)
            year, continued = piece.year or year, 0
        elif not pieces:
            return []
        elif pieces[-1].continues and continued < _MOST_CONTINUATIONS:
            if _NOT_DONE.search(folded, start, end):
                return []
            pieces[-1] = _continued(text, pieces[-1], end)
            continued += 1
        elif len(pieces) == 1 and pieces[0].remarks and continued < _MOST_CONTINUATIONS:
            if _DIGIT.search(folded, start):
                return []
            continued += 1
        else:
            return []
    if len(pieces) > 1 and pieces[0].as_of:
        del pieces[0]
    return pieces


def _continued(text: str, piece: _Piece, end: int) -> _Piece:
    longer = replace(piece.values[0], text=text[piece.start : end])
    return replace(piece, end=end, values=(longer,))


def _clauses(text: str, folded: str) -> Iterator[tuple[int, int]]:
    """Start and end of each clause, without its numbering, separators and outer blanks. A separator
    inside brackets or inside 1,500 does not count."""
    ends = bracket_ends(folded)
    inside = _grouping_commas(text, folded)
    start = place = _skip_numbering(folded, 0)
    while place <= len(folded):
        if place in ends:
            place = ends[place]
        elif place == len(folded) or (folded[place] in SEPARATORS and place not in inside):
            clause = folded[start:place]
            left = len(clause) - len(clause.lstrip(" :"))
            right = len(clause.rstrip(" .!:"))
            if left < right:
                yield start + left, start + right
            start = _skip_numbering(folded, place + 1)
            place = max(place, start - 1)
        place += 1


def _skip_numbering(folded: str, start: int) -> int:
    found = _NUMBERING.match(folded, start)
    return found.end() if found else start


def _grouping_commas(text: str, folded: str) -> set[int]:
    """Places of the commas of 1,500. A full-width one before a percentage ends a clause instead."""
    places: set[int] = set()
    for number in _GROUPED.finditer(folded):
        commas = [at for at in range(*number.span()) if folded[at] == ","]
        percentage = folded[number.end() : number.end() + 1] == "%"
        if not (percentage and any(text[at] != "," for at in commas)):
            places.update(commas)
    return places


def _read_clause(text: str, folded: str, start: int, end: int, year: int | None) -> _Piece | None:
    clause, printed = folded[start:end], text[start:end]
    dated = _read_dated(clause, printed, year)
    if dated is not None:
        return replace(dated, start=start, end=end)
    quantity = read_quantity(clause, printed)
    if quantity is not None:
        value = _as_value(printed, quantity)
        return _Piece(start, end, (value,), remarks=True)
    bounds = read_range(clause, printed)
    if bounds is not None:
        return _Piece(start, end, tuple(_as_value(printed, bound) for bound in bounds))
    return None


def _as_value(printed: str, quantity: Quantity, deadline: date | None = None) -> Value:
    return Value(
        text=printed,
        kind=Kind.DEADLINE if quantity.since else Kind.QUANTITATIVE,
        comparison=quantity.comparison,
        number=quantity.number,
        measure=quantity.measure,
        deadline=deadline,
        approximate=quantity.approximate,
    )


def _read_dated(clause: str, printed: str, year: int | None) -> _Piece | None:
    """A clause that names its day: a deadline, or a quantity to be reached by then."""
    period, led = _find_period(clause, year)
    if period is None or _NOT_DONE.search(clause):
        return None
    behind = clause[period.end :]
    action = behind.strip()
    piece = _Piece(0, len(clause), (), year=period.year)
    if find_number(action):
        quantity = read_quantity(behind, printed[period.end :])
        if quantity is not None:
            day = period.last if period.marked or period.exact else None
            value = _as_value(printed, quantity, day)
            return replace(piece, values=(value,), remarks=True)
    if not _sets_limit(period, action, led=led):
        return None
    day = None if "或" in action else period.last
    return replace(
        piece,
        values=(Value(printed, Kind.DEADLINE, deadline=day),),
        continues=period.marked or bool(action),
        as_of=_AS_OF.match(clause) is not None and not action,
    )


def _find_period(clause: str, year: int | None) -> tuple[Period | None, bool]:
    """The period that a clause opens with, or that its subject leads up to (then True)."""
    if not _MAY_BE_DATED.search(clause):
        return None, False
    before = _BEFORE_DATE.match(clause)
    period = match_period(clause, before.end() if before else 0, year)
    if period is not None:
        return period, False
    subject = _DATED_SUBJECT.match(clause)
    return (match_period(clause, subject.end(), year) if subject else None), True


def first_day(value: Value) -> date | None:
    """The first day of the period that a deadline names; None when it names none (…前) or it cannot
    be told."""
    if value.deadline is None or len(value.text) > LONGEST_READ:
        return None
    period, _ = _find_period(fold(value.text).strip(), value.deadline.year)
    return period.first if period is not None and period.last == value.deadline else None


def _sets_limit(period: Period, action: str, *, led: bool) -> bool:
    """Whether the words behind a date leave it one: 2024年12月全部完成, but not 2024年清单."""
    if not action:
        return True
    if action.startswith(_ATTRIBUTE):
        return False
    finishing = _FINISHING.match(action)
    if finishing or led:
        return finishing is not None
    if period.marked and (period.exact or period.year is not None):
        return True
    return period.exact and _FINISHED.search(action) is not None
