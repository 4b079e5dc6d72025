"""Sheets on paper: nothing lost, headers and labels again on every page, the right font and title."""

from __future__ import annotations

import io
import logging
from dataclasses import replace

import pytest
from pypdf import PdfReader

from indicators.documents import DeclarationDocument
from perfgoals.common.printing import print_sheets, standalone_html
from scoring.documents import SelfEvaluationDocument
from scoring.sheets import form_sheet
from tests.printing.reading import bookmarks_of, fonts_of, pages_of
from tests.rules.published_sheets import plain, published_forms, published_sheet
from tests.rules.test_sheets_layout import new_year_layout

LONGEST = "移动源管理技术支持"


def letters(text: str) -> str:
    """A text as it is looked for on paper: without blanks, and without the mark of a damaged cell."""
    return plain(text).replace("※", "")


def stands_on(pages: list[str], text: str) -> bool:
    """Whether the text stands on one page, or in pieces on pages that follow each other."""
    return any(_goes_on(pages[start:], text) for start in range(len(pages)))


def _goes_on(pages: list[str], rest: str) -> bool:
    for page in pages:
        fits = len(rest)
        while rest[:fits] not in page:
            fits -= 1
        rest = rest[fits:]
        if not rest or not fits:
            break
    return not rest


@pytest.mark.parametrize("number", range(36))
def test_nothing_is_lost(number: int, caplog: pytest.LogCaptureFixture) -> None:
    """Every word of every published form stands on its pages, each page says which it is of how many,
    the header stands on each page with indicators, and the layout engine has nothing to complain of."""
    sheet = form_sheet(published_forms()[number])
    with caplog.at_level(logging.WARNING):
        pdf = print_sheets([sheet])
    assert caplog.records == []
    pages = [letters(page) for page in pages_of(pdf)]
    for cell in sheet.cells():
        assert stands_on(pages, letters(cell.text)), cell
    header = plain("".join(cell.text for cell in sheet.blocks[2].header[0].cells if cell.column))
    goals = plain("".join(cell.text for cell in sheet.blocks[1].body[0].cells))
    names = [plain(cell.text) for cell in sheet.cells() if cell.kind == "name"]
    names = [name for name in names if name not in goals]
    for page_number, page in enumerate(pages, 1):
        assert f"第{page_number}页共{len(pages)}页" in page
        assert header in page or not any(name in page for name in names)
    # The ₂ of one form (烟羽嗅探…CO₂) is in no Song type.
    spare = {"DejaVu-Serif": True} if "₂" in goals else {}
    assert fonts_of(pdf) == {"Noto-Serif-CJK-SC": True} | spare
    assert str(PdfReader(io.BytesIO(pdf)).root_object["/Lang"]) == "zh-CN"
    assert bookmarks_of(pdf) == [(sheet.name, 1)]


def test_title() -> None:
    pdf = print_sheets([published_sheet("核与辐射安全管理", 2024)])
    info = PdfReader(io.BytesIO(pdf)).metadata
    assert info is not None
    assert info.title == "核与辐射安全管理 财政项目支出绩效自评表(2024年度)"


def test_the_paper_is_a4_upright() -> None:
    for number in (0, 9, 18):
        pdf = print_sheets([form_sheet(published_forms()[number])])
        for page in PdfReader(io.BytesIO(pdf)).pages:
            size = (round(float(page.mediabox.width)), round(float(page.mediabox.height)))
            assert size == (595, 842)


def test_page_breaks_of_the_longest_form() -> None:
    """Golden: the 62 rows fall on three pages; what goes on says so, what begins does not."""
    sheet = published_sheet(LONGEST, 2026)
    pages = pages_of(print_sheets([sheet]))
    assert len(pages) == 3
    names = [plain(cell.text) for cell in sheet.cells() if cell.kind == "name"]
    header = "一级指标二级指标三级指标年度(/项目)指标值"
    rows = [[name for name in names if name in page.split(header)[1]] for page in pages]
    assert [len(page) for page in rows] == [1, 35, 26]
    assert [(page[0], page[-1]) for page in rows] == [
        ("新生产机动车和非道路移动机械配置核查单位成本",) * 2,
        ("排放测试抽查单位成本", "高污染车辆执法辅助性检查规范性"),
        ("各类数据比对待准确率", "车主满意度"),
    ]
    assert "（续）" not in pages[0]
    for label in ("绩效指标（续）", "成本指标（续）", "经济成本指标（续）"):
        assert label in pages[1]
    for label in ("绩效指标（续）", "产出指标（续）", "质量指标（续）"):
        assert label in pages[2]
    assert pages[1].count("（续）") == 3
    assert pages[2].count("（续）") == 3
    for page in pages[1:]:
        assert LONGEST in page  # the running head


