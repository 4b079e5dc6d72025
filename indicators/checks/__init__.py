"""The checks of a declaration, and those that both forms share. ``docs/checks.md`` lists them."""

from __future__ import annotations

from indicators.checks import (  # noqa: F401 — importing a module registers its checks
    classes,
    costs,
    funds,
    goals,
    names,
    periods,
    required,
    targets,
    wording,
)
from indicators.checks.form import declaration_form
from indicators.checks.register import (
    DECLARATION,
    DECLARATION_LABEL,
    EVALUATION_LABEL,
    FORM,
    PROMISE,
    Declared,
    ListedCheck,
    listed,
    milder,
    run_promise,
    sift,
)
from indicators.documents import DeclarationDocument
from perfgoals.common.findings import Finding

__all__ = ["ListedCheck", "all_checks", "check_declaration"]


def check_declaration(document: DeclarationDocument) -> list[Finding]:
    """What is wrong, doubtful or worth a look on a declaration, in the order of the form."""
    form = declaration_form(document)
    findings = FORM.run(form) + run_promise(form, approved=False)
    return sift([*findings, *DECLARATION.run(Declared(document, form))], form.marks)


def all_checks() -> list[ListedCheck]:
    """The checks of this app with the forms that they read, by code."""
    checks = [
        *listed(FORM, DECLARATION_LABEL, EVALUATION_LABEL),
        *listed(PROMISE, DECLARATION_LABEL, EVALUATION_LABEL, shift={EVALUATION_LABEL: milder}),
        *listed(DECLARATION, DECLARATION_LABEL),
    ]
    return sorted(checks, key=lambda check: check.code)
