"""The application's end of the printing process: starts it, talks to it, ends it."""

from __future__ import annotations

import contextlib
import logging
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Self

from perfgoals.common.printing.child import read_message, write_message
from perfgoals.common.sheets import Place

logger = logging.getLogger(__name__)

_PROGRAM = Path(__file__).with_name("child.py")
_NO_CHARACTERS = {0xFFFE: 0xFFFD, 0xFFFF: 0xFFFD}  # which XML does not take
_START_LIMIT = 60.0  # seconds for libraries and fonts to load on a slow, cold disk
_PATIENCE = 1.0  # seconds for a print to end by itself when its process is closed
_WATCH_STEP = 0.2  # seconds between two looks at the cancel signal
# What the libraries need to find themselves and the fonts. Nothing else of the application's
# environment (keys, database address) is handed on.
_ENVIRONMENT = ("PATH", "HOME", "LANG", "LD_LIBRARY_PATH", "DYLD_FALLBACK_LIBRARY_PATH",
                "FONTCONFIG_PATH", "FONTCONFIG_FILE", "XDG_CACHE_HOME", "TMPDIR",
                "SYSTEMROOT", "WEASYPRINT_DLL_DIRECTORIES")  # fmt: skip


class PrintingError(Exception):
    """A print that could not be made. The message is a Chinese sentence for the user."""


class PrintingCancelled(PrintingError):
    """The user gave the print up."""


@dataclass(frozen=True, slots=True)
class LaidOut:
    """A document laid out.

    pages: how many there are, of ``height`` points. lossy: whether any row lost text. rows: where the
    rows of each sheet stand, by the sheet's anchor and ``Row.source``. links: the rectangles of its
    ``data-link`` elements: page, left, top, width, height in points.
    """

    pages: int
    height: float
    lossy: bool
    rows: dict[str, dict[int, list[Place]]]
    links: dict[str, tuple[float, ...]]

    def first_page(self, anchor: str) -> int:
        """The page on which a sheet begins."""
        return min(place.page for places in self.rows[anchor].values() for place in places)


class Printer:
    """One printing process, kept warm. May be used from any thread; one print at a time.

    style: the style sheet of all prints. time_limit: seconds for one step of a print. memory_limit:
    bytes of address space. prints: after so many it is replaced, so that no memory piles up.
    """

    def __init__(
        self,
        style: str,
        *,
        warm_up: str = "<p>1 页</p>",
        time_limit: float = 60.0,
        memory_limit: int = 2 << 30,
        prints: int = 200,
    ) -> None:
        self.style = style
        self.warm_up = warm_up
        self.time_limit = time_limit
        self.memory_limit = memory_limit
        self.prints = prints
        self._lock = threading.Lock()
        self._child: _Child | None = None
        self._printed = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def process_id(self) -> int | None:
        """The id of the running process, None when there is none."""
        return self._child.process.pid if self._child else None

    @contextlib.contextmanager
    def session(self, cancelled: Callable[[], bool] | None = None) -> Iterator[Session]:
        """The process for one print. ``cancelled`` is asked while it works; it ends the print.

        A failed print ends the process too; the next print starts a fresh one.
        """
        with self._lock:
            if self._child is None or self._printed >= self.prints or not self._child.alive():
                self._end()
                self._child = _Child(self.style, self.warm_up, self.memory_limit)
            self._printed += 1
            try:
                yield Session(self._child, self.time_limit, cancelled)
            except BaseException:
                self._end(at_once=True)
                raise

    def close(self) -> None:
        """End the process, and with it a print that does not end soon. A later print starts a new one."""
        if not self._lock.acquire(timeout=_PATIENCE):
            if child := self._child:
                child.process.kill()
            self._lock.acquire()
        try:
            self._end()
        finally:
            self._lock.release()

    def _end(self, *, at_once: bool = False) -> None:
        if self._child is not None:
            self._child.end(at_once=at_once)
        self._child = None
        self._printed = 0


