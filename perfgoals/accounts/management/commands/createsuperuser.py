"""manage.py createsuperuser: Django's own, and what it made is in the log."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.management.commands import createsuperuser
from django.db import transaction

from perfgoals.accounts.models import User
from perfgoals.accounts.services import record_made


class Command(createsuperuser.Command):
    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        known = list(User.objects.values_list("pk", flat=True))
        super().handle(*args, **options)
        for user in User.objects.exclude(pk__in=known):
            record_made(user=user, by=None)
