"""A workbook given back with its wrong cells marked: a process of its own opens it, for it came from
outside; and the same as a plain list, for the kinds that are not written."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from perfgoals.common.workbooks.lists import list_workbook
from perfgoals.common.workbooks.marking_child import HEADINGS, SHEET
from perfgoals.common.workbooks.reading import IMPORT_LIMITS

log = logging.getLogger(__name__)

MOST_MARKS = 20_000
"""Cells that are marked; of more the list names only the first."""

_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_MEMORY = 1_500 << 20
_SECONDS = 300
_ROOT = Path(__file__).resolve().parents[3]
_START = (
    "import sys; sys.path.insert(0, sys.argv.pop(1)); "
    "from perfgoals.common.workbooks.marking_child import main; main()"
)
_ENVIRONMENT = ("PATH", "LANG", "LD_LIBRARY_PATH", "DYLD_FALLBACK_LIBRARY_PATH", "SYSTEMROOT")


@dataclass(frozen=True, slots=True)
class ErrorMark:
    """What is wrong with a cell. sheet, cell: "" where it is no cell of a sheet; level: in Chinese."""

    sheet: str
    cell: str
    label: str
    found: str
    message: str
    level: str


def marked_workbook(data: bytes, marks: Sequence[ErrorMark]) -> bytes | None:
    """The workbook (.xlsx) with the cells filled and commented, a column 错误说明 beside each sheet and a
    sheet 错误说明; of .xls, .xlsb and .ods with the values of its cells. None for a file of another kind,
    and for one that cannot be opened in bounded time and memory."""
    if not data.startswith(_WORKBOOKS):
        return None
    limits = {"memory": _MEMORY, "seconds": _SECONDS, "reading": asdict(IMPORT_LIMITS)}
    asked = json.dumps(limits)
    told = json.dumps([_plain(mark) for mark in marks[:MOST_MARKS]]).encode()
    try:
        done = subprocess.run(
            [sys.executable, "-I", "-B", "-c", _START, str(_ROOT), asked],
            input=len(told).to_bytes(8, "big") + told + data,
            capture_output=True,
            env={name: os.environ[name] for name in _ENVIRONMENT if name in os.environ},
            timeout=_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        log.warning("marking process took too long")
        return None
    if done.returncode or not done.stdout.startswith(b"PK"):
        log.warning("marking process ended: %s\n%s", done.returncode, done.stderr[-2000:])
        return None
    return done.stdout


def _plain(mark: ErrorMark) -> dict[str, str]:
    """The mark without characters that no cell can hold; in the order of the headings."""
    return {
        name: ILLEGAL_CHARACTERS_RE.sub("\N{REPLACEMENT CHARACTER}", text)
        for name, text in asdict(mark).items()
    }


def error_list(marks: Sequence[ErrorMark]) -> bytes:
    """The list alone as a workbook (.xlsx)."""
    rows = [list(_plain(mark).values()) for mark in marks[:MOST_MARKS]]
    return list_workbook(SHEET, HEADINGS, rows)
