"""One mistake made three thousand times is one line with a count."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from perfgoals.common.findings import Level

_FIRST = 10
_NUMBERS = re.compile(r"\d[\d,.]*|「[^」]*」")

Problem = dict[str, Any]


def grouped(of_file: Sequence[Problem], of_forms: Iterable[Sequence[Problem]]) -> list[Problem]:
    """The mistakes, the gravest and most frequent first: level, code, label and message of the first,
    ``count``, in how many ``forms``, and the first ``cells`` (sheet, cell, found, message).

    Two problems are the same mistake when they are of one check and column and say the same but for
    numbers and what they quote.
    """
    groups: dict[tuple[str, ...], Problem] = {}
    for form, problems in enumerate([of_file, *of_forms]):
        for one in problems:
            group = groups.get(key := _key(one))
            if group is None:
                group = groups[key] = {
                    "level": one["level"],
                    "code": one["code"],
                    "label": _column(one),
                    "message": one["message"],
                    "count": 0,
                    "forms": 0,
                    "cells": [],
                    "last": -1,
                }
            group["count"] += 1
            if group["last"] != form:
                group["last"] = form
                group["forms"] += 1
            if len(group["cells"]) < _FIRST:
                group["cells"].append([one["sheet"], one["cell"], one["found"], one["message"]])
    for group in groups.values():
        del group["last"]
    return sorted(groups.values(), key=lambda one: (Level(one["level"]).rank, -one["count"]))


def _key(one: Problem) -> tuple[str, ...]:
    column = _column(one)
    return one["level"], one["code"], column, _NUMBERS.sub("#", one["message"])


def _column(one: Problem) -> str:
    """The label without the number or name of the row it stands in."""
    label: str = one["label"]
    if one["path"].startswith("indicators."):
        return label.rpartition(" · ")[2].rpartition(" ")[2] or label
    return label
