"""Official forms as departments have them: what is read of their own sheets, how sure the reader is, and
what it says it left."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from scoring.workbooks.files import FileKind, ReadFile, ReadForm, Sureness
from scoring.workbooks.reading import over_kept, read_file
from tests.workbooks.office import (
    coordinate,
    opened,
    published,
    published_form,
    put_in_row,
    saved,
    written,
)

VEHICLES = published_form("交通工具购置及更新", 2024)
SOIL = published_form("土壤固废化学品污染防治", 2024)

EVALUATION: tuple[Sequence[Any], ...] = (
    ["2024年度项目支出绩效自评表"],
    ["单位：万元"],
    ["项目名称", "甲项目"],
    ["主管部门", "丙局", None, "实施单位", "乙中心"],
    ["项目资金", None, "年初预算数", "调整后预算数", "执行数", "权重", "执行率", "得分"],
    [None, "年度资金总额", 100, 200, 150, 10, "75%", 7.5],
    [None, "其中：财政资金", 100, 200, 150],
    ["年度总体目标", "预期目标", None, None, "实际完成情况"],
    [None, "做好", None, None, "已做好"],
    ["一级指标", "二级指标", "三级指标", "指标值", "完成值", "权重", "得分", "原因分析"],
    ["产出指标", "数量指标", "份数", "≥3份", "3份", 50, 50],
    ["产出指标", "质量指标", "合格率", "≥95%", "96%", 40, 40],
    ["合计", None, None, None, None, 100, 97.5],
)


def sheet_of(lines: Sequence[Sequence[Any]], title: str = "Sheet") -> Worksheet:
    sheet = Workbook().worksheets[0]
    sheet.title = title
    for line in lines:
        sheet.append(line)
    return sheet


def changed(*changes: tuple[int, int, Any], title: str = "Sheet") -> Worksheet:
    """The sheet of a department with other cells: row, column, value."""
    sheet = sheet_of(EVALUATION, title)
    for row, column, value in changes:
        sheet.cell(row, column).value = value
    return sheet


def read(sheet: Worksheet, name: str = "") -> ReadFile:
    return read_file(saved(sheet), name=name)


def the_form(file: ReadFile) -> ReadForm:
    (form,) = file.forms
    return form


def taken(sheet: Worksheet, name: str = "") -> Any:
    """The one document of the sheet, which reads without a problem."""
    form = the_form(read(sheet, name))
    assert [problem.message for problem in form.problems] == []
    assert form.document is not None
    return form.document


def messages(sheet: Worksheet) -> list[str]:
    form = the_form(read(sheet))
    assert form.document is None
    return [problem.message for problem in form.problems]


def ignored(file: ReadFile) -> list[tuple[str, str, str]]:
    return [(one.what, one.where, one.reason) for one in file.ignored]


# -- how sure ----------------------------------------------------------------------------------------


def test_a_form_with_our_mark_is_certain() -> None:
    form = the_form(read_file(written(VEHICLES, form=12, version=7)))
    assert (form.sureness, form.why) == (Sureness.CERTAIN, "有本系统的标记：申报表")
    assert (form.form, form.version, form.range) == (12, 7, "A1:I18")
    assert form.remarks == []


def test_a_departments_own_form_is_likely_and_says_what_it_lacks() -> None:
    file = read(changed())
    form = the_form(file)
    assert form.sureness is Sureness.LIKELY
    assert form.why.startswith("没有本系统的标记，按标签认出是自评表：34 个栏目中找到 25 个")
    assert "缺 上年结转资金、其他资金、评分等级" in form.why
    assert form.range == "A1:H13"
    assert (file.kind, file.rows, file.blank_rows) == (FileKind.OFFICIAL, 2, 0)


def test_a_published_form_without_its_mark_is_likely() -> None:
    sheet = opened(written(SOIL))
    for row in sheet.iter_rows():
        for cell in row:
            if isinstance(cell.value, str) and cell.value.startswith("perfgoals:"):
                cell.value = None
    form = the_form(read(sheet))
    assert form.sureness is Sureness.LIKELY
    assert form.why == "没有本系统的标记，按标签认出是自评表：34 个栏目中找到 34 个"


def test_where_the_year_was_found_is_said() -> None:
    title = (1, 1, "项目支出绩效自评表")
    for sheet, name, said in (
        (changed(title, title="2024年自评"), "", "2024 取自工作表名"),
        (changed(title), "2024年自评表（汇总）.xls", "2024 取自文件名"),
    ):
        form = the_form(read(sheet, name))
        assert form.document is not None
        assert form.document.year == 2024
        assert form.sureness is Sureness.DOUBTFUL
        assert form.remarks[0] == f"标题里没有年度，{said}"


def test_a_year_that_stands_nowhere_is_asked_for() -> None:
    assert messages(changed((1, 1, "项目支出绩效自评表"))) == [
        "工作表「Sheet」（年度）：没有找到年度，请在表的标题下写明，如「（2024年度）」"
    ]


def test_the_day_of_filling_is_not_the_year_of_the_form() -> None:
    assert taken(changed((2, 4, "填报日期：2025年1月10日"))).year == 2024
    assert taken(changed((1, 1, "关于报送2025年材料的附件"), (2, 3, "（2024年度）"))).year == 2024


# -- the money unit ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "column", "value", "unit"),
    [
        (2, 1, "单位：元", "元"),
        (2, 1, "金额单位：人民币 万元", "万元"),
        (5, 3, "年初预算数（万元）", "万元"),
        (5, 1, "项目资金\n（万元）：", "万元"),
    ],
)
def test_the_money_unit_wherever_it_stands(row: int, column: int, value: str, unit: str) -> None:
    document = taken(changed((2, 1, None), (row, column, value)))
    assert document.money_unit == unit
    assert document.funds.total.annual_budget == 200


def test_money_units_that_contradict_each_other_are_an_error() -> None:
    assert messages(changed((5, 4, "全年预算数（元）"))) == [
        "工作表「Sheet」D5（金额单位）：读到「全年预算数（元）」，"
        "与 A2「单位：万元」不一致，请统一成 元 或 万元"
    ]


def test_a_money_unit_that_forms_do_not_have_is_an_error() -> None:
    assert messages(changed((2, 1, "单位：千元"))) == [
        "工作表「Sheet」A2（金额单位）：读到「单位：千元」，只能是 元 或 万元"
    ]


def test_a_money_unit_that_is_not_stated_is_said_to_be_assumed() -> None:
    form = the_form(read(changed((2, 1, None))))
    assert form.remarks[0] == "没有写明金额单位，按万元读取"


# -- labels ------------------------------------------------------------------------------------------


def test_words_of_other_provinces() -> None:
    document = taken(changed())
    assert document.funds.total.annual_budget == 200
    assert document.funds.total.executed == 150
    assert document.funds.appropriation.annual_budget == 200
    assert (document.total_weight, document.total_score) == (100, Decimal("97.5"))
    assert [row.actual for row in document.indicators] == ["3份", "96%"]


def test_label_and_value_in_one_cell() -> None:
    document = taken(changed((3, 1, "项 目 名 称： 乙项目"), (3, 2, None)))
    assert document.project.name == "乙项目"


def test_the_unit_from_the_line_above_the_form() -> None:
    sheet = changed((4, 4, None), (4, 5, None), (2, 3, "填报单位（盖章）：丁中心"))
    form = the_form(read(sheet))
    assert form.document is not None
    assert form.document.unit == "丁中心"
    assert "没有「实施单位」，按「填报单位」读取" in form.remarks


def test_the_title_tells_the_kind_of_form() -> None:
    sheet = sheet_of(
        [
            ["2026年度项目支出绩效目标申报表"],
            ["项目名称", "甲项目"],
            ["项目资金（元）", "年度资金总额", "１，２００．５０"],
            ["年度总体目标"],
            ["做好"],
            ["一级指标", "二级指标", "指标名称", "指标值"],
            ["产出指标", "数量指标", "份数", "3份"],
        ]
    )
    document = taken(sheet)
    assert (document.form, document.year) == ("declaration", 2026)
    assert document.funds.annual_request == Decimal("1200.50")
    assert document.annual_goal == "做好"


# -- comparison, value and unit in three columns -------------------------------------------------------

SICHUAN = (
    *EVALUATION[:9],
    [
        "一级指标",
        "二级指标",
        "三级指标",
        "指标性质",
        "指标值",
        "度量单位",
        "完成值",
        "权重",
        "得分",
    ],
)


def in_three(*rows: Sequence[Any]) -> Worksheet:
    return sheet_of([*SICHUAN, *(["产出指标", "数量指标", *row] for row in rows)])


def test_comparison_value_and_unit_in_three_columns() -> None:
    sheet = in_three(
        ["份数", "≥", 3, "份", 3, 20, 20],
        ["合格率", "≥", 0.95, "%", 0.96, 20, 20],
        ["成本", "<=", "1,500", "元/辆", "1400元/辆", 20, 20],
        ["评价", "定性", "优", None, "达成指标", 20, 20],
        ["完成时间", "＝", "2024年12月底", None, "2024年11月", 10, 10],
        ["覆盖", "不低于", "全部", "家", "约60", 10, 10],
    )
    for row in (12,):
        for column in (5, 7):
            sheet.cell(row, column).number_format = "0%"
    rows = taken(sheet).indicators
    assert [(row.target, row.actual) for row in rows] == [
        ("≥3(份)", "3(份)"),
        ("≥95(%)", "96(%)"),
        ("≤1500(元/辆)", "1400(元/辆)"),
        ("优", "达成指标"),
        ("=2024年12月底", "2024年11月"),
        ("≥全部(家)", "约60(家)"),
    ]


def test_a_comparison_that_is_none_is_an_error_at_its_cell() -> None:
    assert messages(in_three(["份数", "随意", 3, "份", 3, 20, 20])) == [
        "工作表「Sheet」D11（份数 · 年度指标值 · 比较符号）：读到「随意」，"
        "应为 ≥、＞、≤、＜、＝ 之一，或 定性"
    ]


# -- what is left ------------------------------------------------------------------------------------


def test_rows_of_the_blank_template_are_counted_and_named() -> None:
    sheet = changed(
        (13, 1, None), (13, 6, None), (13, 7, None),
        (13, 2, "时效指标"), (13, 3, "指标2：……"), (13, 6, 0),
        (14, 2, "成本指标"), (14, 3, "……"), (16, 1, "总分"), (16, 6, 100),
    )  # fmt: skip
    file = read(sheet)
    assert (file.rows, file.blank_rows) == (2, 3)
    assert ("rows", "13、14", "是没有填写的模板行，已略过") in ignored(file)
    assert [row.name for row in the_form(file).document.indicators] == ["份数", "合格率"]  # type: ignore[union-attr]


def test_what_has_no_place_in_the_form_is_named() -> None:
    sheet = changed((3, 4, "联系电话"), (3, 5, "62870000"), (10, 9, "备注"), (11, 9, "请核"))
    sheet.cell(12, 11).value = "无主"
    put_in_row(sheet, 8, {2: "单位资金", 3: 5, 4: 6})
    sheet.cell(15, 1).value = "填表人：张三"
    assert ignored(read(sheet)) == [
        ("cells", "D3、E3（联系电话、62870000）", "不属于本表，未读取"),
        ("rows", "8（单位资金、5、6）", "不属于本表，未读取"),
        ("rows", "15（填表人：张三）", "不属于本表，未读取"),
        ("columns", "I（备注）", "不属于本表，未读取"),
        ("columns", "K", "没有标题，未读取"),
    ]


def test_headings_repeated_on_each_printed_page() -> None:
    sheet = changed()
    put_in_row(sheet, 12, dict(enumerate(EVALUATION[9], 1)))
    file = read(sheet)
    assert len(the_form(file).document.indicators) == 2  # type: ignore[union-attr]
    assert ignored(file) == [("rows", "12", "又是指标的标题，其下各行接着读取")]


def test_hidden_sheets_rows_and_columns_are_named() -> None:
    sheet = opened(written(VEHICLES))
    other = sheet.parent.create_sheet("底稿")
    other["A1"] = "项目名称"
    other.sheet_state = "hidden"
    sheet.parent.create_sheet("说明")["A1"] = "填报说明"
    row, column = coordinate(sheet, "行驶安全性")
    sheet.row_dimensions[row].hidden = True
    sheet.column_dimensions["C"].hidden = column == 3
    file = read(sheet)
    skipped = [(one.sheet, one.reason[:13]) for one in file.skipped]
    assert skipped == [("底稿", "是隐藏的，未读取"), ("说明", "中没有找到申报表或自评表（")]
    assert f"第 {row} 行是隐藏的，其内容同样读取" in the_form(file).remarks


# -- many forms --------------------------------------------------------------------------------------


def test_several_forms_on_one_sheet_and_several_sheets() -> None:
    sheet = changed()
    for line in ([], [], *EVALUATION[2:]):
        sheet.append(line)
    sheet.cell(16, 2).value = "乙项目"
    second = sheet.parent.create_sheet("另一张")
    for line in EVALUATION:
        second.append(line)
    file = read(sheet)
    found = [(f.sheet, f.range, f.document.project.name, f.document.year) for f in file.forms]  # type: ignore[union-attr]
    assert found == [
        ("Sheet", "A1:H13", "甲项目", 2024),
        ("Sheet", "A16:H26", "乙项目", 2024),
        ("另一张", "A1:H13", "甲项目", 2024),
    ]
    assert file.forms[1].remarks[0] == "年度取自同一工作表上面一份表"
    assert file.rows == 6


def test_all_published_forms_over_the_kept_ones_are_unchanged() -> None:
    forms = published()
    told: list[tuple[int, int]] = []
    file = read_file(written(*forms), report=lambda *done: told.append(done))
    assert [
        over_kept(one, form, file) for one, form in zip(file.forms, forms, strict=True)
    ] == forms
    assert (file.ignored, file.skipped) == ([], [])
    assert told == [(20, 36), (36, 36)]


def test_cells_as_people_see_them() -> None:
    sheet = changed(
        (6, 3, "￥１００．５"), (6, 4, "1,200"), (6, 7, 0.75), (11, 4, date(2024, 6, 30))
    )
    sheet.cell(6, 7).number_format = "0.0%"
    sheet.cell(11, 4).number_format = 'yyyy"年"m"月"d"日"'
    document = taken(sheet)
    assert document.funds.total.initial_budget == Decimal("100.5")
    assert document.funds.total.annual_budget == 1200
    assert document.funds.total.execution_rate == 75
    assert document.indicators[0].target == "2024年6月30日"


def test_columns_in_another_order() -> None:
    sheet = changed()
    for row in range(10, 14):
        line = [cell.value for cell in sheet[row]]
        for column, value in enumerate([*line[:2], *reversed(line[2:])], 1):
            sheet.cell(row, column).value = value
    document = taken(sheet)
    assert [(row.name, row.target, row.score) for row in document.indicators] == [
        ("份数", "≥3份", 50), ("合格率", "≥95%", 40),
    ]  # fmt: skip


def test_merged_classes_stand_for_each_row() -> None:
    sheet = changed((12, 1, None))
    sheet.merge_cells("A11:A12")
    assert [row.level1 for row in taken(sheet).indicators] == ["产出指标", "产出指标"]
