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
    """The worksheets of an .xlsx workbook, hidden ones included, in their order.

    The bytes are looked at by a process of its own, which is ended when it asks for too much. Raises
    UnreadableWorkbook.
    """
    if len(data) > limits.size:
        message = f"文件超过 {limits.size >> 20} MB，请删去图片和不用的工作表后再上传"
        raise UnreadableWorkbook("size", message)
    environment = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
    try:
        done = subprocess.run(
            [sys.executable, "-I", "-B", "-c", _START, str(_ROOT), json.dumps(asdict(limits))],
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
    answer = json.loads(done.stdout)
    if "refused" in answer:
        raise UnreadableWorkbook(*answer["refused"])
    if "memory" in answer:
        raise _too_heavy()
    if "failed" in answer:
        log.info("workbook cannot be read\n%s", answer["failed"])
        raise UnreadableWorkbook("broken", f"工作簿已损坏或不合规范，无法读取。{SAVE_AS}")
    return [sheet_from_plain(sheet) for sheet in answer["sheets"]]


def _too_heavy() -> UnreadableWorkbook:
    message = (
        "工作簿过大或过于复杂，读取时超出了时间或内存上限。请删去空行、图片和不用的工作表后再上传"
    )
    return UnreadableWorkbook("heavy", message)