def test_goals_longer_than_a_page_go_on_under_their_header() -> None:
    sheet = published_sheet("土壤固废化学品污染防治", 2020)
    pages = pages_of(print_sheets([sheet]))
    assert "年度总体目标（续）" not in pages[0]
    assert "预算目标实际完成情况" in pages[1]
    assert "年度总体目标（续）" in pages[1]


def row_of(**cells: str) -> dict[str, str]:
    return {"level1": "产出指标", "level2": "数量指标", "name": "指标", "target": "完成"} | cells


def test_a_row_taller_than_a_page() -> None:
    """It goes on over pages with header, labels and its name, and no word of it is lost."""
    reason = "".join(f"第{number}条原因；" for number in range(900))
    rows = [
        row_of(name="之前的指标"),
        row_of(name="很长的指标", actual="做了", deviation_reason=reason),
        row_of(name="之后的指标"),
    ]
    form = SelfEvaluationDocument.read(
        {"form": "self_evaluation", "year": 2024, "indicators": rows, "project": {"name": "长"}}
    )
    pages = pages_of(print_sheets([form_sheet(form)]))
    assert len(pages) > 4
    assert stands_on(pages, reason)
    for page in pages:
        assert "一级指标二级指标三级指标" in page
    for page in pages[1:-1]:
        assert "产出指标（续）" in page
        assert "数量指标（续）" in page
        assert "很长的指标（续）" in page


def test_a_long_word_wraps_inside_its_cell() -> None:
    word = "ABCDEFGHIJ" * 30
    form = DeclarationDocument.read(
        {
            "form": "declaration",
            "year": 2026,
            "project": {"name": "长词"},
            "indicators": [row_of(name=word, target=word)],
        }
    )
    pdf = print_sheets([form_sheet(form)])
    (page,) = PdfReader(io.BytesIO(pdf)).pages
    right_ends: list[float] = []

    def place(text: str, _: object, matrix: list[float], *__: object) -> None:
        if "ABC" in text:
            right_ends.append(matrix[4])

    page.extract_text(visitor_text=place)
    assert plain(page.extract_text()).count("ABCDEFGHIJ") > 30
    assert right_ends
    assert max(right_ends) < 595 - 42  # inside the right margin of 15 mm


def test_a_draft_says_so_on_every_page() -> None:
    sheet = published_sheet(LONGEST, 2026)
    assert all("草稿" in page for page in pages_of(print_sheets([sheet], draft=True)))
    assert not any("草稿" in page for page in pages_of(print_sheets([sheet])))


def test_several_forms_begin_on_new_pages() -> None:
    sheets = [published_sheet(LONGEST, 2026), published_sheet("信息化运维项目", 2026)]
    pdf = print_sheets(sheets, title="两张表")
    pages = pages_of(pdf)
    assert ["财政项目支出绩效目标申报表" in page for page in pages] == [True, False, False, True]
    assert bookmarks_of(pdf) == [(LONGEST, 1), ("信息化运维项目", 4)]
    info = PdfReader(io.BytesIO(pdf)).metadata
    assert info is not None
    assert info.title == "两张表"


def test_damaged_cells_are_marked_and_explained() -> None:
    pages = pages_of(print_sheets([published_sheet("全市生态环境…保障", 2024)]))
    assert "评分等级〔无法辨认〕※" in pages[0]
    assert "※源文件此处无法辨认" in pages[0]
    assert "※" not in "".join(pages_of(print_sheets([published_sheet(LONGEST, 2026)])))


def test_a_layout_of_a_new_year_is_printed_as_it_is() -> None:
    form = published_forms()[31]
    (page,) = pages_of(print_sheets([form_sheet(form, new_year_layout())]))
    assert "项目支出绩效自评表（新）2024年度" in page
    assert "得分类别指标目标值完成值" in page
    assert "执行数(元)2,339,300.00" in page


def test_a_page_that_needs_no_other_file() -> None:
    html = standalone_html(published_sheet(LONGEST, 2026))
    assert "<title>移动源管理技术支持 财政项目支出绩效目标申报表(2026 年度)</title>" in html
    assert ".sheet-table" in html
    assert 'id="cell-indicators-61-target"' in html
    assert not {"<link", "<script", "<img"} & set(html.split())
    assert "草稿" in standalone_html(published_sheet(LONGEST, 2026), draft=True)


def test_text_that_looks_like_markup_is_text() -> None:
    sheet = published_sheet("交通工具购置及更新", 2024)
    tree = sheet.blocks[2]
    first = tree.rows[0]
    cells = (*first.cells[:-1], replace(first.cells[-1], text='<img src="http://a/b"> & \uffff'))
    rows = (replace(first, cells=cells), *tree.rows[1:])
    changed = replace(sheet, blocks=(*sheet.blocks[:2], replace(tree, rows=rows)))
    assert '<imgsrc="http://a/b">&' in pages_of(print_sheets([changed]))[0]
