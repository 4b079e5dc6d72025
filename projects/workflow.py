"""The life of a form: who may do what with it while it stands where it stands."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class FormKind(StrEnum):
    """Which of the two official forms."""

    DECLARATION = "declaration"
    SELF_EVALUATION = "self_evaluation"

    @property
    def label(self) -> str:
        return {"declaration": "申报表", "self_evaluation": "自评表"}[self.value]


class Status(StrEnum):
    """Where a form stands between draft and publication."""

    DRAFT = "draft"
    UNIT_REVIEW = "unit_review"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    APPROVED = "approved"
    PUBLISHED = "published"

    @property
    def label(self) -> str:
        return {
            "draft": "草稿",
            "unit_review": "待单位审核",
            "submitted": "待审核",
            "returned": "退回修改",
            "approved": "审核通过",
            "published": "已公开",
        }[self.value]


class Action(StrEnum):
    """What a person can do with a form that they see."""

    EDIT = "edit"
    SUBMIT = "submit"
    WITHDRAW = "withdraw"
    ENDORSE = "endorse"
    COMMENT = "comment"
    ANSWER = "answer"
    REVIEW = "review"
    WAIVE = "waive"
    RETURN = "return"
    APPROVE = "approve"
    PUBLISH = "publish"
    UNPUBLISH = "unpublish"
    REOPEN = "reopen"
    ADJUST = "adjust"
    CANCEL_ADJUSTMENT = "cancel_adjustment"

    @property
    def label(self) -> str:
        return {
            "edit": "修改",
            "submit": "送审",
            "withdraw": "撤回",
            "endorse": "单位审核通过",
            "comment": "批注",
            "answer": "答复批注",
            "review": "复核打分",
            "waive": "豁免检查结果",
            "return": "退回修改",
            "approve": "审核通过",
            "publish": "公开",
            "unpublish": "撤回公开",
            "reopen": "重新打开",
            "adjust": "目标调整",
            "cancel_adjustment": "取消调整",
        }[self.value]


@dataclass(frozen=True, slots=True)
class Step:
    """In ``status``, a person with one of ``roles`` in the form's unit may do ``action``; then it
    stands at ``after``.

    only: what else must be so, in words, where the table alone does not decide it.
    """

    status: Status
    action: Action
    after: Status
    roles: frozenset[str]
    only: str = ""


_PREPARER = frozenset({"preparer"})
_UNIT_REVIEWER = frozenset({"unit_reviewer"})
_AUDITOR = frozenset({"auditor"})
_ADMIN = frozenset({"admin"})
_DISCLOSER = _AUDITOR | _ADMIN
_ADJUSTED = "只限正在调整目标的申报表"
_DECLARATION = "只限申报表"
_OTHERS_WORK = "不能是送审的本人"

STEPS: tuple[Step, ...] = (
    Step(Status.DRAFT, Action.EDIT, Status.DRAFT, _PREPARER),
    Step(Status.DRAFT, Action.SUBMIT, Status.SUBMITTED, _PREPARER, "没有未豁免的错误"),
    Step(Status.DRAFT, Action.ANSWER, Status.DRAFT, _PREPARER),
    Step(Status.DRAFT, Action.WAIVE, Status.DRAFT, _ADMIN),
    Step(Status.DRAFT, Action.CANCEL_ADJUSTMENT, Status.APPROVED, _PREPARER, _ADJUSTED),
    Step(Status.UNIT_REVIEW, Action.WITHDRAW, Status.DRAFT, _PREPARER),
    Step(Status.UNIT_REVIEW, Action.COMMENT, Status.UNIT_REVIEW, _UNIT_REVIEWER),
    Step(Status.UNIT_REVIEW, Action.ANSWER, Status.UNIT_REVIEW, _PREPARER | _UNIT_REVIEWER),
    Step(Status.UNIT_REVIEW, Action.ENDORSE, Status.SUBMITTED, _UNIT_REVIEWER, _OTHERS_WORK),
    Step(Status.UNIT_REVIEW, Action.RETURN, Status.RETURNED, _UNIT_REVIEWER, "写明理由或有批注"),
    Step(Status.SUBMITTED, Action.WITHDRAW, Status.DRAFT, _PREPARER),
    Step(Status.SUBMITTED, Action.COMMENT, Status.SUBMITTED, _AUDITOR),
    Step(Status.SUBMITTED, Action.ANSWER, Status.SUBMITTED, _PREPARER | _AUDITOR),
    Step(Status.SUBMITTED, Action.REVIEW, Status.SUBMITTED, _AUDITOR),
    Step(Status.SUBMITTED, Action.WAIVE, Status.SUBMITTED, _AUDITOR),
    Step(Status.SUBMITTED, Action.RETURN, Status.RETURNED, _AUDITOR, "写明理由或有批注"),
    Step(
        Status.SUBMITTED,
        Action.APPROVE,
        Status.APPROVED,
        _AUDITOR,
        f"没有未豁免的错误；{_OTHERS_WORK}",
    ),
    Step(Status.RETURNED, Action.EDIT, Status.RETURNED, _PREPARER),
    Step(Status.RETURNED, Action.SUBMIT, Status.SUBMITTED, _PREPARER, "没有未豁免的错误"),
    Step(Status.RETURNED, Action.ANSWER, Status.RETURNED, _PREPARER | _AUDITOR),
    Step(Status.RETURNED, Action.WAIVE, Status.RETURNED, _AUDITOR | _ADMIN),
    Step(Status.RETURNED, Action.CANCEL_ADJUSTMENT, Status.APPROVED, _PREPARER, _ADJUSTED),
    Step(Status.APPROVED, Action.PUBLISH, Status.PUBLISHED, _DISCLOSER),
    Step(Status.APPROVED, Action.REOPEN, Status.RETURNED, _AUDITOR, "写明理由"),
    Step(Status.APPROVED, Action.ADJUST, Status.DRAFT, _PREPARER, f"{_DECLARATION}；写明理由"),
    Step(Status.PUBLISHED, Action.UNPUBLISH, Status.APPROVED, _DISCLOSER, "写明理由"),
)
"""Everything that can be done with a form, and nothing else. A department that wants its units to look
first has what they submit wait at 待单位审核 (``awaits_unit_review`` of ``next_status``)."""

WITH_UNIT_REVIEW = Status.UNIT_REVIEW
"""Where a submit leads in a unit whose own reviewer looks first."""

BEFORE_SUBMIT = frozenset({Status.DRAFT, Status.UNIT_REVIEW})
"""A form that stands here is its unit's own business: auditors and readers do not see it."""

