"""One line of the table: an address, a method, and who gets which answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from projects.workflow import Status
from tests.rights.rules import DONE, FORBIDDEN, HIDDEN, LATE, Rule
from tests.rights.stage import Stage

EVALUATION = "evaluation"
DESCRIPTION = {"api:openapi-json", "api:openapi-view", "api:api-root"}


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


def get(name: str, rule: Rule, about: str = "", done: int = 200, **more: Any) -> Line:
    return Line(name, "GET", rule, done, about, **more)


def post(name: str, rule: Rule, about: str = "", done: int = 302, **more: Any) -> Line:
    return Line(name, "POST", rule, done, about, **more)


def sent(method: str, name: str, rule: Rule, about: str = "", **more: Any) -> Line:
    """To the interface; the answer is 200 where nothing else is said."""
    return Line(name, method, rule, more.pop("done", 200), about, **more)
