"""The registers of the cross-form checks. They are for the reviewer: hints and warnings, never errors,
and nothing that a preparer would have to mend before a submit."""

from __future__ import annotations

from dataclasses import dataclass

from perfgoals.common.findings import CheckRegister, Finding, Remark
from scoring.checks.across.facts import DECLARATION, Compared

EITHER: CheckRegister[Compared] = CheckRegister()
DECLARED: CheckRegister[Compared] = CheckRegister()
EVALUATED: CheckRegister[Compared] = CheckRegister()

OTHER_FORM = "〖另表〗"
"""Stands in a message for the name of the other form: who may not see that form is not told its name."""


@dataclass(frozen=True, slots=True)
class CrossRemark(Remark):
    """A remark with a stable path, and the number of the other form that it speaks of."""

    other: int | None = None


@dataclass(frozen=True, slots=True)
class CrossFound:
    """A finding with a stable path, and the number of the other form that it speaks of."""

    finding: Finding
    other: int | None


def run_across(subject: Compared) -> list[CrossFound]:
    """What the comparison with other forms shows, in the order of the checks."""
    own = DECLARED if subject.facts.kind == DECLARATION else EVALUATED
    found = []
    for register in (EITHER, own):
        for check in register:
            for remark in check.look(subject):
                level = remark.level or check.level
                finding = Finding(remark.path, level, check.code, remark.message, check.basis)
                found.append(CrossFound(finding, getattr(remark, "other", None)))
    return found
