"""How much room a text takes in a cell, by which columns are made wide and rows high enough.

A row without a height is given one by Excel when it opens the file, but not by every program.
"""

from __future__ import annotations

from math import ceil

_LINE = 15.0  # height of a line, in points
_MOST_LINES = 20


def half_widths(line: str) -> int:
    """How wide a line is, in characters of half width."""
    return sum(2 if ord(sign) > 255 else 1 for sign in line)


def widest_line(text: str) -> int:
    """How wide the widest line of a text is."""
    return max(map(half_widths, text.splitlines()), default=0)


def lines_in(text: str, width: float) -> int:
    """How many lines the text takes in a column so wide."""
    room = max(2.0, width - 1)
    return sum(max(1, ceil(half_widths(line) / room)) for line in text.splitlines()) or 1


def height_of(lines: int) -> float:
    """The height of a row with so many lines, in points; of very many not all of them."""
    return _LINE * min(lines, _MOST_LINES)
