"""Chinese text as checks and rules read it: blank, filler, the same but for spaces and width."""

from __future__ import annotations

import re
import unicodedata

_INVISIBLE = re.compile(r"[\s\u200b-\u200f\u2060\ufeff\u3000]+")
_NO_CONTENT = re.compile(r"[\W_]+")
_MARKS = re.compile(r"[\s\W_]+")
_TEMPLATE_PREFIX = re.compile(r"^指标\s*[\d一二三四五六七八九十]+\s*[:：、.．]?\s*")
_TEMPLATE_NAME = re.compile(r"指标\s*[\d一二三四五六七八九十]+\s*[:：、.．]?\s*[…—.\-]*")
_LABEL_LENGTH = 24


def is_blank(text: str) -> bool:
    """Nothing, or nothing that can be seen (spaces, line breaks, zero-width characters)."""
    return not _INVISIBLE.sub("", text)


def is_filler(text: str) -> bool:
    """Something, but without a letter, character or digit: spaces, ``*``, ``_``, ``-``, ``……``."""
    return bool(text) and (is_blank(text) or _NO_CONTENT.fullmatch(text) is not None)


def has_content(text: str) -> bool:
    return not is_blank(text) and not is_filler(text)


def is_template_name(text: str) -> bool:
    """A name left as the blank template has it: 指标1, 指标2：……"""
    return _TEMPLATE_NAME.fullmatch(text.strip()) is not None


def normal(text: str) -> str:
    """The text for comparing: width and case folded, no spaces, marks or 「指标N」 prefix."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return _MARKS.sub("", _TEMPLATE_PREFIX.sub("", folded))


def quoted(text: str, length: int = _LABEL_LENGTH) -> str:
    """The text in 「」 on one line, cut with … where it is long."""
    line = _INVISIBLE.sub(" ", text).strip()
    return f"「{line[:length]}…」" if len(line) > length else f"「{line}」"


def listed(texts: list[str], most: int = 4, counter: str = "项") -> str:
    """「甲」、「乙」等 5 项: some of the texts, and how many there are where some are left out."""
    shown = "、".join(quoted(text, 18) for text in texts[:most])
    return f"{shown}等 {len(texts)} {counter}" if len(texts) > most else shown
