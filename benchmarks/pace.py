"""How quick the machine is at this moment: milliseconds of processor for a fixed piece of plain Python.

``python -m benchmarks.pace`` prints them for one core. On a machine that is shared with others the same work
takes half as long again in some minutes, so other figures are to be read beside this one.
"""

from __future__ import annotations

import subprocess
import sys
import time

CORES = 2
_TIMES = 6
_STEPS = 400_000


def pace() -> str:
    """The milliseconds with all cores at work at once, as text, the quicker core first."""
    command = [sys.executable, "-m", "benchmarks.pace"]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(CORES)]
    found = sorted(float(one.communicate()[0]) for one in running)
    return " and ".join(f"{one:.0f}" for one in found) + " ms"


def _mean() -> float:
    started = time.process_time()
    for _ in range(_TIMES):
        kept = {}
        for step in range(_STEPS):
            kept[step % 5000] = str(step)
    return (time.process_time() - started) / _TIMES * 1000


if __name__ == "__main__":
    print(_mean())
