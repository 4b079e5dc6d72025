"""The collector of reference cycles, at rest while much is made of which nothing is garbage."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Self


@contextmanager
def collector_at_rest() -> Iterator[None]:
    """Within it nothing is looked for; among hundreds of thousands of objects looking takes longer than
    the work. What counting references frees is freed all the same; for the rest see ``Litter``."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


class Litter:
    """Reference cycles that a step of the work leaves behind, such as a stored object and those that hang on
    it. Within it nothing is looked at that was there before."""

    def __enter__(self) -> Self:
        gc.freeze()
        return self

    def __exit__(self, *_: object) -> None:
        gc.unfreeze()

    def pick_up(self) -> None:
        """Free those that came about since the last time."""
        gc.collect(0)
