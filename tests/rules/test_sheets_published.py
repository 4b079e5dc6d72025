"""The four layouts, cell for cell as the published texts print them, and all numbers of all forms.

Expected words and numbers are taken from the published texts, not from the data or the code.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from perfgoals.common.sheets import LOST, Row, Sheet
from scoring.sheets import form_sheet
from tests.rules.published_sheets import grid, published_forms, published_sheet

PRINTS: list[dict[str, Any]] = json.loads(
    Path(__file__).with_name("published_prints.json").read_text(encoding="utf-8")
)
"""For each form in its order: the four rows of the funds block (a declaration: left and right amount),
weight and score of each indicator, and the closing rows, as printed. null: what the damaged text of 2024
does not give, or not without doubt."""


def spans(sheet: Sheet, text: str) -> tuple[int, int]:
    """Rows and columns of the first cell with that text, side labels without their line breaks."""
    cell = next(cell for cell in sheet.cells() if cell.text.replace("\n", "") == text)
    return cell.rowspan, cell.colspan


def test_declaration_of_2024() -> None:
    sheet = published_sheet("交通工具购置及更新", 2024)
    assert (sheet.title, sheet.subtitle) == ("财政项目支出绩效目标申报表", "(2024年度)")
    overall = (
        "根据公务用车采购实施方案，购置1辆业务用车及1辆特种专业技术用车。做好移动源、固定源污染防治等"
        "相关业务工作外出，以及紧要工作任务用车保障，降低行政成本，进一步提高工作效率和质量。"
    )
    annual = (
        "经费主要用于新增公务车辆购置。合理配置公务用车资源，做好移动源、固定源污染防治等相关业务工作"
        "外出，以及紧要工作任务用车保障，降低行政成本，进一步提高工作效率和质量。"
    )
    assert grid(sheet) == [
        ["项目名称", "交通工具购置及更新", "项目性质", "其他一次性项目", "项目类别", "特定目标类"],
        ["主管部门", "上海市生态环境局", "实施单位", "上海市减污降碳管理运行技术中心"],
        ["计划开始日期", "2024-01-01", "计划完成日期", "2024-12-31"],
        ["项目资金(元)", "项目资金总额", "", "年度资金申请总额", "360,000.00"],
        ["其中：财政资金", "", "其中：当年财政拨款", "360,000.00"],
        ["", "", "上年结转资金", "0.00"],
        ["其他资金", "", "其他资金", "0.00"],
        ["项目绩效目标", "项目总目标", "年度总体目标"],
        [overall, annual],
        ["绩效指标", "一级指标", "二级指标", "三级指标", "年度(/项目)指标值"],
        ["产出指标", "数量指标", "行驶公里数", "≥15000.00(公里)"],
        ["质量指标", "行驶安全性", "无违章无事故"],
        ["时效指标", "接送准点率", "≥95.00(%)"],
        ["效益指标", "生态效益指标", "节能减排", "低油耗"],
        ["可持续影响指标", "车辆使用管理办法", "完善"],
        ["满意度指标", "服务对象满意度指标", "乘用人员满意度", "满意"],
    ]
    assert spans(sheet, "绩效指标")[0] == 7
    assert spans(sheet, "产出指标")[0] == 3
    assert spans(sheet, "效益指标")[0] == 2
    assert spans(sheet, "项目绩效目标")[0] == 2


def test_declaration_of_2026() -> None:
    sheet = published_sheet("固定源管理技术支持", 2026)
    assert (sheet.title, sheet.subtitle) == ("财政项目支出绩效目标申报表", "(2026 年度)")
    rows = grid(sheet)
    assert rows[3:7] == [
        ["项目资金(元)", "项目资金总额:", "", "年度资金申请总额:", "2,220,000.00"],
        ["其中:财政资金", "", "其中:当年财政拨款", "2,220,000.00"],
        ["", "", "上年结转资金", "0.00"],
        ["其他资金", "", "其他资金", "0.00"],
    ]
    assert rows[8][0] == ""  # 项目总目标 is blank in all forms of 2026
    assert rows[8][1].startswith("按国家部署和要求完成不少于140家的市管企业执行报告审核")
    assert rows[10:14] == [
        ["成本指标", "经济成本指标", "固定污染源信息库动态更新单位成本", "≤10.00(元/家)"],
        ["建设项目竣工环保自主验收效果抽查评估单位成本", "≤50000.00(元/份)"],
        ["排污许可证执行报告技术审核单位成本", "≤7000.00(元/家)"],
        ["产出指标", "数量指标", "固定污染源信息库动态更新企业数", "≥50000.00(家)"],
    ]
    assert spans(sheet, "成本指标") == spans(sheet, "经济成本指标")
    assert spans(sheet, "绩效指标")[0] == 18


def test_self_evaluation_of_2020() -> None:
    sheet = published_sheet("三江路监测大楼业务网络通讯费", 2020)
    assert (sheet.title, sheet.subtitle) == ("财政项目支出绩效自评表", "(2020 年度)")
    target = (
        "电信宽带、无线网接入后，三江路环境监测大楼满足台式机终端及移动设备上网的办公条件。开展生态环境"
        "部信息系统业务应用及视频会议，满足部信息中心专网联通及运维考核工作要求。"
    )
    outcome = (
        "按照项目要求完成三江路大楼电信宽带和无线网络接入，满足设备终端上网要求，能够正常开展信息系统业务"
        "工作和视频会议。"
    )
    stutter = "网络有时存在卡顿等情况，总体情况良好。与运营商沟通，解决偶发性网络卡顿情况。"
    stutter_again = "偶有网络卡顿，总体满意。解决偶发性网络卡顿情况后可进一步改善用户体验度"
    assert grid(sheet) == [
        ["项目名称", "三江路监测大楼业务网络通讯费"],
        ["主管部门", "上海市生态环境局", "实施单位", "上海市环境保护信息中心"],
        ["项目资金(元)", "", "年初预算数", "全年预算数", "全年执行数", "分值", "执行率", "得分"],
        ["年度资金总额", "1736311.00", "1736311.00", "1,721,494.3", "10", "99.15%", "9.92"],
        ["其中：当年财政拨款", "", "", "", "—", "", ""],
        ["上年结转资金", "", "", "", "—", "", ""],
        ["其他资金", "", "", "", "—", "", ""],
        ["年度总体目标", "预算目标", "实际完成情况"],
        [target, outcome],
        [
            "绩效指标",
            *("一级指标", "二级指标", "三级指标", "年度指标值", "实际完成值"),
            *("分值", "得分", "偏差原因分析及改进措施"),
        ],
        ["产出指标", "数量指标", "项目计划完成", "完成", "完成", "20", "20", ""],
        ["质量指标", "保证网络正常", "保证", "较好保证", "20", "17", stutter],
        ["时效指标", "及时维护设施及时性", "保证", "保证", "10", "10", ""],
        [
            *("满意度指标", "服务对象满意度指标", "使用者满意度", "满意", "基本满意"),
            *("30", "28", stutter_again),
        ],
        ["用户满意度提升", "满意", "满意", "10", "10", ""],
        ["总分", "100", "94.92", ""],
    ]
    assert spans(sheet, "服务对象满意度指标") == (2, 1)
    assert spans(sheet, "满意度指标") == (2, 1)
    assert spans(sheet, "总分") == (1, 6)


def test_self_evaluation_of_2024() -> None:
    sheet = published_sheet("核与辐射安全管理", 2024)
    assert (sheet.title, sheet.subtitle) == ("财政项目支出绩效自评表", "(2024年度)")
    rows = grid(sheet)
    assert rows[:8] == [
        ["项目名称", "核与辐射安全管理"],
        ["主管部门", "上海市生态环境局", "实施单位", "上海市生态环境局"],
        [
            *("项目资金(万元)", "", "年初预算数", "全年预算数", "全年执行数"),
            *("分数", "执行率(%)", "得分"),
        ],
        ["年度资金总额:", "234.73", "234.73", "233.93", "10.00", "99.65", "9.97"],
        ["其中:当年财政拨款", "234.73", "234.73", "233.93", "-", "99.65", "-"],
        ["上年结转资金", "0.00", "0.00", "0.00", "-", "0.00", "-"],
        ["其他资金", "0.00", "0.00", "0.00", "-", "0.00", "-"],
        ["年度总体目标", "预期目标", "实际完成情况"],
    ]
    assert rows[9:] == [
        [
            *("一级指标", "二级指标", "三级指标", "年度指标值", "实际完成值"),
            *("分值", "得分", "偏差原因分析及改进措施"),
        ],
        ["产出指标", "数量指标", "应急演练数量", "=12.00(次)", "12.00(次)", "40.00", "40.00", ""],
        ["质量指标", "应急设备维护合格率", "=100.00(%)", "100.00(%)", "10.00", "10.00", ""],
        ["效益指标", "生态效益指标", "辐射事故", "及时", "达成指标", "30.00", "30.00", ""],
        [
            *("满意度指标", "服务对象满意度指标", "演练效果", "满意", "达成指标"),
            *("10.00", "10.00", ""),
        ],
        ["总分", "100.00", "99.97", ""],
        ["评分等级", "优"],
    ]
    assert spans(sheet, "产出指标") == (2, 1)
    assert spans(sheet, "总分") == (1, 5)
    assert spans(sheet, "评分等级") == (1, 2)


def test_level2_merges_inside_one_level1_only() -> None:
    # 减污降碳工作专项经费 has 质量指标 under 产出指标 and 可持续影响指标 under 效益指标 alone.
    sheet = published_sheet("减污降碳工作专项经费", 2024)
    merged = [(cell.text, cell.rowspan) for cell in sheet.cells() if cell.kind == "group"]
    assert [item for item in merged if not item[0].endswith("效益指标")] == [
        ("成本指标", 6),
        ("经济成本指标", 5),
        ("社会成本指标", 1),
        ("产出指标", 54),
        ("数量指标", 26),
        ("质量指标", 15),
        ("时效指标", 13),
        ("可持续影响指标", 6),
        ("满意度指标", 1),
        ("服务对象满意度指标", 1),
    ]
    assert [item for item in merged if item[0].endswith("效益指标")] == [
        ("效益指标", 26),
        ("经济效益指标", 3),
        ("社会效益指标", 8),
        ("生态效益指标", 9),
    ]


@pytest.mark.parametrize("number", range(36))
def test_all_numbers_as_printed(number: int) -> None:
    printed, document = PRINTS[number], published_forms()[number]
    assert (document.project.name, document.year) == (printed["name"], printed["year"])
    sheet = form_sheet(document)
    for row, numbers in zip(_rows(sheet, "head")[-4:], printed["funds"], strict=True):
        _same(_values(row), numbers)
    rows = _rows(sheet, "indicators")
    for row, pair in zip(rows, printed.get("rows", [None] * len(rows)), strict=True):
        if pair is not None:
            _same([cell.text for cell in row.cells if cell.kind == "number"], pair)
    closing = next(block.closing for block in sheet.blocks if block.name == "indicators")
    for row, numbers in zip(closing, printed.get("closing", []), strict=True):
        _same([cell.text for cell in row.cells if cell.path], numbers)


def _rows(sheet: Sheet, name: str) -> tuple[Row, ...]:
    return next(block.rows for block in sheet.blocks if block.name == name)


def _values(row: Row) -> list[str]:
    """The cells of a row of the funds block that are no labels. A declaration has one row without its
    left half."""
    cells = [cell for cell in row.cells if cell.path or cell.kind == "mark"]
    blank = [cell for cell in row.cells if cell.kind == "blank"]
    if len(cells) == 1:
        return ["", cells[0].text]
    if len(cells) in (2, 6):
        return [cell.text for cell in cells]
    return [cell.text for cell in (*cells, *blank)]


def _same(shown: list[str], printed: list[str | None]) -> None:
    assert len(shown) == len(printed)
    assert [text for text, known in zip(shown, printed, strict=True) if known is not None] == [
        text for text in printed if text is not None
    ]


def test_what_the_source_lost_is_said_and_never_invented() -> None:
    sheet = next(
        sheet
        for sheet in map(form_sheet, published_forms())
        if sheet.name == LOST and sheet.layout == "self-evaluation-2024"
    )
    assert sheet.cell("project.name").damaged == "lost"
    assert sheet.damaged
    whole = published_sheet(
        "生态环境监测、总量控制、环境统计(污染源动态更新)、绿色发展评价和排污权交易管理", 2024
    )
    assert whole.cell("indicators.1.name").damaged == "partial"
    assert "…" in whole.cell("indicators.1.name").text
    ratings = published_sheet("全市生态环境…保障", 2024).cell("rating")
    assert (ratings.text, ratings.damaged) == (LOST, "lost")
    unknown = published_sheet("环境影响评价和排污许可证管理", 2024)
    assert unknown.cell("total_score").text == LOST
    assert not published_sheet("移动源管理技术支持", 2026).damaged


def test_every_form_is_printed_wholly() -> None:
    """Every text of every document stands in a cell, and every cell lies on the grid without overlap."""
    for document in published_forms():
        sheet = form_sheet(document)
        shown = {cell.path: cell.text for cell in sheet.cells() if cell.path}
        for number, indicator in enumerate(document.indicators):
            for field in ("name", "target", "actual", "deviation_reason"):
                text = getattr(indicator, field, "")
                printed = shown.get(f"indicators.{number}.{field}", "")
                assert text == printed or getattr(indicator, "damaged", {})[field] == "lost"
        taken: set[tuple[int, int]] = set()
        for cell in sheet.cells():
            for row in range(cell.row, cell.row + cell.rowspan):
                for column in range(cell.column, cell.column + cell.colspan):
                    assert (row, column) not in taken
                    taken.add((row, column))
        assert len(taken) == len(list(sheet.rows())) * len(sheet.columns)
