"""Forms and figures brought in from files."""

from __future__ import annotations

from typing import Any

from tests.rights.bodies import batch_of
from tests.rights.line import Line, get, post
from tests.rights.rules import IMPORTS, nobody
from tests.rights.stage import Stage


def listing_of(stage: Stage) -> list[Any]:
    return [stage.listing.pk]


LINES: tuple[Line, ...] = (
    get("scoring:import-list", IMPORTS),
    post("scoring:import-list", IMPORTS, body=lambda stage: {"files": stage.workbook}),
    get("scoring:execution-upload", IMPORTS),
    post(
        "scoring:execution-upload",
        IMPORTS,
        body=lambda stage: {"year": 2020, "file": stage.workbook},
    ),
    get("scoring:execution-match", IMPORTS, address=listing_of),
    post("scoring:execution-match", IMPORTS, address=listing_of),
    get("scoring:import-detail", IMPORTS, address=batch_of),
    get("scoring:import-item", IMPORTS, address=lambda stage: [stage.batch.pk, 1]),
    get("scoring:import-file", IMPORTS, address=batch_of),
    get("scoring:import-marked", IMPORTS, address=batch_of),
    post("scoring:import-apply", IMPORTS, address=batch_of, body=lambda stage: {"mode": "all"}),
    post("scoring:import-read", IMPORTS, address=batch_of),
    post("scoring:import-discard", IMPORTS, address=batch_of),
    # It was not applied yet.
    post("scoring:import-undo", IMPORTS, done=409, address=batch_of, writes=nobody),
)
