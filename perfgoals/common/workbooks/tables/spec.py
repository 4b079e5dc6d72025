"""What the columns of a flat table are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

from perfgoals.common.workbooks.labels import fold


class ColumnKind(StrEnum):
    """What the cells of a column hold. TEXT is kept as it stands, NAME (codes and names by which rows
    are found) without spaces around it."""

    TEXT = "text"
    NAME = "name"
    AMOUNT = "amount"
    RATE = "rate"
    POINTS = "points"
    DAY = "day"
    YEAR = "year"
    CHOICE = "choice"
    WHOLE = "whole"


NUMBERS = frozenset({ColumnKind.AMOUNT, ColumnKind.RATE, ColumnKind.POINTS})


@dataclass(frozen=True)
class Column:
    """A column of a table.

    heading, aliases: the words above it, and others that are understood. width: in half-width
    characters. required: a table without the column cannot be read. choices: the words that may be
    chosen, and what each means; the first word of a meaning is the one that is written and offered. Of a
    CHOICE nothing else is taken. note: a Chinese sentence on how to fill it. system: kept by the system,
    people do not fill it.
    """

    key: str
    heading: str
    kind: ColumnKind = ColumnKind.TEXT
    aliases: tuple[str, ...] = ()
    width: float = 14
    required: bool = False
    choices: Mapping[str, str] = field(default_factory=dict)
    note: str = ""
    system: bool = False

    @property
    def offered(self) -> dict[str, str]:
        """The word that is written for each meaning."""
        words: dict[str, str] = {}
        for word, meaning in self.choices.items():
            words.setdefault(meaning, word)
        return words


@dataclass(frozen=True)
class TableSpec:
    """A table: the name of its sheet, other names that are understood, its columns. frozen: how many
    columns stay in sight when the sheet is scrolled sideways."""

    name: str
    columns: tuple[Column, ...]
    aliases: tuple[str, ...] = ()
    frozen: int = 0

    @cached_property
    def headings(self) -> dict[str, Column]:
        """The columns by every folded heading that is understood."""
        own = {fold(column.heading): column for column in self.columns}
        others = {fold(alias): column for column in self.columns for alias in column.aliases}
        return others | own

    @cached_property
    def names(self) -> frozenset[str]:
        """The folded names of the sheet that are understood."""
        return frozenset(fold(name) for name in (self.name, *self.aliases))

    def only(self, keys: frozenset[str]) -> TableSpec:
        """The table with these columns alone."""
        kept = tuple(column for column in self.columns if column.key in keys)
        return TableSpec(self.name, kept, self.aliases, self.frozen)
