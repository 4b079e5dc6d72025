"""Finding what other forms of a year say alike: their long texts, and their targets of the same name."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from hashlib import blake2b
from itertools import chain

from django.utils import timezone

from indicators.values import Kind
from scoring.checks.across import Elsewhere, FormFacts, Likeness, LongText
from scoring.models import TargetMark, TextMark
from scoring.rules.resemblance import (
    agreement,
    bands_of,
    comparable_text,
    pieces_of,
    share_found,
)

# All own. Two texts are alike from so much agreement on (per cent of the pieces of both).
ALIKE = 60
# A text that the forms of so many other units have as well is everybody's template, and nobody's copy.
TEMPLATE_UNITS = 5
# With so many texts a text is compared at most; those of a template would be thousands.
MOST_COMPARED = 60
_BATCH = 2_000
_LARGEST = 10**15  # what a target can mean; the column holds more


@dataclass(frozen=True, slots=True)
class Kept:
    """A long text as it is kept."""

    form: int
    project: int
    unit: int
    text: str
    since: datetime

    @property
    def order(self) -> tuple[datetime, int]:
        return self.since, self.form


def keep_marks(forms: Sequence[FormFacts]) -> None:
    """Keep what other forms find these by, in place of what was kept of them.

    A text that is still what it was keeps the time since when it stands there.
    """
    numbers = [facts.identity.number for facts in forms]
    known = {(mark.form_id, mark.path): mark for mark in TextMark.objects.filter(form__in=numbers)}
    now = timezone.now()
    texts = []
    for facts in forms:
        for long in facts.long_texts():
            plain = comparable_text(long.text)
            old = known.get((facts.identity.number, long.path))
            same = old is not None and old.text == plain
            texts.append(
                TextMark(
                    form_id=facts.identity.number,
                    year=facts.year,
                    kind=facts.kind,
                    project_id=facts.identity.project,
                    unit_id=facts.identity.unit,
                    path=long.path,
                    sort=long.sort,
                    text=plain,
                    bands=old.bands if old and same else list(bands_of(plain)),
                    since=old.since if old and same else now,
                )
            )
    TextMark.objects.filter(form__in=numbers).delete()
    TextMark.objects.bulk_create(texts, batch_size=_BATCH)
    TargetMark.objects.filter(form__in=numbers).delete()
    TargetMark.objects.bulk_create(
        (mark for facts in forms for mark in _target_marks(facts)), batch_size=_BATCH
    )


def _target_marks(facts: FormFacts) -> Iterator[TargetMark]:
    for row, key, comparison, number, measure in _targets(facts):
        yield TargetMark(
            form_id=facts.identity.number,
            year=facts.year,
            kind=facts.kind,
            project_id=facts.identity.project,
            path=row,
            name_key=key,
            comparison=comparison,
            number=number,
            measure=measure,
        )


def _targets(facts: FormFacts) -> Iterator[tuple[str, int, str, Decimal, str]]:
    for key, row in facts.named.items():
        amount = row.amount
        if row.value.kind is Kind.QUANTITATIVE and amount and row.row.readable("target"):
            if abs(amount[0]) >= _LARGEST:
                continue  # a slip that the checks of the form itself show
            sign = row.value.comparison.value if row.value.comparison else ""
            yield row.path("target"), _name_key(key), sign, round(amount[0], 8), amount[1]


def _name_key(key: str) -> int:
    return int.from_bytes(blake2b(key.encode(), digest_size=8).digest(), "big") >> 1


class KeptTexts:
    """The long texts of other forms, asked for in the database one by one: for a single form."""

    def likenesses(self, facts: FormFacts) -> tuple[Likeness, ...]:
        """What of the form's texts stood in forms of other projects of the year before it did."""
        own = dict(TextMark.objects.filter(form=facts.identity.number).values_list("path", "since"))
        found = []
        for long in facts.long_texts():
            plain = comparable_text(long.text)
            rows = (
                TextMark.objects.in_the_open()
                .sharing(bands_of(plain), year=facts.year, kind=facts.kind, sort=long.sort)
                .exclude(project=facts.identity.project)
                .order_by()
                .values_list("form_id", "project_id", "unit_id", "text", "since")
            )
            others = [Kept(*row) for row in rows[:MOST_COMPARED]]
            found.append(_likeness(long, _kept(facts, plain, own[long.path]), others))
        return tuple(like for like in found if like is not None)


