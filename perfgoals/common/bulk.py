"""Writing many rows at once: PostgreSQL's COPY, which is several times as fast as INSERT and UPDATE.

For services only, which write the log of what they do here, in the same transaction.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from itertools import chain, islice
from typing import Any, TypeVar

from django.db import connection, models
from django.db.backends.utils import CursorWrapper
from django.db.models.expressions import DatabaseDefault

# Rows that the server is handed at a time; it takes them in while the next are written.
_AT_ONCE = 500
_encoded = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode

M = TypeVar("M", bound=models.Model)


class JsonText(str):
    """JSON that is written already, for a column that holds JSON."""

    __slots__ = ()


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
    default of the database). Constraints hold as ever. Returns how many there were.

    The instances are taken while the server takes in the rows: making one must not ask the database.
    """
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
    names = [field.attname for field in fields]
    rows = ([getattr(one, name) for name in names] for one in chain((first,), rest))
    with connection.cursor() as cursor:
        return _copy(cursor, model._meta.db_table, fields, rows)


def insert_values(
    model: type[models.Model], columns: Sequence[str], rows: Iterable[Mapping[str, Any]]
) -> int:
    """Insert rows that are given as values by attribute (``unit_id``): those of ``columns``, the others
    are left to the database. Many times as fast as making instances first, and as ``insert_rows`` in
    everything else."""
    by_name = {field.attname: field for field in model._meta.concrete_fields}
    values = ([row.get(name) for name in columns] for row in rows)
    with connection.cursor() as cursor:
        return _copy(cursor, model._meta.db_table, [by_name[name] for name in columns], values)


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
        _copy(cursor, "bulk_rows", [primary, *fields], rows)
        assigned = ", ".join(f"{name} = bulk_rows.{name}" for name in names)
        cursor.execute(
            f"UPDATE {table} SET {assigned} FROM bulk_rows WHERE {table}.{key} = bulk_rows.{key}"
        )
        written = cursor.rowcount
        cursor.execute("DROP TABLE bulk_rows")
    return written


def _copy(
    cursor: CursorWrapper, table: str, fields: Sequence[Any], rows: Iterable[Sequence[Any]]
) -> int:
    own = connection.ops.quote_name
    columns = ", ".join(own(field.column) for field in fields)
    told = _Told(rows, [_writer(field) for field in fields])
    try:
        cursor.copy_expert(f"COPY {own(table)} ({columns}) FROM STDIN", told)
    except Exception:
        # What went wrong is what went wrong here, not that the server was told of it.
        if told.wrong is not None:
            raise told.wrong from None
        raise
    return told.count


class _Told:
    """The rows as the server reads them, written as they are asked for."""

    def __init__(self, rows: Iterable[Sequence[Any]], writers: list[Callable[[Any], str]]) -> None:
        self.lines = self._lines(rows, writers)
        self.count = 0
        self.wrong: BaseException | None = None

    def _lines(
        self, rows: Iterable[Sequence[Any]], writers: list[Callable[[Any], str]]
    ) -> Iterator[str]:
        for row in rows:
            self.count += 1
            yield "\t".join(
                [
                    "\\N" if value is None else write(value)
                    for write, value in zip(writers, row, strict=True)
                ]
            )

    def read(self, _: int = 0) -> bytes:
        try:
            lines = list(islice(self.lines, _AT_ONCE))
            return "\n".join([*lines, ""]).encode() if lines else b""
        except BaseException as error:
            self.wrong = error
            raise


def _writer(field: models.Field) -> Callable[[Any], str]:
    if isinstance(field, models.JSONField):
        return _json
    if isinstance(field, models.CharField | models.TextField):
        return _text
    if isinstance(field, models.DecimalField):
        return "{:f}".format
    return _plain


def _json(value: Any) -> str:
    if value == {}:
        return "{}"
    text = value if isinstance(value, JsonText) else _encoded(value)
    # Written JSON has no tabs and no ends of lines.
    return str.replace(text, "\\", "\\\\")


def _text(value: object) -> str:
    text = str(value)
    if text.isprintable() and "\\" not in text:
        return text
    # A table of escapes for ``translate`` takes ten times as long over Chinese text.
    return text.replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t").replace("\r", "\\r")


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "t" if value else "f"
    if isinstance(value, datetime | date):
        return value.isoformat()
    return _text(value)
