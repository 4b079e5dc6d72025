"""Where two long texts differ, so that a change of a few words in a page of them is found."""

from __future__ import annotations

from typing import NamedTuple

_LONG = 40  # a text of so many signs is read at a glance
_LEAD, _TAIL, _MOST = 20, 10, 100


class Difference(NamedTuple):
    """lead and tail: what both begin and end with; was, now: what stands between them."""

    lead: str
    was: str
    now: str
    tail: str

    def shortened(self) -> Difference:
        """So much of it as fits into a list."""
        lead = self.lead if len(self.lead) <= _LEAD else f"…{self.lead[-_LEAD:]}"
        tail = self.tail if len(self.tail) <= _TAIL else f"{self.tail[:_TAIL]}…"
        return Difference(lead, _cut(self.was), _cut(self.now), tail)


def differing(before: str, after: str) -> Difference:
    """What two texts have in common is told apart only where they are long, and it is most of them; a number
    is never cut."""
    whole = Difference("", before, after, "")
    shorter, longer = sorted((len(before), len(after)))
    if shorter < _LONG:
        return whole
    begin = _shared(before, after)
    while begin and before[begin - 1].isdecimal():
        begin -= 1
    end = _shared(before[begin:][::-1], after[begin:][::-1])
    while end and before[-end].isdecimal():
        end -= 1
    if 2 * (begin + end) < longer:
        return whole
    return Difference(
        before[:begin],
        before[begin : len(before) - end],
        after[begin : len(after) - end],
        before[len(before) - end :],
    )


def _shared(one: str, other: str) -> int:
    """How many signs both begin with."""
    pairs = zip(one, other, strict=False)
    unlike = (place for place, (mine, its) in enumerate(pairs) if mine != its)
    return next(unlike, min(len(one), len(other)))


def _cut(text: str) -> str:
    return text if len(text) <= _MOST else f"{text[:_MOST]}…"
