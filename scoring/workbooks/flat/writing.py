"""Forms as a flat workbook: downloaded to be filled, filled with what there is, or as CSV."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from perfgoals.common.workbooks.tables.delimited import csv_bytes, zip_bytes
from perfgoals.common.workbooks.tables.spec import Column, ColumnKind, TableSpec
from perfgoals.common.workbooks.tables.writing import Offer, TablesWriter
from projects.models import FundingSource
from projects.workflow import FormKind
from scoring.access import get_scheme
from scoring.documents import FormDocument
from scoring.workbooks.flat.columns import (
    BLANK,
    DECLARED,
    FORMAT,
    FUND_PATHS,
    FUNDS,
    IDENTITY,
    INSTRUCTIONS,
    MARK,
    PROJECT_PATHS,
    PROJECTS,
    REFERENCE_KEYS,
    RESULTS,
    ROW_FIELDS,
    ROW_TABLES,
)
from scoring.workbooks.flat.instructions import instructions

_BACK = 10  # years before that of the workbook that are offered


@dataclass(frozen=True, slots=True)
class FlatForm:
    """A form to be written. form, version: of one that is kept, else 0; project_code: "" for none."""

    document: FormDocument
    form: int = 0
    version: int = 0
    project_code: str = ""


@dataclass(frozen=True, slots=True)
class FlatOffers:
    """What is offered to choose from. taxonomy: the classes of level 1, each with ``name`` and the names
    of its ``children``, as ``indicators.access.taxonomy_of`` gives them."""

    units: Sequence[str] = ()
    departments: Sequence[str] = ()
    years: Sequence[int] = ()
    ratings: Sequence[str] = ()
    taxonomy: Sequence[Mapping[str, Any]] = ()

    def by_key(self) -> dict[str, Offer]:
        """By the key of the column."""
        below = {one["name"]: list(one["children"]) for one in self.taxonomy}
        names = list(dict.fromkeys(name for names in below.values() for name in names))
        return {
            "unit": Offer(list(self.units)),
            "department": Offer(list(self.departments)),
            "year": Offer([str(year) for year in self.years]),
            "rating": Offer(list(self.ratings)),
            "level1": Offer(list(below)),
            "level2": Offer(names, "level1", below),
        }


@dataclass(frozen=True, slots=True)
class Made:
    """When and by whom a workbook is made; "" and None where that is not told."""

    at: datetime | None = None
    by: str = ""


def flat_template(
    kind: FormKind | None,
    year: int,
    units: Sequence[str],
    taxonomy: Sequence[Mapping[str, Any]],
    *,
    departments: Sequence[str] = (),
    made: Made = Made(),
) -> bytes:
    """An empty flat workbook to be filled. kind: None for one that takes both kinds of form."""
    offers = flat_offers(year, units, taxonomy, departments=departments)
    return flat_workbook((), kind=kind, year=year, offers=offers, made=made)


def flat_offers(
    year: int,
    units: Sequence[str],
    taxonomy: Sequence[Mapping[str, Any]],
    *,
    departments: Sequence[str] = (),
) -> FlatOffers:
    """What a workbook of that year offers: the ratings are those of the scheme in force."""
    return FlatOffers(
        units=units,
        departments=departments,
        years=range(year + 1, year - _BACK, -1),
        ratings=[band.label for band in get_scheme(year).rating],
        taxonomy=taxonomy,
    )


def flat_workbook(
    forms: Iterable[FlatForm],
    *,
    kind: FormKind | None = None,
    year: int | None = None,
    offers: FlatOffers | None = None,
    made: Made = Made(),
) -> bytes:
    """The forms as one flat workbook (.xlsx). They are taken one after the other and not kept.

    kind: with it the workbook has only the tables and columns of that kind, and forms of the other must
    not be among ``forms``; year: what rows without a year are taken for. Raises CellRefused.
    """
    title = f"{year or ''}{'年度' if year else ''}项目支出绩效平铺工作簿"
    book = TablesWriter(title)
    book.words(INSTRUCTIONS, instructions(kind), (20, 92))
    by_key = (offers or FlatOffers()).by_key()
    if kind is not None:
        by_key["kind"] = Offer([kind.label])
    specs = tables_of(kind)
    sheets = {spec.name: book.table(spec, by_key) for spec in specs}
    for number, form in enumerate(forms, 1):
        for spec, row in form_rows(form, number, specs):
            sheets[spec.name].add(row)
    book.words(MARK, _mark(kind, year, made), (16, 40), hidden=True)
    return book.finished()


def flat_csv(forms: Iterable[FlatForm], *, kind: FormKind | None = None) -> bytes:
    """The forms as a .zip of one CSV file for each table. Raises nothing: CSV holds any text."""
    specs = tables_of(kind)
    rows: dict[str, list[Sequence[Any]]] = {spec.name: [] for spec in specs}
    for number, form in enumerate(forms, 1):
        for spec, row in form_rows(form, number, specs):
            rows[spec.name].append(row)
    return zip_bytes(
        {
            f"{spec.name}.csv": csv_bytes([c.heading for c in spec.columns], rows[spec.name])
            for spec in specs
        }
    )


def tables_of(kind: FormKind | None) -> list[TableSpec]:
    """The tables that a workbook of that kind has, with the columns that apply to it."""
    if kind is None:
        return [PROJECTS, FUNDS, DECLARED, RESULTS]
    common = frozenset(REFERENCE_KEYS) | {"kind", "version"}
    funds = frozenset(key for _, key in FUND_PATHS[kind]) | {"source"}
    return [
        PROJECTS.only(common | frozenset(PROJECT_PATHS[kind])),
        FUNDS.only(common | funds),
        ROW_TABLES[kind],
    ]


def _mark(kind: FormKind | None, year: int | None, made: Made) -> Iterator[list[str]]:
    yield ["文件类型", IDENTITY]
    yield ["格式版本", str(FORMAT)]
    yield ["表种", kind.label if kind else ""]
    yield ["年度", str(year or "")]
    yield ["生成时间", made.at.isoformat(sep=" ", timespec="seconds") if made.at else ""]
    yield ["生成人", made.by]


# -- rows ------------------------------------------------------------------------------------------


def form_rows(
    form: FlatForm, number: int, specs: Sequence[TableSpec]
) -> Iterator[tuple[TableSpec, list[Any]]]:
    """The rows of a form, each with its table. number: of the form in the file, by which its rows say
    where they belong while it has no number in the system and no code."""
    document = form.document
    kind = FormKind(document.form)
    known = form.form or form.project_code
    cells: dict[str, Any] = {
        "number": "" if known else str(number),
        "form": _whole(form.form),
        "version": _whole(form.version),
        "project_code": form.project_code,
        "kind": kind.value,
        "year": Decimal(document.year),
        "name": document.project.name,
        "unit": document.unit,
    }
    for spec in specs:
        if spec.name == PROJECTS.name:
            own = {key: _at(document, path) for key, path in PROJECT_PATHS[kind].items()}
            own["damaged"] = _notes(document.damaged)
            own["year"] = cells["year"]
            if own.get("rating") == "":
                own["rating"] = BLANK
            yield spec, _row(spec, cells | own)
        elif spec.name == FUNDS.name:
            for source in FundingSource:
                amounts = {
                    key: _at(document, path)
                    for (row, key), path in FUND_PATHS[kind].items()
                    if row == source
                }
                yield spec, _row(spec, cells | amounts | {"source": source.value})
        elif spec.name == ROW_TABLES[kind].name:
            yield from _indicators(spec, cells, document)


def _indicators(
    spec: TableSpec, cells: Mapping[str, Any], document: FormDocument
) -> Iterator[tuple[TableSpec, list[Any]]]:
    reference = [_cell(column, cells.get(column.key)) for column in spec.columns]
    fields = [
        (place, column, ROW_FIELDS.get(column.key, column.key))
        for place, column in enumerate(spec.columns)
        if column.key not in cells
    ]
    for indicator in document.indicators:
        row = reference.copy()
        for place, column, name in fields:
            value = getattr(indicator, name)
            row[place] = _notes(value) if name == "damaged" else _cell(column, value)
        yield spec, row


def _row(spec: TableSpec, cells: Mapping[str, Any]) -> list[Any]:
    return [_cell(column, cells.get(column.key)) for column in spec.columns]


def _cell(column: Column, value: Any) -> Any:
    if column.kind is ColumnKind.CHOICE and value is not None:
        return column.offered.get(value, value)
    return value


def _at(document: FormDocument, path: str) -> Any:
    value: Any = document
    for part in path.split("."):
        value = getattr(value, part)
    return value


def _whole(number: int) -> Decimal | None:
    return Decimal(number) if number else None


def _notes(damaged: Mapping[str, str]) -> str:
    return "; ".join(f"{name}={damage}" for name, damage in damaged.items())
