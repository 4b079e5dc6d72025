"""Chinese text as checks and rules read it: blank, filler, the same but for spaces and width."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

_INVISIBLE = re.compile(r"[\s\u200b-\u200f\u2060\ufeff\u3000]+")
_SHORT = 50
_WIDE_MARKS = [(mark, chr(ord(mark) - 0xFEE0)) for mark in "，；：（）％！？"]
_CONTENT = re.compile(r"[^\W_]")
_PLAIN = re.compile(r"[^\W_]+")
_TEMPLATE_PREFIX = re.compile(r"指标\s*[\d一二三四五六七八九十]+\s*[:：、.．]?\s*")
_TEMPLATE_NAME = re.compile(r"指标\s*[\d一二三四五六七八九十]+\s*[:：、.．]?\s*[…—.\-]*")
_TEMPLATE_WORD = "指标"
_BETWEEN = (
    "\N{YI SYLLABLE IT}"  # a letter, as it must not be taken for a mark, and one that no form has
)
_LABEL_LENGTH = 24


def is_blank(text: str) -> bool:
    """Nothing, or nothing that can be seen (spaces, line breaks, zero-width characters)."""
    return not text or _INVISIBLE.fullmatch(text) is not None


def is_filler(text: str) -> bool:
    """Something, but without a letter, character or digit: spaces, ``*``, ``_``, ``-``, ``……``."""
    return bool(text) and not has_content(text)


@lru_cache(maxsize=512)  # the texts of one form, which many checks ask for
def has_content(text: str) -> bool:
    """A letter, a character or a digit at least: neither blank nor filler."""
    return _CONTENT.search(text) is not None


def is_template_name(text: str) -> bool:
    """A name left as the blank template has it: 指标1, 指标2：……"""
    return _TEMPLATE_WORD in text and _TEMPLATE_NAME.fullmatch(text.strip()) is not None


def in_one_width(text: str) -> str:
    """The text in NFKC: full-width letters, digits and marks as half-width ones."""
    if len(text) > _SHORT:
        # Chinese prose is full of these; without them most texts are in NFKC already, which is found
        # out in a tenth of the time that bringing them there takes.
        for wide, narrow in _WIDE_MARKS:
            text = text.replace(wide, narrow)
    return unicodedata.normalize("NFKC", text)


def folded(text: str) -> str:
    """The text in one width and one case."""
    return in_one_width(text).casefold()


@lru_cache(maxsize=512)
def normal(text: str) -> str:
    """The text for comparing: width and case folded, no spaces, marks or 「指标N」 prefix."""
    plain = folded(text)
    prefix = _TEMPLATE_PREFIX.match(plain)
    return _without_marks(plain[prefix.end() :] if prefix else plain)


def normal_each(texts: Sequence[str]) -> list[str]:
    """``normal`` of each of them. Most of the time goes into calls, not into characters: so they are brought
    there together, as one text."""
    whole = folded(_BETWEEN.join(texts))
    if _TEMPLATE_WORD in whole or whole.count(_BETWEEN) != len(texts) - 1:
        return [normal(text) for text in texts]
    return _without_marks(whole).split(_BETWEEN)


def _without_marks(text: str) -> str:
    # Gathering what stays takes half as long as replacing what goes.
    return "".join(_PLAIN.findall(text))


def quoted(text: str, length: int = _LABEL_LENGTH) -> str:
    """The text in 「」 on one line, cut with … where it is long."""
    line = _INVISIBLE.sub(" ", text).strip()
    return f"「{line[:length]}…」" if len(line) > length else f"「{line}」"


def listed(texts: list[str], most: int = 4, counter: str = "项") -> str:
    """「甲」、「乙」等 5 项: some of the texts, and how many there are where some are left out."""
    shown = "、".join(quoted(text, 18) for text in texts[:most])
    return f"{shown}等 {len(texts)} {counter}" if len(texts) > most else shown
