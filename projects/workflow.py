"""The life of a form."""

from __future__ import annotations

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
    SUBMITTED = "submitted"
    RETURNED = "returned"
    APPROVED = "approved"
    PUBLISHED = "published"

    @property
    def label(self) -> str:
        return {
            "draft": "草稿",
            "submitted": "待审核",
            "returned": "退回修改",
            "approved": "审核通过",
            "published": "已公开",
        }[self.value]


class Action(StrEnum):
    """What a person can do with a form."""

    EDIT = "edit"
    SUBMIT = "submit"
    WITHDRAW = "withdraw"

    @property
    def label(self) -> str:
        return {"edit": "修改", "submit": "送审", "withdraw": "撤回"}[self.value]


# What each action asks of the status, and the status that follows. An action that is not listed with
# a status cannot be done in it.
_NEXT: dict[Action, dict[Status, Status]] = {
    Action.EDIT: {Status.DRAFT: Status.DRAFT, Status.RETURNED: Status.RETURNED},
    Action.SUBMIT: {Status.DRAFT: Status.SUBMITTED, Status.RETURNED: Status.SUBMITTED},
    Action.WITHDRAW: {Status.SUBMITTED: Status.DRAFT},
}

# Who may do it: a role in the unit whose form it is.
_ROLES: dict[Action, frozenset[str]] = {
    Action.EDIT: frozenset({"preparer"}),
    Action.SUBMIT: frozenset({"preparer"}),
    Action.WITHDRAW: frozenset({"preparer"}),
}


class WrongStatus(Exception):
    """The action is not possible in the status that the form has."""

    def __init__(self, action: Action, status: Status) -> None:
        self.action, self.status = action, status
        super().__init__(f"这份表现在是「{status.label}」，不能{action.label}")


def next_status(status: Status, action: Action) -> Status:
    """The status that follows. Raises WrongStatus."""
    try:
        return _NEXT[action][status]
    except KeyError:
        raise WrongStatus(action, status) from None


def may(role: str, action: Action) -> bool:
    """Whether the role may do it, the status left aside."""
    return role in _ROLES[action]


def offered(roles: set[str], status: Status) -> list[Action]:
    """The actions that a person with those roles in the form's unit can do now."""
    return [
        action
        for action in Action
        if status in _NEXT[action] and any(may(role, action) for role in roles)
    ]
