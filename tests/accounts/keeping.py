"""A small tree of units with its administrator, and how the pages of both lists are filled in."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest
from django.test import Client

from perfgoals.accounts.models import Membership, Role, Unit, User
from perfgoals.common.models import AuditEntry
from tests.accounts.people import PASSWORD, signed_in
from tests.reading import sendings

GIVEN = "请本人马上换掉的密码"


@dataclass
class Office:
    """市局 with 中心 (and 一科 below it) and 监测站; 水务局 with 水文站 is somebody else's. The boss is the
    administrator of 市局; wang fills in for 中心."""

    boss: User
    wang: User
    units: dict[str, Unit]
    client: Client = field(default_factory=Client)

    def __getitem__(self, name: str) -> Unit:
        return self.units[name]

    def person(self, username: str, full_name: str, *roles: Any, **more: Any) -> User:
        """Somebody with roles: ("中心", "preparer"), or with a last day as a third."""
        user = User.objects.create_user(username, password=PASSWORD, full_name=full_name, **more)
        for name, role, *until in roles:
            Membership.objects.create(
                user=user, unit=self[name], role=role, valid_until=until[0] if until else None
            )
        return user

    def send(
        self, page: str, body: dict[str, Any], action: str = "", *, follow: bool = True
    ) -> Any:
        """Open the page, fill in one of its forms and send it, with what the form carries unseen."""
        action = action or page
        return self.client.post(
            action, {**unseen(self.client, page, action), **body}, follow=follow
        )


def unseen(client: Client, page: str, action: str = "") -> dict[str, str]:
    """What the form of that address carries unseen; the only form of a page may have none."""
    shown = client.get(page)
    assert shown.status_code == 200, shown.content.decode()
    found = sendings(shown, action or page)
    if found:
        ((_, carried),) = found
        return carried
    return {"seen": stamp_in(shown)}


def stamp_in(shown: Any) -> str:
    """The first stamp on a page; "" where there is none."""
    return shown.content.decode().partition('name="seen" value="')[2].partition('"')[0]


@pytest.fixture
def office(db: None) -> Office:
    units: dict[str, Unit] = {}
    for code, name, parent in (
        ("10", "市局", ""),
        ("11", "中心", "市局"),
        ("111", "一科", "中心"),
        ("12", "监测站", "市局"),
        ("20", "水务局", ""),
        ("21", "水文站", "水务局"),
    ):
        units[name] = Unit.objects.create(code=code, name=name, parent=units.get(parent))
    boss = User.objects.create_user("boss", full_name="刘局管")
    Membership.objects.create(user=boss, unit=units["市局"], role=Role.ADMIN.value)
    wang = User.objects.create_user("wang", full_name="王填报", password=PASSWORD)
    Membership.objects.create(user=wang, unit=units["中心"], role=Role.PREPARER.value)
    return Office(boss, wang, units, signed_in(boss))


def changes(action: str) -> list[tuple[str, str, Any, Any]]:
    """Of the newest entry of that kind: what it says, and each change with its old and new value."""
    entry = AuditEntry.objects.filter(action=action).latest("pk")
    return [(entry.summary, one["label"], one["before"], one["after"]) for one in entry.changes]


def roles_of(user: User) -> list[tuple[str, str, str]]:
    """Unit, role and last day of each role."""
    held = user.memberships.select_related("unit").order_by("unit__code", "role")
    return [(one.unit.name, one.role, str(one.valid_until or "")) for one in held]
