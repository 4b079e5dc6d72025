"""One spelling for reading: full-width forms, brackets and signs, character for character.

Folding never changes the length of a text, so that a place in the folded text is the same place in
the printed one and 「as printed」 can be cut out of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

SEPARATORS = ";,、。\n"
"""What ends a clause, after folding."""

_SIGNS = {
    "≧": "≥",
    "⩾": "≥",
    "≮": "≥",  # 不小于
    "≦": "≤",
    "⩽": "≤",
    "≯": "≤",  # 不大于
    "﹥": ">",
    "﹤": "<",
    "﹦": "=",
    "﹪": "%",
    "‾": "~",
    "∼": "~",
    "〜": "~",
    "−": "-",
    "–": "-",
    "—": "-",
    "﹣": "-",
    "‐": "-",
    "‑": "-",
    "﹐": ",",
    "､": "、",
    "｡": "。",
    "\r": "\n",
    "\u2028": "\n",
    "\u2029": "\n",
}
_OPENING = "［【〔｛[{﹝❨"
_CLOSING = "］】〕｝]}﹞❩"
_SPACES = (
    "\t\v\f\x1c\x1d\x1e\x1f\x85\xa0\u1680\u180e\u200b\u200c\u200d\u202f\u205f\u2060\u3000\ufeff"
)

_TABLE: dict[int, int | str] = {
    **{code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)},
    **dict.fromkeys(range(0x2000, 0x200B), " "),
    **{ord(sign): plain for sign, plain in _SIGNS.items()},
    **{ord(bracket): "(" for bracket in _OPENING},
    **{ord(bracket): ")" for bracket in _CLOSING},
    **{ord(space): " " for space in _SPACES},
}


def fold(text: str) -> str:
    """``text`` in half-width signs, brackets as (), ≧ as ≥, any space as a blank; same length."""
    return text.translate(_TABLE)


@lru_cache(maxsize=64)  # one clause is asked for several times in turn
def bracket_ends(text: str) -> Mapping[int, int]:
    """Opening place → place of its closing bracket, in a folded text. What has no partner is left
    out and counts as an ordinary character."""
    ends: dict[int, int] = {}
    if "(" not in text:
        return ends
    open_places: list[int] = []
    for place, character in enumerate(text):
        if character == "(":
            open_places.append(place)
        elif character == ")" and open_places:
            ends[open_places.pop()] = place
    return ends
