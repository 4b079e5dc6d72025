"""The scoring scheme: every constant that a circular could change, with its source, and its years.

A formula never holds such a constant itself; it is given the scheme. Each provision carries where
it was found and how sure that is, so that a page that shows a number can show what it rests on.
"""

from __future__ import annotations

from scoring.rules.scheme.model import Entry, Scheme
from scoring.rules.scheme.provisions import (
    Band,
    Certainty,
    Effect,
    Figure,
    Formula,
    LevelInterval,
    Provision,
    Rounding,
)
from scoring.rules.scheme.reading import read_schemes, scheme_for

__all__ = [
    "Band",
    "Certainty",
    "Effect",
    "Entry",
    "Figure",
    "Formula",
    "LevelInterval",
    "Provision",
    "Rounding",
    "Scheme",
    "read_schemes",
    "scheme_for",
]