class TextsOfYear:
    """All long texts of a year in memory: for a run over all its forms. Equal texts are compared once."""

    def __init__(self, year: int) -> None:
        self._groups: dict[tuple[str, str], dict[str, list[Kept]]] = defaultdict(dict)
        self._buckets: dict[tuple[str, str], dict[int, list[str]]] = defaultdict(dict)
        self._since: dict[tuple[int, str], datetime] = {}
        marks = TextMark.objects.in_the_open().filter(year=year).order_by("since", "form")
        columns = ("kind", "sort", "path", "bands", "form_id", "project_id", "unit_id", "text")
        for kind, sort, path, bands, form, project, unit, text, since in marks.values_list(
            *columns, "since"
        ).iterator(chunk_size=_BATCH):
            part = kind, sort
            self._since[form, path] = since
            group = self._groups[part].get(text)
            if group is None:
                group = self._groups[part][text] = []
                for band in bands:
                    self._buckets[part].setdefault(band, []).append(text)
            group.append(Kept(form, project, unit, group[0].text if group else text, since))

    def likenesses(self, facts: FormFacts) -> tuple[Likeness, ...]:
        """As ``KeptTexts.likenesses``."""
        found = []
        for long in facts.long_texts():
            plain = comparable_text(long.text)
            since = self._since.get((facts.identity.number, long.path))
            if since is None:  # submitted while the run was under way, which looked at it then
                continue
            own = _kept(facts, plain, since)
            found.append(_likeness(long, own, self._others(facts, plain, long.sort)))
        return tuple(like for like in found if like is not None)

    def _others(self, facts: FormFacts, plain: str, sort: str) -> list[Kept]:
        part = facts.kind, sort
        groups, buckets = self._groups[part], self._buckets[part]
        texts = dict.fromkeys([plain])
        for band in bands_of(plain):
            texts.update(dict.fromkeys(buckets.get(band, ())[:MOST_COMPARED]))
        near = list(texts)[:MOST_COMPARED]
        kept = chain.from_iterable(_some(tuple(groups.get(text, ()))) for text in near)
        return [one for one in kept if one.project != facts.identity.project]


def _some(group: tuple[Kept, ...]) -> Iterable[Kept]:
    """The first of those who have one text, and of each further unit one, so that a template shows."""
    if len(group) <= MOST_COMPARED:
        return group
    by_unit = {one.unit: one for one in reversed(group)}
    return [*group[:MOST_COMPARED], *list(by_unit.values())[: TEMPLATE_UNITS + 1]]


def _kept(facts: FormFacts, plain: str, since: datetime) -> Kept:
    one = facts.identity
    return Kept(one.number, one.project, one.unit, plain, since)


def _likeness(long: LongText, own: Kept, others: Iterable[Kept]) -> Likeness | None:
    """Whether the text is a copy, and of which form's: the one that had it first of those that are most
    alike. What other forms of the same project say, of whatever year, is no copy."""
    alike = [(same, one) for one in others if (same := _agreement(own.text, one.text)) >= ALIKE]
    if len({one.unit for _, one in alike} - {own.unit}) >= TEMPLATE_UNITS:
        return None
    earlier = [(same, one) for same, one in alike if one.order < own.order]
    if not earlier:
        return None
    _, first = min(earlier, key=lambda pair: (-pair[0], pair[1].order))
    share = share_found(_pieces(own.text), _pieces(first.text))
    return Likeness(long, share, first.form, len({one.form for _, one in earlier}))


def _agreement(one: str, other: str) -> int:
    return 100 if one == other else agreement(_pieces(one), _pieces(other))


@lru_cache(maxsize=2_000)
def _pieces(plain: str) -> frozenset[bytes]:
    return pieces_of(plain)


class Targets:
    """The targets of the forms of a year and kind, by the name of the indicator."""

    def __init__(self, year: int, kind: str, *, of: FormFacts | None = None) -> None:
        """of: only what concerns that form, whose own targets are left out."""
        marks = TargetMark.objects.in_the_open().filter(year=year, kind=kind)
        self._counts_own = of is None
        if of is not None:
            keys = {_name_key(key) for key in of.named}
            marks = marks.filter(name_key__in=keys).exclude(form=of.identity.number)
        self._by_name: dict[int, list[dict]] = defaultdict(list)
        for row in marks.tally():
            self._by_name[row["name_key"]].append(row)

    def elsewhere(self, facts: FormFacts) -> Mapping[str, tuple[Elsewhere, ...]]:
        """For the key of each name the targets that other forms have for it."""
        number = facts.identity.number
        own: Counter[tuple[int, str, Decimal, str]] = Counter()
        if self._counts_own:
            own.update((key, sign, amount, unit) for _, key, sign, amount, unit in _targets(facts))
        found = {}
        for name in facts.named:
            key = _name_key(name)
            targets = []
            for row in self._by_name.get(key, ()):
                mine = own[key, row["comparison"], row["number"], row["measure"]]
                if row["forms"] > mine:
                    other = row["first"] if row["first"] != number else row["last"]
                    targets.append(
                        Elsewhere(
                            row["comparison"],
                            row["number"],
                            row["measure"],
                            row["forms"] - mine,
                            other,
                        )
                    )
            if targets:
                found[name] = tuple(targets)
        return found
