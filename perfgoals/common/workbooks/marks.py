"""The mark that a written form carries: what it is, and which version of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Self

CODES = "行码"
"""Heading of the hidden column of row codes."""

FORMAT = 1
"""The number of this way of writing forms; a reader refuses a higher one."""

_START = "perfgoals:"
_PART = re.compile(r"([a-z]+)=([^;]*)")


@dataclass(frozen=True, slots=True)
class Mark:
    """kind, layout: of the form. form, version: its number and version in the system; 0 for a form
    that is not kept there. format: the way it was written."""

    kind: str
    layout: str
    form: int = 0
    version: int = 0
    format: int = FORMAT

    def __str__(self) -> str:
        return (
            f"{_START}{self.format};kind={self.kind};layout={self.layout};"
            f"form={self.form};version={self.version}"
        )

    @classmethod
    def read(cls, text: str) -> Self | None:
        """The mark in a text; None for any other text."""
        first, _, rest = text.partition(";")
        number = first.removeprefix(_START)
        if not first.startswith(_START) or not number.isdecimal():
            return None
        parts = dict(_PART.findall(rest))
        return cls(
            kind=parts.get("kind", ""),
            layout=parts.get("layout", ""),
            form=_whole(parts.get("form", "")),
            version=_whole(parts.get("version", "")),
            format=_whole(number),
        )


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0
