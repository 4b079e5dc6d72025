"""Home, and what is about many forms at once."""

from __future__ import annotations

from tests.cast import INFORMATION
from tests.rights.bodies import batch, draw, item, new_form, nothing, sample, unit
from tests.rights.line import EVALUATION, Line, get, post
from tests.rights.rules import (
    ACROSS,
    AUDITS,
    FROM_THE_START,
    NOBODYS,
    ONCE_SUBMITTED,
    PREPARERS,
    SAMPLES,
    everybody,
    hands_back,
    nobody,
    only,
)

LINES: tuple[Line, ...] = (
    # Home and what leads on from it
    get("scoring:home", everybody),
    post("scoring:news-read", everybody, writes=nobody),
    get("scoring:notices", everybody),
    post("scoring:notices", everybody, body=lambda stage: {"digest": "on"}, writes=nobody),
    get("scoring:rights", only("superuser", "clerk", "admin")),
    get("scoring:to-fill", PREPARERS),
    get("scoring:form-list", everybody),
    get("scoring:form-new", PREPARERS),
    post("scoring:form-new", PREPARERS, body=new_form, answers=(("stranger", 422),)),
    # Many forms
    get("scoring:booklet", everybody),
    post(
        "scoring:booklet",
        everybody,
        body=lambda stage: {"year": 2020, "kind": "self_evaluation", "unit": unit(INFORMATION)},
        writes=only(*FROM_THE_START, *ONCE_SUBMITTED),
    ),
    get("scoring:export", everybody),
    post(
        "scoring:export",
        everybody,
        done=200,
        query="year=2020",
        body=lambda stage: {"layout": "json"},
        answers=tuple((one, 422) for one in NOBODYS),
        writes=nobody,
    ),
    get("scoring:export-template", everybody, query="year=2020"),
    get("scoring:review-queue", everybody),
    post(
        "scoring:review-batch",
        everybody,
        EVALUATION,
        done=200,
        address=nothing,
        body=batch,
        writes=nobody,
    ),
    post(
        "scoring:review-batch-apply",
        everybody,
        EVALUATION,
        done=200,
        address=nothing,
        body=batch,
        writes=hands_back,
    ),
    get("scoring:sample-list", everybody),
    get("scoring:sample-new", only("auditor", "other_auditor")),
    post(
        "scoring:sample-new",
        only("auditor", "other_auditor"),
        body=draw,
        answers=(("other_auditor", 422),),
    ),
    get("scoring:sample-detail", SAMPLES, address=sample),
    get("scoring:sample-item", SAMPLES, address=item),
    post(
        "scoring:sample-item",
        AUDITS,
        address=item,
        body=lambda stage: {"outcome": "confirmed", "seen": "pending"},
    ),
    post(
        "scoring:sample-close",
        AUDITS,
        address=lambda stage: [stage.settled.pk],
        body=lambda stage: {"conclusion": "无问题"},
    ),
    post(
        "scoring:sample-grant",
        AUDITS,
        address=sample,
        body=lambda stage: {
            "reader": stage.people["newcomer"].pk,
            "until": stage.leave.valid_until,
            "reason": "外部审计",
        },
    ),
    post(
        "scoring:sample-grant-end",
        AUDITS,
        address=lambda stage: [stage.sample.pk, stage.leave.pk],
    ),
    get("scoring:sample-export", SAMPLES, address=sample),
    get("scoring:cross-findings", ACROSS),
    post(
        "scoring:cross-findings",
        ACROSS,
        body=lambda stage: {"year": 2020},
        writes=only("auditor", "admin", "superuser"),
    ),
)
