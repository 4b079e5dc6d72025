"""How a stored form is reached and read."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING, cast

from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404

from perfgoals.accounts.models import Membership, Role, Unit
from projects.documents import MoneyUnit, from_yuan
from projects.models import Form
from projects.workflow import Action, Status, may, next_status, offered

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


def roles_for(user: User, form: Form) -> set[str]:
    """The roles that the person has for the unit whose form it is: those held in the unit itself, and
    those but the preparer's that reach down to it from a unit above."""
    held = Membership.objects.filter(user=user)
    own = held.filter(unit_id=form.project.unit_id).values_list("role", flat=True)
    above = Unit.objects.above(form.project.unit_id)
    reaching = held.exclude(role=Role.PREPARER).filter(unit__in=above)
    return set(own) | set(reaching.values_list("role", flat=True))


def actions_for(user: User, form: Form) -> list[Action]:
    """What the person can do with the form as it now stands."""
    return offered(roles_for(user, form), Status(form.status))


def require(user: User, form: Form, action: Action) -> None:
    """Raises PermissionDenied where none of the person's roles may do this at all, and WrongStatus where
    the form's status does not allow it."""
    if not any(may(role, action) for role in roles_for(user, form)):
        raise PermissionDenied(f"您的岗位不能{action.label}这份表")
    next_status(Status(form.status), action)


def printed_amounts(form: Form) -> dict[tuple[str, str], Decimal | None]:
    """The funds block by source and column, in the money unit of the form; None for a blank cell."""
    money: dict[tuple[str, str], Decimal | None] = defaultdict(lambda: None)
    unit = cast(MoneyUnit, form.money_unit)
    for line in form.funding_lines.all():
        for column in _AMOUNT_COLUMNS:
            money[line.source, column] = from_yuan(getattr(line, column), unit)
        money[line.source, "execution_rate"] = line.execution_rate
    return money
