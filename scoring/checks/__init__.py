"""The checks of a self-evaluation. ``docs/checks.md`` lists them."""

from __future__ import annotations

from indicators.checks.register import (
    EVALUATION_LABEL,
    FORM,
    ListedCheck,
    listed,
    run_promise,
    sift,
)
from perfgoals.common.findings import Finding
from scoring.checks import (  # noqa: F401 — importing a module registers its checks
    actuals,
    funds,
    reasons,
    required,
    scores,
    totals,
    weights,
)
from scoring.checks.form import EVALUATION, evaluated
from scoring.documents import SelfEvaluationDocument
from scoring.evaluation import Evaluation

__all__ = ["all_checks", "check_self_evaluation"]


def check_self_evaluation(
    document: SelfEvaluationDocument, evaluation: Evaluation
) -> list[Finding]:
    """What is wrong, doubtful or worth a look on a self-evaluation, in the order of the form.

    ``evaluation`` is that of ``document``; it carries the scheme.
    """
    subject = evaluated(document, evaluation)
    findings = FORM.run(subject.form) + run_promise(subject.form, approved=True)
    return sift([*findings, *EVALUATION.run(subject)], subject.form.marks)


def all_checks() -> list[ListedCheck]:
    """The checks of this app with the form that they read, by code."""
    return sorted(listed(EVALUATION, EVALUATION_LABEL), key=lambda check: check.code)
