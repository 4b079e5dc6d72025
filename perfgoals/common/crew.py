"""A crew: clean processes that do the same pure work side by side, for work that one core takes too long for.

Such a process is started afresh and not split off from this one: it holds no connection, no thread and no
file of ours, and knows neither Django nor the database. It is handed plain data and hands back plain data.
Its only tie is the pipe that its tasks come through: when this process is gone, however it ended, the pipe
is closed, and the other ends by itself.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import logging
import os
import pickle
import struct
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue
from typing import IO, Any, Self

log = logging.getLogger(__name__)

MOST_HANDS = 4

_ROOT = Path(__file__).resolve().parents[2]
_START = (
    "import sys; sys.path.insert(0, sys.argv.pop(1)); "
    "from perfgoals.common.crew import serve; serve(sys.argv.pop(1))"
)
# Nothing of the application's environment (keys, database address) is handed on.
_ENVIRONMENT = ("PATH", "LANG", "LD_LIBRARY_PATH", "DYLD_FALLBACK_LIBRARY_PATH", "SYSTEMROOT")
_SIZE = struct.Struct("!Q")
_PATIENCE = 5.0  # seconds for a process to end when its pipe is closed
_INTERVAL = 0.0005  # seconds after which a thread gives way to others that wait
_LITTER = 100_000  # objects made before reference cycles are looked for, of which there are few


class CrewLost(Exception):
    """A process of the crew has ended, or its work has failed. What it was given is not done."""


def hands_at_hand() -> int:
    """How many processes of a crew can work at the same time on this machine; 0 where only one can, which
    is this one."""
    try:
        cores = len(os.sched_getaffinity(0))
    except AttributeError:  # not every system tells what it allows
        cores = os.cpu_count() or 1
    return min(cores, MOST_HANDS) if cores > 1 else 0


class Crew:
    """Does the work ``package.module:function``, a function of one argument, on what it is given.

    hands: how many processes; with 0 the work is done at once and in this one, and what goes wrong is
    raised where it was given.
    """

    def __init__(self, work: str, *, hands: int) -> None:
        self._work = work_named(work)
        self._hands = [_Hand(work) for _ in range(hands)]
        self._free: SimpleQueue[_Hand] = SimpleQueue()
        for hand in self._hands:
            self._free.put(hand)
        self._threads = ThreadPoolExecutor(hands, "crew") if hands else None
        self._interval = sys.getswitchinterval()
        if hands:
            # The threads that hand out the tasks must not wait long for the one that makes them: beside one
            # that reckons without a pause, the crew gets a fifth more done.
            sys.setswitchinterval(_INTERVAL)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for hand in self._hands:
            hand.end()
        if self._threads is not None:
            self._threads.shutdown(cancel_futures=True)
            sys.setswitchinterval(self._interval)
        for hand in self._hands:
            hand.close()

    @property
    def process_ids(self) -> list[int]:
        return [hand.process.pid for hand in self._hands]

    def give(self, task: Any) -> Future[Any]:
        """Hand out a task of plain data. The answer is that of the function; asking for it raises CrewLost
        where there is none."""
        if self._threads is not None:
            return self._threads.submit(self._ask, pickle.dumps(task, pickle.HIGHEST_PROTOCOL))
        done: Future[Any] = Future()
        done.set_result(self._work(task))
        return done

    def _ask(self, task: bytes) -> Any:
        hand = self._free.get()
        try:
            return hand.ask(task)
        finally:
            self._free.put(hand)


class _Hand:
    """A process of the crew, as seen from here."""

    def __init__(self, work: str) -> None:
        self.complaints = tempfile.TemporaryFile()  # noqa: SIM115 (closed when the process has ended)
        self.process = subprocess.Popen(
            [sys.executable, "-I", "-B", "-c", _START, str(_ROOT), work],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.complaints,
            env={name: os.environ[name] for name in _ENVIRONMENT if name in os.environ},
            # A session of its own: Ctrl-C in a terminal is for the application, which ends the process.
            start_new_session=True,
        )

    def ask(self, task: bytes) -> Any:
        assert self.process.stdin
        assert self.process.stdout
        try:
            _write(self.process.stdin, task)
            answer = _read(self.process.stdout)
        except (OSError, ValueError):  # broken, or closed on our side
            answer = None
        if answer is None:
            raise CrewLost(f"process {self.process.pid} has ended\n{self._last_words()}")
        # It comes from a process of ours that was given nothing but data.
        is_done, result = pickle.loads(answer)
        if not is_done:
            raise CrewLost(result)
        return result

    def _last_words(self) -> str:
        try:
            self.complaints.seek(0)
            return self.complaints.read()[-4000:].decode(errors="replace")
        except (OSError, ValueError):
            return ""

    def end(self) -> None:
        """Whatever it is doing: nobody waits for it any more."""
        self.process.kill()

    def close(self) -> None:
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(_PATIENCE)
        for pipe in (self.process.stdin, self.process.stdout):
            with contextlib.suppress(OSError):
                if pipe is not None:
                    pipe.close()
        self.complaints.close()


# -- the process itself ----------------------------------------------------------------------------


def work_named(name: str) -> Callable[[Any], Any]:
    """The function ``package.module:function``."""
    module, _, function = name.partition(":")
    found: Callable[[Any], Any] = getattr(importlib.import_module(module), function)
    return found


def serve(name: str) -> None:
    """Do the work for whoever is at the other end of standard input, until there is nobody any more."""
    questions = sys.stdin.buffer
    # What is printed by mistake must not get among the answers.
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    work = work_named(name)
    gc.freeze()
    gc.set_threshold(_LITTER)
    with contextlib.suppress(BrokenPipeError):
        while (task := _read(questions)) is not None:
            answer: tuple[bool, Any]
            try:
                answer = (True, work(pickle.loads(task)))
            except Exception:
                answer = (False, traceback.format_exc()[-4000:])
            _write(answers, pickle.dumps(answer, pickle.HIGHEST_PROTOCOL))


def _write(pipe: IO[bytes], message: bytes) -> None:
    pipe.write(_SIZE.pack(len(message)))
    pipe.write(message)
    pipe.flush()


def _read(pipe: IO[bytes]) -> bytes | None:
    """The next message; None where the other end is gone."""
    head = pipe.read(_SIZE.size)
    if len(head) < _SIZE.size:
        return None
    (size,) = _SIZE.unpack(head)
    message = pipe.read(size)
    return message if len(message) == size else None
