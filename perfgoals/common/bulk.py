"""Writing many rows at once: PostgreSQL's COPY, which is several times as fast as INSERT and UPDATE.

For services only, which write the log of what they do here, in the same transaction.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import Any, TypeVar

from django.db import connection, models
from django.db.models.expressions import DatabaseDefault

from perfgoals.common.copying import Intake, blocks_of, copy_statement

M = TypeVar("M", bound=models.Model)


def reserve_ids(model: type[models.Model], number: int) -> list[int]:
    """Primary keys for rows that are about to be inserted."""
    table, column = model._meta.db_table, model._meta.pk.column
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)",
            [table, column, number],
        )
        return [key for (key,) in cursor.fetchall()]


def insert_rows(model: type[M], instances: Iterable[M], *, intake: Intake | None = None) -> None:
    """Insert the instances, all of which leave the same columns to the database (the key, those with a
    default of the database). Constraints hold as ever.

    intake: what takes the rows in while the caller goes on; without one they are there on return. The
    instances are taken while the server is at work: making one must not ask the database.
    """
    rest = iter(instances)
    first = next(rest, None)
    if first is None:
        return
    fields = [
        field
        for field in model._meta.concrete_fields
        if not isinstance(getattr(first, field.attname), DatabaseDefault)
        and not (field.primary_key and first.pk is None)
    ]
    names = [field.attname for field in fields]
    rows = ([getattr(one, name) for name in names] for one in chain((first,), rest))
    _copy(model._meta.db_table, fields, rows, intake)


def insert_values(
    model: type[models.Model],
    columns: Sequence[str],
    rows: Iterable[Mapping[str, Any]],
    *,
    intake: Intake | None = None,
) -> None:
    """Insert rows that are given as values by attribute (``unit_id``): those of ``columns``, the others
    are left to the database. Many times as fast as making instances first, and as ``insert_rows`` in
    everything else."""
    by_name = {field.attname: field for field in model._meta.concrete_fields}
    values = ([row.get(name) for name in columns] for row in rows)
    _copy(model._meta.db_table, [by_name[name] for name in columns], values, intake)


def update_rows(model: type[M], instances: Iterable[M], columns: Sequence[str]) -> int:
    """Write those columns of the stored rows of the instances. Returns how many were written."""
    fields: list[Any] = [model._meta.get_field(column) for column in columns]
    own = connection.ops.quote_name
    primary: Any = model._meta.pk
    table, key = own(model._meta.db_table), own(primary.column)
    names = [own(field.column) for field in fields]
    told = [primary.attname, *(field.attname for field in fields)]
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE TEMPORARY TABLE bulk_rows ON COMMIT DROP AS "
            f"SELECT {', '.join([key, *names])} FROM {table} WITH NO DATA"
        )
        rows = ([getattr(one, name) for name in told] for one in instances)
        _copy("bulk_rows", [primary, *fields], rows)
        assigned = ", ".join(f"{name} = bulk_rows.{name}" for name in names)
        cursor.execute(
            f"UPDATE {table} SET {assigned} FROM bulk_rows WHERE {table}.{key} = bulk_rows.{key}"
        )
        written = cursor.rowcount
        cursor.execute("DROP TABLE bulk_rows")
    return written


def _copy(
    table: str,
    fields: Sequence[Any],
    rows: Iterable[Sequence[Any]],
    intake: Intake | None = None,
) -> None:
    statement, blocks = copy_statement(table, fields), blocks_of(fields, rows)
    if intake is not None:
        intake.copy(statement, blocks)
        return
    with Intake() as own:
        own.copy(statement, blocks)
