"""Work for a crew that ends its process, and one that fails."""

from __future__ import annotations

import os
import signal
from typing import Any


def judge(forms: Any) -> Any:
    os.kill(os.getpid(), signal.SIGKILL)


def fail(task: Any) -> Any:
    raise ValueError(f"cannot do {task}")


def double(number: int) -> int:
    return 2 * number


def lead() -> None:
    """Lead a crew that is at work, say who is in it, and wait for the end."""
    from perfgoals.common.crew import Crew

    crew = Crew("tests.mortal_judge:double", hands=2)
    answers = [crew.give(number).result() for number in range(4)]
    print(*crew.process_ids, *answers, flush=True)  # noqa: T201 - read by the test
    crew.give(5)
    signal.pause()
