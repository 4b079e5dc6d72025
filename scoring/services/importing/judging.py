"""What the rules and the checks make of the documents of a batch."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from indicators.checks import check_declaration
from indicators.documents import DeclarationDocument
from perfgoals.common.documents import plain
from perfgoals.common.findings import Finding, Level
from projects.documents import stable_path
from projects.models import Form, Waiver
from scoring.checks import check_self_evaluation
from scoring.documents import FormDocument
from scoring.evaluation import evaluate
from scoring.models import ScoringScheme
from scoring.rules.scheme import Scheme
from scoring.services.evaluations import computed_columns

Waived = frozenset[tuple[str, str, str]]
"""Of each waiver of a form the check, the place and the sentence."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """findings: those that are open. computed: of a self-evaluation the columns that the rules give;
    suggested: the points of its rows."""

    findings: list[Finding]
    computed: Mapping[str, Any] = field(default_factory=dict)
    suggested: Sequence[Decimal | None] = ()

    def count(self, level: Level) -> int:
        return sum(finding.level is level for finding in self.findings)

    def as_json(self) -> dict[str, Any]:
        """The verdict without its findings; ``stored_verdict`` reads it."""
        return {
            "computed": {
                name: plain(value) if isinstance(value, Decimal) else value
                for name, value in self.computed.items()
            },
            "suggested": [None if one is None else plain(one) for one in self.suggested],
        }


def stored_verdict(data: Mapping[str, Any]) -> Verdict:
    """What ``as_json`` gave."""
    computed = {
        name: Decimal(value) if value is not None and name != "computed_rating" else value
        for name, value in data.get("computed", {}).items()
    }
    suggested = [None if one is None else Decimal(one) for one in data.get("suggested", ())]
    return Verdict([], computed, suggested)


def judged(document: FormDocument, scheme: Scheme | None, waived: Waived = frozenset()) -> Verdict:
    """The same checks as in the browser. scheme: of a self-evaluation."""
    if isinstance(document, DeclarationDocument):
        return Verdict(_open(document, check_declaration(document), waived))
    assert scheme is not None  # of a self-evaluation there always is one
    outcome = evaluate(document, scheme)
    findings = check_self_evaluation(document, outcome)
    return Verdict(
        _open(document, findings, waived),
        computed_columns(outcome),
        [row.score for row in outcome.rows],
    )


def _open(document: FormDocument, findings: list[Finding], waived: Waived) -> list[Finding]:
    if not waived:
        return findings
    return [
        one
        for one in findings
        if (one.code, stable_path(document, one.path), one.message) not in waived
    ]


class Schemes:
    """The schemes that forms are scored by, each read once."""

    def __init__(self) -> None:
        self._stored: dict[int, ScoringScheme] = {}
        self._by_year: dict[int, ScoringScheme] = {}
        self._read: dict[int, Scheme] = {}

    def stored_for(self, year: int) -> ScoringScheme:
        if year not in self._by_year:
            scheme = ScoringScheme.objects.in_force(year)
            self._by_year[year] = self._stored[scheme.pk] = scheme
        return self._by_year[year]

    def of(self, document: FormDocument, form: Form | None) -> Scheme | None:
        """The one that the form is scored by; of a new one that in force for its year."""
        if isinstance(document, DeclarationDocument):
            return None
        kept = form.self_evaluation.scheme_id if form else None
        pk = kept or self.stored_for(document.year).pk
        if pk not in self._read:
            if pk not in self._stored:
                self._stored[pk] = ScoringScheme.objects.get(pk=pk)
            self._read[pk] = self._stored[pk].as_scheme()
        return self._read[pk]


def waivers_of(forms: Iterable[int]) -> dict[int, Waived]:
    """What was waived on those forms and still is; one query."""
    found: dict[int, set[tuple[str, str, str]]] = defaultdict(set)
    rows = Waiver.objects.in_force().filter(form__in=list(forms))
    for form, *told in rows.values_list("form", "code", "place", "message"):
        found[form].add((told[0], told[1], told[2]))
    return {form: frozenset(told) for form, told in found.items()}
