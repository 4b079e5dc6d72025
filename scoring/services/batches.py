"""Many forms returned or approved at once: each in a transaction of its own, and each with its answer."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied, ValidationError

from perfgoals.common.findings import Level
from projects.access import require
from projects.models import Form, FormVersion
from projects.services import StaleVersion, stated_reason
from projects.workflow import Action, Status, WrongStatus
from scoring.access import form_document
from scoring.services.editing import judge
from scoring.services.moves import NotSound, approve_form, endorse_form, return_form

if TYPE_CHECKING:
    from perfgoals.accounts.models import User

log = logging.getLogger(__name__)

MOST = 200
"""Forms in one batch."""

_REASONS = {
    Action.RETURN: FormVersion.Reason.RETURNED,
    Action.APPROVE: FormVersion.Reason.APPROVED,
    Action.ENDORSE: FormVersion.Reason.ENDORSED,
}


class BatchAction(StrEnum):
    """What is done with the forms of a batch."""

    RETURN = "return"
    APPROVE = "approve"

    @property
    def label(self) -> str:
        return {"return": "批量退回", "approve": "批量通过"}[self.value]

    @property
    def done(self) -> str:
        return {"return": "已退回", "approve": "已通过"}[self.value]

    def step(self, form: Form) -> Action:
        """The step of the form that this is: the unit's own reviewer lets it go on to the department."""
        if self is BatchAction.RETURN:
            return Action.RETURN
        return Action.ENDORSE if form.status == Status.UNIT_REVIEW else Action.APPROVE


@dataclass(frozen=True, slots=True)
class Chosen:
    """A form of the batch, by its number and the version that the person saw."""

    pk: int
    version: int


@dataclass(frozen=True, slots=True)
class Answer:
    """What became (or would become) of a form of the batch. why: a Chinese sentence where it was left
    as it is, and what was done where it was done. project, unit: "" for a form that cannot be seen."""

    chosen: Chosen
    is_done: bool
    why: str
    project: str = ""
    unit: str = ""
    year: int | None = None


def foresee(chosen: Sequence[Chosen], action: BatchAction, *, by: User) -> list[Answer]:
    """What the batch would do with each form, in the order chosen. Changes nothing."""

    def look(form: Form, one: Chosen) -> str:
        if action is BatchAction.APPROVE:
            findings = judge(form_document(form), form).findings
            errors = [finding for finding in findings if finding.level is Level.ERROR]
            if errors:
                raise NotSound(errors, action.step(form))
        return ""

    return [_answer(one, action, by, look) for one in chosen]


def check_batch(chosen: Sequence[Chosen], action: BatchAction, *, text: str) -> str:
    """The text without blanks around it. Raises ValidationError for a return without a reason, a text
    that is too long, and too many forms."""
    if len(chosen) > MOST:
        raise ValidationError(f"一次最多处理 {MOST} 份，现有 {len(chosen)} 份")
    if action is BatchAction.RETURN or text.strip():
        what = "退回理由" if action is BatchAction.RETURN else "审核意见"
        return stated_reason(text, what=what)
    return ""


def run_batch(
    chosen: Sequence[Chosen],
    action: BatchAction,
    *,
    by: User,
    text: str = "",
    progress: Callable[[int, int], None] | None = None,
) -> list[Answer]:
    """Return or approve the forms, one after the other; what fails for one leaves the others alone.

    text: the reason of a return, the opinion of an approval. progress is told how many are done, and may
    raise to end the work. A form that this very person has already taken this step with, from the version
    chosen, counts as done: a batch that is sent twice does nothing twice.
    Raises ValidationError, see ``check_batch``.
    """
    text = check_batch(chosen, action, text=text)

    def do(form: Form, one: Chosen) -> str:
        return _do(form, one, action, by=by, text=text)

    answers = []
    for number, one in enumerate(chosen):
        if progress is not None:
            progress(number, len(chosen))
        answers.append(_answer(one, action, by, do))
    return answers


def _answer(
    one: Chosen, action: BatchAction, by: User, do: Callable[[Form, Chosen], str]
) -> Answer:
    form = (
        Form.objects.visible_to(by)
        .filter(pk=one.pk)
        .select_related("project__unit", "declaration", "self_evaluation__scheme")
        .first()
    )
    if form is None:
        return Answer(one, False, "没有这份表，或不在您的范围内")
    told = (form.shown_name, form.unit_name, form.year_id)
    if _has_done(form, one, action, by):
        return Answer(one, True, action.done, *told)
    try:
        require(by, form, action.step(form))
        if form.version != one.version:
            raise StaleVersion(form, one.version)
        return Answer(one, True, do(form, one), *told)
    except StaleVersion:
        why = f"您看到的是第 {one.version} 版，此后已有改动，请看过最新内容后单独处理"
    except NotSound as error:
        why = f"还有 {len(error.findings)} 处错误，请打开表单独处理"
    except ValidationError as error:
        why = "；".join(error.messages)
    except (PermissionDenied, WrongStatus) as error:
        why = str(error)
    except Exception:
        # One form that cannot be dealt with must not keep the others from being dealt with.
        log.exception("%s第 %s 号表时出错", action.label, one.pk)
        why = "出现意外错误，已记录，请单独处理"
    return Answer(one, False, why, *told)


def _has_done(form: Form, one: Chosen, action: BatchAction, by: User) -> bool:
    if form.version != one.version + 1:
        return False
    steps = [Action.RETURN] if action is BatchAction.RETURN else [Action.APPROVE, Action.ENDORSE]
    reasons = [_REASONS[step] for step in steps]
    return form.versions.filter(number=form.version, by=by, reason__in=reasons).exists()


def _do(form: Form, one: Chosen, action: BatchAction, *, by: User, text: str) -> str:
    step = action.step(form)
    if step is Action.RETURN:
        return_form(form, by=by, expected_version=one.version, reason=text)
    elif step is Action.ENDORSE:
        endorse_form(form, by=by, expected_version=one.version, opinion=text)
    else:
        approve_form(form, by=by, expected_version=one.version, opinion=text)
    return action.done


def read_chosen(values: Iterable[str]) -> list[Chosen]:
    """What a page sends: a text "number:version" for each form, each form once. What cannot be read is
    left out."""
    read: dict[int, Chosen] = {}
    for value in values:
        pk, _, version = value.partition(":")
        if all(part.isascii() and part.isdecimal() and len(part) < 10 for part in (pk, version)):
            read.setdefault(int(pk), Chosen(int(pk), int(version)))
    return list(read.values())
