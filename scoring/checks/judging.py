"""Judging forms in numbers: read, evaluated and checked out of plain data, answered in plain data.

For work that is done by several processes side by side, see ``perfgoals.common.crew``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any, NamedTuple

from indicators.checks import check_declaration
from indicators.documents import DeclarationDocument
from indicators.values import KeptTarget, kept_target
from perfgoals.common.findings import Finding, Level
from projects.documents import with_every_code
from scoring.checks import check_self_evaluation
from scoring.documents import FormDocument, read_form
from scoring.evaluation import computed_numbers, evaluate
from scoring.rules.scheme import Scheme

_CODE = 8  # characters


@dataclass(frozen=True, slots=True)
class Judgement:
    """findings: all of them. computed: of a self-evaluation what the rules give, by the name under which
    it is kept, see ``computed_numbers``; suggested: the points of its rows, None for those that get none;
    targets: what is kept of the targets of the rows.
    """

    findings: list[Finding]
    computed: Mapping[str, Any]
    suggested: Sequence[Decimal | None]
    targets: Sequence[KeptTarget] = ()


def judge_document(document: FormDocument, scheme: Scheme | None) -> Judgement:
    """The same checks as in the browser. scheme: of a self-evaluation."""
    if isinstance(document, DeclarationDocument):
        return Judgement(check_declaration(document), {}, (), _targets(document))
    assert scheme is not None  # of a self-evaluation there always is one
    outcome = evaluate(document, scheme)
    return Judgement(
        check_self_evaluation(document, outcome),
        computed_numbers(outcome),
        [row.score for row in outcome.rows],
        _targets(document),
    )


def _targets(document: FormDocument) -> list[KeptTarget]:
    return [kept_target(row.target, year=document.year) for row in document.indicators]


class Given(NamedTuple):
    """A form to be judged, as plain data. data: its JSON; codes: fresh codes for rows that need one, eight
    characters each and enough of them; scheme: of a self-evaluation its content as JSON text."""

    data: dict[str, Any]
    codes: str
    scheme: str | None


class Told(NamedTuple):
    """The answer, as plain data. document: the form as it would be kept, as JSON text; findings: place,
    level, check, sentence and basis of each; the rest as in ``Judgement``."""

    document: str
    findings: list[tuple[str, str, str, str, str]]
    computed: dict[str, Any]
    suggested: list[Decimal | None]
    targets: list[tuple[Any, ...]]

    def judgement(self) -> Judgement:
        findings = [Finding(at, Level(level), *rest) for at, level, *rest in self.findings]
        targets = [KeptTarget(*one) for one in self.targets]
        return Judgement(findings, self.computed, self.suggested, targets)


def judge_given(forms: Sequence[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """``Told`` for each ``Given``, both as bare tuples."""
    return [tuple(_judged(Given(*form))) for form in forms]


def _judged(given: Given) -> Told:
    rows = given.data.get("indicators", [])
    codes = with_every_code([row.get("code", "") for row in rows], _cut(given.codes))
    for row, code in zip(rows, codes, strict=True):
        row["code"] = code
    document = read_form(given.data).as_kept()
    found = judge_document(document, _scheme(given.scheme) if given.scheme else None)
    return Told(
        document.as_json_text(),
        [(one.path, one.level.value, one.code, one.message, one.basis) for one in found.findings],
        dict(found.computed),
        list(found.suggested),
        [tuple(one) for one in found.targets],
    )


def _cut(codes: str) -> Iterator[str]:
    return (codes[start : start + _CODE] for start in range(0, len(codes), _CODE))


@cache
def _scheme(content: str) -> Scheme:
    """A file is judged by a handful of them."""
    return Scheme.read(json.loads(content))
