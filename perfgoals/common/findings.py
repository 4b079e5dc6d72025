"""Findings: what is wrong, doubtful or worth a look on a form, and the register of checks.

A check is a small function that reads one subject (a document, or a document with its evaluation)
and yields findings. It is registered once, with its code, level and basis; the page, the workbook,
the API and the command line all run the same register.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Generic, TypeVar

Subject = TypeVar("Subject")


class Level(StrEnum):
    """How much a finding weighs. Only an error blocks a submit."""

    ERROR = "error"
    WARNING = "warning"
    HINT = "hint"

    @property
    def label(self) -> str:
        return {"error": "错误", "warning": "警告", "hint": "提示"}[self.value]

    @property
    def rank(self) -> int:
        """0 for the gravest, so that findings sort by it."""
        return _RANKS[self]


_RANKS = {level: rank for rank, level in enumerate(Level)}


Shift = Callable[[Level], Level]


@dataclass(frozen=True, slots=True)
class Finding:
    """One sentence about one cell.

    path: the cell, e.g. ``indicators.3.target``; "" for the form as a whole.
    message: one Chinese sentence that names the numbers.
    basis: the rule it rests on (circular and article, or the practice it was found in).
    """

    path: str
    level: Level
    code: str
    message: str
    basis: str

    def as_json(self) -> dict[str, str]:
        """The five members as plain texts, as the API and the command line give them."""
        return {
            "path": self.path,
            "level": self.level.value,
            "code": self.code,
            "message": self.message,
            "basis": self.basis,
        }


@dataclass(frozen=True, slots=True)
class Remark:
    """What a check function yields: the place and the sentence, and a level where it differs."""

    path: str
    message: str
    level: Level | None = None


@dataclass(frozen=True, slots=True)
class Check(Generic[Subject]):
    """A registered check: what it looks for, how grave it is, on what it rests."""

    code: str
    level: Level
    title: str
    basis: str
    look: Callable[[Subject], Iterable[Remark]]

    def finding(self, remark: Remark, shift: Shift | None = None) -> Finding:
        """The remark with what is registered; ``shift`` says where the level differs from that."""
        level = remark.level or self.level
        shifted = level if shift is None else shift(level)
        return Finding(remark.path, shifted, self.code, remark.message, self.basis)


class CheckRegister(Generic[Subject]):
    """The checks of one kind of subject, in the order in which they were registered."""

    def __init__(self) -> None:
        self._checks: dict[str, Check[Subject]] = {}

    def __iter__(self) -> Iterator[Check[Subject]]:
        return iter(self._checks.values())

    def __getitem__(self, code: str) -> Check[Subject]:
        return self._checks[code]

    def check(
        self, code: str, level: Level, title: str, *, basis: str
    ) -> Callable[[Callable[[Any], Iterable[Remark]]], Callable[[Any], Iterable[Remark]]]:
        """Register the decorated function. Raises ValueError for a code that is taken."""

        def register(look: Callable[[Any], Iterable[Remark]]) -> Callable[[Any], Iterable[Remark]]:
            if code in self._checks:
                raise ValueError(f"检查代码重复：{code}")
            self._checks[code] = Check(code, level, title, basis, look)
            return look

        return register

    def run(self, subject: Subject, *, shift: Shift | None = None) -> list[Finding]:
        """All findings of all checks, in the order of the checks."""
        return [
            check.finding(remark, shift)
            for check in self._checks.values()
            for remark in check.look(subject)
        ]
