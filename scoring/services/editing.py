"""Changing a form of either kind: cells and rows by path, and earlier versions."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar, cast

from django.db import transaction

from indicators.checks import check_declaration
from indicators.documents import DeclarationDocument
from indicators.services import save_declaration
from perfgoals.common.audit import record
from perfgoals.common.documents import ShapeError
from perfgoals.common.findings import Finding, Level
from perfgoals.common.models import AuditAction
from perfgoals.common.patches import (
    Change,
    InsertRows,
    MoveRow,
    RemoveRows,
    SetCell,
    apply_changes,
)
from projects.documents import current_path, stable_path, with_every_code
from projects.models import Form, FormVersion
from projects.services import StaleVersion, WaivedFinding, without_waived
from projects.workflow import Action, Status, next_status
from scoring.access import form_document, get_scheme, read_once
from scoring.checks import check_self_evaluation
from scoring.documents import FormDocument, SelfEvaluationDocument, read_form
from scoring.evaluation import Evaluation, evaluate
from scoring.services.evaluations import save_self_evaluation

if TYPE_CHECKING:
    from perfgoals.accounts.models import User

D = TypeVar("D", bound=FormDocument)

# What a form is, as against what it says: settled when it is begun.
IDENTITY = frozenset({"form", "year", "department", "unit", "source", "money_unit", "damaged"})
UNCONFIRMED = "copied.unconfirmed"
"""Code of the finding that a copied cell has yet to be looked at."""

# What a self-evaluation takes over from the approved declaration.
TAKEN_OVER = frozenset({"level1", "level2", "name", "target", "code", "damaged"})


@dataclass(frozen=True, slots=True)
class Judged:
    """What a form says, and what the rules and checks make of it: the findings that are open, and those
    that a reviewer let pass."""

    document: FormDocument
    evaluation: Evaluation | None
    findings: list[Finding]
    waived: list[WaivedFinding] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Patched:
    """A form after a change; ``refused`` are the cells that could not take theirs."""

    judged: Judged
    refused: list[ShapeError]


def judge(document: FormDocument, form: Form | None = None) -> Judged:
    """The document with its evaluation and findings: by the scheme that the form is scored by, or
    else by the one in force for its year."""
    if isinstance(document, DeclarationDocument):
        evaluation = None
        findings = check_declaration(document)
    else:
        scheme = form.self_evaluation.scheme.as_scheme() if form else get_scheme(document.year)
        evaluation = evaluate(document, scheme)
        findings = check_self_evaluation(document, evaluation)
    if form is None:
        return Judged(document, evaluation, findings)
    findings, waived = without_waived(form, document, findings)
    return Judged(document, evaluation, findings + _unconfirmed(form, document), waived)


@transaction.atomic
def patch_form(
    form: Form, changes: Sequence[Change], *, by: User, expected_version: int
) -> Patched:
    """Change cells and rows of a form.

    A cell that cannot hold its value, or that is not the preparer's to change, is refused; every
    other change is saved. Raises StaleVersion, WrongStatus, and DocumentError for rows or cells that
    the form does not have.
    """
    next_status(Status(form.status), Action.EDIT)
    if form.version != expected_version:
        raise StaleVersion(form, expected_version)
    with read_once(form):
        return _patch(form, changes, by=by)


def _patch(form: Form, changes: Sequence[Change], *, by: User) -> Patched:
    before = form_document(form)
    allowed, locked = _sorted_out(form, changes)
    after, refused = apply_changes(before, allowed)
    after = with_row_codes(after).as_kept()
    confirmed = _confirm(form, before, allowed, by=by)
    if after == before and not confirmed:
        return Patched(judge(before, form), locked + refused)
    judged = _save(form, after, before=before, by=by, reason=FormVersion.Reason.SAVED)
    return Patched(judged, locked + refused)


@transaction.atomic
def replace_form(
    form: Form,
    document: FormDocument,
    *,
    by: User,
    expected_version: int,
    reason: FormVersion.Reason,
    note: str = "",
) -> Judged:
    """Make the form say what the document says, but for what the form is.

    Raises StaleVersion and WrongStatus.
    """
    next_status(Status(form.status), Action.EDIT)
    if form.version != expected_version:
        raise StaleVersion(form, expected_version)
    with read_once(form):
        return _replace(form, document, by=by, reason=reason, note=note)


def _replace(
    form: Form, document: FormDocument, *, by: User, reason: FormVersion.Reason, note: str
) -> Judged:
    before = form_document(form)
    kept = {name: getattr(before, name) for name in IDENTITY if name in before.model_fields_set}
    after = with_row_codes(document.model_copy(update=kept)).as_kept()
    return _save(form, after, before=before, by=by, reason=reason, note=note)


def restore_version(form: Form, number: int, *, by: User, expected_version: int) -> Judged:
    """Make the form say again what it said at that version; this is a new version itself.

    Raises FormVersion.DoesNotExist, StaleVersion and WrongStatus.
    """
    version = form.versions.get(number=number)
    return replace_form(
        form,
        read_form(version.document),
        by=by,
        expected_version=expected_version,
        reason=FormVersion.Reason.RESTORED,
        note=f"恢复到第 {number} 版",
    )


def with_row_codes(document: D) -> D:
    """The document with a code on every row, so that comments, evidence and comparisons keep to their
    row when it moves. A code that stands twice (a row was copied) stays with the first."""
    stored: Sequence[Any] = document.indicators
    fresh = (secrets.token_hex(4) for _ in stored)
    rows = [
        row if row.code == code else row.model_copy(update={"code": code})
        for row, code in zip(
            stored, with_every_code([row.code for row in stored], fresh), strict=True
        )
    ]
    if all(new is old for new, old in zip(rows, stored, strict=True)):
        return document
    return cast(D, document.model_copy(update={"indicators": rows}))


def unconfirmed_paths(form: Form, document: FormDocument) -> list[str]:
    """The copied cells that nobody has looked at yet, where they stand now."""
    paths = (current_path(document, stable) for stable in form.unconfirmed)
    return [path for path in paths if path is not None]


def _unconfirmed(form: Form, document: FormDocument) -> list[Finding]:
    return [
        Finding(
            path,
            Level.ERROR,
            UNCONFIRMED,
            "从其他表复制而来，请核对后确认或改写",
            "本系统：复制的金额和带日期的指标值应逐一确认",
        )
        for path in unconfirmed_paths(form, document)
    ]


def _confirm(form: Form, document: FormDocument, changes: Sequence[Change], *, by: User) -> bool:
    """A copied cell that is set, even to what it says, has been looked at. Says whether any was."""
    if not form.unconfirmed:
        return False
    seen = {stable_path(document, c.path) for c in changes if isinstance(c, SetCell)}
    left = [path for path in form.unconfirmed if path not in seen]
    if left == form.unconfirmed:
        return False
    confirmed = [path for path in form.unconfirmed if path not in left]
    form.unconfirmed = left
    form.save(update_fields=["unconfirmed"])
    record(
        AuditAction.CHANGED, "核对复制来的内容", by=by, subject=form, details={"位置": confirmed}
    )
    return True


def _sorted_out(form: Form, changes: Sequence[Change]) -> tuple[list[Change], list[ShapeError]]:
    """The changes that the preparer may make, and a sentence for each of the others."""
    taken_over = form.kind == "self_evaluation" and form.self_evaluation.declaration_id is not None
    allowed: list[Change] = []
    locked: list[ShapeError] = []
    for change in changes:
        message = ""
        if isinstance(change, SetCell) and change.path.split(".")[0] in IDENTITY:
            message = "年度、单位等在建表时已确定，不能改动"
        elif taken_over and isinstance(change, InsertRows | RemoveRows | MoveRow):
            message = "指标取自已批准的申报表，不能增删或移动"
        elif taken_over and isinstance(change, SetCell):
            parts = change.path.split(".")
            if parts[0] == "indicators" and parts[-1] in TAKEN_OVER:
                message = "指标和指标值取自已批准的申报表，不能改动"
        if message:
            locked.append(ShapeError(change.path, "locked", message))
        else:
            allowed.append(change)
    return allowed, locked


def _save(
    form: Form,
    document: FormDocument,
    *,
    before: FormDocument,
    by: User,
    reason: FormVersion.Reason,
    note: str = "",
) -> Judged:
    version = form.version
    evaluation = None
    if isinstance(document, DeclarationDocument) and isinstance(before, DeclarationDocument):
        findings = save_declaration(
            form, document, by=by, expected_version=version, reason=reason, note=note, before=before
        )
    elif isinstance(document, SelfEvaluationDocument) and isinstance(
        before, SelfEvaluationDocument
    ):
        evaluation, findings = save_self_evaluation(
            form, document, by=by, expected_version=version, reason=reason, note=note, before=before
        )
    else:
        raise TypeError("表种不符")
    return Judged(document, evaluation, findings + _unconfirmed(form, document))
