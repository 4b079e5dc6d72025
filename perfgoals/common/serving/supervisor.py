"""Keeping children running, and ending them all."""

from __future__ import annotations

import http.client
import signal
import time
from collections.abc import Callable, Sequence

from perfgoals.common.serving.child import Child
from perfgoals.common.serving.signals import StopSignals

# One polite word, one stern one, then the axe.
STOP_STEPS = ((signal.SIGTERM, 6.0), (signal.SIGTERM, 2.0))


class Supervisor:
    """Starts children, restarts those that die, and ends all when a signal asks for it."""

    def __init__(
        self, children: Sequence[Child], signals: StopSignals, say: Callable[[str], None]
    ) -> None:
        self.children = children
        self.signals = signals
        self.say = say

    def start(self) -> None:
        """Start all children."""
        for child in self.children:
            child.start()

    def watch(self) -> None:
        """Restart whatever dies, after longer and longer pauses, until asked for the end."""
        while not self.signals.requested:
            self.look_after()
            waiting = [child.due - child.clock() for child in self.children if not child.process]
            self.signals.wait(min([*waiting, 5.0]))

    def look_after(self) -> None:
        """One round: note who has died, restart who is due."""
        for child in self.children:
            if (code := child.noticed_end()) is not None:
                pause = round(child.due - child.clock())
                self.say(
                    f"{child.title}意外结束（退出码 {code}），{pause} 秒后重新启动。"
                    f"日志 {child.log} 的最后几行：\n{child.tail()}"
                )
            if child.process is None and child.clock() >= child.due:
                child.start()

    def stop(self) -> None:
        """End all children, politely first. Returns when none is left."""
        for number, seconds in STOP_STEPS:
            for child in self.children:
                child.signal(number)
            deadline = time.monotonic() + seconds
            while not self._all_ended() and time.monotonic() < deadline:
                self.signals.wait(0.2)
        for child in self.children:
            child.kill()

    def _all_ended(self) -> bool:
        return all(child.ended() for child in self.children)


def answers(host: str, port: int) -> bool:
    """Whether the web server gives any answer that is not a fault of its own."""
    connection = http.client.HTTPConnection(host, port, timeout=2)
    try:
        connection.request("GET", "/")
        return connection.getresponse().status < 500
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
