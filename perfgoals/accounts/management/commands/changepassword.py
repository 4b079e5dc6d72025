"""manage.py changepassword: Django's own. Like every password that somebody else has set, it is in the log,
ends the person's sessions and is replaced at the next sign-in."""

from __future__ import annotations

from getpass import getuser
from typing import Any

from django.contrib.auth.management.commands import changepassword
from django.db import transaction

from perfgoals.accounts.models import User
from perfgoals.accounts.services import password_given


class Command(changepassword.Command):
    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> str | None:
        said: str | None = super().handle(*args, **options)
        name = options["username"] or getuser()
        password_given(user=User.objects.get(username=name), by=None)
        return said
