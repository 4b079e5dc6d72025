"""How a stored form is reached and read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from decimal import Decimal
from typing import TYPE_CHECKING, cast

from django.core.exceptions import PermissionDenied
from django.db.models import Q, Value
from django.shortcuts import get_object_or_404

from perfgoals.accounts.models import Membership, Role, Unit
from perfgoals.accounts.querysets import OWN_UNIT_ONLY, in_force
from projects.documents import MoneyUnit, from_yuan
from projects.models import Form, FormVersion, Project, ProjectGrant
from projects.workflow import (
    Action,
    FormKind,
    Status,
    WrongStatus,
    allowed,
    may,
    next_status,
    offered,
)

if TYPE_CHECKING:
    from perfgoals.accounts.models import User

_FILLING = (Action.EDIT, Action.SUBMIT, Action.WITHDRAW, Action.ADJUST)
_AMOUNT_COLUMNS = ("project_amount", "requested", "initial_budget", "annual_budget", "executed")


def get_form(user: User, pk: int) -> Form:
    """The form, if the user may see it. Raises Http404 otherwise, so that a number tells nothing."""
    return get_object_or_404(
        Form.objects.visible_to(user).select_related(
            "declaration", "self_evaluation__scheme", "project__unit", "year"
        ),
        pk=pk,
    )


def get_version(form: Form, number: int) -> FormVersion:
    """The version of the form that covers the number: a sitting has several. Raises Http404."""
    return get_object_or_404(form.versions, first_number__lte=number, number__gte=number)


def roles_for(user: User, form: Form) -> set[str]:
    """The roles that the person has today for the unit whose form it is: those held in the unit itself,
    those that reach down to it from a unit above, and the reader's for a project that was granted."""
    unit = form.project.unit_id
    reaching = ~Q(role__in=OWN_UNIT_ONLY) & Q(unit__in=Unit.objects.above(unit))
    held = Membership.objects.filter(Q(unit_id=unit) | reaching, in_force(), user=user)
    granted = ProjectGrant.objects.in_force().filter(user=user, projects=form.project_id)
    reader = granted.values_list(Value(Role.VIEWER.value), flat=True)
    return set(held.order_by().values_list("role", flat=True).union(reader.order_by()))


def actions_for(user: User, form: Form, roles: set[str] | None = None) -> list[Action]:
    """What the person can do with the form as it now stands. roles: those held for it, where they have
    been looked up already."""
    held = roles_for(user, form) if roles is None else roles
    return [
        action
        for action in offered(held, Status(form.status))
        if not _ruled_out(user, form, action)
    ]


def can(user: User, form: Form, action: Action) -> bool:
    """Whether the person can do this with the form now. Asks nothing where its status rules it out."""
    status = Status(form.status)
    try:
        next_status(status, action)
    except WrongStatus:
        return False
    return not _ruled_out(user, form, action) and allowed(roles_for(user, form), status, action)


def require(user: User, form: Form, action: Action) -> set[str]:
    """Raises PermissionDenied where none of the person's roles may do this, or not with work of their
    own, and WrongStatus where the form's status does not allow it. Returns the roles, for those who go
    on to say what is offered."""
    roles = roles_for(user, form)
    status = Status(form.status)
    if not any(may(role, action) for role in roles):
        raise PermissionDenied(f"您的岗位不能{action.label}这份表")
    next_status(status, action)
    if not allowed(roles, status, action):
        raise PermissionDenied(f"这份表现在是「{status.label}」，您的岗位不能{action.label}")
    reason = _ruled_out(user, form, action)
    if reason:
        raise reason
    return roles


def _ruled_out(user: User, form: Form, action: Action) -> Exception | None:
    """What the table of steps leaves open: nobody judges what they submitted themselves, only
    declarations are adjusted, only an adjustment can be given up, and nothing is filled in for a year
    that is closed."""
    status = Status(form.status)
    if action in _FILLING and not form.year.is_open:
        return WrongStatus(
            action, status, f"{form.year_id} 年度已停止填报，不能{action.label}，请联系管理员"
        )
    if action in (Action.ENDORSE, Action.APPROVE) and form.submitted_by_id == user.pk:
        return PermissionDenied(f"这份表由您本人送审，不能由您{action.label}")
    if action is Action.ADJUST and form.kind != FormKind.DECLARATION:
        return WrongStatus(action, status, "自评表没有目标调整，需要修改时请由审核人重新打开")
    if action is Action.CANCEL_ADJUSTMENT and form.adjusts_version is None:
        return WrongStatus(action, status, "这份表没有正在进行的目标调整")
    return None


def reads_elsewhere(person: User, units: Collection[int]) -> bool:
    """Whether the person has leave today to read a project of another unit than those (by number)."""
    leave = ProjectGrant.objects.in_force().filter(user=person)
    return Project.objects.filter(grants__in=leave).exclude(unit__in=list(units)).exists()


def printed_amounts(form: Form) -> dict[tuple[str, str], Decimal | None]:
    """The funds block by source and column, in the money unit of the form; None for a blank cell."""
    money: dict[tuple[str, str], Decimal | None] = defaultdict(lambda: None)
    unit = cast(MoneyUnit, form.money_unit)
    for line in form.funding_lines.all():
        for column in _AMOUNT_COLUMNS:
            money[line.source, column] = from_yuan(getattr(line, column), unit)
        money[line.source, "execution_rate"] = line.execution_rate
    return money
