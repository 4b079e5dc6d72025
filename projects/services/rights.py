"""The rights in words: one table, printed on a page for administrators and into docs/rights.md."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from perfgoals.accounts.models import Role
from perfgoals.accounts.querysets import OWN_UNIT_ONLY, READING, WRITING
from projects.workflow import BEFORE_SUBMIT, STEPS, Status, Step

_ELSEWHERE = {
    Role.PREPARER: "新建表，填写，传佐证材料，答复批注，送审",
    Role.UNIT_REVIEWER: "单位先审时，在送主管部门之前审核本单位的表",
    Role.AUDITOR: "复核打分、批注、豁免、退回、审核通过、公开、重新打开；抽查",
    Role.ADMIN: (
        "公开和撤回公开，豁免草稿的检查结果；在「单位和人员」里维护本单位及下级单位的单位、人员和岗位；"
        "年度、计分办法、指标库是全系统的，在管理后台维护（须开通后台）"
    ),
    Role.VIEWER: "查看、打印、导出",
    Role.LOG_AUDITOR: "查看、导出审计日志",
}


@dataclass(frozen=True, slots=True)
class RoleLine:
    """What a role reaches, which forms it sees there, and what it is for."""

    role: str
    reach: str
    sees: str
    does: str


@dataclass(frozen=True, slots=True)
class StepLine:
    """A row of the table of steps, in words."""

    status: str
    action: str
    after: str
    roles: tuple[str, ...]
    only: str


def role_lines() -> list[RoleLine]:
    """Every role, from the lists of roles that the queries go by."""
    return [RoleLine(role.label, _reach(role), _sees(role), _ELSEWHERE[role]) for role in Role]


def step_lines() -> list[StepLine]:
    """``STEPS`` in words."""
    return [
        StepLine(
            step.status.label,
            step.action.label,
            _after(step),
            tuple(role.label for role in Role if role.value in step.roles),
            step.only,
        )
        for step in STEPS
    ]


GENERAL = (
    "看不到的表，不论在列表、页面、接口、打印、导出、附件、搜索还是计数里，都当作不存在（404）。",
    "看得到、但岗位不能做的事答 403；表的状态不允许的事答 409，并写明现在的状态。",
    "一个人在几个单位有几个岗位的，各岗位的权限相加；岗位过了有效期即失效。",
    "查阅授权：没有岗位的人在期限内可以查阅所选项目已送审的表，不能做别的。",
    "各单位各状态的张数，审核人和管理员可以看到，包括还没有送审、不能打开的草稿。",
    "年度停止填报以后，该年度的表不能新建、修改、送审、撤回和调整；审核和公开不受影响。",
    "系统管理员（超级用户）看得到全部的表；对表做什么，仍由其岗位决定。",
)
"""What holds besides the two tables."""

_HEAD = """# 权限表

本页由 `manage.py list_rights --markdown` 生成，请勿手改；管理员在系统里看到的「权限表」是同一张。
"""


def rights_markdown() -> str:
    """The page in docs/."""
    roles = ((one.role, one.reach, one.sees, one.does) for one in role_lines())
    steps = (
        (one.status, one.action, one.after, "、".join(one.roles), one.only) for one in step_lines()
    )
    parts = [
        _HEAD,
        "## 谁看得到什么\n",
        _table(("岗位", "范围", "看得到的表", "做什么"), roles),
        "\n".join(f"- {sentence}" for sentence in GENERAL) + "\n",
        "## 谁能做什么\n",
        "表在某一状态时，下列岗位可以做这件事；没有列出的都不能做。\n",
        _table(("状态", "操作", "之后的状态", "岗位", "条件"), steps),
    ]
    return "\n".join(parts)


def _reach(role: Role) -> str:
    if role.value not in (*WRITING, *READING):
        return "不涉及表"
    return "本单位" if role.value in OWN_UNIT_ONLY else "本单位及全部下级单位"


def _sees(role: Role) -> str:
    if role.value in WRITING:
        return "全部状态的表，包括草稿"
    if role.value in READING:
        hidden = "、".join(status.label for status in Status if status in BEFORE_SUBMIT)
        return f"已送审的表（看不到{hidden}；正在调整目标的除外）"
    return "不能看表"


def _after(step: Step) -> str:
    if step.action == "submit":
        return f"{step.after.label}（单位先审的：{Status.UNIT_REVIEW.label}）"
    return "不变" if step.after is step.status else step.after.label


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [f"| {' | '.join(heads)} |", f"| {' | '.join('---' for _ in heads)} |"]
    lines += [f"| {' | '.join(row)} |".replace("|  |", "| |") for row in rows]
    return "\n".join(lines) + "\n"
