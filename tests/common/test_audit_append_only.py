"""The log can be added to and read, and nothing else, whoever tries."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pytest
from django.core.management import CommandError, call_command
from django.db import ProgrammingError, connection, transaction

from perfgoals.common.audit import record
from perfgoals.common.grants import application_roles
from perfgoals.common.models import AuditAction, AuditEntry

ROLE = "perfgoals_role_of_a_test"
REFUSED = "审计日志只能追加，不能修改、删除或清空"


@pytest.fixture
def entry(db: None) -> AuditEntry:
    record(AuditAction.CREATED, "新建表")
    return AuditEntry.objects.get()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE common_auditentry SET summary = '别的'",
        "UPDATE common_auditentry SET reason = 'x' WHERE id = -1",
        "DELETE FROM common_auditentry",
        "INSERT INTO common_auditentry (id, action, summary, channel, user_name, address,"
        " subject_type, subject_id, subject, reason, changes, details)"
        " SELECT id, 'created', 'x', 'page', '', '', '', '', '', '', '[]', '{}'"
        " FROM common_auditentry ON CONFLICT (id) DO UPDATE SET summary = '别的'",
        "SET session_replication_role = replica; DELETE FROM common_auditentry",
    ],
)
def test_nobody_changes_or_deletes_an_entry(entry: AuditEntry, statement: str) -> None:
    with (
        pytest.raises(ProgrammingError, match=REFUSED),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
    assert AuditEntry.objects.get().summary == "新建表"


def test_not_through_the_models_either(entry: AuditEntry) -> None:
    for attempt in (entry.delete, entry.save, AuditEntry.objects.all().delete):
        with pytest.raises(ProgrammingError, match=REFUSED), transaction.atomic():
            attempt()


def test_only_test_databases_can_be_emptied(entry: AuditEntry) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_get_functiondef('common_auditentry_refuse'::regproc), current_database()"
        )
        definition, name = cursor.fetchone()
    assert "current_database() LIKE 'test\\_%'" in definition
    assert name.startswith("test_")


@pytest.fixture
def role(db: None) -> Iterator[str]:
    """A second role in the server, as an installation would have."""
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE ROLE {ROLE} LOGIN PASSWORD 'x'")
    call_command("grant_application_role", ROLE, stdout=io.StringIO())
    yield ROLE
    with connection.cursor() as cursor:
        cursor.execute(f"DROP OWNED BY {ROLE}; DROP ROLE {ROLE}")


def attempt(statement: str) -> None:
    """Run a statement as the application's role."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL ROLE {ROLE}")
        try:
            cursor.execute(statement)
        finally:
            if not connection.needs_rollback and connection.connection.info.transaction_status == 2:
                cursor.execute("RESET ROLE")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE common_auditentry SET summary = '别的'",
        "DELETE FROM common_auditentry",
        "TRUNCATE common_auditentry",
        "ALTER TABLE common_auditentry DISABLE TRIGGER ALL",
        "DROP TABLE common_auditentry",
        "DROP TRIGGER common_auditentry_append_only ON common_auditentry",
        "SELECT setval('common_auditentry_id_seq', 1)",
        "TRUNCATE accounts_unit CASCADE",
        "DELETE FROM django_migrations",
        "SET session_replication_role = replica",
        "CREATE TABLE mine (id int)",
    ],
)
def test_the_applications_role_cannot_touch_the_log(
    role: str, entry: AuditEntry, statement: str
) -> None:
    with pytest.raises(ProgrammingError, match=r"permission denied|must be owner"):
        attempt(statement)
    assert AuditEntry.objects.get().summary == "新建表"


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM common_auditentry",
        "INSERT INTO common_auditentry (action, summary, channel, user_name, address, subject_type,"
        " subject_id, subject, reason, changes, details)"
        " VALUES ('created', 'x', 'page', '', '', '', '', '', '', '[]', '{}')",
        "INSERT INTO accounts_unit (code, name, is_active) VALUES ('1', '某局', true)",
        "UPDATE accounts_unit SET name = '某厅'",
        "DELETE FROM accounts_unit WHERE code = 'no'",
        "SELECT * FROM django_migrations",
    ],
)
def test_it_can_do_what_the_application_does(role: str, statement: str) -> None:
    attempt(statement)


def test_who_was_granted_is_known(role: str) -> None:
    assert application_roles() == [ROLE]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL ROLE {ROLE}")
        assert application_roles() == []
        cursor.execute("RESET ROLE")


def test_a_role_that_could_do_everything_is_refused(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        (owner,) = cursor.fetchone()
    with pytest.raises(CommandError, match="不能用来运行系统；请另建一个角色"):
        call_command("grant_application_role", owner)


def test_an_unknown_role_is_named(db: None) -> None:
    with pytest.raises(CommandError, match="没有授权：数据库没有角色「nobody」"):
        call_command("grant_application_role", "nobody")


def test_a_role_is_made_with_a_password(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("APPLICATION_PASSWORD", "一个够长的密码")
    said = io.StringIO()
    call_command("grant_application_role", "perfgoals_new_role", stdout=said)
    assert said.getvalue().startswith("已建立角色「perfgoals_new_role」")
    assert application_roles() == ["perfgoals_new_role"]
