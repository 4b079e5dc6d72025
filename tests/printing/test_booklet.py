"""汇总表: contents, page numbers, bookmarks and links agree with the pages."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from pypdf import PdfReader

from perfgoals.common.printing import PrintingCancelled, PrintingError, print_booklet
from perfgoals.common.printing.prints import shared_printer
from perfgoals.common.sheets import Sheet
from scoring.sheets import booklet_title, form_sheet
from tests.printing.reading import bookmarks_of, pages_of
from tests.rules.published_sheets import plain, published_forms

TITLE = "上海市减污降碳管理运行技术中心2026年度项目绩效目标汇总表"


def sheets_of(form: str, year: int) -> list[Sheet]:
    return [form_sheet(x) for x in published_forms() if (x.form, x.year) == (form, year)]


def linked_pages(pdf: bytes) -> list[int]:
    """The pages (from 1) to which the links of the first page lead, in their order."""
    reader = PdfReader(io.BytesIO(pdf))
    named = reader.named_destinations
    pages = {page.indirect_reference: number for number, page in enumerate(reader.pages, 1)}
    found = []
    annotations: Any = reader.pages[0]["/Annots"]
    for reference in annotations:
        target = reference.get_object()["/Dest"]
        page = named[target].page if isinstance(target, str) else target[0]
        found.append(pages[page])
    return found


@pytest.mark.parametrize(
    ("form", "year", "chunk"),
    [
        ("declaration", 2026, 100),
        ("declaration", 2026, 3),
        ("self_evaluation", 2024, 100),
        ("self_evaluation", 2020, 4),
    ],
)
def test_contents_page_numbers_bookmarks_and_links_agree(form: str, year: int, chunk: int) -> None:
    sheets = sheets_of(form, year)
    title = booklet_title(next(x for x in published_forms() if (x.form, x.year) == (form, year)))
    pdf = print_booklet(title, sheets, chunk=chunk, printer=shared_printer())
    pages = pages_of(pdf)
    for number, page in enumerate(pages, 1):
        assert re.findall(r"第(\d+)页共(\d+)页", page) == [(str(number), str(len(pages)))]
    starts = [number for number, page in enumerate(pages, 1) if sheets[0].title in page]
    assert len(starts) == len(sheets)
    for sheet, start in zip(sheets, starts, strict=True):
        assert plain(sheet.name) in pages[start - 1]
    assert pages[0].startswith(f"{plain(title)}序号项目名称页码")
    entries = (
        f"{n}{plain(s.name)}{p}" for n, (s, p) in enumerate(zip(sheets, starts, strict=True), 1)
    )
    assert "".join(entries) in pages[0]
    assert bookmarks_of(pdf) == [(s.name, p) for s, p in zip(sheets, starts, strict=True)]
    assert linked_pages(pdf) == starts
    reader = PdfReader(io.BytesIO(pdf))
    assert reader.metadata is not None
    assert reader.metadata.title == title
    assert str(reader.root_object["/Lang"]) == "zh-CN"


def test_the_published_title() -> None:
    form = next(x for x in published_forms() if (x.form, x.year) == ("declaration", 2026))
    assert booklet_title(form) == TITLE


def test_a_form_looks_in_the_booklet_as_it_does_alone() -> None:
    sheets = sheets_of("declaration", 2026)
    pages = pages_of(print_booklet(TITLE, sheets, draft=True, printer=shared_printer()))
    assert all("草稿" in page for page in pages)
    assert "成本指标（续）" in pages[2]  # the second page of the form of 62 rows


def test_many_contents_take_several_pages() -> None:
    sheets = [
        sheet for sheet in sheets_of("self_evaluation", 2024) if "核与辐射" in sheet.name
    ] * 40
    pdf = print_booklet("很多表", sheets, chunk=25, printer=shared_printer())
    pages = pages_of(pdf)
    assert "序号项目名称页码" in pages[0]
    assert "序号项目名称页码" in pages[1]
    starts = [number for number, page in enumerate(pages, 1) if sheets[0].title in page]
    assert starts == list(range(3, 43))
    assert "40核与辐射安全管理42" in pages[1]
    assert [page for _, page in bookmarks_of(pdf)] == starts


def test_progress_is_told() -> None:
    told: list[tuple[int, int]] = []
    sheets = sheets_of("declaration", 2026)
    print_booklet(
        TITLE, sheets, chunk=4, progress=lambda *step: told.append(step), printer=shared_printer()
    )
    assert told == [(7, 14), (11, 14), (14, 14)]


def test_it_can_be_cancelled() -> None:
    with pytest.raises(PrintingCancelled):
        print_booklet(TITLE, sheets_of("declaration", 2026) * 10, cancelled=lambda: True)


def test_no_form_no_booklet() -> None:
    with pytest.raises(PrintingError, match="没有表格可打印"):
        print_booklet(TITLE, [])
