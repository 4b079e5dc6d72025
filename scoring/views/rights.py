"""The table of rights, for administrators."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import render

from perfgoals.accounts.models import Role
from perfgoals.accounts.views import SignedInRequest
from perfgoals.common.views import allow_methods
from projects.services import GENERAL, role_lines, roles_of, step_lines

if TYPE_CHECKING:
    from perfgoals.accounts.models import User


def may_see_rights(user: User, roles: Iterable[Role]) -> bool:
    """Administrators: those of units, and those of the admin. roles: those held today."""
    return user.is_staff or user.is_superuser or Role.ADMIN in roles


@allow_methods("GET")
def rights(request: SignedInRequest) -> HttpResponse:
    """Who sees what, and who may do what in which status: as the program goes by it."""
    if not may_see_rights(request.user, roles_of(request.user)):
        raise PermissionDenied("权限表只对管理员开放")
    steps = step_lines()
    context = {
        "roles": role_lines(),
        "general": GENERAL,
        "steps": steps,
        "columns": [line.role for line in role_lines() if any(line.role in s.roles for s in steps)],
    }
    return render(request, "scoring/rights.html", context)
