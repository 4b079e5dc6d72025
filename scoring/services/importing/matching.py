"""Which kept form a form of a file is: by its number, else by project code, year and kind, else by unit,
year, project name and kind. In bulk: a few queries for a whole file."""

from __future__ import annotations

import difflib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from perfgoals.accounts.models import Role, Unit
from perfgoals.accounts.querysets import reach_of
from projects.models import FiscalYear, Form, Project
from projects.workflow import FormKind
from scoring.documents import FormDocument

if TYPE_CHECKING:
    from perfgoals.accounts.models import User
    from scoring.workbooks.files import ReadForm

_NEAREST = 3
_LONGEST_CODE = 40
Key = tuple[str, int, object]


@dataclass(frozen=True, slots=True)
class Mismatch:
    """A form that cannot be told, or must not be touched. path: the cell at fault; found: what stands
    there; message: a Chinese sentence."""

    code: str
    path: str
    found: str
    message: str


@dataclass(frozen=True, slots=True)
class Match:
    """form: the kept one, None for one that would be new. project: None where it would be new too.
    how: by what it was told, in Chinese."""

    unit: Unit
    project: Project | None
    form: int | None
    how: str
    key: Key


class Desk:
    """What is kept, as far as a file can speak of it."""

    def __init__(self, read: Sequence[ReadForm], *, by: User) -> None:
        documents = [one.head for one in read if one.head is not None]
        self.units = {unit.pk: unit for unit in Unit.objects.all()}
        self.unit_by_name = {_folded(unit.name): unit for unit in self.units.values()}
        self.reach = None if by.is_superuser else _reached(by)
        self.years = dict(FiscalYear.objects.values_list("year", "is_open"))
        self._nearest: dict[str, str] = {}
        numbers = {one.form for one in read if one.form}
        codes = {one.project_code for one in read if one.project_code}
        forms = Form.objects.filter(pk__in=numbers).only(
            "kind", "year_id", "project_id", "project_name"
        )
        self.by_number = {form.pk: form for form in forms}
        names = {document.project.name.strip() for document in documents}
        self.projects = {
            project.pk: project
            for project in [
                *Project.objects.filter(
                    pk__in={form.project_id for form in self.by_number.values()}
                ),
                *Project.objects.filter(code__in=codes),
                *Project.objects.filter(name__in=names),
            ]
        }
        self.by_code = {project.code: project for project in self.projects.values()}
        self.by_name: dict[tuple[int, str], list[Project]] = defaultdict(list)
        for project in self.projects.values():
            self.by_name[project.unit_id, project.name.strip()].append(project)
        kept = Form.objects.filter(project__in=self.projects).order_by()
        self.kept = {
            (kind, year, project): pk
            for pk, kind, year, project in kept.values_list("pk", "kind", "year", "project")
        }

    def match(self, read: ReadForm, document: FormDocument) -> Match | Mismatch:
        """The kept form that this is, or a sentence why none can be told."""
        if document.year not in self.years:
            message = "系统里没有这个年度，请核对；确实要用的，请先在系统管理中添加年度"
            return Mismatch("import.year", "year", str(document.year), message)
        numbered = self.by_number.get(read.form) if read.form else None
        if numbered is not None:
            return self._numbered(numbered, document)
        unit = self.unit_by_name.get(_folded(document.unit))
        if unit is None:
            return Mismatch("import.unit", "unit", document.unit, self._unknown(document.unit))
        name = document.project.name.strip()
        if not name:
            return Mismatch("import.project", "project.name", "", "项目名称不能为空")
        return self._named(unit, name, read, document)

    def _named(
        self, unit: Unit, name: str, read: ReadForm, document: FormDocument
    ) -> Match | Mismatch:
        if len(read.project_code) > _LONGEST_CODE:
            message = f"项目编码最多 {_LONGEST_CODE} 个字符"
            return Mismatch("import.code", "project.code", read.project_code[:80], message)
        if read.project_code and read.project_code in self.by_code:
            project = self.by_code[read.project_code]
            if project.unit_id != unit.pk:
                other = self.units[project.unit_id].name
                message = f"这个项目编码是「{other}」的项目「{project.name}」，与本表的单位不符"
                return Mismatch("import.code", "project.code", read.project_code, message)
            return self._of(project, document, "按项目编码、年度和表种对应")
        how = "按实施单位、年度、项目名称和表种对应"
        named = self.by_name.get((unit.pk, name), [])
        if read.project_code and named:
            message = f"「{unit.name}」已有同名项目，它的编码是「{named[0].code}」，请核对项目编码"
            return Mismatch("import.code", "project.code", read.project_code, message)
        if len(named) > 1:
            codes = "、".join(sorted(project.code for project in named))
            message = f"「{unit.name}」有 {len(named)} 个同名项目（编码 {codes}），请填项目编码"
            return Mismatch("import.ambiguous", "project.name", name, message)
        if named:
            return self._of(named[0], document, how)
        key = (document.form, document.year, (unit.pk, name, read.project_code))
        return Match(unit, None, None, how, key)

    def _numbered(self, form: Form, document: FormDocument) -> Match | Mismatch:
        project = self.projects[form.project_id]
        if (form.kind, form.year_id) != (document.form, document.year):
            label = FormKind(form.kind).label
            message = (
                f"第 {form.pk} 号表是 {form.year_id} 年度的{label}，与文件里的不符，请核对表编号"
            )
            return Mismatch("import.form", "form", str(form.pk), message)
        own_unit = self.units[project.unit_id]
        names = {project.name.strip(), form.project_name.strip()}
        if document.project.name.strip() not in names and (
            _folded(document.unit) != _folded(own_unit.name)
        ):
            message = (
                f"第 {form.pk} 号表是「{own_unit.name}」的「{project.name}」，"
                "单位和项目名称都与文件里的不符，请核对或清空表编号"
            )
            return Mismatch("import.form", "form", str(form.pk), message)
        return self._of(project, document, "按表编号对应")

    def _of(self, project: Project, document: FormDocument, how: str) -> Match:
        key = (document.form, document.year, project.pk)
        kept = self.kept.get((document.form, document.year, project.pk))
        return Match(self.units[project.unit_id], project, kept, how, key)

    def may_reach(self, unit: Unit) -> bool:
        return self.reach is None or unit.pk in self.reach

    def _unknown(self, name: str) -> str:
        if not name.strip():
            return "实施单位不能为空"
        if name not in self._nearest:
            known = list(self.unit_by_name)
            near = difflib.get_close_matches(_folded(name), known, _NEAREST, cutoff=0.5)
            named = "、".join(f"「{self.unit_by_name[one].name}」" for one in near)
            advice = f"是否为{named}" if named else "请先在系统管理中添加单位"
            self._nearest[name] = f"系统里没有这个单位，{advice}"
        return self._nearest[name]


def _folded(name: str) -> str:
    return "".join(name.split())


def _reached(by: User) -> frozenset[int]:
    reach = reach_of(by.pk, (Role.ADMIN.value,))
    return frozenset(Unit.objects.filter(pk__in=reach).values_list("pk", flat=True))


def repeated(keys: Iterable[Key | None]) -> dict[Key, list[int]]:
    """The keys that occur more than once, with their places."""
    places: dict[Key, list[int]] = defaultdict(list)
    for place, key in enumerate(keys):
        if key is not None:
            places[key].append(place)
    return {key: found for key, found in places.items() if len(found) > 1}
