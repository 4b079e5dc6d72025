"""Which form a row belongs to.

A row says it by its 表编号; without one by 序号 (a number of this workbook), without that by 项目编码,
年度 and 表种, and without a code by 实施单位, 年度, 项目名称 and 表种. What a row leaves out (the year, the
unit, the kind) need not be said where only one form is left. Whatever else it says must not point at
another form of the file: a row copied to another project with half of its reference is an error and not
a guess. A name that no form of the file has is passed over beside a number or code, for projects are
renamed.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from projects.workflow import FormKind


class Reference(NamedTuple):
    """What a row says of its form: 0, None and "" for what it does not say."""

    form: int = 0
    number: str = ""
    project_code: str = ""
    year: int | None = None
    kind: str | None = None
    unit: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Unresolved:
    """A row that belongs to no form, or to more than one. key: the column at fault; expected: a Chinese
    sentence."""

    key: str
    expected: str


_MANY = 1_000
_LOOK = "请核对表编号、序号、项目编码、年度、实施单位和项目名称"
_UNKNOWN = "「项目」表里没有这一{what}，请核对，或在「项目」表里补上这个项目"


@dataclass(slots=True)
class References:
    """The forms of the file, by everything that rows may say of them."""

    forms: list[Reference] = field(default_factory=list)
    by_form: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    by_number: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    by_code: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    by_name: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    # Thousands of projects may share a name; those of one unit do not.
    by_unit_and_name: dict[tuple[str, str], list[int]] = field(
        default_factory=lambda: defaultdict(list)
    )

    def add(self, reference: Reference) -> Unresolved | None:
        """Take in the next form. An answer says in what it is one that the file already has, which is
        then the one that rows belong to."""
        same = self._earlier(reference)
        place = len(self.forms)
        self.forms.append(reference)
        if same is not None:
            return same
        if reference.form:
            self.by_form[reference.form].append(place)
        if reference.number:
            self.by_number[reference.number].append(place)
        if reference.project_code:
            self.by_code[reference.project_code].append(place)
        name = reference.name.strip()
        if name:
            self.by_name[name].append(place)
            self.by_unit_and_name[reference.unit.strip(), name].append(place)
        return None

    def _named(self, row: Reference) -> list[int]:
        """The forms with the name that the row says, and with its unit where it says one."""
        name, unit = row.name.strip(), row.unit.strip()
        if not unit:
            return self.by_name.get(name, [])
        known = self.by_unit_and_name
        return known.get((unit, name), []) + known.get(("", name), [])

    def _earlier(self, new: Reference) -> Unresolved | None:
        if new.form and new.form in self.by_form:
            return Unresolved("form", "表编号与前面的一行相同，一份表只能有一行")
        if new.number and new.number in self.by_number:
            return Unresolved("number", "序号与前面的一行相同，各行的序号应不同")
        codes = self.by_code.get(new.project_code, ()) if new.project_code else ()
        if any(self._alike(new, at, ("year", "kind")) for at in codes):
            return Unresolved("project_code", "同一项目、年度和表种在前面已有一行")
        names = self.by_unit_and_name.get((new.unit.strip(), new.name.strip()), [])
        if (
            not new.project_code
            and any(
                self._alike(new, at, ("year", "kind", "project_code"))
                # Numbers of the system tell even forms of one name apart.
                and not (new.form and self.forms[at].form)
                for at in names[:_MANY]
            )
        ):
            expected = (
                "同一单位、年度、项目名称和表种在前面已有一行，请填项目编码加以区别，或删去一行"
            )
            return Unresolved("name", expected)
        return None

    def _alike(self, new: Reference, at: int, keys: tuple[str, ...]) -> bool:
        known = self.forms[at]
        return all(_same(getattr(new, key), getattr(known, key)) for key in keys)

    def find(self, row: Reference) -> int | Unresolved:
        """The place of the form that the row belongs to."""
        found: int | None = None
        for key, what, places in (
            ("form", "表编号", self.by_form.get(row.form)),
            ("number", "序号", self.by_number.get(row.number)),
            ("project_code", "项目编码", self.by_code.get(row.project_code)),
            ("name", "项目名称", self._named(row)),
        ):
            if not getattr(row, key):
                continue
            places = places or []
            # Among so many a row that says nothing else cannot mean one, and looking would take long.
            left = self._narrowed(row, places) if len(places) < _MANY else places
            if found is None:
                if len(left) != 1:
                    return self._unresolved(row, key, what, places, left)
                found = left[0]
            elif len(left) == 1 and left[0] != found and key != "number":
                return Unresolved(key, f"{what}指向另一个项目，与本行的其他栏目不一致。{_LOOK}")
        if found is None:
            return Unresolved("name", f"没有写明属于哪个项目。{_LOOK}")
        return found

    def _narrowed(self, row: Reference, places: list[int]) -> list[int]:
        """Those of the forms that the row does not contradict by year or kind. A form that does not say
        its own is wrong already, and contradicts nothing."""
        return [
            at
            for at in places
            if all(
                not stated or not own or stated == own
                for stated, own in (
                    (row.year, self.forms[at].year),
                    (row.kind, self.forms[at].kind),
                )
            )
        ]

    def _unresolved(
        self, row: Reference, key: str, what: str, places: list[int], left: list[int]
    ) -> Unresolved:
        if left:
            return Unresolved(key, f"「项目」表里有不止一个项目符合，请填项目编码或序号。{_LOOK}")
        if not places:
            return Unresolved(key, _UNKNOWN.format(what=what))
        known = self.forms[places[0]]
        if row.year and not any(row.year == self.forms[at].year for at in places):
            return Unresolved("year", f"「项目」表里这一{what}没有这个年度的表")
        if row.kind and not any(row.kind == self.forms[at].kind for at in places):
            other = FormKind(known.kind).label if known.kind else "另一种表"
            return Unresolved(key, f"「项目」表里这一{what}是{other}，不能用在这里")
        return Unresolved(key, f"「项目」表里这一{what}属于另一个单位、年度或表种。{_LOOK}")


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, str) and isinstance(other, str):
        return one.strip() == other.strip()
    return bool(one == other)
