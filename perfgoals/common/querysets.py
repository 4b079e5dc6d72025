"""Jobs as the pages and the workers need them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.utils import timezone

LEASE = timedelta(seconds=60)


class JobQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> Self:
        """A person's own jobs."""
        return self.filter(owner=user)

    def orphaned(self) -> Self:
        """Running jobs whose worker has not been heard of for the length of a lease."""
        silent_since = timezone.now() - LEASE
        return self.filter(
            Q(heartbeat_at__lt=silent_since) | Q(heartbeat_at__isnull=True), state="running"
        )
