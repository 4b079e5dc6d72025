"""The application's end of the reading process: bytes in, sheets out, or a Chinese sentence why not."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

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
    data: bytes, limits: Limits, table_names: frozenset[str]
) -> tuple[list[ReadSheet], list[Table]]:
    """As ``read_workbook``; but a workbook of which two sheets or more bear names of tables is read as
    flat tables, which is many times faster. Of the two lists one is empty. Raises UnreadableWorkbook.
    """
    if len(data) > limits.size:
        message = f"文件超过 {limits.size >> 20} MB，请删去图片和不用的工作表后再上传"
        raise UnreadableWorkbook("size", message)
    asked = json.dumps({"limits": asdict(limits), "tables": sorted(table_names)})
    environment = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
    try:
        done = subprocess.run(
            [sys.executable, "-I", "-B", "-c", _START, str(_ROOT), asked],
            input=data,
            capture_output=True,
            env=environment,
            timeout=limits.seconds,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise _too_heavy() from error
    if done.returncode:
        log.warning("reading process ended: %s\n%s", done.returncode, done.stderr[-2000:])
        raise _too_heavy()
    try:
        return _taken(done.stdout)
    except (ValueError, ArithmeticError) as error:
        # A day or a number that the reading process let through, and that is none.
        log.warning("what the reading process sent cannot be taken", exc_info=True)
        raise _broken() from error


def _taken(sent: bytes) -> tuple[list[ReadSheet], list[Table]]:
    sheets: list[ReadSheet] = []
    tables: list[Table] = []
    for line in sent.splitlines():
        answer = json.loads(line)
        if "refused" in answer:
            raise UnreadableWorkbook(*answer["refused"])
        if "memory" in answer:
            raise _too_heavy()
        if "failed" in answer:
            log.info("workbook cannot be read\n%s", answer["failed"])
            raise _broken()
        if "table" in answer:
            tables.append(table_from_plain(answer["table"]))
        sheets += [sheet_from_plain(sheet) for sheet in answer.get("sheets", ())]
    return sheets, tables


def _broken() -> UnreadableWorkbook:
    return UnreadableWorkbook("broken", f"工作簿已损坏或不合规范，无法读取。{SAVE_AS}")


def _too_heavy() -> UnreadableWorkbook:
    message = (
        "工作簿过大或过于复杂，读取时超出了时间或内存上限。请删去空行、图片和不用的工作表后再上传"
    )
    return UnreadableWorkbook("heavy", message)
