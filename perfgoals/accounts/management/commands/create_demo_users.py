"""manage.py create_demo_users: one sign-in for each role, named after the role."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from perfgoals.accounts.models import Role, Unit
from perfgoals.accounts.services import ensure_user

DEMO_PASSWORD = "perfgoals-demo"  # noqa: S105 - printed for everybody to see, for trying out only


class Command(BaseCommand):
    help = "建立演示账号，每种岗位一个，账号名就是岗位名；已有的不动"

    def handle(self, *args: Any, **options: Any) -> None:
        units = list(Unit.objects.all())
        for role in Role:
            user, created = ensure_user(
                username=role.value,
                full_name=f"演示{role.label}",
                password=DEMO_PASSWORD,
                memberships=[(unit, role) for unit in units],
                is_admin=role is Role.ADMIN,
                must_change=False,
            )
            password = DEMO_PASSWORD if user.check_password(DEMO_PASSWORD) else "（已改）"
            state = "新建" if created else "已有"
            self.stdout.write(f"{role.label}\t{user.username}\t{password}\t{state}")
