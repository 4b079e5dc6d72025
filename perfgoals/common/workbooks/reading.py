"""The application's end of the reading process: bytes in, sheets out, or a Chinese sentence why not."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from queue import SimpleQueue
from typing import IO, Any

from perfgoals.common.workbooks.cells import ReadSheet, sheet_from_plain
from perfgoals.common.workbooks.container import SAVE_AS, Limits, UnreadableWorkbook
from perfgoals.common.workbooks.tables.table import Table, table_from_plain

IMPORT_LIMITS = Limits(
    size=50 << 20,
    unpacked=600 << 20,
    sheets=6_000,
    cells=6_000_000,
    rows=400_000,
    characters=200_000_000,
    area=2_000_000,
    memory=1_200 << 20,
    cpu_seconds=240,
    seconds=300,
)
"""What a file with thousands of forms may ask."""

Heard = Callable[[int, int], None]
"""Told how much of how much is done."""

Took = Callable[[Table], None]
"""Told of a flat table as soon as it is whole, small ones first; others may still be on their way."""

log = logging.getLogger(__name__)

LIMITS = Limits()
_ROOT = Path(__file__).resolve().parents[3]
_START = (
    "import sys; sys.path.insert(0, sys.argv.pop(1)); "
    "from perfgoals.common.workbooks.child import main; main()"
)
# Nothing of the application's environment (keys, database address) is handed on.
_ENVIRONMENT = ("PATH", "LANG", "LD_LIBRARY_PATH", "DYLD_FALLBACK_LIBRARY_PATH", "SYSTEMROOT")


def read_workbook(data: bytes, limits: Limits = LIMITS) -> list[ReadSheet]:
    """The worksheets of a workbook (.xlsx, .xlsb, .xls, .ods), hidden ones included, in their order.

    The bytes are looked at by a process of its own, which is ended when it asks for too much. Raises
    UnreadableWorkbook.
    """
    sheets, _ = read_sheets_or_tables(data, limits, frozenset())
    return sheets


def read_sheets_or_tables(
    data: bytes,
    limits: Limits,
    table_names: frozenset[str],
    heard: Heard | None = None,
    took: Took | None = None,
) -> tuple[list[ReadSheet], list[Table]]:
    """As ``read_workbook``; but a workbook of which two sheets or more bear names of tables is read as
    flat tables, which is many times faster. Of the two lists one is empty. heard: is told on the way how
    much of flat tables is read; took: of each of them. Both may raise to end it. Raises UnreadableWorkbook.
    """
    if len(data) > limits.size:
        message = f"文件超过 {limits.size >> 20} MB，请删去图片和不用的工作表后再上传"
        raise UnreadableWorkbook("size", message)
    asked = json.dumps({"limits": asdict(limits), "tables": sorted(table_names), "size": len(data)})
    environment = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
    with tempfile.TemporaryFile() as complaints:
        process = subprocess.Popen(
            [sys.executable, "-I", "-B", "-c", _START, str(_ROOT), asked],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=complaints,
            env=environment,
        )
        watch = threading.Timer(limits.seconds, process.kill)
        watch.start()
        try:
            found = _answer(process, data, heard, took)
        finally:
            # It may have been left in the middle of its work.
            watch.cancel()
            process.kill()
            process.wait()
        if found is None:
            complaints.seek(0)
            last_words = complaints.read()[-2000:]
            log.warning("reading process ended: %s\n%s", process.returncode, last_words)
            raise _too_heavy()
        return found


def _answer(
    process: subprocess.Popen[bytes], data: bytes, heard: Heard | None, took: Took | None
) -> tuple[list[ReadSheet], list[Table]] | None:
    """What the process answers; None where it ended before it had said all."""
    assert process.stdin
    assert process.stdout
    with suppress(BrokenPipeError):
        process.stdin.write(data)
        process.stdin.flush()
    try:
        return _taken(_lines(process.stdout), heard, took)
    except (ValueError, ArithmeticError) as error:
        # A day or a number that the reading process let through, and that is none.
        log.warning("what the reading process sent cannot be taken", exc_info=True)
        raise _broken() from error
    finally:
        # While this end is open, the process knows that somebody waits.
        with suppress(BrokenPipeError):
            process.stdin.close()


def _lines(stream: IO[bytes]) -> Iterator[bytes]:
    """The lines as they come, fetched by a thread: the process need not wait while one is made use of."""
    lines: SimpleQueue[bytes] = SimpleQueue()

    def fetch() -> None:
        try:
            with stream:
                for line in stream:
                    lines.put(line)
        finally:
            lines.put(b"")

    threading.Thread(target=fetch, name="reading", daemon=True).start()
    return iter(lines.get, b"")


def _taken(
    sent: Iterable[bytes], heard: Heard | None, took: Took | None
) -> tuple[list[ReadSheet], list[Table]] | None:
    tables: dict[int, Table] = {}
    for line in sent:
        if not line.endswith(b"\n"):
            return None
        answer = json.loads(line.decode("utf-8", "surrogatepass"))
        if heard is not None and "done" in answer:
            heard(answer["done"], 100)
        _refuse_failed(answer)
        if "table" in answer:
            table = _take_table(tables, answer["table"])
            if took is not None and answer["table"]["whole"]:
                took(table)
        if "sheets" in answer:
            return [sheet_from_plain(sheet) for sheet in answer["sheets"]], []
        if not answer:
            return [], [table for _, table in sorted(tables.items())]
    return None


def _refuse_failed(answer: Mapping[str, Any]) -> None:
    if "refused" in answer:
        raise UnreadableWorkbook(*answer["refused"])
    if "memory" in answer:
        raise _too_heavy()
    if "failed" in answer:
        log.info("workbook cannot be read\n%s", answer["failed"])
        raise _broken()


def _take_table(tables: dict[int, Table], plain: dict[str, Any]) -> Table:
    some = table_from_plain(plain)
    table = tables.setdefault(plain["at"], some)
    if table is not some:
        table.rows += some.rows
    return table


def _broken() -> UnreadableWorkbook:
    return UnreadableWorkbook("broken", f"工作簿已损坏或不合规范，无法读取。{SAVE_AS}")


def _too_heavy() -> UnreadableWorkbook:
    message = (
        "工作簿过大或过于复杂，读取时超出了时间或内存上限。请删去空行、图片和不用的工作表后再上传"
    )
    return UnreadableWorkbook("heavy", message)
