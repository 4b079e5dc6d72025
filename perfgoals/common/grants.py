"""Rights in the database of the role that the application runs as, where a server is used.

Tables belong to the owner, who runs migrations. The application's own role reads and writes their rows,
but for the audit log, which it can add to and read, and the list of migrations, which it can read.
"""

from __future__ import annotations

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from perfgoals.common.models import AuditEntry

_LOG = AuditEntry._meta.db_table
_MIGRATIONS = "django_migrations"


class GrantRefused(Exception):
    """The role cannot be given such rights; the text is a Chinese sentence."""


@transaction.atomic
def grant_application(role: str, *, password: str = "") -> bool:
    """Give the role what the application needs and nothing more. With a password the role is made where
    there is none.

    To be called by the owner of the tables, and again whenever there are new ones. Returns whether the
    role was made now. Raises GrantRefused.
    """
    with connection.cursor() as cursor:
        made = _require_role(cursor, role, password)
        name = connection.ops.quote_name(role)
        for statement in (
            "REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {role}",
            "GRANT USAGE ON SCHEMA public TO {role}",
            "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}",
            "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}",
            f"REVOKE UPDATE, DELETE ON {_LOG} FROM {{role}}",
            f"REVOKE INSERT, UPDATE, DELETE ON {_MIGRATIONS} FROM {{role}}",
        ):
            cursor.execute(statement.format(role=name))
    return made


def application_roles() -> list[str]:
    """The roles that ``grant_application`` has given rights to, as the owner of the tables sees them: who
    may add to the log and is not its owner. None for anybody else, who could not grant them anew."""
    with connection.cursor() as cursor:
        if _LOG not in connection.introspection.table_names(cursor):
            return []
        cursor.execute(
            "SELECT DISTINCT grantee.rolname FROM pg_class AS kept"
            " CROSS JOIN LATERAL aclexplode(kept.relacl) AS right_"
            " JOIN pg_roles AS grantee ON grantee.oid = right_.grantee"
            " WHERE kept.oid = %s::regclass AND right_.privilege_type = 'INSERT'"
            " AND right_.grantee <> kept.relowner AND pg_has_role(kept.relowner, 'MEMBER') ORDER BY 1",
            [_LOG],
        )
        return [name for (name,) in cursor.fetchall()]


def _require_role(cursor: CursorWrapper, role: str, password: str) -> bool:
    cursor.execute(
        "SELECT own.rolsuper, pg_has_role(own.oid, kept.relowner, 'MEMBER')"
        " FROM pg_roles AS own, pg_class AS kept"
        " WHERE own.rolname = %s AND kept.oid = %s::regclass",
        [role, _LOG],
    )
    found = cursor.fetchone()
    if found is None and not password:
        raise GrantRefused(f"数据库没有角色「{role}」，请先建立，或给出密码由本命令建立")
    if found is None:
        name = connection.ops.quote_name(role)
        cursor.execute(f"CREATE ROLE {name} LOGIN PASSWORD %s", [password])
        return True
    is_super, owns = found
    if is_super or owns:
        what = "数据库的超级用户" if is_super else "表的所有者"
        raise GrantRefused(f"「{role}」是{what}，什么都能改，不能用来运行系统；请另建一个角色")
    return False