_STEPS = {(step.status, step.action): step for step in STEPS}
_ROLES = {
    action: frozenset(role for step in STEPS if step.action is action for role in step.roles)
    for action in Action
}


class WrongStatus(Exception):
    """The action is not possible in the status that the form has."""

    def __init__(self, action: Action, status: Status, why: str = "") -> None:
        self.action, self.status = action, status
        super().__init__(why or f"这份表现在是「{status.label}」，不能{action.label}")


def next_status(status: Status, action: Action, *, awaits_unit_review: bool = False) -> Status:
    """The status that follows. Raises WrongStatus."""
    step = _STEPS.get((status, action))
    if step is None:
        raise WrongStatus(action, status)
    if action is Action.SUBMIT and awaits_unit_review:
        return WITH_UNIT_REVIEW
    return step.after


def may(role: str, action: Action) -> bool:
    """Whether the role may do it in some status."""
    return role in _ROLES[action]


def allowed(roles: Iterable[str], status: Status, action: Action) -> bool:
    """Whether a person with those roles in the form's unit can do this in that status."""
    step = _STEPS.get((status, action))
    return step is not None and not step.roles.isdisjoint(roles)


def offered(roles: Iterable[str], status: Status) -> list[Action]:
    """The actions that a person with those roles in the form's unit can do now."""
    held = set(roles)
    return [action for action in Action if allowed(held, status, action)]
