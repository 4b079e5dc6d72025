"""The published forms and the people who look at them, the same on every page.

``cast`` is made once for each test module, in a transaction that is rolled back at its end; what a test
writes is rolled back after the test.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from io import BytesIO

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client
from pytest_django import DjangoDbBlocker

from perfgoals.accounts.models import Membership, Role, Unit, User
from projects.models import Form

BUREAU = "上海市生态环境局"
CENTRE = "上海市减污降碳管理运行技术中心"
INFORMATION = "上海市环境保护信息中心"


@dataclass(frozen=True)
class Cast:
    """preparer and colleague work in the bureau, the stranger in another unit below it; auditor and
    viewer look after the bureau and all below it; the newcomer has no role yet."""

    preparer: User
    colleague: User
    stranger: User
    auditor: User
    viewer: User
    admin: User
    newcomer: User

    def form(self, project: str, year: int) -> Form:
        return Form.objects.get(project_name=project, year=year)

    @property
    def maintenance(self) -> Form:
        """A self-evaluation of the stranger's unit: rate 90.13%, total 99.01, all rows full."""
        return self.form("上海市环境保护局信息化能力建设项目(运维)", 2020)

    @property
    def planning(self) -> Form:
        """A self-evaluation of the bureau: prints 100 and 95.35, its rows give 94 and 89.35."""
        return self.form("综合规划、区域协作及资金管理", 2020)

    @property
    def damaged(self) -> Form:
        """A self-evaluation of the bureau whose printed total is lost in the source."""
        return self.form("环境影响评价和排污许可证管理", 2024)

    @property
    def declaration(self) -> Form:
        """A declaration of the centre with 62 rows."""
        return self.form("移动源管理技术支持", 2026)


@pytest.fixture(scope="module")
def cast(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Cast]:
    with django_db_blocker.unblock(), transaction.atomic():
        yield make_cast()
        transaction.set_rollback(True)


def make_cast() -> Cast:
    """The published forms and the people, in tables that are empty."""
    if not _KEPT:
        _load()
        _KEPT.update(_contents())
    else:
        _put_back(_KEPT)
    people = {user.username: user for user in User.objects.all()}
    return Cast(**{one.name: people[one.name] for one in fields(Cast)})


def _load() -> None:
    call_command("load_published", verbosity=0)
    _person("preparer", "张填报", BUREAU, Role.PREPARER)
    _person("colleague", "李同事", BUREAU, Role.PREPARER)
    _person("stranger", "王外人", INFORMATION, Role.PREPARER)
    _person("auditor", "赵审核", BUREAU, Role.AUDITOR)
    _person("viewer", "钱查阅", BUREAU, Role.VIEWER)
    User.objects.create_superuser("admin", full_name="孙管理")
    _person("newcomer", "周新人")


def _person(username: str, full_name: str, unit: str = "", role: Role | None = None) -> User:
    user = User.objects.create_user(username, full_name=full_name)
    if role is not None:
        Membership.objects.create(user=user, unit=Unit.objects.get(name=unit), role=role.value)
    return user


# Loading the forms takes a second, putting back what the tables then held a tenth of that; hundreds of
# tests and modules ask for it. By table, in the database of this process.
_KEPT: dict[str, bytes] = {}
# Django fills these by itself, and nothing of ours refers to them.
_NOT_OURS = {"django_migrations", "django_content_type", "auth_permission"}


def _contents() -> dict[str, bytes]:
    kept = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            if table not in _NOT_OURS:
                taken = BytesIO()
                cursor.copy_expert(f'COPY "{table}" TO STDOUT', taken)
                if taken.tell():
                    kept[table] = taken.getvalue()
    return kept


def _put_back(kept: dict[str, bytes]) -> None:
    # In any order: references are looked up at the end.
    with transaction.atomic(), connection.cursor() as cursor:
        for table, content in kept.items():
            cursor.copy_expert(f'COPY "{table}" FROM STDIN', BytesIO(content))


@pytest.fixture
def client_of(cast: Cast, db: None) -> Callable[[str], Client]:
    """``client_of("preparer")``: a client signed in as that person; "anonymous" is nobody."""

    def signed_in(name: str) -> Client:
        client = Client()
        if name != "anonymous":
            client.force_login(getattr(cast, name))
        return client

    return signed_in
