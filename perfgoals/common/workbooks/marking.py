"""A workbook given back with its wrong cells marked: a process of its own opens it, for it came from
outside; and the same as a plain list, for the kinds that are not written."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryFile

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
_EVERY = 0.5  # seconds between two questions whether it is still wanted
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


class MarkingGivenUp(Exception):
    """Nobody waits for the marked workbook any more."""


def marked_workbook(
    data: bytes, marks: Sequence[ErrorMark], *, is_wanted: Callable[[], bool] = lambda: True
) -> bytes | None:
    """The workbook (.xlsx) with the cells filled and commented, a column 错误说明 beside each sheet and a
    sheet 错误说明; of .xls, .xlsb and .ods with the values of its cells. None for a file of another kind,
    and for one that cannot be opened in bounded time and memory.

    is_wanted: asked now and then, for a large workbook takes a minute; raises MarkingGivenUp where not."""
    if not data.startswith(_WORKBOOKS):
        return None
    limits = {"memory": _MEMORY, "seconds": _SECONDS, "reading": asdict(IMPORT_LIMITS)}
    told = json.dumps([_plain(mark) for mark in marks[:MOST_MARKS]]).encode()
    # A file and no pipe: a pipe that is asked again after a while does not take the rest of its input.
    with TemporaryFile() as question:
        for part in (len(told).to_bytes(8, "big"), told, data):
            question.write(part)
        question.seek(0)
        with subprocess.Popen(
            [sys.executable, "-I", "-B", "-c", _START, str(_ROOT), json.dumps(limits)],
            stdin=question,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={name: os.environ[name] for name in _ENVIRONMENT if name in os.environ},
        ) as process:
            try:
                return _answer(process, is_wanted)
            finally:
                process.kill()


def _answer(process: subprocess.Popen[bytes], is_wanted: Callable[[], bool]) -> bytes | None:
    end = time.monotonic() + _SECONDS
    while time.monotonic() < end:
        try:
            answer, complaints = process.communicate(timeout=_EVERY)
        except subprocess.TimeoutExpired:
            if not is_wanted():
                raise MarkingGivenUp from None
            continue
        if process.returncode or not answer.startswith(b"PK"):
            log.warning("marking process ended: %s\n%s", process.returncode, complaints[-2000:])
            return None
        return answer
    log.warning("marking process took too long")
    return None


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
