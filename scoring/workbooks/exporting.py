"""Forms as one file: as official sheets, as a flat workbook, as CSV, or as JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from indicators.access import taxonomy_of
from perfgoals.accounts.models import Unit
from perfgoals.common.workbooks.official_writer import OfficialSheet, official_workbook
from perfgoals.common.workbooks.writer import CellRefused
from projects.models import Form
from projects.workflow import FormKind
from scoring.access import form_document
from scoring.documents import FormDocument
from scoring.workbooks.flat import (
    FlatForm,
    FlatOffers,
    Made,
    flat_csv,
    flat_offers,
    flat_workbook,
)
from scoring.workbooks.official import class_names, official_sheet

Report = Callable[[int, int], None]
"""Told how many of how many forms are done."""

MOST_SHEETS = 1_000
"""So many forms fit into a workbook with a sheet for each; more are for the flat one."""

_AT_ONCE = 100
_EVERY = 10  # forms between two reports
_LONGEST_NAME = 80
_UNSAFE = re.compile(r'[\\/:*?"<>|\x00-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069]')


class ExportLayout(StrEnum):
    """How a file is laid out."""

    OFFICIAL = "official"
    FLAT = "flat"
    CSV = "csv"
    JSON = "json"

    @property
    def label(self) -> str:
        return {
            "official": "官方表样工作簿",
            "flat": "平铺工作簿",
            "csv": "CSV",
            "json": "JSON",
        }[self.value]

    @property
    def ending(self) -> str:
        return {"official": "xlsx", "flat": "xlsx", "csv": "zip", "json": "json"}[self.value]

    @property
    def content_type(self) -> str:
        return {
            "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            "zip": "application/zip",
            "json": "application/json",
        }[self.ending]


class NotExported(Exception):
    """The forms cannot be written so. The text is a Chinese sentence."""


@dataclass(frozen=True, slots=True)
class Selection:
    """Forms that go into one file, by their ids in the order of the file. kind, year: of all of them,
    None where they differ."""

    forms: Sequence[int]
    kind: FormKind | None = None
    year: int | None = None

    @property
    def title(self) -> str:
        """「2024 年度自评表 18 份」"""
        year = f"{self.year} 年度" if self.year else ""
        kind = self.kind.label if self.kind else "绩效表"
        return f"{year}{kind} {len(self.forms)} 份"


def selection_of(forms: Iterable[Form]) -> Selection:
    """The selection of those forms, in their order. Of each only id, kind and year are looked at."""
    forms = list(forms)
    kinds = {form.kind for form in forms}
    years = {form.year_id for form in forms}
    return Selection(
        [form.pk for form in forms],
        FormKind(kinds.pop()) if len(kinds) == 1 else None,
        years.pop() if len(years) == 1 else None,
    )


def export_file(
    selection: Selection,
    layout: ExportLayout,
    *,
    offers: FlatOffers | None = None,
    at: datetime | None = None,
    by: str = "",
    report: Report | None = None,
) -> bytes:
    """The forms as a file of that layout, nothing of them left out. Who calls has looked whether they may
    be seen; one that was removed since is left out.

    offers: what a flat workbook offers to choose from; at, by: when and for whom it is made. Raises
    NotExported.
    """
    forms = _read(selection.forms, report)
    try:
        if layout is ExportLayout.OFFICIAL:
            if len(selection.forms) > MOST_SHEETS:
                raise NotExported(
                    f"官方表样工作簿一份表一张工作表，最多 {MOST_SHEETS} 份，现有 {len(selection.forms)} 份；"
                    "请缩小范围，或导出平铺工作簿"
                )
            return official_workbook(_official(forms), title=selection.title)
        if layout is ExportLayout.FLAT:
            return flat_workbook(
                _flat(forms),
                kind=selection.kind,
                year=selection.year,
                offers=offers,
                made=Made(at, by),
            )
    except CellRefused as error:
        raise NotExported(f"有内容不能写进工作簿：{error}。请改短或删去后再导出") from error
    if layout is ExportLayout.CSV:
        return flat_csv(_flat(forms), kind=selection.kind)
    documents = [document.as_json() for _, document in forms]
    return f"{json.dumps(documents, ensure_ascii=False, indent=1)}\n".encode()


def offers_for(units: Iterable[Unit], year: int) -> FlatOffers:
    """What a flat workbook of that year offers to who writes for those units."""
    units = list(units)
    above = {unit.parent.name for unit in units if unit.parent} or {unit.name for unit in units}
    return flat_offers(
        year, [unit.name for unit in units], taxonomy_of(year), departments=sorted(above)
    )


def file_name(title: str, ending: str) -> str:
    """A name that every file system takes."""
    return f"{_UNSAFE.sub('_', title).strip(' .')[:_LONGEST_NAME]}.{ending}"


def _read(numbers: Sequence[int], report: Report | None) -> Iterator[tuple[Form, FormDocument]]:
    """The forms in that order with what they say, some at a time."""
    done = 0
    for start in range(0, len(numbers), _AT_ONCE):
        chunk = numbers[start : start + _AT_ONCE]
        kept = Form.objects.with_documents().in_bulk(chunk)
        for number in chunk:
            done += 1
            if number in kept:
                yield kept[number], form_document(kept[number])
            if report is not None and (done % _EVERY == 0 or done == len(numbers)):
                report(done, len(numbers))


def _official(forms: Iterable[tuple[Form, FormDocument]]) -> Iterator[OfficialSheet]:
    choices: dict[int, dict[str, list[str]]] = {}
    for form, document in forms:
        if document.year not in choices:
            choices[document.year] = class_names(document.year)
        yield official_sheet(
            document, form=form.pk, version=form.version, choices=choices[document.year]
        )


def _flat(forms: Iterable[tuple[Form, FormDocument]]) -> Iterator[FlatForm]:
    for form, document in forms:
        yield FlatForm(document, form.pk, form.version, form.project.code)
