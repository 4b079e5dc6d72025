"""The sheet as a page shows it: anchors for findings, notes beside the frame, marks on cells."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from django.template.loader import render_to_string
from django.utils.safestring import mark_safe

from perfgoals.common.findings import Level
from perfgoals.common.sheets import Anchors, SheetView, cell_id, view_sheet
from scoring.sheets import form_sheet
from tests.rules.published_sheets import plain, published_forms, published_sheet


def html_of(view: SheetView) -> str:
    return render_to_string("sheets/_sheet.html", {"sheet": view})


class Reader(HTMLParser):
    """Collects the elements of a page as (tag, attributes), and the text of each table cell."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.cells: list[str] = []
        self.inside = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag in ("td", "th"):
            self.cells.append("")
            self.inside = True

    def handle_endtag(self, tag: str) -> None:
        self.inside = self.inside and tag not in ("td", "th")

    def handle_data(self, data: str) -> None:
        if self.inside:
            self.cells[-1] += data


@pytest.mark.parametrize(
    ("path", "cell"),
    [
        ("indicators.2.target", "indicators.2.target"),
        ("indicators.2.level1", "indicators.0.level1"),  # merged with the rows above
        ("indicators.2.level2", "indicators.2.level2"),
        ("indicators.2", "indicators.2.name"),
        ("indicators.2.attainment", "indicators.2.name"),  # the sheet has no cell for it
        ("indicators", "indicators.0.level1"),
        ("funds.total.deviation_reason", "funds.total.initial_budget"),
        ("funds", "funds.total.initial_budget"),
        ("funds.total.score", "funds.total.score"),
        ("rating", None),  # not printed in 2020
        ("", None),
    ],
)
def test_every_path_leads_to_a_cell(path: str, cell: str | None) -> None:
    found = Anchors(published_sheet("三江路监测大楼业务网络通讯费", 2020)).cell(path)
    assert (found.path if found else None) == cell


def test_cells_are_found_by_id_and_path() -> None:
    html = html_of(view_sheet(published_sheet("交通工具购置及更新", 2024)))
    assert cell_id("indicators.0.target") == "cell-indicators-0-target"
    assert 'id="cell-indicators-0-target" data-path="indicators.0.target"' in html
    ids = re.findall(r' id="([^"]+)"', html)
    assert len(ids) == len(set(ids))
    second = html_of(view_sheet(published_sheet("交通工具购置及更新", 2024), anchor="before"))
    assert not set(ids) & set(re.findall(r' id="([^"]+)"', second))


def test_notes_stand_outside_the_frame_beside_their_row() -> None:
    sheet = published_sheet("三江路监测大楼业务网络通讯费", 2020)
    notes = {
        "indicators.1.score": mark_safe("<p>建议得分 17</p>"),
        "indicators.4.level2": "第五行",
        "funds.total.execution_rate": "执行率的算法",
        "": mark_safe("<p>整张表</p>"),
        "funds.total.deviation_reason": "a < b",
    }
    view = view_sheet(sheet, notes=notes)
    beside = {
        row.cells[0].text + row.cells[1].text: row.notes
        for table in view.tables
        for row in table.body
        if row.notes
    }
    assert beside == {
        "质量指标保证网络正常": ("<p>建议得分 17</p>",),
        "用户满意度提升满意": ("第五行",),
        "年度资金总额1736311.00": ("执行率的算法", "a < b"),
    }
    assert view.loose_notes == ("<p>整张表</p>",)
    html = html_of(view)
    assert '<td class="note"><p>建议得分 17</p></td>' in html
    assert "a &lt; b" in html
    assert html.count('<col class="w-note"/>') == 3
    assert "note" not in html_of(view_sheet(sheet))


def test_the_gravest_finding_marks_a_cell() -> None:
    levels = {
        "indicators.4.level1": Level.HINT,
        "indicators.3.level1": Level.ERROR,
        "indicators.1.score": Level.WARNING,
    }
    html = html_of(view_sheet(published_sheet("三江路监测大楼业务网络通讯费", 2020), levels=levels))
    marked = re.findall(r'class="[^"]*(has-\w+)"[^>]* data-path="([^"]+)"', html)
    assert marked == [("has-warning", "indicators.1.score"), ("has-error", "indicators.3.level1")]


def test_a_damaged_cell_says_so() -> None:
    sheet = published_sheet("全市生态环境…保障", 2024)
    html = html_of(view_sheet(sheet))
    assert 'title="源文件此处无法辨认：文字已丢失">〔无法辨认<span class="sheet-kept">〕' in html
    assert "源文件此处无法辨认：部分文字缺失" in html
    assert html.count("※ 源文件此处无法辨认") == 1
    assert "※" not in html_of(view_sheet(published_sheet("移动源管理技术支持", 2026)))


def test_levels_break_before_their_last_word() -> None:
    view = view_sheet(published_sheet("应对气候变化管理工作", 2024))
    texts = [cell.text for row in view.tables[2].body for cell in row.cells if cell.tag == "th"]
    assert "产出\n指标" in texts
    assert "可持续影响\n指标" in texts
    assert "社会效益指标" in texts  # two lines either way


@pytest.mark.parametrize("number", range(36))
def test_the_page_shows_every_cell_and_is_sound(number: int) -> None:
    sheet = form_sheet(published_forms()[number])
    reader = Reader(html_of(view_sheet(sheet)))
    # A side label stands below an empty corner: HTML cannot span from a header into a body.
    shown = sorted(plain(text).replace("※", "") for text in reader.cells)
    corners = sum(cell.kind == "side" for cell in sheet.cells())
    assert shown == sorted([plain(cell.text) for cell in sheet.cells()] + [""] * corners)
    for tag, attributes in reader.elements:
        assert not {"style", "onclick"} & set(
            attributes
        )  # the content security policy forbids them
        if tag == "th":
            assert attributes["scope"] in ("row", "col", "rowgroup")
        if tag == "table":
            assert attributes["aria-label"]
    regions = [each for _, each in reader.elements if each.get("role") == "region"]
    assert [(each["tabindex"], each["aria-label"]) for each in regions] == [
        ("0", f"{sheet.title}：{sheet.name}")
    ]
    widths = [each["class"] for tag, each in reader.elements if tag == "col"]
    assert widths == [f"w{width}" for width in sheet.columns] * 3


def test_text_is_escaped() -> None:
    form = published_forms()[0].model_copy(update={"department": '<script>"&'})
    assert "&lt;script&gt;&quot;&amp;" in html_of(view_sheet(form_sheet(form)))
