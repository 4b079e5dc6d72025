"""Whatever stands in the cells of a flat workbook: sentences, never a crash, and no form half read."""

from __future__ import annotations

from datetime import date, time
from decimal import Decimal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from perfgoals.common.workbooks.container import UnreadableWorkbook
from perfgoals.common.workbooks.tables import CellValue, Faulty, Formatted, Table
from scoring.documents import read_form
from scoring.workbooks.flat import FlatForm, read_flat
from tests.workbooks.flat_book import Book
from tests.workbooks.office import published_form

FORMS = [
    FlatForm(published_form("交通工具购置及更新", 2024)),
    FlatForm(published_form("土壤固废化学品污染防治", 2024), 4, 2, "A2"),
]
SHEETS = ["项目", "资金", "绩效指标", "自评结果"]

numbers = st.floats().map(lambda n: Decimal(f"{n:.15g}")) | st.integers(-10, 3000).map(Decimal)
words = st.text(max_size=30) | st.sampled_from(
    [
        "自评表",
        "申报表",
        "万元",
        "A2",
        "4",
        "2024",
        "资金总额",
        "达成",
        "name=lost",
        "；＝",
        "-",
        "〔空白〕",
    ]
)
cells: st.SearchStrategy[CellValue] = st.one_of(
    st.none(),
    words,
    numbers,
    st.booleans(),
    st.dates(date(1900, 1, 1), date(2100, 1, 1)),
    st.datetimes(),
    st.just(time(8)),
    st.builds(Formatted, numbers, st.sampled_from(["0%", '"≥"0', "0.0"])),
    st.builds(Faulty, st.just("#N/A"), st.just("是错误值 #N/A")),
)
changes = st.lists(
    st.tuples(st.sampled_from(SHEETS), st.integers(0, 40), st.integers(0, 25), cells),
    max_size=40,
)


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(changes, st.permutations(range(40)), st.sampled_from([*SHEETS, ""]), st.booleans())
def test_mutated_tables(
    changed: list[tuple[str, int, int, CellValue]], order: list[int], without: str, shuffled: bool
) -> None:
    book = Book(*FORMS)
    for sheet, row, column, value in changed:
        rows = book.tables[sheet].rows
        line = rows[row % len(rows)][1]
        line[column % len(line)] = value
    if shuffled:
        for table in book.tables.values():
            lines = [line for _, line in table.rows]
            picked = [lines[place] for place in order if place < len(lines)]
            table.rows = list(enumerate(picked, 1))
    tables: list[Table] = [table for name, table in book.tables.items() if name != without]
    try:
        read = read_flat(tables)
    except UnreadableWorkbook:
        return
    for form in read.forms:
        assert (form.document is None) == bool(form.problems)
        if form.document is not None:
            assert read_form(form.document.as_json()) == form.document
    problems = [*read.problems, *(one for form in read.forms for one in form.problems)]
    assert all(one.sheet in SHEETS and one.cell and one.label and one.expected for one in problems)
