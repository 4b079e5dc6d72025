"""What the rules and the checks make of the documents of a batch.

Of a file with hundreds of forms that takes longer than everything else; so they are given to a crew of
processes. Those know no database: what is kept is looked up here, and what they answer is kept from here.
"""

from __future__ import annotations

import json
import logging
import secrets
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from io import StringIO
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from indicators.documents import DeclarationDocument
from perfgoals.common.crew import Crew, CrewLost, hands_at_hand
from perfgoals.common.findings import Finding, Level
from perfgoals.common.jobs import JobFailed
from projects.models import Form, Waiver
from scoring.checks.judging import Given, Told, Waived
from scoring.documents import FormDocument
from scoring.models import ScoringScheme
from scoring.rules.scheme import Scheme

if TYPE_CHECKING:
    from scoring.workbooks.files import ReadForm

FEW = 200
"""Forms; a file with no more of them is judged here before a crew would be ready."""

AT_ONCE = 50
"""Forms given to one of the crew at a time: a fraction of a second, so that progress is seen to move."""

_PATIENCE = 300.0
"""Seconds that the others may take for all that was given to them before; far more than they need."""

_WORK = "scoring.checks.judging:judge_given"

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was said of a form. findings: errors and warnings that are open; hints: how many there are
    besides; judged: the rest of the judgement as JSON text, see ``read_judgement``."""

    findings: Sequence[Finding] = ()
    hints: int = 0
    judged: str = "{}"


class NotJudged(JobFailed):
    """A process that judges has ended. Nothing was kept. The text is a Chinese sentence."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A form that is to be judged. scheme: of a self-evaluation; data: its JSON where the document has been
    read without its rows."""

    document: FormDocument
    scheme: ScoringScheme | None
    waived: Waived = frozenset()
    data: dict[str, Any] | None = None

    def as_json(self) -> dict[str, Any]:
        return self.document.as_json() if self.data is None else self.data


class Answer(NamedTuple):
    """Where the answer for a form will be."""

    future: Future[Any]
    place: int

    def is_there(self) -> bool:
        return self.future.done()


class Judges:
    """Judge many forms side by side. Within them the same collection of schemes is used throughout."""

    def __init__(self) -> None:
        self.schemes = Schemes()
        self._crew = Crew(_WORK, hands=0)
        self._foreseen: dict[int, tuple[Wanted, Answer]] = {}
        self._next: list[Wanted] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._crew.__exit__(*error)

    def expect(self, forms: int) -> None:
        """Say how many there will be, as soon as that is known about: a crew takes its time to be ready. A
        few are judged in this process."""
        if forms > FEW and not self._crew.process_ids:
            self._crew = Crew(_WORK, hands=hands_at_hand())

    def foresee(self, read: ReadForm) -> None:
        """A form that was just read, and is probably a new one: a crew that waits may judge it while others
        are read. Where it is not wanted after all, nothing is lost."""
        head = read.head
        if head is None or read.form or not self._crew.process_ids:
            return
        try:
            self._next.append(Wanted(head, self.schemes.of(head, None), data=read.data))
        except ScoringScheme.DoesNotExist:
            return
        if len(self._next) == AT_ONCE:
            self._ask(self._next)
            self._next = []

    def _ask(self, forms: Sequence[Wanted]) -> None:
        future = self._crew.give([tuple(one) for one in self._given(forms)])
        for place, one in enumerate(forms):
            self._foreseen[id(one.document)] = (one, Answer(future, place))

    def _given(self, forms: Sequence[Wanted]) -> Iterator[Given]:
        told = [form.as_json() for form in forms]
        rows = [len(data.get("indicators", ())) for data in told]
        # Drawn in one go: the system is asked for each draw.
        codes = StringIO(secrets.token_hex(4 * sum(rows)))
        for form, data, number in zip(forms, told, rows, strict=True):
            scheme = None if form.scheme is None else self.schemes.text(form.scheme)
            yield Given(data, codes.read(8 * number), scheme, form.waived)

    def give(self, forms: Sequence[Wanted]) -> list[Answer]:
        """Have the forms judged; ``take`` gives the answers."""
        self._ask([one for one in forms if not self._is_foreseen(one)])
        return [self._foreseen.pop(id(one.document))[1] for one in forms]

    def _is_foreseen(self, form: Wanted) -> bool:
        known = self._foreseen.get(id(form.document))
        return known is not None and known[0].scheme == form.scheme

    def take(self, answers: Sequence[Answer]) -> list[tuple[str, Verdict]]:
        """Of each of the forms given how it would be kept (every row with a code, numbers as the tables give
        them back) and what is to be said of it. Raises NotJudged."""
        try:
            told = [Told(*one.future.result(_PATIENCE)[one.place]) for one in answers]
        except (CrewLost, TimeoutError) as error:
            log.error("forms were not judged: %s", error)
            raise NotJudged("检查时辅助进程意外终止，没有保存任何内容，请重新读取") from error
        return [(one.document, _verdict(one)) for one in told]


def _verdict(told: Told) -> Verdict:
    findings = [Finding(path, Level(level), *rest) for path, level, *rest in told.findings]
    return Verdict(findings, told.hints, told.judged)


class Schemes:
    """The schemes that forms are scored by, each read once."""

    def __init__(self) -> None:
        self._stored: dict[int, ScoringScheme] = {}
        self._by_year: dict[int, ScoringScheme] = {}
        self._read: dict[int, Scheme] = {}
        self._texts: dict[int, str] = {}

    def stored_for(self, year: int) -> ScoringScheme:
        if year not in self._by_year:
            scheme = ScoringScheme.objects.in_force(year)
            self._by_year[year] = self._stored[scheme.pk] = scheme
        return self._by_year[year]

    def of(self, document: FormDocument, form: Form | None) -> ScoringScheme | None:
        """The one that the form is scored by; of a new one that in force for its year. None for a
        declaration."""
        if isinstance(document, DeclarationDocument):
            return None
        kept = form.self_evaluation.scheme_id if form else None
        if kept is None:
            return self.stored_for(document.year)
        if kept not in self._stored:
            self._stored[kept] = ScoringScheme.objects.get(pk=kept)
        return self._stored[kept]

    def text(self, scheme: ScoringScheme) -> str:
        """Its content as JSON text, always the same object."""
        if scheme.pk not in self._texts:
            self._texts[scheme.pk] = json.dumps(scheme.content, sort_keys=True)
        return self._texts[scheme.pk]

    def read(self, document: FormDocument, form: Form | None) -> Scheme | None:
        """The same as the rules take it."""
        scheme = self.of(document, form)
        if scheme is None:
            return None
        if scheme.pk not in self._read:
            self._read[scheme.pk] = scheme.as_scheme()
        return self._read[scheme.pk]


def waivers_of(forms: Iterable[int]) -> dict[int, Waived]:
    """What was waived on those forms and still is; one query."""
    found: dict[int, set[tuple[str, str, str]]] = defaultdict(set)
    rows = Waiver.objects.in_force().filter(form__in=list(forms))
    for form, *told in rows.values_list("form", "code", "place", "message"):
        found[form].add((told[0], told[1], told[2]))
    return {form: frozenset(told) for form, told in found.items()}
