"""Every registered check has a form that trips it and one that just does not."""

from __future__ import annotations

import pytest

from scoring.checks.listing import checks
from tests.rules.checks import (
    cases_declaration,
    cases_form,
    cases_funds,
    cases_results,
    cases_targets,
)
from tests.rules.checks.builders import Pair, declaration, evaluation, findings_of

TABLES = [
    module.PAIRS
    for module in (cases_declaration, cases_form, cases_funds, cases_results, cases_targets)
]
PAIRS: dict[str, list[Pair]] = {code: pairs for table in TABLES for code, pairs in table.items()}
EACH = [
    pytest.param(code, pair, id=f"{code}-{number}")
    for code, pairs in PAIRS.items()
    for number, pair in enumerate(pairs)
]


def test_every_code_has_pairs_and_every_pair_a_code() -> None:
    own = {check.code for check in checks() if not check.code.startswith("across.")}
    assert own == set(PAIRS)
    assert sum(map(len, TABLES)) == len(PAIRS), "one code stands in two tables"
    assert all(PAIRS.values())


def test_sound_forms_have_no_finding() -> None:
    assert findings_of(declaration()) == []
    assert findings_of(evaluation()) == []


@pytest.mark.parametrize(("code", "pair"), EACH)
def test_fault_is_found(code: str, pair: Pair) -> None:
    found = [finding for finding in pair.findings(pair.trips) if finding.code == code]
    assert [(finding.path, finding.level) for finding in found] == [(pair.path, pair.level)]
    for words in pair.words:
        assert words in found[0].message


@pytest.mark.parametrize(("code", "pair"), EACH)
def test_near_miss_is_not(code: str, pair: Pair) -> None:
    assert [f.message for f in pair.findings(pair.passes) if f.code == code] == []
