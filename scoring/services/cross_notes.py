"""What cross-form checks found, as a reader may see it, and which of it was let pass."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from perfgoals.accounts.models import Membership, Role
from perfgoals.accounts.querysets import in_force
from perfgoals.common.findings import Level
from projects.documents import current_path
from projects.models import Form
from scoring.access import form_document
from scoring.checks.across import OTHER_FORM, all_checks
from scoring.documents import FormDocument
from scoring.models import CrossFinding

if TYPE_CHECKING:
    from perfgoals.accounts.models import User

TITLES = {check.code: check.title for check in all_checks()}
COPIED = "across.copied_text"


@dataclass(frozen=True, slots=True)
class LetPass:
    """What is told of a waiver. number: by which it is taken back."""

    number: int
    reason: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class CrossNote:
    """A cross-form finding as a reader sees it. path: where the cell stands now, "" for the form as a
    whole or a cell that is gone; other: the other form, where the reader may see it; elsewhere: found on
    the other form, and about this one. place, key: by which it is waived; waiver: of one that was."""

    code: str
    title: str
    level: Level
    path: str
    message: str
    basis: str
    other: Form | None
    at: datetime
    elsewhere: bool = False
    place: str = ""
    key: str = ""
    waiver: LetPass | None = None


def cross_findings(
    form: Form, reader: User, document: FormDocument | None = None
) -> list[CrossNote]:
    """What is known of the form and others, the gravest first: what was found on it, and copies of its
    texts that were found on others; last what was let pass. document: what the form says, where it was read
    already."""
    own = list(
        form.cross_findings.with_waivers().as_seen_by(reader).select_related("other__project")
    )
    copies = list(
        form.cross_findings_elsewhere.filter(code=COPIED)
        .with_waivers()
        .as_seen_by(reader)
        .select_related("form__project")
    )
    if not own and not copies:
        return []
    said = document or form_document(form)
    notes = []
    for one in own:
        other = one.other if one.sees_other else None
        message = one.message.replace(OTHER_FORM, other_name(one.other, other is not None))
        notes.append(_note(one, current_path(said, one.path) or "", message, other))
    for one in copies:
        visible = one.sees_form
        name = other_name(one.form, visible)
        # A stranger's words are not quoted to who may not see the form.
        told = one.message.replace(OTHER_FORM, "本表") if visible else "有文字与本表雷同"
        message = f"后送审的{name}：{told}" if visible else f"后送审的{name}{told}"
        notes.append(_note(one, "", message, one.form if visible else None, elsewhere=True))
    return sorted(notes, key=lambda note: (note.waiver is not None, note.level.rank))


def _note(
    one: CrossFinding, path: str, message: str, other: Form | None, *, elsewhere: bool = False
) -> CrossNote:
    told: dict[str, Any] | None = getattr(one, "waiver", None)
    waiver = None
    if told is not None:
        at = datetime.fromisoformat(told["at"])
        waiver = LetPass(told["id"], told["reason"], told["by"], at)
    return CrossNote(
        code=one.code,
        title=TITLES.get(one.code, one.code),
        level=Level(one.level),
        path=path,
        message=message,
        basis=one.basis,
        other=other,
        at=one.at,
        elsewhere=elsewhere,
        place=one.path,
        key=getattr(one, "key", ""),
        waiver=waiver,
    )


def cross_notes(findings: Iterable[CrossFinding]) -> list[tuple[Form, CrossNote]]:
    """Findings on several forms (read ``with_waivers`` and ``as_seen_by`` the reader), each with its form."""
    notes = []
    for one in findings:
        other = one.other if one.sees_other else None
        message = one.message.replace(OTHER_FORM, other_name(one.other, other is not None))
        notes.append((one.form, _note(one, "", message, other)))
    return notes


def compares_forms(user: User) -> bool:
    """Whether the person looks at cross-form findings: auditors and administrators do."""
    if user.is_superuser:
        return True
    judging = (Role.AUDITOR.value, Role.ADMIN.value)
    return Membership.objects.filter(in_force(), user=user, role__in=judging).exists()


def comparing(roles: Iterable[str]) -> bool:
    """Whether who has those roles for a form may have it held against the others."""
    return not {Role.AUDITOR.value, Role.ADMIN.value}.isdisjoint(roles)


def other_name(other: Form | None, visible: bool) -> str:
    """How a message names another form to a reader who may see it, or may not."""
    if other is None or not visible:
        return "另一单位的一份表"
    return f"{other.unit_name} {other.year_id} 年度{other.get_kind_display()}「{other.shown_name}」"
