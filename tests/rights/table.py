"""The table: for every address outside the admin, who gets which answer.

What may be done with a form in which status is read off the table of steps; everything else is written
down here by hand.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from perfgoals.accounts.models import Unit
from projects.workflow import STEPS, Action, Status
from tests.cast import BUREAU, INFORMATION
from tests.drafts import put
from tests.rights.stage import Stage

# What may come of a request.
DONE, HIDDEN, FORBIDDEN, LATE = "done", "hidden", "forbidden", "late"

Rule = Callable[[str, Status | None], str]

FROM_THE_START = frozenset({"preparer", "colleague", "unit_reviewer", "admin", "superuser"})
ONCE_SUBMITTED = frozenset({"auditor", "viewer", "reader"})
BEFORE = frozenset({Status.DRAFT, Status.UNIT_REVIEW})

# The roles that each has for the forms of the table.
HATS = {
    "preparer": "preparer",
    "colleague": "preparer",
    "unit_reviewer": "unit_reviewer",
    "auditor": "auditor",
    "viewer": "viewer",
    "reader": "viewer",
    "admin": "admin",
}


def everybody(person: str, status: Status | None) -> str:
    return DONE


def only(*people: str) -> Rule:
    """Others are told that it is not for them."""
    return lambda person, status: DONE if person in people else FORBIDDEN


def own(*people: str, but: Iterable[str] = ()) -> Rule:
    """To others it is as if it were not there; those of ``but`` see it and may not do this."""
    known = frozenset(but)

    def rule(person: str, status: Status | None) -> str:
        return DONE if person in people else FORBIDDEN if person in known else HIDDEN

    return rule


def sees(person: str, status: Status | None) -> str:
    """Who sees the form."""
    seen = person in FROM_THE_START or (person in ONCE_SUBMITTED and status not in BEFORE)
    return DONE if seen else HIDDEN


def sees_adjusted(person: str, status: Status | None) -> str:
    """While an approved declaration is adjusted, those who saw it go on seeing it."""
    return DONE if person in FROM_THE_START | ONCE_SUBMITTED else HIDDEN


def step(action: Action, seen: Rule = sees) -> Rule:
    """What the table of steps says."""

    def rule(person: str, status: Status | None) -> str:
        if seen(person, status) is HIDDEN:
            return HIDDEN
        mine = [one for one in STEPS if one.action is action and HATS.get(person) in one.roles]
        if not mine:
            return FORBIDDEN
        if any(one.status is status for one in mine):
            return DONE
        taken = any(one.action is action and one.status is status for one in STEPS)
        return FORBIDDEN if taken else LATE

    return rule


@dataclass(frozen=True)
class Line:
    """name: of the address, for the interface of the operation. method: GET, or what it is sent with.

    about: which form, in every status; "" for a page that is about none. address: the arguments.
    body: what is sent, such as would be done for who may. done, late: the answer to who may, and to who
    comes in the wrong status. writes: who changes something by it, None for all who may, where it is
    no GET. answers: for people for whom it is another.
    """

    name: str
    method: str
    rule: Rule
    done: int
    about: str = ""
    address: Callable[[Stage], list[Any]] | None = None
    query: str = ""
    body: Callable[[Stage], Any] | None = None
    late: int = 409
    writes: Rule | None = None
    answers: tuple[tuple[str, int], ...] = ()

    @property
    def is_api(self) -> bool:
        return self.name.startswith("api:") and self.name not in DESCRIPTION

    def arguments(self, stage: Stage) -> list[Any]:
        if self.address is not None:
            return self.address(stage)
        return [stage.form(self.about).pk] if self.about else []

    def answer(self, person: str, status: Status | None) -> tuple[int, bool]:
        """The status of the answer, and whether something is changed."""
        if person == "anonymous":
            outside = dict(self.answers).get(person, 401 if self.is_api else 302)
            return outside, False
        outcome = self.rule(person, status)
        code = {HIDDEN: 404, FORBIDDEN: 403, LATE: self.late, DONE: self.done}[outcome]
        given = dict(self.answers).get(person, code)
        changes = (
            given == self.done
            and outcome is DONE
            and self.method != "GET"
            and (self.writes is None or self.writes(person, status) is DONE)
        )
        return given, changes


DESCRIPTION = {"api:openapi-json", "api:openapi-view", "api:api-root"}


def nobody(person: str, status: Status | None) -> str:
    return HIDDEN


def get(name: str, rule: Rule, about: str = "", done: int = 200, **more: Any) -> Line:
    return Line(name, "GET", rule, done, about, **more)


def post(name: str, rule: Rule, about: str = "", done: int = 302, **more: Any) -> Line:
    return Line(name, "POST", rule, done, about, **more)


def sent(method: str, name: str, rule: Rule, about: str = "", **more: Any) -> Line:
    """To the interface; the answer is 200 where nothing else is said."""
    return Line(name, method, rule, more.pop("done", 200), about, **more)


def _numbered(which: Callable[[Stage], int], about: str = "evaluation") -> Callable[..., list[Any]]:
    return lambda stage: [stage.form(about).pk, which(stage)]


def _attachment(stage: Stage) -> int:
    assert stage.attachment is not None
    return stage.attachment.pk


def _version(stage: Stage) -> dict[str, Any]:
    return {"version": stage.evaluation.version}


def _waived(stage: Stage) -> dict[str, Any]:
    return {
        "path": stage.finding.path,
        "code": stage.finding.code,
        "message": stage.finding.message,
        "reason": "已核实",
    }


def _typed(about: str) -> Callable[[Stage], dict[str, Any]]:
    return lambda stage: {
        "version": stage.form(about).version,
        "reason": "理由如下",
        "opinion": "同意",
    }


def _text(stage: Stage) -> dict[str, Any]:
    return {"text": "请看第二页"}


def _batch(stage: Stage) -> dict[str, Any]:
    chosen = f"{stage.evaluation.pk}:{stage.evaluation.version}"
    return {"action": "return", "text": "请补充", "form": chosen}


def _draw(stage: Stage) -> dict[str, Any]:
    unit = _unit(BUREAU)
    rest = {"kind": "self_evaluation", "method": "number", "amount": 2}
    return {"name": "再抽一次", "year": 2020, "unit": unit, **rest}


def _unit(name: str) -> int:
    return Unit.objects.get(name=name).pk


def _new_form(stage: Stage) -> dict[str, Any]:
    return {
        "kind": "declaration",
        "year": 2027,
        "project": stage.untouched_project.pk,
        "way": "blank",
    }


def _password(stage: Stage) -> dict[str, str]:
    return {"old_password": "", "new_password1": "", "new_password2": ""}


def _nothing(stage: Stage) -> list[Any]:
    return []


def _job(stage: Stage) -> list[Any]:
    return [stage.job.pk]


def _sample(stage: Stage) -> list[Any]:
    return [stage.sample.pk]


def _batch_of(stage: Stage) -> list[Any]:
    return [stage.batch.pk]


def _item(stage: Stage) -> list[Any]:
    return [stage.sample.pk, stage.sample.items.get(form=stage.published).place]


def _moves() -> Iterable[Line]:
    """Every step on its two ways, page and interface."""
    for action in Action:
        if action.value in {"edit", "comment", "answer", "review", "waive"}:
            continue
        about = {"adjust": "declaration", "cancel_adjustment": "adjusted"}.get(
            action.value, "evaluation"
        )
        rule = step(action, sees_adjusted if about == "adjusted" else sees)
        page = f"scoring:form-{action.value.replace('_', '-')}"
        yield post(page, rule, about, body=_typed(about))
        yield sent(
            "POST",
            "api:form_move",
            rule,
            about,
            address=_moved(about, action),
            body=_told(about),
        )


def _moved(about: str, action: Action) -> Callable[[Stage], list[Any]]:
    return lambda stage: [stage.form(about).pk, action.value]


def _told(about: str) -> Callable[[Stage], dict[str, Any]]:
    return lambda stage: {"version": stage.form(about).version, "text": "理由如下"}


def judges(person: str, status: Status | None) -> str:
    """The page of the review: for who judges the form; out of turn it leads to the form."""
    turn = {"unit_reviewer": Status.UNIT_REVIEW, "auditor": Status.SUBMITTED}
    if person not in turn or sees(person, status) is HIDDEN:
        return step(Action.COMMENT)(person, status)
    return DONE if turn[person] is status else LATE


def hands_back(person: str, status: Status | None) -> str:
    return step(Action.RETURN)(person, status)


EDITS = step(Action.EDIT)
COMMENTS, ANSWERS = step(Action.COMMENT), step(Action.ANSWER)
SAMPLES = own("auditor", "admin", "superuser")
AUDITS = own("auditor", but=("admin", "superuser"))
PREPARERS = only("preparer", "colleague", "stranger")
LOG = only("admin", "superuser", "log_auditor")
ACROSS = only("auditor", "other_auditor", "admin", "superuser")
IMPORTS = only("admin", "superuser")
OWNER = own("preparer")
NOBODYS = ("clerk", "log_auditor", "other_auditor", "newcomer", "lapsed")  # they see no form at all
E_ = "evaluation"
NOBODY_OUTSIDE = (("anonymous", 200),)

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
    post("scoring:form-new", PREPARERS, body=_new_form, answers=(("stranger", 422),)),
    # A form
    get("scoring:form-detail", sees, E_),
    get("scoring:form-edit", EDITS, E_, late=302),
    get("scoring:form-review", judges, E_, late=302),
    *_moves(),
    get("scoring:adjustment", sees, "declaration"),
    get("scoring:form-opinion", sees, E_),
    get("scoring:version-list", sees, E_),
    get("scoring:version-compare", sees, E_, query="before=1"),
    get("scoring:version-detail", sees, E_, address=_numbered(lambda stage: 1)),
    get("scoring:version-restore", EDITS, E_, address=_numbered(lambda stage: 1)),
    post("scoring:version-restore", EDITS, E_, address=_numbered(lambda stage: 1), body=_version),
    get("scoring:attachment-list", sees, E_),
    post("scoring:attachment-list", EDITS, E_, body=lambda stage: {"file": stage.evidence}),
    get("scoring:attachment-file", sees, E_, address=_numbered(_attachment)),
    post("scoring:attachment-remove", EDITS, E_, address=_numbered(_attachment)),
    post("scoring:finding-waive", step(Action.WAIVE), E_, body=_waived),
    post("scoring:waiver-revoke", step(Action.WAIVE), E_, address=_numbered(lambda s: s.waiver.pk)),
    get("scoring:form-pdf", sees, E_),
    get("scoring:form-json", sees, E_),
    get("scoring:form-workbook", sees, E_),
    get("scoring:form-workbook-upload", EDITS, E_),
    post(
        "scoring:form-workbook-upload",
        EDITS,
        E_,
        done=200,
        body=lambda stage: {"file": stage.workbook},
        writes=nobody,
    ),
    post(
        "scoring:form-workbook-apply", EDITS, E_, body=lambda stage: {"looked_at": stage.looked_at}
    ),
    # Many forms
    get("scoring:booklet", everybody),
    post(
        "scoring:booklet",
        everybody,
        body=lambda stage: {"year": 2020, "kind": "self_evaluation", "unit": _unit(INFORMATION)},
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
        E_,
        done=200,
        address=_nothing,
        body=_batch,
        writes=nobody,
    ),
    post(
        "scoring:review-batch-apply",
        everybody,
        E_,
        done=200,
        address=_nothing,
        body=_batch,
        writes=hands_back,
    ),
    get("scoring:sample-list", everybody),
    get("scoring:sample-new", only("auditor", "other_auditor")),
    post(
        "scoring:sample-new",
        only("auditor", "other_auditor"),
        body=_draw,
        answers=(("other_auditor", 422),),
    ),
    get("scoring:sample-detail", SAMPLES, address=_sample),
    get("scoring:sample-item", SAMPLES, address=_item),
    post(
        "scoring:sample-item",
        AUDITS,
        address=_item,
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
        address=_sample,
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
    get("scoring:sample-export", SAMPLES, address=_sample),
    get("scoring:cross-findings", ACROSS),
    post(
        "scoring:cross-findings",
        ACROSS,
        body=lambda stage: {"year": 2020},
        writes=only("auditor", "admin", "superuser"),
    ),
    # Forms brought in from workbooks
    get("scoring:import-list", IMPORTS),
    post("scoring:import-list", IMPORTS, body=lambda stage: {"files": stage.workbook}),
    get("scoring:execution-upload", IMPORTS),
    post(
        "scoring:execution-upload",
        IMPORTS,
        done=422,  # it holds forms, and is kept and refused
        body=lambda stage: {"year": 2020, "file": stage.workbook},
    ),
    get("scoring:execution-match", IMPORTS, done=302, address=_batch_of),
    post("scoring:execution-match", IMPORTS, address=_batch_of, writes=nobody),
    get("scoring:import-detail", IMPORTS, address=_batch_of),
    get("scoring:import-item", IMPORTS, address=lambda stage: [stage.batch.pk, 1]),
    get("scoring:import-file", IMPORTS, address=_batch_of),
    get("scoring:import-marked", IMPORTS, address=_batch_of),
    post("scoring:import-apply", IMPORTS, address=_batch_of, body=lambda stage: {"mode": "all"}),
    post("scoring:import-read", IMPORTS, address=_batch_of),
    post("scoring:import-discard", IMPORTS, address=_batch_of),
    # It was not applied yet.
    post("scoring:import-undo", IMPORTS, done=409, address=_batch_of, writes=nobody),
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
    post("accounts:password-change", everybody, done=422, body=_password, writes=nobody),
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
    get("common:job-detail", OWNER, address=_job),
    post("common:job-cancel", OWNER, address=_job),
    get("common:job-result", OWNER, address=_job),
    post("common:job-resume", OWNER, address=_job, writes=nobody),
    # The log
    get("audit:entry-list", LOG),
    get("audit:entry-detail", LOG, address=lambda stage: [stage.entry.pk]),
    get("audit:entry-export", LOG, address=lambda stage: ["csv"]),
    # The interface, described to who is signed in
    get("api:openapi-json", everybody),
    get("api:openapi-view", everybody),
    get("api:api-root", everybody, done=404),
    # The interface
    sent("GET", "api:form_list", everybody),
    sent("POST", "api:form_create", own("preparer", "colleague"), body=_new_form, done=201),
    sent(
        "POST",
        "api:form_validate",
        everybody,
        body=lambda stage: stage.document,
        writes=nobody,
    ),
    sent("GET", "api:library_list", everybody),
    sent("GET", "api:form_read", sees, E_),
    sent(
        "PATCH",
        "api:form_patch",
        EDITS,
        E_,
        body=lambda stage: _version(stage) | {"changes": [put("actual_outcome", "已完成")]},
    ),
    sent("POST", "api:form_submit", step(Action.SUBMIT), E_, body=_version),
    sent("POST", "api:form_withdraw", step(Action.WITHDRAW), E_, body=_version),
    sent("GET", "api:form_weights", sees, E_),
    sent("GET", "api:version_list", sees, E_),
    sent("GET", "api:version_read", sees, E_, address=_numbered(lambda stage: 1)),
    sent("GET", "api:version_diff", sees, E_, query="before=1"),
    sent(
        "POST",
        "api:version_restore",
        EDITS,
        E_,
        body=lambda stage: _version(stage) | {"number": 1},
    ),
    sent(
        "POST",
        "api:form_presence",
        sees,
        E_,
        body=lambda stage: {"tab": "a"},
        writes=nobody,
    ),
    sent("GET", "api:attachment_list", sees, E_),
    sent(
        "POST",
        "api:attachment_create",
        EDITS,
        E_,
        done=201,
        body=lambda stage: {"file": stage.evidence},
    ),
    sent("GET", "api:attachment_read", sees, E_, address=_numbered(_attachment)),
    sent("DELETE", "api:attachment_delete", EDITS, E_, done=204, address=_numbered(_attachment)),
    sent("GET", "api:review_read", sees, E_),
    sent(
        "PATCH",
        "api:review_patch",
        step(Action.REVIEW),
        E_,
        body=lambda stage: {"edits": 0, "opinion": "较好"},
    ),
    sent("GET", "api:comment_list", sees, E_),
    sent("POST", "api:comment_create", COMMENTS, E_, done=201, body=_text),
    sent(
        "POST",
        "api:answer_create",
        ANSWERS,
        E_,
        done=201,
        address=_numbered(lambda stage: stage.comment.pk),
        body=_text,
    ),
    sent(
        "POST",
        "api:comment_resolve",
        ANSWERS,
        E_,
        address=_numbered(lambda stage: stage.comment.pk),
        body=lambda stage: {"resolved": True},
    ),
    sent("GET", "api:waiver_list", sees, E_),
    sent(
        "POST",
        "api:waiver_create",
        step(Action.WAIVE),
        E_,
        done=201,
        body=_waived,
    ),
    sent(
        "POST",
        "api:waiver_revoke",
        step(Action.WAIVE),
        E_,
        address=_numbered(lambda stage: stage.waiver.pk),
    ),
    # The doors of the admin, which are those of the application
    get("admin-sign-in", only(), done=302),
    post("admin-sign-out", everybody, writes=nobody),
    get("admin-password-change", everybody),
    post("admin-password-change", everybody, done=422, body=_password, writes=nobody),
)
