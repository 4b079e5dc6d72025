"""The checks that hold a form against other forms. ``docs/checks.md`` lists them."""

from __future__ import annotations

from indicators.checks.register import DECLARATION_LABEL, EVALUATION_LABEL, ListedCheck, listed
from scoring.checks.across import (  # noqa: F401 — importing a module registers its checks
    declared,
    elsewhere,
    goals,
    years,
)
from scoring.checks.across.facts import (
    Compared,
    Elsewhere,
    FormFacts,
    Identity,
    Likeness,
    LongText,
    facts_of,
)
from scoring.checks.across.register import (
    DECLARED,
    EITHER,
    EVALUATED,
    OTHER_FORM,
    CrossFound,
    run_across,
)

__all__ = [
    "OTHER_FORM",
    "Compared",
    "CrossFound",
    "Elsewhere",
    "FormFacts",
    "Identity",
    "Likeness",
    "LongText",
    "all_checks",
    "facts_of",
    "run_across",
]


def all_checks() -> list[ListedCheck]:
    """The cross-form checks with the forms that they read, by code."""
    checks = [
        *listed(EITHER, DECLARATION_LABEL, EVALUATION_LABEL),
        *listed(DECLARED, DECLARATION_LABEL),
        *listed(EVALUATED, EVALUATION_LABEL),
    ]
    return sorted(checks, key=lambda check: check.code)
