"""How a stored form is reached and read."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING, cast

from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.shortcuts import get_object_or_404

from perfgoals.accounts.models import Membership, Role, Unit
from projects.documents import MoneyUnit, from_yuan
from projects.models import Form, FormVersion
from projects.workflow import Action, Status, WrongStatus, may, next_status, offered

if TYPE_CHECKING:
    from perfgoals.accounts.models import User

_AMOUNT_COLUMNS = ("project_amount", "requested", "initial_budget", "annual_budget", "executed")


def get_form(user: User, pk: int) -> Form:
    """The form, if the user may see it. Raises Http404 otherwise, so that a number tells nothing."""
    return get_object_or_404(
        Form.objects.visible_to(user).select_related(
            "declaration", "self_evaluation__scheme", "project__unit"
        ),
        pk=pk,
    )


def get_version(form: Form, number: int) -> FormVersion:
    """The version of the form that covers the number: a sitting has several. Raises Http404."""
    return get_object_or_404(form.versions, first_number__lte=number, number__gte=number)


def roles_for(user: User, form: Form) -> set[str]:
    """The roles that the person has for the unit whose form it is: those held in the unit itself, and
    those but the preparer's that reach down to it from a unit above."""
    unit = form.project.unit_id
    reaching = ~Q(role=Role.PREPARER) & Q(unit__in=Unit.objects.above(unit))
    held = Membership.objects.filter(Q(unit_id=unit) | reaching, user=user)
    return set(held.order_by().values_list("role", flat=True))


def actions_for(user: User, form: Form) -> list[Action]:
    """What the person can do with the form as it now stands."""
    return offered(roles_for(user, form), Status(form.status))


def can(user: User, form: Form, action: Action) -> bool:
    """Whether the person can do this with the form now. Asks nothing where its status rules it out."""
    try:
        next_status(Status(form.status), action)
    except WrongStatus:
        return False
    return any(may(role, action) for role in roles_for(user, form))


def require(user: User, form: Form, action: Action) -> set[str]:
    """Raises PermissionDenied where none of the person's roles may do this at all, and WrongStatus where
    the form's status does not allow it. Returns the roles, for those who go on to say what is offered."""
    roles = roles_for(user, form)
    if not any(may(role, action) for role in roles):
        raise PermissionDenied(f"您的岗位不能{action.label}这份表")
    next_status(Status(form.status), action)
    return roles


def printed_amounts(form: Form) -> dict[tuple[str, str], Decimal | None]:
    """The funds block by source and column, in the money unit of the form; None for a blank cell."""
    money: dict[tuple[str, str], Decimal | None] = defaultdict(lambda: None)
    unit = cast(MoneyUnit, form.money_unit)
    for line in form.funding_lines.all():
        for column in _AMOUNT_COLUMNS:
            money[line.source, column] = from_yuan(getattr(line, column), unit)
        money[line.source, "execution_rate"] = line.execution_rate
    return money
