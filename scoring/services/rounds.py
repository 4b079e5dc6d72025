"""What became of a form since it last left its reviewer: what changed, and what was asked in vain."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from perfgoals.common.patches import Difference, Happened, differences
from projects.documents import current_path
from projects.models import Comment, Form
from projects.workflow import Status
from scoring.access import form_document
from scoring.documents import FormDocument, read_form
from scoring.models import Review

_SETTLED = frozenset({Status.APPROVED, Status.PUBLISHED})


@dataclass(frozen=True, slots=True)
class Round:
    """From the version that a reviewer last had before them to what the form says now.

    changes: of cells and rows, by their paths in the form as it is. asked_not_changed: comments whose
    cell says what it said, though the form came back; in the order they were made. last_reason: of the
    return (or of reopening), "" where none was written. last_version: None where nobody has had the form
    before them yet; then there is nothing else to say. before: what it said at that version.
    """

    changes: tuple[Difference, ...] = ()
    asked_not_changed: tuple[Comment, ...] = ()
    last_reason: str = ""
    last_version: int | None = None
    review: Review | None = None
    before: FormDocument | None = None


def round_of(form: Form, document: FormDocument | None = None) -> Round:
    """The round that the form is in. document: what it says, where that has been read already.

    While it waits for the department that is since the department last decided; else since anybody did.
    Four queries at most.
    """
    if form.status in _SETTLED:
        return Round()
    last = _last_decided(form)
    number = last.version if last else form.adjusts_version
    if number is None:
        return Round()
    document = form_document(form) if document is None else document
    comments = _asked(form, last) if last else []
    versions = _versions(form, {number, *(comment.number for comment in comments)})
    before = versions.get(number)
    return Round(
        changes=tuple(_changes(before, document)) if before else (),
        asked_not_changed=tuple(
            comment
            for comment in comments
            if comment.number in versions
            and _says_the_same(versions[comment.number], document, comment.place)
        ),
        last_reason=(last.reopened_reason or last.reason) if last else "",
        last_version=number,
        review=last,
        before=before,
    )


def cell_value(document: FormDocument, path: str) -> Any:
    """What the cell at the path holds. Raises LookupError where the document has none."""
    here: Any = document
    for part in path.split("."):
        if part.startswith(("-", "_")):
            raise LookupError(path)
        try:
            here = here[int(part)] if isinstance(here, list) else getattr(here, part)
        except (AttributeError, IndexError, ValueError):
            raise LookupError(path) from None
    return here


def _last_decided(form: Form) -> Review | None:
    """What the unit's own reviewer let pass is no return; and the department looks at what became of
    its own word."""
    decided = form.reviews.exclude(outcome=Review.Outcome.PENDING).exclude(
        stage=Review.Stage.UNIT, outcome=Review.Outcome.APPROVED
    )
    if form.status == Status.SUBMITTED:
        decided = decided.filter(stage=Review.Stage.DEPARTMENT)
    return decided.order_by("-id").first()


def _asked(form: Form, last: Review) -> list[Comment]:
    """What stood open when the form went back."""
    open_then = Q(resolved_at=None) | Q(resolved_at__gt=last.decided_at)
    asked = form.comments.filter(open_then, parent=None, number__lte=last.version)
    return list(asked.select_related("by", "resolved_by").prefetch_related("answers__by"))


def _versions(form: Form, numbers: Iterable[int]) -> dict[int, FormDocument]:
    """What the form said at each number that is still on record."""
    wanted = Q()
    for number in numbers:
        wanted |= Q(first_number__lte=number, number__gte=number)
    found = form.versions.filter(wanted)
    read = [(one.first_number, one.number, read_form(one.document)) for one in found]
    return {
        number: document
        for number in numbers
        for first, last, document in read
        if first <= number <= last
    }


def _changes(before: FormDocument, after: FormDocument) -> Iterable[Difference]:
    """The differences that a reader sees: an amount that only gained zeros is none, nor is a code."""
    for one in differences(before, after):
        if one.happened is Happened.CHANGED and not _is_seen(after, one):
            continue
        yield one


def _is_seen(after: FormDocument, one: Difference) -> bool:
    if one.path.endswith(".code") or ".damaged" in one.path or one.path.startswith("damaged"):
        return False
    try:
        now = cell_value(after, one.path)
    except LookupError:
        return True
    return str(one.before) != str(now) and not _same_number(one.before, now)


def _same_number(before: Any, now: Any) -> bool:
    """「10」 and 「10.00」 of an amount; two texts that differ are never the same."""
    if isinstance(now, str) or before is None or now is None:
        return False
    try:
        return type(now)(before) == now
    except (ArithmeticError, TypeError, ValueError):
        return False


def _says_the_same(before: FormDocument, after: FormDocument, place: str) -> bool:
    """Does the cell of a stable path say in ``after`` what it said in ``before``? For the form as a
    whole: does anything differ?"""
    if not place:
        return not list(_changes(before, after))
    then, now = current_path(before, place), current_path(after, place)
    if then is None or now is None:
        return False
    try:
        return (cell_value(before, then) or None) == (cell_value(after, now) or None)
    except LookupError:
        return False
