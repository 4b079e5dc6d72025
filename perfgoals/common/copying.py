"""Rows as PostgreSQL's COPY takes them in, and handing them over while the next are made.

The server takes its time over a row (it reads JSON, keeps indexes, looks up what is referred to), and so
does Python. With an ``Intake`` both work at the same time.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from queue import SimpleQueue
from threading import Semaphore, Thread
from typing import Any, Self

from django.db import connection, models

_BLOCK = 1 << 20  # characters that are handed over at a time
_WAITING = 16  # blocks that wait for the server at most
_BLANK = "\\N"
_EMPTY: dict[type, str] = {dict: "{}", list: "[]"}
_encoded = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode

Write = Callable[[Any], str]


# -- rows as text ----------------------------------------------------------------------------------


def copy_statement(table: str, fields: Sequence[Any]) -> str:
    own = connection.ops.quote_name
    return f"COPY {own(table)} ({', '.join(own(field.column) for field in fields)}) FROM STDIN"


def blocks_of(fields: Sequence[Any], rows: Iterable[Sequence[Any]]) -> Iterator[bytes]:
    """The rows as the server reads them, a number of them at a time. Each is a list of the values of the
    fields, in their order."""
    writers = [_writer(field) for field in fields]
    lines: list[str] = []
    size = 0
    for row in rows:
        line = _line(writers, row)
        lines.append(line)
        size += len(line)
        if size > _BLOCK:
            yield "\n".join([*lines, ""]).encode()
            lines, size = [], 0
    if lines:
        yield "\n".join([*lines, ""]).encode()


def _line(writers: Sequence[Write], row: Sequence[Any]) -> str:
    """First as if no text held a sign that means something to the server, for hardly one does."""
    parts = [
        _BLANK if value is None else value if write is _text else write(value)
        for write, value in zip(writers, row, strict=True)
    ]
    line = "\t".join(parts)
    if (
        line.count("\t") == len(writers) - 1
        and line.count("\\") == row.count(None)
        and "\n" not in line
        and "\r" not in line
    ):
        return line
    return "\t".join(
        [
            part if value is None or write is not _text else _text(part)
            for part, value, write in zip(parts, row, writers, strict=True)
        ]
    )


def _writer(field: models.Field) -> Write:
    if isinstance(field, models.ForeignKey):
        return _writer(field.target_field)
    if isinstance(field, models.JSONField):
        return _json
    if isinstance(field, models.CharField | models.TextField):
        return _text
    if isinstance(field, models.DecimalField):
        return "{:f}".format
    if isinstance(field, models.DateField):  # a moment, too
        return _moment
    return str  # numbers, and the words that stand for true and false


def _json(value: Any) -> str:
    if not value and type(value) in _EMPTY:
        return _EMPTY[type(value)]
    # Written JSON has no tabs and no ends of lines.
    return _encoded(value).replace("\\", "\\\\")


def _text(value: str) -> str:
    # A table of escapes for ``translate`` takes ten times as long over Chinese text.
    return (
        value.replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t").replace("\r", "\\r")
    )


def _moment(value: Any) -> str:
    text: str = value.isoformat()
    return text


# -- handing over ----------------------------------------------------------------------------------


class Intake:
    """Hands rows to the server in a thread of its own, table by table, over the connection of whoever opens
    it. Until it is closed that connection is its own: nothing may be asked of it.

    What goes wrong there is raised here, at the latest when it is closed. Where something goes wrong here
    the table that was begun is broken off, which ends the transaction as any other error of the database.
    """

    def __init__(self) -> None:
        self._cursor = connection.cursor()
        self._tasks: SimpleQueue[Callable[[], Any] | bytes | None] = SimpleQueue()
        self._room = Semaphore(_WAITING)
        self._wrong: Exception | None = None
        self._is_over = False
        self._thread = Thread(target=self._work, name="intake", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        self._tasks.put(None)
        self._thread.join()
        self._cursor.close()
        if kind is None and self._wrong is not None:
            raise self._wrong

    def copy(self, statement: str, blocks: Iterable[bytes]) -> None:
        """Hand over what belongs to one COPY. It may still be on its way when this returns."""
        self._tasks.put(partial(self._cursor.copy_expert, statement, self))
        for block in blocks:
            self._room.acquire()
            if self._wrong is not None:
                raise self._wrong
            self._tasks.put(block)
        self._room.acquire()
        self._tasks.put(b"")

    def look_up(self) -> None:
        """Have it looked up now, and not all at once in the end, whether what the rows refer to is there."""
        for when in ("IMMEDIATE", "DEFERRED"):
            self._tasks.put(partial(self._cursor.execute, f"SET CONSTRAINTS ALL {when}"))

    # -- in the thread -----------------------------------------------------------------------------

    def _work(self) -> None:
        while not self._is_over:
            task = self._next()
            if callable(task) and self._wrong is None:
                try:
                    with self._cursor.db.wrap_database_errors:
                        task()
                except Exception as error:
                    self._wrong = error

    def _next(self) -> Callable[[], Any] | bytes | None:
        task = self._tasks.get()
        if task is None:
            self._is_over = True
        elif isinstance(task, bytes):
            self._room.release()
        return task

    def read(self, _: int = 0) -> bytes:
        """The next block, for the server; an empty one ends the table."""
        block = self._next()
        if isinstance(block, bytes):
            return block
        raise EOFError("the rows were not handed over to the end")
