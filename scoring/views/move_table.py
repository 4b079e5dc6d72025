"""How a page or the interface takes each step of a form."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from projects.workflow import Action
from scoring.services import (
    adjust_form,
    approve_form,
    cancel_adjustment,
    endorse_form,
    publish_form,
    reopen_form,
    return_form,
    submit_form,
    unpublish_form,
    withdraw_form,
)


@dataclass(frozen=True, slots=True)
class Move:
    """How a page takes a step. text: the name of the argument that the typed text goes to, "" where the
    step takes none. leads_to: the page that comes next."""

    service: Callable[..., None]
    text: str
    done: str
    leads_to: str = "scoring:form-detail"


MOVES: dict[Action, Move] = {
    Action.SUBMIT: Move(submit_form, "", "已送审。审核前可以撤回修改。"),
    Action.WITHDRAW: Move(
        withdraw_form, "", "已撤回，可以继续修改，改好后再送审。", "scoring:form-edit"
    ),
    Action.ENDORSE: Move(endorse_form, "opinion", "单位审核通过，已送主管部门审核。"),
    Action.RETURN: Move(return_form, "reason", "已退回修改，填报人会在待办中看到。"),
    Action.APPROVE: Move(approve_form, "opinion", "审核通过。"),
    Action.PUBLISH: Move(publish_form, "", "已标记为公开。"),
    Action.UNPUBLISH: Move(unpublish_form, "reason", "已撤回公开。"),
    Action.REOPEN: Move(reopen_form, "reason", "已重新打开，填报人可以修改后再送审。"),
    Action.ADJUST: Move(
        adjust_form, "reason", "已开始目标调整，原批准的版本仍保留。", "scoring:form-edit"
    ),
    Action.CANCEL_ADJUSTMENT: Move(cancel_adjustment, "", "已取消调整，恢复为调整前批准的内容。"),
}
