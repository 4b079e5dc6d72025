"""Which self-evaluation of a year a project of a list is, or may be; and which project, where it has no
self-evaluation for the year yet."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from perfgoals.accounts.models import Role
from perfgoals.accounts.querysets import reach_of
from projects.models import Form, Project
from projects.workflow import FormKind
from scoring.services.execution_lists.rows import ExecutionRow, folded_name, stored_row
from scoring.services.importing import Report, silent

if TYPE_CHECKING:
    from perfgoals.accounts.models import User

OFFERED = 3
"""So many candidates are offered for a row that fits no form."""

_LEAST_LIKE = 0.2
_EVERY = 100
# 「1.」「（二）」「三、」 before the name of a project.
_ORDINAL = re.compile(
    r"^(?:\d{1,3}[.、．)）]|[(（][一二三四五六七八九十\d]{1,3}[)）]|[一二三四五六七八九十]{1,3}、)\s*"
)


class How(StrEnum):
    """By what a row was told to be a form's."""

    CODE = "code"
    NAME = "name"
    FOLDED = "folded"
    SEVERAL = "several"
    NEAREST = "nearest"
    NONE = "none"

    @property
    def label(self) -> str:
        return {
            "code": "项目编码相同",
            "name": "项目名称相同",
            "folded": "项目名称相同（空格、全半角、括号或序号不同）",
            "several": "有几个同名的项目，请选择",
            "nearest": "没有同名的项目，请从名称相近的里面选择",
            "none": "没有名称相近的项目",
        }[self.value]

    @property
    def is_sure(self) -> bool:
        return self in (How.CODE, How.NAME, How.FOLDED)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A project that a row may mean. form: its self-evaluation for the year, None where it has none yet.
    likeness: of the names, 0 to 1."""

    project: int
    form: int | None
    name: str
    unit: str
    likeness: float = 1.0

    @property
    def percent(self) -> int:
        return round(self.likeness * 100)


@dataclass(frozen=True, slots=True)
class ListedProject:
    """What several rows of a sheet say of one project: they have the same code, unit and name."""

    rows: Sequence[ExecutionRow]
    how: How
    candidates: Sequence[Candidate]

    @property
    def key(self) -> int:
        """By which it is chosen: the number of its first row."""
        return self.rows[0].number

    @property
    def sure(self) -> Candidate | None:
        """The project that it is, None where that cannot be told."""
        return self.candidates[0] if self.how.is_sure else None

    def offered(self, project: int) -> Candidate | None:
        """The candidate of that number, None where it was not offered."""
        return next((one for one in self.candidates if one.project == project), None)

    def as_json(self) -> dict[str, Any]:
        """The project as it is kept; ``stored_project`` reads it."""
        return {
            "rows": [row.as_json() for row in self.rows],
            "how": self.how.value,
            "candidates": [asdict(one) for one in self.candidates],
        }


def stored_project(data: Mapping[str, Any]) -> ListedProject:
    """What ``as_json`` gave."""
    return ListedProject(
        [stored_row(row) for row in data["rows"]],
        How(data["how"]),
        [Candidate(**one) for one in data["candidates"]],
    )


def reached_projects(by: User) -> Any:
    """The projects of units that the person administers; all for a superuser."""
    if by.is_superuser:
        return Project.objects.all()
    return Project.objects.filter(unit_id__in=reach_of(by.pk, (Role.ADMIN.value,)))


def match_rows(
    rows: Iterable[ExecutionRow], *, year: int, by: User, report: Report = silent
) -> list[ListedProject]:
    """The projects of the list, each with the project, and its self-evaluation of the year, that it is, or
    with those that it may be. Only those of units that the person administers. Two queries.

    The same project on two sheets is two projects of the list: whether one repeats the other cannot be
    told, so they are not added up.
    """
    grouped: dict[tuple[str, ...], list[ExecutionRow]] = defaultdict(list)
    for row in rows:
        key = (row.sheet, row.code, folded_name(row.unit), folded_name(row.name))
        grouped[key].append(row)
    index = _Index(reached_projects(by), year)
    listed = []
    for done, found in enumerate(grouped.values(), 1):
        listed.append(ListedProject(found, *index.match(found[0])))
        if done % _EVERY == 0 or done == len(grouped):
            report(done, len(grouped), "正在对应项目")
    return listed


class _Index:
    def __init__(self, projects: Any, year: int) -> None:
        self.candidates: list[Candidate] = []
        self.by_code: dict[str, list[int]] = defaultdict(list)
        self.by_name: dict[str, list[int]] = defaultdict(list)
        self.by_folded: dict[str, list[int]] = defaultdict(list)
        self.by_pair: dict[str, list[int]] = defaultdict(list)
        self.pairs: list[frozenset[str]] = []
        self.units: list[frozenset[str]] = []
        forms = Form.objects.filter(kind=FormKind.SELF_EVALUATION.value, year=year)
        kept = {
            project: (pk, name)
            for pk, project, name in forms.order_by().values_list("pk", "project", "project_name")
        }
        columns = ("pk", "code", "name", "unit__name", "unit__code")
        found = projects.order_by("unit__name", "pk").values_list(*columns)
        for project, code, name, unit, unit_code in found:
            form, form_name = kept.get(project, (None, ""))
            self._add(Candidate(project, form, form_name or name, unit), code, unit_code, name)

    def _add(self, candidate: Candidate, code: str, unit_code: str, name: str) -> None:
        place = len(self.candidates)
        self.candidates.append(candidate)
        self.by_code[code].append(place)
        for one in {candidate.name.strip(), name.strip()}:
            self.by_name[one].append(place)
        for one in {folded_name(candidate.name), folded_name(name)}:
            self.by_folded[one].append(place)
        pairs = _pairs(candidate.name)
        self.pairs.append(pairs)
        for pair in pairs:
            self.by_pair[pair].append(place)
        self.units.append(frozenset({folded_name(candidate.unit), folded_name(unit_code)}))

    def match(self, row: ExecutionRow) -> tuple[How, list[Candidate]]:
        if row.code and len(self.by_code.get(row.code, ())) == 1:
            return How.CODE, [self.candidates[self.by_code[row.code][0]]]
        unit = folded_name(row.unit)
        for how, places in self.named(row.name):
            own = [place for place in places if not unit or unit in self.units[place]]
            # Of projects of one name those that have a self-evaluation are meant.
            own = [p for p in own if self.candidates[p].form is not None] or own
            if len(own) == 1:
                return how, [self.candidates[own[0]]]
            if own:
                return How.SEVERAL, [self.candidates[place] for place in own]
        nearest = self.nearest(row, unit)
        return (How.NEAREST if nearest else How.NONE), nearest

    def named(self, name: str) -> Iterator[tuple[How, list[int]]]:
        if name:
            yield How.NAME, self.by_name.get(name, [])
            yield How.FOLDED, self.by_folded.get(folded_name(name), [])
            yield How.FOLDED, self.by_folded.get(folded_name(_ORDINAL.sub("", name)), [])

    def nearest(self, row: ExecutionRow, unit: str) -> list[Candidate]:
        """Those whose names share most pairs of characters with the name; of the row's unit first, and those
        with a self-evaluation before others."""
        wanted = _pairs(row.name)
        shared = Counter(place for pair in wanted for place in self.by_pair.get(pair, ()))
        likeness = {
            place: common / (len(wanted) + len(self.pairs[place]) - common)
            for place, common in shared.items()
        }
        near = [place for place, like in likeness.items() if like >= _LEAST_LIKE]
        near.sort(
            key=lambda place: (
                bool(unit) and unit not in self.units[place],
                -likeness[place],
                self.candidates[place].form is None,
                place,
            )
        )
        return [
            Candidate(one.project, one.form, one.name, one.unit, round(likeness[place], 4))
            for place in near[:OFFERED]
            for one in [self.candidates[place]]
        ]


def _pairs(name: str) -> frozenset[str]:
    folded = folded_name(name)
    return frozenset(folded[place : place + 2] for place in range(max(1, len(folded) - 1)))
