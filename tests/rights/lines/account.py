"""One's own account and work in the background, the log, and the doors of the admin."""

from __future__ import annotations

from tests.rights.bodies import job, password
from tests.rights.line import Line, get, post
from tests.rights.rules import LOG, OWNER, everybody, nobody, only

NOBODY_OUTSIDE = (("anonymous", 200),)

LINES: tuple[Line, ...] = (
    # One's own account
    get("accounts:sign-in", everybody, done=302, answers=NOBODY_OUTSIDE),
    post("accounts:sign-in", everybody, writes=nobody, answers=NOBODY_OUTSIDE),
    get("accounts:sign-in-code", everybody, done=302),
    post("accounts:sign-in-code", everybody, writes=nobody),
    post("accounts:sign-out", everybody, writes=nobody),
    get("accounts:session-state", everybody, answers=NOBODY_OUTSIDE),
    post("accounts:session-state", everybody, done=200, writes=nobody, answers=NOBODY_OUTSIDE),
    get("accounts:account", everybody),
    get("accounts:password-change", everybody),
    post("accounts:password-change", everybody, done=422, body=password, writes=nobody),
    post("accounts:session-end-others", everybody, writes=nobody),
    post("accounts:session-end", OWNER, address=lambda stage: [stage.session], writes=nobody),
    # A key that counts for nothing until a code confirms it.
    post("accounts:code-begin", everybody, writes=nobody),
    get("accounts:code-set-up", everybody),
    post("accounts:code-set-up", everybody, done=200, writes=nobody),
    get("accounts:code-recovery", everybody, done=302),
    post("accounts:code-recovery", everybody, writes=nobody),
    get("accounts:code-off", everybody, done=302),
    post("accounts:code-off", everybody, writes=nobody),
    get("accounts:token-list", everybody),
    post("accounts:token-list", everybody, done=200, body=lambda stage: {"name": "取数"}),
    post("accounts:token-revoke", OWNER, address=lambda stage: [stage.token.pk]),
    # Work in the background: one's own
    get("common:job-list", everybody),
    get("common:job-detail", OWNER, address=job),
    post("common:job-cancel", OWNER, address=job),
    get("common:job-result", OWNER, address=job),
    post("common:job-resume", OWNER, address=job, writes=nobody),
    # The log
    get("audit:entry-list", LOG),
    get("audit:entry-detail", LOG, address=lambda stage: [stage.entry.pk]),
    get("audit:entry-export", LOG, address=lambda stage: ["csv"]),
    # The doors of the admin, which are those of the application
    get("admin-sign-in", only(), done=302),
    post("admin-sign-out", everybody, writes=nobody),
    get("admin-password-change", everybody),
    post("admin-password-change", everybody, done=422, body=password, writes=nobody),
)
