"""The interface."""

from __future__ import annotations

from projects.workflow import Action
from tests.drafts import put
from tests.rights.bodies import attachment, new_form, numbered, text, version, waived
from tests.rights.line import EVALUATION, Line, get, sent
from tests.rights.rules import ANSWERS, COMMENTS, EDITS, everybody, nobody, own, sees, step

LINES: tuple[Line, ...] = (
    # The interface, described to who is signed in
    get("api:openapi-json", everybody),
    get("api:openapi-view", everybody),
    get("api:api-root", everybody, done=404),
    # The interface
    sent("GET", "api:form_list", everybody),
    sent("POST", "api:form_create", own("preparer", "colleague"), body=new_form, done=201),
    sent(
        "POST",
        "api:form_validate",
        everybody,
        body=lambda stage: stage.document,
        writes=nobody,
    ),
    sent("GET", "api:library_list", everybody),
    sent("GET", "api:form_read", sees, EVALUATION),
    sent(
        "PATCH",
        "api:form_patch",
        EDITS,
        EVALUATION,
        body=lambda stage: version(stage) | {"changes": [put("actual_outcome", "已完成")]},
    ),
    sent("POST", "api:form_submit", step(Action.SUBMIT), EVALUATION, body=version),
    sent("POST", "api:form_withdraw", step(Action.WITHDRAW), EVALUATION, body=version),
    sent("GET", "api:form_weights", sees, EVALUATION),
    sent("GET", "api:version_list", sees, EVALUATION),
    sent("GET", "api:version_read", sees, EVALUATION, address=numbered(lambda stage: 1)),
    sent("GET", "api:version_diff", sees, EVALUATION, query="before=1"),
    sent(
        "POST",
        "api:version_restore",
        EDITS,
        EVALUATION,
        body=lambda stage: version(stage) | {"number": 1},
    ),
    sent(
        "POST",
        "api:form_presence",
        sees,
        EVALUATION,
        body=lambda stage: {"tab": "a"},
        writes=nobody,
    ),
    sent("GET", "api:attachment_list", sees, EVALUATION),
    sent(
        "POST",
        "api:attachment_create",
        EDITS,
        EVALUATION,
        done=201,
        body=lambda stage: {"file": stage.evidence},
    ),
    sent("GET", "api:attachment_read", sees, EVALUATION, address=numbered(attachment)),
    sent(
        "DELETE", "api:attachment_delete", EDITS, EVALUATION, done=204, address=numbered(attachment)
    ),
    sent("GET", "api:review_read", sees, EVALUATION),
    sent(
        "PATCH",
        "api:review_patch",
        step(Action.REVIEW),
        EVALUATION,
        body=lambda stage: {"edits": 0, "opinion": "较好"},
    ),
    sent("GET", "api:comment_list", sees, EVALUATION),
    sent("POST", "api:comment_create", COMMENTS, EVALUATION, done=201, body=text),
    sent(
        "POST",
        "api:answer_create",
        ANSWERS,
        EVALUATION,
        done=201,
        address=numbered(lambda stage: stage.comment.pk),
        body=text,
    ),
    sent(
        "POST",
        "api:comment_resolve",
        ANSWERS,
        EVALUATION,
        address=numbered(lambda stage: stage.comment.pk),
        body=lambda stage: {"resolved": True},
    ),
    sent("GET", "api:waiver_list", sees, EVALUATION),
    sent(
        "POST",
        "api:waiver_create",
        step(Action.WAIVE),
        EVALUATION,
        done=201,
        body=waived,
    ),
    sent(
        "POST",
        "api:waiver_revoke",
        step(Action.WAIVE),
        EVALUATION,
        address=numbered(lambda stage: stage.waiver.pk),
    ),
)
