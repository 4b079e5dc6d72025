"""What people do to a downloaded workbook offline, and how departments lay out their own."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from openpyxl import Workbook

from tests.workbooks.office import (
    all_read,
    coordinate,
    member,
    move_column,
    opened,
    problems,
    published_form,
    put_in_row,
    rezipped,
    saved,
    take_out_row,
    the_document,
    written,
)

MOBILE = published_form("移动源管理技术支持", 2026)
VEHICLES = published_form("交通工具购置及更新", 2024)
SOIL = published_form("土壤固废化学品污染防治", 2024)
PLANNING = published_form("综合规划、区域协作及资金管理", 2020)


def test_a_row_put_in_is_a_row_of_its_class() -> None:
    sheet = opened(written(MOBILE))
    row, column = coordinate(sheet, "重型车跟车测试单位成本")
    put_in_row(sheet, row, {column: "新增的指标", column + 3: "≥85%"})
    rows = the_document(saved(sheet)).indicators
    assert len(rows) == 63
    new = rows[2]
    assert (new.level1, new.level2, new.name, new.target) == (
        "成本指标", "经济成本指标", "新增的指标", "≥85%",
    )  # fmt: skip
    assert rows[3].name == "重型车跟车测试单位成本"


def test_a_row_taken_out_is_gone_and_the_class_stays() -> None:
    sheet = opened(written(MOBILE))
    row, _ = coordinate(sheet, MOBILE.indicators[0].name)
    take_out_row(sheet, row)
    rows = the_document(saved(sheet)).indicators
    assert [one.name for one in rows] == [one.name for one in MOBILE.indicators[1:]]
    assert [one.level1 for one in rows] == [one.level1 for one in MOBILE.indicators[1:]]


def test_rows_above_the_form_and_blank_rows_do_not_matter() -> None:
    sheet = opened(written(VEHICLES))
    row, _ = coordinate(sheet, "行驶安全性")
    put_in_row(sheet, row, {})
    for _ in range(3):
        put_in_row(sheet, 1, {})
    sheet["A1"] = "附件 2"
    ((found, filled),) = all_read(saved(sheet))
    assert filled.document.indicators == the_document(written(VEHICLES)).indicators
    assert found.blank_rows == 1
    assert filled.document.year == 2024


def test_columns_in_another_order() -> None:
    sheet = opened(written(PLANNING))
    first, name = coordinate(sheet, "三级指标")
    move_column(sheet, range(first, first + 15), (name, name + 2))
    read = the_document(saved(sheet))
    assert [row.name for row in read.indicators] == [row.name for row in PLANNING.indicators]
    assert [row.actual for row in read.indicators] == [row.actual for row in PLANNING.indicators]


def test_a_column_of_remarks_is_named_and_left() -> None:
    sheet = opened(written(VEHICLES))
    row, _ = coordinate(sheet, "三级指标")
    sheet.cell(row, 10).value = "备注"
    sheet.cell(row + 1, 10).value = "请核对"
    ((_, filled),) = all_read(saved(sheet))
    assert filled.remarks == ["J 列「备注」不属于本表，未读取"]
    assert len(filled.document.indicators) == 6


def test_a_note_below_the_form_is_no_indicator() -> None:
    sheet = opened(written(VEHICLES))
    last = sheet.max_row + 1
    sheet.cell(last, 1).value = "填表人：张三　　联系电话：1234"
    ((_, filled),) = all_read(saved(sheet))
    assert len(filled.document.indicators) == 6
    assert filled.remarks == [f"第 {last} 行「填表人：张三　　联系电话：1234」不是指标，未读取"]


def test_a_missing_column_is_named_and_everything_else_is_read() -> None:
    sheet = opened(written(SOIL))
    row, column = coordinate(sheet, "偏差原因分析\n及改进措施")
    sheet.cell(row, column).value = None
    ((_, filled),) = all_read(saved(sheet))
    assert filled.remarks == ["没有找到「偏差原因分析及改进措施」，保持不变"]
    assert filled.document.indicators[0].score == Decimal("30.00")


def test_labels_are_found_however_they_are_written() -> None:
    sheet = opened(written(SOIL))
    for old, new in (
        ("项目名称", "项 目 名 称："),
        ("主管部门", "主管\n部门"),
        ("三级指标", "三级　指标"),
        ("分数", "权重"),
        ("全年预算数", "全年预算数（A）"),
        ("其中: 当年财政拨款", "其中：　财政拨款"),
    ):
        row, column = coordinate(sheet, old)
        sheet.cell(row, column).value = new
    read = the_document(saved(sheet))
    assert (read.project.name, read.department) == (SOIL.project.name, SOIL.department)
    assert read.funds == SOIL.funds


def test_the_money_unit_is_read_from_the_label() -> None:
    sheet = opened(written(SOIL))
    row, column = coordinate(sheet, "项目资金\n(万元)")
    sheet.cell(row, column).value = "项目资金（元）"
    assert the_document(saved(sheet)).money_unit == "元"


def test_cells_are_read_as_people_see_them() -> None:
    sheet = opened(written(VEHICLES))
    row, column = coordinate(sheet, "三级指标")
    target = column + 3
    for offset, (value, code) in enumerate(
        [
            (0.85, "0%"),
            (3000, '"≥"0"辆次"'),
            (date(2024, 12, 31), 'yyyy"年"m"月"d"日"'),
            (1234.5, "#,##0.00"),
            (datetime.fromisoformat("2024-06-30"), "yyyy-mm-dd"),
            (7, "General"),
        ],
        1,
    ):
        cell = sheet.cell(row + offset, target)
        cell.value, cell.number_format = value, code
    assert [one.target for one in the_document(saved(sheet)).indicators] == [
        "85%", "≥3000辆次", "2024年12月31日", "1,234.50", "2024-06-30", "7",
    ]  # fmt: skip


def test_amounts_dates_and_rates_as_people_type_them() -> None:
    sheet = opened(written(PLANNING))
    row, column = coordinate(sheet, "年度资金总额")
    sheet.cell(row, column + 2).value = "３，６８０，０００．５０"
    sheet.cell(row, column + 3).value = "¥2,900,000"
    sheet.cell(row, column + 6).value = 0.9354
    sheet.cell(row, column + 6).number_format = "0.00%"
    sheet.cell(row, column + 5).value = "—"
    total = the_document(saved(sheet)).funds.total
    assert total.initial_budget == Decimal("3680000.50")
    assert total.annual_budget == Decimal("2900000")
    assert total.execution_rate == Decimal("93.54")
    assert total.weight is None


def test_a_calculated_number_is_taken_as_it_is_shown() -> None:
    sheet = opened(written(SOIL))
    row, column = coordinate(sheet, "得分")
    sheet.cell(row + 1, column).value = 9.946666666666667
    sheet.cell(row + 1, column).number_format = "0.00"
    assert the_document(saved(sheet)).funds.total.score == Decimal("9.95")


def test_dates_of_the_project() -> None:
    sheet = opened(written(VEHICLES))
    for label, value in (
        ("计划开始日期", datetime.fromisoformat("2024-03-01")),
        ("计划完成日期", "2024年11月30日"),
    ):
        row, column = coordinate(sheet, label)
        sheet.cell(row, column + 1).value = value
    project = the_document(saved(sheet)).project
    assert (project.start, project.end) == (date(2024, 3, 1), date(2024, 11, 30))


def test_all_errors_at_once_each_with_its_cell() -> None:
    sheet = opened(written(SOIL))
    row, column = coordinate(sheet, "年度资金总额:")
    sheet.cell(row, column + 1).value = "一千四百万"
    sheet.cell(row, column + 5).value = "=H6/F6"
    row, column = coordinate(sheet, "偏差原因分析\n及改进措施")
    sheet.cell(row + 1, column - 1).value = "满分"
    sheet.cell(row + 2, column - 1).value = 0.5
    sheet.cell(row + 2, column - 1).number_format = "0%"
    name, names = sheet.title, [row.name[:20] for row in SOIL.indicators]
    assert problems(saved(sheet)) == [
        f"工作表「{name}」D6（年度资金总额 · 年初预算数）：读到「一千四百万」，应为数字",
        f"工作表「{name}」H6（年度资金总额 · 分数）："
        "公式没有存下算出的值，请用 Excel 或 WPS 打开、重新保存后再上传",
        f"工作表「{name}」G13（{names[0]} · 得分）：读到「满分」，应为数字",
        f"工作表「{name}」G14（{names[1]} · 得分）：读到「50%」，应为分数（数字），不是百分数",
    ]


def test_a_column_put_in_between_label_and_value() -> None:
    sheet = opened(written(VEHICLES))
    row, column = coordinate(sheet, "主管部门")
    assert sheet.cell(row, column + 1).value == "上海市生态环境局"
    sheet.unmerge_cells(f"B{row}:C{row}")
    sheet.cell(row, column + 2).value = sheet.cell(row, column + 1).value
    sheet.cell(row, column + 1).value = None
    assert the_document(saved(sheet)).department == "上海市生态环境局"


def test_two_forms_below_one_another() -> None:
    one, other = opened(written(VEHICLES)), opened(written(MOBILE))
    offset = one.max_row + 2
    for row in other.iter_rows(max_col=8):
        for cell in row:
            if cell.value is not None:
                copied = one.cell(cell.row + offset, cell.column)
                copied.value, copied.data_type = cell.value, cell.data_type
    for span in other.merged_cells.ranges:
        span.shift(row_shift=offset)
        one.merge_cells(span.coord)
    names = [filled.document.project.name for _, filled in all_read(saved(one))]
    assert names == ["交通工具购置及更新", "移动源管理技术支持"]
    rows = [len(filled.document.indicators) for _, filled in all_read(saved(one))]
    assert rows == [6, 62]


def test_a_hidden_sheet_and_one_without_a_form_are_left() -> None:
    data = written(VEHICLES, MOBILE)
    sheet = opened(data)
    sheet.parent.worksheets[1].sheet_state = "hidden"
    sheet.parent.create_sheet("说明")["A1"] = "填报说明"
    assert len(all_read(saved(sheet))) == 1


def test_a_form_of_ones_own_without_mark_or_merged_cells() -> None:
    workbook = Workbook()
    sheet = workbook.worksheets[0]
    for line in (
        ["2024年度项目支出绩效自评表"],
        ["单位：元"],
        ["项目名称", "甲项目", None, "实施单位", "乙中心"],
        ["项目资金", None, "年初预算", "调整后预算数", "执行数", "权重", "执行率", "得分"],
        [None, "资金总额", 100, 200, 150, 10, "75%", 7.5],
        [None, "其中：财政拨款", 100, 200, 150],
        ["预期目标", None, None, None, "实际完成情况"],
        ["做好", None, None, None, "已做好"],
        ["一级指标", "二级指标", "指标名称", "指标值", "全年实际完成值", "分值", "得分", "备注"],
        ["产出指标", "数量指标", "份数", "≥3份", "3份", 50, 50],
        ["产出指标", "质量指标", "合格率", "≥95%", "96%", 40, 40],
        [],
        ["总分", None, None, None, None, 100, 97.5],
    ):
        sheet.append(line)
    ((found, filled),) = all_read(saved(workbook))
    read = filled.document
    assert found.mark is None
    assert (read.form, read.year, read.money_unit) == ("self_evaluation", 2024, "元")
    assert (read.project.name, read.unit) == ("甲项目", "乙中心")
    assert read.funds.total.annual_budget == 200
    assert read.funds.total.execution_rate == 75
    assert read.funds.appropriation.executed == 150
    assert (read.expected_goal, read.actual_outcome) == ("做好", "已做好")
    assert [(row.level2, row.name, row.score) for row in read.indicators] == [
        ("数量指标", "份数", 50), ("质量指标", "合格率", 40),
    ]  # fmt: skip
    assert (read.total_weight, read.total_score) == (100, Decimal("97.5"))


def test_what_the_range_of_a_sheet_claims_is_not_believed() -> None:
    data = written(VEHICLES)
    markup = member(data, "xl/worksheets/sheet1.xml")
    wrong = markup.replace(
        markup[markup.index("<dimension") :].split("/>")[0], '<dimension ref="A1"'
    )
    assert wrong != markup
    changed = rezipped(data, {"xl/worksheets/sheet1.xml": wrong.encode()})
    assert the_document(changed) == the_document(data)


def test_a_file_with_the_empty_fills_of_wps() -> None:
    data = written(VEHICLES)
    styles = member(data, "xl/styles.xml")
    wps = styles.replace("<fill><patternFill /></fill>", "<fill/>")
    assert wps != styles
    assert the_document(rezipped(data, {"xl/styles.xml": wps.encode()})) == the_document(data)
