"""The reading process: takes the bytes of a workbook, gives back its cells as JSON, and ends.

It knows neither Django nor the application. Memory and CPU time are limited, for the parsers can be
made to ask for any amount of either, and one of them ends the process when it gets no more.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import traceback
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from io import BytesIO
from typing import Any

from python_calamine import CalamineWorkbook

from perfgoals.common.workbooks import binary, legacy, opendocument
from perfgoals.common.workbooks.container import (
    Container,
    Limits,
    UnreadableWorkbook,
    check_container,
)
from perfgoals.common.workbooks.extent import Counter
from perfgoals.common.workbooks.formats import GENERAL, shows_date
from perfgoals.common.workbooks.markup import SheetMarkup, read_markup
from perfgoals.common.workbooks.table_scan import is_of_tables, parse_tables

_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 (a spreadsheet knows no time zones)
_LAST_DAY = 2_958_465
_LARGEST = 1e21  # no amount is; beyond it, and for what is no number at all, reckoning fails


def main() -> None:
    """Read standard input, answer on standard output. Options come as JSON on the command line."""
    asked = json.loads(sys.argv[1])
    limits = Limits(**asked["limits"])
    _limit(limits)
    answer: dict[str, Any]
    try:
        data = sys.stdin.buffer.read(asked["size"])
        threading.Thread(target=_end_when_nobody_listens, daemon=True).start()
        kind = check_container(data, limits)
        names = frozenset(asked["tables"])
        if names and is_of_tables(data, kind, names):
            for table, done in parse_tables(data, kind, limits):
                _send({"table": table, "done": done} if table else {"done": done})
            answer = {}
        else:
            answer = {"sheets": _parse(data, kind, limits)}
    except UnreadableWorkbook as error:
        answer = {"refused": [error.code, error.message]}
    except MemoryError:
        answer = {"memory": True}
    except Exception:
        answer = {"failed": traceback.format_exc()[-4000:]}
    _send(answer)


def _send(part: dict[str, Any]) -> None:
    """One line of JSON, at once; a workbook of tables is sent in parts."""
    text = json.dumps(part, ensure_ascii=False, separators=(",", ":")) + "\n"
    # Half of a character, which no encoding has, goes through as it came.
    sys.stdout.buffer.write(text.encode("utf-8", "surrogatepass"))
    sys.stdout.buffer.flush()


def _end_when_nobody_listens() -> None:
    """The pipe that the workbook came through stays open as long as somebody waits for the answer."""
    sys.stdin.buffer.read(1)
    os._exit(1)


def _limit(limits: Limits) -> None:
    try:
        import resource
    except ImportError:  # Windows has no such limits; the time limit of the caller still holds
        return
    resource.setrlimit(resource.RLIMIT_AS, (limits.memory, limits.memory))
    resource.setrlimit(resource.RLIMIT_CPU, (limits.cpu_seconds, limits.cpu_seconds + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def parse(data: bytes, limits: Limits) -> list[dict[str, Any]]:
    """The sheets of a workbook as plain data. Raises UnreadableWorkbook, and whatever a parser raises
    for a broken file."""
    return _parse(data, check_container(data, limits), limits)


def _parse(data: bytes, kind: Container, limits: Limits) -> list[dict[str, Any]]:
    counter = Counter(limits)
    if kind is Container.XLS:
        return _told(legacy.read_sheets(data, counter))
    with zipfile.ZipFile(BytesIO(data)) as archive:
        if kind is Container.ODS:
            return _told(opendocument.read_sheets(archive, counter))
        if kind is Container.XLSB:
            return _told(binary.read_sheets(archive, counter))
        markups = read_markup(archive, counter)
    workbook = CalamineWorkbook.from_filelike(BytesIO(data))
    sheets = []
    for markup in markups:
        cells = list(_cells(workbook, markup))
        counter.note_characters(sum(len(cell[3]) for cell in cells))
        sheets.append(markup.extent.as_plain(cells))
    return sheets


def _told(sheets: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Numbers that are shown as dates are dates; line ends are of one kind."""
    for sheet in sheets:
        for cell in sheet["cells"]:
            if cell[2] == "n":
                value = float(cell[3])
                if abs(value) < _LARGEST:
                    cell[2:4] = _plain(value, cell[4])
                else:
                    cell[2], cell[5] = "s", "数字过大，或不是数字"
            elif cell[2] == "s":
                cell[3] = cell[3].replace("\r\n", "\n").replace("\r", "\n")
    return sheets


def _cells(workbook: CalamineWorkbook, markup: SheetMarkup) -> Iterator[list[Any]]:
    problems = dict(markup.problems)
    if markup.extent.rows:
        rows = workbook.get_sheet_by_name(markup.extent.name).to_python(
            skip_empty_area=False, nrows=markup.extent.rows
        )
        for row, values in enumerate(rows, 1):
            for column, value in enumerate(values, 1):
                problem = problems.pop((row, column), "")
                if value == "" and not problem:
                    continue
                code = markup.formats.get((row, column), GENERAL)
                if isinstance(value, float) and not abs(value) < _LARGEST:
                    value, problem = str(value), "数字过大，或不是数字"
                yield [row, column, *_plain(value, code), code, problem]
    for (row, column), problem in problems.items():
        yield [row, column, "s", "", GENERAL, problem]


def _plain(value: Any, code: str) -> tuple[str, str]:
    """A kind and a text. A number is given with the fifteen digits that a spreadsheet keeps."""
    if isinstance(value, bool):
        return "b", "1" if value else "0"
    if isinstance(value, int | float):
        if shows_date(code) and 0 <= value <= _LAST_DAY:
            value = _EPOCH + timedelta(days=float(value))
        else:
            return "n", str(value) if isinstance(value, int) else f"{value:.15g}"
    if isinstance(value, timedelta):
        value = _EPOCH + value
    if isinstance(value, datetime):
        value = _rounded(value)
        if value.time() == time(0):
            value = value.date()
    kind = "m" if isinstance(value, datetime) else "d" if isinstance(value, date) else "t"
    if isinstance(value, date | time):
        return kind, value.isoformat()
    return "s", str(value).replace("\r\n", "\n").replace("\r", "\n")


def _rounded(moment: datetime) -> datetime:
    """Without the fractions of a second that a day counted as a float brings along."""
    return (moment + timedelta(microseconds=500_000)).replace(microsecond=0)


if __name__ == "__main__":
    main()
