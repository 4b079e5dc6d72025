"""Who gets which answer: the rules that the lines of the table name.

What may be done with a form in which status is read off the table of steps; everything else is written
down here by hand.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from projects.workflow import STEPS, Action, Status

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


def nobody(person: str, status: Status | None) -> str:
    return HIDDEN


def judges(person: str, status: Status | None) -> str:
    """The page of the review: for who judges the form; out of turn it leads to the form."""
    turn = {"unit_reviewer": Status.UNIT_REVIEW, "auditor": Status.SUBMITTED}
    if person not in turn or sees(person, status) is HIDDEN:
        return step(Action.COMMENT)(person, status)
    return DONE if turn[person] is status else LATE


def hands_back(person: str, status: Status | None) -> str:
    return step(Action.RETURN)(person, status)


def compares(person: str, status: Status | None) -> str:
    """Holding a form against the others: for who oversees it, once it was submitted."""
    if sees(person, status) is HIDDEN:
        return HIDDEN
    if person not in {"auditor", "admin", "superuser"}:
        return FORBIDDEN
    return LATE if status in BEFORE else DONE


def waits(person: str, status: Status | None) -> str:
    """Where the form waits for the department, whoever asks."""
    return DONE if status is Status.SUBMITTED else LATE


def numbers(person: str, status: Status | None) -> str:
    """发文字号, which auditors give."""
    if sees(person, status) is HIDDEN:
        return HIDDEN
    return DONE if person == "auditor" else FORBIDDEN


EDITS = step(Action.EDIT)
COMMENTS, ANSWERS = step(Action.COMMENT), step(Action.ANSWER)
SAMPLES = own("auditor", "admin", "superuser")
AUDITS = own("auditor", but=("admin", "superuser"))
PREPARERS = only("preparer", "colleague", "stranger")
LOG = only("admin", "superuser", "log_auditor")
ACROSS = only("auditor", "other_auditor", "admin", "superuser")
IMPORTS = only("admin", "superuser")
KEEPERS = only("admin", "superuser")
OWNER = own("preparer")
NOBODYS = ("clerk", "log_auditor", "other_auditor", "newcomer", "lapsed")  # they see no form at all
