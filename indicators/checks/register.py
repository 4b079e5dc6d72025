"""The registers of the checks, and how findings are sifted and sorted.

FORM: sound or not on either form, with one level. PROMISE: about what was promised; on a
self-evaluation one level milder, because the target is approved there and is not the preparer's to
change by himself. DECLARATION: about a declaration alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from indicators.checks.form import Form
from indicators.documents import DeclarationDocument
from perfgoals.common.documents import Damage
from perfgoals.common.findings import CheckRegister, Finding, Level

DECLARATION_LABEL = "申报表"
EVALUATION_LABEL = "自评表"


@dataclass(frozen=True, slots=True)
class Declared:
    """A declaration with its common part."""

    document: DeclarationDocument
    form: Form


FORM: CheckRegister[Form] = CheckRegister()
PROMISE: CheckRegister[Form] = CheckRegister()
DECLARATION: CheckRegister[Declared] = CheckRegister()


@dataclass(frozen=True, slots=True)
class ListedCheck:
    """A check as the list of checks shows it: its level on each form that it reads."""

    code: str
    title: str
    basis: str
    levels: Mapping[str, Level]


def milder(level: Level) -> Level:
    """One level down; a hint stays a hint."""
    return Level.WARNING if level is Level.ERROR else Level.HINT


def listed(
    register: CheckRegister[Any], *forms: str, shift: Mapping[str, Callable[[Level], Level]] = {}
) -> list[ListedCheck]:
    """The checks of a register with the forms they read; ``shift`` says where the level differs."""
    return [
        ListedCheck(
            check.code,
            check.title,
            check.basis,
            {form: shift.get(form, _same)(check.level) for form in forms},
        )
        for check in register
    ]


def _same(level: Level) -> Level:
    return level


def run_promise(form: Form, *, approved: bool) -> list[Finding]:
    """The findings about the promise; one level milder where it is approved already."""
    return PROMISE.run(form, shift=milder if approved else None)


UNREADABLE = "source.unreadable"


def sift(findings: Iterable[Finding], marks: Mapping[str, Damage]) -> list[Finding]:
    """Without those about a cell that is damaged in the source (the source is at fault there, not
    the preparer), in the order of the form, the gravest first at one place."""
    kept = {f for f in findings if f.path not in marks or f.code == UNREADABLE}
    return sorted(kept, key=lambda f: (place(f.path), f.level.rank, f.code, f.message))


# The cells in the order of the forms; a name stands once, wherever it occurs.
_ORDER = """
    form year department unit project money_unit funds overall_goal annual_goal expected_goal
    actual_outcome indicators total_weight total_score rating
    level1 level2 name nature category start end
    project_total project_fiscal project_other annual_request total appropriation carryover other
    initial_budget annual_budget executed execution_rate
    target actual attainment weight score deviation_reason
"""
_RANKS = {name: rank for rank, name in enumerate(_ORDER.split())}


@lru_cache(maxsize=4096)  # the cells of a form, and the same cells of the next one
def place(path: str) -> tuple[int, ...]:
    """Where a cell stands on the form, for sorting; the form as a whole comes first."""
    if not path:
        return ()
    return tuple(_rank(part) for part in path.split("."))


def _rank(part: str) -> int:
    return int(part) if part.isdecimal() else _RANKS.get(part, len(_RANKS))
