"""Judging forms in numbers: read, evaluated and checked out of plain data, answered in plain data.

For work that is done by several processes side by side, see ``perfgoals.common.crew``.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any, NamedTuple

from indicators.checks import check_declaration
from indicators.documents import DeclarationDocument
from indicators.values import KeptTarget, kept_target
from perfgoals.common.documents import plain
from perfgoals.common.findings import Finding, Level
from projects.documents import stable_path, with_every_code
from scoring.checks import check_self_evaluation
from scoring.documents import FormDocument, read_form
from scoring.evaluation import computed_numbers, evaluate
from scoring.rules.scheme import Scheme

_CODE = 8  # characters


Waived = frozenset[tuple[str, str, str]]
"""Of each waiver of a form the check, the place and the sentence."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """findings: those that are open. computed: of a self-evaluation what the rules give, by the name under
    which it is kept, see ``computed_numbers``; suggested: the points of its rows, None for those that get
    none; targets: what is kept of the targets of the rows.
    """

    findings: Sequence[Finding]
    computed: Mapping[str, Any]
    suggested: Sequence[Decimal | None]
    targets: Sequence[KeptTarget]

    @property
    def counts(self) -> tuple[int, int, int]:
        """Errors, warnings and hints."""
        levels = Counter(finding.level for finding in self.findings)
        return levels[Level.ERROR], levels[Level.WARNING], levels[Level.HINT]

    def as_json_text(self) -> str:
        """The judgement without its findings; ``read_judgement`` reads it."""
        told = {
            "computed": {
                name: plain(value) if isinstance(value, Decimal) else value
                for name, value in self.computed.items()
            },
            "suggested": [_told(one) for one in self.suggested],
            "targets": [
                [kind, comparison, _told(number), measure]
                for kind, comparison, number, measure in self.targets
            ],
        }
        return json.dumps(told, ensure_ascii=False)


def read_judgement(text: str) -> Judgement:
    """What ``as_json_text`` gave."""
    data = json.loads(text)
    computed = {
        name: Decimal(value) if value is not None and name != "computed_rating" else value
        for name, value in data["computed"].items()
    }
    suggested = [_number(one) for one in data["suggested"]]
    targets = [
        KeptTarget(kind, comparison, _number(number), measure)
        for kind, comparison, number, measure in data["targets"]
    ]
    return Judgement((), computed, suggested, targets)


def _told(number: Decimal | None) -> str | None:
    return None if number is None else plain(number)


def _number(told: str | None) -> Decimal | None:
    return None if told is None else Decimal(told)


def judge_document(
    document: FormDocument, scheme: Scheme | None, waived: Waived = frozenset()
) -> Judgement:
    """The same checks as in the browser. scheme: of a self-evaluation."""
    targets = [kept_target(row.target, year=document.year) for row in document.indicators]
    if isinstance(document, DeclarationDocument):
        return Judgement(_open(document, check_declaration(document), waived), {}, (), targets)
    assert scheme is not None  # of a self-evaluation there always is one
    outcome = evaluate(document, scheme)
    return Judgement(
        _open(document, check_self_evaluation(document, outcome), waived),
        computed_numbers(outcome),
        [row.score for row in outcome.rows],
        targets,
    )


def _open(document: FormDocument, findings: list[Finding], waived: Waived) -> list[Finding]:
    if not waived:
        return findings
    return [
        one
        for one in findings
        if (one.code, stable_path(document, one.path), one.message) not in waived
    ]


class Given(NamedTuple):
    """A form to be judged, as plain data. data: its JSON; codes: fresh codes for rows that need one, eight
    characters each and enough of them; scheme: of a self-evaluation its content as JSON text."""

    data: dict[str, Any]
    codes: str
    scheme: str | None
    waived: Waived = frozenset()


class Told(NamedTuple):
    """The answer, as plain data. document: the form as it would be kept, as JSON text; findings: place,
    level, check, sentence and basis of each error and warning; hints: how many there are; judged: the rest
    of the judgement, as JSON text."""

    document: str
    findings: list[tuple[str, str, str, str, str]]
    hints: int
    judged: str


def judge_given(forms: Sequence[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """``Told`` for each ``Given``, both as bare tuples."""
    return [tuple(_judged(Given(*form))) for form in forms]


def _judged(given: Given) -> Told:
    rows = given.data.get("indicators", [])
    codes = with_every_code([row.get("code", "") for row in rows], _cut(given.codes))
    for row, code in zip(rows, codes, strict=True):
        row["code"] = code
    document = read_form(given.data, kept=True)
    scheme = _scheme(given.scheme) if given.scheme else None
    found = judge_document(document, scheme, given.waived)
    grave = [
        (one.path, one.level.value, one.code, one.message, one.basis)
        for one in found.findings
        if one.level is not Level.HINT
    ]
    return Told(
        document.as_json_text(), grave, len(found.findings) - len(grave), found.as_json_text()
    )


def _cut(codes: str) -> Iterator[str]:
    return (codes[start : start + _CODE] for start in range(0, len(codes), _CODE))


@cache
def _scheme(content: str) -> Scheme:
    """A file is judged by a handful of them."""
    return Scheme.read(json.loads(content))
