"""The table of steps against what the rules say in words."""

from __future__ import annotations

import pytest

from projects.workflow import (
    STEPS,
    Action,
    Status,
    WrongStatus,
    allowed,
    may,
    next_status,
    offered,
)

ROLES = ("preparer", "unit_reviewer", "auditor", "viewer", "admin", "log_auditor")

# Written from the rules, not from the table: who can do what while the form stands there.
BY_STATUS: dict[str, dict[str, list[str]]] = {
    "draft": {
        "preparer": ["edit", "submit", "answer", "cancel_adjustment"],
        "admin": ["waive"],
    },
    "unit_review": {
        "preparer": ["withdraw", "answer"],
        "unit_reviewer": ["endorse", "comment", "answer", "return"],
    },
    "submitted": {
        "preparer": ["withdraw", "answer"],
        "auditor": ["comment", "answer", "review", "waive", "return", "approve"],
    },
    "returned": {
        "preparer": ["edit", "submit", "answer", "cancel_adjustment"],
        "auditor": ["answer", "waive"],
        "admin": ["waive"],
    },
    "approved": {
        "preparer": ["adjust"],
        "auditor": ["publish", "reopen"],
        "admin": ["publish"],
    },
    "published": {"auditor": ["unpublish"], "admin": ["unpublish"]},
}


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("status", list(Status))
def test_who_can_do_what(status: Status, role: str) -> None:
    expected = BY_STATUS[status.value].get(role, [])
    assert [action.value for action in offered({role}, status)] == expected
    for action in Action:
        assert allowed({role}, status, action) == (action.value in expected)


@pytest.mark.parametrize(
    ("status", "action", "after"),
    [
        ("draft", "submit", "submitted"),
        ("submitted", "withdraw", "draft"),
        ("submitted", "return", "returned"),
        ("returned", "submit", "submitted"),
        ("submitted", "approve", "approved"),
        ("approved", "publish", "published"),
        ("published", "unpublish", "approved"),
        ("approved", "reopen", "returned"),
        ("approved", "adjust", "draft"),
        ("draft", "cancel_adjustment", "approved"),
        ("unit_review", "endorse", "submitted"),
        ("unit_review", "return", "returned"),
        ("unit_review", "withdraw", "draft"),
    ],
)
def test_where_a_step_leads(status: str, action: str, after: str) -> None:
    assert next_status(Status(status), Action(action)) == after


@pytest.mark.parametrize("status", ["draft", "returned"])
def test_where_a_unit_looks_first(status: str) -> None:
    after = next_status(Status(status), Action.SUBMIT, awaits_unit_review=True)
    assert after == "unit_review"


def test_only_those_steps_change_the_status() -> None:
    moving = {(step.status.value, step.action.value) for step in STEPS if step.after != step.status}
    assert len(moving) == 14


@pytest.mark.parametrize(
    ("status", "action", "message"),
    [
        ("approved", "edit", "这份表现在是「审核通过」，不能修改"),
        ("draft", "approve", "这份表现在是「草稿」，不能审核通过"),
        ("published", "reopen", "这份表现在是「已公开」，不能重新打开"),
        ("returned", "withdraw", "这份表现在是「退回修改」，不能撤回"),
    ],
)
def test_what_cannot_be_done_says_how_the_form_stands(
    status: str, action: str, message: str
) -> None:
    with pytest.raises(WrongStatus) as refused:
        next_status(Status(status), Action(action))
    assert str(refused.value) == message


def test_who_only_reads_can_do_nothing_ever() -> None:
    for role in ("viewer", "log_auditor"):
        assert [action for action in Action if may(role, action)] == []
