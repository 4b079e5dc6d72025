"""The steps of a form as its page offers them: exactly what the table of steps allows now, each with what
it will do and what it asks for; and why something is not possible now."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass, replace

from django.urls import reverse

from perfgoals.common.findings import Finding, Level
from projects.models import Comment, Form
from projects.workflow import Action, Status, allowed


@dataclass(frozen=True, slots=True)
class Wording:
    """What a step is called, says and asks for. field and asks: name and label of the text that goes with
    it, "" for none; needed: whether it cannot be left out; hint: what else helps to write it."""

    button: str
    icon: str
    text: str
    field: str = ""
    asks: str = ""
    needed: bool = True
    hint: str = ""


_WORDINGS: dict[Action, Wording] = {
    Action.SUBMIT: Wording("送审", "submitted", "送审后由审核人审核，在退回或撤回之前不能再修改。"),
    Action.WITHDRAW: Wording(
        "撤回", "returned", "撤回后这份表回到草稿，审核人不再看到它；改好后需要重新送审。"
    ),
    Action.ENDORSE: Wording(
        "单位审核通过",
        "approved",
        "通过后送主管部门审核。",
        "opinion",
        "单位审核意见",
        needed=False,
    ),
    Action.RETURN: Wording(
        "退回修改",
        "returned",
        "退回后填报人可以修改，并会在页面上方看到您写的理由和批注。",
        "reason",
        "退回理由",
        hint="没有未处理的批注，请写明理由；也可以在审核页逐格批注。",
    ),
    Action.PUBLISH: Wording("公开", "published", "标记为已公开。公开后如需更正，先撤回公开。"),
    Action.UNPUBLISH: Wording(
        "撤回公开",
        "returned",
        "撤回后这份表不再标记为公开，仍是审核通过。",
        "reason",
        "撤回公开的理由",
    ),
    Action.REOPEN: Wording(
        "重新打开",
        "returned",
        "重新打开后填报人可以修改，须重新送审；已批准的内容和审核结果仍留在历史中。",
        "reason",
        "重新打开的理由",
    ),
    Action.ADJUST: Wording(
        "目标调整",
        "draft",
        "开始调整后可以修改目标和指标，改好送审；新的内容审核通过之前，现在批准的版本仍然有效。",
        "reason",
        "调整理由",
    ),
    Action.CANCEL_ADJUSTMENT: Wording("取消调整", "clear", "取消后恢复为调整前批准的内容。"),
}
_ORDER = (
    Action.CANCEL_ADJUSTMENT,
    Action.WITHDRAW,
    Action.RETURN,
    Action.REOPEN,
    Action.UNPUBLISH,
    Action.ADJUST,
    Action.PUBLISH,
    Action.SUBMIT,
    Action.ENDORSE,
)


@dataclass(frozen=True, slots=True)
class Offered:
    """A step with its dialog. typed: what was typed when the step was refused, refused: why it was.

    named: what the step will bring with it, one sentence each, before the button that does it.
    """

    action: Action
    wording: Wording
    address: str
    primary: bool
    named: tuple[str, ...] = ()
    typed: str = ""
    refused: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    label: str
    icon: str
    address: str
    primary: bool


@dataclass(frozen=True, slots=True)
class Hindrance:
    """Why a step cannot be taken now. by_errors: whether it is for the errors of the form."""

    text: str
    by_errors: bool = False


@dataclass(frozen=True, slots=True)
class Steps:
    """links: to the pages where a step is taken. hindered: why others cannot be taken now."""

    links: tuple[Link, ...]
    offered: tuple[Offered, ...]
    hindered: tuple[Hindrance, ...]

    @property
    def has_primary(self) -> bool:
        return any(one.primary for one in self.links) or any(one.primary for one in self.offered)


@dataclass(frozen=True, slots=True)
class Attempt:
    """A step that was refused, with what the person had typed."""

    action: Action
    typed: str
    refused: str


def steps_of(
    form: Form,
    actions: Sequence[Action],
    roles: Set[str],
    *,
    findings: Sequence[Finding],
    unanswered: Sequence[Comment],
    commented: bool,
    unit_first: bool,
    attempt: Attempt | None = None,
) -> Steps:
    """What the person can do now.

    findings: those open. unanswered: comments whose cell was neither changed nor answered. commented:
    whether a comment is open, which says as much as a reason. unit_first: whether the unit's own reviewer
    looks before the department.
    """
    errors = sum(finding.level is Level.ERROR for finding in findings)
    links = _links(form, actions)
    hindered = _hindered(form, actions, roles, errors)
    primary = None if any(link.primary for link in links) else _primary(actions)
    offered = []
    for action in _ORDER:
        refused = attempt is not None and attempt.action is action
        if action not in actions or (action is Action.SUBMIT and errors and not refused):
            continue
        wording = _worded(action, unit_first=unit_first)
        if action is Action.RETURN and commented:
            wording = replace(wording, needed=False, hint="有未处理的批注，可以不另写理由。")
        offered.append(
            Offered(
                action=action,
                wording=wording,
                address=reverse(f"scoring:form-{action.value.replace('_', '-')}", args=[form.pk]),
                primary=action is primary,
                named=_named(form, action, findings, unanswered),
                typed=attempt.typed if attempt and refused else "",
                refused=attempt.refused if attempt and refused else "",
            )
        )
    return Steps(tuple(links), tuple(offered), tuple(hindered))


def submit_words(*, unit_first: bool) -> dict[str, str]:
    """What handing in is called: button and text."""
    wording = _worded(Action.SUBMIT, unit_first=unit_first)
    return {"button": wording.button, "text": wording.text}


def _worded(action: Action, *, unit_first: bool) -> Wording:
    if action is Action.SUBMIT and unit_first:
        text = "送审后先由本单位审核人审核，通过后再送主管部门；在退回或撤回之前不能再修改。"
        return Wording("送单位审核", "submitted", text)
    return _WORDINGS[action]


def _links(form: Form, actions: Sequence[Action]) -> list[Link]:
    links = []
    if Action.EDIT in actions:
        label = "修改" if form.status == Status.RETURNED else "填报"
        links.append(Link(label, "draft", reverse("scoring:form-edit", args=[form.pk]), True))
    if Action.REVIEW in actions or Action.COMMENT in actions:
        label = "审核" if Action.REVIEW in actions else "逐格批注"
        address = reverse("scoring:form-review", args=[form.pk])
        links.append(Link(label, "approved", address, Action.REVIEW in actions))
    return links


def _primary(actions: Sequence[Action]) -> Action | None:
    """The one step that the page is about, where no link is."""
    return next((one for one in (Action.ENDORSE, Action.PUBLISH) if one in actions), None)


def _hindered(
    form: Form, actions: Sequence[Action], roles: Set[str], errors: int
) -> list[Hindrance]:
    status = Status(form.status)
    hindered = []
    if Action.SUBMIT in actions and errors:
        hindered.append(Hindrance(f"还有 {errors} 处错误，改正后才能送审。", by_errors=True))
    if Action.APPROVE in actions and errors:
        text = f"还有 {errors} 处错误，退回改正或写明理由豁免后才能审核通过。"
        hindered.append(Hindrance(text, by_errors=True))
    for action in (Action.ENDORSE, Action.APPROVE):
        if allowed(roles, status, action) and action not in actions:
            text = f"这份表由您本人送审，须由其他审核人{action.label}。"
            hindered.append(Hindrance(text))
    return hindered


def _named(
    form: Form, action: Action, findings: Sequence[Finding], unanswered: Sequence[Comment]
) -> tuple[str, ...]:
    named: list[str] = []
    if action is Action.SUBMIT:
        warnings = sum(finding.level is Level.WARNING for finding in findings)
        if warnings:
            named.append(f"还有 {warnings} 处警告，可以送审，审核人会看到。")
        named += [
            f"要求修改但未改，也没有答复：{comment.label or '整张表'}——{comment.text}"
            for comment in unanswered
        ]
    if action is Action.CANCEL_ADJUSTMENT:
        named.append(
            f"调整期间的修改不再有效（仍留在历史版本中），恢复第 {form.adjusts_version} 版。"
        )
    return tuple(named)
