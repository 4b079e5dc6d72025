"""Writing many rows at once: PostgreSQL's COPY, which is several times as fast as INSERT and UPDATE.

For services only, which write the log of what they do here, in the same transaction.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from io import StringIO
from itertools import islice
from typing import Any, TypeVar

from django.db import connection, models
from django.db.backends.utils import CursorWrapper
from django.db.models.expressions import DatabaseDefault

_CHUNK = 2_000
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})

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


def insert_rows(model: type[M], instances: Iterable[M]) -> int:
    """Insert the instances, all of which leave the same columns to the database (the key, those with a
    default of the database). Constraints hold as ever. Returns how many there were."""
    rest = iter(instances)
    first = next(rest, None)
    if first is None:
        return 0
    fields = [
        field
        for field in model._meta.concrete_fields
        if not isinstance(getattr(first, field.attname), DatabaseDefault)
        and not (field.primary_key and first.pk is None)
    ]
    with connection.cursor() as cursor:
        return _copy(cursor, model._meta.db_table, fields, _with(first, rest))


def update_rows(model: type[M], instances: Iterable[M], columns: Sequence[str]) -> int:
    """Write those columns of the stored rows of the instances. Returns how many were written."""
    fields: list[Any] = [model._meta.get_field(column) for column in columns]
    own = connection.ops.quote_name
    primary: Any = model._meta.pk
    table, key = own(model._meta.db_table), own(primary.column)
    names = [own(field.column) for field in fields]
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE TEMPORARY TABLE bulk_rows ON COMMIT DROP AS "
            f"SELECT {', '.join([key, *names])} FROM {table} WITH NO DATA"
        )
        _copy(cursor, "bulk_rows", [primary, *fields], instances)
        assigned = ", ".join(f"{name} = bulk_rows.{name}" for name in names)
        cursor.execute(
            f"UPDATE {table} SET {assigned} FROM bulk_rows WHERE {table}.{key} = bulk_rows.{key}"
        )
        written = cursor.rowcount
        cursor.execute("DROP TABLE bulk_rows")
    return written


def _with(first: M, rest: Iterator[M]) -> Iterator[M]:
    yield first
    yield from rest


def _copy(
    cursor: CursorWrapper, table: str, fields: Sequence[Any], instances: Iterable[Any]
) -> int:
    own = connection.ops.quote_name
    columns = ", ".join(own(field.column) for field in fields)
    statement = f"COPY {own(table)} ({columns}) FROM STDIN"
    told = [(field.attname, _writer(field)) for field in fields]
    rest = iter(instances)
    count = 0
    while chunk := list(islice(rest, _CHUNK)):
        text = StringIO()
        for instance in chunk:
            text.write("\t".join([write(getattr(instance, name)) for name, write in told]))
            text.write("\n")
        text.seek(0)
        cursor.copy_expert(statement, text)
        count += len(chunk)
    return count


def _writer(field: models.Field) -> Callable[[Any], str]:
    return _json if isinstance(field, models.JSONField) else _plain


def _json(value: Any) -> str:
    if value is None:
        return "\\N"
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).translate(_ESCAPES)


def _plain(value: Any) -> str:
    if value is None:
        return "\\N"
    if isinstance(value, str):
        return str(value).translate(_ESCAPES) if not value.isalnum() else str(value)
    if isinstance(value, bool):
        return "t" if value else "f"
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value)
