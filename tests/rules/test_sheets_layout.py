"""Layouts as data: which one is in force, what a wrong one says, and a new one without new code."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from indicators.documents import DeclarationDocument
from indicators.sheets import booklet_title as declaration_booklet_title
from indicators.sheets import money_converter
from perfgoals.common.documents import DocumentError, read_json
from perfgoals.common.sheets import Layout, layout_for, read_layout, read_layouts, shipped_layouts
from perfgoals.common.sheets.shipped import FOLDER
from scoring.documents import SelfEvaluationDocument
from scoring.sheets import booklet_title, evaluation_sheet, form_sheet
from tests.rules.published_sheets import grid, published_form


def shipped_json(name: str) -> dict[str, Any]:
    data: dict[str, Any] = read_json((FOLDER / f"{name}.json").read_bytes())
    return data


@pytest.mark.parametrize(
    ("form", "year", "layout"),
    [
        ("declaration", 2024, "declaration-2024"),
        ("declaration", 2025, "declaration-2024"),
        ("declaration", 2026, "declaration-2026"),
        ("declaration", 2031, "declaration-2026"),
        ("declaration", 2019, "declaration-2024"),
        ("self_evaluation", 2020, "self-evaluation-2020"),
        ("self_evaluation", 2023, "self-evaluation-2020"),
        ("self_evaluation", 2024, "self-evaluation-2024"),
        ("self_evaluation", 2027, "self-evaluation-2024"),
        ("self_evaluation", 2012, "self-evaluation-2020"),
    ],
)
def test_layout_in_force(form: str, year: int, layout: str) -> None:
    assert layout_for(form, year, shipped_layouts()).id == layout


def test_a_gap_is_filled_by_the_layout_before_it() -> None:
    data = shipped_json("self-evaluation-2020") | {"last_year": 2021}
    layouts = [read_layout(data), read_layout(shipped_json("self-evaluation-2024"))]
    assert layout_for("self_evaluation", 2023, layouts).id == "self-evaluation-2020"


def test_a_form_without_layout_is_named() -> None:
    with pytest.raises(DocumentError, match="没有「progress_report」的版式"):
        layout_for("progress_report", 2026, shipped_layouts())


def test_money_units_are_those_of_the_published_forms() -> None:
    assert {layout.id: layout.money_unit for layout in shipped_layouts()} == {
        "declaration-2024": "元",
        "declaration-2026": "元",
        "self-evaluation-2020": "元",
        "self-evaluation-2024": "万元",
    }


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"columns": [50, 40]}, "列宽合计 90，应为 100"),
        ({"last_year": 2019}, "适用的末年早于首年"),
        ({"money_unit": "角"}, "应为 元 或 万元"),
        ({"colour": "red"}, "不认识的项目名"),
        ({"closing": [[{"label": "总分"}]]}, "closing 第 1 行的单元格共占 1 列，应为 10 列"),
        (
            {"closing": [[{"label": "总分", "rows": 2, "span": 10}]]},
            "closing 的合并格伸出了最后一行",
        ),
        ({"closing": [[{"span": 10}]]}, "应写明 label、field、mark 中的一项"),
        ({"closing": [[{"label": "总分", "mark": "—", "span": 10}]]}, "应写明 label、field、mark"),
        (
            {"closing": [[{"field": "total_score", "format": "roman", "span": 10}]]},
            "数字格式应为 plain、trimmed、padded",
        ),
        (
            {"indicators": {"path": "indicators", "columns": [{"label": "甲", "field": "name"}]}},
            "indicators 的列共占 1 列，应为 10 列",
        ),
    ],
)
def test_a_wrong_layout_is_refused_in_chinese(change: dict[str, Any], message: str) -> None:
    with pytest.raises(DocumentError) as caught:
        read_layout(shipped_json("self-evaluation-2020") | change)
    assert message in str(caught.value)


def test_cells_must_not_cross_a_merged_one() -> None:
    head = [
        [{"label": "甲", "span": 4}, {"label": "乙", "rows": 2}, {"label": "丙", "span": 5}],
        [{"label": "丁", "span": 6}, {"label": "戊", "span": 3}],
    ]
    with pytest.raises(DocumentError, match="head 第 2 行有单元格跨过了上方的合并格"):
        read_layout(shipped_json("self-evaluation-2020") | {"head": head})


def test_a_layout_that_does_not_suit_the_form_names_the_cell() -> None:
    layout = read_layout(
        shipped_json("self-evaluation-2020")
        | {"closing": [[{"label": "总分", "span": 9}, {"field": "grand_total"}]]}
    )
    form = published_form("三江路监测大楼业务网络通讯费", 2020)
    with pytest.raises(DocumentError, match="「grand_total」在表单中不存在"):
        form_sheet(form, layout)


def test_a_wrong_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "new.json").write_text("{", encoding="utf-8")
    with pytest.raises(DocumentError, match=r"new\.json"):
        read_layouts(tmp_path)


def test_two_layouts_of_one_id_are_refused(tmp_path: Path) -> None:
    for name in ("a", "b"):
        text = (FOLDER / "declaration-2024.json").read_text(encoding="utf-8")
        (tmp_path / f"{name}.json").write_text(text, encoding="utf-8")
    with pytest.raises(DocumentError, match="版式代码「declaration-2024」重复"):
        read_layouts(tmp_path)


def new_year_layout() -> Layout:
    """The self-evaluation as a circular of 2028 might ask for it: thousands in 元, columns in another
    order, no reason column, the goals one below the other."""
    return read_layout(
        {
            "id": "self-evaluation-2028",
            "form": "self_evaluation",
            "first_year": 2028,
            "title": "项目支出绩效自评表（新）",
            "subtitle": "{year}年度",
            "money_unit": "元",
            "columns": [10, 20, 40, 15, 15],
            "head": [
                [{"label": "项目"}, {"field": "project.name", "span": 4}],
                [
                    {"label": "执行数({money_unit})"},
                    {
                        "field": "funds.total.executed",
                        "span": 4,
                        "format": "grouped",
                        "money": True,
                    },
                ],
            ],
            "goals": {
                "header": [
                    [{"label": "目标", "rows": 3}, {"label": "年初设定与年末完成", "span": 4}]
                ],
                "rows": [
                    [{"field": "expected_goal", "span": 4}],
                    [{"field": "actual_outcome", "span": 4}],
                ],
            },
            "indicators": {
                "path": "indicators",
                "columns": [
                    {"label": "得分", "field": "score", "format": "trimmed"},
                    {"label": "类别", "field": "level1", "kind": "group"},
                    {"label": "指标", "field": "name", "kind": "name"},
                    {"label": "目标值", "field": "target"},
                    {"label": "完成值", "field": "actual"},
                ],
            },
            "closing": [
                [{"field": "total_score", "format": "plain"}, {"label": "合计", "span": 4}]
            ],
        }
    )


def test_a_new_layout_needs_no_code() -> None:
    form = published_form("核与辐射安全管理", 2024)
    sheet = form_sheet(form, new_year_layout())
    assert (sheet.title, sheet.subtitle) == ("项目支出绩效自评表（新）", "2024年度")
    rows = grid(sheet)
    assert rows[:2] == [["项目", "核与辐射安全管理"], ["执行数(元)", "2,339,300.00"]]
    assert rows[2] == ["目标", "年初设定与年末完成"]
    assert rows[5:] == [
        ["得分", "类别", "指标", "目标值", "完成值"],
        ["40", "产出指标", "应急演练数量", "=12.00(次)", "12.00(次)"],
        ["10", "应急设备维护合格率", "=100.00(%)", "100.00(%)"],
        ["30", "效益指标", "辐射事故", "及时", "达成指标"],
        ["10", "满意度指标", "演练效果", "满意", "达成指标"],
        ["99.97", "合计"],
    ]


@pytest.mark.parametrize(
    ("source", "target", "amount", "printed"),
    [
        ("元", "元", "980710", "980710"),
        ("万元", "万元", "1425.66", "1425.66"),
        ("元", "万元", "1256.65", "0.13"),
        ("元", "万元", "123456789.00", "12345.68"),
        ("元", "万元", "50.00", "0.01"),  # half up
        ("万元", "元", "1425.66", "14256600.00"),
    ],
)
def test_money_in_another_unit(source: Any, target: Any, amount: str, printed: str) -> None:
    assert money_converter(source, target)(Decimal(amount)) == Decimal(printed)


def test_a_form_in_yuan_on_a_layout_in_ten_thousands() -> None:
    form = SelfEvaluationDocument.read(
        {
            "form": "self_evaluation",
            "year": 2024,
            "money_unit": "元",
            "funds": {"total": {"executed": "7711234.56", "initial_budget": None}},
        }
    )
    sheet = evaluation_sheet(form)
    assert sheet.cell("funds.total.executed").text == "771.12"
    assert sheet.cell("funds.total.initial_budget").text == ""


def test_an_empty_form_is_a_sheet_too() -> None:
    for form in (
        DeclarationDocument.read({"form": "declaration", "year": 2026}),
        SelfEvaluationDocument.read({"form": "self_evaluation", "year": 2020}),
        SelfEvaluationDocument.read({"form": "self_evaluation", "year": 2024}),
    ):
        tree = form_sheet(form).blocks[2]
        assert len(tree.rows) == 1
        assert {cell.text for cell in tree.rows[0].cells} == {""}


def test_blank_levels_are_not_merged() -> None:
    rows = [{"level1": "", "level2": "", "name": name} for name in "甲乙丙"]
    form = DeclarationDocument.read({"form": "declaration", "year": 2026, "indicators": rows})
    groups = [cell for cell in form_sheet(form).cells() if cell.kind == "group"]
    assert [cell.rowspan for cell in groups] == [1] * 6


def test_booklet_titles() -> None:
    declaration = published_form("移动源管理技术支持", 2026)
    assert booklet_title(declaration) == "上海市减污降碳管理运行技术中心2026年度项目绩效目标汇总表"
    assert isinstance(declaration, DeclarationDocument)
    untitled = declaration.model_copy(update={"summary_title": ""})
    assert declaration_booklet_title(untitled) == declaration_booklet_title(declaration)
    evaluation = published_form("核与辐射安全管理", 2024)
    assert booklet_title(evaluation) == "上海市生态环境局2024年度项目绩效自评表汇总表"