class Session:
    """The steps of one print: lay out as often as needed, then write."""

    def __init__(
        self, child: _Child, time_limit: float, cancelled: Callable[[], bool] | None
    ) -> None:
        self._child = child
        self._time_limit = time_limit
        self._cancelled = cancelled or (lambda: False)

    def lay_out(self, html: str) -> LaidOut:
        """Lay ``html`` (well-formed XML) out. Raises PrintingError."""
        body = html.translate(_NO_CHARACTERS).encode(errors="replace")
        answer, _ = self._ask({"do": "lay_out"}, body)
        rows: dict[str, dict[int, list[Place]]] = {}
        for key, found in answer["rows"].items():
            anchor, _, source = key.partition(".")
            rows.setdefault(anchor, {})[int(source)] = [
                Place(page, {int(column): count for column, count in taken.items()})
                for page, taken in found
            ]
        links = {key: tuple(link) for key, link in answer["links"].items()}
        return LaidOut(answer["pages"], answer["height"], bool(answer["lost"]), rows, links)

    def write(self) -> bytes:
        """The PDF of the document laid out last. Raises PrintingError."""
        return self._ask({"do": "write"})[1]

    def _ask(self, header: dict[str, Any], body: bytes = b"") -> tuple[dict[str, Any], bytes]:
        answer, result = self._child.ask(header, body, self._time_limit, self._cancelled)
        if answer.get("error") == "memory":
            raise PrintingError("打印失败：内容过多，超出打印的内存上限")
        if answer.get("error"):
            logger.error("printing failed\n%s", answer["detail"])
            raise PrintingError("打印失败：排版时出错，请联系管理员")
        for warning in answer["warnings"]:
            logger.warning("printing: %s", warning)
        return answer, result


class _Child:
    """A started process, ready to print."""

    def __init__(self, style: str, warm_up: str, memory_limit: int) -> None:
        environment = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
        self._complaints = tempfile.TemporaryFile()  # noqa: SIM115 (closed when the process ends)
        # A session of its own: Ctrl-C in a terminal is for the application, which ends the process.
        self.process = subprocess.Popen(
            [sys.executable, "-I", "-B", str(_PROGRAM)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._complaints,
            env=environment,
            start_new_session=True,
        )
        assert self.process.stdin
        assert self.process.stdout
        self._questions: IO[bytes] = self.process.stdin
        self._answers: IO[bytes] = self.process.stdout
        header = {"memory_limit": memory_limit, "warm_up": warm_up}
        try:
            self.ask(header, style.encode(), _START_LIMIT, lambda: False)
        except PrintingError as error:
            self.end(at_once=True)
            raise PrintingError(f"打印程序无法启动，请联系管理员（{error}）") from error

    def alive(self) -> bool:
        return self.process.poll() is None

    def ask(
        self, header: dict[str, Any], body: bytes, limit: float, cancelled: Callable[[], bool]
    ) -> tuple[dict[str, Any], bytes]:
        """One question and its answer; the process is killed when time is up or the user gives up."""
        with _Watch(self.process, limit, cancelled) as watch:
            try:
                write_message(self._questions, header, body)
                answer = read_message(self._answers)
            except OSError:
                answer = None
        if answer is not None and not watch.ended:
            return answer
        self.process.kill()
        self.process.wait()
        if watch.ended == "cancelled":
            raise PrintingCancelled("打印已取消")
        if watch.ended == "late":
            raise PrintingError(f"打印失败：超过 {limit:g} 秒的时间上限")
        self._complaints.seek(0)
        last_words = self._complaints.read()[-4000:].decode(errors="replace")
        logger.error("printing process ended: %s\n%s", self.process.returncode, last_words)
        raise PrintingError("打印失败：打印进程意外终止（可能超出内存上限）")

    def end(self, *, at_once: bool = False) -> None:
        """Close its pipe, which ends it, and wait; kill it when it does not go."""
        if at_once:
            self.process.kill()
        with contextlib.suppress(OSError):
            self._questions.close()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self._answers.close()
        self._complaints.close()


class _Watch:
    """Kills a process when its time is up or the user gives up, while the caller waits for it."""

    def __init__(
        self, process: subprocess.Popen[bytes], limit: float, cancelled: Callable[[], bool]
    ) -> None:
        self.process = process
        self.limit = limit
        self.cancelled = cancelled
        self.ended = ""
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._run, name="print-watch", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def _run(self) -> None:
        end = time.monotonic() + self.limit
        while not self._done.wait(min(_WATCH_STEP, max(end - time.monotonic(), 0.0))):
            if self._given_up():
                self.ended = "cancelled"
            elif time.monotonic() >= end:
                self.ended = "late"
            if self.ended:
                self.process.kill()
                return

    def _given_up(self) -> bool:
        try:
            return self.cancelled()
        except Exception:  # not knowing is no reason to stop, and the time limit must go on
            logger.exception("cannot tell whether the print was cancelled")
            return False
