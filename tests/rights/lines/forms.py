"""A form, and every step that it takes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from projects.workflow import Action
from tests.rights.bodies import attachment, numbered, typed, version, waived
from tests.rights.line import EVALUATION, Line, get, post, sent
from tests.rights.rules import (
    EDITS,
    compares,
    judges,
    nobody,
    numbers,
    sees,
    sees_adjusted,
    step,
    waits,
)
from tests.rights.stage import Stage


def _moves() -> Iterable[Line]:
    """Every step on its two ways, page and interface."""
    for action in Action:
        if action.value in {"edit", "comment", "answer", "review", "waive"}:
            continue
        about = {"adjust": "declaration", "cancel_adjustment": "adjusted"}.get(
            action.value, "evaluation"
        )
        rule = step(action, sees_adjusted if about == "adjusted" else sees)
        page = f"scoring:form-{action.value.replace('_', '-')}"
        yield post(page, rule, about, body=typed(about))
        yield sent(
            "POST",
            "api:form_move",
            rule,
            about,
            address=_moved(about, action),
            body=_told(about),
        )


def _moved(about: str, action: Action) -> Callable[[Stage], list[Any]]:
    return lambda stage: [stage.form(about).pk, action.value]


def _told(about: str) -> Callable[[Stage], dict[str, Any]]:
    return lambda stage: {"version": stage.form(about).version, "text": "理由如下"}


LINES: tuple[Line, ...] = (
    get("scoring:form-detail", sees, EVALUATION),
    get("scoring:form-edit", EDITS, EVALUATION, late=302),
    get("scoring:form-review", judges, EVALUATION, late=302),
    *_moves(),
    get("scoring:form-execution", EDITS, EVALUATION),
    post("scoring:form-execution", EDITS, EVALUATION, body=version),
    get("scoring:adjustment", sees, "declaration"),
    get("scoring:form-opinion", sees, EVALUATION),
    get("scoring:form-opinion-preview", sees, EVALUATION),
    post(
        "scoring:form-opinion-preview",
        numbers,
        EVALUATION,
        body=lambda stage: {"number": "沪环规〔2026〕12号"},
    ),
    get("scoring:version-list", sees, EVALUATION),
    get("scoring:version-compare", sees, EVALUATION, query="before=1"),
    get("scoring:version-detail", sees, EVALUATION, address=numbered(lambda stage: 1)),
    get("scoring:version-restore", EDITS, EVALUATION, address=numbered(lambda stage: 1)),
    post(
        "scoring:version-restore",
        EDITS,
        EVALUATION,
        address=numbered(lambda stage: 1),
        body=version,
    ),
    get("scoring:attachment-list", sees, EVALUATION),
    post("scoring:attachment-list", EDITS, EVALUATION, body=lambda stage: {"file": stage.evidence}),
    get("scoring:attachment-file", sees, EVALUATION, address=numbered(attachment)),
    post("scoring:attachment-remove", EDITS, EVALUATION, address=numbered(attachment)),
    post("scoring:finding-waive", step(Action.WAIVE), EVALUATION, body=waived),
    post(
        "scoring:waiver-revoke",
        step(Action.WAIVE),
        EVALUATION,
        address=numbered(lambda s: s.waiver.pk),
    ),
    # What is found is not counted as written; of a form that waits it is noted when it was compared.
    post("scoring:form-compare", compares, EVALUATION, writes=waits),
    get("scoring:form-pdf", sees, EVALUATION),
    get("scoring:form-json", sees, EVALUATION),
    get("scoring:form-workbook", sees, EVALUATION),
    get("scoring:form-workbook-upload", EDITS, EVALUATION),
    post(
        "scoring:form-workbook-upload",
        EDITS,
        EVALUATION,
        done=200,
        body=lambda stage: {"file": stage.workbook},
        writes=nobody,
    ),
    post(
        "scoring:form-workbook-apply",
        EDITS,
        EVALUATION,
        body=lambda stage: {"looked_at": stage.looked_at},
    ),
)
