"""What the views are given."""

from __future__ import annotations

from django.http import HttpRequest

from perfgoals.accounts.models import User


class SignedInRequest(HttpRequest):
    """What a view is given, for no view but signing in is reached by anybody else."""

    user: User
